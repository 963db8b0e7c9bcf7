import { forEachCell, itemOfNode } from '../functionspace/columns.js';
import type { Mesh } from '../mesh/index.js';
import { dualCorner, dualTable } from './dual-table.js';
import { newStencil, sortEntries, type Stencil, type Table } from './stencil.js';

const degree = Math.PI / 180;

/** Up, east and north at every node. At a pole those of its meridian. `[nodes, 3]` each */
interface Frames {
  readonly up: Float64Array;
  readonly east: Float64Array;
  readonly north: Float64Array;
}

/**
 * Operators in the tangent plane of every node: its dual cell is projected there along great circles (lengths from the node are
 * true), and a neighbour's vector is carried over along the great circle between them. So no operator knows of poles, and any
 * mesh that covers the sphere will do.
 */
export function sphereStencil(mesh: Mesh, items: number, radius: number): Stencil {
  const frames = framesOf(mesh);
  const table = dualTable(mesh, items);
  const corner = { next: new Float64Array(2), last: new Float64Array(2), centre: new Float64Array(2) };
  const sum = new Float64Array(3);
  forEachCell(mesh, (nodes) => {
    const count = nodes.length;
    for (let k = 0; k < count; k++) {
      const [node, next, last] = [nodes[k], nodes[(k + 1) % count], nodes[(k + count - 1) % count]];
      for (let axis = 0; axis < 3; axis++) sum[axis] = frames.up[3 * node + axis] + frames.up[3 * next + axis];
      project(frames, node, sum, corner.next);
      for (let axis = 0; axis < 3; axis++) sum[axis] = frames.up[3 * node + axis] + frames.up[3 * last + axis];
      project(frames, node, sum, corner.last);
      sum.fill(0);
      for (const each of nodes) for (let axis = 0; axis < 3; axis++) sum[axis] += frames.up[3 * each + axis];
      project(frames, node, sum, corner.centre);
      const item = itemOfNode(mesh, items, node);
      dualCorner(table, item, itemOfNode(mesh, items, next), itemOfNode(mesh, items, last), corner);
    }
  });
  return stencilOf(table, frames, items, radius);
}

function framesOf({ lat, lon, nodes }: Mesh): Frames {
  const [up, east, north] = [new Float64Array(3 * nodes), new Float64Array(3 * nodes), new Float64Array(3 * nodes)];
  for (let node = 0; node < nodes; node++) {
    const [s, c] = Math.abs(lat[node]) === 90 ? [Math.sign(lat[node]), 0] : [Math.sin(lat[node] * degree), Math.cos(lat[node] * degree)];
    const [sinLon, cosLon] = [Math.sin(lon[node] * degree), Math.cos(lon[node] * degree)];
    up.set([c * cosLon, c * sinLon, s], 3 * node);
    east.set([-sinLon, cosLon, 0], 3 * node);
    north.set([-s * cosLon, -s * sinLon, c], 3 * node);
  }
  return { up, east, north };
}

function dot(a: Float64Array, ia: number, b: Float64Array, ib: number): number {
  return a[ia] * b[ib] + a[ia + 1] * b[ib + 1] + a[ia + 2] * b[ib + 2];
}

/** Azimuthal equidistant: the direction of a point (of any length) from the node, times the angle between them. */
function project({ up, east, north }: Frames, node: number, point: Float64Array, into: Float64Array): void {
  const x = dot(point, 0, east, 3 * node);
  const y = dot(point, 0, north, 3 * node);
  const across = Math.sqrt(x * x + y * y);
  const factor = across === 0 ? 0 : Math.atan2(across, dot(point, 0, up, 3 * node)) / across;
  into[0] = x * factor;
  into[1] = y * factor;
}

function stencilOf(table: Table, frames: Frames, items: number, radius: number): Stencil {
  const start = new Uint32Array(items + 1);
  for (let node = 0; node < items; node++) start[node + 1] = start[node] + sortEntries(table, node);
  const stencil = newStencil(start);
  const { neighbour, gradient, divergence, own, turn } = stencil;
  for (let node = 0; node < items; node++) {
    const scale = 1 / (2 * table.volume[node] * radius);
    const shift = table.start[node] - start[node];
    for (let at = start[node]; at < start[node + 1]; at++) {
      const other = table.neighbour[at + shift];
      const x = table.x[at + shift] * scale;
      const y = table.y[at + shift] * scale;
      turnBetween(frames, other, node, turn, 2 * at);
      const [c, s] = [turn[2 * at], turn[2 * at + 1]];
      neighbour[at] = other;
      gradient[2 * at] = x;
      gradient[2 * at + 1] = y;
      divergence[2 * at] = x * c + y * s;
      divergence[2 * at + 1] = y * c - x * s;
      own[2 * node] += divergence[2 * at] - x;
      own[2 * node + 1] += divergence[2 * at + 1] - y;
    }
  }
  return stencil;
}

/**
 * Cosine and sine of the angle by which the frame turns when it is carried from one node to another along the great circle: its
 * east after the rotation w - (w · to) (from + to) / (1 + from · to), along east and north there.
 */
function turnBetween({ up, east, north }: Frames, from: number, to: number, into: Float64Array, at: number): void {
  const factor = dot(east, 3 * from, up, 3 * to) / (1 + dot(up, 3 * from, up, 3 * to));
  // up at `to` has no part along its own east and north.
  into[at] = dot(east, 3 * from, east, 3 * to) - factor * dot(up, 3 * from, east, 3 * to);
  into[at + 1] = dot(east, 3 * from, north, 3 * to) - factor * dot(up, 3 * from, north, 3 * to);
}
