import { DteError } from '../base/index.js';
import { DeviceArray } from './device-array.js';
import type { ElementType } from './element.js';
import type { Executor } from './executor.js';
import { kernel, type TwinArguments } from './kernel.js';
import { Pass } from './pass.js';

const params = { points: 'u32' } as const;
const inputs = { integers: 'u32', reals: 'f32' } as const;
const outputs = { bits: 'u32', sums: 'f32' } as const;

/** Integer, bit and real arithmetic that every other kernel relies on; adapters have been seen to get such things wrong. */
export const probe = kernel('compute/self-check', {
  params,
  inputs,
  outputs,
  threads: ({ points }) => [points],
  cpu: probeHost,
  tolerance: 1e-7,
  module: new URL('./self-check.js', import.meta.url).href,
});

function probeHost(args: TwinArguments<typeof params, typeof inputs, typeof outputs>, start: number, end: number): void {
  const { points, integers, reals, bits, sums } = args;
  for (let i = start; i < end; i++) {
    const word = integers[i] as number;
    const swapped = ((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
    bits[i] = (swapped ^ popcount(word)) + Math.clz32(word);
    let sum = 0;
    for (let k = 0; k < 8; k++) sum += (reals[(i * 7 + k) % points] as number) * (k + 0.5);
    sums[i] = sum;
  }
}

function popcount(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** Runs the probe and compares it with its twin; an adapter that computes wrongly is refused with `fault.device`. */
export async function selfCheck(executor: Executor): Promise<void> {
  const points = 1000;
  const integers = Uint32Array.from({ length: points }, (_, i) => Math.imul(i + 1, 2654435761) >>> 0);
  const reals = Float32Array.from({ length: points }, (_, i) => Math.sin(i) * 300);
  const expected = { bits: new Uint32Array(points), sums: new Float64Array(points) };
  probeHost({ points, integers, reals, ...expected }, 0, points);
  const allocate = <T extends ElementType>(type: T, length: number): DeviceArray<T> =>
    new DeviceArray(type, length, executor.allocate(type, length), (storage) => executor.free(storage));
  const pass = new Pass(allocate, executor.maxBindingBytes);
  const bits = pass.allocate('u32', points);
  const sums = pass.allocate('f32', points);
  pass.run(probe, { points, integers: pass.upload('u32', integers), reals: pass.upload('f32', reals), bits, sums });
  await executor.execute(pass.steps, false);
  const [gotBits, gotSums] = await executor.read([bits, sums]);
  for (const array of pass.allocated) array.release();
  for (let i = 0; i < points; i++) {
    const wrong = gotBits?.[i] !== expected.bits[i] || Math.abs((gotSums?.[i] as number) - (expected.sums[i] as number)) > 9600 * 1e-6;
    if (wrong) {
      throw new DteError(
        'fault.device',
        `adapter '${executor.name}' computes wrongly: self-check point ${i} gave ${gotBits?.[i]} and ${gotSums?.[i]} instead of ${expected.bits[i]} and ${expected.sums[i]}`,
        {
          hint: 'update its driver, or use the CPU executor (--device cpu)',
        },
      );
    }
  }
}
