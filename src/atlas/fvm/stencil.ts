/**
 * Finite-volume operators as sums over the neighbours of a node. With faces S between the dual cells, volumes V and values in
 * the middle of a face as means of both sides, Green and Gauss give sum S (q_e + q_n) / 2V; faces of a closed cell sum to zero,
 * so this is sum S (q_e - q_n) / 2V: a constant has no gradient to the last bit, in any precision.
 */
export interface Stencil {
  /** Nodes (items of the space). */
  readonly nodes: number;
  /** Neighbours of node n: entries `start[n]` to `start[n + 1] - 1`; none where an operator does not exist. `[nodes + 1]` */
  readonly start: Uint32Array;
  readonly neighbour: Uint32Array;
  /** East and north weight of a neighbour's difference, 1/m. `[entries, 2]` */
  readonly gradient: Float64Array;
  /** Weights of the differences of u and v in the divergence, 1/m. `[entries, 2]` */
  readonly divergence: Float64Array;
  /** Weights of the node's own u and v in the divergence, 1/m. `[nodes, 2]` */
  readonly own: Float64Array;
  /** Cosine and sine of the angle from the neighbour's frame to the node's: (u, v) there is (cu - sv, su + cv) here. `[entries, 2]` */
  readonly turn: Float64Array;
}

/** Lists that grow by neighbours they do not have yet, in rows of known capacity. */
export interface Table {
  readonly start: Uint32Array;
  readonly count: Uint32Array;
  readonly neighbour: Uint32Array;
  /** Face towards the neighbour: the sum of its pieces, outward. `[capacity]` each */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Volumes. `[nodes]` */
  readonly volume: Float64Array;
}

export function newTable(capacity: Uint32Array): Table {
  const nodes = capacity.length;
  const start = new Uint32Array(nodes + 1);
  for (let node = 0; node < nodes; node++) start[node + 1] = (start[node] as number) + (capacity[node] as number);
  const entries = start[nodes] as number;
  return {
    start,
    count: new Uint32Array(nodes),
    neighbour: new Uint32Array(entries),
    x: new Float64Array(entries),
    y: new Float64Array(entries),
    volume: new Float64Array(nodes),
  };
}

/** The entry of a neighbour, made where it is new. */
export function entryOf({ start, count, neighbour }: Table, node: number, other: number): number {
  const first = start[node] as number;
  const end = first + (count[node] as number);
  for (let entry = first; entry < end; entry++) if (neighbour[entry] === other) return entry;
  neighbour[end] = other;
  count[node]!++;
  return end;
}

/** Sorts the entries of a node by rising neighbour: the order of the sums does not depend on the order of the cells. Their number. */
export function sortEntries({ start, count, neighbour, x, y }: Table, node: number): number {
  const first = start[node];
  const entries = count[node];
  for (let end = first + 1; end < first + entries; end++) {
    for (let at = end; at > first && neighbour[at - 1] > neighbour[at]; at--) {
      for (const list of [neighbour, x, y]) [list[at - 1], list[at]] = [list[at], list[at - 1]];
    }
  }
  return entries;
}

/** Room for a stencil of given rows. */
export function newStencil(start: Uint32Array): Stencil {
  const nodes = start.length - 1;
  const entries = start[nodes];
  return {
    nodes,
    start,
    neighbour: new Uint32Array(entries),
    gradient: new Float64Array(2 * entries),
    divergence: new Float64Array(2 * entries),
    own: new Float64Array(2 * nodes),
    turn: new Float64Array(2 * entries),
  };
}
