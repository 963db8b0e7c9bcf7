import { kernel, missingValue, type TwinArguments } from '../../compute/index.js';

/** Highest bit of an index: a vector changes its sign on the way, as over a pole. */
export const turnedBit = 0x80000000;

const params = { count: 'u32', lanes: 'u32', vector: 'u32' } as const;
const inputs = { sourcePoint: 'u32', destinationPoint: 'u32', source: 'f32' } as const;
const outputs = { destination: 'f32' } as const;

/**
 * destination[destinationPoint[k]] = source[sourcePoint[k]] for all lanes, k < count; other points of the destination stay. `sourcePoint` holds the point in its lower
 * 31 bits; the highest bit turns the sign of present values where `vector` is 1. `destinationPoint` names no point twice.
 */
export const movePoints = kernel('atlas/functionspace/move-points', {
  params,
  inputs,
  outputs,
  threads: ({ count, lanes }) => [count, lanes],
  cpu: movePointsHost,
  tolerance: 0,
});

function movePointsHost(args: TwinArguments<typeof params, typeof inputs, typeof outputs>, start: number, end: number): void {
  const { lanes, vector, sourcePoint, destinationPoint, source, destination } = args;
  for (let k = start; k < end; k++) {
    const index = sourcePoint[k] as number;
    const turned = vector === 1 && index >= turnedBit;
    const first = (index >= turnedBit ? index - turnedBit : index) * lanes;
    const into = (destinationPoint[k] as number) * lanes;
    for (let lane = 0; lane < lanes; lane++) {
      const value = source[first + lane] as number;
      destination[into + lane] = turned && value !== missingValue ? -value : value;
    }
  }
}
