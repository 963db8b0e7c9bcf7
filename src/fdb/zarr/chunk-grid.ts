import { DteError } from '../../base/index.js';
import type { Chunking } from './types.js';

/** A regular grid of chunks over an array; every dimension is a whole number of chunks. Without dimensions there is one chunk. */
export interface ChunkGrid {
  readonly shape: readonly number[];
  readonly chunkShape: readonly number[];
  /** Chunks along each dimension. */
  readonly counts: readonly number[];
}

export function chunkGrid(shape: readonly number[], chunkShape: readonly number[]): ChunkGrid {
  return { shape, chunkShape, counts: shape.map((size, dimension) => size / chunkShape[dimension]) };
}

/** Length of a chunk along a dimension. `input.option` for one that does not divide it; `what` names the dimension in the message. */
export function chunkLength(chunking: Chunking, size: number, what: string): number {
  if (chunking === 'single') return 1;
  if (chunking === 'whole') return size;
  if (Number.isInteger(chunking) && chunking >= 1 && size % chunking === 0) return chunking;
  const divisors = Array.from({ length: Math.min(size, 1000) }, (_, index) => index + 1).filter((length) => size % length === 0);
  throw new DteError('input.option', `chunks of ${chunking} do not divide ${what}, which has ${size} values`, {
    hint: `single, whole, or one of ${divisors.slice(0, 12).join(', ')}${divisors.length > 12 ? ', ...' : ''} is possible`,
  });
}

export function product(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum * size, 1);
}

/** `c/0/1` -> `[0, 1]`; undefined for a text that is no key of a chunk of this grid. */
export function parseChunkKey(text: string, { counts }: ChunkGrid): readonly number[] | undefined {
  const [first, ...parts] = text.split('/');
  if (first !== 'c' || parts.length !== counts.length) return undefined;
  const index = parts.map((part) => (/^(0|[1-9]\d{0,14})$/.test(part) ? Number(part) : -1));
  return index.every((at, dimension) => at >= 0 && at < counts[dimension]) ? index : undefined;
}

export function formatChunkKey(index: readonly number[]): string {
  return ['c', ...index].join('/');
}

/** All index vectors below `counts`, the last dimension fastest. */
export function* indexesOf(counts: readonly number[]): Generator<readonly number[]> {
  const index = counts.map(() => 0);
  if (counts.some((count) => count === 0)) return;
  for (;;) {
    yield [...index];
    let dimension = counts.length - 1;
    while (dimension >= 0 && ++index[dimension] === counts[dimension]) index[dimension--] = 0;
    if (dimension < 0) return;
  }
}
