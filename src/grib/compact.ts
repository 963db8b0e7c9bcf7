import { kernel, type TwinArguments } from '../compute/index.js';

const params = { words: 'u32', points: 'u32', lanes: 'u32' } as const;
const inputs = { values: 'f32', bitmap: 'u32', ranks: 'u32' } as const;
const outputs = { coded: 'f32' } as const;

/** The present values of each lane side by side: coded[lane, rank of the point]. values [points, lanes]; bitmap, ranks [lanes, words]; coded [lanes, points]. */
export const compact = kernel('grib/compact', {
  params,
  inputs,
  outputs,
  threads: ({ words, lanes }) => [words, lanes],
  cpu: compactHost,
  tolerance: 0,
});

function compactHost(args: TwinArguments<typeof params, typeof inputs, typeof outputs>, start: number, end: number): void {
  const { words, points, lanes, values, bitmap, ranks, coded } = args;
  for (let word = start; word < end; word++) {
    const last = Math.min(word * 32 + 32, points);
    for (let lane = 0; lane < lanes; lane++) {
      const present = bitmap[lane * words + word] as number;
      let at = lane * points + (ranks[lane * words + word] as number);
      for (let point = word * 32; point < last; point++) {
        if (((present >>> (31 - (point & 31))) & 1) === 1) coded[at++] = values[point * lanes + lane] as number;
      }
    }
  }
}
