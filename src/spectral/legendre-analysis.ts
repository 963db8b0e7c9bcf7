import { kernel, type TwinArguments } from '../compute/index.js';
import { blockLatitudes, noRow } from './latitude-blocks.js';
import { polynomialsOf } from './legendre.js';
import { legendreAnalysisWasm } from './legendre-analysis-wasm.js';

const params = {
  wavenumbers: 'u32',
  lanes: 'u32',
  width: 'u32',
  truncation: 'u32',
  points: 'u32',
  complexes: 'u32',
  firstWavenumber: 'u32',
  segmentsAt: 'u32',
  placesAt: 'u32',
  wavenumbersAt: 'u32',
  restAt: 'u32',
} as const;
const inputs = { plan: 'u32', start: 'f32', sine: 'f32', factor: 'f32', fourier: 'f32' } as const;
const outputs = { coefficient: 'f32' } as const;

/**
 * Spectral coefficients from the (weighted) Fourier coefficients of every row: f(m, n) = sum over latitudes of P(n, m) (north +
 * (-1)^(n - m) south), for `wavenumbers` values of m from `firstWavenumber`. Arrays as for `legendre`; from `wavenumbersAt` the plan has
 * the first task of each of these m, and the end of the last one.
 */
export const legendreAnalysis = kernel('spectral/legendre-analysis', {
  params,
  inputs,
  outputs,
  threads: ({ wavenumbers, truncation, lanes }) => [wavenumbers, Math.floor(truncation / 2) + 1, lanes],
  cpu: analysisHost,
  simd: {
    module: legendreAnalysisWasm,
    // Rows are read four lanes at a time.
    applies: ({ width }) => (width as number) % 4 === 0,
    // Sines, a block's rows, the polynomials of a task, and sums of every degree and lane.
    scratchBytes: ({ truncation, lanes }) => 128 + 1024 + 64 * (truncation + 3) + 32 * (truncation + 1) * Math.ceil(lanes / 4),
    run: ({ legendreAnalysis: compiled }, a, start, end, scratch) =>
      compiled?.(
        ...[start, end, a.lanes, a.width, a.truncation, a.points, a.complexes, a.firstWavenumber],
        ...[a.segmentsAt, a.placesAt, a.wavenumbersAt, a.restAt],
        ...[a.plan, a.start, a.sine, a.factor, a.fourier, a.coefficient, scratch],
      ),
  },
  tolerance: 2e-6,
});

type Arguments = TwinArguments<typeof params, typeof inputs, typeof outputs>;

interface Work {
  readonly polynomials: Float64Array;
  readonly sums: Float64Array;
  /** Sum and difference of the two rows, re and im: `[2, 2, blockLatitudes]`. */
  readonly rows: Float64Array;
}

function analysisHost(args: Arguments, start: number, end: number): void {
  const { lanes, truncation, points, plan, firstWavenumber, wavenumbersAt, segmentsAt, coefficient } = args;
  const work: Work = {
    polynomials: new Float64Array((truncation + 3) * blockLatitudes),
    sums: new Float64Array(2 * (truncation + 1) * lanes),
    rows: new Float64Array(4 * blockLatitudes),
  };
  for (let k = start; k < end; k++) {
    const m = firstWavenumber + k;
    const size = 2 * (truncation + 1 - m);
    work.sums.fill(0);
    for (let task = plan[wavenumbersAt + k] as number; task < (plan[wavenumbersAt + k + 1] as number); task++) {
      polynomialsOf(args, task, work.polynomials);
      const from = plan[segmentsAt + (plan[3 * task + 2] as number)] as number;
      for (let lane = 0; lane < lanes; lane++) addTask(args, work, task, lane, { from, m });
    }
    const at = m * (2 * truncation - m + 3);
    for (let lane = 0; lane < lanes; lane++) {
      coefficient.set(work.sums.subarray(lane * size, (lane + 1) * size), lane * points + at);
    }
  }
}

function addTask(
  args: Arguments,
  work: Work,
  task: number,
  lane: number,
  { from, m }: { readonly from: number; readonly m: number },
): void {
  const { truncation } = args;
  const { polynomials, sums, rows } = work;
  rowsOf(args, rows, task, lane);
  const sumsAt = 2 * lane * (truncation + 1 - m);
  for (let n = from; n <= truncation; n++) {
    const parity = ((n - m) & 1) * 2 * blockLatitudes;
    const place = (n - from) * blockLatitudes;
    let re = 0;
    let im = 0;
    for (let i = 0; i < blockLatitudes; i++) {
      const p = polynomials[place + i] as number;
      re += p * (rows[parity + i] as number);
      im += p * (rows[parity + blockLatitudes + i] as number);
    }
    sums[sumsAt + 2 * (n - m)] += re;
    sums[sumsAt + 2 * (n - m) + 1] += im;
  }
}

function rowsOf({ plan, placesAt, width, complexes, fourier }: Arguments, rows: Float64Array, task: number, lane: number): void {
  const m = plan[3 * task] as number;
  const latitude = (plan[3 * task + 1] as number) * blockLatitudes;
  const group = Math.floor(lane / width);
  rows.fill(0);
  for (let i = 0; i < blockLatitudes; i++) {
    for (let side = 0; side < 2; side++) {
      const place = placesAt + 4 * (latitude + i) + 2 * side;
      const row = plan[place] as number;
      if (row === noRow || m >= (plan[place + 1] as number)) continue;
      const at = 2 * (group * complexes + row + m) * width + (lane - group * width);
      const re = fourier[at] as number;
      const im = fourier[at + width] as number;
      rows[i] += re;
      rows[blockLatitudes + i] += im;
      rows[2 * blockLatitudes + i] += side === 0 ? re : -re;
      rows[3 * blockLatitudes + i] += side === 0 ? im : -im;
    }
  }
}
