import { sharedBuffer } from '../../base/index.js';

/** Shared memory of one array. `inArena` tells that it lies in the arena's WebAssembly memory, at `byteOffset` of it. */
export interface Block {
  readonly buffer: ArrayBufferLike;
  readonly byteOffset: number;
  readonly sizeBytes: number;
  readonly inArena: boolean;
}

const pageBytes = 65536;
const maximumPages = 65536;
const alignment = 64;
const growthBytes = 16 * 2 ** 20;
/** Kept free at the end: compiled readers of bit streams look up to eight octets ahead. */
const slackBytes = 64;

/**
 * All arrays of an f32 CPU executor in one shared WebAssembly memory, so that compiled twins on every thread see them by their
 * offsets. First fit with coalescing: blocks are few and large, and the pool above reuses them. What does not fit (a memory
 * ends at 4 GiB) comes from the platform, and is then seen by the plain twins only.
 */
export class Arena {
  /** Undefined where the platform gives no shared WebAssembly memory. */
  readonly memory: WebAssembly.Memory | undefined;
  /** Free ranges [start, end), ascending, never adjacent. */
  #free: { start: number; end: number }[] = [];
  #end = alignment;

  constructor(enabled: boolean) {
    this.memory = enabled ? newMemory() : undefined;
  }

  reserve(sizeBytes: number): Block {
    const wanted = Math.ceil(sizeBytes / alignment) * alignment;
    const { memory } = this;
    const start = memory === undefined ? undefined : (this.#fromFree(wanted) ?? this.#fromEnd(memory, wanted));
    if (memory === undefined || start === undefined) return { buffer: sharedBuffer(sizeBytes), byteOffset: 0, sizeBytes, inArena: false };
    return { buffer: memory.buffer, byteOffset: start, sizeBytes: wanted, inArena: true };
  }

  release({ byteOffset, sizeBytes, inArena }: Block): void {
    if (!inArena) return;
    const free = [...this.#free, { start: byteOffset, end: byteOffset + sizeBytes }].sort((a, b) => a.start - b.start);
    this.#free = [];
    for (const range of free) {
      const before = this.#free.at(-1);
      if (before !== undefined && before.end === range.start) before.end = range.end;
      else this.#free.push({ ...range });
    }
  }

  #fromFree(wanted: number): number | undefined {
    const index = this.#free.findIndex(({ start, end }) => end - start >= wanted);
    const range = this.#free[index];
    if (range === undefined) return undefined;
    const { start } = range;
    range.start += wanted;
    if (range.start === range.end) this.#free.splice(index, 1);
    return start;
  }

  #fromEnd(memory: WebAssembly.Memory, wanted: number): number | undefined {
    const start = this.#end;
    const missing = start + wanted + slackBytes - memory.buffer.byteLength;
    if (missing > 0) {
      const pages = Math.ceil(Math.max(missing, growthBytes) / pageBytes);
      const left = maximumPages - memory.buffer.byteLength / pageBytes;
      if (pages > left && Math.ceil(missing / pageBytes) > left) return undefined;
      try {
        memory.grow(Math.min(pages, left));
      } catch {
        return undefined;
      }
    }
    this.#end += wanted;
    return start;
  }
}

function newMemory(): WebAssembly.Memory | undefined {
  try {
    return new WebAssembly.Memory({ initial: 1, maximum: maximumPages, shared: true });
  } catch {
    return undefined;
  }
}
