import { DteError } from '../../base/index.js';
import type { Coordinates, Grid } from '../grid.js';
import type { Partition } from '../mesh/index.js';
import { unitVectors } from '../mesh/unit-vectors.js';
import { pointAreas } from './areas.js';
import { checkLevelCount, itemsOfParts } from './partition-lists.js';
import type { FunctionSpace, SpacePart } from './space.js';

/** Values at points without any order or neighbourhood. */
export interface PointCloud extends FunctionSpace {
  readonly kind: 'PointCloud';
  /** Degrees. `[items]` each */
  readonly coordinates: Coordinates;
}

export interface PointCloudOptions {
  readonly partition?: Partition;
  /** A part also knows every point within this angle of one of its own, degrees. Default 0: no halo. */
  readonly haloRadius?: number;
  readonly levels?: number;
}

/** The space of a grid's points, or of any list of them. `input.grid` for coordinates that are not finite or lie beyond a pole. */
export function pointCloud(points: Grid | Coordinates, options: PointCloudOptions = {}): PointCloud {
  const grid = 'spec' in points ? points : undefined;
  const coordinates = 'spec' in points ? points.coordinates() : points;
  checkCoordinates(coordinates);
  const items = coordinates.lat.length;
  const radius = options.haloRadius ?? 0;
  if (!(radius >= 0 && radius <= 180)) {
    throw new DteError('input.option', `a halo of ${radius} degrees`, { hint: 'accepted are 0 to 180', where: { option: 'haloRadius' } });
  }
  const levels = checkLevelCount(options.levels);
  const owned = itemsOfParts(items, options.partition);
  const parts = radius === 0 || owned.length === 1 ? owned.map(withoutHalo) : withHalos(coordinates, owned, radius);
  const areas = grid === undefined ? undefined : pointAreas(grid);
  return {
    kind: 'PointCloud',
    coordinates,
    items,
    levels,
    parts,
    ...(areas === undefined ? {} : { areas }),
    ...(grid === undefined ? {} : { grid }),
  };
}

function checkCoordinates({ lat, lon }: Coordinates): void {
  if (lat.length !== lon.length)
    throw new DteError('input.grid', `${lat.length} latitudes and ${lon.length} longitudes`, { hint: 'give as many of both' });
  for (let point = 0; point < lat.length; point++) {
    if (Math.abs(lat[point] as number) <= 90 && Number.isFinite(lon[point])) continue;
    throw new DteError('input.grid', `point ${point} lies at latitude ${lat[point]}, longitude ${lon[point]}`, {
      hint: 'accepted are latitudes from -90 to 90 and finite longitudes, degrees',
    });
  }
}

function withoutHalo(item: Uint32Array): SpacePart {
  return { owned: item.length, size: item.length, item };
}

/** Points in cubes as wide as the radius: what is near a point lies in the 27 cubes around it. */
function withHalos({ lat, lon }: Coordinates, owned: readonly Uint32Array[], radius: number): readonly SpacePart[] {
  const chord = 2 * Math.sin((radius * Math.PI) / 360);
  // Not finer than a thousandth: the table of cubes stays small, and a small halo needs no more.
  const width = Math.max(chord, 1e-3);
  const vectors = unitVectors(lat, lon);
  const cubes = new Map<number, number[]>();
  const across = Math.ceil(2 / width) + 3;
  const cubeOf = (point: number, axis: number): number => Math.floor(((vectors[3 * point + axis] as number) + 1) / width) + 1;
  for (let point = 0; point < lat.length; point++) {
    const key = (cubeOf(point, 0) * across + cubeOf(point, 1)) * across + cubeOf(point, 2);
    const list = cubes.get(key);
    if (list === undefined) cubes.set(key, [point]);
    else list.push(point);
  }
  const isNear = (a: number, b: number): boolean => {
    let squared = 0;
    for (let axis = 0; axis < 3; axis++) squared += ((vectors[3 * a + axis] as number) - (vectors[3 * b + axis] as number)) ** 2;
    return squared <= chord * chord;
  };
  const mine = new Uint8Array(lat.length);
  return owned.map((own) => {
    for (const point of own) mine[point] = 1;
    const halo = new Set<number>();
    for (const point of own) {
      for (let corner = 0; corner < 27; corner++) {
        const x = cubeOf(point, 0) + Math.floor(corner / 9) - 1;
        const y = cubeOf(point, 1) + (Math.floor(corner / 3) % 3) - 1;
        const z = cubeOf(point, 2) + (corner % 3) - 1;
        for (const other of cubes.get((x * across + y) * across + z) ?? []) if (mine[other] === 0 && isNear(point, other)) halo.add(other);
      }
    }
    for (const point of own) mine[point] = 0;
    const item = Uint32Array.from([...own, ...[...halo].sort((a, b) => a - b)]);
    return { owned: own.length, size: item.length, item };
  });
}
