import type { Area, Grid, Rows } from '../atlas/index.js';
import { missingValue } from '../compute/index.js';
import { samplePlane } from './sample-plane.js';

/** `nearest` shows every grid point as the patch that is nearest to it, `bilinear` passes smoothly between points. */
export type Sampling = 'nearest' | 'bilinear';

const radians = Math.PI / 180;

/** What a pixel outside the grid gets. A value of the field is finite, hence never equal to it. */
export const outside = Number.POSITIVE_INFINITY;

/** Pixel centres on the sphere, degrees, `[pixels]` each; a latitude that is not a number marks a pixel off the map. */
export interface PixelPositions {
  readonly lat: Float64Array;
  readonly lon: Float64Array;
}

/** The field at each pixel, `missingValue` where it is missing there, `outside` beyond the grid. `extent` is the bounding box of the grid. */
export function samplePixels(
  values: Float32Array | Float64Array,
  grid: Grid,
  extent: Area,
  pixels: PixelPositions,
  sampling: Sampling,
): Float64Array {
  if (grid.rows !== undefined) return sampleRows(values, grid.rows, pixels, sampling);
  if (grid.projected !== undefined) return samplePlane(values, grid.projected, pixels, sampling);
  if (grid.asRows !== undefined) {
    const { grid: ordered, index } = grid.asRows();
    return samplePixels(
      Float64Array.from(index, (point) => values[point]),
      ordered,
      extent,
      pixels,
      sampling,
    );
  }
  if (grid.rotated !== undefined) return sampleRows(values, grid.rotated.rows, rotatePixels(pixels, grid.rotated), sampling);
  return samplePoints(values, grid, extent, pixels);
}

/** The pixels as seen in the frame of a rotated grid: first its south pole's longitude is turned away, then its latitude (the transpose of the turn in atlas). */
function rotatePixels({ lat, lon }: PixelPositions, { southPoleLat, southPoleLon }: NonNullable<Grid['rotated']>): PixelPositions {
  const sinPole = Math.sin(southPoleLat * radians);
  const cosPole = Math.cos(southPoleLat * radians);
  const frame: PixelPositions = { lat: new Float64Array(lat.length), lon: new Float64Array(lat.length) };
  for (let pixel = 0; pixel < lat.length; pixel++) {
    const x = Math.cos(lat[pixel] * radians) * Math.cos((lon[pixel] - southPoleLon) * radians);
    const y = Math.cos(lat[pixel] * radians) * Math.sin((lon[pixel] - southPoleLon) * radians);
    const z = Math.sin(lat[pixel] * radians);
    const frameX = cosPole * z - sinPole * x;
    frame.lat[pixel] = Math.atan2(-cosPole * x - sinPole * z, Math.hypot(frameX, y)) / radians;
    frame.lon[pixel] = Math.atan2(y, frameX) / radians;
  }
  return frame;
}

function sampleRows(values: Float32Array | Float64Array, rows: Rows, pixels: PixelPositions, sampling: Sampling): Float64Array {
  const { lat, lon } = pixels;
  const result = new Float64Array(lat.length).fill(outside);
  const rowStart = startsOf(rows.counts);
  const bilinear = sampling === 'bilinear';
  let previousLat = Number.NaN;
  let position = Number.NaN;
  for (let pixel = 0; pixel < lat.length; pixel++) {
    // Along a pixel row of most projections the latitude stays the same: one search serves them all.
    if (lat[pixel] !== previousLat) {
      previousLat = lat[pixel];
      position = rowPosition(rows.lats, previousLat);
    }
    if (!(position >= 0)) continue;
    const nearest = pointInRow(rows, rowStart, Math.round(position), lon[pixel]);
    if (nearest < 0) continue;
    const value = values[nearest];
    result[pixel] = value === missingValue ? value : bilinear ? blendRows(values, rows, rowStart, position, lon[pixel], value) : value;
  }
  return result;
}

