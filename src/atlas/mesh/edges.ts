import { DteError } from '../../base/index.js';
import { cellStarts } from './connectivity.js';
import { type Edges, type Mesh, noIndex } from './mesh.js';

export interface EdgeOptions {
  /** Leave out the triangles that patch a pole, so that the rows next to it are a boundary. */
  readonly withoutPatches?: boolean;
  /** Pairs of nodes that are joined across a pole, added as last edges. `[pairs, 2]` */
  readonly acrossPoles?: Uint32Array;
}

/**
 * The edges of a mesh, sorted by their lower node. Each runs in the direction in which the first of its cells goes round, so that
 * one is the cell on its left. Errors: `input.grid` where cells overlap or turn different ways.
 */
export function meshEdges(mesh: Mesh, options: EdgeOptions = {}): Edges {
  const corners = cornersOf(mesh, options.withoutPatches === true);
  const byNode = sidesByLowerNode(mesh.nodes, corners);
  const found = joinSides(mesh, corners, byNode);
  const across = options.acrossPoles ?? new Uint32Array(0);
  const count = found.count + across.length / 2;
  const nodes = new Uint32Array(2 * count);
  const cells = new Uint32Array(2 * count).fill(noIndex, 2 * found.count);
  nodes.set(found.nodes.subarray(0, 2 * found.count));
  nodes.set(across, 2 * found.count);
  cells.set(found.cells.subarray(0, 2 * found.count));
  return { count, poleEdges: across.length / 2, nodes, cells, ofCell: { start: corners.start, index: found.edgeOfSide } };
}

/** Corners of all cells in one list; side k of the list runs from corner k to the next of the same cell. */
interface Corners {
  readonly from: Uint32Array;
  readonly to: Uint32Array;
  readonly cellOf: (side: number) => number;
  /** `[cells + 1]` */
  readonly start: Uint32Array;
}

function cornersOf(mesh: Mesh, withoutPatches: boolean): Corners {
  const quadSides = mesh.quads.length;
  const triangleSides = mesh.triangles.length - (withoutPatches ? 3 * mesh.patchTriangles : 0);
  const from = new Uint32Array(quadSides + triangleSides);
  from.set(mesh.quads);
  from.set(mesh.triangles.subarray(0, triangleSides), quadSides);
  const to = new Uint32Array(from.length);
  for (let side = 0; side < quadSides; side++) to[side] = from[(side & 3) === 3 ? side - 3 : side + 1];
  for (let side = quadSides; side < from.length; side += 3) {
    to[side] = from[side + 1];
    to[side + 1] = from[side + 2];
    to[side + 2] = from[side];
  }
  const quads = quadSides / 4;
  const cellOf = (side: number): number => (side < quadSides ? side >>> 2 : quads + Math.floor((side - quadSides) / 3));
  const start = cellStarts(mesh);
  // Cells that were left out have no edges.
  return { from, to, cellOf, start: start.fill(from.length, quads + triangleSides / 3) };
}

interface SidesByNode {
  readonly start: Uint32Array;
  readonly sides: Uint32Array;
}

function sidesByLowerNode(nodes: number, { from, to }: Corners): SidesByNode {
  const start = new Uint32Array(nodes + 1);
  for (let side = 0; side < from.length; side++) start[(from[side] < to[side] ? from[side] : to[side]) + 1]++;
  for (let node = 0; node < nodes; node++) start[node + 1] += start[node];
  const sides = new Uint32Array(from.length);
  const next = start.slice(0, nodes);
  for (let side = 0; side < from.length; side++) sides[next[from[side] < to[side] ? from[side] : to[side]]++] = side;
  return { start, sides };
}

interface FoundEdges {
  readonly count: number;
  readonly nodes: Uint32Array;
  readonly cells: Uint32Array;
  readonly edgeOfSide: Uint32Array;
}

/** Edges at one node up to here are searched one by one: more are rare (a node on a pole), and go through a table. */
const fewEdges = 32;

function joinSides(mesh: Mesh, corners: Corners, byNode: SidesByNode): FoundEdges {
  const { from, to, cellOf } = corners;
  const nodes = new Uint32Array(2 * from.length);
  const cells = new Uint32Array(2 * from.length);
  const edgeOfSide = new Uint32Array(from.length);
  let count = 0;
  for (let node = 0; node < mesh.nodes; node++) {
    const first = count;
    const end = byNode.start[node + 1];
    const table = end - byNode.start[node] > fewEdges ? new Map<number, number>() : undefined;
    for (let at = byNode.start[node]; at < end; at++) {
      const side = byNode.sides[at];
      const far = from[side] === node ? to[side] : from[side];
      let edge = first;
      if (table !== undefined) edge = table.get(far) ?? count;
      else while (edge < count && nodes[2 * edge] !== far && nodes[2 * edge + 1] !== far) edge++;
      edgeOfSide[side] = edge;
      if (edge < count) {
        if (nodes[2 * edge] !== to[side] || cells[2 * edge + 1] !== noIndex) refuse(mesh, from[side], to[side]);
        cells[2 * edge + 1] = cellOf(side);
        continue;
      }
      table?.set(far, count);
      nodes[2 * count] = from[side];
      nodes[2 * count + 1] = to[side];
      cells[2 * count] = cellOf(side);
      cells[2 * count + 1] = noIndex;
      count++;
    }
  }
  return { count, nodes, cells, edgeOfSide };
}

function refuse({ lat, lon }: Mesh, a: number, b: number): never {
  const place = (node: number): string => `${node} (latitude ${lat[node]}, longitude ${lon[node]})`;
  throw new DteError('input.grid', `the edge from node ${place(a)} to node ${place(b)} has two cells on one side`, {
    hint: 'cells must not overlap, and all must turn counter-clockwise',
  });
}
