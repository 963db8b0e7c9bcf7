import { kernel, missingValue, type TwinArguments } from '../compute/index.js';

const params = { count: 'u32', isNew: 'u32', largest: 'u32' } as const;
const inputs = { source: 'f32' } as const;
const outputs = { extreme: 'f32' } as const;

/** The largest, or smallest, present value of a window so far; `isNew` begins it. source, extreme [count]. */
export const windowExtreme = kernel('stats/window-extreme', {
  params,
  inputs,
  outputs,
  threads: ({ count }) => [count],
  cpu: windowExtremeHost,
  tolerance: 0,
  split: { count: 'count', bindings: { source: { stride: () => 1 }, extreme: { stride: () => 1 } } },
});

function windowExtremeHost(args: TwinArguments<typeof params, typeof inputs, typeof outputs>, start: number, end: number): void {
  const { isNew, largest, source, extreme } = args;
  for (let i = start; i < end; i++) {
    const value = source[i] as number;
    const sofar = extreme[i] as number;
    if (isNew === 1 || sofar === missingValue) extreme[i] = value;
    else if (value !== missingValue) extreme[i] = largest === 1 ? Math.max(sofar, value) : Math.min(sofar, value);
  }
}
