/**
 * A polygon on the unit sphere whose inside lies to the left of its edges, in buffers that are used again. Edge k runs from
 * vertex k to the next: a great circle, or (where `parallel` is 1) the parallel through both ends. Edges are shorter than half a turn.
 * Edges may lie on each other: a clipped polygon that falls into pieces is held together by edges that are passed in both
 * directions, which change neither area nor moment.
 */
export interface Polygon {
  count: number;
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly z: Float64Array;
  readonly parallel: Uint8Array;
}

/** Every clip can add two vertices per edge; cells have few edges, and are clipped a few times. */
export const polygonRoom = 512;

export function polygonBuffer(room = polygonRoom): Polygon {
  const values = (): Float64Array => new Float64Array(room);
  return { count: 0, x: values(), y: values(), z: values(), parallel: new Uint8Array(room) };
}

export function addVertex(polygon: Polygon, x: number, y: number, z: number, parallel: 0 | 1): void {
  const at = polygon.count++;
  polygon.x[at] = x;
  polygon.y[at] = y;
  polygon.z[at] = z;
  polygon.parallel[at] = parallel;
}

/** A vertex this near to a clipping plane lies in it (a few units in the last place of a coordinate; 3 nm on the ground). */
const onPlane = 4e-16;

/**
 * The part of `from` with n . p >= 0, for n = (nx, ny, nz), into `into`. Parallel edges are cut by planes through the poles only
 * (nz = 0). A cut of a chord, brought to the sphere, is the cut of its great circle: no cross product, hence no cancellation.
 */
export function clipByPlane(from: Polygon, into: Polygon, nx: number, ny: number, nz: number): void {
  into.count = 0;
  const { count, x, y, z, parallel } = from;
  if (count === 0) return;
  const side = (k: number): number => {
    const d = nx * x[k] + ny * y[k] + nz * z[k];
    return Math.abs(d) <= onPlane ? 0 : d;
  };
  let here = side(0);
  const first = here;
  for (let k = 0; k < count; k++) {
    const next = k + 1 === count ? 0 : k + 1;
    const there = next === 0 ? first : side(next);
    // A vertex in the plane stays; where the polygon leaves from it, the way back runs along the plane.
    if (here >= 0) addVertex(into, x[k], y[k], z[k], here === 0 && there < 0 ? 0 : (parallel[k] as 0 | 1));
    if (here * there < 0) addCut(from, into, k, next, here, there);
    here = there;
  }
}

/** The point where edge k meets a plane at distances `here` and `there` of its ends. */
function addCut({ x, y, z, parallel }: Polygon, into: Polygon, k: number, next: number, here: number, there: number): void {
  const a = Math.abs(there);
  const b = Math.abs(here);
  const cx = a * x[k] + b * x[next];
  const cy = a * y[k] + b * y[next];
  const edge = here > 0 ? 0 : (parallel[k] as 0 | 1);
  if (parallel[k] === 1) {
    const z0 = z[k];
    const scale = Math.sqrt((1 - z0) * (1 + z0)) / Math.hypot(cx, cy);
    addVertex(into, cx * scale, cy * scale, z0, edge);
    return;
  }
  const cz = a * z[k] + b * z[next];
  const scale = 1 / Math.sqrt(cx * cx + cy * cy + cz * cz);
  addVertex(into, cx * scale, cy * scale, cz * scale, edge);
}

/** Places of cuts along an edge, as shares of its chord, ascending. */
const cuts = new Float64Array(2);

/**
 * The part of `from` north (`sign` 1) or south (`sign` -1) of the parallel with sine `z0`, into `into`. A great circle may meet
 * the parallel twice. No pole may lie inside of `from` (on an edge or vertex is right): a cap that no edge meets would not be seen.
 */
export function clipByParallel(from: Polygon, into: Polygon, z0: number, sign: 1 | -1): void {
  into.count = 0;
  const { count, x, y, z, parallel } = from;
  for (let k = 0; k < count; k++) {
    const next = k + 1 === count ? 0 : k + 1;
    const here = sideOf(z[k], z0, sign);
    const there = sideOf(z[next], z0, sign);
    const found = parallel[k] === 1 ? 0 : cutsOfArc(from, k, next, z0, here, there);
    // Sides alternate at the cuts; an edge from cut to end has the side of its end.
    const isInside = startsInside(here, there, found, z0 * sign, parallel[k] === 1);
    if (here >= 0) addVertex(into, x[k], y[k], z[k], isInside ? (parallel[k] as 0 | 1) : 1);
    for (let cut = 0; cut < found; cut++) addCutAt(from, into, k, next, cuts[cut], z0, (cut === 0) === isInside ? 1 : 0);
  }
}

