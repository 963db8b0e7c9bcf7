import type { Mesh } from './mesh.js';

/** Which of several parts owns each item. */
export interface Partition {
  readonly parts: number;
  /** `[items]` */
  readonly partOf: Uint16Array;
}

/**
 * The mesh of one part: first the nodes that it owns, in the order of the whole mesh, then its halo, layer by layer; cells
 * likewise (within the quadrilaterals and within the triangles).
 */
export interface MeshPart extends Mesh {
  readonly part: number;
  readonly parts: number;
  /** Nodes that this part owns: the first ones. */
  readonly ownedNodes: number;
  readonly ownedQuads: number;
  readonly ownedTriangles: number;
  /** Index of each node in the whole mesh, from 0. `[nodes]` */
  readonly globalIndex: Uint32Array;
  /** Index of each cell in the whole mesh, from 0. `[cells]` */
  readonly globalCell: Uint32Array;
  /** The part that owns each node. `[nodes]` */
  readonly partition: Uint16Array;
  /** Index of each node in the part that owns it. `[nodes]` */
  readonly remoteIndex: Uint32Array;
  /** Layers of cells between a node and the part: 0 for its own nodes and for the foreign corners of its own cells. `[nodes]` */
  readonly halo: Uint8Array;
  readonly partitionOfCell: Uint16Array;
  readonly remoteCell: Uint32Array;
}

/**
 * What one part sends to and takes from each of the others so that every repeated item gets its owner's value. Entry k of the
 * list sent from a to b is entry k of the list that b takes from a.
 */
export interface HaloExchange {
  readonly part: number;
  /** Own items that part p wants: `sendIndex[sendStart[p]]` and on. `[parts + 1]` */
  readonly sendStart: Uint32Array;
  readonly sendIndex: Uint32Array;
  /** Halo items that come from part p: `receiveIndex[receiveStart[p]]` and on. `[parts + 1]` */
  readonly receiveStart: Uint32Array;
  readonly receiveIndex: Uint32Array;
}

/** From parts to the whole and back: owned item k of part p is item `index[start[p] + k]` of the whole. */
export interface GatherScatter {
  /** `[parts + 1]` */
  readonly start: Uint32Array;
  readonly index: Uint32Array;
}
