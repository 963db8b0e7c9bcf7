import { type Grid, unstructuredGrid } from '../../atlas/index.js';
import { type Context, DteError } from '../../base/index.js';
import { gribTables, gridOf, type Message, parseMessage, scanOrderOf } from '../../grib/index.js';
import { prepareWeights } from '../../regrid/index.js';
import { diskOf } from '../disk-of.js';
import type { Location } from '../types.js';

/** A place on the sphere, degrees. */
export interface Point {
  readonly lat: number;
  readonly lon: number;
}

/** The grid point that answers for a place. */
export interface GridPoint {
  /** Of its value in the message. */
  readonly index: number;
  readonly lat: number;
  readonly lon: number;
  /** Along the great circle, on a sphere of 6371.229 km. */
  readonly distanceKm: number;
}

const earthRadiusKm = 6371.229;

/** The grid of a field, and for each of its points (canonical order) the index of its value in the message; undefined where both orders are one. */
export interface FieldOrder {
  readonly grid: Grid;
  readonly order: Uint32Array | undefined;
}

/** The grid of the message at a location. */
export async function fieldOrderAt(context: Context, { file, offset, length }: Location): Promise<FieldOrder> {
  const opened = await diskOf(context).open(file);
  try {
    const bytes = await opened.read(offset, length);
    const [message] = parseMessage(bytes, await gribTables(context), { file, offset });
    return { grid: gridOf(message as Message), order: scanOrderOf(message as Message) };
  } finally {
    await opened.close();
  }
}

/**
 * The grid point nearest to each place (straight distance; of points at equal distance the first). Errors: `input.area` for a place
 * outside the field's area, `unsupported.grid` for grids that cannot be searched.
 */
export async function nearestPoints(
  context: Context,
  { grid, order }: FieldOrder,
  points: readonly Point[],
): Promise<readonly GridPoint[]> {
  for (const { lat, lon } of points) {
    if (Math.abs(lat) <= 90 && Number.isFinite(lon)) continue;
    throw new DteError('input.area', `a point at latitude ${lat}, longitude ${lon}`, { hint: 'degrees; latitudes from -90 to 90' });
  }
  const coordinates = { lat: Float64Array.from(points, ({ lat }) => lat), lon: Float64Array.from(points, ({ lon }) => lon) };
  const matrix = await prepareWeights(context, grid, unstructuredGrid({ points: points.length, coordinates }), {
    method: 'nearest-neighbour',
  });
  const { lat, lon } = grid.coordinates();
  return points.map((place, number) => {
    const entry = matrix.rowStart[number] as number;
    if (matrix.rowStart[number + 1] === entry) {
      throw new DteError('input.area', `latitude ${place.lat}, longitude ${place.lon} lies outside the grid of the field`, {
        hint: `grid ${JSON.stringify(grid.spec)}`,
      });
    }
    const point = matrix.column[entry] as number;
    const taken = { lat: lat[point] as number, lon: lon[point] as number };
    return { index: order === undefined ? point : (order[point] as number), ...taken, distanceKm: distanceKm(place, taken) };
  });
}

/** The haversine formula: exact for near points, where the cosine rule loses its digits. */
function distanceKm(from: Point, to: Point): number {
  const rad = Math.PI / 180;
  const across = Math.sin(((to.lat - from.lat) * rad) / 2) ** 2;
  const along = Math.cos(from.lat * rad) * Math.cos(to.lat * rad) * Math.sin(((to.lon - from.lon) * rad) / 2) ** 2;
  return 2 * earthRadiusKm * Math.asin(Math.min(1, Math.sqrt(across + along)));
}
