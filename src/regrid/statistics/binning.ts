import type { Method, Prepared, Problem } from '../method.js';
import { methods } from '../methods.js';
import { normaliseRows, preparedMatrix, rowsOfPrepared, transposeMatrix } from './transposed.js';

/**
 * atlas' `binning`, from a fine grid to a coarse one: the transpose of another method's matrix from the target to the source, its
 * rows divided by their sums. Every source point is shared out among the target points that it would be interpolated from.
 */
export const binning: Method = {
  name: 'binning',
  prepare: prepareBinning,
  rows: ({ source, prepared }, start, end) => rowsOfPrepared(prepared, source.points, [start, end]),
};

async function prepareBinning(problem: Problem): Promise<Prepared> {
  const { source, target, shared, options } = problem;
  const method = await methods.get(options.of ?? 'linear')!();
  const turned: Problem = { source: target, target: source, shared, options: {} };
  const prepared = await method.prepare?.(turned);
  const back = method.rows(prepared === undefined ? turned : { ...turned, prepared }, 0, source.points);
  return preparedMatrix(normaliseRows(transposeMatrix(back)));
}
