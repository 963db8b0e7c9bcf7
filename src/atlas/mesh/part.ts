import type { Mesh } from './mesh.js';

/** Which of several parts owns each item. */
export interface Partition {
  readonly parts: number;
  /** `[items]` */
  readonly partOf: Uint16Array;
}

/**
 * The mesh of one part: first the nodes that it owns, in the order of the whole mesh, then foreign and repeated ones, layer by layer;
 * cells likewise, within the quadrilaterals and within the triangles. Triangles that patch a pole are triangles like others
 * (`patchTriangles` is 0): dual meshes of parts are cut from that of the whole.
 */
export interface MeshPart extends Mesh {
  readonly part: number;
  readonly parts: number;
  /** Nodes that this part owns: the first ones. `points` counts those that are points of the grid. */
  readonly ownedNodes: number;
  readonly ownedQuads: number;
  readonly ownedTriangles: number;
  /** Index of each node in the whole mesh, from 0; of a repeated node, that of the one which it repeats. `[nodes]` */
  readonly globalIndex: Uint32Array;
  /** Index of each cell in the whole mesh, from 0. `[cells]` */
  readonly globalCell: Uint32Array;
  /** The part that owns each node. `[nodes]` */
  readonly partition: Uint16Array;
  /** Index of each node in the part that owns it. `[nodes]` */
  readonly remoteIndex: Uint32Array;
  /** Layers of cells between a node and the part: 0 for its own nodes and for the foreign corners of its own cells. `[nodes]` */
  readonly halo: Uint8Array;
  /** As `partition` and `remoteIndex`, for cells. `[cells]` */
  readonly partitionOfCell: Uint16Array;
  readonly remoteCell: Uint32Array;
}

/**
 * What one part sends to and takes from each of the parts (itself included: repeated nodes) so that every item that is not its
 * own gets its owner's value. Entry k of the list that a sends to b is entry k of the list that b takes from a.
 */
export interface HaloExchange {
  readonly part: number;
  /** Own items that part p wants: `sendIndex[sendStart[p]]` and on. `[parts + 1]` */
  readonly sendStart: Uint32Array;
  readonly sendIndex: Uint32Array;
  /** Items that come from part p: `receiveIndex[receiveStart[p]]` and on. `[parts + 1]` */
  readonly receiveStart: Uint32Array;
  readonly receiveIndex: Uint32Array;
}

/** From parts to the whole and back: owned item `local[start[p] + k]` of part p is item `index[start[p] + k]` of the whole. */
export interface GatherScatter {
  /** `[parts + 1]` */
  readonly start: Uint32Array;
  readonly local: Uint32Array;
  readonly index: Uint32Array;
}
