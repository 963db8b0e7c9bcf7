/**
 * Whether short work on files is done at once or left to a thread. What the machine has in memory is looked at in microseconds,
 * asking a thread for it and waiting for the answer takes fifty. Work that had to wait for a device leaves the next times to threads,
 * so that others go on meanwhile; and so is now and then one of many, for timers and signals wait for what is done at once.
 */
export class AtOnce {
  #threaded = 0;
  #inARow = 0;

  /** Does it at once, or has it done by a thread. */
  async do<T>(now: () => T, threaded: () => Promise<T>): Promise<T> {
    if (this.#threaded > 0) {
      this.#threaded--;
      return await threaded();
    }
    const began = performance.now();
    const result = now();
    if (performance.now() - began > mostMs) this.#threaded = threadedAfter;
    else if (++this.#inARow % mostInARow === 0) this.#threaded = 1;
    return result;
  }
}

const mostMs = 1;
const threadedAfter = 64;
const mostInARow = 16;
