import { kernel, missingValue, type TwinArguments } from '../compute/index.js';

const params = { rows: 'u32', lanes: 'u32', strategy: 'u32' } as const;
const inputs = { rowStart: 'u32', column: 'u32', weight: 'f32', turn: 'f32', u: 'f32', v: 'f32' } as const;
const outputs = { resultU: 'f32', resultV: 'f32' } as const;

/**
 * Vectors by a matrix whose every entry also turns: resultU + i resultV = sum of weight (cos + i sin) (u + i v), `turn` the cosine and
 * sine of each entry `[entries, 2]`. u, v [columns, lanes], results [rows, lanes]. A vector is missing when one component is;
 * `strategy` as in `csr-apply`.
 */
export const vectorApply = kernel('regrid/vector-apply', {
  params,
  inputs,
  outputs,
  threads: ({ rows, lanes }) => [rows, lanes],
  cpu: vectorApplyHost,
  tolerance: 6e-7,
});

type Arguments = TwinArguments<typeof params, typeof inputs, typeof outputs>;

function vectorApplyHost(args: Arguments, start: number, end: number): void {
  const { lanes, strategy, rowStart, column, weight, turn, u, v, resultU, resultV } = args;
  for (let row = start; row < end; row++) {
    const first = rowStart[row] as number;
    const last = rowStart[row + 1] as number;
    const heaviest = heaviestOf(weight, first, last);
    for (let lane = 0; lane < lanes; lane++) {
      const at = row * lanes + lane;
      let sumU = 0;
      let sumV = 0;
      let present = 0;
      let absent = 0;
      let heaviestAbsent = false;
      for (let entry = first; entry < last; entry++) {
        if (strategy === 4 && entry !== heaviest) continue;
        const from = (column[entry] as number) * lanes + lane;
        const x = u[from] as number;
        const y = v[from] as number;
        if (strategy !== 0 && (x === missingValue || y === missingValue)) {
          absent++;
          heaviestAbsent ||= entry === heaviest;
          continue;
        }
        const w = strategy === 4 ? 1 : (weight[entry] as number);
        const cos = turn[2 * entry] as number;
        const sin = turn[2 * entry + 1] as number;
        sumU += w * (x * cos - y * sin);
        sumV += w * (x * sin + y * cos);
        present += w;
      }
      const some = first < last && absent < last - first;
      const kept = absent === 0 || (strategy !== 2 && !(strategy >= 3 && heaviestAbsent) && present !== 0);
      const scale = absent === 0 ? 1 : present;
      resultU[at] = some && kept ? sumU / scale : missingValue;
      resultV[at] = some && kept ? sumV / scale : missingValue;
    }
  }
}

function heaviestOf(weight: Arguments['weight'], first: number, last: number): number {
  let heaviest = first;
  for (let entry = first + 1; entry < last; entry++) if ((weight[entry] as number) > (weight[heaviest] as number)) heaviest = entry;
  return heaviest;
}
