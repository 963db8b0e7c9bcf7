import { kernel, type TwinArguments } from './kernel.js';

const params = { points: 'u32' } as const;
const inputs = { source: 'f32' } as const;
const outputs = { copied: 'f32' } as const;

/** copied = source. */
export const copy = kernel('compute/copy', {
  params,
  inputs,
  outputs,
  threads: ({ points }) => [points],
  cpu: copyHost,
  tolerance: 0,
  split: { count: 'points', bindings: { source: { stride: () => 1 }, copied: { stride: () => 1 } } },
});

function copyHost({ source, copied }: TwinArguments<typeof params, typeof inputs, typeof outputs>, start: number, end: number): void {
  copied.set(source.subarray(start, end), start);
}
