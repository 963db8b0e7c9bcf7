import { addVertex, polygonBuffer, type Polygon } from './polygon.js';

/** A corner this little inside of an edge's great circle lies on it: straight angles are convex. */
const straight = 1e-15;

type Refuse = (reason: string) => never;

/**
 * A cell, of great-circle edges running either way around, as convex parts that run counter-clockwise and hold no pole inside.
 * `refuse` is called for a cell whose edges cross or which is too large.
 */
export function convexParts(corners: Polygon, refuse: Refuse): readonly Polygon[] {
  if (isConvex(corners)) return splitAtPole(corners);
  const backwards = reversedPolygon(corners);
  if (isConvex(backwards)) return splitAtPole(backwards);
  const flat = flatten(corners, refuse);
  if (crosses(flat)) refuse('crosses itself');
  return flat.area >= 0 ? triangulate(corners, flat).flatMap(splitAtPole) : triangulate(backwards, reversed(flat)).flatMap(splitAtPole);
}

/** The corners seen from the centre of the sphere, on the plane that touches it at their mean: great circles become straight. */
interface Flat {
  readonly u: Float64Array;
  readonly v: Float64Array;
  /** Positive when the corners run counter-clockwise. */
  readonly area: number;
}

function flatten({ count, x, y, z }: Polygon, refuse: Refuse): Flat {
  let [cx, cy, cz] = [0, 0, 0];
  for (let k = 0; k < count; k++) {
    cx += x[k];
    cy += y[k];
    cz += z[k];
  }
  const length = Math.hypot(cx, cy, cz);
  const [nx, ny, nz] = [cx / length, cy / length, cz / length];
  // Two directions across: the first from the axis that n is farthest from.
  const axis = Math.abs(nx) < 0.6 ? [1, 0, 0] : [0, 1, 0];
  const along = axis[0] * nx + axis[1] * ny;
  const scale = 1 / Math.hypot(axis[0] - along * nx, axis[1] - along * ny, along * nz);
  const [ex, ey, ez] = [(axis[0] - along * nx) * scale, (axis[1] - along * ny) * scale, -along * nz * scale];
  const [fx, fy, fz] = [ny * ez - nz * ey, nz * ex - nx * ez, nx * ey - ny * ex];
  const u = new Float64Array(count);
  const v = new Float64Array(count);
  for (let k = 0; k < count; k++) {
    const height = x[k] * nx + y[k] * ny + z[k] * nz;
    if (!(height > 1e-3)) refuse('does not fit into a hemisphere');
    u[k] = (x[k] * ex + y[k] * ey + z[k] * ez) / height;
    v[k] = (x[k] * fx + y[k] * fy + z[k] * fz) / height;
  }
  let area = 0;
  for (let k = 0; k < count; k++) area += turn(u, v, 0, k, k + 1 === count ? 0 : k + 1);
  return { u, v, area };
}

/** Twice the signed area of a triangle. */
function turn(u: Float64Array, v: Float64Array, a: number, b: number, c: number): number {
  return (u[b] - u[a]) * (v[c] - v[a]) - (v[b] - v[a]) * (u[c] - u[a]);
}

function reversed({ u, v, area }: Flat): Flat {
  return { u: u.slice().reverse(), v: v.slice().reverse(), area: -area };
}

function reversedPolygon({ count, x, y, z }: Polygon): Polygon {
  const polygon = polygonBuffer(count);
  for (let k = count - 1; k >= 0; k--) addVertex(polygon, x[k], y[k], z[k], 0);
  return polygon;
}

/** Whether every corner lies on the left of every edge: true for no polygon that winds twice or crosses itself. */
function isConvex({ count, x, y, z }: Polygon): boolean {
  for (let k = 0; k < count; k++) {
    const next = k + 1 === count ? 0 : k + 1;
    const nx = y[k] * z[next] - z[k] * y[next];
    const ny = z[k] * x[next] - x[k] * z[next];
    const nz = x[k] * y[next] - y[k] * x[next];
    for (let other = 0; other < count; other++) {
      if (other === k || other === next) continue;
      if (nx * x[other] + ny * y[other] + nz * z[other] < -straight) return false;
    }
  }
  return true;
}

