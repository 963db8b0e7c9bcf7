import type { TaskModule } from '../compute/index.js';
import { type DenseProblem, denseStarts } from './dense-starts.js';
import type { LegendreStarts } from './legendre-starts.js';

/** Tasks for worker threads that make polynomials. */
export const denseTasks: TaskModule = { url: new URL('./dense-tasks.js', import.meta.url), functions: { makeDense } };

export interface DenseTask {
  readonly starts: LegendreStarts;
  readonly problem: DenseProblem;
}

export function makeDense({ starts, problem }: DenseTask): LegendreStarts {
  return denseStarts(starts, problem);
}
