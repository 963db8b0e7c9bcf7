import { DteError } from '../base/index.js';
import type { Coordinates, Grid } from './grid.js';
import { isFileName } from './grid-name.js';
import { orcaGrid, orcaNameOf, unstructuredGrid } from './point-grids.js';
import { allowOnly, integer, numbers, type SpecMap } from './spec-map.js';

/** Keys that give the points of a grid themselves. */
export const pointKeys = ['coordinates', 'latitudes', 'longitudes', 'columns'] as const;

/** How a gridspec's files of coordinates are read: an array of a file, or both. */
export interface PointFiles {
  /** Degrees, one number for each point. */
  values(path: string): Promise<Float64Array>;
  pairs(path: string): Promise<Coordinates>;
}

/** Whether a gridspec states its points one by one, or names files that do. */
export function hasPoints(map: SpecMap): boolean {
  return map.coordinates !== undefined || map.latitudes !== undefined || map.longitudes !== undefined;
}

/** The same gridspec with the files that it names read. `input.grid` when a file is named and there is no way to read any. */
export async function withPointFiles(map: SpecMap, files: PointFiles | undefined): Promise<SpecMap> {
  const { coordinates, latitudes, longitudes, ...rest } = map;
  const named = [coordinates, latitudes, longitudes].filter((value) => typeof value === 'string' && numbers(value) === undefined);
  if (named.length === 0) return map;
  if (files === undefined) throw new DteError('input.grid', `file '${String(named[0])}' of a gridspec cannot be read here`);
  if (typeof coordinates === 'string') {
    if (latitudes !== undefined || longitudes !== undefined) throw twice();
    const { lat, lon } = await files.pairs(coordinates);
    return { ...rest, latitudes: lat, longitudes: lon };
  }
  const read = async (value: unknown): Promise<unknown> =>
    typeof value === 'string' && numbers(value) === undefined ? await files.values(value) : value;
  return { ...rest, latitudes: await read(latitudes), longitudes: await read(longitudes) };
}

/** A list of points, or an ORCA, ICON or FESOM grid with its points. */
export function pointsFromSpec(map: SpecMap): Grid {
  allowOnly(map, ['grid', 'type', 'identity', 'points', ...pointKeys]);
  if (map.coordinates !== undefined) {
    throw new DteError('input.grid', `coordinates ${JSON.stringify(map.coordinates)} are not the name of a file that can be read here`, {
      hint: 'give latitudes and longitudes, lists of degrees',
    });
  }
  const coordinates = { lat: degreesOf(map, 'latitudes'), lon: degreesOf(map, 'longitudes') };
  const name = typeof map.grid === 'string' ? map.grid : undefined;
  if (name !== undefined && orcaNameOf(name) !== undefined) return orcaGrid(name, coordinates);
  if (map.grid !== undefined && (name === undefined || !isFileName(name))) {
    throw new DteError('input.grid', `grid ${JSON.stringify(map.grid)} does not take latitudes and longitudes`, {
      hint: 'type: unstructured, or the name of an ORCA, ICON or FESOM grid, does',
    });
  }
  const identity = name ?? (map.identity === undefined ? undefined : String(map.identity));
  return unstructuredGrid({
    points: map.points === undefined ? coordinates.lat.length : integer(map, 'points'),
    coordinates,
    ...(identity === undefined ? {} : { identity }),
    ...(map.columns === undefined ? {} : { columns: integer(map, 'columns') }),
  });
}

function degreesOf(map: SpecMap, key: 'latitudes' | 'longitudes'): Float64Array {
  const value = map[key];
  if (value instanceof Float64Array) return value;
  const list = numbers(value);
  if (list !== undefined) return Float64Array.from(list);
  const met = value === undefined ? 'absent' : typeof value === 'string' ? `'${value}'` : 'not a list of numbers';
  throw new DteError('input.grid', `gridspec ${key} is ${met}`, {
    hint: `${key}: a list of degrees, or a file that gridFromText can read`,
  });
}

function twice(): DteError {
  return new DteError('input.grid', 'a gridspec has both coordinates and latitudes or longitudes', { hint: 'give one of them' });
}
