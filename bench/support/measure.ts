/** What repeated runs of one subject took. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly runs: number;
}

/** Something that is measured. `run` answers what it measured itself (in `unit`s of the row), or nothing: then its wall time in ms counts. */
export interface Subject {
  readonly run: () => Promise<number | void>;
  /** After each run, outside the clock: give memory back, check the result. */
  readonly after?: () => Promise<void> | void;
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
  return own ?? wall;
}

export function spreadOf(samples: readonly number[]): Spread {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length >>> 1;
  const upper = sorted[middle] as number;
  const median = sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
  return { median, min: sorted[0] as number, max: sorted[sorted.length - 1] as number, runs: sorted.length };
}
