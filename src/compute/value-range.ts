import { kernel, type TwinArguments } from './kernel.js';
import { missingValue } from './missing.js';
import { valueRangeWasm } from './value-range-wasm.js';

/** Points that one invocation reduces. */
export const pointsPerChunk = 256;

const params = { chunks: 'u32', points: 'u32', lanes: 'u32' } as const;
const inputs = { values: 'f32' } as const;
const outputs = { minimum: 'f32', maximum: 'f32', missingCount: 'u32', strangeCount: 'u32' } as const;

/**
 * Smallest and largest present value of 256 points of a lane, how many are missing, and how many are not finite. A chunk
 * without present values gives +f32 max and -f32 max. values [points, lanes]; all others [chunks, lanes].
 */
export const valueRange = kernel('compute/value-range', {
  params,
  inputs,
  outputs,
  threads: ({ chunks, lanes }) => [chunks, lanes],
  cpu: valueRangeHost,
  simd: {
    module: valueRangeWasm,
    run: ({ valueRange: compiled }, a, start, end) =>
      compiled?.(start, end, a.points, a.lanes, a.values, a.minimum, a.maximum, a.missingCount, a.strangeCount),
  },
  tolerance: 0,
});

/** The largest finite f32, the neutral element of the minimum. */
export const largestReal = 3.4028234663852886e38;

function valueRangeHost(args: TwinArguments<typeof params, typeof inputs, typeof outputs>, start: number, end: number): void {
  const { points, lanes, values, minimum, maximum, missingCount, strangeCount } = args;
  for (let chunk = start; chunk < end; chunk++) {
    const last = Math.min((chunk + 1) * pointsPerChunk, points);
    for (let lane = 0; lane < lanes; lane++) {
      let least = largestReal;
      let most = -largestReal;
      let absent = 0;
      let strange = 0;
      for (let point = chunk * pointsPerChunk; point < last; point++) {
        const value = values[point * lanes + lane] as number;
        if (value === missingValue) absent++;
        // Written so that NaN and infinities fall into the last branch; finite values of f64 beyond f32 fit no other executor.
        else if (value >= -largestReal && value <= largestReal) {
          if (value < least) least = value;
          if (value > most) most = value;
        } else strange++;
      }
      const at = chunk * lanes + lane;
      minimum[at] = least;
      maximum[at] = most;
      missingCount[at] = absent;
      strangeCount[at] = strange;
    }
  }
}
