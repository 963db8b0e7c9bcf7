import { kernel, missingValue, type TwinArguments } from '../../compute/index.js';

const params = {
  points: 'u32',
  lanes: 'u32',
  laneStart: 'u32',
  laneEnd: 'u32',
  isLowest: 'u32',
  wanted: 'f32',
  windLanes: 'u32',
  windLane: 'u32',
} as const;
const inputs = { geopotential: 'f32', component: 'f32' } as const;
const outputs = { below: 'f32', wind: 'f32' } as const;

/**
 * One tile's part of a wind component at a geopotential, linear in it: lanes [laneStart, laneEnd) are levels, downwards, and tiles are
 * taken from the lowest up, `below` handing on from one to the next. The first pair of levels with z[k] <= wanted < z[k - 1], from the
 * ground up, counts. geopotential (m2/s2) and component [points, lanes]; below [points, 3]: geopotential and component of the level below,
 * and 1 once the pair was found; wind [points, windLanes], of which lane `windLane` is written: missing where no pair was found.
 */
export const windAtHeight = kernel('plume/derived/wind-at-height', {
  params,
  inputs,
  outputs,
  threads: ({ points }) => [points],
  cpu: windAtHeightHost,
  // A weighted mean of two values: a few roundings.
  tolerance: 5e-7,
  split: {
    count: 'points',
    bindings: {
      geopotential: { stride: ({ lanes }) => lanes },
      component: { stride: ({ lanes }) => lanes },
      below: { stride: () => 3 },
      wind: { stride: ({ windLanes }) => windLanes },
    },
  },
});

function windAtHeightHost(args: TwinArguments<typeof params, typeof inputs, typeof outputs>, start: number, end: number): void {
  const { lanes, laneStart, laneEnd, isLowest, wanted, windLanes, windLane, geopotential, component, below, wind } = args;
  for (let point = start; point < end; point++) {
    const at = point * windLanes + windLane;
    let lower = isLowest === 1 ? missingValue : (below[3 * point] as number);
    let lowerWind = isLowest === 1 ? missingValue : (below[3 * point + 1] as number);
    let isFound = isLowest === 1 ? 0 : (below[3 * point + 2] as number);
    let found = isLowest === 1 ? missingValue : (wind[at] as number);
    for (let lane = laneEnd; isFound === 0 && lane > laneStart; lane--) {
      const upper = geopotential[point * lanes + lane - 1] as number;
      const upperWind = component[point * lanes + lane - 1] as number;
      if (lower !== missingValue && upper !== missingValue && lower <= wanted && wanted < upper) {
        isFound = 1;
        if (lowerWind !== missingValue && upperWind !== missingValue)
          found = (upperWind * (wanted - lower) + lowerWind * (upper - wanted)) / (upper - lower);
      }
      lower = upper;
      lowerWind = upperWind;
    }
    below[3 * point] = lower;
    below[3 * point + 1] = lowerWind;
    below[3 * point + 2] = isFound;
    wind[at] = found;
  }
}
