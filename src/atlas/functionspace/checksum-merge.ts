import { kernel, type TwinArguments } from '../../compute/index.js';
import { chunksPerMerge } from './moments-merge.js';

const params = { merged: 'u32', chunks: 'u32', lanes: 'u32' } as const;
const inputs = { partSums: 'u32' } as const;
const outputs = { sums: 'u32' } as const;

/** Adds 64 partial checksums of a lane, modulo 2^32; applied until one is left. partSums [chunks, lanes, 2], sums [merged, lanes, 2]. */
export const checksumMerge = kernel('atlas/functionspace/checksum-merge', {
  params,
  inputs,
  outputs,
  threads: ({ merged, lanes }) => [merged, lanes],
  cpu: checksumMergeHost,
  tolerance: 0,
});

function checksumMergeHost(args: TwinArguments<typeof params, typeof inputs, typeof outputs>, start: number, end: number): void {
  const { chunks, lanes, partSums, sums } = args;
  for (let group = start; group < end; group++) {
    const last = Math.min((group + 1) * chunksPerMerge, chunks);
    for (let word = 0; word < 2 * lanes; word++) {
      let sum = 0;
      for (let chunk = group * chunksPerMerge; chunk < last; chunk++) sum = (sum + (partSums[chunk * 2 * lanes + word] as number)) | 0;
      sums[group * 2 * lanes + word] = sum;
    }
  }
}
