import { DteError, sha256Hex } from '../base/index.js';
import type { Coordinates, Grid, GridSpec } from './grid.js';
import { gridHash } from './grid-hash.js';

/** Spectral coefficients with triangular truncation J: (J + 1)(J + 2) real numbers, no coordinates. */
export function spectralGrid(truncation: number): Grid {
  if (!Number.isInteger(truncation) || truncation < 0 || truncation > 32_000) {
    throw new DteError('input.grid', `truncation ${truncation} is not possible`, { hint: 'an integer from 0 to 32000' });
  }
  const spec: GridSpec = { type: 'sh', truncation };
  return { ...withoutCoordinates('sh', (truncation + 1) * (truncation + 2), spec), truncation };
}

export interface UnstructuredOptions {
  readonly points: number;
  /** What tells this grid from others of the same size (a GRIB uuidOfHGrid, say). */
  readonly identity?: string;
  /** Degrees, `[points]`; without them the grid has no coordinates. */
  readonly coordinates?: Coordinates;
}

/** Points without an order that could be named. */
export function unstructuredGrid(options: UnstructuredOptions): Grid {
  const { points, identity, coordinates } = options;
  checkCount(points);
  if (coordinates === undefined) return withoutCoordinates('unstructured', points, identified('unstructured', points, identity));
  const lat = Float64Array.from(coordinates.lat);
  const lon = Float64Array.from(coordinates.lon);
  if (lat.length !== points || lon.length !== points) {
    throw new DteError('input.grid', `${lat.length} latitudes and ${lon.length} longitudes were given for ${points} points`);
  }
  const digest = sha256Hex(sha256Hex(new Uint8Array(lat.buffer)) + sha256Hex(new Uint8Array(lon.buffer))).slice(0, 32);
  const spec = identified('unstructured', points, identity ?? digest);
  return { type: 'unstructured', points, spec, hash: gridHash(spec), coordinates: () => ({ lat: lat.slice(), lon: lon.slice() }) };
}

/** A grid that is carried along but not understood; `identity` tells two of the same size apart. */
export function unknownGrid(options: { readonly points: number; readonly identity?: string }): Grid {
  checkCount(options.points);
  return withoutCoordinates('unknown', options.points, identified('unknown', options.points, options.identity));
}

function identified(type: 'unstructured' | 'unknown', points: number, identity: string | undefined): GridSpec {
  return { type, points, ...(identity === undefined ? {} : { identity }) };
}

function withoutCoordinates(type: 'sh' | 'unstructured' | 'unknown', points: number, spec: GridSpec): Grid {
  return {
    type,
    points,
    spec,
    hash: gridHash(spec),
    coordinates() {
      throw new DteError('unsupported.grid', `a grid of type ${type} has no coordinates`, {
        ...(type === 'sh' ? { hint: 'transform the coefficients to a grid first' } : {}),
      });
    },
  };
}

function checkCount(points: number): void {
  if (Number.isInteger(points) && points >= 0) return;
  throw new DteError('input.grid', `${points} is not a number of points`, { hint: 'an integer, 0 or more' });
}
