import { DteError } from '../base/index.js';
import type { Grid, Projection } from './grid.js';
import { orderedGrid } from './ordered-grid.js';
import { projectedGrid } from './projected-grid.js';
import { projectionFromSpec } from './projection/projection-from-spec.js';
import { regularLatLon } from './regular-lat-lon.js';
import { allowOnly, integer, pair, real, rotationOf, type SpecMap } from './spec-map.js';

/** Keys of `type: regional` and `type: zonal_band`. */
export const regionalKeys = [
  'nx',
  'ny',
  'dx',
  'dy',
  'xmin',
  'xmax',
  'ymin',
  'ymax',
  'north',
  'south',
  'east',
  'west',
  'lonlat(centre)',
  'lonlat(xmin,ymin)',
  'lonlat(xmin,ymax)',
  'lonlat(xmax,ymax)',
  'y_numbering',
  'projection',
] as const;

/** Where the grid lies in its plane: upper left point and steps, and the keys that say so in a spec. */
interface Place {
  readonly xmin: number;
  readonly ymax: number;
  readonly dx: number;
  readonly dy: number;
  readonly anchor: Readonly<Record<string, unknown>>;
}

type Plane = Pick<Projection, 'forward'>;

/**
 * atlas' regional grids: nx by ny points, dx and dy apart in the plane of `projection` (metres; degrees for lonlat and
 * rotated_lonlat), placed by one of their corners or their middle, as x and y or as longitude and latitude. `y_numbering: 1` has
 * the rows from south to north, which atlas does by default; ours run from north to south.
 */
export function regionalFromSpec(map: SpecMap): Grid {
  allowOnly(map, ['type', ...regionalKeys]);
  const numbering = real(map, 'y_numbering', -1);
  const grid = fromProjection(map, projectionMap(map.projection));
  return numbering > 0 ? orderedGrid(grid, 'i+j+') : grid;
}

/** atlas' zonal band: nx points from Greenwich on each of ny rows between two parallels, both included. */
export function zonalBand(map: SpecMap): Grid {
  allowOnly(map, ['type', 'nx', 'ny', 'north', 'south', 'ymin', 'ymax', 'y_numbering']);
  const [columns, rows] = [integer(map, 'nx'), integer(map, 'ny')];
  const north = real(map, 'north', real(map, 'ymax', 90));
  const south = real(map, 'south', real(map, 'ymin', -90));
  const grid = regularLatLon({ north, south, west: 0, dlon: 360 / columns, columns, rows });
  return real(map, 'y_numbering', -1) > 0 ? orderedGrid(grid, 'i+j+') : grid;
}

function projectionMap(value: unknown): SpecMap {
  if (value === undefined) return { type: 'lonlat' };
  if (typeof value === 'string') return { type: value };
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as SpecMap;
  throw new DteError('input.grid', `projection ${JSON.stringify(value)} is not a projection`, {
    hint: 'a map with type and its parameters',
  });
}

function fromProjection(map: SpecMap, projection: SpecMap): Grid {
  const [columns, rows] = [integer(map, 'nx'), integer(map, 'ny')];
  if (projection.type === 'lonlat' || projection.type === 'rotated_lonlat') return degreesGrid(map, projection, columns, rows);
  const made = projectionFromSpec(anchored(map, projection));
  const { xmin, ymax, dx, dy, anchor } = placeOf(map, made, columns, rows);
  return projectedGrid({ projection: made, columns, rows, x: xmin, y: ymax, dx, dy: -dy }, anchor);
}

/** Where a grid is placed by longitude and latitude the origin of a cone's plane makes no difference: it is then at latitude1. */
function anchored(map: SpecMap, projection: SpecMap): SpecMap {
  const keys = Object.keys(map).filter((key) => key.startsWith('lonlat(') && map[key] !== undefined);
  const { latitude0, latitude1 = latitude0, ...rest } = projection;
  const isCone = rest.type === 'lambert_conformal_conic' || rest.type === 'albers_equal_area';
  if (!isCone || keys.length !== 1) return projection;
  real(projection, 'latitude0', 0);
  return { ...rest, latitude1 };
}

/** Planes of degrees are latitude-longitude grids, perhaps rotated. */
function degreesGrid(map: SpecMap, projection: SpecMap, columns: number, rows: number): Grid {
  const rotated = projection.type === 'rotated_lonlat';
  allowOnly(projection, rotated ? ['type', 'south_pole', 'north_pole'] : ['type']);
  const rotation = rotated ? { rotation: poleOf(projection) } : {};
  const plane: Plane = {
    forward(lat, lon) {
      if (!rotated) return [lon, lat];
      throw new DteError('unsupported.grid', 'a rotated_lonlat grid placed by true longitude and latitude is not implemented', {
        hint: 'give xmin and ymin (or west and south) in the rotated frame',
      });
    },
  };
  const { xmin, ymax, dx, dy } = placeOf({ ...withEdges(map) }, plane, columns, rows);
  return regularLatLon({ north: ymax, west: xmin, dlon: dx, dlat: dy, columns, rows, ...rotation });
}

