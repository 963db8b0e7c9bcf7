import Delaunator from 'delaunator';
import { DteError } from '../../base/index.js';
import { checkPlaces, firstAtPlace, refuseDuplicates } from './check-points.js';
import { flipToDelaunay, sliver } from './flip.js';
import { tripleProduct, unitVectors } from './unit-vectors.js';

export interface DelaunayOptions {
  /** Points at the place of an earlier one: refused, or left out of all triangles. */
  readonly duplicates?: 'refuse' | 'skip';
}

/** Points closer than this are one place, in radii: 6 mm on Earth, far above the rounding of coordinates. */
const samePlace = 1e-9;

/**
 * The Delaunay triangles of points on the sphere, `[triangles, 3]`, counter-clockwise seen from outside: no circle through the
 * corners of one contains another point. Points all around the globe give a closed surface of 2 points - 4 triangles; points of a
 * region give their convex hull. Where four or more points lie on one circle, diagonals start at the lowest index, so the
 * result does not hang on rounding.
 *
 * Method: the points are seen from the first of them, projected on a plane (stereographic: circles stay circles), which turns the
 * triangulation into a planar one, made by `delaunator`; the edges of its hull and the first point make the missing triangles.
 * The plane is distorted and delaunator's test for circles is not exact, so edges are then flipped in space where needed.
 *
 * Errors: `input.grid` for coordinates that are not finite, fewer than three points, points all on one circle, duplicates.
 *
 * @example delaunay(Float64Array.of(90, 0, 0, 0, 0, -90), Float64Array.of(0, 0, 90, 180, 270, 0)).length // 24
 */
export function delaunay(lat: Float64Array, lon: Float64Array, options: DelaunayOptions = {}): Uint32Array {
  checkPlaces(lat, lon);
  const vectors = unitVectors(lat, lon);
  const first = firstAtPlace(vectors, samePlace);
  if (options.duplicates !== 'skip') refuseDuplicates(first, lat, lon);
  const points = first.filter((place, point) => place === point);
  if (points.length < 4) return smallest(points, vectors);
  const { triangles, halfEdges } = closedTriangulation(points, vectors);
  flipToDelaunay(triangles, halfEdges, vectors);
  return facingOutwards(triangles, vectors);
}

function smallest(points: Uint32Array, vectors: Float64Array): Uint32Array {
  const [a, b, c] = points;
  const volume = points.length === 3 ? tripleProduct(vectors, a, b, c) : 0;
  if (volume === 0) {
    throw new DteError('input.grid', `${points.length} different points cannot be joined to triangles`, {
      hint: 'at least three that do not lie on one great circle are needed',
    });
  }
  return volume > 0 ? Uint32Array.of(a, b, c) : Uint32Array.of(a, c, b);
}

interface Triangulation {
  readonly triangles: Uint32Array;
  /** The opposite of every half-edge. */
  readonly halfEdges: Int32Array;
}

function closedTriangulation(points: Uint32Array, vectors: Float64Array): Triangulation {
  const planar = new Delaunator(seenFromFirst(points, vectors));
  const made = planar.triangles.length;
  const hull = planar.hull.length;
  const expected = 3 * (2 * points.length - 4);
  if (made === 0) {
    throw new DteError('input.grid', `all ${points.length} points lie on one circle`, { hint: 'such points have no triangulation' });
  }
  if (made + 3 * hull !== expected) {
    throw new DteError('input.grid', `${points.length} points could not all be joined: some nearly share a place`, {
      hint: 'remove points that are closer together than the rounding of their coordinates',
    });
  }
  const triangles = new Uint32Array(expected);
  const halfEdges = new Int32Array(expected);
  for (let edge = 0; edge < made; edge++) triangles[edge] = points[planar.triangles[edge] + 1];
  halfEdges.set(planar.halfedges);
  closeHull(planar, points, triangles, halfEdges);
  return { triangles, halfEdges };
}

/** Triangle k of the closure joins the first point to edge k of the hull. */
function closeHull(planar: Delaunator<Float64Array>, points: Uint32Array, triangles: Uint32Array, halfEdges: Int32Array): void {
  const made = planar.triangles.length;
  const hull = planar.hull.length;
  const closureAt = new Int32Array(points.length);
  for (let k = 0; k < hull; k++) closureAt[planar.hull[k]] = made + 3 * k;
  for (let k = 0; k < hull; k++) {
    const at = made + 3 * k;
    triangles[at] = points[planar.hull[(k + 1) % hull] + 1];
    triangles[at + 1] = points[planar.hull[k] + 1];
    triangles[at + 2] = points[0];
    halfEdges[at + 1] = made + 3 * ((k + hull - 1) % hull) + 2;
    halfEdges[at + 2] = made + 3 * ((k + 1) % hull) + 1;
  }
  for (let edge = 0; edge < made; edge++) {
    if (halfEdges[edge] !== -1) continue;
    const closure = closureAt[planar.triangles[edge]];
    halfEdges[edge] = closure;
    halfEdges[closure] = edge;
  }
}

/** Stereographic plane of all points but the first, which is the eye. `[points - 1, 2]` */
function seenFromFirst(points: Uint32Array, vectors: Float64Array): Float64Array {
  const [zx, zy, zz] = vectors.subarray(3 * points[0], 3 * points[0] + 3);
  // A right-handed frame whose third axis is the eye; the first is any direction that is not near it.
  const steep = Math.abs(zz) > 0.6;
  let xx = steep ? zz : -zy;
  let xy = steep ? 0 : zx;
  let xz = steep ? -zx : 0;
  const length = Math.hypot(xx, xy, xz);
  xx /= length;
  xy /= length;
  xz /= length;
  const yx = zy * xz - zz * xy;
  const yy = zz * xx - zx * xz;
  const yz = zx * xy - zy * xx;
  const plane = new Float64Array(2 * (points.length - 1));
  for (let k = 1; k < points.length; k++) {
    const at = 3 * points[k];
    // Differences to the eye keep their digits close to it.
    const dx = vectors[at] - zx;
    const dy = vectors[at + 1] - zy;
    const dz = vectors[at + 2] - zz;
    const x = dx * xx + dy * xy + dz * xz;
    const y = dx * yx + dy * yy + dz * yz;
    // The height below the eye is half the square of the chord: 1 - cos, without its cancellation.
    const below = (dx * dx + dy * dy + dz * dz) / 2;
    plane[2 * k - 2] = x / below;
    plane[2 * k - 1] = y / below;
  }
  return plane;
}

/** Of the convex hull in space, the triangles that see the outside: for points of a region the others close it from behind. */
function facingOutwards(triangles: Uint32Array, vectors: Float64Array): Uint32Array {
  let kept = 0;
  for (let at = 0; at < triangles.length; at += 3) {
    const [a, b, c] = [triangles[at], triangles[at + 1], triangles[at + 2]];
    if (tripleProduct(vectors, a, b, c) <= sliver * chord(vectors, a, b)) continue;
    triangles.copyWithin(kept, at, at + 3);
    kept += 3;
  }
  return kept === triangles.length ? triangles : triangles.slice(0, kept);
}

function chord(vectors: Float64Array, a: number, b: number): number {
  return Math.hypot(vectors[3 * a] - vectors[3 * b], vectors[3 * a + 1] - vectors[3 * b + 1], vectors[3 * a + 2] - vectors[3 * b + 2]);
}
