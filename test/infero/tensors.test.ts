// Where tensors may lie and in which layout, on every executor, for sessions of the processor and of the device.
import t, { type Test } from 'tap';
import { type Field, unstructuredGrid } from '../../src/atlas/index.js';
import { DeviceArray, type Engine } from '../../src/compute/index.js';
import {
  type InferOptions,
  type Model,
  openModel,
  type Place,
  type Tensor,
  type TensorArgument,
  type TensorLayout,
} from '../../src/infero/index.js';
import { cpuEngine, gpuEngine } from '../support/engines.js';
import { present } from '../support/present.js';
import { tinyOnnx, tinyTranspose } from '../support/tiny-onnx.js';
import { deviceCalls } from './device-session.js';

const shape = [2, 3, 4];
/** In rows, element [i, j, k] of x is 12 i + 4 j + k. */
const rows = Float32Array.from({ length: 24 }, (_, index) => index);
/** The same in columns: i runs fastest. */
const columns = Float32Array.from({ length: 24 }, (_, at) => 12 * (at % 2) + 4 * (Math.floor(at / 2) % 3) + Math.floor(at / 6));
const bytes = tinyOnnx(tinyTranspose);

const layouts: readonly TensorLayout[] = ['row-major', 'column-major'];
const places: readonly Place[] = ['host', 'device'];

const shared = (values: Float32Array): Float32Array => {
  const view = new Float32Array(new SharedArrayBuffer(values.byteLength));
  view.set(values);
  return view;
};

async function valuesOf(engine: Engine, { values }: Tensor): Promise<number[]> {
  if (!(values instanceof DeviceArray)) return [...values].map(Number);
  const [read] = await engine.read(values);
  return [...read];
}

const release = (tensors: Readonly<Record<string, Tensor>>): void => {
  for (const { values } of Object.values(tensors)) if (values instanceof DeviceArray) values.release();
};

/** y in rows has the elements of x in columns, and the other way round. */
const expectedOf = (layout: TensorLayout): number[] => [...(layout === 'row-major' ? columns : rows)];

async function everyWay(test: Test, engine: Engine, name: string): Promise<void> {
  const model = await openModel(engine, { bytes }, { engine: name });
  const { inUseBytes } = engine.memory;
  for (const layout of layouts) {
    const values = layout === 'row-major' ? rows : columns;
    const onDevice = await engine.upload('f32', values);
    const sources = { array: values, 'shared array': shared(values), 'device array': onDevice } as const;
    for (const [kind, source] of Object.entries(sources)) {
      for (const place of places) {
        for (const wanted of layouts) {
          const x: TensorArgument = { values: source, shape, layout };
          const results = await model.infer({ x }, { only: ['y'], place, layout: wanted });
          const y = results['y'] as Tensor;
          test.same([y.values instanceof DeviceArray, y.layout, y.shape], [place === 'device', wanted, [4, 3, 2]]);
          test.same(await valuesOf(engine, y), expectedOf(wanted), `${kind} in ${layout} -> ${place} in ${wanted}`);
          release(results);
          await givenMemory(test, model, engine, x, place, wanted);
        }
      }
    }
    test.same([...((await engine.read(onDevice))[0] as Float32Array)], [...values], 'inputs stay as they are');
    onDevice.release();
  }
  test.equal(engine.memory.inUseBytes, inUseBytes, 'what runs made is given back');
  await model.close();
}

async function givenMemory(test: Test, model: Model, engine: Engine, x: TensorArgument, place: Place, layout: TensorLayout): Promise<void> {
  const memories = place === 'host' ? [new Float32Array(24), shared(new Float32Array(24))] : [engine.allocate('f32', 24)];
  for (const values of memories) {
    const options: InferOptions = { only: ['y'], outputs: { y: { values, shape: [4, 3, 2], layout } } };
    const { y } = await model.infer({ x }, options);
    test.equal(y?.values, values, 'the memory that was given is the result');
    test.same(await valuesOf(engine, y as Tensor), expectedOf(layout));
    if (values instanceof DeviceArray) {
      test.notOk(values.released);
      values.release();
    }
  }
}