/**
 * Where `lat` lies between the rows: 2.25 is a quarter of the way from row 2 to row 3. Half a row spacing beyond the first
 * and last row, and up to the pole next to a grid that ends within one spacing of it, still belong to that row. NaN outside.
 */
function rowPosition(lats: Float64Array, lat: number): number {
  const last = lats.length - 1;
  const northMargin = margin(lats[0] - lats[Math.min(1, last)], 90 - lats[0]);
  const southMargin = margin(lats[Math.max(0, last - 1)] - lats[last], 90 + lats[last]);
  if (!(lat <= lats[0] + northMargin && lat >= lats[last] - southMargin)) return Number.NaN;
  if (lat >= lats[0]) return 0;
  if (lat <= lats[last]) return last;
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (lats[middle] >= lat) low = middle;
    else high = middle;
  }
  return low + (lats[low] - lat) / (lats[low] - lats[high]);
}

function margin(spacing: number, toPole: number): number {
  return spacing >= toPole ? toPole : spacing / 2;
}

/** Index of the point of `row` nearest to `lon`, -1 beyond the ends of a row that does not close around the globe. */
function pointInRow(rows: Rows, rowStart: Float64Array, row: number, lon: number): number {
  const count = rows.counts[row];
  if (count === 0) return -1;
  let index = Math.round(eastOf(rows, row, lon) / rows.lonStep[row]);
  if (rows.periodic) index %= count;
  else if (index === count) index = count - 1;
  return index < count ? rowStart[row] + index : -1;
}

/** Degrees east of the first point of a row, in [0, 360), or down to half a step west of it. */
function eastOf(rows: Rows, row: number, lon: number): number {
  const east = eastward(lon - rows.lonFirst[row]);
  return east >= 360 - rows.lonStep[row] / 2 && !rows.periodic ? 0 : east;
}

/** The same direction in [0, 360). */
function eastward(degrees: number): number {
  return degrees - 360 * Math.floor(degrees / 360);
}

function blendRows(
  values: Float32Array | Float64Array,
  rows: Rows,
  rowStart: Float64Array,
  position: number,
  lon: number,
  nearest: number,
): number {
  const row = Math.floor(position);
  const part = position - row;
  const north = valueAlongRow(values, rows, rowStart, row, lon, nearest);
  if (part === 0) return north;
  return north * (1 - part) + valueAlongRow(values, rows, rowStart, row + 1, lon, nearest) * part;
}

/** Linear between the two neighbours of `lon` in a row; a neighbour that is missing or beyond the grid counts as `nearest`. */
function valueAlongRow(
  values: Float32Array | Float64Array,
  rows: Rows,
  rowStart: Float64Array,
  row: number,
  lon: number,
  nearest: number,
): number {
  const count = rows.counts[row];
  const along = eastOf(rows, row, lon) / rows.lonStep[row];
  const west = Math.floor(along);
  if (west >= count) return nearest;
  const start = rowStart[row];
  const east = west + 1 < count ? west + 1 : rows.periodic ? 0 : west;
  const part = along - west;
  const westValue = values[start + west];
  const eastValue = values[start + east];
  return (westValue === missingValue ? nearest : westValue) * (1 - part) + (eastValue === missingValue ? nearest : eastValue) * part;
}

function startsOf(counts: Int32Array): Float64Array {
  const starts = new Float64Array(counts.length);
  for (let row = 1; row < counts.length; row++) starts[row] = starts[row - 1] + counts[row - 1];
  return starts;
}

/**
 * Points without rows: each pixel takes the nearest point. A pixel farther than one and a half times the mean spacing from every
 * point is outside; points are first sorted into cells of that width, so that a pixel looks only into its own and those around.
 */
