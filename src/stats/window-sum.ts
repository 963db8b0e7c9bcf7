import { kernel, missingValue, type TwinArguments } from '../compute/index.js';

const params = { count: 'u32', isNew: 'u32' } as const;
const inputs = { source: 'f32' } as const;
const outputs = { first: 'f32', sum: 'f32' } as const;

/**
 * The first present value of a window, and the sum of what later ones differ from it; `isNew` begins the window. source, first, sum
 * [count]. Sums of differences keep the digits that sums of large values (geopotential) would lose.
 */
export const windowSum = kernel('stats/window-sum', {
  params,
  inputs,
  outputs,
  threads: ({ count }) => [count],
  cpu: windowSumHost,
  tolerance: 2e-7,
  split: { count: 'count', bindings: { source: { stride: () => 1 }, first: { stride: () => 1 }, sum: { stride: () => 1 } } },
});

function windowSumHost(args: TwinArguments<typeof params, typeof inputs, typeof outputs>, start: number, end: number): void {
  const { isNew, source, first, sum } = args;
  for (let i = start; i < end; i++) {
    const value = source[i] as number;
    if (isNew === 1 || first[i] === missingValue) {
      first[i] = value;
      sum[i] = 0;
    } else if (value !== missingValue) {
      sum[i] = (sum[i] as number) + (value - (first[i] as number));
    }
  }
}
