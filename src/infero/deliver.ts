import { DteError } from '../base/index.js';
import { DeviceArray } from '../compute/index.js';
import type { SessionTensor } from './backend.js';
import type { CheckedOutput, GivenTensor } from './check.js';
import { isPlain } from './feed.js';
import { isReordered, reorderOnDevice, reorderOnHost } from './reorder.js';
import type { Running } from './run-session.js';
import { assign, shapeText } from './tensor-types.js';
import type { HostValues, Place, Tensor, TensorInfo, TensorLayout } from './types.js';

/** The memory of an output, where the session can write to it by itself. */
export function directMemory({ engine, session }: Running, { info, given }: CheckedOutput): SessionTensor | undefined {
  if (given === undefined || isReordered(given.layout, given.shape)) return undefined;
  const { values, shape } = given;
  const isDirect =
    values instanceof DeviceArray
      ? session.place === 'device' && engine.shared !== undefined
      : session.place === 'host' && isPlain(info.type, values);
  return isDirect ? { values, shape } : undefined;
}

interface Wanted {
  readonly place: Place;
  readonly layout: TensorLayout;
}

/** A result of the session where, and as, it is wanted: in the memory that was given for it, else in new memory. */
export async function deliver(run: Running, { info, given }: CheckedOutput, result: SessionTensor, wanted: Wanted): Promise<Tensor> {
  const { shape } = result;
  const layout = given?.layout ?? wanted.layout;
  if (given !== undefined && given.values === result.values) return { values: given.values, shape, layout } as Tensor;
  if (given !== undefined && shapeText(given.shape) !== shapeText(shape)) {
    throw new DteError('input.tensor', `output '${info.name}' has the shape ${shapeText(shape)} in this run`, {
      hint: `the memory given for it has ${shapeText(given.shape)}`,
    });
  }
  const toDevice = given === undefined ? wanted.place === 'device' : given.values instanceof DeviceArray;
  const values = toDevice ? await toDeviceMemory(run, info, result, layout, given) : await toHostMemory(run, result, layout, given);
  return { values, shape, layout } as Tensor;
}

async function toHostMemory(
  { engine, meter, made }: Running,
  { values, shape }: SessionTensor,
  layout: TensorLayout,
  given: GivenTensor | undefined,
): Promise<HostValues> {
  const target = given?.values as HostValues | undefined;
  let plain = values as HostValues;
  if (values instanceof DeviceArray) {
    let ordered = values;
    if (isReordered(layout, shape)) {
      ordered = await meter.time('outputReorderMs', () => reorderOnDevice(engine, values as DeviceArray<'f32'>, shape, layout));
      made.add(ordered);
    }
    plain = (await meter.time('downloadMs', () => engine.read(ordered)))[0] as HostValues;
    meter.downloadedBytes += plain.byteLength;
  } else if (isReordered(layout, shape)) {
    return meter.time('outputReorderMs', () => reorderOnHost(plain, shape, layout, target));
  }
  if (target === undefined) return plain;
  await meter.time('downloadMs', () => assign(target, plain));
  return target;
}

async function toDeviceMemory(
  { engine, meter, made }: Running,
  { type }: TensorInfo,
  { values, shape }: SessionTensor,
  layout: TensorLayout,
  given: GivenTensor | undefined,
): Promise<DeviceArray> {
  const target = given?.values as DeviceArray<'f32'> | undefined;
  if (values instanceof DeviceArray) {
    if (!isReordered(layout, shape)) return values;
    const ordered = await meter.time('outputReorderMs', () => reorderOnDevice(engine, values as DeviceArray<'f32'>, shape, layout, target));
    if (target === undefined) made.add(ordered);
    return ordered;
  }
  const plain = values;
  meter.downloadedBytes += plain.byteLength;
  const array = target ?? engine.allocate(type as 'f32', plain.length);
  if (target === undefined) made.add(array);
  const onHost = engine.hostMemory(array);
  if (onHost === undefined) {
    const ordered = isReordered(layout, shape) ? await meter.time('outputReorderMs', () => reorderOnHost(plain, shape, layout)) : plain;
    await meter.time('downloadMs', () => engine.run((pass) => pass.copy(pass.upload(array.type, ordered as Float32Array), array, 0)));
  } else if (isReordered(layout, shape)) {
    await meter.time('outputReorderMs', () => reorderOnHost(plain, shape, layout, onHost));
  } else {
    await meter.time('downloadMs', () => assign(onHost, plain));
  }
  return array;
}
