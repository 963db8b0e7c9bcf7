import { kernel, missingValue, type TwinArguments } from '../../compute/index.js';
import { nowhere } from './exceedance.js';

const params = { regions: 'u32', lanes: 'u32' } as const;
const inputs = { regionStart: 'u32', over: 'u32', area: 'f32', maximum: 'f32', place: 'u32' } as const;
const outputs = { overOf: 'u32', areaOf: 'f32', maximumOf: 'f32', placeOf: 'u32' } as const;

/** The results of `exceedance` for whole regions: region r has chunks regionStart[r] to regionStart[r + 1] - 1. Results [regions, lanes]. */
export const exceedanceMerge = kernel('plume/extreme-wind/exceedance-merge', {
  params,
  inputs,
  outputs,
  threads: ({ regions, lanes }) => [regions, lanes],
  cpu: exceedanceMergeHost,
  tolerance: 1e-5,
});

function exceedanceMergeHost(args: TwinArguments<typeof params, typeof inputs, typeof outputs>, start: number, end: number): void {
  const { lanes, regionStart, over, area, maximum, place, overOf, areaOf, maximumOf, placeOf } = args;
  for (let region = start; region < end; region++) {
    for (let lane = 0; lane < lanes; lane++) {
      let count = 0;
      let sum = 0;
      let largest = missingValue;
      let at = nowhere;
      for (let chunk = regionStart[region] as number; chunk < (regionStart[region + 1] as number); chunk++) {
        const part = chunk * lanes + lane;
        count += over[part] as number;
        sum += area[part] as number;
        if (place[part] !== nowhere && (at === nowhere || (maximum[part] as number) > largest)) {
          largest = maximum[part] as number;
          at = place[part] as number;
        }
      }
      const result = region * lanes + lane;
      overOf[result] = count;
      areaOf[result] = sum;
      maximumOf[result] = largest;
      placeOf[result] = at;
    }
  }
}
