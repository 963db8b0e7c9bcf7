import type { TaskModule } from '../compute/index.js';
import type { Matrix } from './matrix.js';
import type { Method, Problem } from './method.js';
import { builtinMethods } from './methods.js';

/** Tasks for worker threads that make rows of interpolation weights. */
export const weightsTasks: TaskModule = { url: new URL('./weights-tasks.js', import.meta.url), functions: { makeRows } };

export interface RowsTask {
  readonly method: string;
  readonly problem: Problem;
  readonly start: number;
  readonly end: number;
}

/** The rows of target points [start, end). */
export async function makeRows({ method, problem, start, end }: RowsTask): Promise<Matrix> {
  const { rows } = await (builtinMethods.get(method) as () => Promise<Method>)();
  return rows(problem, start, end);
}