/** Whether two edges that are not neighbours meet. */
function crosses({ u, v }: Flat): boolean {
  const count = u.length;
  for (let a = 0; a < count; a++) {
    for (let c = a + 2; c < count; c++) {
      const b = a + 1;
      const d = c + 1 === count ? 0 : c + 1;
      if (d === a) continue;
      const parted = turn(u, v, a, b, c) * turn(u, v, a, b, d) < 0 && turn(u, v, c, d, a) * turn(u, v, c, d, b) < 0;
      if (parted) return true;
    }
  }
  return false;
}

/** Cuts ears off until three corners are left (Meisters 1975): a polygon that does not cross itself always has one. */
function triangulate(polygon: Polygon, { u, v }: Flat): Polygon[] {
  const left = Array.from(u.keys());
  const triangles: Polygon[] = [];
  while (left.length > 3) {
    const ear = findEar(left, u, v);
    const before = left[(ear + left.length - 1) % left.length];
    const after = left[(ear + 1) % left.length];
    if (turn(u, v, before, left[ear], after) > 0) triangles.push(corner(polygon, [before, left[ear], after]));
    left.splice(ear, 1);
  }
  if (turn(u, v, left[0], left[1], left[2]) > 0) triangles.push(corner(polygon, left));
  return triangles;
}

/** The ear with no other corner inside; where rounding hides all of them, the straightest corner. */
function findEar(left: readonly number[], u: Float64Array, v: Float64Array): number {
  const count = left.length;
  let flattest = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let ear = 0; ear < count; ear++) {
    const [a, b, c] = [left[(ear + count - 1) % count], left[ear], left[(ear + 1) % count]];
    const size = turn(u, v, a, b, c);
    if (Math.abs(size) < least) {
      least = Math.abs(size);
      flattest = ear;
    }
    if (size <= 0) continue;
    const holds = left.some(
      (p) => p !== a && p !== b && p !== c && turn(u, v, a, b, p) >= 0 && turn(u, v, b, c, p) >= 0 && turn(u, v, c, a, p) >= 0,
    );
    if (!holds) return ear;
  }
  return flattest;
}

function corner({ x, y, z }: Polygon, indices: readonly number[]): Polygon {
  const polygon = polygonBuffer(indices.length);
  for (const k of indices) addVertex(polygon, x[k], y[k], z[k], 0);
  return polygon;
}

/** A pole this near to an edge (radians, as the sine) lies on it. */
const onEdge = 1e-14;

/** A convex polygon with a pole inside, or on an edge, as a fan of triangles around it. */
function splitAtPole(polygon: Polygon): readonly Polygon[] {
  const pole = holdsPole(polygon, 1) ? 1 : holdsPole(polygon, -1) ? -1 : 0;
  if (pole === 0) return [polygon];
  const { count, x, y, z } = polygon;
  const fan: Polygon[] = [];
  for (let k = 0; k < count; k++) {
    const next = k + 1 === count ? 0 : k + 1;
    if (pole * (x[k] * y[next] - y[k] * x[next]) <= onEdge) continue;
    const triangle = polygonBuffer(3);
    addVertex(triangle, 0, 0, pole, 0);
    addVertex(triangle, x[k], y[k], z[k], 0);
    addVertex(triangle, x[next], y[next], z[next], 0);
    fan.push(triangle);
  }
  return fan;
}

/** Whether a pole is in the polygon and no corner of it. */
function holdsPole({ count, x, y, z }: Polygon, pole: 1 | -1): boolean {
  for (let k = 0; k < count; k++) {
    const next = k + 1 === count ? 0 : k + 1;
    // (a x b) . pole
    if (pole * (x[k] * y[next] - y[k] * x[next]) < -onEdge || Math.abs(z[k]) === 1) return false;
  }
  return z[0] * pole > 0;
}
