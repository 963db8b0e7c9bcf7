import { kernel, missingValue, type TwinArguments } from '../compute/index.js';

const params = { count: 'u32', isNew: 'u32', before: 'u32' } as const;
const inputs = { source: 'f32' } as const;
const outputs = { present: 'u32' } as const;

/**
 * How many values of a window were present so far. With `isNew` the count begins at `before`, the samples that were present everywhere.
 * source, present [count].
 */
export const windowCount = kernel('stats/window-count', {
  params,
  inputs,
  outputs,
  threads: ({ count }) => [count],
  cpu: windowCountHost,
  tolerance: 0,
  split: { count: 'count', bindings: { source: { stride: () => 1 }, present: { stride: () => 1 } } },
});

function windowCountHost(args: TwinArguments<typeof params, typeof inputs, typeof outputs>, start: number, end: number): void {
  const { isNew, before, source, present } = args;
  for (let i = start; i < end; i++) {
    const sofar = isNew === 1 ? before : (present[i] as number);
    present[i] = sofar + (source[i] === missingValue ? 0 : 1);
  }
}
