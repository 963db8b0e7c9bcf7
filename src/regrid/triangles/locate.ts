import type { PointSearch } from '../search/point-search.js';
import { none, type Triangulation } from './triangulation.js';

/** A weight may be this far below 0 before a point counts as outside its triangle; such weights are pruned anyway. */
const insideTolerance = 1e-10;

/** What a search for a triangle ended in. */
export interface Located {
  /** Corners of the triangle, and their weights: at least 0, sum 1. */
  readonly corner: Uint32Array;
  readonly weight: Float64Array;
  /** Finds the triangle around a unit vector, from that of the nearest point. False when it lies outside of all. */
  find(x: number, y: number, z: number, nearest: number): boolean;
  /** After a failure: the weights in the last triangle that was met, cut off at 0 (the edge of the triangulation that is near). */
  takeEdge(): void;
  /** The triangle that was found, or the last one met. */
  triangle(): number;
  /** p . (a x b) for the point p looked for last and two source points: positive when p lies left of the way from a to b. */
  side(a: number, b: number): number;
}

/**
 * Finds triangles by walking: across an edge that the point lies beyond, until it lies beyond none. The walk starts at a triangle
 * of the nearest point, which makes it short and its end independent of other points. With a, b, c the corners minus the target p,
 * the barycentric coordinates of the place where the ray through p meets the triangle are p.(b x c), p.(c x a), p.(a x b) divided by
 * their sum.
 */
export function locator({ vectors, triangles, neighbours, triangleAt }: Triangulation): Located {
  const corner = new Uint32Array(3);
  const weight = new Float64Array(3);
  const part = new Float64Array(3);
  let lastTriangle = 0;
  let [px, py, pz] = [1, 0, 0];

  /** p . ((a - p) x (b - p)) */
  function side(a: number, b: number): number {
    const [x, y, z] = [px, py, pz];
    const [ax, ay, az] = [vectors[3 * a] - x, vectors[3 * a + 1] - y, vectors[3 * a + 2] - z];
    const [bx, by, bz] = [vectors[3 * b] - x, vectors[3 * b + 1] - y, vectors[3 * b + 2] - z];
    return x * (ay * bz - az * by) + y * (az * bx - ax * bz) + z * (ax * by - ay * bx);
  }

  /** The edge that the point lies farthest beyond, 0 to 2, or -1 when it is inside; part[k] belongs to the edge from corner k. */
  function beyond(triangle: number): number {
    let worst = -1;
    let least = 0;
    let size = 0;
    for (let k = 0; k < 3; k++) {
      part[k] = side(triangles[3 * triangle + k], triangles[3 * triangle + ((k + 1) % 3)]);
      size += Math.abs(part[k]);
      if (part[k] < least) {
        least = part[k];
        worst = k;
      }
    }
    return least < -insideTolerance * size ? worst : -1;
  }

  function take(triangle: number): void {
    const sum = Math.max(part[0], 0) + Math.max(part[1], 0) + Math.max(part[2], 0);
    for (let k = 0; k < 3; k++) {
      corner[k] = triangles[3 * triangle + k];
      weight[k] = Math.max(part[(k + 1) % 3], 0) / sum;
    }
  }

  return {
    corner,
    weight,
    find(x, y, z, nearest) {
      [px, py, pz] = [x, y, z];
      let triangle = triangleAt[nearest];
      if (triangle === none) return false;
      // A bound for the walk, not a way it goes: no triangle of a Delaunay triangulation is met twice.
      for (let steps = triangles.length; steps >= 0; steps--) {
        lastTriangle = triangle;
        const edge = beyond(triangle);
        if (edge < 0) {
          take(triangle);
          return true;
        }
        triangle = neighbours[3 * triangle + edge];
        if (triangle === none) return false;
      }
      return false;
    },
    takeEdge: () => take(lastTriangle),
    triangle: () => lastTriangle,
    side,
  };
}

/** The nearest source point that is a corner of a triangle: of points that share a place only one is. */
export function nearestCorner(search: PointSearch, { triangleAt }: Triangulation): number {
  for (let count = 1; ; count *= 4) {
    const found = search.nearest(count);
    for (let k = 0; k < found; k++) if (triangleAt[search.index[k]] !== none) return search.index[k];
    if (found < count) return search.index[0];
  }
}
