import { DteError } from '../base/index.js';
import type { Area, Coordinates, Rows } from './grid.js';
import { progression } from './progression.js';

/** More points than this cannot be indexed by 32 bits anywhere below. */
const maxPoints = 2 ** 32 - 1;

/** Writes the longitudes of one row, degrees, correctly rounded, into `target` at `start`; `[counts[row]]` values. */
export function rowLongitudes(rows: Rows, row: number, target: Float64Array, start = 0): void {
  progression(rows.lonFirst[row], rows.lonStep[row]).fill(target, start, rows.counts[row]);
}

/** Index of the first point of every row, and the number of points as last entry. `[rows + 1]` */
export function rowStarts(rows: Rows): Float64Array {
  const starts = new Float64Array(rows.counts.length + 1);
  for (let row = 0; row < rows.counts.length; row++) starts[row + 1] = starts[row] + rows.counts[row];
  return starts;
}

export function countPoints(rows: Rows): number {
  return rows.counts.reduce((sum, count) => sum + count, 0);
}

export function checkPoints(points: number, what: string): void {
  if (points <= maxPoints) return;
  throw new DteError('limit.range', `${what} has ${points} points`, { hint: `at most ${maxPoints} can be indexed` });
}

export function rowsCoordinates(rows: Rows): Coordinates {
  const starts = rowStarts(rows);
  const points = starts[rows.counts.length];
  const lat = new Float64Array(points);
  const lon = new Float64Array(points);
  for (let row = 0; row < rows.counts.length; row++) {
    lat.fill(rows.lats[row], starts[row], starts[row + 1]);
    if (row > 0 && sameLongitudes(rows, row, row - 1)) lon.copyWithin(starts[row], starts[row - 1], starts[row]);
    else rowLongitudes(rows, row, lon, starts[row]);
  }
  return { lat, lon };
}

/** From the first to the last point: west and east are the extremes over all rows. */
export function rowsArea(rows: Rows): Area {
  let west = Infinity;
  let east = -Infinity;
  for (let row = 0; row < rows.counts.length; row++) {
    if (rows.counts[row] === 0) continue;
    if (row > 0 && sameLongitudes(rows, row, row - 1)) continue;
    west = Math.min(west, rows.lonFirst[row]);
    east = Math.max(east, progression(rows.lonFirst[row], rows.lonStep[row]).at(rows.counts[row] - 1));
  }
  return { north: rows.lats[0], west, south: rows.lats[rows.lats.length - 1], east };
}

function sameLongitudes(rows: Rows, a: number, b: number): boolean {
  return rows.counts[a] === rows.counts[b] && rows.lonFirst[a] === rows.lonFirst[b] && rows.lonStep[a] === rows.lonStep[b];
}
