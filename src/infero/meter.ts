import type { Clock } from '../base/index.js';
import type { Timing } from './types.js';

export const noTime: Timing = { inputReorderMs: 0, uploadMs: 0, executeMs: 0, checkMs: 0, downloadMs: 0, outputReorderMs: 0 };

/** Times the stages of one run. */
export class Meter {
  readonly #clock: Clock;
  readonly #spent: { -readonly [K in keyof Timing]: number } = { ...noTime };
  gpuMs: number | undefined;
  uploadedBytes = 0;
  downloadedBytes = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get timing(): Timing {
    return this.#spent;
  }

  /** Stages are not nested. */
  async time<R>(stage: keyof Timing, work: () => R | Promise<R>): Promise<R> {
    const startMs = this.#clock.elapsedMs();
    try {
      return await work();
    } finally {
      this.#spent[stage] += this.#clock.elapsedMs() - startMs;
    }
  }
}

export function sumOf(a: Timing, b: Timing): Timing {
  return {
    inputReorderMs: a.inputReorderMs + b.inputReorderMs,
    uploadMs: a.uploadMs + b.uploadMs,
    executeMs: a.executeMs + b.executeMs,
    checkMs: a.checkMs + b.checkMs,
    downloadMs: a.downloadMs + b.downloadMs,
    outputReorderMs: a.outputReorderMs + b.outputReorderMs,
  };
}
