import { kernel, type TwinArguments } from '../compute/index.js';

const params = {
  points: 'u32',
  count: 'u32',
  lanes: 'u32',
  firstLane: 'u32',
  lanesApart: 'u32',
  firstApart: 'u32',
  takeMean: 'u32',
} as const;
const inputs = { together: 'f32' } as const;
const outputs = { apart: 'f32', mean: 'f32' } as const;

/**
 * apart[firstApart + k, point] = together[point, firstLane + k] for k < count: each layer's coefficients side by side. The imaginary
 * part of the very first coefficient has no meaning and becomes 0. With `takeMean` so does its real part, the mean of the field,
 * which goes to mean[firstApart + k]: sums of deviations keep the digits that sums around a large mean lose. Otherwise
 * mean is 0. together [points, lanes], apart [lanesApart, points], mean [lanesApart].
 */
export const lanesApart = kernel('spectral/lanes-apart', {
  params,
  inputs,
  outputs,
  threads: ({ points, count }) => [points, count],
  cpu: lanesApartHost,
  tolerance: 0,
});

function lanesApartHost(args: TwinArguments<typeof params, typeof inputs, typeof outputs>, start: number, end: number): void {
  const { points, count, lanes, firstLane, firstApart, takeMean, together, apart, mean } = args;
  for (let k = 0; k < count; k++) {
    const to = (firstApart + k) * points;
    for (let point = start; point < end; point++) apart[to + point] = together[point * lanes + firstLane + k] as number;
    if (start === 0 && end > 0) {
      mean[firstApart + k] = takeMean === 1 ? (apart[to] as number) : 0;
      if (takeMean === 1) apart[to] = 0;
    }
    if (start <= 1 && end > 1) apart[to + 1] = 0;
  }
}
