import { DteError } from '../../base/index.js';
import { nodeCells } from './connectivity.js';
import { cellCount, type Connectivity, type Mesh, nodeFlag, noIndex } from './mesh.js';
import type { MeshPart, Partition } from './part.js';

export interface PartOptions {
  /** Layers of cells around each part: every cell that shares a node with the layer before. Default 0. */
  readonly halo?: number;
}

/** More layers than this are counted nowhere. */
const mostLayers = 255;

/**
 * Cuts a mesh into the parts of a partition of its points (of its cells, where they stand for the points). A virtual node belongs
 * to the part of the first point that it shares a cell with; a cell to the part that owns most of its corners, of equals to that
 * of its first corner. Errors: `input.field` for a partition of another size, `input.option` for a halo that is no number of layers.
 */
export function meshParts(mesh: Mesh, partition: Partition, options: PartOptions = {}): readonly MeshPart[] {
  const { halo = 0 } = options;
  if (!Number.isInteger(halo) || halo < 0 || halo > mostLayers) {
    throw new DteError('input.option', `a halo of ${halo} layers cannot be made`, {
      hint: `a whole number from 0 to ${mostLayers}`,
      where: { option: 'halo' },
    });
  }
  if (partition.partOf.length !== mesh.points) {
    throw new DteError('input.field', `a partition of ${partition.partOf.length} points does not fit a mesh of ${mesh.points}`);
  }
  const whole = shareOut(mesh, partition);
  const cutters = Array.from({ length: partition.parts }, (_, part) => cut(whole, part, halo));
  return cutters.map((part) => withRemoteCells(part, cutters, whole));
}

/** The whole mesh and who owns what of it. */
interface Whole {
  readonly mesh: Mesh;
  readonly parts: number;
  readonly around: Connectivity;
  readonly nodePart: Uint16Array;
  /** The node that a node repeats, or itself. */
  readonly original: Uint32Array;
  /** A node that repeats this one, or itself. */
  readonly repetition: Uint32Array;
  /** Rank of each original node among those of its part. */
  readonly nodeRank: Uint32Array;
  readonly ownNodes: Connectivity;
  readonly cellPart: Uint16Array;
  /** Rank of each cell among those of its kind in its part. */
  readonly cellRank: Uint32Array;
  readonly ownCells: Connectivity;
  /** Scratch, all `noIndex` between parts: local index of nodes and of cells. */
  readonly localNode: Uint32Array;
  readonly localCell: Uint32Array;
}

function shareOut(mesh: Mesh, { parts, partOf }: Partition): Whole {
  const around = nodeCells(mesh);
  const onCells = mesh.centring === 'cells';
  const original = originals(mesh);
  const nodePart = onCells ? partsFromCells(mesh, around, partOf) : partsOfNodes(mesh, around, partOf);
  const cellPart = onCells ? partOf : partsOfCells(mesh, nodePart);
  const cells = cellCount(mesh);
  const ownNodes = members(nodePart, parts, original);
  const ownCells = members(cellPart, parts);
  const quads = mesh.quads.length / 4;
  return {
    mesh,
    parts,
    around,
    nodePart,
    original,
    repetition: repetitions(original),
    nodeRank: ranks(ownNodes, mesh.nodes, noIndex),
    ownNodes,
    cellPart,
    cellRank: ranks(ownCells, cells, quads),
    ownCells,
    localNode: new Uint32Array(mesh.nodes).fill(noIndex),
    localCell: new Uint32Array(cells).fill(noIndex),
  };
}

/** The node that each node repeats, or itself. Points are nodes of the same index wherever nodes repeat. */
function originals({ nodes, flags, pointOf }: Mesh): Uint32Array {
  const original = new Uint32Array(nodes);
  for (let node = 0; node < nodes; node++) original[node] = (flags[node] & nodeFlag.ghost) === 0 ? node : pointOf[node];
  return original;
}

function repetitions(original: Uint32Array): Uint32Array {
  const repetition = original.slice();
  for (let node = 0; node < original.length; node++) if (original[node] !== node) repetition[original[node]] = node;
  return repetition;
}

function corner({ quads, triangles }: Mesh, cell: number, k: number): number {
  return 4 * cell < quads.length ? quads[4 * cell + k] : triangles[3 * (cell - quads.length / 4) + k];
}

function corners({ quads }: Mesh, cell: number): number {
  return 4 * cell < quads.length ? 4 : 3;
}

