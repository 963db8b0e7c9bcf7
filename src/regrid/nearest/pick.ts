import { earthRadius } from '../../atlas/index.js';
import { DteError } from '../../base/index.js';
import type { RowLayout } from '../layout.js';
import type { Problem } from '../method.js';
import type { PointSearch } from '../search/point-search.js';

/**
 * Picks source points for the point that the search was set to: they are the first of the search's results, nearest first (in
 * any order for `sample`). Returns how many. `point` is the index of the target point.
 */
export type Pick = (search: PointSearch, point: number) => number;

/** A chord in metres as the search measures it. */
export function searchDistance(metres: number): number {
  return (metres / (2 * earthRadius)) ** 2;
}

/** The pick that the option `nearest-method` names. */
export function pickOf({ source, options }: Problem): Pick {
  const { nclosest = 4, distance = 1, 'distance-tolerance': tolerance = 1, 'nearest-method': name = 'nclosest' } = options;
  const radius = searchDistance(distance);
  const many = Math.min(nclosest, source.points);
  const nclosestPick: Pick = (search) => search.nearest(many);
  const picks: Readonly<Record<string, () => Pick>> = {
    nclosest: () => nclosestPick,
    distance: () => (search) => search.within(radius),
    'distance-and-nclosest': () => (search) => withinOf(search, many, radius),
    'distance-or-nclosest': () => (search) => {
      const found = search.within(radius);
      return found < many ? search.nearest(many) : found;
    },
    'nclosest-or-nearest': () => nclosestOrNearest(many, tolerance),
    'longest-element-diagonal-and-nclosest': () => {
      const diagonal = searchDistance(longestDiagonal(source.rows));
      return (search) => withinOf(search, many, diagonal);
    },
    'nearest-neighbour-with-lowest-index': () => (search) => search.nearest(1),
    sample: () => (search, point) => sample(search, many, radius, point),
    'sorted-sample': () => (search, point) => {
      const picked = sample(search, many, radius, point);
      sortPicked(search, picked);
      return picked;
    },
  };
  return picks[name]!();
}

/** Those of the nearest points that lie in a radius. */
function withinOf(search: PointSearch, count: number, radius: number): number {
  let found = search.nearest(count);
  while (found > 0 && search.distance[found - 1] > radius) found--;
  return found;
}

/** The nearest points; or, when the first and the last of them are equally far, all points that are. */
function nclosestOrNearest(count: number, tolerance: number): Pick {
  return (search) => {
    const found = search.nearest(Math.max(count, 2));
    const nearest = chord(search.distance[0]);
    const farthest = chord(search.distance[found - 1]);
    // Upstream compares the squares, with the square of the tolerance.
    if (Math.abs(farthest ** 2 - nearest ** 2) <= tolerance ** 2) return search.within(searchDistance(farthest + tolerance));
    return Math.min(found, count);
  };
}

function chord(distance: number): number {
  return 2 * earthRadius * Math.sqrt(distance);
}

/** Every point in the radius has the same chance: reservoir sampling, with numbers that depend on the target point alone. */
function sample(search: PointSearch, count: number, radius: number, point: number): number {
  const found = search.within(radius);
  let state = (point + 1) >>> 0;
  for (let k = count; k < found; k++) {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    const place = Math.floor(((state ^ (state >>> 13)) >>> 0) / (2 ** 32 / (k + 1)));
    if (place >= count) continue;
    search.index[place] = search.index[k];
    search.distance[place] = search.distance[k];
  }
  return Math.min(found, count);
}

function sortPicked({ index, distance }: PointSearch, count: number): void {
  for (let k = 1; k < count; k++) {
    const [i, d] = [index[k], distance[k]];
    let place = k;
    for (; place > 0 && distance[place - 1] > d; place--) {
      index[place] = index[place - 1];
      distance[place] = distance[place - 1];
    }
    index[place] = i;
    distance[place] = d;
  }
}

/** Longest diagonal between neighbouring rows, metres: from a point to the next column of the next row, taken where the cell is widest. */
function longestDiagonal(rows: RowLayout | undefined): number {
  if (rows === undefined || rows.lats.length < 2) {
    throw new DteError('unsupported.grid', 'the longest diagonal of a grid without rows', {
      where: { option: 'nearest-method' },
      hint: 'distance-and-nclosest takes a radius instead',
    });
  }
  const degree = Math.PI / 180;
  let longest = 0;
  for (let row = 1; row < rows.lats.length; row++) {
    const [a, b] = [rows.lats[row - 1] * degree, rows.lats[row] * degree];
    const step = Math.max(rows.lonStep[row - 1], rows.lonStep[row]) * degree;
    const q = Math.sin((a - b) / 2) ** 2 + Math.cos(a) * Math.cos(b) * Math.sin(Math.min(step, Math.PI) / 2) ** 2;
    longest = Math.max(longest, chord(q));
  }
  return longest;
}
