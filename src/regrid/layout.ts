import { gaussianWeights, rowStarts, type Area, type Grid, type Rows } from '../atlas/index.js';
import { DteError } from '../base/index.js';

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
  /** For Gaussian grids: sine of the edge between boxes north of each row and of the last box's south edge, from the Gaussian weights. `[rows + 1]` */
  readonly gaussianEdges?: Float64Array;
}

/** A grid as plain data, so that it can be posted to a worker thread: rows, or else the position of every point. */
export interface Layout {
  readonly points: number;
  readonly rows?: RowLayout;
  /** Where the grid has values: its bounding box, taken to the pole where it closes around it. Degrees. */
  readonly domain: Area;
  /** Degrees, `[points]` each; only without rows. */
  readonly lat?: Float64Array;
  readonly lon?: Float64Array;
}

/** The types whose rows are parallels of the globe (rows of a rotated grid are not). */
const rowTypes: ReadonlySet<string> = new Set(['regular_ll', 'regular_gg', 'reduced_gg']);

/** The layout of a source grid. `unsupported.grid` when it has no rows along parallels. */
export function sourceLayout(grid: Grid, method: string): Layout {
  const rows = rowLayout(grid);
  if (rows === undefined) {
    throw new DteError('unsupported.grid', `${method} from a grid of type ${grid.type}`, {
      hint: `source grids of the types ${[...rowTypes].join(', ')} are implemented`,
    });
  }
  return { points: grid.points, rows, domain: rowDomain(grid, rows) };
}

const wholeSphere: Area = { north: 90, west: 0, south: -90, east: 360 };

/**
 * The layout of a target grid: rows where it has them, else the list of its points (in shared memory when `shared`).
 * `unsupported.grid` when it has no coordinates.
 */
export function targetLayout(grid: Grid, shared: boolean): Layout {
  const rows = rowLayout(grid);
  if (rows !== undefined) return { points: grid.points, rows, domain: rowDomain(grid, rows) };
  const { lat, lon } = grid.coordinates();
  return { points: grid.points, domain: wholeSphere, lat: shared ? sharedCopy(lat) : lat, lon: shared ? sharedCopy(lon) : lon };
}

function sharedCopy(values: Float64Array): Float64Array {
  const copy = new Float64Array(new SharedArrayBuffer(values.byteLength));
  copy.set(values);
  return copy;
}

function rowLayout(grid: Grid): RowLayout | undefined {
  if (grid.rows === undefined || !rowTypes.has(grid.type)) return undefined;
  const { rows } = grid;
  const starts = rowStarts(rows);
  const filled = Array.from(rows.counts.keys()).filter((row) => rows.counts[row] > 0);
  const take = (values: Float64Array): Float64Array => Float64Array.from(filled, (row) => values[row]);
  const lats = take(rows.lats);
  const last = lats.length - 1;
  const spacing = last > 0 ? (lats[0] - lats[last]) / last : 180;
  const gaussian = grid.gaussianNumber !== undefined;
  return {
    lats,
    counts: Int32Array.from(filled, (row) => rows.counts[row]),
    lonFirst: take(rows.lonFirst),
    lonStep: take(rows.lonStep),
    periodic: rows.periodic,
    pointStart: take(starts),
    north: poleEnd(90 - lats[0], spacing, rows.periodic, gaussian),
    south: poleEnd(90 + lats[last], spacing, rows.periodic, gaussian),
    ...(grid.gaussianNumber === undefined ? {} : { gaussianEdges: gaussianEdges(lats, grid.gaussianNumber) }),
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

function rowDomain(grid: Grid, rows: RowLayout): Area {
  const { lats } = rows;
  const { west, east } = grid.area ?? { west: 0, east: 360 };
  return {
    north: rows.north === 'open' ? lats[0] : 90,
    west,
    south: rows.south === 'open' ? lats[lats.length - 1] : -90,
    east: rows.periodic ? west + 360 : east,
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
