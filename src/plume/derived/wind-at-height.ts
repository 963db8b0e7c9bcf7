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
    const isFirst = isLowest === 1;
    if (!isFirst && below[3 * point + 2] === 1) continue;
    const first = point * lanes + laneStart;
    const last = point * lanes + laneEnd - 1;
    let lower = isFirst ? missingValue : (below[3 * point] as number);
    let isFound = 0;
    let found = missingValue;
    for (let at = last; at >= first; at--) {
      const upper = geopotential[at] as number;
      // A level that is missing is lower than any wanted.
      if (wanted < upper && lower <= wanted && lower !== missingValue) {
        const upperWind = component[at] as number;
        const carried = isFirst ? missingValue : (below[3 * point + 1] as number);
        const lowerWind = at < last ? (component[at + 1] as number) : carried;
        isFound = 1;
        if (lowerWind !== missingValue && upperWind !== missingValue)
          found = (upperWind * (wanted - lower) + lowerWind * (upper - wanted)) / (upper - lower);
        break;
      }
      lower = upper;
    }
    below[3 * point] = lower;
    below[3 * point + 1] = component[first] as number;
    below[3 * point + 2] = isFound;
    wind[point * windLanes + windLane] = found;
  }
}
