import { kernel, type TwinArguments } from '../compute/index.js';
import { blockLatitudes, noRow } from './latitude-blocks.js';
import { legendreWasm } from './legendre-wasm.js';

const params = {
  tasks: 'u32',
  lanes: 'u32',
  width: 'u32',
  truncation: 'u32',
  points: 'u32',
  complexes: 'u32',
  segmentsAt: 'u32',
  placesAt: 'u32',
  restAt: 'u32',
} as const;
const inputs = { plan: 'u32', start: 'f32', sine: 'f32', factor: 'f32', coefficient: 'f32' } as const;
const outputs = { fourier: 'f32' } as const;

/**
 * Fourier coefficients of every row from spectral ones: F(m, row) = sum over n of f(m, n) P(n, m), both rows of a pair of latitudes
 * at once from the sums over even and odd n - m. The polynomials are run up in n from the start values of each segment.
 *
 * plan: [tasks + 1, 3] wavenumber, block of latitudes, first segment (the extra entry ends the last task); from `segmentsAt`
 * the degree of each segment; from `placesAt` [latitudes, 4] for the northern and the southern row where it starts in
 * `fourier` and how many wavenumbers it holds. start: [segments, 2, 16] P(n), P(n + 1); from `restAt` (unless 0) what f32 lost
 * of them. sine: [latitudes, 2] and factor: [points / 2, 4] a, b of the recurrence, each number as f32 and the rest of it.
 * coefficient: [lanes, points] in GRIB order. fourier: [lanes / width, complexes, 2, width].
 */
export const legendre = kernel('spectral/legendre', {
  params,
  inputs,
  outputs,
  quads: ['start'],
  threads: ({ tasks, lanes }) => [tasks, Math.ceil(lanes / 2), 4],
  cpu: legendreHost,
  simd: {
    module: legendreWasm,
    // Sines and sums of one block of latitudes, then the polynomials of a task, f32.
    scratchBytes: ({ truncation }) => 384 + 64 * (truncation + 3),
    run: ({ legendre: compiled }, a, start, end, scratch) =>
      compiled?.(
        ...[start, end, a.lanes, a.width, a.truncation, a.points, a.complexes, a.segmentsAt, a.placesAt, a.restAt],
        ...[a.plan, a.start, a.sine, a.factor, a.coefficient, a.fourier, scratch],
      ),
  },
  tolerance: 2e-6,
});

type Arguments = TwinArguments<typeof params, typeof inputs, typeof outputs>;

function legendreHost(args: Arguments, start: number, end: number): void {
  const { lanes, truncation, plan, points } = args;
  const polynomials = new Float64Array((truncation + 3) * blockLatitudes);
  const sums = new Float64Array(4 * blockLatitudes);
  for (let task = start; task < end; task++) {
    const m = plan[3 * task] as number;
    const first = plan[3 * task + 2] as number;
    const from = plan[args.segmentsAt + first] as number;
    polynomialsOf(args, task, polynomials);
    const index = (m * (2 * truncation - m + 3)) / 2 - m;
    for (let lane = 0; lane < lanes; lane++) {
      sumLane(args, polynomials, sums, { from, at: lane * points + 2 * index });
      storeLane(args, sums, task, lane);
    }
  }
}

/** P(n, m) of a task's latitudes from its first degree to the truncation: `[n - first degree, 16]`. */
export function polynomialsOf(
  args: Pick<Arguments, 'plan' | 'start' | 'sine' | 'factor' | 'truncation' | 'segmentsAt' | 'restAt'>,
  task: number,
  polynomials: Float64Array,
): void {
  const { plan, start, sine, factor, truncation, segmentsAt, restAt } = args;
  const m = plan[3 * task] as number;
  const latitude = (plan[3 * task + 1] as number) * blockLatitudes;
  const first = plan[3 * task + 2] as number;
  const last = plan[3 * task + 5] as number;
  const from = plan[segmentsAt + first] as number;
  const index = (m * (2 * truncation - m + 3)) / 2 - m;
  for (let segment = first; segment < last; segment++) {
    const begin = plan[segmentsAt + segment] as number;
    const end = segment + 1 < last ? (plan[segmentsAt + segment + 1] as number) : truncation + 1;
    for (let i = 0; i < blockLatitudes; i++) {
      const at = segment * 2 * blockLatitudes + i;
      const rest = restAt === 0 ? -1 : restAt + at;
      let low = (start[at] as number) + (rest < 0 ? 0 : (start[rest] as number));
      let high = (start[at + blockLatitudes] as number) + (rest < 0 ? 0 : (start[rest + blockLatitudes] as number));
      const mu = (sine[2 * (latitude + i)] as number) + (sine[2 * (latitude + i) + 1] as number);
      let place = (begin - from) * blockLatitudes + i;
      for (let n = begin; n < end; n++, place += blockLatitudes) {
        polynomials[place] = low;
        const f = 4 * (index + n + 1);
        if (n + 1 > truncation) break;
        const next =
          ((factor[f] as number) + (factor[f + 1] as number)) * mu * high - ((factor[f + 2] as number) + (factor[f + 3] as number)) * low;
        low = high;
        high = next;
      }
    }
  }
}

/** Sums over even and odd n - m of one lane: `[even re, even im, odd re, odd im]`, 16 latitudes each. */
function sumLane(
  { truncation, coefficient }: Arguments,
  polynomials: Float64Array,
  sums: Float64Array,
  { from, at }: { readonly from: number; readonly at: number },
): void {
  sums.fill(0);
  for (let n = from; n <= truncation; n++) {
    const re = coefficient[at + 2 * n] as number;
    const im = coefficient[at + 2 * n + 1] as number;
    const place = (n - from) * blockLatitudes;
    const parity = ((n - from) & 1) * 2 * blockLatitudes;
    for (let i = 0; i < blockLatitudes; i++) {
      const p = polynomials[place + i] as number;
      sums[parity + i] += p * re;
      sums[parity + blockLatitudes + i] += p * im;
    }
  }
}

function storeLane({ plan, placesAt, width, complexes, fourier }: Arguments, sums: Float64Array, task: number, lane: number): void {
  const m = plan[3 * task] as number;
  const latitude = (plan[3 * task + 1] as number) * blockLatitudes;
  const group = Math.floor(lane / width);
  for (let i = 0; i < blockLatitudes; i++) {
    for (let side = 0; side < 2; side++) {
      const place = placesAt + 4 * (latitude + i) + 2 * side;
      const row = plan[place] as number;
      if (row === noRow || m >= (plan[place + 1] as number)) continue;
      const sign = side === 0 ? 1 : -1;
      const at = 2 * (group * complexes + row + m) * width + (lane - group * width);
      fourier[at] = (sums[i] as number) + sign * (sums[2 * blockLatitudes + i] as number);
      fourier[at + width] = (sums[blockLatitudes + i] as number) + sign * (sums[3 * blockLatitudes + i] as number);
    }
  }
}
