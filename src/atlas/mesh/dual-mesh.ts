import { nodeCells } from './connectivity.js';
import type { Coordinates } from '../grid.js';
import type { Mesh } from './mesh.js';

/**
 * The mesh whose nodes are the cells of another, of which `centres` are the places: around each node of that where all cells meet
 * in a ring there is a cell here, a quadrilateral or triangle, or a fan of triangles where more than four meet.
 */
export function dualMesh(mesh: Mesh, centres: Coordinates): Mesh {
  const around = nodeCells(mesh);
  const quads: number[] = [];
  const triangles: number[] = [];
  for (let node = 0; node < mesh.nodes; node++) {
    const ring = ringOf(mesh, node, around.index.subarray(around.start[node], around.start[node + 1]));
    if (ring.length === 4) quads.push(...ring);
    else for (let k = 2; k < ring.length; k++) triangles.push(ring[0], ring[k - 1], ring[k]);
  }
  const points = centres.lat.length;
  return {
    centring: 'nodes',
    points,
    nodes: points,
    lat: centres.lat,
    lon: centres.lon,
    flags: new Uint8Array(points),
    pointOf: Uint32Array.from({ length: points }, (_, point) => point),
    quads: Uint32Array.from(quads),
    triangles: Uint32Array.from(triangles),
    patchTriangles: 0,
  };
}

/** The cells at a node counter-clockwise, from the lowest on; none where they do not close around it. */
function ringOf(mesh: Mesh, node: number, cells: Uint32Array): readonly number[] {
  const sectors = [...cells].map((cell) => sectorOf(mesh, node, cell));
  const ring = [sectors[0]];
  while (ring.length < sectors.length) {
    const next = sectors.find(({ from }) => from === ring[ring.length - 1].to);
    if (next === undefined || next === ring[0]) return [];
    ring.push(next);
  }
  return ring.length > 2 && ring[ring.length - 1].to === ring[0].from ? ring.map(({ cell }) => cell) : [];
}

interface Sector {
  readonly cell: number;
  /** Nodes of the cell after and before the one that it is looked at from. */
  readonly from: number;
  readonly to: number;
}

function sectorOf({ quads, triangles }: Mesh, node: number, cell: number): Sector {
  const isQuad = 4 * cell < quads.length;
  const width = isQuad ? 4 : 3;
  const corners = isQuad ? quads.subarray(4 * cell, 4 * cell + 4) : triangles.subarray(3 * (cell - quads.length / 4)).subarray(0, 3);
  const at = corners.indexOf(node);
  return { cell, from: corners[(at + 1) % width], to: corners[(at + width - 1) % width] };
}
