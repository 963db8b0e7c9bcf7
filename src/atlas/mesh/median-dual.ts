import { nodeEdges } from './connectivity.js';
import { meshEdges } from './edges.js';
import { type Edges, type MedianDual, type Mesh, noIndex } from './mesh.js';

/**
 * The median dual mesh in longitude and latitude, as atlas builds it for finite volumes: triangles that patch a pole are left
 * out, the dual cells of the rows next to it reach up to the pole, and each node of such a row has an edge to the one opposite.
 *
 * Promise: around every node the normals, counted outwards by `sign`, sum to zero, except at the boundary of a part of the globe;
 * volumes of a global mesh whose poles are patched, or whose rows on the poles keep all points, sum to 360 x 180. A node that
 * alone stands on a pole has in each cell the longitude of the other corners: there operators in longitude have no meaning.
 */
export function medianDual(mesh: Mesh): MedianDual {
  const plane: Plane = { mesh, polar: polarNodes(mesh), anywhere: poleNodes(mesh) };
  const edges = meshEdges(mesh, { withoutPatches: true, acrossPoles: oppositePairs(plane) });
  const centres = planeCentres(plane, edges);
  const volume = cellVolumes(plane, edges, centres);
  const normal = new Float64Array(2 * edges.count);
  const inner = edges.count - edges.poleEdges;
  /** Width of the dual cell of each node where it touches a pole. */
  const width = new Float64Array(mesh.nodes);
  for (let edge = 0; edge < inner; edge++) {
    const { x, y, halfX } = middle(plane, edges, edge);
    const left = edges.cells[2 * edge];
    const right = edges.cells[2 * edge + 1];
    const pole = right === noIndex ? poleBeyond(plane, edges, edge) : 0;
    const xR = right === noIndex ? x : near(centres[2 * right], x);
    const yR = right === noIndex ? (pole === 0 ? y : pole) : centres[2 * right + 1];
    normal[2 * edge] = centres[2 * left + 1] - yR;
    normal[2 * edge + 1] = xR - near(centres[2 * left], x);
    if (pole === 0) continue;
    for (let k = 0; k < 2; k++) {
      const node = edges.nodes[2 * edge + k];
      volume[node] += Math.abs(halfX * (pole - mesh.lat[node]));
      width[node] += Math.abs(halfX);
    }
  }
  for (let edge = inner; edge < edges.count; edge++) {
    const node = edges.nodes[2 * edge];
    normal[2 * edge + 1] = Math.sign(mesh.lat[node]) * width[node];
  }
  const edgesOf = nodeEdges(mesh, edges);
  return { edges, volume, normal, edgesOf, sign: signs(mesh, edges, edgesOf.start, edgesOf.index) };
}

interface Plane {
  readonly mesh: Mesh;
  /** 1 for nodes of the rows next to patched poles. `[nodes]` */
  readonly polar: Uint8Array;
  /** Nodes that alone stand on a pole: north, south; `noIndex` for none. */
  readonly anywhere: readonly [number, number];
}

function polarNodes({ nodes, triangles, patchTriangles, pointOf }: Mesh): Uint8Array {
  const polar = new Uint8Array(nodes);
  for (const node of triangles.subarray(triangles.length - 3 * patchTriangles)) polar[node] = 1;
  if (patchTriangles === 0) return polar;
  // Repeated nodes come after the point that they repeat.
  for (let node = 0; node < nodes; node++) if (pointOf[node] < node) polar[node] = polar[pointOf[node]];
  return polar;
}

function poleNodes({ lat, quads, triangles }: Mesh): readonly [number, number] {
  const alone = (pole: number): number => {
    let found = noIndex;
    for (const list of [quads, triangles]) {
      for (let at = 0; at < list.length; at++) {
        if (lat[list[at]] !== pole || list[at] === found) continue;
        if (found !== noIndex) return noIndex;
        found = list[at];
      }
    }
    return found;
  };
  return [alone(90), alone(-90)];
}

/** The pole that a boundary edge faces; 0 for none. */
function poleBeyond({ mesh, polar }: Plane, { nodes }: Edges, edge: number): number {
  const a = nodes[2 * edge];
  return polar[a] === 1 && polar[nodes[2 * edge + 1]] === 1 ? 90 * Math.sign(mesh.lat[a]) : 0;
}

