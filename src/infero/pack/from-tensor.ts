import { kernel, missingValue, type TwinArguments } from '../../compute/index.js';
import { blockPoints, nowhere } from './to-tensor.js';

const params = {
  points: 'u32',
  lanes: 'u32',
  firstLane: 'u32',
  count: 'u32',
  gathers: 'u32',
  pointStart: 'u32',
  pointStride: 'u32',
  start: 'u32',
  step: 'u32',
  channel: 'u32',
  channelStep: 'u32',
  marks: 'u32',
  markStart: 'u32',
  markStep: 'u32',
} as const;
const inputs = { tensor: 'f32', order: 'u32', normal: 'f32', absent: 'u32' } as const;
const outputs = { field: 'f32' } as const;

/**
 * field[pointStart + i, firstLane + k] = tensor[start + k step + q pointStride] scale[c] + mean[c] for k < count, i < points: the way back of
 * `toTensor`. q = order[pointStart + i] with `gathers`, else i. Missing where q is `nowhere` or, with `marks`, where
 * absent[markStart + k markStep + q] > 0. normal [channels, 3]: mean, scale, unused.
 */
export const fromTensor = kernel('infero/pack/from-tensor', {
  params,
  inputs,
  outputs,
  threads: ({ points }) => [points],
  cpu: fromTensorHost,
  // A product and a sum, which a GPU may fuse.
  tolerance: 3e-7,
});

function fromTensorHost(args: TwinArguments<typeof params, typeof inputs, typeof outputs>, begin: number, end: number): void {
  const { lanes, firstLane, count, gathers, pointStart, pointStride, start, step, channel, channelStep, marks, markStart, markStep } = args;
  const { tensor, order, normal, absent, field } = args;
  for (let block = begin; block < end; block += blockPoints) {
    const blockEnd = Math.min(end, block + blockPoints);
    for (let k = 0; k < count; k++) {
      const c = 3 * (channel + k * channelStep);
      const mean = normal[c] as number;
      const scale = normal[c + 1] as number;
      const from = start + k * step;
      const mark = markStart + k * markStep;
      let to = (pointStart + block) * lanes + firstLane + k;
      for (let i = block; i < blockEnd; i++, to += lanes) {
        const q = gathers === 1 ? (order[pointStart + i] as number) : i;
        const isMissing = q === nowhere || (marks === 1 && (absent[mark + q] as number) > 0);
        field[to] = isMissing ? missingValue : (tensor[from + q * pointStride] as number) * scale + mean;
      }
    }
  }
}
