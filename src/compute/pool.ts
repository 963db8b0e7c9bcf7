import { DteError } from '../base/index.js';
import type { MemoryUse } from './executor.js';

/**
 * Reuses freed blocks of the same size class, counts every octet, and keeps within a budget: blocks that nobody uses are
 * dropped before the budget is exceeded. Classes are a quarter of an octave apart, so at most 25 % is wasted.
 */
export class Pool<Block> {
  readonly #create: (sizeBytes: number) => Block;
  readonly #destroy: (block: Block) => void;
  readonly #free = new Map<number, Block[]>();
  readonly #budgetBytes: number;
  #inUseBytes = 0;
  #pooledBytes = 0;
  #peakBytes = 0;

  constructor(create: (sizeBytes: number) => Block, destroy: (block: Block) => void, budgetBytes: number) {
    this.#create = create;
    this.#destroy = destroy;
    this.#budgetBytes = budgetBytes;
  }

  get use(): MemoryUse {
    return { inUseBytes: this.#inUseBytes, pooledBytes: this.#pooledBytes, peakBytes: this.#peakBytes, budgetBytes: this.#budgetBytes };
  }

  /** A block of at least `sizeBytes`; its class size is what `put` wants back. */
  take(sizeBytes: number): { readonly block: Block; readonly classBytes: number } {
    const classBytes = sizeClass(sizeBytes);
    const reused = this.#free.get(classBytes)?.pop();
    if (reused !== undefined) {
      this.#pooledBytes -= classBytes;
    } else {
      this.#makeRoom(classBytes);
    }
    const block = reused ?? this.#create(classBytes);
    this.#inUseBytes += classBytes;
    this.#peakBytes = Math.max(this.#peakBytes, this.#inUseBytes + this.#pooledBytes);
    return { block, classBytes };
  }

  put(block: Block, classBytes: number): void {
    this.#inUseBytes -= classBytes;
    this.#pooledBytes += classBytes;
    const blocks = this.#free.get(classBytes);
    if (blocks === undefined) this.#free.set(classBytes, [block]);
    else blocks.push(block);
  }

  /** Drops every block that is not in use. */
  drain(): void {
    for (const blocks of this.#free.values()) for (const block of blocks) this.#destroy(block);
    this.#free.clear();
    this.#pooledBytes = 0;
  }

  #makeRoom(classBytes: number): void {
    if (this.#inUseBytes + this.#pooledBytes + classBytes <= this.#budgetBytes) return;
    this.drain();
    if (this.#inUseBytes + classBytes <= this.#budgetBytes) return;
    throw new DteError(
      'limit.memory',
      `${megabytes(classBytes)} more would exceed the memory budget of ${megabytes(this.#budgetBytes)} (in use: ${megabytes(this.#inUseBytes)})`,
      {
        hint: 'raise the budget (option memory, or DTE_MEMORY in MiB) or process fewer fields at a time',
      },
    );
  }
}

/** The smallest class that holds `sizeBytes`: 256 octets, then steps of a quarter octave. */
export function sizeClass(sizeBytes: number): number {
  if (sizeBytes <= 256) return 256;
  const octave = 2 ** Math.floor(Math.log2(sizeBytes - 1));
  const step = Math.max(256, octave / 4);
  return Math.ceil(sizeBytes / step) * step;
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
