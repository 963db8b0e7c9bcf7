import type { Coordinates, Grid } from '../../atlas/index.js';
import { DteError, isDteError } from '../../base/index.js';
import type { Matrix } from '../matrix.js';
import { permuteColumns, permuteRows } from '../permute.js';
import type { ScripSide, ScripWeights } from './read.js';

/** Files hold coordinates in f32 or as rounded decimals; degrees. */
const coordinateTolerance = 1e-4;

/**
 * The matrix of a weights file for two grids, in their order of points: a file whose rows run from south to north is turned. `input.grid`
 * when the points of the file are not those of a grid, with the first that is not. Of a grid without coordinates only their number is known.
 */
export function scripMatrix({ matrix, source, target }: ScripWeights, from: Grid, to: Grid): Matrix {
  return permuteRows(permuteColumns(matrix, orderOf(source, from, 'source')), orderOf(target, to, 'target'));
}

/** For every point of the file its index in the grid; undefined where the orders are the same. */
function orderOf(side: ScripSide, grid: Grid, name: string): Uint32Array | undefined {
  if (side.points !== grid.points) {
    throw new DteError('input.grid', `the ${name} of the weights has ${side.points} points`, { hint: `the grid has ${grid.points}` });
  }
  if (side.lat === undefined || side.lon === undefined) return undefined;
  const places = coordinatesOf(grid);
  if (places === undefined) return undefined;
  const { lat, lon } = places;
  const differs = (point: number, index: number): boolean => !isSamePlace(side as Located, point, lat[index], lon[index]);
  const first = findPoint(side.points, (point) => differs(point, point));
  if (first === undefined) return undefined;
  const turned = turnedRows(side);
  if (turned !== undefined && findPoint(side.points, (point) => differs(point, turned[point])) === undefined) return turned;
  throw new DteError(
    'input.grid',
    `point ${first} of the ${name} of the weights lies at ${side.lat[first]}, ${side.lon[first]}, that of the grid at ${lat[first]}, ${lon[first]}`,
    { hint: 'the points of a weights file must be those of the grid, in its order or with rows from south to north' },
  );
}

/** Undefined for a grid that states none. */
function coordinatesOf(grid: Grid): Coordinates | undefined {
  try {
    return grid.coordinates();
  } catch (error) {
    if (isDteError(error, 'unsupported.grid')) return undefined;
    throw error;
  }
}

interface Located {
  readonly lat: Float64Array;
  readonly lon: Float64Array;
}

function isSamePlace(side: Located, point: number, lat: number, lon: number): boolean {
  if (!(Math.abs(side.lat[point] - lat) <= coordinateTolerance)) return false;
  const east = side.lon[point] - lon;
  // At a pole every longitude is the same place.
  return Math.abs(lat) > 90 - coordinateTolerance || Math.abs(east - 360 * Math.round(east / 360)) <= coordinateTolerance;
}

function findPoint(points: number, test: (point: number) => boolean): number | undefined {
  for (let point = 0; point < points; point++) if (test(point)) return point;
  return undefined;
}

function turnedRows({ points, dimensions }: ScripSide): Uint32Array | undefined {
  if (dimensions.length !== 2) return undefined;
  const [columns, rows] = dimensions;
  const index = new Uint32Array(points);
  for (let point = 0; point < points; point++) {
    const row = Math.floor(point / columns);
    index[point] = (rows - 1 - row) * columns + (point - row * columns);
  }
  return index;
}
