import { kernel, type TwinArguments } from './kernel.js';

const params = { points: 'u32', lanes: 'u32' } as const;
const inputs = { order: 'u32', source: 'f32' } as const;
const outputs = { gathered: 'f32' } as const;

/** gathered[p, lane] = source[order[p], lane]: a new order of points, or a selection of them. Arrays [points, lanes]. */
export const gather = kernel('compute/gather', {
  params,
  inputs,
  outputs,
  threads: ({ points, lanes }) => [points, lanes],
  cpu: gatherHost,
  tolerance: 0,
  split: { count: 'points', bindings: { order: { stride: () => 1 }, gathered: { stride: ({ lanes }) => lanes } } },
});

function gatherHost(args: TwinArguments<typeof params, typeof inputs, typeof outputs>, start: number, end: number): void {
  const { lanes, order, source, gathered } = args;
  for (let point = start; point < end; point++) {
    const from = (order[point] as number) * lanes;
    for (let lane = 0; lane < lanes; lane++) gathered[point * lanes + lane] = source[from + lane] as number;
  }
}
