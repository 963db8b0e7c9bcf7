import type { Layout } from '../layout.js';
import type { Prepared, Problem } from '../method.js';
import { type PointTree, pointTree, treeSearch } from './point-tree.js';
import { rowSearch } from './row-search.js';

/** Squared distances that differ by less than this part are equal: above the rounding of coordinates, far below any real difference. */
export const tieTolerance = 1e-10;
/** The same for distances near 0 (0.01 mm on the ground, squared). */
export const tieFloor = 1e-24;

/**
 * Finds source points near a target point. Distances are straight (chords through the sphere) and given as a quarter of their
 * square on the unit sphere: sin^2 of half the angle. Found points are in `index` and `distance`, nearest first, of equally
 * near ones the lowest index first; what is found does not depend on earlier searches.
 */
export interface PointSearch {
  /** Source points of the last search. Longer than what was found. */
  readonly index: Uint32Array;
  readonly distance: Float64Array;
  /** Cheap when the latitude is that of the search before. */
  setPoint(lat: number, lon: number): void;
  /** The `count` nearest points (fewer when the source has fewer). Returns how many. */
  nearest(count: number): number;
  /** All points not farther than `distance`. Returns how many. */
  within(distance: number): number;
}

/** What the search needs beside the layout of the source: nothing for rows, a tree for lists of points. */
export function prepareSearch({ source, shared }: Pick<Problem, 'source' | 'shared'>): Prepared {
  return source.rows === undefined ? pointTree(source.lat as Float64Array, source.lon as Float64Array, shared) : {};
}

export function pointSearch(source: Layout, prepared: Prepared = {}): PointSearch {
  return source.rows === undefined ? treeSearch(prepared as PointTree) : rowSearch(source.rows);
}

/** Points found, kept in order. Arrays grow as they must. */
export interface Found {
  index: Uint32Array;
  distance: Float64Array;
  count: number;
  /** No more than this many are kept. */
  most: number;
  /** Points farther than this need not be offered. */
  reach: number;
}

export function startFound(found: Found, most: number, reach: number): void {
  found.count = 0;
  found.most = most;
  found.reach = reach;
}

/** Offers a point: it goes to its place among the found ones, or is let go. Without a limit they are put in order at the end. */
export function offer(found: Found, index: number, distance: number): void {
  if (found.most === Infinity) {
    if (found.count === found.index.length) grow(found);
    found.index[found.count] = index;
    found.distance[found.count++] = distance;
    return;
  }
  const slack = distance * tieTolerance + tieFloor;
  let place = found.count;
  while (place > 0) {
    const before = found.distance[place - 1];
    if (before < distance - slack || (before <= distance + slack && found.index[place - 1] < index)) break;
    place--;
  }
  if (place >= found.most) return;
  if (found.count < found.most) found.count++;
  if (found.count > found.index.length) grow(found);
  for (let at = found.count - 1; at > place; at--) {
    found.index[at] = found.index[at - 1];
    found.distance[at] = found.distance[at - 1];
  }
  found.index[place] = index;
  found.distance[place] = distance;
  if (found.count === found.most && found.most > 0) {
    // A point that ties with the last one may still replace it.
    const last = found.distance[found.count - 1];
    found.reach = Math.min(found.reach, last * (1 + 2 * tieTolerance) + 2 * tieFloor);
  }
}

/** Puts points that were found without a limit in order. */
export function sortFound(found: Found): void {
  const { index, distance, count } = found;
  const places = Array.from({ length: count }, (_, place) => place);
  places.sort((a, b) => distance[a] - distance[b] || index[a] - index[b]);
  const [oldIndex, oldDistance] = [index.slice(0, count), distance.slice(0, count)];
  places.forEach((from, place) => {
    index[place] = oldIndex[from];
    distance[place] = oldDistance[from];
  });
}

function grow(found: Found): void {
  const index = new Uint32Array(2 * found.index.length);
  const distance = new Float64Array(2 * found.index.length);
  index.set(found.index);
  distance.set(found.distance);
  found.index = index;
  found.distance = distance;
}

export function emptyFound(): Found {
  return { index: new Uint32Array(16), distance: new Float64Array(16), count: 0, most: 0, reach: 0 };
}
