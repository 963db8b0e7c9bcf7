import { kernel, missingValue, type TwinArguments } from '../../compute/index.js';

const params = { count: 'u32' } as const;
const inputs = { u: 'f32', v: 'f32' } as const;
const outputs = { speed: 'f32' } as const;

/** speed = sqrt(u^2 + v^2); missing where either is. All [count]. */
export const windSpeed = kernel('plume/derived/wind-speed', {
  params,
  inputs,
  outputs,
  threads: ({ count }) => [count],
  cpu: windSpeedHost,
  // WGSL allows its square root an error of an inverse square root and a division, a few units in the last place.
  tolerance: 1e-6,
  split: { count: 'count', bindings: { u: { stride: () => 1 }, v: { stride: () => 1 }, speed: { stride: () => 1 } } },
});

function windSpeedHost({ u, v, speed }: TwinArguments<typeof params, typeof inputs, typeof outputs>, start: number, end: number): void {
  for (let at = start; at < end; at++) {
    const x = u[at] as number;
    const y = v[at] as number;
    speed[at] = x === missingValue || y === missingValue ? missingValue : Math.sqrt(x * x + y * y);
  }
}
