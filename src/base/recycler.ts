import { sharedBuffer } from './shared-buffer.js';

const stepBytes = 1 << 18;
const mostKept = 64;

/**
 * Memory for long messages, used again when a message is done with. Left to the garbage collector, a long file's messages would
 * pile up faster than they are collected, and each would be touched for the first time.
 */
export class Recycler {
  readonly #free = new Map<number, (ArrayBuffer | SharedArrayBuffer)[]>();
  readonly #own = new WeakSet<ArrayBuffer | SharedArrayBuffer>();
  #kept = 0;

  take(length: number): Uint8Array {
    const capacity = Math.ceil(length / stepBytes) * stepBytes;
    const known = this.#free.get(capacity)?.pop();
    if (known !== undefined) this.#kept--;
    const buffer = known ?? sharedBuffer(capacity);
    this.#own.add(buffer);
    return new Uint8Array(buffer, 0, length);
  }

  /** Takes memory back that came from `take`; other memory is left alone. */
  give({ buffer }: Uint8Array): void {
    if (this.#kept >= mostKept || !this.#own.delete(buffer)) return;
    const buffers = this.#free.get(buffer.byteLength);
    if (buffers === undefined) this.#free.set(buffer.byteLength, [buffer]);
    else buffers.push(buffer);
    this.#kept++;
  }
}
