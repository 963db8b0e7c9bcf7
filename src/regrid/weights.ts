import type { Grid } from '../atlas/index.js';
import { type Context, DteError } from '../base/index.js';
import { Team } from '../compute/index.js';
import { sourceLayout, targetLayout } from './layout.js';
import { concatenateRows, identityMatrix, type Matrix } from './matrix.js';
import type { Method, Problem } from './method.js';
import { builtinMethods, methodName, methods } from './methods.js';
import { weightsTasks } from './weights-tasks.js';

export interface WeightsOptions {
  /** Default `linear`. */
  readonly method?: string;
}

export const defaultMethod = 'linear';

/** Rows that one thread makes in the time it takes to start and warm up several times over. */
const rowsPerThread = 750_000;

/**
 * The matrix that takes fields from `source` to `target`, in f64, made on worker threads where there are any. The result does not
 * depend on the number of threads. Equal grids give the identity. Target points outside an open source grid get an empty row.
 * Errors: `input.option` and `unsupported.method` for the method, `unsupported.grid` for grids that it cannot take, `fault.cancelled`.
 */
export async function prepareWeights(context: Context, source: Grid, target: Grid, options: WeightsOptions = {}): Promise<Matrix> {
  const name = methodName(options.method ?? defaultMethod);
  const shared = context.workers.threads > 0;
  if (source.hash === target.hash) return identityMatrix(source.points, shared);
  const method = await (methods.get(name) as () => Promise<Method>)();
  method.check?.(source, target);
  // Methods that a caller added are not known to the workers.
  const offered = builtinMethods.get(name) === methods.get(name) ? context.workers.threads : 0;
  const threads = Math.min(offered, Math.floor(target.points / rowsPerThread));
  const onThreads = threads > 1;
  const problem: Problem = { source: sourceLayout(source, name), target: targetLayout(target, onThreads), shared };
  if (context.signal?.aborted === true) throw cancelled();
  const begin = context.clock.elapsedMs();
  const blocks = onThreads ? await rowsOnThreads(context, name, problem, threads) : [method.rows(problem, 0, target.points)];
  const matrix = concatenateRows(blocks, source.points, shared);
  context.log.debug('regrid.weights', {
    method: name,
    rows: matrix.rows,
    columns: matrix.columns,
    entries: matrix.column.length,
    threads: onThreads ? threads : 0,
    milliseconds: context.clock.elapsedMs() - begin,
  });
  return matrix;
}

/** Ranges for each thread: several, because rows near the poles cost more than others. */
const rangesPerThread = 4;

/** The rows of all target points, made on `threads` worker threads: blocks in the order of the rows. */
export async function rowsOnThreads(context: Context, method: string, problem: Problem, threads: number): Promise<Matrix[]> {
  const total = problem.target.points;
  const ranges = Math.min(threads * rangesPerThread, total);
  const boundary = (range: number): number => Math.floor((total * range) / ranges);
  const team = new Team(context.workers, threads);
  let done = 0;
  const rowsOf = async (range: number): Promise<Matrix> => {
    const args = { method, problem, start: boundary(range), end: boundary(range + 1) };
    const block = (await team.runTask({ module: weightsTasks, name: 'makeRows', args })) as Matrix;
    context.progress({ task: 'weights', done: boundary(++done), total, unit: 'rows' });
    return block;
  };
  const aborted = new Promise<never>((_, reject) => context.signal?.addEventListener('abort', () => reject(cancelled()), { once: true }));
  try {
    return await Promise.race([aborted, Promise.all(Array.from({ length: ranges }, (_, range) => rowsOf(range)))]);
  } finally {
    await team.close();
  }
}

function cancelled(): DteError {
  return new DteError('fault.cancelled', 'the making of interpolation weights was cancelled');
}
