import { kernel, type TwinArguments } from './kernel.js';
import { largestReal } from './value-range.js';

/** Partial results that one invocation merges. */
export const chunksPerMerge = 64;

const params = { merged: 'u32', chunks: 'u32', lanes: 'u32' } as const;
const inputs = { minimumIn: 'f32', maximumIn: 'f32', missingIn: 'u32', strangeIn: 'u32' } as const;
const outputs = { minimum: 'f32', maximum: 'f32', missingCount: 'u32', strangeCount: 'u32' } as const;

/** Merges 64 partial results of `compute/value-range` of a lane into one; applied until one is left. Inputs [chunks, lanes], outputs [merged, lanes]. */
export const valueRangeMerge = kernel('compute/value-range-merge', {
  params,
  inputs,
  outputs,
  threads: ({ merged, lanes }) => [merged, lanes],
  cpu: valueRangeMergeHost,
  tolerance: 0,
});

function valueRangeMergeHost(args: TwinArguments<typeof params, typeof inputs, typeof outputs>, start: number, end: number): void {
  const { chunks, lanes, minimumIn, maximumIn, missingIn, strangeIn, minimum, maximum, missingCount, strangeCount } = args;
  for (let group = start; group < end; group++) {
    const last = Math.min((group + 1) * chunksPerMerge, chunks);
    for (let lane = 0; lane < lanes; lane++) {
      let least = largestReal;
      let most = -largestReal;
      let absent = 0;
      let strange = 0;
      for (let chunk = group * chunksPerMerge; chunk < last; chunk++) {
        const at = chunk * lanes + lane;
        least = Math.min(least, minimumIn[at] as number);
        most = Math.max(most, maximumIn[at] as number);
        absent += missingIn[at] as number;
        strange += strangeIn[at] as number;
      }
      const at = group * lanes + lane;
      minimum[at] = least;
      maximum[at] = most;
      missingCount[at] = absent;
      strangeCount[at] = strange;
    }
  }
}
