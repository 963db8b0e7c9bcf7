import { DteError } from '../../base/index.js';

/** One channel of a tensor: its value is (field - mean) / scale. */
export interface Channel {
  /** Default: 0. In the field's unit. */
  readonly mean?: number;
  /** Default: 1. In the field's unit, not 0. */
  readonly scale?: number;
  /** Stands where the field is missing, in the field's unit. Default: the mean, which is 0 in the tensor. */
  readonly fill?: number;
}

export type Direction = 'to' | 'from';

/** The kernels' table `[channels, 3]`: mean, 1 / scale and fill to a tensor; mean and scale from one. */
export function normalTable(channels: readonly Channel[], direction: Direction): Float64Array {
  if (channels.length === 0) throw new DteError('input.option', 'a tensor has at least one channel', { where: { option: 'channels' } });
  return Float64Array.from(channels.flatMap((channel, index) => rowOf(channel, index, direction)));
}

function rowOf(channel: Channel, index: number, direction: Direction): readonly number[] {
  const { mean = 0, scale = 1, fill = mean } = channel;
  for (const [name, value] of Object.entries({ mean, scale, fill })) {
    // f32 on the device: what is finite here must be finite there.
    if (!Number.isFinite(Math.fround(value))) refuse(index, `${name} is ${value}; accepted are finite numbers`);
  }
  if (!Number.isFinite(Math.fround(1 / scale)) || Math.fround(scale) === 0)
    refuse(index, `scale is ${scale}, which nothing can be divided by`);
  return direction === 'to' ? [mean, 1 / scale, (fill - mean) / scale] : [mean, scale, 0];
}

function refuse(index: number, reason: string): never {
  throw new DteError('input.option', `channel ${index}: ${reason}`, { where: { option: 'channels' } });
}