function partsOfNodes(mesh: Mesh, around: Connectivity, partOf: Uint16Array): Uint16Array {
  const parts = new Uint16Array(mesh.nodes);
  for (let node = 0; node < mesh.nodes; node++) {
    if (mesh.pointOf[node] !== noIndex) {
      parts[node] = partOf[mesh.pointOf[node]];
      continue;
    }
    let first = mesh.points;
    for (let at = around.start[node]; at < around.start[node + 1]; at++) {
      const cell = around.index[at];
      for (let k = 0; k < corners(mesh, cell); k++) first = Math.min(first, mesh.pointOf[corner(mesh, cell, k)]);
    }
    parts[node] = first < mesh.points ? partOf[first] : 0;
  }
  return parts;
}

/** Of the cells at a node, the first owns it. */
function partsFromCells(mesh: Mesh, around: Connectivity, partOf: Uint16Array): Uint16Array {
  const parts = new Uint16Array(mesh.nodes);
  for (let node = 0; node < mesh.nodes; node++) {
    if (around.start[node] < around.start[node + 1]) parts[node] = partOf[around.index[around.start[node]]];
  }
  return parts;
}

function partsOfCells(mesh: Mesh, nodePart: Uint16Array): Uint16Array {
  const parts = new Uint16Array(cellCount(mesh));
  for (let cell = 0; cell < parts.length; cell++) {
    const count = corners(mesh, cell);
    let most = 0;
    for (let k = 0; k < count; k++) {
      const part = nodePart[corner(mesh, cell, k)];
      let votes = 0;
      for (let other = 0; other < count; other++) if (nodePart[corner(mesh, cell, other)] === part) votes++;
      if (votes <= most) continue;
      most = votes;
      parts[cell] = part;
    }
  }
  return parts;
}

/** Items of each part that repeat no other, ascending. */
function members(partOf: Uint16Array, parts: number, original?: Uint32Array): Connectivity {
  const start = new Uint32Array(parts + 1);
  const counts = (item: number): boolean => original === undefined || original[item] === item;
  for (let item = 0; item < partOf.length; item++) if (counts(item)) start[partOf[item] + 1]++;
  for (let part = 0; part < parts; part++) start[part + 1] += start[part];
  const index = new Uint32Array(start[parts]);
  const next = start.slice(0, parts);
  for (let item = 0; item < partOf.length; item++) if (counts(item)) index[next[partOf[item]]++] = item;
  return { start, index };
}

/** Rank of each item in its part; items from `second` on are counted anew. */
function ranks({ start, index }: Connectivity, items: number, second: number): Uint32Array {
  const rank = new Uint32Array(items).fill(noIndex);
  for (let part = 0; part + 1 < start.length; part++) {
    let first = 0;
    let other = 0;
    for (let at = start[part]; at < start[part + 1]; at++) rank[index[at]] = index[at] < second ? first++ : other++;
  }
  return rank;
}

/** One part; its `remoteCell` still holds ranks. Lists are typed arrays throughout: millions of nodes pass here. */
function cut(whole: Whole, part: number, halo: number): MeshPart {
  const { localNode, localCell, ownNodes, ownCells } = whole;
  const nodes = [ownNodes.index.subarray(ownNodes.start[part], ownNodes.start[part + 1])];
  const cells = [ownCells.index.subarray(ownCells.start[part], ownCells.start[part + 1])];
  for (const node of nodes[0]) localNode[node] = 0;
  for (const cell of cells[0]) localCell[cell] = 0;
  nodes.push(newCorners(whole, cells[0]));
  for (let layer = 1; layer <= halo; layer++) {
    // The first layer lies around all nodes that the part has so far, a further one around those of the layer before.
    cells.push(newCells(whole, layer === 1 ? nodes : nodes.slice(-1)));
    nodes.push(newCorners(whole, cells[layer]));
  }
  const made = assemble(whole, part, nodes, cells);
  for (const list of nodes) for (const node of list) localNode[node] = noIndex;
  for (const list of cells) for (const cell of list) localCell[cell] = noIndex;
  return made;
}

/** Corners of cells that were not met before, ascending. */
function newCorners({ mesh, localNode }: Whole, cells: Uint32Array): Uint32Array {
  const found: number[] = [];
  for (const cell of cells) {
    const count = corners(mesh, cell);
    for (let k = 0; k < count; k++) {
      const node = corner(mesh, cell, k);
      if (localNode[node] !== noIndex) continue;
      localNode[node] = 0;
      found.push(node);
    }
  }
  return Uint32Array.from(found).sort();
}