/** north, west, south and east are x and y of planes of degrees. */
function withEdges({ north, west, south, east, ...map }: SpecMap): SpecMap {
  const edges = { ymax: north, xmin: west, ymin: south, xmax: east };
  return { ...map, ...Object.fromEntries(Object.entries(edges).filter(([, value]) => value !== undefined)) };
}

/** atlas states poles as longitude, latitude. */
function poleOf(projection: SpecMap) {
  if (projection.south_pole !== undefined) {
    const [lon, lat] = pair(projection.south_pole, 'south_pole', 'longitude/latitude, degrees');
    return rotationOf([lat, lon]);
  }
  const [lon, lat] = pair(projection.north_pole, 'north_pole', 'longitude/latitude, degrees');
  return rotationOf([-lat, lon + 180]);
}

/** The ways of saying where a grid lies, in the order in which atlas tries them. */
function placeOf(map: SpecMap, plane: Plane, columns: number, rows: number): Place {
  const has = (...keys: readonly string[]): boolean => keys.every((key) => map[key] !== undefined);
  if (has('xmin', 'xmax', 'ymin', 'ymax')) {
    const [xmin, ymax] = [real(map, 'xmin'), real(map, 'ymax')];
    const [dx, dy] = [step(real(map, 'xmax') - xmin, columns), step(ymax - real(map, 'ymin'), rows)];
    return { xmin, ymax, dx, dy, anchor: { xmin, ymax } };
  }
  if (has('lonlat(xmin,ymin)', 'lonlat(xmax,ymax)')) return betweenCorners(map, plane, columns, rows);
  const [dx, dy] = [real(map, 'dx'), real(map, 'dy')];
  const height = dy * (rows - 1);
  const at = (key: string) => {
    const lonLat = pair(map[key], key, 'longitude/latitude, degrees');
    return { lonLat, place: onPlane(plane, lonLat, key) };
  };
  for (const key of ['lonlat(centre)', 'lonlat(xmin,ymax)', 'lonlat(xmin,ymin)'] as const) {
    if (!has(key)) continue;
    const { lonLat, place } = at(key);
    const isCentre = key === 'lonlat(centre)';
    const xmin = isCentre ? place[0] - (dx * (columns - 1)) / 2 : place[0];
    const ymax = isCentre ? place[1] + height / 2 : key === 'lonlat(xmin,ymin)' ? place[1] + height : place[1];
    return { xmin, ymax, dx, dy, anchor: { [key]: lonLat } };
  }
  if (has('xmin', 'ymax')) return { xmin: real(map, 'xmin'), ymax: real(map, 'ymax'), dx, dy, anchor: { xmin: map.xmin, ymax: map.ymax } };
  if (has('xmin', 'ymin')) {
    const [xmin, ymax] = [real(map, 'xmin'), real(map, 'ymin') + height];
    return { xmin, ymax, dx, dy, anchor: { xmin, ymax } };
  }
  throw new DteError('input.grid', 'the regional grid has no place', {
    hint: 'give dx, dy and one of lonlat(centre), lonlat(xmin,ymax), lonlat(xmin,ymin), xmin with ymax or ymin; or xmin, xmax, ymin, ymax',
  });
}

function betweenCorners(map: SpecMap, plane: Plane, columns: number, rows: number): Place {
  const [low, high] = ['lonlat(xmin,ymin)', 'lonlat(xmax,ymax)'].map((key) =>
    onPlane(plane, pair(map[key], key, 'longitude/latitude, degrees'), key),
  ) as [readonly [number, number], readonly [number, number]];
  // Rounded to a tenth of a millimetre: a spec holds no last bits of a sine.
  const [xmin, ymax] = [tenths(low[0]), tenths(high[1])];
  const [dx, dy] = [tenths(step(high[0] - low[0], columns)), tenths(step(high[1] - low[1], rows))];
  return { xmin, ymax, dx, dy, anchor: { xmin, ymax } };
}

function tenths(metres: number): number {
  return Math.round(metres * 1e4) / 1e4;
}

function step(length: number, count: number): number {
  return count > 1 ? length / (count - 1) : length;
}

function onPlane(plane: Plane, [lon, lat]: readonly [number, number], key: string): readonly [number, number] {
  const place = plane.forward(lat, lon);
  if (Math.abs(lat) <= 90 && Number.isFinite(place[0]) && Number.isFinite(place[1])) return place;
  throw new DteError('input.grid', `${key} ${lon}/${lat} lies off the map`, { hint: 'longitude/latitude, degrees' });
}
