import { kernel, type TwinArguments } from '../../compute/index.js';
import { turnedBit } from './move-points.js';

const params = { count: 'u32', lanes: 'u32', vector: 'u32' } as const;
const inputs = { point: 'u32', start: 'u32', entry: 'u32', source: 'f32' } as const;
const outputs = { values: 'f32' } as const;

/**
 * values[point[k]] += the entries of k in `source`, for all lanes, in the order of the entries; other points stay. The highest
 * bit of an entry turns the sign where `vector` is 1. `point` names none twice.
 */
export const addPoints = kernel('atlas/functionspace/add-points', {
  params,
  inputs,
  outputs,
  threads: ({ count, lanes }) => [count, lanes],
  cpu: addPointsHost,
  tolerance: 3e-7,
});

function addPointsHost(args: TwinArguments<typeof params, typeof inputs, typeof outputs>, first: number, end: number): void {
  const { lanes, vector, point, start, entry, source, values } = args;
  for (let k = first; k < end; k++) {
    const at = (point[k] as number) * lanes;
    for (let lane = 0; lane < lanes; lane++) {
      let sum = values[at + lane] as number;
      for (let e = start[k] as number; e < (start[k + 1] as number); e++) {
        const index = entry[e] as number;
        const turned = index >= turnedBit;
        const value = source[(turned ? index - turnedBit : index) * lanes + lane] as number;
        sum += turned && vector === 1 ? -value : value;
      }
      values[at + lane] = sum;
    }
  }
}
