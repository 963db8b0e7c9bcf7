import { kernel, missingValue, type TwinArguments } from '../compute/index.js';

const params = { count: 'u32', marker: 'f32', epsilon: 'f32' } as const;
const inputs = { source: 'f32' } as const;
const outputs = { marked: 'f32' } as const;

/** Values within `epsilon` of `marker` become missing: MIR's `simulated-missing-value`, for fields that say so by a number. */
export const markMissing = kernel('regrid/mark-missing', {
  params,
  inputs,
  outputs,
  threads: ({ count }) => [count],
  cpu: markMissingHost,
  tolerance: 0,
  split: { count: 'count', bindings: { source: { stride: () => 1 }, marked: { stride: () => 1 } } },
});

function markMissingHost(
  { marker, epsilon, source, marked }: TwinArguments<typeof params, typeof inputs, typeof outputs>,
  start: number,
  end: number,
): void {
  for (let i = start; i < end; i++) {
    const value = source[i] as number;
    marked[i] = value !== missingValue && Math.abs(value - marker) <= epsilon ? missingValue : value;
  }
}
