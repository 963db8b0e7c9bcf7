import type { Grid } from '../atlas/index.js';
import { type Context, DteError } from '../base/index.js';
import { Team } from '../compute/index.js';
import { frameOf, layoutOf, type RowLayout } from './layout.js';
import { concatenateRows, identityMatrix, type Matrix } from './matrix.js';
import type { MethodOptions, ResolvedOptions } from './method-options.js';
import { resolveOptions } from './method-options.js';
import type { Method, Problem } from './method.js';
import { builtinMethods, methodName, methods, optionsOfMethods } from './methods.js';
import { fillOutside } from './outside.js';
import { permuteColumns, permuteRows } from './permute.js';
import { positionsInPlane } from './plane.js';
import { weightsTasks } from './weights-tasks.js';

/** The method, and those of `MethodOptions` that it takes. */
export interface WeightsOptions extends MethodOptions {
  /** Default `linear`. */
  readonly method?: string;
}

export const defaultMethod = 'linear';

/** Rows that one thread makes in the time it takes to start and warm up several times over. */
const defaultRowsPerThread = 750_000;

/** The full name of the method, and its options with their defaults. `input.option` for what it does not take. */
export function methodOf({ method, ...given }: WeightsOptions): { readonly name: string; readonly resolved: ResolvedOptions } {
  const name = methodName(method ?? defaultMethod);
  return { name, resolved: resolveOptions(name, optionsOfMethods.get(name) ?? [], given) };
}

/**
 * The matrix that takes fields from `source` to `target`, in f64, made on worker threads where there are any. The result does not
 * depend on the number of threads. Equal grids give the identity. Target points outside an open source grid get an empty row,
 * unless the option `outside` says otherwise. A rotated source is handled in its own frame, a grid in nested order by way of its
 * rows.
 * Errors: `input.option` and `unsupported.method` for the method and its options, `unsupported.grid` for grids that it cannot take,
 * `input.grid` for coordinates that are not finite, `input.area` for a point outside when that is a failure, `fault.cancelled`.
 */
export async function prepareWeights(context: Context, source: Grid, target: Grid, options: WeightsOptions = {}): Promise<Matrix> {
  const { name, resolved } = methodOf(options);
  const shared = context.workers.threads > 0;
  if (source.hash === target.hash) return identityMatrix(source.points, shared);
  const method = await (methods.get(name) as () => Promise<Method>)();
  const from = rowsOf(source);
  const to = rowsOf(target);
  const matrix =
    from.grid.hash === to.grid.hash
      ? permuteColumns(identityMatrix(source.points, shared), from.index)
      : await weightsBetween(context, method, { source: from, target: to.grid, resolved, shared });
  return permuteRows(matrix, to.index);
}

/** A grid, or the same points in an order with rows. */
interface Ordered {
  readonly grid: Grid;
  /** Index in the grid asked for of every point of `grid`. */
  readonly index?: Uint32Array;
}

function rowsOf(grid: Grid): Ordered {
  return grid.asRows === undefined ? { grid } : grid.asRows();
}

interface Chosen {
  readonly source: Ordered;
  readonly target: Grid;
  readonly resolved: ResolvedOptions;
  readonly shared: boolean;
}

/** The matrix with columns in the order of the source that was asked for. */
async function weightsBetween(context: Context, method: Method, chosen: Chosen): Promise<Matrix> {
  const { source, target, resolved, shared } = chosen;
  const { name } = method;
  method.check?.(source.grid, target, resolved);
  // Methods that a caller added are not known to the workers.
  const offered = builtinMethods.get(name) === methods.get(name) ? context.workers.threads : 0;
  const threads = Math.min(offered, Math.floor(target.points / (method.rowsPerThread ?? defaultRowsPerThread)));
  const onThreads = threads > 1;
  if (context.signal?.aborted === true) throw cancelled();
  const begin = context.clock.elapsedMs();
  const order = method.inOwnOrder ? source.index : undefined;
  const problem = await problemOf(method, source.grid, target, { resolved, shared, posted: onThreads, ...(order ? { order } : {}) });
  const blocks = onThreads ? await rowsOnThreads(context, name, problem, threads) : [method.rows(problem, 0, target.points)];
  const matrix = await fillOutside(concatenateRows(blocks, source.grid.points, shared), problem);
  context.log.debug('regrid.weights', {
    method: name,
    rows: matrix.rows,
    columns: matrix.columns,
    entries: matrix.column.length,
    threads: onThreads ? threads : 0,
    milliseconds: context.clock.elapsedMs() - begin,
  });
  return order === undefined ? permuteColumns(matrix, source.index) : matrix;
}

interface ProblemOptions {
  readonly resolved: ResolvedOptions;
  readonly shared: boolean;
  /** The problem will be posted to threads. */
  readonly posted: boolean;
  /** Index of every source point in the order that was asked for. */
  readonly order?: Uint32Array;
}

/** Everything that the rows of a method are made from. */
export async function problemOf(method: Method, source: Grid, target: Grid, options: ProblemOptions): Promise<Problem> {
  const { resolved, shared, posted, order } = options;
  const frame = frameOf(source);
  const inFrame = frame === undefined ? {} : { frame };
  const needs = new Set(method.needs);
  const targetLayout = layoutOf(target, { ...inFrame, shared: posted, cells: needs.has('target-cells') });
  const inPlane = positionsInPlane(source, targetLayout, posted);
  const problem: Problem = {
    source: layoutOf(source, { ...inFrame, shared: posted, cells: needs.has('source-cells'), ...(order ? { order } : {}) }),
    target: inPlane === undefined ? targetLayout : { ...targetLayout, inPlane },
    shared,
    options: resolved,
  };
  checkRows(method, source, problem.source.rows, 'source');
  checkRows(method, target, problem.target.rows, 'target');
  const prepared = await method.prepare?.(problem);
  return prepared === undefined ? problem : { ...problem, prepared };
}

function checkRows({ name, needs }: Method, grid: Grid, rows: RowLayout | undefined, side: 'source' | 'target'): void {
  if (rows !== undefined || needs?.includes(`${side}-rows`) !== true) return;
  throw new DteError('unsupported.grid', `${name} with a ${side} grid of type ${grid.type}`, {
    hint: `${name} takes ${side} grids whose points lie on parallels (regular, reduced or HEALPix)${side === 'target' ? ', in the frame of the source' : ''}`,
  });
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
