import { copy } from './copy.js';
import { DeviceArray } from './device-array.js';
import type { ElementType } from './element.js';
import type { Executor } from './executor.js';
import { Pass } from './pass.js';

/** Octets read plus written per nanosecond (GB/s) by the copy kernel over arrays that fit no cache; the best of five. */
export async function copyBandwidth(executor: Executor): Promise<number> {
  const points = executor.kind === 'gpu' && !executor.software ? 1 << 25 : 1 << 24;
  const allocate = <T extends ElementType>(type: T, length: number): DeviceArray<T> =>
    new DeviceArray(type, length, executor.allocate(type, length), (storage) => executor.free(storage));
  const pass = new Pass(allocate, executor.maxBindingBytes);
  const source = pass.allocate('f32', points);
  const copied = pass.allocate('f32', points);
  for (let repeat = 0; repeat < 6; repeat++) pass.run(copy, { points, source, copied });
  const timings = await executor.execute(pass.steps, true);
  for (const array of pass.allocated) array.release();
  const bytesPerMs = timings.slice(1).map(({ bytes, milliseconds }) => bytes / milliseconds);
  return bytesPerMs.length === 0 ? Number.NaN : Math.max(...bytesPerMs) / 1e6;
}