function samplePoints(values: Float32Array | Float64Array, grid: Grid, extent: Area, pixels: PixelPositions): Float64Array {
  const { lat, lon } = grid.coordinates();
  const spacing = meanSpacing(grid.points, extent);
  const net = pointNet(lat, lon, 1.5 * spacing);
  const result = new Float64Array(pixels.lat.length).fill(outside);
  const farthest = Math.cos(Math.min(180, 1.5 * spacing) * radians);
  for (let pixel = 0; pixel < result.length; pixel++) {
    if (Number.isNaN(pixels.lat[pixel])) continue;
    const point = net.nearest(pixels.lat[pixel], pixels.lon[pixel], farthest);
    if (point >= 0) result[pixel] = values[point];
  }
  return result;
}

/** Side of the square that each point has to itself on its share of the sphere, degrees. */
function meanSpacing(points: number, { north, west, south, east }: Area): number {
  const size = (Math.sin(north * radians) - Math.sin(south * radians)) * (east - west) * radians;
  return Math.max(1e-3, Math.sqrt(size / Math.max(1, points)) / radians);
}

/** Points sorted into bands of latitude, each cut into cells at least `reach` degrees of arc wide. */
function pointNet(lat: Float64Array, lon: Float64Array, reach: number) {
  const cellSize = Math.max(reach, 0.02);
  const bands = Math.max(1, Math.floor(180 / cellSize));
  const bandHeight = 180 / bands;
  const cells = new Int32Array(bands);
  for (let band = 0; band < bands; band++) {
    const poleward = Math.max(Math.abs(90 - band * bandHeight), Math.abs(90 - (band + 1) * bandHeight));
    cells[band] = Math.max(1, Math.floor((360 * Math.cos(poleward * radians)) / cellSize));
  }
  const bandStart = startsOf(cells);
  const bandOf = (y: number) => Math.min(bands - 1, Math.max(0, Math.floor((90 - y) / bandHeight)));
  const cellIn = (band: number, x: number) => Math.min(cells[band] - 1, Math.floor(eastward(x) * (cells[band] / 360)));
  const cellOf = (point: number) => {
    const band = bandOf(lat[point]);
    return bandStart[band] + cellIn(band, lon[point]);
  };

  const total = bandStart[bands - 1] + cells[bands - 1];
  const cellStart = new Int32Array(total + 1);
  for (let point = 0; point < lat.length; point++) cellStart[cellOf(point) + 1]++;
  for (let cell = 0; cell < total; cell++) cellStart[cell + 1] += cellStart[cell];
  const next = cellStart.slice();
  const order = new Int32Array(lat.length);
  for (let point = 0; point < lat.length; point++) order[next[cellOf(point)]++] = point;

  const x = new Float64Array(lat.length);
  const y = new Float64Array(lat.length);
  const z = new Float64Array(lat.length);
  for (let at = 0; at < order.length; at++) {
    const point = order[at];
    x[at] = Math.cos(lat[point] * radians) * Math.cos(lon[point] * radians);
    y[at] = Math.cos(lat[point] * radians) * Math.sin(lon[point] * radians);
    z[at] = Math.sin(lat[point] * radians);
  }

  /** The nearest point with a cosine of its distance of at least `farthest`, or -1. */
  const nearest = (atLat: number, atLon: number, farthest: number): number => {
    const px = Math.cos(atLat * radians) * Math.cos(atLon * radians);
    const py = Math.cos(atLat * radians) * Math.sin(atLon * radians);
    const pz = Math.sin(atLat * radians);
    const band = bandOf(atLat);
    let best = -1;
    let bestCosine = farthest;
    for (let b = Math.max(0, band - 1); b <= Math.min(bands - 1, band + 1); b++) {
      const middle = cellIn(b, atLon);
      const [first, last] = cells[b] <= 3 ? [0, cells[b] - 1] : [middle - 1, middle + 1];
      for (let c = first; c <= last; c++) {
        const cell = bandStart[b] + ((c + cells[b]) % cells[b]);
        for (let at = cellStart[cell]; at < cellStart[cell + 1]; at++) {
          const cosine = px * x[at] + py * y[at] + pz * z[at];
          if (cosine > bestCosine) {
            bestCosine = cosine;
            best = order[at];
          }
        }
      }
    }
    return best;
  };
  return { nearest };
}
