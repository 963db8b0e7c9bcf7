import { kernel, type TwinArguments } from '../compute/index.js';
import { fourierWasm } from './fourier-wasm.js';
import { rowWords } from './fourier-plan.js';
import { complexTransform, type TransformArrays, type TransformPlan } from './fourier-transform.js';

const params = {
  rows: 'u32',
  longestRow: 'u32',
  longestCircle: 'u32',
  lanes: 'u32',
  width: 'u32',
  group: 'u32',
  complexes: 'u32',
} as const;
const inputs = { plan: 'u32', root: 'f32', mean: 'f32', fourier: 'f32' } as const;
const outputs = { values: 'f32' } as const;

/**
 * Values of every row from its Fourier coefficients: mean + Re F(0) + 2 Re sum over m > 0 of F(m) e^(i m lon). Wavenumbers that a
 * row does not hold are 0.
 *
 * plan: `FourierPlan.table`; root: its roots; fourier [any, complexes, 2, width], of which group `group` is taken;
 * mean [any, width] likewise; values [points, lanes]. On devices that
 * work with f32, width is a multiple of 4.
 */
export const fourier = kernel('spectral/fourier', {
  params,
  inputs,
  outputs,
  quads: ['fourier'],
  // The shader does four points, a quarter of the row apart, and four lanes at a time.
  threads: ({ rows, longestRow, lanes }) => [rows, Math.ceil(longestRow / 4), Math.ceil(lanes / 4)],
  cpu: fourierHost,
  simd: {
    module: fourierWasm,
    scratchBytes: ({ longestCircle }) => 2 * 32 * (longestCircle + 2) + 48 * (longestCircle + 2),
    run: ({ fourier: compiled }, a, start, end, scratch) =>
      compiled?.(
        ...[start, end, a.longestCircle, a.lanes, a.width, a.group, a.complexes],
        ...[a.plan, a.root, a.mean, a.fourier, a.values, scratch],
      ),
  },
  tolerance: 2e-6,
});

type Arguments = TwinArguments<typeof params, typeof inputs, typeof outputs>;

function fourierHost(args: Arguments, start: number, end: number): void {
  const { width, longestCircle } = args;
  const arrays = { source: new Float64Array(2 * width * longestCircle), target: new Float64Array(2 * width * longestCircle) };
  for (let row = start; row < end; row++) rowValues(args, row, arrays);
}

function rowValues(args: Arguments, row: number, arrays: TransformArrays): void {
  const { plan, width, root } = args;
  const at = row * rowWords;
  const length = plan[at] as number;
  const isEven = length % 2 === 0;
  const factorsAt = plan[at + 10] as number;
  const transform: TransformPlan = {
    length: isEven ? length / 2 : length,
    width,
    factors: plan.subarray(factorsAt, factorsAt + (plan[at + 11] as number)),
    roots: root,
    rootStart: plan[at + 1] as number,
    rootStep: (plan[at + 2] as number) * (isEven ? 2 : 1),
    sign: 1,
  };
  if (isEven) fillHalf(args, at, arrays.source);
  else fillWhole(args, at, arrays.source);
  complexTransform(transform, arrays);
  storeRow(args, at, arrays.source, isEven);
}

/** Coefficient m of a row and one lane after the turn of its first longitude: re, im into `into`; m = 0 is real, and so is twice the one at half the length. */
function turned(
  { plan, root, width, group, complexes, fourier }: Arguments,
  at: number,
  m: number,
  lane: number,
  into: Float64Array,
): void {
  const length = plan[at] as number;
  into[0] = 0;
  into[1] = 0;
  if (m >= (plan[at + 9] as number)) return;
  const from = 2 * width * (group * complexes + (plan[at + 8] as number) + m) + lane;
  const re = fourier[from] as number;
  const im = m === 0 ? 0 : (fourier[from + width] as number);
  const shift = plan[at + 4] as number;
  const place = 2 * ((plan[at + 1] as number) + (shift === 0 ? 0 : (m * shift) % (plan[at + 3] as number)));
  const cosine = root[place] as number;
  const sine = root[place + 1] as number;
  into[0] = cosine * re - sine * im;
  into[1] = cosine * im + sine * re;
  if (2 * m === length && m > 0) {
    into[0] *= 2;
    into[1] = 0;
  }
}

/** Even length: a transform of half the length over E + i w^k O, whose real and imaginary parts are the even and odd points. */
function fillHalf(args: Arguments, at: number, source: Float64Array): void {
  const { plan, root, width } = args;
  const half = (plan[at] as number) / 2;
  const rootAt = 2 * (plan[at + 1] as number);
  const step = 2 * (plan[at + 2] as number);
  const one = new Float64Array(2);
  const other = new Float64Array(2);
  for (let k = 0; k < half; k++) {
    const cosine = root[rootAt + k * step] as number;
    const sine = root[rootAt + k * step + 1] as number;
    for (let lane = 0; lane < width; lane++) {
      turned(args, at, k, lane, one);
      turned(args, at, half - k, lane, other);
      const differenceRe = one[0] - other[0];
      const differenceIm = one[1] + other[1];
      const to = 2 * width * k + lane;
      source[to] = one[0] + other[0] - (cosine * differenceIm + sine * differenceRe);
      source[to + width] = one[1] - other[1] + (cosine * differenceRe - sine * differenceIm);
    }
  }
}

function fillWhole(args: Arguments, at: number, source: Float64Array): void {
  const { plan, width } = args;
  const length = plan[at] as number;
  const one = new Float64Array(2);
  for (let k = 0; k < length; k++) {
    const isMirrored = 2 * k > length;
    for (let lane = 0; lane < width; lane++) {
      turned(args, at, isMirrored ? length - k : k, lane, one);
      source[2 * width * k + lane] = one[0];
      source[2 * width * k + width + lane] = isMirrored ? -one[1] : one[1];
    }
  }
}

function storeRow({ plan, lanes, width, group, mean, values }: Arguments, at: number, source: Float64Array, isEven: boolean): void {
  const length = plan[at] as number;
  const stride = plan[at + 5] as number;
  const points = plan[at + 6] as number;
  const firstPoint = plan[at + 7] as number;
  for (let i = 0, place = 0; i < points; i++, place = (place + stride) % length) {
    const from = isEven ? width * place : 2 * width * place;
    for (let lane = 0; lane < lanes; lane++) {
      values[(firstPoint + i) * lanes + lane] = (mean[group * width + lane] as number) + (source[from + lane] as number);
    }
  }
}
