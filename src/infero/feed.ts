import { DeviceArray } from '../compute/index.js';
import type { SessionTensor } from './backend.js';
import type { CheckedTensor } from './check.js';
import { isReordered, reorderOnDevice, reorderOnHost } from './reorder.js';
import type { Running } from './run-session.js';
import { assign, hostTypes, isDeviceType, newHostValues } from './tensor-types.js';
import type { HostValues, TensorType } from './types.js';

/** An input in the memory and layout of the session. What already lies right is handed on as it is. */
export async function feed(run: Running, { info, given }: CheckedTensor): Promise<SessionTensor> {
  const { values, shape } = given;
  const reorders = isReordered(given.layout, shape);
  const onHost = values instanceof DeviceArray ? run.engine.hostMemory(values) : values;
  if (onHost === undefined) return { shape, values: await fromDevice(run, values as DeviceArray, shape, reorders) };
  // Reordering writes to plain memory, so that it is the only copy.
  const ordered = reorders ? await run.meter.time('inputReorderMs', () => reorderOnHost(onHost, shape, 'row-major')) : onHost;
  return { shape, values: await fromHost(run, info.type, ordered) };
}

async function fromDevice(
  { engine, session, meter, made }: Running,
  values: DeviceArray,
  shape: readonly number[],
  reorders: boolean,
): Promise<DeviceArray | HostValues> {
  let ordered = values;
  if (reorders) {
    ordered = await meter.time('inputReorderMs', () => reorderOnDevice(engine, values as DeviceArray<'f32'>, shape, 'row-major'));
    made.add(ordered);
  }
  if (session.place === 'device') return ordered;
  meter.uploadedBytes += 4 * values.length;
  return (await meter.time('uploadMs', () => engine.read(ordered)))[0] as HostValues;
}

async function fromHost(
  { engine, session, meter, made }: Running,
  type: TensorType,
  values: HostValues,
): Promise<DeviceArray | HostValues> {
  const isOnHost = session.place === 'host' || !isDeviceType(type);
  if (isOnHost && isPlain(type, values)) return values;
  meter.uploadedBytes += values.byteLength;
  return meter.time('uploadMs', async () => {
    if (isOnHost) {
      const copied = newHostValues(type, values.length);
      assign(copied, values);
      return copied;
    }
    const array = await engine.upload(type, values as Float32Array);
    made.add(array);
    return array;
  });
}

/** Whether an engine can use the values as they are: shared memory is refused, and arrays of an exact executor are f64. */
export function isPlain(type: TensorType, values: HostValues): boolean {
  return values.buffer instanceof ArrayBuffer && values instanceof hostTypes[type];
}
