import { kernel, type TwinArguments } from '../compute/index.js';
import { csrApply } from './csr-apply.js';
import { csrApplyWasm } from './csr-apply-wasm.js';

const params = { rows: 'u32', quads: 'u32', strategy: 'u32' } as const;
const inputs = { rowStart: 'u32', column: 'u32', weight: 'f32', source: 'f32' } as const;
const outputs = { result: 'f32' } as const;

/** `csrApply` for four or eight lanes: source [columns, 4 quads], result [rows, 4 quads]. On a GPU each access moves four lanes. */
export const csrApplyQuads = kernel('regrid/csr-apply-quads', {
  params,
  inputs,
  outputs,
  quads: ['source', 'result'],
  threads: ({ rows, quads }) => [rows, quads],
  cpu: csrApplyQuadsHost,
  simd: {
    module: csrApplyWasm,
    run: ({ csrApply: compiled }, a, start, end) =>
      compiled?.(start, end, 4 * a.quads, a.strategy, a.rowStart, a.column, a.weight, a.source, a.result),
  },
  tolerance: 3e-7,
  split: { count: 'rows', bindings: { rowStart: { stride: () => 1, extra: 1 }, result: { stride: ({ quads }) => 4 * quads } } },
});

function csrApplyQuadsHost(args: TwinArguments<typeof params, typeof inputs, typeof outputs>, start: number, end: number): void {
  csrApply.cpu({ ...args, lanes: 4 * args.quads }, start, end);
}
