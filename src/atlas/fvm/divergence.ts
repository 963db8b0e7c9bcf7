import { kernel, missingValue, type TwinArguments } from '../../compute/index.js';

const params = { nodes: 'u32', lanes: 'u32', curl: 'u32', gaps: 'u32' } as const;
const inputs = { start: 'u32', neighbour: 'u32', coefficient: 'f32', own: 'f32', u: 'f32', v: 'f32' } as const;
const outputs = { result: 'f32' } as const;

/**
 * Divergence of (u, v), or with `curl` 1 that of (v, -u), which is the curl of (u, v), for up to eight layers at once: sums over
 * the neighbours of a node of coefficients [entries, 2] times differences of u and v, plus `own` [nodes, 2] times the node's
 * own u and v. A node without neighbours is missing, with `gaps` 1 also one that is missing
 * itself or has a missing neighbour. u and v [any, lanes], result [nodes, lanes].
 */
export const divergenceKernel = kernel('atlas/fvm/divergence', {
  params,
  inputs,
  outputs,
  threads: ({ nodes, lanes }) => [nodes, lanes],
  cpu: divergenceHost,
  tolerance: 5e-7,
});

function divergenceHost(args: TwinArguments<typeof params, typeof inputs, typeof outputs>, begin: number, end: number): void {
  const { lanes, gaps, start, neighbour, coefficient, own, result } = args;
  const isCurl = args.curl === 1;
  const along = isCurl ? args.v : args.u;
  const across = isCurl ? args.u : args.v;
  const sign = isCurl ? -1 : 1;
  for (let node = begin; node < end; node++) {
    for (let lane = 0; lane < lanes; lane++) {
      const at = node * lanes + lane;
      const along0 = along[at] as number;
      const across0 = across[at] as number;
      let absent = along0 === missingValue || across0 === missingValue;
      let first = 0;
      let second = 0;
      for (let entry = start[node] as number; entry < (start[node + 1] as number); entry++) {
        const other = (neighbour[entry] as number) * lanes + lane;
        const along1 = along[other] as number;
        const across1 = across[other] as number;
        absent ||= along1 === missingValue || across1 === missingValue;
        first += (coefficient[2 * entry] as number) * (along1 - along0);
        second += (coefficient[2 * entry + 1] as number) * (across1 - across0);
      }
      first += (own[2 * node] as number) * along0;
      second += (own[2 * node + 1] as number) * across0;
      result[at] = start[node] === start[node + 1] || (absent && gaps === 1) ? missingValue : first + sign * second;
    }
  }
}
