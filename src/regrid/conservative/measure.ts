import type { Polygon } from './polygon.js';

/** What a region weighs: its area (steradians) and its moment, the integral of the unit vector over it. */
export interface Measure {
  area: number;
  mx: number;
  my: number;
  mz: number;
}

/**
 * Twice the angle whose tangent is rise / run, run > 0 unless the triangle is larger than a hemisphere. The series is exact to
 * rounding below its bound, and spares most calls of atan2.
 */
function twiceAngle(rise: number, run: number): number {
  const t = rise / run;
  if (t > -1e-3 && t < 1e-3 && run > 0) return 2 * t * (1 - t * t * (1 / 3 - t * t * 0.2));
  return 2 * Math.atan2(rise, run);
}

/**
 * Area and, with `withMoment`, moment of a polygon of great circles and parallels.
 *
 * Area: spherical triangles (vertex 0, k, k + 1), each 2 atan2(a . (b - a) x (c - a), 1 + ab + bc + ca) (Van Oosterom and Strackee
 * 1983; the product of differences does not cancel), and for every parallel edge the lens between the parallel at sine s
 * and the great circle through its ends, dlon apart: 2 atan(s tan(dlon / 2)) - s dlon.
 *
 * Moment: half the integral of p x dp around the edge, whatever the surface. Around chords it is the vector area of a flat polygon,
 * taken from vertex 0 so that it does not cancel; an arc adds (angle / sin(angle) - 1) a x b / 2 to its chord, a parallel has the
 * integral (s (y - y'), s (x' - x), r^2 dlon) in full.
 */
export function measure(polygon: Polygon, result: Measure, withMoment: boolean): void {
  result.area = 0;
  result.mx = 0;
  result.my = 0;
  result.mz = 0;
  const { count, x, y, z, parallel } = polygon;
  // Two vertices can hold the lens between a great circle and a parallel.
  if (count < 2) return;
  addTriangles(polygon, result);
  for (let k = 0; k < count; k++) {
    const next = k + 1 === count ? 0 : k + 1;
    if (parallel[k] === 1) {
      const s = z[k];
      const dlon = Math.atan2(x[k] * y[next] - y[k] * x[next], x[k] * x[next] + y[k] * y[next]);
      result.area += lens(s, dlon);
      if (withMoment) addParallelBulge(polygon, k, next, dlon, result);
    } else if (withMoment) addArcBulge(x[k], y[k], z[k], x[next], y[next], z[next], result);
  }
}

/**
 * 2 atan(s tan x) - 2 s x for x = dlon / 2. Both terms nearly cancel for short edges: with c^2 = 1 - s^2 the derivative is
 * 2 s (1 / (1 - c^2 sin^2 x) - 1), hence the series.
 */
export function lens(s: number, dlon: number): number {
  const x = dlon / 2;
  if (Math.abs(dlon) > 0.02) return 2 * Math.atan(s * Math.tan(x)) - s * dlon;
  const c2 = 1 - s * s;
  const x2 = x * x;
  return 2 * s * c2 * x * x2 * (1 / 3 + x2 * ((c2 - 1 / 3) / 5 + (x2 * (2 / 45 - (2 * c2) / 3 + c2 * c2)) / 7));
}

/** Areas of the triangles, and the vector area of the flat ones. */
function addTriangles({ count, x, y, z }: Polygon, result: Measure): void {
  const [ax, ay, az] = [x[0], y[0], z[0]];
  let [bx, by, bz] = [x[1] - ax, y[1] - ay, z[1] - az];
  let ab = bx * bx + by * by + bz * bz;
  for (let k = 2; k < count; k++) {
    const cx = x[k] - ax;
    const cy = y[k] - ay;
    const cz = z[k] - az;
    const ac = cx * cx + cy * cy + cz * cz;
    const nx = by * cz - bz * cy;
    const ny = bz * cx - bx * cz;
    const nz = bx * cy - by * cx;
    // 1 + ab + bc + ca as dot products, from the squares of the chords: 4 - (sum of squares) / 2.
    const run = 4 - (ab + ac + (cx - bx) ** 2 + (cy - by) ** 2 + (cz - bz) ** 2) / 2;
    result.area += twiceAngle(ax * nx + ay * ny + az * nz, run);
    result.mx += nx / 2;
    result.my += ny / 2;
    result.mz += nz / 2;
    bx = cx;
    by = cy;
    bz = cz;
    ab = ac;
  }
}

/** (angle / sin(angle) - 1) a x b / 2 */
function addArcBulge(ax: number, ay: number, az: number, bx: number, by: number, bz: number, result: Measure): void {
  const [dx, dy, dz] = [bx - ax, by - ay, bz - az];
  const nx = ay * dz - az * dy;
  const ny = az * dx - ax * dz;
  const nz = ax * dy - ay * dx;
  const sin2 = nx * nx + ny * ny + nz * nz;
  if (sin2 === 0) return;
  const share = bulge(sin2, 1 - (dx * dx + dy * dy + dz * dz) / 2) / 2;
  result.mx += share * nx;
  result.my += share * ny;
  result.mz += share * nz;
}

/** angle / sin(angle) - 1, from the square of the sine and the cosine. */
function bulge(sin2: number, cos: number): number {
  // angle / sin = 1 + s^2 / 6 + 3 s^4 / 40 + 5 s^6 / 112 + ..., s the sine
  if (sin2 < 1e-4 && cos > 0) return sin2 * (1 / 6 + sin2 * (3 / 40 + (sin2 * 5) / 112));
  const sin = Math.sqrt(sin2);
  return Math.atan2(sin, cos) / sin - 1;
}

/** What a parallel edge has beyond its chord: half of (s (y - y'), s (x' - x), r^2 dlon) - a x b. */
function addParallelBulge({ x, y, z }: Polygon, k: number, next: number, dlon: number, result: Measure): void {
  // The first two components are those of a x b; r^2 (dlon - sin(dlon)) is left of the third.
  const r2 = (1 - z[k]) * (1 + z[k]);
  const excess = Math.abs(dlon) < 0.02 ? (dlon ** 3 / 6) * (1 - (dlon * dlon) / 20) : dlon - (x[k] * y[next] - y[k] * x[next]) / r2;
  result.mz += (r2 * excess) / 2;
}
