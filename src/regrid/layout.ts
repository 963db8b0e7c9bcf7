import { type Area, type CellPolygons, gaussianWeights, type Grid, type Rows, rowStarts } from '../atlas/index.js';
import { DteError } from '../base/index.js';
import { haveCommonCorners, rowPolygons } from './conservative/row-polygons.js';
import { rotateInto } from './frame.js';

/** Rounding of coordinates in grid descriptions, degrees (0.1 mm on the ground). */
export const coordinateTolerance = 1e-9;

/** How a row-structured grid ends at a pole. */
export type PoleEnd =
  /** It does not reach the pole: nothing lies beyond its first (last) row. */
  | 'open'
  /** Its first (last) row lies on the pole: all points of the row are one. */
  | 'row'
  /** Gaussian: a point without a value is set on the pole and joined to every point of the nearest row. */
  | 'fan'
  /** The nearest row is a polygon that is cut into triangles. */
  | 'patch';

/** Rows of a grid with what weights need to know of them. Rows without points are left out. */
export interface RowLayout extends Rows {
  /** Index of the first point of each row. `[rows]` */
  readonly pointStart: Float64Array;
  readonly north: PoleEnd;
  readonly south: PoleEnd;
  /** Index of every point in the order that the grid is in itself (nested HEALPix), where a method asks for it. `[points]` */
  readonly order?: Uint32Array;
  /** For Gaussian grids: sine of the edge between boxes north of each row and of the last box's south edge, from the Gaussian weights. `[rows + 1]` */
  readonly gaussianEdges?: Float64Array;
}

/** A grid as plain data, so that it can be posted to a worker thread: rows, or else the position of every point. */
export interface Layout {
  readonly points: number;
  readonly rows?: RowLayout;
  /** Where the grid has values: its bounding box, taken to the pole where it closes around it; the sphere without rows. Degrees. */
  readonly domain: Area;
  /** Degrees, `[points]` each; only without rows. */
  readonly lat?: Float64Array;
  readonly lon?: Float64Array;
  /** A polygon around every point, where the method asks for it and cells are no boxes between parallels: without rows, and for HEALPix. */
  readonly cells?: CellPolygons;
  /** Of a source that is regular in the plane of a map: how its points are arranged, row by row. */
  readonly plane?: { readonly columns: number; readonly rows: number };
  /** Of a target: where its points lie among the columns and rows of a source with a plane. */
  readonly inPlane?: PlanePositions;
}

/** Fractional column and row of every point in the plane of the source; both -1 for a point outside. `[points]` each */
export interface PlanePositions {
  readonly column: Float64Array;
  readonly row: Float64Array;
}

/** A rotated frame in which both layouts of a problem are given: its south pole, degrees. */
export interface Frame {
  readonly southPoleLat: number;
  readonly southPoleLon: number;
}

export interface LayoutOptions {
  /** Put arrays of points into shared memory. */
  readonly shared?: boolean;
  /** Add the cells of a grid that has no boxes. `unsupported.grid` when it has no cells either. */
  readonly cells?: boolean;
  /** Give coordinates in this frame. */
  readonly frame?: Frame;
  /** Index of every point in another order (`RowLayout.order`). */
  readonly order?: Uint32Array;
}

/** The frame in which a source grid has its rows; undefined for the globe's. */
export function frameOf(grid: Grid): Frame | undefined {
  if (grid.rows !== undefined || grid.rotated === undefined) return undefined;
  const { southPoleLat, southPoleLon } = grid.rotated;
  return { southPoleLat, southPoleLon };
}

const wholeSphere: Area = { north: 90, west: 0, south: -90, east: 360 };

/**
 * The layout of a grid: rows where it has them in the frame, else the list of its points. Errors: `unsupported.grid` when it
 * has neither; `input.grid` when a coordinate is not finite or no latitude.
 */
export function layoutOf(grid: Grid, options: LayoutOptions = {}): Layout {
  const { shared = false, cells = false, frame, order } = options;
  const own = frameOf(grid);
  const inFrame = own?.southPoleLat === frame?.southPoleLat && own?.southPoleLon === frame?.southPoleLon;
  const source = inFrame ? (grid.rows ?? grid.rotated?.rows) : undefined;
  const rows = source === undefined ? undefined : rowLayout(source, grid);
  if (rows !== undefined) {
    const ordered = order === undefined ? rows : { ...rows, order: kept(order, shared) };
    // Rows of HEALPix are no rows of boxes.
    const polygons = cells && grid.healpix !== undefined ? { cells: cellsOf(grid, undefined, (values) => kept(values, shared)) } : {};
    return { points: grid.points, rows: ordered, domain: rowDomain(rows), ...polygons };
  }
  const { lat, lon } = grid.coordinates();
  checkCoordinates(lat, lon);
  if (frame !== undefined) rotateInto(frame, lat, lon);
  const keep = (values: Float64Array): Float64Array => kept(values, shared);
  return {
    points: grid.points,
    domain: wholeSphere,
    lat: keep(lat),
    lon: keep(lon),
    ...(grid.projected === undefined ? {} : { plane: { columns: grid.projected.columns, rows: grid.projected.rows } }),
    ...(cells ? { cells: cellsOf(grid, frame, keep) } : {}),
  };
}

