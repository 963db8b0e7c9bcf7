import type { Grid } from '../atlas/index.js';
import { DteError } from '../base/index.js';
import { missingValue } from '../compute/index.js';
import { type Rectangle, rectangleOf } from './pack/arrangement.js';

/** Neighbouring points above a threshold. */
export interface Region {
  /** Degrees: the mean position, weighted by value and by the area of a point; longitude in [-180, 180). */
  readonly lat: number;
  readonly lon: number;
  readonly peak: number;
  readonly peakLat: number;
  readonly peakLon: number;
  readonly points: number;
}

export interface RegionOptions {
  readonly threshold: number;
  /** Smaller regions are left out. Default: 1. */
  readonly leastPoints?: number;
}

/**
 * Connected regions of values above a threshold, strongest first: what a mask from a model holds. Points touch along rows, columns and
 * diagonals, and around the globe where rows go around it; missing values belong to none. `values` [points], in the grid's order.
 * `input.field` for a wrong number of values, `unsupported.grid` for a grid that is not a rectangle of points.
 */
export function regionsAbove(values: Float32Array | Float64Array, grid: Grid, options: RegionOptions): readonly Region[] {
  if (values.length !== grid.points) {
    throw new DteError('input.field', `${values.length} values for ${grid.points} points of grid ${grid.name ?? grid.type}`);
  }
  const { rows, columns, periodic } = rectangleOf(grid);
  const isAbove = (point: number): boolean => values[point] !== missingValue && (values[point] as number) > options.threshold;
  const taken = new Uint8Array(grid.points);
  const found: number[][] = [];
  for (let point = 0; point < grid.points; point++) {
    if (taken[point] === 1 || !isAbove(point)) continue;
    const members = connected(point, { rows, columns, periodic }, isAbove, taken);
    if (members.length >= (options.leastPoints ?? 1)) found.push(members);
  }
  const { lat, lon } = found.length > 0 ? grid.coordinates() : { lat: [], lon: [] };
  return found.map((members) => regionOf(members, values, lat, lon)).sort((a, b) => b.peak - a.peak);
}

function connected(
  first: number,
  { rows, columns, periodic }: Rectangle,
  isAbove: (point: number) => boolean,
  taken: Uint8Array,
): number[] {
  const members = [first];
  taken[first] = 1;
  // Members found on the way are visited in turn.
  for (let next = 0; next < members.length; next++) {
    const row = Math.floor((members[next] as number) / columns);
    const column = (members[next] as number) % columns;
    for (let otherRow = Math.max(0, row - 1); otherRow <= Math.min(rows - 1, row + 1); otherRow++) {
      for (const beside of [column - 1, column, column + 1]) {
        if (!periodic && (beside < 0 || beside >= columns)) continue;
        const point = otherRow * columns + ((beside + columns) % columns);
        if (taken[point] === 1 || !isAbove(point)) continue;
        taken[point] = 1;
        members.push(point);
      }
    }
  }
  return members;
}

const radian = Math.PI / 180;

/** Positions are averaged as directions in space: there is no seam in longitude. */
function regionOf(members: readonly number[], values: ArrayLike<number>, lat: ArrayLike<number>, lon: ArrayLike<number>): Region {
  let [x, y, z] = [0, 0, 0];
  let top = members[0] as number;
  for (const point of members) {
    const phi = (lat[point] as number) * radian;
    const lambda = (lon[point] as number) * radian;
    const weight = Math.abs(values[point] as number) * Math.cos(phi);
    x += weight * Math.cos(phi) * Math.cos(lambda);
    y += weight * Math.cos(phi) * Math.sin(lambda);
    z += weight * Math.sin(phi);
    if ((values[point] as number) > (values[top] as number)) top = point;
  }
  return {
    lat: Math.atan2(z, Math.hypot(x, y)) / radian,
    lon: halfOpen(Math.atan2(y, x) / radian),
    peak: values[top] as number,
    peakLat: lat[top] as number,
    peakLon: halfOpen(lon[top] as number),
    points: members.length,
  };
}

const halfOpen = (lon: number): number => ((((lon + 180) % 360) + 360) % 360) - 180;
