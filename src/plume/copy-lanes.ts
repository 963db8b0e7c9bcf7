import { kernel, type TwinArguments } from '../compute/index.js';

const params = { points: 'u32', count: 'u32', sourceLanes: 'u32', sourceStart: 'u32', targetLanes: 'u32', targetStart: 'u32' } as const;
const inputs = { source: 'f32' } as const;
const outputs = { copied: 'f32' } as const;

/** copied[p, targetStart + k] = source[p, sourceStart + k] for k < count. Arrays [points, sourceLanes] and [points, targetLanes]. */
export const copyLanes = kernel('plume/copy-lanes', {
  params,
  inputs,
  outputs,
  threads: ({ points, count }) => [points, count],
  cpu: copyLanesHost,
  tolerance: 0,
  split: {
    count: 'points',
    bindings: { source: { stride: ({ sourceLanes }) => sourceLanes }, copied: { stride: ({ targetLanes }) => targetLanes } },
  },
});

function copyLanesHost(args: TwinArguments<typeof params, typeof inputs, typeof outputs>, start: number, end: number): void {
  const { count, sourceLanes, sourceStart, targetLanes, targetStart, source, copied } = args;
  for (let point = start; point < end; point++) {
    const from = point * sourceLanes + sourceStart;
    const to = point * targetLanes + targetStart;
    for (let lane = 0; lane < count; lane++) copied[to + lane] = source[from + lane] as number;
  }
}
