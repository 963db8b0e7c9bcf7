import { kernel, type TwinArguments } from './kernel.js';

const params = { quads: 'u32' } as const;
const inputs = { source: 'f32' } as const;
const outputs = { copied: 'f32' } as const;

/** copied = source, four elements an invocation. Its speed is the floor that every other kernel is held against. */
export const copyQuads = kernel('compute/copy-quads', {
  params,
  inputs,
  outputs,
  quads: ['source', 'copied'],
  threads: ({ quads }) => [quads],
  cpu: copyQuadsHost,
  tolerance: 0,
  split: { count: 'quads', bindings: { source: { stride: () => 4 }, copied: { stride: () => 4 } } },
});

function copyQuadsHost({ source, copied }: TwinArguments<typeof params, typeof inputs, typeof outputs>, start: number, end: number): void {
  copied.set(source.subarray(4 * start, 4 * end), 4 * start);
}
