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
  const ownNodes = members(nodePart, parts, (node) => original[node] === node);
  const ownCells = members(cellPart, parts, () => true);
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
  return Uint32Array.from({ length: nodes }, (_, node) => ((flags[node] & nodeFlag.ghost) === 0 ? node : pointOf[node]));
}

function repetitions(original: Uint32Array): Uint32Array {
  const repetition = Uint32Array.from(original.keys());
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
  return Uint16Array.from({ length: mesh.nodes }, (_, node) =>
    around.start[node] < around.start[node + 1] ? partOf[around.index[around.start[node]]] : 0,
  );
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

/** Items of each part, ascending. */
function members(partOf: Uint16Array, parts: number, counts: (item: number) => boolean): Connectivity {
  const start = new Uint32Array(parts + 1);
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

/** One part; its `remoteCell` still holds ranks. */
function cut(whole: Whole, part: number, halo: number): MeshPart {
  const { localNode, localCell } = whole;
  const nodes: number[][] = [[...whole.ownNodes.index.subarray(whole.ownNodes.start[part], whole.ownNodes.start[part + 1])]];
  const cells: number[][] = [[...whole.ownCells.index.subarray(whole.ownCells.start[part], whole.ownCells.start[part + 1])]];
  for (const node of nodes[0]) localNode[node] = 0;
  for (const cell of cells[0]) localCell[cell] = 0;
  nodes.push(newCorners(whole, cells[0]));
  for (let layer = 1; layer <= halo; layer++) {
    cells.push(newCells(whole, layer === 1 ? nodes.flat() : nodes[layer]));
    nodes.push(newCorners(whole, cells[layer]));
  }
  const made = assemble(whole, part, nodes, cells);
  for (const list of nodes) for (const node of list) localNode[node] = noIndex;
  for (const list of cells) for (const cell of list) localCell[cell] = noIndex;
  return made;
}

const ascending = (a: number, b: number): number => a - b;

/** Corners of cells that were not met before, ascending. */
function newCorners({ mesh, localNode }: Whole, cells: readonly number[]): number[] {
  const found: number[] = [];
  for (const cell of cells) {
    for (let k = 0; k < corners(mesh, cell); k++) {
      const node = corner(mesh, cell, k);
      if (localNode[node] !== noIndex) continue;
      localNode[node] = 0;
      found.push(node);
    }
  }
  return found.sort(ascending);
}

/** Cells at nodes, and at the same places on the other side of a cut, that were not met before, ascending. */
function newCells({ around, localCell, original, repetition }: Whole, nodes: readonly number[]): number[] {
  const found: number[] = [];
  for (const node of nodes) {
    const twin = original[node] === node ? repetition[node] : original[node];
    for (const at of twin === node ? [node] : [node, twin]) {
      for (let k = around.start[at]; k < around.start[at + 1]; k++) {
        const cell = around.index[k];
        if (localCell[cell] !== noIndex) continue;
        localCell[cell] = 0;
        found.push(cell);
      }
    }
  }
  return found.sort(ascending);
}

function assemble(whole: Whole, part: number, layers: readonly number[][], cellLayers: readonly number[][]): MeshPart {
  const { mesh, localNode, original, nodePart, nodeRank, cellPart, cellRank } = whole;
  const nodes = Uint32Array.from(layers.flat());
  for (let local = 0; local < nodes.length; local++) localNode[nodes[local]] = local;
  const quadCount = mesh.quads.length / 4;
  const quads = cellLayers.flatMap((layer) => layer.filter((cell) => cell < quadCount));
  const triangles = cellLayers.flatMap((layer) => layer.filter((cell) => cell >= quadCount));
  const cells = Uint32Array.from([...quads, ...triangles]);
  const ownedNodes = layers[0].length;
  const pick = <T extends Float64Array | Uint32Array>(values: T): T => nodes.map((node) => values[node]) as T;
  const halo = new Uint8Array(nodes.length);
  for (let layer = 1, at = ownedNodes; layer < layers.length; layer++) {
    halo.fill(layer - 1, at, (at += layers[layer].length));
  }
  return {
    centring: mesh.centring,
    points: layers[0].filter((node) => mesh.pointOf[node] !== noIndex).length,
    nodes: nodes.length,
    lat: Float64Array.from(nodes, (node) => mesh.lat[node]),
    lon: Float64Array.from(nodes, (node) => mesh.lon[node]),
    flags: Uint8Array.from(nodes, (node, local) => mesh.flags[node] | (local < ownedNodes ? 0 : nodeFlag.ghost | nodeFlag.halo)),
    pointOf: pick(mesh.pointOf),
    quads: Uint32Array.from({ length: 4 * quads.length }, (_, at) => localNode[mesh.quads[4 * quads[at >>> 2] + (at & 3)]]),
    triangles: Uint32Array.from(
      { length: 3 * triangles.length },
      (_, at) => localNode[mesh.triangles[3 * (triangles[Math.floor(at / 3)] - quadCount) + (at % 3)]],
    ),
    patchTriangles: 0,
    part,
    parts: whole.parts,
    ownedNodes,
    ownedQuads: cellLayers[0].filter((cell) => cell < quadCount).length,
    ownedTriangles: cellLayers[0].filter((cell) => cell >= quadCount).length,
    globalIndex: nodes.map((node) => original[node]),
    globalCell: cells,
    partition: Uint16Array.from(nodes, (node) => nodePart[node]),
    remoteIndex: nodes.map((node) => nodeRank[original[node]]),
    halo,
    partitionOfCell: Uint16Array.from(cells, (cell) => cellPart[cell]),
    remoteCell: cells.map((cell) => cellRank[cell]),
  };
}

/** Triangles of a part come after all its quadrilaterals, whose number is known once all parts are cut. */
function withRemoteCells(part: MeshPart, all: readonly MeshPart[], { mesh }: Whole): MeshPart {
  const quadCount = mesh.quads.length / 4;
  const remoteCell = part.remoteCell.map((rank, local) =>
    part.globalCell[local] < quadCount ? rank : rank + all[part.partitionOfCell[local]].quads.length / 4,
  );
  return { ...part, remoteCell };
}
