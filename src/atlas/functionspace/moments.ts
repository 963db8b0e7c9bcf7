import { kernel, missingValue, type TwinArguments } from '../../compute/index.js';
import { momentsWasm } from './moments-wasm.js';

/** Points that one invocation reduces. */
export const pointsPerChunk = 256;
/** 32-bit words of the three moments of a lane: two, three and four. */
export const momentWords = 9;

const params = { chunks: 'u32', points: 'u32', lanes: 'u32', weighted: 'u32', chunkStart: 'u32' } as const;
const inputs = { values: 'f32', weight: 'u32', minimum: 'f32', maximum: 'f32' } as const;
const outputs = { moments: 'u32' } as const;

/**
 * Exact sums of W, W U and W U² over the present values of 256 points of a lane, as integers of 2, 3 and 4 words:
 * U = round(x 2^(30 - E)) + 2^30, with 2^E above every magnitude of the lane (`binaryExponent` of its extremes), so a value is
 * held to 2^-31 of the largest one. Integers, because sums of reals depend on their order: these are the same for any order of
 * the points, any division into parts, and on every executor. W: `weight`, or 1 where `weighted` is 0.
 * values [points, lanes], minimum and maximum [lanes], moments [any, lanes, 9] from chunk `chunkStart` on.
 */
export const moments = kernel('atlas/functionspace/moments', {
  params,
  inputs,
  outputs,
  threads: ({ chunks, lanes }) => [chunks, lanes],
  cpu: momentsHost,
  simd: {
    module: momentsWasm,
    run: ({ moments: compiled }, a, start, end) =>
      compiled?.(start, end, a.points, a.lanes, a.weighted, a.chunkStart, a.values, a.weight, a.minimum, a.maximum, a.moments),
  },
  tolerance: 0,
});

/** The least E >= -96 with |value| <= 2^E for both extremes of a lane. */
export function binaryExponent(minimum: number, maximum: number): number {
  real[0] = Math.max(Math.abs(minimum), Math.abs(maximum));
  return Math.max(((bits[0] as number) >>> 23) - 126, -96);
}

const real = new Float32Array(1);
const bits = new Uint32Array(real.buffer);

/** Added and taken away, it leaves the nearest integer, ties to even, as WGSL's round() has it. */
const roundToInteger = 1.5 * 2 ** 52;
const largestReal = 3.4028234663852886e38;
// Six partial sums of products below 2^49 stay below 2^53 for this many points: exact in f64.
const pointsPerBlock = 16;

type Arguments = TwinArguments<typeof params, typeof inputs, typeof outputs>;

function momentsHost(args: Arguments, start: number, end: number): void {
  const { points, lanes, minimum, maximum, moments, chunkStart } = args;
  const digits = { zeroth: new Float64Array(4), first: new Float64Array(6), second: new Float64Array(8) };
  for (let chunk = start; chunk < end; chunk++) {
    const last = Math.min((chunk + 1) * pointsPerChunk, points);
    for (let lane = 0; lane < lanes; lane++) {
      const scale = 2 ** (30 - binaryExponent(minimum[lane] as number, maximum[lane] as number));
      for (const sum of Object.values(digits)) sum.fill(0);
      for (let point = chunk * pointsPerChunk; point < last; point += pointsPerBlock) {
        addBlock(args, lane, scale, point, Math.min(point + pointsPerBlock, last), digits);
      }
      let at = ((chunkStart + chunk) * lanes + lane) * momentWords;
      for (const sum of Object.values(digits)) at = storeWords(sum, moments, at);
    }
  }
}

interface Digits {
  readonly zeroth: Float64Array;
  readonly first: Float64Array;
  readonly second: Float64Array;
}

/** Products of halves of 16 bits; index = power of 2^16. */
function addBlock(args: Arguments, lane: number, scale: number, start: number, end: number, digits: Digits): void {
  const { lanes, weighted, values, weight } = args;
  let weights = 0;
  let first0 = 0;
  let first1 = 0;
  let second0 = 0;
  let second1 = 0;
  let second2 = 0;
  let second3 = 0;
  for (let point = start; point < end; point++) {
    const value = values[point * lanes + lane] as number;
    if (value === missingValue || !(value >= -largestReal && value <= largestReal)) continue;
    const factor = weighted === 1 ? (weight[point] as number) : 1;
    const integer = value * scale + roundToInteger - roundToInteger + 0x40000000;
    const high = Math.floor(integer / 65536);
    const low = integer - high * 65536;
    const factorHigh = Math.floor(factor / 65536);
    const factorLow = factor - factorHigh * 65536;
    const cross = 2 * high * low;
    weights += factor;
    first0 += factor * low;
    first1 += factor * high;
    second0 += factorLow * low * low;
    second1 += factorLow * cross + factorHigh * low * low;
    second2 += factorLow * high * high + factorHigh * cross;
    second3 += factorHigh * high * high;
  }
  addDigits(digits.zeroth, 0, weights);
  addDigits(digits.first, 0, first0);
  addDigits(digits.first, 1, first1);
  addDigits(digits.second, 0, second0);
  addDigits(digits.second, 1, second1);
  addDigits(digits.second, 2, second2);
  addDigits(digits.second, 3, second3);
}

/** Adds an integer below 2^53 to a sum in digits of 16 bits, which may grow larger than that until they are stored. */
function addDigits(digits: Float64Array, index: number, value: number): void {
  for (let rest = value; rest > 0; index++) {
    const upper = Math.floor(rest / 65536);
    digits[index] = (digits[index] as number) + rest - upper * 65536;
    rest = upper;
  }
}

/** Carries, and stores pairs of digits as words; the index behind them. */
function storeWords(digits: Float64Array, words: Uint32Array<ArrayBufferLike>, at: number): number {
  let carry = 0;
  for (let index = 0; index < digits.length; index += 2) {
    const low = (digits[index] as number) + carry;
    const high = (digits[index + 1] as number) + Math.floor(low / 65536);
    carry = Math.floor(high / 65536);
    words[at++] = (low % 65536) + (high % 65536) * 65536;
  }
  return at;
}
