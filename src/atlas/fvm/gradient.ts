import { kernel, missingValue, type TwinArguments } from '../../compute/index.js';

const params = { nodes: 'u32', lanes: 'u32', gaps: 'u32' } as const;
const inputs = { start: 'u32', neighbour: 'u32', coefficient: 'f32', values: 'f32' } as const;
const outputs = { east: 'f32', north: 'f32' } as const;

/**
 * Both components of the gradient of up to eight layers at once: sums over the neighbours of a node of coefficients [entries, 2]
 * times differences of values. Differences come first, so that what is common to a cell costs no precision in f32. A node
 * without neighbours is missing, with `gaps` 1 also one that is missing itself or has a missing neighbour.
 * values [any, lanes], east and north [nodes, lanes].
 */
export const gradientKernel = kernel('atlas/fvm/gradient', {
  params,
  inputs,
  outputs,
  threads: ({ nodes, lanes }) => [nodes, lanes],
  cpu: gradientHost,
  tolerance: 5e-7,
});

function gradientHost(args: TwinArguments<typeof params, typeof inputs, typeof outputs>, first: number, end: number): void {
  const { lanes, gaps, start, neighbour, coefficient, values, east, north } = args;
  for (let node = first; node < end; node++) {
    for (let lane = 0; lane < lanes; lane++) {
      const at = node * lanes + lane;
      const own = values[at] as number;
      let absent = own === missingValue;
      let x = 0;
      let y = 0;
      for (let entry = start[node] as number; entry < (start[node + 1] as number); entry++) {
        const value = values[(neighbour[entry] as number) * lanes + lane] as number;
        absent ||= value === missingValue;
        const difference = value - own;
        x += (coefficient[2 * entry] as number) * difference;
        y += (coefficient[2 * entry + 1] as number) * difference;
      }
      const isMissing = start[node] === start[node + 1] || (absent && gaps === 1);
      east[at] = isMissing ? missingValue : x;
      north[at] = isMissing ? missingValue : y;
    }
  }
}
