import { assert } from '../../base/index.js';
import { tripleProduct } from './unit-vectors.js';

/** Rounding of unit vectors (2^-53 in each coordinate) times the cube of a length, with room: below it four points are on one circle. */
const tie = 2 ** -47;
/** Twice the area of a triangle over its length, below which it has no width. */
export const sliver = 1e-13;
/** Flips per triangle after which something is wrong; real point sets need less than one. */
const patience = 16;

/**
 * Flips edges of a closed triangulation in place until no triangle's circle contains the far corner of a neighbour. Four points on
 * one circle get the diagonal from the lowest index.
 */
export function flipToDelaunay(triangles: Uint32Array, halfEdges: Int32Array, vectors: Float64Array): void {
  const pending: number[] = [];
  let left = patience * triangles.length;
  for (let edge = 0; edge < triangles.length; edge++) {
    if (halfEdges[edge] < edge) continue;
    pending.push(edge);
    while (pending.length > 0) {
      const at = pending.pop() as number;
      if (!wantsFlip(triangles, halfEdges, vectors, at, left > 0)) continue;
      // Ties that rounding decides differently from different sides could go round for ever.
      assert(left-- > -patience * triangles.length, 'flips of edges come to an end');
      const other = flip(triangles, halfEdges, at);
      pending.push(at, nextIn(at), other, nextIn(other));
    }
  }
}

function nextIn(edge: number): number {
  return edge % 3 === 2 ? edge - 2 : edge + 1;
}

function beforeIn(edge: number): number {
  return edge % 3 === 0 ? edge + 2 : edge - 1;
}

function wantsFlip(triangles: Uint32Array, halfEdges: Int32Array, vectors: Float64Array, edge: number, ties: boolean): boolean {
  const twin = halfEdges[edge];
  const a = triangles[edge];
  const b = triangles[nextIn(edge)];
  const c = triangles[beforeIn(edge)];
  const d = triangles[beforeIn(twin)];
  const dx = vectors[3 * d];
  const dy = vectors[3 * d + 1];
  const dz = vectors[3 * d + 2];
  const ax = vectors[3 * a] - dx;
  const ay = vectors[3 * a + 1] - dy;
  const az = vectors[3 * a + 2] - dz;
  const bx = vectors[3 * b] - dx;
  const by = vectors[3 * b + 1] - dy;
  const bz = vectors[3 * b + 2] - dz;
  const cx = vectors[3 * c] - dx;
  const cy = vectors[3 * c + 1] - dy;
  const cz = vectors[3 * c + 2] - dz;
  const aa = ax * ax + ay * ay + az * az;
  const bb = bx * bx + by * by + bz * bz;
  const cc = cx * cx + cy * cy + cz * cz;
  // Twice the volume over a, b, c and d, negative when d is above the plane of the others, which is: inside their circle. A chord
  // of square aa falls by aa / 2 below the horizon of d: put in exactly, because the rounding of unit vectors would drown it.
  const volume = -(
    aa * (dx * (by * cz - bz * cy) + dy * (bz * cx - bx * cz) + dz * (bx * cy - by * cx)) +
    bb * (dx * (cy * az - cz * ay) + dy * (cz * ax - cx * az) + dz * (cx * ay - cy * ax)) +
    cc * (dx * (ay * bz - az * by) + dy * (az * bx - ax * bz) + dz * (ax * by - ay * bx))
  );
  const size = Math.max(aa, bb, cc);
  if (Math.abs(volume) > tie * size * Math.sqrt(size)) return volume < 0;
  if (!ties) return false;
  if (Math.min(c, d) > Math.min(a, b)) return false;
  // A sliver is near every circle: only a quadrilateral with corners has two diagonals.
  const least = sliver * Math.sqrt(size);
  return tripleProduct(vectors, c, a, d) > least && tripleProduct(vectors, d, b, c) > least;
}

/** Turns the edge between two triangles; the outer edges that must be looked at again are those of `edge` and of the result. */
function flip(triangles: Uint32Array, halfEdges: Int32Array, edge: number): number {
  const twin = halfEdges[edge];
  const before = beforeIn(edge);
  const beforeTwin = beforeIn(twin);
  triangles[edge] = triangles[beforeTwin];
  triangles[twin] = triangles[before];
  link(halfEdges, edge, halfEdges[beforeTwin]);
  link(halfEdges, twin, halfEdges[before]);
  link(halfEdges, before, beforeTwin);
  return twin;
}

function link(halfEdges: Int32Array, a: number, b: number): void {
  halfEdges[a] = b;
  halfEdges[b] = a;
}
