/**
 * Points joined to quadrilaterals and triangles that cover the sphere or a part of it, as flat arrays.
 *
 * Nodes come in this order: first the points of the grid in canonical order (node i is point i), then virtual nodes (poles that
 * no point occupies), then nodes that repeat another node (points beyond the date line of a mesh that is cut there, the halo of
 * a part). A mesh whose cells and not its nodes stand for the points (`centring: 'cells'`) has corner nodes only; there cell i
 * is point i. Cells are counted quadrilaterals first, then triangles.
 */
export interface Mesh {
  /** Whether the points of the grid are the nodes or the cells. */
  readonly centring: 'nodes' | 'cells';
  /** Points of the grid that this mesh holds, without repetition. */
  readonly points: number;
  readonly nodes: number;
  /** Degrees. `[nodes]` */
  readonly lat: Float64Array;
  /** Degrees east as the grid states them; a repeated node may lie a whole circle further. `[nodes]` */
  readonly lon: Float64Array;
  /** Bits of `nodeFlag`. `[nodes]` */
  readonly flags: Uint8Array;
  /** The point that a node is or repeats; `noIndex` for one that is no point. `[nodes]` */
  readonly pointOf: Uint32Array;
  /** Nodes of each quadrilateral, counter-clockwise seen from outside. `[quadrilaterals, 4]` */
  readonly quads: Uint32Array;
  /** Nodes of each triangle, counter-clockwise seen from outside. `[triangles, 3]` */
  readonly triangles: Uint32Array;
  /** How many of the triangles, the last ones, cover a pole with the corners of its nearest row alone. */
  readonly patchTriangles: number;
}

/** What is special about a node. */
export const nodeFlag = {
  /** Repeats a node that another place owns: its value comes from there. */
  ghost: 1,
  /** Belongs to no point of the grid. */
  virtual: 2,
  /** Repeats a node of this mesh a whole circle further. */
  periodic: 4,
  /** Of a part: outside its own nodes. */
  halo: 8,
} as const;

/** Stands for "none" in arrays of indices. */
export const noIndex = 0xffffffff;

/** Irregular lists: those of row i are `index[start[i]]` to `index[start[i + 1] - 1]`. */
export interface Connectivity {
  /** `[rows + 1]` */
  readonly start: Uint32Array;
  readonly index: Uint32Array;
}

/** Edges of a mesh: those of cells, then edges across a pole. */
export interface Edges {
  readonly count: number;
  /** The last of the edges: they join a node of the row next to a pole with the one opposite, and border no cell. */
  readonly poleEdges: number;
  /** Both ends. `[count, 2]` */
  readonly nodes: Uint32Array;
  /** The cell to the left of the way from the first node to the second, then the one to the right; `noIndex` where none is. `[count, 2]` */
  readonly cells: Uint32Array;
  /** Edges of each cell, in the order of its nodes: edge k joins nodes k and k + 1. */
  readonly ofCell: Connectivity;
}

/**
 * The median dual in longitude and latitude, degrees: around every node the polygon through the centres of its cells and the
 * middles of its edges, as atlas' finite-volume operators use it.
 */
export interface MedianDual {
  readonly edges: Edges;
  /** Square degrees. `[nodes]` */
  readonly volume: Float64Array;
  /** Dual face of each edge, degrees: x and y of the normal that points from the first node to the second, times its length. `[edges, 2]` */
  readonly normal: Float64Array;
  /** Edges of each node, the ones across a pole last. */
  readonly edgesOf: Connectivity;
  /** As `edgesOf.index`: 1 where the normal leaves the node, -1 where it enters it; 1 at both ends of an edge across a pole. */
  readonly sign: Float32Array;
}

/** Quadrilaterals and triangles together. */
export function cellCount({ quads, triangles }: Pick<Mesh, 'quads' | 'triangles'>): number {
  return quads.length / 4 + triangles.length / 3;
}
