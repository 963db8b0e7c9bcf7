import { kernel, type TwinArguments } from '../compute/index.js';

/** Words of a bitmap that one invocation counts. */
export const wordsPerChunk = 64;

const params = { chunks: 'u32', words: 'u32', lanes: 'u32' } as const;
const inputs = { bitmap: 'u32' } as const;
const outputs = { counts: 'u32' } as const;

/** counts[lane, chunk] = set bits in 64 words of a bitmap; first step of its prefix sum. bitmap [lanes, words], counts [lanes, chunks]. */
export const wordCounts = kernel('grib/word-counts', {
  params,
  inputs,
  outputs,
  threads: ({ chunks, lanes }) => [lanes, chunks],
  cpu: wordCountsHost,
  tolerance: 0,
});

function wordCountsHost(
  { chunks, words, bitmap, counts }: TwinArguments<typeof params, typeof inputs, typeof outputs>,
  start: number,
  end: number,
): void {
  for (let lane = start; lane < end; lane++) {
    for (let chunk = 0; chunk < chunks; chunk++) {
      const last = Math.min((chunk + 1) * wordsPerChunk, words);
      let count = 0;
      for (let word = chunk * wordsPerChunk; word < last; word++) count += setBits(bitmap[lane * words + word] as number);
      counts[lane * chunks + chunk] = count;
    }
  }
}

/** Number of set bits of a 32-bit word. */
export function setBits(word: number): number {
  let rest = word - ((word >>> 1) & 0x55555555);
  rest = (rest & 0x33333333) + ((rest >>> 2) & 0x33333333);
  return Math.imul((rest + (rest >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
