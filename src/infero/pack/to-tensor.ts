import { kernel, missingValue, type TwinArguments } from '../../compute/index.js';

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
const inputs = { field: 'f32', order: 'u32', normal: 'f32' } as const;
const outputs = { tensor: 'f32', absent: 'u32' } as const;

/** In an order of points: no point of the grid lies here. */
export const nowhere = 0xffffffff;

/**
 * tensor[start + k step + q pointStride] = (field[order[pointStart + q], firstLane + k] - mean[c]) / scale[c] for k < count, q < points and
 * channel c = channel + k channelStep: one run of neighbouring lanes of one tile, to wherever strides say. Without `gathers` the order is
 * that of the grid. Where the value is missing, or the order says `nowhere`, stands fill[c]; with `marks`, absent[markStart + k markStep + q]
 * counts the former. field [grid points, lanes]; normal [channels, 3]: mean, 1 / scale, fill.
 *
 * One invocation takes all lanes of its point: they lie in one sector of memory, and the tensor's points are written side by side.
 */
export const toTensor = kernel('infero/pack/to-tensor', {
  params,
  inputs,
  outputs,
  threads: ({ points }) => [points],
  cpu: toTensorHost,
  // A subtraction and a product, each rounded once, after a reciprocal that is rounded to f32.
  tolerance: 3e-7,
});

/** Points that the host does lane by lane: their sectors stay in the first cache. */
export const blockPoints = 512;

function toTensorHost(args: TwinArguments<typeof params, typeof inputs, typeof outputs>, begin: number, end: number): void {
  const { lanes, firstLane, count, gathers, pointStart, pointStride, start, step, channel, channelStep, marks, markStart, markStep } = args;
  const { field, order, normal, tensor, absent } = args;
  for (let block = begin; block < end; block += blockPoints) {
    const blockEnd = Math.min(end, block + blockPoints);
    for (let k = 0; k < count; k++) {
      const c = 3 * (channel + k * channelStep);
      const mean = normal[c] as number;
      const inverse = normal[c + 1] as number;
      const fill = normal[c + 2] as number;
      const lane = firstLane + k;
      let to = start + k * step + block * pointStride;
      for (let q = block; q < blockEnd; q++, to += pointStride) {
        const point = gathers === 1 ? (order[pointStart + q] as number) : pointStart + q;
        if (point === nowhere) {
          tensor[to] = fill;
          continue;
        }
        const value = field[point * lanes + lane] as number;
        if (value !== missingValue) {
          tensor[to] = (value - mean) * inverse;
          continue;
        }
        tensor[to] = fill;
        if (marks === 1) absent[markStart + k * markStep + q] = (absent[markStart + k * markStep + q] as number) + 1;
      }
    }
  }
}
