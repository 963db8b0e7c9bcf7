import { kernel, type TwinArguments } from '../compute/index.js';

const params = { points: 'u32', lanes: 'u32', lanesApart: 'u32', firstApart: 'u32' } as const;
const inputs = { apart: 'f32', mean: 'f32' } as const;
const outputs = { together: 'f32' } as const;

/**
 * together[point, lane] = apart[firstApart + lane, point]: the coefficients of a tile's layers side by side again. mean[firstApart +
 * lane] is added to the first coefficient, and the second, its imaginary part, is 0. apart [lanesApart, points], mean [any],
 * together [points, lanes].
 */
export const lanesTogether = kernel('spectral/lanes-together', {
  params,
  inputs,
  outputs,
  threads: ({ points, lanes }) => [points, lanes],
  cpu: lanesTogetherHost,
  tolerance: 1e-7,
});

function lanesTogetherHost(args: TwinArguments<typeof params, typeof inputs, typeof outputs>, start: number, end: number): void {
  const { points, lanes, firstApart, apart, mean, together } = args;
  for (let point = start; point < end; point++) {
    for (let lane = 0; lane < lanes; lane++) {
      const value = apart[(firstApart + lane) * points + point] as number;
      together[point * lanes + lane] = point === 0 ? value + (mean[firstApart + lane] as number) : point === 1 ? 0 : value;
    }
  }
}
