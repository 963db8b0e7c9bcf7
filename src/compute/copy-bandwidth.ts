import { copyQuads } from './copy-quads.js';
import { DeviceArray } from './device-array.js';
import type { ElementType } from './element.js';
import type { Executor } from './executor.js';
import { Pass } from './pass.js';

/** Octets read plus written per nanosecond (GB/s) by the copy kernel over arrays that fit no cache; the best but the first of several. */
export async function copyBandwidth(executor: Executor): Promise<number> {
  const isHardware = executor.kind === 'gpu' && !executor.software;
  const points = isHardware ? 1 << 26 : 1 << 24;
  // An idle GPU takes some milliseconds to raise its clocks.
  const repeats = isHardware ? 40 : 6;
  const allocate = <T extends ElementType>(type: T, length: number): DeviceArray<T> =>
    new DeviceArray(type, length, executor.allocate(type, length), (storage) => executor.free(storage));
  const pass = new Pass(allocate, executor.maxBindingBytes);
  const source = pass.allocate('f32', points);
  const copied = pass.allocate('f32', points);
  for (let repeat = 0; repeat < repeats; repeat++) pass.run(copyQuads, { quads: points / 4, source, copied });
  const timings = await executor.execute(pass.steps, true);
  for (const array of pass.allocated) array.release();
  const bytesPerMs = timings.slice(1).map(({ bytes, milliseconds }) => bytes / milliseconds);
  return bytesPerMs.length === 0 ? Number.NaN : Math.max(...bytesPerMs) / 1e6;
}
