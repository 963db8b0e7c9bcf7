import type { ProjectedFrame } from '../atlas/index.js';
import { missingValue } from '../compute/index.js';
import { outside, type PixelPositions, type Sampling } from './sampler.js';

/** Pixels of a grid that is regular in the plane of a projection: each is taken to the plane, where the grid is a rectangle. */
export function samplePlane(
  values: Float32Array | Float64Array,
  frame: ProjectedFrame,
  { lat, lon }: PixelPositions,
  sampling: Sampling,
): Float64Array {
  const { projection, columns, rows, x, y, dx, dy } = frame;
  const turn = columnsOfTurn(frame);
  const result = new Float64Array(lat.length).fill(outside);
  for (let pixel = 0; pixel < lat.length; pixel++) {
    const place = projection.forward(lat[pixel], lon[pixel]);
    let column = (place[0] - x) / dx;
    // A cylinder may have been cut open within the grid.
    if (column < -0.5) column += turn;
    else if (column > columns - 0.5) column -= turn;
    const row = (place[1] - y) / dy;
    // Written so that what is not a number, off the map, fails it.
    if (!(column >= -0.5 && column <= columns - 0.5 && row >= -0.5 && row <= rows - 0.5)) continue;
    const nearest = values[clamped(Math.round(row), rows) * columns + clamped(Math.round(column), columns)];
    result[pixel] = nearest === missingValue || sampling === 'nearest' ? nearest : blended(values, frame, column, row, nearest);
  }
  return result;
}

/** Columns that go once round the globe where meridians are parallel lines, else none. */
function columnsOfTurn({ projection, dx }: ProjectedFrame): number {
  if (projection.name !== 'mercator') return 0;
  const middle = projection.inverse(0, 0)[1];
  return (4 * projection.forward(0, middle + 90)[0]) / dx;
}

/** Linear between four points; a neighbour that is missing counts as the nearest. */
function blended(
  values: Float32Array | Float64Array,
  { columns, rows }: ProjectedFrame,
  column: number,
  row: number,
  nearest: number,
): number {
  const west = clamped(Math.floor(column), Math.max(1, columns - 1));
  const upper = clamped(Math.floor(row), Math.max(1, rows - 1));
  const east = clamped(column - west, 2);
  const down = clamped(row - upper, 2);
  const at = (r: number, c: number): number => {
    const value = values[clamped(r, rows) * columns + clamped(c, columns)];
    return value === missingValue ? nearest : value;
  };
  const above = at(upper, west) * (1 - east) + at(upper, west + 1) * east;
  return above * (1 - down) + (at(upper + 1, west) * (1 - east) + at(upper + 1, west + 1) * east) * down;
}

/** In 0 to count - 1. */
function clamped(value: number, count: number): number {
  return Math.min(count - 1, Math.max(0, value));
}
