import { coordinateTolerance, type Layout } from './layout.js';
import type { Problem } from './method.js';

/**
 * Calls back for the points of a target grid from `start` to `end`, row by row where it has rows: `parallel` with the index of
 * the first point, the latitude, and the longitudes of points on it (a buffer that is reused). Points of a list come in the
 * order of `latitudeBin` (when given) so that neighbours in latitude are met together; the order never changes a result.
 */
export function eachParallel(
  target: Layout,
  start: number,
  end: number,
  parallel: (first: number, lat: number, lons: Float64Array, count: number) => void,
  latitudeBin?: (lat: number) => number,
): void {
  if (target.rows !== undefined) {
    const { rows } = target;
    let buffer = new Float64Array(0);
    for (let row = 0; row < rows.lats.length; row++) {
      const rowStart = rows.pointStart[row];
      const count = rows.counts[row];
      if (rowStart + count <= start) continue;
      if (rowStart >= end) break;
      if (buffer.length < count) buffer = new Float64Array(count);
      const from = Math.max(start - rowStart, 0);
      const to = Math.min(end - rowStart, count);
      // One rounding of the offset: a fraction of the circle where the row closes.
      const [spread, parts] = rows.periodic ? [360, count] : [rows.lonStep[row], 1];
      for (let i = from; i < to; i++) buffer[i] = rows.lonFirst[row] + (spread * i) / parts;
      parallel(rowStart + from, rows.lats[row], buffer.subarray(from, to), to - from);
    }
    return;
  }
  const { lat, lon } = target as { lat: Float64Array; lon: Float64Array };
  const one = new Float64Array(1);
  const order = latitudeBin === undefined ? undefined : binned(lat, start, end, latitudeBin);
  for (let k = 0; k < end - start; k++) {
    const point = order === undefined ? start + k : order[k];
    one[0] = lon[point];
    parallel(point, lat[point], one, 1);
  }
}

/** Point indices from `start` to `end`, stably sorted by bin (counting sort). */
function binned(lat: Float64Array, start: number, end: number, bin: (lat: number) => number): Uint32Array {
  const bins = Int32Array.from({ length: end - start }, (_, k) => bin(lat[start + k]));
  const lowest = bins.reduce((low, b) => Math.min(low, b), 0);
  const places = new Uint32Array(bins.reduce((high, b) => Math.max(high, b), 0) - lowest + 2);
  for (const b of bins) places[b - lowest + 1]++;
  for (let b = 1; b < places.length; b++) places[b] += places[b - 1];
  const order = new Uint32Array(end - start);
  for (let k = 0; k < bins.length; k++) order[places[bins[k] - lowest]++] = start + k;
  return order;
}

/** Degrees east of `west` in [0, 360), with values a rounding error below 360 brought to 0. */
export function eastOf(west: number, lon: number): number {
  const difference = lon - west;
  const turn = difference - 360 * Math.floor(difference / 360);
  return turn >= 360 - coordinateTolerance ? 0 : turn;
}

/** The whole turns, in degrees, in a difference of longitudes: taking them away leaves -180 to 180. */
export function coordinateTurn(difference: number): number {
  return 360 * Math.round(difference / 360);
}

/** Whether a latitude lies in the domain of a source grid. */
export function holdsLatitude(source: Layout, lat: number): boolean {
  return lat <= source.domain.north + coordinateTolerance && lat >= source.domain.south - coordinateTolerance;
}

/** Whether a longitude lies in the domain of a source grid. */
export function holdsLongitude(source: Layout, lon: number): boolean {
  const { west, east } = source.domain;
  return east - west >= 360 || eastOf(west, lon) <= east - west + coordinateTolerance;
}

/** Whether a target point lies in the domain of the source: its bounding box, or the edges of its plane. */
export function holdsPoint({ source, target }: Pick<Problem, 'source' | 'target'>, point: number, lat: number, lon: number): boolean {
  return target.inPlane === undefined ? holdsLatitude(source, lat) && holdsLongitude(source, lon) : target.inPlane.column[point] >= 0;
}

/** The band k with lats[k] >= lat > lats[k + 1], from -1 (north of all) to lats.length - 1 (south of all). Latitudes descend. */
export function bandOf(lats: Float64Array, lat: number): number {
  let low = 0;
  let high = lats.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (lats[middle] >= lat) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
