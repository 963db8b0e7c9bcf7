import { blockLatitudes } from './latitude-blocks.js';
import { polynomialsOf } from './legendre.js';
import type { LegendreStarts } from './legendre-starts.js';

export interface DenseProblem {
  readonly truncation: number;
  /** `[latitudes]` */
  readonly sine: Float64Array;
  /** `recurrenceFactors` */
  readonly factors: Float64Array;
}

/**
 * The same tasks with a segment for every two degrees: all polynomials, from the recurrence in f64. A device that has no f64
 * reads them instead of running up the recurrence.
 */
export function denseStarts(starts: LegendreStarts, { truncation, sine, factors }: DenseProblem): LegendreStarts {
  const tasks = starts.wavenumber.length;
  const segmentStart = new Uint32Array(tasks + 1);
  const firstDegree = (task: number): number => starts.degree[starts.segmentStart[task] as number] as number;
  for (let task = 0; task < tasks; task++) {
    segmentStart[task + 1] = (segmentStart[task] as number) + Math.ceil((truncation + 1 - firstDegree(task)) / 2);
  }
  const degree = new Uint32Array(segmentStart[tasks] as number);
  const values = new Float64Array(degree.length * 2 * blockLatitudes);
  const polynomials = new Float64Array((truncation + 3) * blockLatitudes);
  const args = { ...planOf(starts), start: starts.values, restAt: 0, truncation, sine: withRests(sine), factor: withRests(factors) };
  for (let task = 0; task < tasks; task++) {
    polynomialsOf(args, task, polynomials);
    const first = segmentStart[task] as number;
    const segments = (segmentStart[task + 1] as number) - first;
    for (let segment = 0; segment < segments; segment++) degree[first + segment] = firstDegree(task) + 2 * segment;
    values.set(polynomials.subarray(0, segments * 2 * blockLatitudes), first * 2 * blockLatitudes);
  }
  return { wavenumber: starts.wavenumber, block: starts.block, segmentStart, degree, values };
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
