/** What repeated runs of one subject took. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly runs: number;
}

/** Something that is measured. A number that `run` answers is what it measured itself, in the unit of the row; else its wall time in ms counts. */
export interface Subject {
  readonly run: () => Promise<unknown>;
  /** After each run, outside the clock: give memory back, check the result. */
  readonly after?: () => unknown;
}

/**
 * Runs subjects in turn, A B A B, so that a machine that slows down for a while slows all of them. Each has one run first that
 * does not count: caches, JIT compilers and shader compilers are warm. Spreads in the order of the subjects.
 */
export async function interleaved(subjects: readonly Subject[], runs: number, warmUps = 1): Promise<readonly Spread[]> {
  const samples = subjects.map((): number[] => []);
  for (let round = -warmUps; round < runs; round++) {
    for (const [index, subject] of subjects.entries()) {
      const measured = await runOnce(subject);
      if (round >= 0) (samples[index] as number[]).push(measured);
    }
  }
  return samples.map(spreadOf);
}

async function runOnce(subject: Subject): Promise<number> {
  const start = performance.now();
  const own = await subject.run();
  const wall = performance.now() - start;
  await subject.after?.();
  return typeof own === 'number' ? own : wall;
}

export function spreadOf(samples: readonly number[]): Spread {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length >>> 1;
  const upper = sorted[middle] as number;
  const median = sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
  return { median, min: sorted[0] as number, max: sorted[sorted.length - 1] as number, runs: sorted.length };
}
