import { kernel, type TwinArguments } from '../compute/index.js';
import { fourierAnalysisWasm } from './fourier-analysis-wasm.js';
import { rowWords } from './fourier-plan.js';
import { complexTransform, type TransformArrays } from './fourier-transform.js';

const params = {
  rows: 'u32',
  mostHeld: 'u32',
  longestCircle: 'u32',
  lanes: 'u32',
  width: 'u32',
  group: 'u32',
  complexes: 'u32',
  takeMean: 'u32',
} as const;
const inputs = { plan: 'u32', root: 'f32', weight: 'f32', values: 'f32' } as const;
const outputs = { fourier: 'f32', mean: 'f32' } as const;

/**
 * Fourier coefficients of every row, times the row's weight: weight / length sum over its points of (x - mean) e^(-i m lon). With
 * `takeMean`, mean is the first value of each lane: any value near the others will do to keep f32 from losing digits;
 * otherwise it is 0.
 *
 * plan: `FourierPlan.table`, rows that are whole circles; root: its roots; weight [rows]; values [points, lanes]; fourier
 * [any, complexes, 2, width], of which group `group` is written; mean [any, width] likewise.
 */
export const fourierAnalysis = kernel('spectral/fourier-analysis', {
  params,
  inputs,
  outputs,
  threads: ({ rows, mostHeld, lanes }) => [rows, mostHeld, lanes],
  cpu: analysisHost,
  simd: {
    module: fourierAnalysisWasm,
    applies: ({ width }) => (width as number) % 4 === 0,
    scratchBytes: ({ longestCircle }) => 2 * 32 * (longestCircle + 2) + 48 * (longestCircle + 2),
    run: ({ fourierAnalysis: compiled }, a, start, end, scratch) =>
      compiled?.(
        ...[start, end, a.longestCircle, a.lanes, a.width, a.group, a.complexes, a.takeMean],
        ...[a.plan, a.root, a.weight, a.values, a.fourier, a.mean, scratch],
      ),
  },
  tolerance: 2e-6,
});

type Arguments = TwinArguments<typeof params, typeof inputs, typeof outputs>;

function analysisHost(args: Arguments, start: number, end: number): void {
  const { lanes, width, longestCircle, takeMean, mean, values, group } = args;
  const arrays = { source: new Float64Array(2 * lanes * longestCircle), target: new Float64Array(2 * lanes * longestCircle) };
  const pivot = Float64Array.from({ length: lanes }, (_, lane) => (takeMean === 1 ? (values[lane] as number) : 0));
  if (start === 0 && end > 0) mean.set(pivot, group * width);
  for (let row = start; row < end; row++) rowCoefficients(args, row, arrays, pivot);
}

function rowCoefficients(args: Arguments, row: number, arrays: TransformArrays, pivot: Float64Array): void {
  const { plan, lanes, root, values } = args;
  const at = row * rowWords;
  const length = plan[at] as number;
  const isEven = length % 2 === 0;
  const factorsAt = plan[at + 10] as number;
  const firstPoint = plan[at + 7] as number;
  const spread = isEven ? 1 : 2;
  for (let i = 0; i < length; i++) {
    for (let lane = 0; lane < lanes; lane++) {
      arrays.source[spread * i * lanes + lane] = (values[(firstPoint + i) * lanes + lane] as number) - (pivot[lane] as number);
      if (!isEven) arrays.source[(2 * i + 1) * lanes + lane] = 0;
    }
  }
  complexTransform(
    {
      length: isEven ? length / 2 : length,
      width: lanes,
      factors: plan.subarray(factorsAt, factorsAt + (plan[at + 11] as number)),
      roots: root,
      rootStart: plan[at + 1] as number,
      rootStep: (plan[at + 2] as number) * (isEven ? 2 : 1),
      sign: -1,
    },
    arrays,
  );
  storeRow(args, row, arrays.source, isEven);
}

function storeRow(args: Arguments, row: number, source: Float64Array, isEven: boolean): void {
  const { plan, root, weight, lanes, width, group, complexes, fourier } = args;
  const at = row * rowWords;
  const length = plan[at] as number;
  const half = length / 2;
  const scale = (weight[row] as number) / length;
  const rootAt = 2 * (plan[at + 1] as number);
  for (let m = 0; m < (plan[at + 9] as number); m++) {
    const turn = rootAt + 2 * ((m * (plan[at + 4] as number)) % (plan[at + 3] as number));
    const twiddle = rootAt + 2 * m * (plan[at + 2] as number);
    for (let lane = 0; lane < lanes; lane++) {
      let re = source[2 * m * lanes + lane] as number;
      let im = source[(2 * m + 1) * lanes + lane] as number;
      if (isEven)
        [re, im] = untangled(source, lanes, lane, m % half, (half - m) % half, root[twiddle] as number, root[twiddle + 1] as number);
      const cosine = scale * (root[turn] as number);
      const sine = -scale * (root[turn + 1] as number);
      const to = 2 * width * (group * complexes + (plan[at + 8] as number) + m) + lane;
      fourier[to] = cosine * re - sine * im;
      fourier[to + width] = cosine * im + sine * re;
    }
  }
}

/** Coefficient k of real points from the transform of half the length over pairs of points. */
function untangled(
  source: Float64Array,
  lanes: number,
  lane: number,
  one: number,
  other: number,
  cosine: number,
  sine: number,
): [number, number] {
  const oneRe = source[2 * one * lanes + lane] as number;
  const oneIm = source[(2 * one + 1) * lanes + lane] as number;
  const otherRe = source[2 * other * lanes + lane] as number;
  const otherIm = source[(2 * other + 1) * lanes + lane] as number;
  const differenceRe = oneRe - otherRe;
  const differenceIm = oneIm + otherIm;
  return [
    0.5 * (oneRe + otherRe + cosine * differenceIm - sine * differenceRe),
    0.5 * (oneIm - otherIm - cosine * differenceRe - sine * differenceIm),
  ];
}