/** Cells at nodes, and at the same places on the other side of a cut, that were not met before, ascending. */
function newCells({ around, localCell, original, repetition }: Whole, lists: readonly Uint32Array[]): Uint32Array {
  const found: number[] = [];
  const visit = (node: number): void => {
    for (let k = around.start[node]; k < around.start[node + 1]; k++) {
      const cell = around.index[k];
      if (localCell[cell] !== noIndex) continue;
      localCell[cell] = 0;
      found.push(cell);
    }
  };
  for (const nodes of lists) {
    for (const node of nodes) {
      visit(node);
      const twin = original[node] === node ? repetition[node] : original[node];
      if (twin !== node) visit(twin);
    }
  }
  return Uint32Array.from(found).sort();
}

function assemble(whole: Whole, part: number, layers: readonly Uint32Array[], cellLayers: readonly Uint32Array[]): MeshPart {
  const { mesh, localNode, original, nodePart, nodeRank, cellPart, cellRank } = whole;
  const nodes = joined(layers);
  for (let local = 0; local < nodes.length; local++) localNode[nodes[local]] = local;
  const quadCount = mesh.quads.length / 4;
  // Layers are ascending, and quadrilaterals have the lower numbers.
  const quadLayers = cellLayers.map((layer) => layer.subarray(0, countBelow(layer, quadCount)));
  const triangleLayers = cellLayers.map((layer, k) => layer.subarray(quadLayers[k].length));
  const cells = joined([...quadLayers, ...triangleLayers]);
  const ownedNodes = layers[0].length;
  const pointOf = picked(mesh.pointOf, nodes);
  const flags = picked(mesh.flags, nodes);
  for (let local = ownedNodes; local < nodes.length; local++) flags[local] |= nodeFlag.ghost | nodeFlag.halo;
  const halo = new Uint8Array(nodes.length);
  for (let layer = 1, at = ownedNodes; layer < layers.length; layer++) halo.fill(layer - 1, at, (at += layers[layer].length));
  const globalIndex = picked(original, nodes);
  let points = 0;
  if (mesh.centring === 'cells') points = cellLayers[0].length;
  else for (let local = 0; local < ownedNodes; local++) if (pointOf[local] !== noIndex) points++;
  return {
    centring: mesh.centring,
    points,
    nodes: nodes.length,
    lat: picked(mesh.lat, nodes),
    lon: picked(mesh.lon, nodes),
    flags,
    pointOf,
    quads: localCorners(mesh.quads, 4, joined(quadLayers), 0, localNode),
    triangles: localCorners(mesh.triangles, 3, joined(triangleLayers), quadCount, localNode),
    patchTriangles: 0,
    part,
    parts: whole.parts,
    ownedNodes,
    ownedQuads: quadLayers[0].length,
    ownedTriangles: triangleLayers[0].length,
    globalIndex,
    globalCell: cells,
    partition: picked(nodePart, nodes),
    remoteIndex: picked(nodeRank, globalIndex),
    halo,
    partitionOfCell: picked(cellPart, cells),
    remoteCell: picked(cellRank, cells),
  };
}

function joined(lists: readonly Uint32Array[]): Uint32Array {
  const all = new Uint32Array(lists.reduce((sum, list) => sum + list.length, 0));
  let at = 0;
  for (const list of lists) {
    all.set(list, at);
    at += list.length;
  }
  return all;
}

function countBelow(ascending: Uint32Array, limit: number): number {
  let count = 0;
  while (count < ascending.length && ascending[count] < limit) count++;
  return count;
}

function picked<T extends Float64Array | Uint32Array | Uint16Array | Uint8Array>(values: T, index: Uint32Array): T {
  const taken = new (values.constructor as new (length: number) => T)(index.length);
  for (let at = 0; at < index.length; at++) taken[at] = values[index[at]];
  return taken;
}

/** Corners of cells in local numbers; cell number `first` is the first of the list. */
function localCorners(list: Uint32Array, width: number, cells: Uint32Array, first: number, localNode: Uint32Array): Uint32Array {
  const local = new Uint32Array(width * cells.length);
  for (let cell = 0, at = 0; cell < cells.length; cell++) {
    const from = width * (cells[cell] - first);
    for (let k = 0; k < width; k++) local[at++] = localNode[list[from + k]];
  }
  return local;
}

/** Triangles of a part come after all its quadrilaterals, whose number is known once all parts are cut. */
function withRemoteCells(part: MeshPart, all: readonly MeshPart[], { mesh }: Whole): MeshPart {
  const quadCount = mesh.quads.length / 4;
  const remoteCell = part.remoteCell.map((rank, local) =>
    part.globalCell[local] < quadCount ? rank : rank + all[part.partitionOfCell[local]].quads.length / 4,
  );
  return { ...part, remoteCell };
}