function checkCoordinates(lat: Float64Array, lon: Float64Array): void {
  for (let point = 0; point < lat.length; point++) {
    if (Math.abs(lat[point]) <= 90 + coordinateTolerance && Number.isFinite(lon[point])) continue;
    throw new DteError('input.grid', `point ${point} of a grid lies at latitude ${lat[point]}, longitude ${lon[point]}`, {
      hint: 'finite degrees, latitudes from -90 to 90',
    });
  }
}

function cellsOf(grid: Grid, frame: Frame | undefined, keep: (values: Float64Array) => Float64Array): CellPolygons {
  if (grid.cells === undefined) {
    throw new DteError('unsupported.grid', `a grid of type ${grid.type} has no cells around its points`, {
      hint: 'use a method that needs the points alone: linear, k-nearest, nearest-neighbour',
    });
  }
  const own = frameOf(grid);
  const source = grid.healpix === undefined ? (grid.rows ?? grid.rotated?.rows) : undefined;
  const rows = source === undefined ? undefined : rowLayout(source, grid);
  const { start, lat, lon } = rows === undefined || haveCommonCorners(rows) ? grid.cells() : rowPolygons(rows, own);
  if (frame !== undefined) rotateInto(frame, lat, lon);
  return { start, lat: keep(lat), lon: keep(lon) };
}

/** The array, in shared memory when asked. */
export function kept<T extends Float64Array | Uint32Array | Int32Array | Uint8Array>(values: T, shared: boolean): T {
  return shared ? sharedCopy(values) : values;
}

function sharedCopy<T extends Float64Array | Uint32Array | Int32Array | Uint8Array>(values: T): T {
  const buffer = new SharedArrayBuffer(values.byteLength);
  const copy = new (values.constructor as new (buffer: SharedArrayBuffer) => T)(buffer);
  copy.set(values);
  return copy;
}

function rowLayout(rows: Rows, { gaussianNumber, healpix }: Grid): RowLayout {
  const starts = rowStarts(rows);
  const filled = Array.from(rows.counts.keys()).filter((row) => rows.counts[row] > 0);
  const take = (values: Float64Array): Float64Array => Float64Array.from(filled, (row) => values[row]);
  const lats = take(rows.lats);
  const last = lats.length - 1;
  const spacing = last > 0 ? (lats[0] - lats[last]) / last : 180;
  // HEALPix covers the sphere, though its first row lies a little more than the mean spacing of rows from the pole.
  const end = (distance: number): PoleEnd =>
    healpix === undefined ? poleEnd(distance, spacing, rows.periodic, gaussianNumber !== undefined) : 'patch';
  return {
    lats,
    counts: Int32Array.from(filled, (row) => rows.counts[row]),
    lonFirst: take(rows.lonFirst),
    lonStep: take(rows.lonStep),
    periodic: rows.periodic,
    pointStart: take(starts),
    north: end(90 - lats[0]),
    south: end(90 + lats[last]),
    ...(gaussianNumber === undefined ? {} : { gaussianEdges: gaussianEdges(lats, gaussianNumber) }),
  };
}

/**
 * A grid that closes around the globe reaches the pole when its nearest row is at most one row spacing away. For Gaussian
 * latitudes that is the first row (0.77 spacings) and not the second (1.76).
 */
function poleEnd(distance: number, spacing: number, periodic: boolean, gaussian: boolean): PoleEnd {
  if (!periodic || distance > spacing * (1 + 1e-6)) return 'open';
  if (distance < coordinateTolerance) return 'row';
  return gaussian ? 'fan' : 'patch';
}

function rowDomain(rows: RowLayout): Area {
  const { lats, counts, lonFirst, lonStep, periodic } = rows;
  const west = lonFirst.reduce((least, lon) => Math.min(least, lon), Infinity);
  const east = lonFirst.reduce((most, lon, row) => Math.max(most, lon + (counts[row] - 1) * lonStep[row]), -Infinity);
  return {
    north: rows.north === 'open' ? lats[0] : 90,
    west,
    south: rows.south === 'open' ? lats[lats.length - 1] : -90,
    east: periodic ? west + 360 : east,
  };
}

/** Gaussian boxes have the areas that the quadrature gives them: sin(edge k) = 1 - sum of the weights of the k rows north of it. */
function gaussianEdges(lats: Float64Array, gaussianNumber: number): Float64Array {
  const weights = gaussianWeights(gaussianNumber);
  const edges = new Float64Array(2 * gaussianNumber + 1);
  edges[0] = 1;
  for (let row = 1; row < gaussianNumber; row++) edges[row] = edges[row - 1] - weights[row - 1];
  for (let row = 0; row < gaussianNumber; row++) edges[2 * gaussianNumber - row] = -edges[row];
  // The roots descend like the edges: row k lies between edges k and k + 1, so a cropped grid is found by its first latitude.
  const first = Math.sin((lats[0] * Math.PI) / 180);
  let skipped = 0;
  while (edges[skipped + 1] >= first) skipped++;
  return edges.slice(skipped, skipped + lats.length + 1);
}
