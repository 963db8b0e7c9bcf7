import { kernel, missingValue, type TwinArguments } from '../compute/index.js';

const params = { count: 'u32' } as const;
const inputs = {} as const;
const outputs = { filled: 'f32' } as const;

/** filled = missing everywhere: what an output holds before its plugin first wrote it. [count] */
export const fillMissing = kernel('plume/fill-missing', {
  params,
  inputs,
  outputs,
  threads: ({ count }) => [count],
  cpu: fillMissingHost,
  tolerance: 0,
  split: { count: 'count', bindings: { filled: { stride: () => 1 } } },
});

function fillMissingHost({ filled }: TwinArguments<typeof params, typeof inputs, typeof outputs>, start: number, end: number): void {
  filled.fill(missingValue, start, end);
}
