import { kernel, missingValue, type TwinArguments } from '../compute/index.js';

const params = { words: 'u32', points: 'u32', lanes: 'u32' } as const;
const inputs = { values: 'f32' } as const;
const outputs = { bitmap: 'u32' } as const;

/** Bitmap of present values, the first point of a word in its highest bit. values [points, lanes], bitmap [lanes, words]. */
export const presentWords = kernel('grib/present-words', {
  params,
  inputs,
  outputs,
  threads: ({ words, lanes }) => [words, lanes],
  cpu: presentWordsHost,
  tolerance: 0,
});

function presentWordsHost(
  { words, points, lanes, values, bitmap }: TwinArguments<typeof params, typeof inputs, typeof outputs>,
  start: number,
  end: number,
): void {
  for (let word = start; word < end; word++) {
    const last = Math.min(word * 32 + 32, points);
    for (let lane = 0; lane < lanes; lane++) {
      let present = 0;
      for (let point = word * 32; point < last; point++) {
        if ((values[point * lanes + lane] as number) !== missingValue) present |= 1 << (31 - (point & 31));
      }
      bitmap[lane * words + word] = present;
    }
  }
}
