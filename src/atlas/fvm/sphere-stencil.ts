import { cross, dot, unitVector, type Vector } from '../functionspace/areas.js';
import type { Mesh } from '../mesh/index.js';
import { type Corner, dualTable, type Point } from './dual-table.js';
import { sortedEntries, type Stencil, type Table } from './stencil.js';

const degree = Math.PI / 180;

/** East and north at a node. At a pole those of its meridian. */
interface Frame {
  readonly up: Vector;
  readonly east: Vector;
  readonly north: Vector;
}

/**
 * Operators in the tangent plane of every node: its dual cell is projected there along great circles (lengths from the node are
 * true), and a neighbour's vector is carried over along the great circle between them. So no operator knows of poles, and any
 * mesh that covers the sphere will do.
 */
export function sphereStencil(mesh: Mesh, items: number, radius: number): Stencil {
  const frames = Array.from({ length: items }, (_, node) => frameOf(mesh.lat[node] as number, mesh.lon[node] as number));
  const corners = Array.from({ length: mesh.nodes }, (_, node) => unitVector(mesh.lat[node] as number, mesh.lon[node] as number));
  const at = (node: number): Frame => frames[node < items ? node : (mesh.pointOf[node] as number)] as Frame;
  const table = dualTable(mesh, items, (nodes, k) => cornerOf(at(nodes[k] as number), corners, nodes, k));
  return stencilOf(table, frames, radius);
}

function frameOf(lat: number, lon: number): Frame {
  const up = unitVector(lat, lon);
  const east: Vector = [-Math.sin(lon * degree), Math.cos(lon * degree), 0];
  return { up, east, north: cross(up, east) };
}

function cornerOf(frame: Frame, corners: readonly Vector[], nodes: Uint32Array, k: number): Corner {
  const count = nodes.length;
  const own = corners[nodes[k] as number] as Vector;
  const next = corners[nodes[(k + 1) % count] as number] as Vector;
  const last = corners[nodes[(k + count - 1) % count] as number] as Vector;
  const all = Array.from(nodes, (node) => corners[node] as Vector);
  return { next: projected(frame, sum([own, next])), last: projected(frame, sum([own, last])), centre: projected(frame, sum(all)) };
}

function sum(vectors: readonly Vector[]): Vector {
  return vectors.reduce(([x, y, z], vector) => [x + vector[0], y + vector[1], z + vector[2]] as const, [0, 0, 0] as Vector);
}

/** Azimuthal equidistant: the direction of a point (of any length) from the node, times the angle between them. */
function projected({ up, east, north }: Frame, point: Vector): Point {
  const x = dot(point, east);
  const y = dot(point, north);
  const across = Math.hypot(x, y);
  const angle = Math.atan2(across, dot(point, up));
  const factor = across === 0 ? 0 : angle / across;
  return [x * factor, y * factor];
}

function stencilOf(table: Table, frames: readonly Frame[], radius: number): Stencil {
  const nodes = frames.length;
  const start = new Uint32Array(nodes + 1);
  for (let node = 0; node < nodes; node++) start[node + 1] = (start[node] as number) + (table.count[node] as number);
  const entries = start[nodes] as number;
  const neighbour = new Uint32Array(entries);
  const [gradient, divergence, turn] = [new Float64Array(2 * entries), new Float64Array(2 * entries), new Float64Array(2 * entries)];
  const own = new Float64Array(2 * nodes);
  for (let node = 0; node < nodes; node++) {
    const scale = 1 / (2 * (table.volume[node] as number) * radius);
    let at = start[node] as number;
    for (const entry of sortedEntries(table, node)) {
      const other = table.neighbour[entry] as number;
      const [c, s] = turnBetween(frames[other] as Frame, frames[node] as Frame);
      const x = (table.x[entry] as number) * scale;
      const y = (table.y[entry] as number) * scale;
      const a = x * c + y * s;
      const b = y * c - x * s;
      neighbour[at] = other;
      gradient.set([x, y], 2 * at);
      turn.set([c, s], 2 * at);
      divergence.set([a, b], 2 * at);
      own[2 * node]! += a - x;
      own[2 * node + 1]! += b - y;
      at++;
    }
  }
  return { nodes, start, neighbour, gradient, divergence, own, turn };
}

/** Cosine and sine of the angle by which the frame turns when it is carried along the great circle from one node to another. */
function turnBetween(from: Frame, to: Frame): readonly [number, number] {
  const carried = carry(from.east, from.up, to.up);
  return [dot(carried, to.east), dot(carried, to.north)];
}

/** The rotation that takes `from` to `to` on the shortest way, applied to a vector across `from`. */
function carry(vector: Vector, from: Vector, to: Vector): Vector {
  const factor = dot(to, vector) / (1 + dot(from, to));
  return [vector[0] - factor * (from[0] + to[0]), vector[1] - factor * (from[1] + to[1]), vector[2] - factor * (from[2] + to[2])];
}
