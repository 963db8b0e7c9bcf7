import { kernel, missingValue, type TwinArguments } from '../compute/index.js';

const params = { count: 'u32', minimum: 'f32', maximum: 'f32' } as const;
const inputs = { source: 'f32' } as const;
const outputs = { limited: 'f32' } as const;

/** limited = source, bounded from below and above; missing stays missing. source and limited [count]. */
export const limit = kernel('mir/limit', {
  params,
  inputs,
  outputs,
  threads: ({ count }) => [count],
  cpu: limitHost,
  tolerance: 0,
  split: { count: 'count', bindings: { source: { stride: () => 1 }, limited: { stride: () => 1 } } },
});

function limitHost(args: TwinArguments<typeof params, typeof inputs, typeof outputs>, start: number, end: number): void {
  const { minimum, maximum, source, limited } = args;
  for (let at = start; at < end; at++) {
    const value = source[at] as number;
    limited[at] = value === missingValue ? missingValue : Math.min(Math.max(value, minimum), maximum);
  }
}
