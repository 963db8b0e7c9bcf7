import { DteError } from '../../base/index.js';

/** Chunks that were made, up to a number of octets; those that were not asked for longest go first. One that is being made is made once. */
export class ChunkCache {
  readonly #mostBytes: number;
  /** The one used last comes last. */
  readonly #kept = new Map<string, Uint8Array<ArrayBuffer>>();
  readonly #underWay = new Map<string, { readonly made: Promise<Uint8Array<ArrayBuffer>>; askers: number }>();
  #bytes = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Octets that are the caller's own: a copy of what others have, too. */
  async get(key: string, make: () => Promise<Uint8Array<ArrayBuffer>>, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    checkSignal(signal);
    const known = this.#kept.get(key);
    if (known !== undefined) {
      this.#kept.delete(key);
      this.#kept.set(key, known);
      return known.slice();
    }
    let making = this.#underWay.get(key);
    if (making === undefined) {
      // Not ended by who asked first: others may wait for it, and it is kept.
      const made = make()
        .then((bytes) => this.#keep(key, bytes))
        .finally(() => this.#underWay.delete(key));
      this.#underWay.set(key, (making = { made, askers: 0 }));
    }
    making.askers++;
    const bytes = await making.made;
    checkSignal(signal);
    return making.askers > 1 || this.#kept.get(key) === bytes ? bytes.slice() : bytes;
  }

  #keep(key: string, bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    if (bytes.length > this.#mostBytes) return bytes;
    this.#kept.set(key, bytes);
    this.#bytes += bytes.length;
    for (const [other, old] of this.#kept) {
      if (this.#bytes <= this.#mostBytes) break;
      this.#kept.delete(other);
      this.#bytes -= old.length;
    }
    return bytes;
  }
}

function checkSignal(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new DteError('fault.cancelled', 'reading a chunk was cancelled', { cause: signal.reason });
}

/** Lets so many run at once; the others wait in the order in which they came. */
export function limiter(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running < most) running++;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}
