import { kernel, type TwinArguments } from '../../compute/index.js';
import { divergenceKernel } from './divergence.js';
import { fvmWasm } from './fvm-wasm.js';

const params = { nodes: 'u32', quads: 'u32', curl: 'u32', gaps: 'u32' } as const;
const inputs = { start: 'u32', neighbour: 'u32', coefficient: 'f32', own: 'f32', u: 'f32', v: 'f32' } as const;
const outputs = { result: 'f32' } as const;

/** `divergenceKernel` for four or eight lanes: u and v [any, 4 quads], result [nodes, 4 quads]. On a GPU each access moves four lanes. */
export const divergenceQuads = kernel('atlas/fvm/divergence-quads', {
  params,
  inputs,
  outputs,
  quads: ['u', 'v', 'result'],
  threads: ({ nodes, quads }) => [nodes, quads],
  cpu: divergenceQuadsHost,
  simd: {
    module: fvmWasm,
    run: ({ divergence: compiled }, a, start, end) =>
      compiled?.(start, end, a.quads, a.curl, a.gaps, a.start, a.neighbour, a.coefficient, a.own, a.u, a.v, a.result),
  },
  tolerance: 5e-7,
});

function divergenceQuadsHost(args: TwinArguments<typeof params, typeof inputs, typeof outputs>, start: number, end: number): void {
  divergenceKernel.cpu({ ...args, lanes: 4 * args.quads }, start, end);
}
