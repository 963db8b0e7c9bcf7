import { kernel, missingValue, type TwinArguments } from '../compute/index.js';

const params = { points: 'u32', lanes: 'u32' } as const;
const inputs = { turn: 'f32', u: 'f32', v: 'f32' } as const;
const outputs = { resultU: 'f32', resultV: 'f32' } as const;

/**
 * Turns the vector of every point: resultU + i resultV = (cos + i sin) (u + i v), `turn` the cosine and sine of each point
 * `[points, 2]`; u, v and results [points, lanes]. A vector is missing when one component is.
 */
export const vectorTurn = kernel('regrid/vector-turn', {
  params,
  inputs,
  outputs,
  threads: ({ points, lanes }) => [points, lanes],
  cpu: vectorTurnHost,
  tolerance: 3e-7,
});

type Arguments = TwinArguments<typeof params, typeof inputs, typeof outputs>;

function vectorTurnHost({ lanes, turn, u, v, resultU, resultV }: Arguments, start: number, end: number): void {
  for (let point = start; point < end; point++) {
    const cos = turn[2 * point] as number;
    const sin = turn[2 * point + 1] as number;
    for (let at = point * lanes; at < (point + 1) * lanes; at++) {
      const x = u[at] as number;
      const y = v[at] as number;
      const isMissing = x === missingValue || y === missingValue;
      resultU[at] = isMissing ? missingValue : x * cos - y * sin;
      resultV[at] = isMissing ? missingValue : x * sin + y * cos;
    }
  }
}
