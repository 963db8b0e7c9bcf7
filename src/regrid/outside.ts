import { DteError } from '../base/index.js';
import { allocateMatrix, type Matrix, promiseOf } from './matrix.js';
import type { Problem } from './method.js';
import { pointSearch, prepareSearch } from './search/point-search.js';
import { eachParallel } from './target-points.js';

/**
 * What the option `outside` makes of rows that a method left empty: nothing (`missing-value`), an error that names the first
 * (`failure`), or the nearest source point (`nearest`).
 */
export async function fillOutside(matrix: Matrix, problem: Problem): Promise<Matrix> {
  const { outside = 'missing-value' } = problem.options;
  const empty = outside === 'missing-value' ? [] : emptyRows(matrix);
  if (empty.length === 0) return matrix;
  if (outside === 'failure') throw failure(problem, empty);
  const nearest = nearestOf(problem, empty);
  const { rows, columns, rowStart, column, weight } = matrix;
  const result = allocateMatrix({ rows, columns, entries: column.length + empty.length, shared: problem.shared });
  let entry = 0;
  let filled = 0;
  for (let row = 0; row < rows; row++) {
    const [start, end] = [rowStart[row], rowStart[row + 1]];
    if (start === end) {
      result.column[entry] = nearest[filled++];
      result.weight[entry++] = 1;
    } else {
      result.column.set(column.subarray(start, end), entry);
      result.weight.set(weight.subarray(start, end), entry);
      entry += end - start;
    }
    result.rowStart[row + 1] = entry;
  }
  return { ...result, ...promiseOf(matrix) };
}

/** The nearest source point of each of some target points (ascending), wherever they lie. */
function nearestOf({ source, target, prepared }: Problem, points: readonly number[]): Uint32Array {
  const search = pointSearch(source, prepared?.['point'] === undefined ? prepareSearch({ source, shared: false }) : prepared);
  return Uint32Array.from(points, (point) => {
    eachParallel(target, point, point + 1, (_, lat, lons) => search.setPoint(lat, lons[0]));
    search.nearest(1);
    return search.index[0];
  });
}

function emptyRows({ rows, rowStart }: Matrix): number[] {
  const empty: number[] = [];
  for (let row = 0; row < rows; row++) if (rowStart[row] === rowStart[row + 1]) empty.push(row);
  return empty;
}

function failure({ target }: Problem, empty: readonly number[]): DteError {
  const first = empty[0];
  let place = '';
  eachParallel(target, first, first + 1, (_, lat, lons) => {
    place = `latitude ${lat}, longitude ${lons[0]}`;
  });
  return new DteError(
    'input.area',
    `${empty.length} of ${target.points} target points lie outside the source grid, the first at ${place}`,
    {
      where: { option: 'outside' },
      hint: 'outside: missing-value leaves them without a value, nearest takes the nearest source point',
    },
  );
}
