import { sharedBuffer } from '../base/index.js';
import { blockLatitudes } from './latitude-blocks.js';
import { polynomialsOf } from './legendre.js';
import type { LegendreStarts } from './legendre-starts.js';

export interface DenseProblem {
  readonly truncation: number;
  /** `[latitudes]` */
  readonly sine: Float64Array;
  /** `recurrenceFactors` */
  readonly factors: Float64Array;
  /** Degrees of a segment, even. 2: all polynomials, and nothing is left to the recurrence. */
  readonly span: number;
}

/** Segments that `denseStarts` makes of a task. */
export function denseSegments({ segmentStart, degree }: LegendreStarts, task: number, truncation: number, span: number): number {
  return Math.ceil((truncation + 1 - (degree[segmentStart[task] as number] as number)) / span);
}

/**
 * The same tasks with a segment for every `span` degrees, from the recurrence in f64, values in f32. A device that has no f64 reads
 * polynomials instead of running them up from afar.
 */
export function denseStarts(starts: LegendreStarts, { truncation, sine, factors, span }: DenseProblem): LegendreStarts {
  const tasks = starts.wavenumber.length;
  const segmentStart = new Uint32Array(tasks + 1);
  for (let task = 0; task < tasks; task++)
    segmentStart[task + 1] = (segmentStart[task] as number) + denseSegments(starts, task, truncation, span);
  const segments = segmentStart[tasks] as number;
  const degree = new Uint32Array(segments);
  const values = new Float32Array(sharedBuffer(4 * segments * 2 * blockLatitudes));
  const polynomials = new Float64Array((truncation + 3) * blockLatitudes);
  const args = { ...planOf(starts), start: starts.values, restAt: 0, truncation, sine: withRests(sine), factor: withRests(factors) };
  for (let task = 0; task < tasks; task++) {
    polynomialsOf(args, task, polynomials);
    const first = starts.degree[starts.segmentStart[task] as number] as number;
    for (let segment = segmentStart[task] as number, n = 0; segment < (segmentStart[task + 1] as number); segment++, n += span) {
      degree[segment] = first + n;
      values.set(polynomials.subarray(n * blockLatitudes, (n + 2) * blockLatitudes), segment * 2 * blockLatitudes);
    }
  }
  return { wavenumber: starts.wavenumber, block: starts.block, segmentStart, degree, values };
}

/** Tasks [first, end) on their own. */
export function someTasks(starts: LegendreStarts, first: number, end: number): LegendreStarts {
  const [from, to] = [starts.segmentStart[first] as number, starts.segmentStart[end] as number];
  return {
    wavenumber: starts.wavenumber.slice(first, end),
    block: starts.block.slice(first, end),
    segmentStart: starts.segmentStart.slice(first, end + 1).map((segment) => segment - from),
    degree: starts.degree.slice(from, to),
    values: starts.values.slice(from * 2 * blockLatitudes, to * 2 * blockLatitudes),
  };
}

function withRests(values: Float64Array): Float64Array {
  const pairs = new Float64Array(2 * values.length);
  for (let i = 0; i < values.length; i++) pairs[2 * i] = values[i] as number;
  return pairs;
}

/** The tasks as the kernel reads them, without places. */
function planOf({ wavenumber, block, segmentStart, degree }: LegendreStarts): { readonly plan: Uint32Array; readonly segmentsAt: number } {
  const segmentsAt = 3 * segmentStart.length;
  const plan = new Uint32Array(segmentsAt + degree.length);
  for (let task = 0; task < segmentStart.length; task++) {
    plan.set([wavenumber[task] ?? 0, block[task] ?? 0, segmentStart[task] as number], 3 * task);
  }
  plan.set(degree, segmentsAt);
  return { plan, segmentsAt };
}