/** Nodes of a row next to a pole with the ones half a circle further, each pair once. Longitudes count to micro-degrees, as upstream. */
function oppositePairs({ mesh, polar }: Plane): Uint32Array {
  const pairs: number[] = [];
  const circle = 360_000_000;
  for (const side of [1, -1]) {
    const at = new Map<number, number>();
    for (let node = mesh.nodes - 1; node >= 0; node--) {
      if (polar[node] === 0 || Math.sign(mesh.lat[node]) !== side) continue;
      // A repeated node gives way to the one that it repeats, which comes first.
      at.set(((Math.round(mesh.lon[node] * 1e6) % circle) + circle) % circle, node);
    }
    for (const [lon, node] of at) {
      const other = at.get((lon + circle / 2) % circle);
      if (other !== undefined && node < other) pairs.push(node, other);
    }
  }
  return Uint32Array.from(pairs);
}

/** `lon` a whole number of circles further, so that it is within half a circle of `x`. */
function near(lon: number, x: number): number {
  const away = lon - x;
  return away > 180 || away < -180 ? lon - 360 * Math.round(away / 360) : lon;
}

/** Means of the corners of each cell, degrees. `[cells, 2]` */
function planeCentres({ mesh, anywhere }: Plane, edges: Edges): Float64Array {
  const { quads, triangles, lat, lon } = mesh;
  const [north, south] = anywhere;
  const cells = edges.ofCell.start.length - 1;
  const centres = new Float64Array(2 * cells);
  const quadCount = quads.length / 4;
  for (let cell = 0; cell < cells; cell++) {
    const isQuad = cell < quadCount;
    const list = isQuad ? quads : triangles;
    const corners = isQuad ? 4 : 3;
    const from = isQuad ? 4 * cell : 3 * (cell - quadCount);
    const isAnywhere = list[from] === north || list[from] === south;
    const reference = lon[list[isAnywhere ? from + 1 : from]];
    let x = 0;
    let y = 0;
    let counted = 0;
    for (let k = 0; k < corners; k++) {
      const node = list[from + k];
      y += lat[node];
      if (node === north || node === south) continue;
      x += near(lon[node], reference);
      counted++;
    }
    centres[2 * cell] = x / counted;
    centres[2 * cell + 1] = y / corners;
  }
  return centres;
}

interface Middle {
  readonly x: number;
  readonly y: number;
  /** Half the way from the first node to the second. */
  readonly halfX: number;
  readonly halfY: number;
}

/** Middle of an edge, its longitude counted from its first node on. */
function middle({ mesh: { lat, lon }, anywhere }: Plane, { nodes }: Edges, edge: number): Middle {
  const a = nodes[2 * edge];
  const b = nodes[2 * edge + 1];
  const from = a === anywhere[0] || a === anywhere[1] ? lon[b] : lon[a];
  const to = b === anywhere[0] || b === anywhere[1] ? from : near(lon[b], from);
  return { x: (from + to) / 2, y: (lat[a] + lat[b]) / 2, halfX: (to - from) / 2, halfY: (lat[b] - lat[a]) / 2 };
}

/** Square degrees around every node: the triangles of cell centre, edge middle and node. */
function cellVolumes(plane: Plane, edges: Edges, centres: Float64Array): Float64Array {
  const volume = new Float64Array(plane.mesh.nodes);
  const { start, index } = edges.ofCell;
  for (let cell = 0; cell + 1 < start.length; cell++) {
    for (let at = start[cell]; at < start[cell + 1]; at++) {
      const edge = index[at];
      const { x, y, halfX, halfY } = middle(plane, edges, edge);
      const toX = near(centres[2 * cell], x) - x;
      const toY = centres[2 * cell + 1] - y;
      // Both nodes lie half an edge from its middle, so their triangles are equal.
      const area = Math.abs(halfX * toY - halfY * toX) / 2;
      volume[edges.nodes[2 * edge]] += area;
      volume[edges.nodes[2 * edge + 1]] += area;
    }
  }
  return volume;
}

function signs(mesh: Mesh, edges: Edges, start: Uint32Array, index: Uint32Array): Float32Array {
  const sign = new Float32Array(index.length);
  const inner = edges.count - edges.poleEdges;
  for (let node = 0; node < mesh.nodes; node++) {
    for (let at = start[node]; at < start[node + 1]; at++) {
      const edge = index[at];
      sign[at] = edge >= inner || edges.nodes[2 * edge] === node ? 1 : -1;
    }
  }
  return sign;
}
