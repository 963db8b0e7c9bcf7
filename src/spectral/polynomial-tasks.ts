import type { Engine, TaskModule } from '../compute/index.js';
import { type DenseProblem, denseStarts } from './dense-starts.js';
import { type BlockTask, blockStarts, joinedStarts, type LegendreStarts, legendreStarts, type StartsProblem } from './legendre-starts.js';

/** Tasks for worker threads that make polynomials. */
export const polynomialTasks: TaskModule = {
  url: new URL('./polynomial-tasks.js', import.meta.url),
  functions: { makeDense, makeStarts },
};

export interface DenseTask {
  readonly starts: LegendreStarts;
  readonly problem: DenseProblem;
}

export function makeDense({ starts, problem }: DenseTask): LegendreStarts {
  return denseStarts(starts, problem);
}

export interface StartsTask {
  readonly problem: StartsProblem;
  readonly blocks: readonly number[];
}

export function makeStarts({ problem, blocks }: StartsTask): BlockTask[] {
  return blocks.flatMap((block) => blockStarts(problem, block));
}

/** Below this truncation a thread takes longer to start. */
const leastForThreads = 300;

/** The starts of all blocks, on worker threads where that pays. */
export async function startsOnThreads(engine: Engine, problem: StartsProblem): Promise<LegendreStarts> {
  const { threads } = engine.info;
  if (problem.truncation < leastForThreads || threads < 2) return legendreStarts(problem);
  // Blocks near the poles take longest: deal them out in turn.
  const shares = 4 * threads;
  const made = Array.from({ length: shares }, (_, share) => {
    const blocks = Array.from(problem.wavenumbers.keys()).filter((block) => block % shares === share);
    return engine.task<BlockTask[]>({ module: polynomialTasks, name: 'makeStarts', args: { problem, blocks } });
  });
  return joinedStarts((await Promise.all(made)).flat());
}
