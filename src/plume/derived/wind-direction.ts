import { kernel, missingValue, type TwinArguments } from '../../compute/index.js';

const params = { count: 'u32' } as const;
const inputs = { u: 'f32', v: 'f32' } as const;
const outputs = { direction: 'f32' } as const;

/**
 * Where the wind comes from: degrees clockwise from north, [0, 360); 0 in a calm; missing where a component is. All [count].
 * direction = atan2(-u, -v) in degrees.
 */
export const windDirection = kernel('plume/derived/wind-direction', {
  params,
  inputs,
  outputs,
  threads: ({ count }) => [count],
  cpu: windDirectionHost,
  // WGSL allows its atan2 4096 units in the last place; of 360 degrees seen: 4e-7.
  tolerance: 5e-6,
  split: { count: 'count', bindings: { u: { stride: () => 1 }, v: { stride: () => 1 }, direction: { stride: () => 1 } } },
});

function windDirectionHost(
  { u, v, direction }: TwinArguments<typeof params, typeof inputs, typeof outputs>,
  start: number,
  end: number,
): void {
  for (let at = start; at < end; at++) {
    const x = u[at] as number;
    const y = v[at] as number;
    direction[at] = x === missingValue || y === missingValue ? missingValue : fromNorth(x, y);
  }
}

function fromNorth(u: number, v: number): number {
  if (u === 0) return v > 0 ? 180 : 0;
  const angle = (Math.atan2(-u, -v) * 180) / Math.PI;
  return angle < 0 ? angle + 360 : angle;
}
