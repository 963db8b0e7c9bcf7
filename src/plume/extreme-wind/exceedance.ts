import { kernel, missingValue, type TwinArguments } from '../../compute/index.js';

const params = { chunks: 'u32', lanes: 'u32', threshold: 'f32' } as const;
const inputs = { chunkStart: 'u32', entryPoint: 'u32', entryArea: 'f32', source: 'f32' } as const;
const outputs = { over: 'u32', area: 'f32', maximum: 'f32', place: 'u32' } as const;

/**
 * Of each chunk of a region's points: how many have a value above the threshold, the area that they stand for, the largest value and the
 * point that has it (the first of equals). A chunk without values gives the sentinel and point 2^32 - 1. source [points, lanes]; chunk c
 * holds entries chunkStart[c] to chunkStart[c + 1] - 1; results [chunks, lanes].
 */
export const exceedance = kernel('plume/extreme-wind/exceedance', {
  params,
  inputs,
  outputs,
  threads: ({ chunks, lanes }) => [chunks, lanes],
  cpu: exceedanceHost,
  // Areas are sums of up to some thousand terms of one sign, in the same order.
  tolerance: 1e-5,
});

/** No point. */
export const nowhere = 0xffffffff;

function exceedanceHost(args: TwinArguments<typeof params, typeof inputs, typeof outputs>, start: number, end: number): void {
  const { lanes, threshold, chunkStart, entryPoint, entryArea, source, over, area, maximum, place } = args;
  for (let chunk = start; chunk < end; chunk++) {
    for (let lane = 0; lane < lanes; lane++) {
      let count = 0;
      let sum = 0;
      let largest = missingValue;
      let at = nowhere;
      for (let entry = chunkStart[chunk] as number; entry < (chunkStart[chunk + 1] as number); entry++) {
        const point = entryPoint[entry] as number;
        const value = source[point * lanes + lane] as number;
        if (value === missingValue) continue;
        if (value > threshold) {
          count++;
          sum += entryArea[entry] as number;
        }
        if (at === nowhere || value > largest) {
          largest = value;
          at = point;
        }
      }
      const result = chunk * lanes + lane;
      over[result] = count;
      area[result] = sum;
      maximum[result] = largest;
      place[result] = at;
    }
  }
}