for (const [name, engineOptions] of [
  ['f32', {}],
  ['f64', { precision: 'f64' }],
] as const) {
  t.test(`CPU executor, ${name}, with the engine on the processor`, async (test) => {
    const engine = await cpuEngine({ threads: 2, ...engineOptions });
    await everyWay(test, engine, 'onnx-cpu');
    await engine.close();
  });
}

t.test('a field of one tile is a tensor of points and layers', async (test) => {
  const engine = await cpuEngine({ threads: 1 });
  const grid = unstructuredGrid({ points: 6 });
  const tile = { values: await engine.upload('f32', rows), firstLayer: 0, lanes: 4 };
  const field: Field<number> = { grid, layers: [1, 2, 3, 4], tiles: [tile], mayBeMissing: false };
  const model = await openModel(engine, { bytes });
  const { y } = await model.infer({ x: { values: field, shape } });
  test.same(await valuesOf(engine, y as Tensor), [...columns]);
  test.ok(y?.values instanceof DeviceArray, 'a field lies on the device');
  await engine.close();
});

t.test('an adapter, with the engine on the processor and with one on the device', async (test) => {
  const engine = await gpuEngine();
  if (typeof engine === 'string') {
    test.pass(engine, { skip: engine });
    return;
  }
  await everyWay(test, engine, 'onnx-cpu');
  await everyWay(test, engine, 'test-device');
  await throughUntouched(test, engine);
  await wholeNumbers(test, engine);
  await engine.close();
});

/** The same arrays reach the session, and nothing crosses to the host. */
async function throughUntouched(test: Test, engine: Engine): Promise<void> {
  const model = await openModel(engine, { bytes }, { engine: 'test-device' });
  const { device } = engine.shared as NonNullable<Engine['shared']>;
  const usage = 0x4 | 0x8 | 0x80;
  const buffer = device.createBuffer({ size: 256, usage });
  device.queue.writeBuffer(buffer, 0, rows);
  const x = await engine.upload('f32', rows);
  const y = engine.allocate('f32', 24);
  const before = engine.traffic;
  deviceCalls.length = 0;
  const results = await model.infer({ x: { values: x, shape } }, { outputs: { y: { values: y, shape: [4, 3, 2] } }, place: 'device' });
  test.equal(deviceCalls[0]?.feeds.get('x')?.values, x);
  test.equal(deviceCalls[0]?.fetches.get('y')?.values, y);
  test.equal(results['y']?.values, y);
  test.same(engine.traffic, before, 'no upload, no read');
  const statistics = model.statistics();
  test.same([statistics.uploadedBytes, statistics.downloadedBytes], [0, 0]);
  const fromBuffer = await model.infer({ x: { values: buffer, shape } });
  test.equal(deviceCalls[1] === undefined, false);
  test.same(await valuesOf(engine, fromBuffer['y'] as Tensor), [...columns], 'a buffer of the device, longer than needed');
  test.equal(model.statistics().gpuMs, 2, 'the first run is not counted');
  release(results);
  release(fromBuffer);
  x.release();
  buffer.destroy();
  await model.close();
}

async function wholeNumbers(test: Test, engine: Engine): Promise<void> {
  const model = await openModel(engine, { bytes }, { engine: 'test-count' });
  const inShared = new BigInt64Array(new SharedArrayBuffer(16));
  inShared.set([2n ** 40n, -1n]);
  for (const values of [BigInt64Array.of(2n ** 40n, -1n), inShared]) {
    deviceCalls.length = 0;
    const { n } = await model.infer({ n: { values, shape: [2] } });
    test.same([...(present(n).values as BigInt64Array)], [2n ** 40n, -1n]);
    const fed = present(deviceCalls[0]?.feeds.get('n')).values as BigInt64Array;
    test.ok(fed.buffer instanceof ArrayBuffer, 'plain memory');
  }
  await model.close();
}
