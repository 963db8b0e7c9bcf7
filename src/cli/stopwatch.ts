import type { Clock } from '../base/index.js';

/** Wall time, and the time during which each stage was under way in at least one place. */
export class Stopwatch {
  readonly #clock: Clock;
  readonly #startMs: number;
  readonly #stages = new Map<string, { running: number; sinceMs: number; totalMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startMs = clock.elapsedMs();
  }

  async time<R>(stage: string, work: Promise<R>): Promise<R> {
    let entry = this.#stages.get(stage);
    if (entry === undefined) this.#stages.set(stage, (entry = { running: 0, sinceMs: 0, totalMs: 0 }));
    if (entry.running++ === 0) entry.sinceMs = this.#clock.elapsedMs();
    try {
      return await work;
    } finally {
      if (--entry.running === 0) entry.totalMs += this.#clock.elapsedMs() - entry.sinceMs;
    }
  }

  get elapsedSeconds(): number {
    return (this.#clock.elapsedMs() - this.#startMs) / 1000;
  }

  get seconds(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#stages].map(([stage, { totalMs }]) => [stage, totalMs / 1000]));
  }
}