function sideOf(z: number, z0: number, sign: 1 | -1): number {
  const d = (z - z0) * sign;
  return Math.abs(d) <= onPlane ? 0 : d;
}

/** Whether an edge runs inside from its first end on. `height` is the sine of the parallel, positive when the pole beyond it is inside. */
function startsInside(here: number, there: number, found: number, height: number, isParallel: boolean): boolean {
  if (here !== 0) return here > 0;
  if (there !== 0) return found === 1 ? there < 0 : there > 0;
  // Both ends on the parallel: a great circle bends to the pole, a parallel edge counts as inside.
  return isParallel || height >= 0;
}

/**
 * Where the arc of edge k meets the parallel strictly between its ends; the number of places, in `cuts`. The point p at share t of the
 * chord has z(t)^2 = z0^2 |p|^2 with |p|^2 = 1 - t (1 - t) e^2, e the chord: all coefficients are made of small differences.
 */
function cutsOfArc({ x, y, z }: Polygon, k: number, next: number, z0: number, here: number, there: number): number {
  const dz = z[next] - z[k];
  const crosses = here * there < 0;
  if (Math.abs(z0) <= onPlane) {
    cuts[0] = -z[k] / dz;
    return crosses ? 1 : 0;
  }
  const e2 = (x[next] - x[k]) ** 2 + (y[next] - y[k]) ** 2 + dz * dz;
  if (!crosses) {
    // An arc bends towards its pole only: both ends must be on the equator's side of the parallel, or on it.
    const below = z0 > 0 ? z0 - Math.max(z[k], z[next]) : Math.min(z[k], z[next]) - z0;
    if (below < -onPlane || (e2 < 0.5 && below > 0.15 * e2)) return 0;
    if (here === 0 && there === 0) return 0;
  }
  const a = dz * dz - z0 * z0 * e2;
  const b = 2 * z[k] * dz + z0 * z0 * e2;
  const c = (z[k] - z0) * (z[k] + z0);
  if (here === 0 || there === 0) return otherCut(a, b, c, z[k], dz, z0, here === 0);
  const root = b * b - 4 * a * c;
  if (root < 0) return 0;
  const q = -0.5 * (b + (b < 0 ? -1 : 1) * Math.sqrt(root));
  const [one, other] = [c / q, q / a];
  const isOne = isPlace(one, z[k], dz, z0);
  const isOther = isPlace(other, z[k], dz, z0);
  if (crosses) {
    // Rounding may push the one place that must exist off an end.
    cuts[0] = isOne ? one : isOther ? other : here / (here - there);
    return 1;
  }
  if (!isOne || !isOther || one === other) return 0;
  cuts[0] = Math.min(one, other);
  cuts[1] = Math.max(one, other);
  return 2;
}

/** Whether a root is a share of the chord, and on the parallel rather than on its mirror image. */
function isPlace(t: number, z: number, dz: number, z0: number): boolean {
  return t > 0 && t < 1 && (z + t * dz) * z0 > 0;
}

/** The second meeting of an arc one of whose ends lies on the parallel: the product of the roots is c / a, their sum -b / a. */
function otherCut(a: number, b: number, c: number, z: number, dz: number, z0: number, atStart: boolean): number {
  const t = atStart ? -b / a : c / a;
  if (!(t > 1e-12 && t < 1 - 1e-12) || (z + t * dz) * z0 <= 0) return 0;
  cuts[0] = t;
  return 1;
}

function addCutAt({ x, y }: Polygon, into: Polygon, k: number, next: number, t: number, z0: number, parallel: 0 | 1): void {
  const cx = x[k] + t * (x[next] - x[k]);
  const cy = y[k] + t * (y[next] - y[k]);
  const scale = Math.sqrt((1 - z0) * (1 + z0)) / Math.hypot(cx, cy);
  addVertex(into, cx * scale, cy * scale, z0, parallel);
}

export function copyPolygon(from: Polygon, into: Polygon): void {
  into.count = from.count;
  for (let k = 0; k < from.count; k++) {
    into.x[k] = from.x[k];
    into.y[k] = from.y[k];
    into.z[k] = from.z[k];
    into.parallel[k] = from.parallel[k];
  }
}
