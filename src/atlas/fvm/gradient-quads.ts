import { kernel, type TwinArguments } from '../../compute/index.js';
import { fvmWasm } from './fvm-wasm.js';
import { gradientKernel } from './gradient.js';

const params = { nodes: 'u32', quads: 'u32', gaps: 'u32' } as const;
const inputs = { start: 'u32', neighbour: 'u32', coefficient: 'f32', values: 'f32' } as const;
const outputs = { east: 'f32', north: 'f32' } as const;

/** `gradientKernel` for four or eight lanes: values [any, 4 quads], east and north [nodes, 4 quads]. On a GPU each access moves four lanes. */
export const gradientQuads = kernel('atlas/fvm/gradient-quads', {
  params,
  inputs,
  outputs,
  quads: ['values', 'east', 'north'],
  threads: ({ nodes, quads }) => [nodes, quads],
  cpu: gradientQuadsHost,
  simd: {
    module: fvmWasm,
    run: ({ gradient: compiled }, a, start, end) =>
      compiled?.(start, end, a.quads, a.gaps, a.start, a.neighbour, a.coefficient, a.values, a.east, a.north),
  },
  tolerance: 5e-7,
});

function gradientQuadsHost(args: TwinArguments<typeof params, typeof inputs, typeof outputs>, start: number, end: number): void {
  gradientKernel.cpu({ ...args, lanes: 4 * args.quads }, start, end);
}
