import { type Edges, noIndex } from './mesh.js';
import type { GatherScatter, HaloExchange, MeshPart } from './part.js';

/** Who owns each item of one part, and where it lies there. */
export interface Ownership {
  readonly partition: Uint16Array;
  readonly remoteIndex: Uint32Array;
}

/** The cells of parts as items to exchange or gather: `haloExchange(parts.map(cellOwnership))`. */
export function cellOwnership({ partitionOfCell, remoteCell }: MeshPart): Ownership {
  return { partition: partitionOfCell, remoteIndex: remoteCell };
}

/** The lists of all parts, for their nodes (a `MeshPart` is an ownership of its nodes) or other items. */
export function haloExchange(parts: readonly Ownership[]): readonly HaloExchange[] {
  const wanted = parts.map((own, part) => foreignItems(own, part, parts.length));
  return parts.map((_, part) => {
    const { start: receiveStart, items: receiveIndex } = wanted[part];
    const sendStart = new Uint32Array(parts.length + 1);
    for (const [to, { start }] of wanted.entries()) sendStart[to + 1] = sendStart[to] + start[part + 1] - start[part];
    const sendIndex = new Uint32Array(sendStart[parts.length]);
    for (const [to, { start, items }] of wanted.entries()) {
      const remote = parts[to].remoteIndex;
      for (let at = start[part], send = sendStart[to]; at < start[part + 1]; at++, send++) sendIndex[send] = remote[items[at]];
    }
    return { part, sendStart, sendIndex, receiveStart, receiveIndex };
  });
}

/** Items that are not the part's own, by owner. */
function foreignItems({ partition, remoteIndex }: Ownership, part: number, parts: number): { start: Uint32Array; items: Uint32Array } {
  const isOwn = (item: number): boolean => partition[item] === part && remoteIndex[item] === item;
  const start = new Uint32Array(parts + 1);
  for (let item = 0; item < partition.length; item++) if (!isOwn(item)) start[partition[item] + 1]++;
  for (let owner = 0; owner < parts; owner++) start[owner + 1] += start[owner];
  const items = new Uint32Array(start[parts]);
  const next = start.slice(0, parts);
  for (let item = 0; item < partition.length; item++) if (!isOwn(item)) items[next[partition[item]]++] = item;
  return { start, items };
}

/** Owned nodes of all parts and their place in the whole mesh. */
export function nodeGather(parts: readonly MeshPart[]): GatherScatter {
  return gather(parts.map((part) => ({ part: part.part, ownership: part, global: part.globalIndex })));
}

/** Owned cells of all parts and their place in the whole mesh. */
export function cellGather(parts: readonly MeshPart[]): GatherScatter {
  return gather(parts.map((part) => ({ part: part.part, ownership: cellOwnership(part), global: part.globalCell })));
}

interface Gathered {
  readonly part: number;
  readonly ownership: Ownership;
  readonly global: Uint32Array;
}

function gather(parts: readonly Gathered[]): GatherScatter {
  const own = parts.map(({ part, ownership: { partition, remoteIndex } }) =>
    Uint32Array.from(partition.keys()).filter((item) => partition[item] === part && remoteIndex[item] === item),
  );
  const start = new Uint32Array(parts.length + 1);
  for (const [part, items] of own.entries()) start[part + 1] = start[part] + items.length;
  const local = new Uint32Array(start[parts.length]);
  const index = new Uint32Array(start[parts.length]);
  for (const [part, items] of own.entries()) {
    local.set(items, start[part]);
    index.set(
      items.map((item) => parts[part].global[item]),
      start[part],
    );
  }
  return { start, local, index };
}

/** The edges of the whole mesh that a part needs. */
export interface PartEdges {
  /** Edges of the whole, ascending: those with at least one own node and both nodes in the part. `[edges]` */
  readonly global: Uint32Array;
  /** Local nodes of each. `[edges, 2]` */
  readonly nodes: Uint32Array;
}

/**
 * The edges at a part's own nodes, which need one layer of halo to be complete. Edges across a pole whose other node lies in no
 * cell of the part are left out; `missing` counts them. Repeated nodes of a mesh that is cut open are not followed.
 */
export function partEdges(edges: Edges, part: MeshPart): PartEdges & { readonly missing: number } {
  const highest = edges.nodes.reduce((most, node) => Math.max(most, node), 0);
  const local = new Uint32Array(highest + 1).fill(noIndex);
  for (let node = part.nodes - 1; node >= 0; node--) if (part.globalIndex[node] <= highest) local[part.globalIndex[node]] = node;
  const global: number[] = [];
  const nodes: number[] = [];
  let missing = 0;
  for (let edge = 0; edge < edges.count; edge++) {
    const a = local[edges.nodes[2 * edge]];
    const b = local[edges.nodes[2 * edge + 1]];
    if (Math.min(a, b) >= part.ownedNodes) continue;
    if (a === noIndex || b === noIndex) missing++;
    else {
      global.push(edge);
      nodes.push(a, b);
    }
  }
  return { global: Uint32Array.from(global), nodes: Uint32Array.from(nodes), missing };
}
