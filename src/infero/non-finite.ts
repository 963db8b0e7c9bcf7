import { DteError } from '../base/index.js';
import { DeviceArray, type Engine, kernel, missingValue, recordValueRanges, type TwinArguments } from '../compute/index.js';
import type { NonFinitePolicy, Tensor } from './types.js';

const params = { points: 'u32' } as const;
const outputs = { values: 'f32' } as const;

/** Values that are not finite become missing, in place. */
export const markStrange = kernel('infero/mark-strange', {
  params,
  inputs: {},
  outputs,
  threads: ({ points }) => [points],
  cpu: markStrangeHost,
  tolerance: 0,
  split: { count: 'points', bindings: { values: { stride: () => 1 } } },
});

type Reals = Float32Array<ArrayBufferLike> | Float64Array<ArrayBufferLike>;

function markStrangeHost({ values }: TwinArguments<typeof params, Record<never, never>, typeof outputs>, start: number, end: number): void {
  for (let point = start; point < end; point++) if (!Number.isFinite(values[point])) values[point] = missingValue;
}

/** Applies the policy to a result where it lies. `limit.range` when values are refused. */
export async function applyPolicy(engine: Engine, name: string, { values }: Tensor, policy: NonFinitePolicy): Promise<void> {
  if (policy === 'allow') return;
  const onHost = values instanceof DeviceArray ? engine.hostMemory(values) : values;
  if (onHost === undefined) {
    await applyOnDevice(engine, name, values as DeviceArray, policy);
  } else if (onHost instanceof Float32Array || onHost instanceof Float64Array) {
    if (policy === 'missing') markStrangeHost({ points: onHost.length, values: onHost }, 0, onHost.length);
    else refuseAny(name, strangeCount(onHost), onHost.length);
  }
}

async function applyOnDevice(engine: Engine, name: string, array: DeviceArray, policy: NonFinitePolicy): Promise<void> {
  if (array.type !== 'f32') return;
  const values = array as DeviceArray<'f32'>;
  const points = values.length;
  if (policy === 'missing') {
    await engine.run((pass) => pass.run(markStrange, { points, values }));
    return;
  }
  const count = await engine.run((pass) => recordValueRanges(pass, [{ values, points }], 1).strangeCount);
  const [[strange = 0]] = (await engine.read(count)) as [ArrayLike<number> & Iterable<number>];
  count.release();
  refuseAny(name, strange, points);
}

function strangeCount(values: Reals): number {
  let count = 0;
  // x - x is 0 for finite x alone; comparing is faster than Number.isFinite.
  for (let point = 0; point < values.length; point++) if ((values[point] as number) - (values[point] as number) !== 0) count++;
  return count;
}

function refuseAny(name: string, strange: number, count: number): void {
  if (strange === 0) return;
  throw new DteError('limit.range', `output '${name}' has ${strange} of ${count} values that are not finite`, {
    hint: "check the inputs and their units, or accept it by nonFinite 'missing' or 'allow'",
  });
}
