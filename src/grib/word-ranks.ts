import { kernel, type TwinArguments } from '../compute/index.js';
import { setBits, wordsPerChunk } from './word-counts.js';

const params = { chunks: 'u32', words: 'u32', lanes: 'u32' } as const;
const inputs = { bitmap: 'u32', counts: 'u32' } as const;
const outputs = { ranks: 'u32' } as const;

/**
 * ranks[lane, word] = set bits of the lane's bitmap before this word: the index of its first coded value. Second step of the
 * prefix sum, from the chunks' counts. bitmap, ranks [lanes, words]; counts [lanes, chunks].
 */
export const wordRanks = kernel('grib/word-ranks', {
  params,
  inputs,
  outputs,
  threads: ({ chunks, lanes }) => [lanes, chunks],
  cpu: wordRanksHost,
  tolerance: 0,
});

function wordRanksHost(
  { chunks, words, bitmap, counts, ranks }: TwinArguments<typeof params, typeof inputs, typeof outputs>,
  start: number,
  end: number,
): void {
  for (let lane = start; lane < end; lane++) {
    let rank = 0;
    for (let chunk = 0; chunk < chunks; chunk++) {
      const last = Math.min((chunk + 1) * wordsPerChunk, words);
      let inside = rank;
      for (let word = chunk * wordsPerChunk; word < last; word++) {
        ranks[lane * words + word] = inside;
        inside += setBits(bitmap[lane * words + word] as number);
      }
      rank += counts[lane * chunks + chunk] as number;
    }
  }
}
