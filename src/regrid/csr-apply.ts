import { kernel, missingValue, type TwinArguments } from '../compute/index.js';
import { csrApplyWasm } from './csr-apply-wasm.js';

const params = { rows: 'u32', lanes: 'u32', strategy: 'u32' } as const;
const inputs = { rowStart: 'u32', column: 'u32', weight: 'f32', source: 'f32' } as const;
const outputs = { result: 'f32' } as const;

/**
 * result = W source for up to eight layers at once, W in compressed rows. `strategy` is the id of a missing-value strategy
 * (`missing.ts`), 0 where no source value can be missing. source [columns, lanes], result [rows, lanes].
 */
export const csrApply = kernel('regrid/csr-apply', {
  params,
  inputs,
  outputs,
  threads: ({ rows, lanes }) => [rows, lanes],
  cpu: csrApplyHost,
  simd: {
    module: csrApplyWasm,
    run: ({ csrApply: compiled }, a, start, end) =>
      compiled?.(start, end, a.lanes, a.strategy, a.rowStart, a.column, a.weight, a.source, a.result),
  },
  tolerance: 3e-7,
  split: { count: 'rows', bindings: { rowStart: { stride: () => 1, extra: 1 }, result: { stride: ({ lanes }) => lanes } } },
});

type Arguments = TwinArguments<typeof params, typeof inputs, typeof outputs>;

function csrApplyHost(args: Arguments, start: number, end: number): void {
  if (args.strategy !== 0) applyWithMissing(args, start, end);
  else applyPlain(args, start, end);
}

function applyPlain({ lanes, rowStart, column, weight, source, result }: Arguments, start: number, end: number): void {
  for (let row = start; row < end; row++) {
    const first = rowStart[row] as number;
    const last = rowStart[row + 1] as number;
    const at = row * lanes;
    if (first === last) {
      result.fill(missingValue, at, at + lanes);
      continue;
    }
    for (let lane = 0; lane < lanes; lane++) {
      let sum = 0;
      for (let entry = first; entry < last; entry++)
        sum += (weight[entry] as number) * (source[(column[entry] as number) * lanes + lane] as number);
      result[at + lane] = sum;
    }
  }
}

function applyWithMissing({ lanes, strategy, rowStart, column, weight, source, result }: Arguments, start: number, end: number): void {
  for (let row = start; row < end; row++) {
    const first = rowStart[row] as number;
    const last = rowStart[row + 1] as number;
    let heaviest = first;
    for (let entry = first + 1; entry < last; entry++) if ((weight[entry] as number) > (weight[heaviest] as number)) heaviest = entry;
    for (let lane = 0; lane < lanes; lane++) {
      const at = row * lanes + lane;
      if (first === last) {
        result[at] = missingValue;
        continue;
      }
      const heaviestValue = source[(column[heaviest] as number) * lanes + lane] as number;
      if (strategy === 4) {
        result[at] = heaviestValue;
        continue;
      }
      let sum = 0;
      let presentWeight = 0;
      let absent = 0;
      for (let entry = first; entry < last; entry++) {
        const value = source[(column[entry] as number) * lanes + lane] as number;
        if (value === missingValue) absent++;
        else {
          sum += (weight[entry] as number) * value;
          presentWeight += weight[entry] as number;
        }
      }
      const isMissing =
        absent === last - first ||
        (absent > 0 && (strategy === 2 || (strategy === 3 && heaviestValue === missingValue) || presentWeight === 0));
      result[at] = isMissing ? missingValue : absent === 0 ? sum : sum / presentWeight;
    }
  }
}
