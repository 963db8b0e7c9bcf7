import { kernel, type TwinArguments } from '../../compute/index.js';
import { momentWords } from './moments.js';

/** Partial results that one invocation merges. */
export const chunksPerMerge = 64;

const params = { merged: 'u32', chunks: 'u32', lanes: 'u32' } as const;
const inputs = { partSums: 'u32' } as const;
const outputs = { moments: 'u32' } as const;

/** Adds 64 partial moments of a lane into one; applied until one is left. partSums [chunks, lanes, 9], moments [merged, lanes, 9]. */
export const momentsMerge = kernel('atlas/functionspace/moments-merge', {
  params,
  inputs,
  outputs,
  threads: ({ merged, lanes }) => [merged, lanes],
  cpu: momentsMergeHost,
  tolerance: 0,
});

function momentsMergeHost(args: TwinArguments<typeof params, typeof inputs, typeof outputs>, start: number, end: number): void {
  const { chunks, lanes, partSums, moments } = args;
  for (let group = start; group < end; group++) {
    const last = Math.min((group + 1) * chunksPerMerge, chunks);
    for (let lane = 0; lane < lanes; lane++) {
      let carry = 0;
      for (let word = 0; word < momentWords; word++) {
        // Words 0, 2 and 5 begin a number.
        let sum = word === 2 || word === 5 ? 0 : carry;
        for (let chunk = group * chunksPerMerge; chunk < last; chunk++)
          sum += partSums[(chunk * lanes + lane) * momentWords + word] as number;
        carry = Math.floor(sum / 2 ** 32);
        moments[(group * lanes + lane) * momentWords + word] = sum - carry * 2 ** 32;
      }
    }
  }
}
