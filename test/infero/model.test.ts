// The life of a model: choice of the engine, order of runs, statistics, batches, closing, weights beside the model.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { DteError, isDteError } from '../../src/base/index.js';
import { nodeContext } from '../../src/base/node.js';
import { type Engine, openEngine } from '../../src/compute/index.js';
import { automaticEngines } from '../../src/infero/engines.js';
import { type HostTensor, inferenceEngines, openModel } from '../../src/infero/index.js';
import { cpuEngine } from '../support/engines.js';
import { present } from '../support/present.js';
import { tinyOnnx, tinyPair, tinyTranspose } from '../support/tiny-onnx.js';
import { inputsOf, noUpstreamModels, upstreamModels } from './upstream-models.js';

const bytes = tinyOnnx(tinyPair);
const shape = [2, 3];
const one = (value: number): HostTensor => ({ values: new Float32Array(6).fill(value), shape, layout: 'row-major' });

const openEngines: Engine[] = [];
t.teardown(() => Promise.all(openEngines.map((engine) => engine.close())));
function kept(engine: Engine): Engine {
  openEngines.push(engine);
  return engine;
}
const engine = kept(await cpuEngine({ threads: 1 }));

const infoOf = (executor: 'gpu' | 'cpu', software: boolean): Engine =>
  ({ info: { ...engine.info, executor, software, name: 'X' } }) as Engine;

t.test('the engine follows from where fields lie and from the form of the model', async (test) => {
  const had = inferenceEngines.get('onnx');
  inferenceEngines.set('onnx', async () => Promise.reject(new Error('not loaded')));
  const names = (of: Engine, path?: string, isFolder = false): string[] => automaticEngines(of, path, isFolder).map(({ name }) => name);
  test.same(names(infoOf('cpu', false)), ['onnx-cpu']);
  test.same(names(infoOf('gpu', true), 'm.onnx'), ['onnx-cpu']);
  test.match(automaticEngines(infoOf('gpu', true), undefined, false)[0]?.reason, /the adapter is software/);
  test.same(names(infoOf('gpu', false), 'm.onnx'), ['onnx', 'onnx-cpu']);
  test.same(names(infoOf('gpu', false), 'model.json'), ['tfjs']);
  test.same(names(infoOf('cpu', false), 'm.tflite'), ['tflite']);
  test.same(names(infoOf('cpu', false), 'saved', true), ['tfjs-node-gpu']);
  if (had === undefined) inferenceEngines.delete('onnx');
  else inferenceEngines.set('onnx', had);
});

t.test('an engine that refuses a model leaves it to the next, and is named in the reason', async (test) => {
  const warnings: string[] = [];
  const base = nodeContext();
  const log = { ...base.log, warn: (event: string) => void warnings.push(event) };
  const onCpu = kept(await openEngine({ ...base, log }, { device: 'cpu', threads: 1 }));
  // An engine on the processor that says it is on a device.
  const pretended = Object.defineProperty(onCpu, 'info', { value: { ...onCpu.info, executor: 'gpu' } });
  const had = inferenceEngines.get('onnx');
  const refuse = async (): Promise<never> => {
    throw new DteError('fault.device', 'it computes wrongly');
  };
  inferenceEngines.set('onnx', async () => ({ create: refuse }));
  const model = await openModel(pretended, { bytes });
  test.same(model.engine, { name: 'onnx-cpu', reason: 'the engine on the device refused the model: it computes wrongly' });
  test.same(warnings, ['infero.refused']);
  await model.infer({ a: one(1), b: one(1) });
  test.same(warnings, ['infero.refused'], 'nothing was copied');
  for (let run = 0; run < 2; run++) {
    const results = await model.infer({ a: one(1), b: one(1) }, { place: 'device' });
    for (const { values } of Object.values(results)) values.release();
  }
  test.same(warnings, ['infero.refused', 'infero.copies'], 'told once');
  await model.close();
  const error = await openModel(pretended, { bytes }, { engine: 'onnx' }).catch((thrown: unknown) => thrown);
  test.ok(isDteError(error, 'fault.device'), 'an engine that was asked for is the only one');
  if (had === undefined) inferenceEngines.delete('onnx');
  else inferenceEngines.set('onnx', had);
});

t.test('runs go one after the other, in order, and closing waits for them', async (test) => {
  const model = await openModel(engine, { bytes });
  const ended: number[] = [];
  const runs = [3, 1, 2].map(async (value) => {
    const results = await model.infer({ a: one(value), b: one(1) }, { place: 'host' });
    ended.push(results['difference']?.values[0] as number);
  });
  const closed = model.close().then(() => ended.push(-1));
  const late = model.infer({ a: one(1), b: one(1) }).catch((thrown: unknown) => thrown);
  await Promise.all([...runs, closed]);
  test.same(ended, [2, 0, 1, -1]);
  test.ok(isDteError(await late, 'input.state'));
});

t.test('a run that fails leaves the model as it was', async (test) => {
  const model = await openModel(engine, { bytes });
  const error = await model.infer({ a: one(1), b: one(0) }).catch((thrown: unknown) => thrown);
  test.ok(isDteError(error, 'limit.range'));
  const results = await model.infer({ a: one(3), b: one(2) }, { place: 'host' });
  test.equal(results['ratio']?.values[0], 1.5);
  test.equal(model.statistics().runs, 1, 'only what was computed is counted');
  await model.close();
});

t.test('a run does not begin after the signal was given', async (test) => {
  const controller = new AbortController();
  const cancelled = kept(await openEngine({ ...nodeContext(), signal: controller.signal }, { device: 'cpu', threads: 1 }));
  const model = await openModel(cancelled, { bytes });
  const run = (): Promise<unknown> => model.infer({ a: one(3), b: one(2) }).catch((thrown: unknown) => thrown);
  const [first, second, third] = [run(), run(), run()];
  void first.then(() => controller.abort(new Error('enough')));
  test.notOk(isDteError(await first));
  test.notOk(isDteError(await second), 'it had begun');
  const error = await third;
  test.ok(isDteError(error, 'fault.cancelled'), String(error));
  test.match((error as Error).cause, /enough/);
  await model.close();
});

t.test('statistics count every stage once, the first run by itself', async (test) => {
  // A clock that goes on by one at each look: a stage that was measured once takes 1.
  let now = 0;
  const clock = { now: () => 0, elapsedMs: () => now++ };
  const timed = kept(await openEngine({ ...nodeContext(), clock }, { device: 'cpu', threads: 1 }));
  const model = await openModel(timed, { bytes: tinyOnnx(tinyTranspose) });
  const nothing = { inputReorderMs: 0, uploadMs: 0, executeMs: 0, checkMs: 0, downloadMs: 0, outputReorderMs: 0 };
  test.same(model.statistics(), {
    engine: { name: 'onnx-cpu', reason: 'fields lie in host memory' },
    runs: 0,
    first: undefined,
    later: nothing,
    gpuMs: undefined,
    uploadedBytes: 0,
    downloadedBytes: 0,
  });
  const values = new Float32Array(24);
  const first = await model.infer({ x: { values, shape: [2, 3, 4] } }, { place: 'host' });
  test.same(model.statistics().first, { ...nothing, executeMs: 1, checkMs: 1 }, 'a typed array is used as it is');
  test.same(model.statistics().later, nothing);
  test.equal(first['y']?.shape.length, 3);
  const onDevice = await timed.upload('f32', values);
  const onDeviceToo = await model.infer({ x: { values: onDevice, shape: [2, 3, 4] } }, { place: 'device' });
  test.same(model.statistics().later, { ...nothing, uploadMs: 1, executeMs: 1, downloadMs: 1, checkMs: 1 });
  test.equal(model.statistics().uploadedBytes, 96, 'shared memory is copied for the engine');
  test.equal(model.statistics().downloadedBytes, 96);
  onDeviceToo['y']?.values.release();
  onDevice.release();
  await model.infer({ x: { values, shape: [2, 3, 4], layout: 'column-major' } }, { place: 'host', layout: 'column-major' });
  const { later, runs } = model.statistics();
  test.same(later, { inputReorderMs: 1, uploadMs: 1, executeMs: 2, checkMs: 2, downloadMs: 1, outputReorderMs: 1 });
  test.equal(runs, 3);
  await model.close();
});

t.test('samples of a batch do not depend on the batch', { skip: noUpstreamModels }, async (test) => {
  const drag = upstreamModels.find(({ name }) => name === 'orographic drag')!;
  const model = await openModel(engine, { path: drag.path });
  const input = inputsOf(drag)['dense_21_input']!;
  const sample = (from: number, count: number): Float32Array =>
    Float32Array.from({ length: 191 * count }, (_, index) => input.values[(191 * from + index) % input.values.length] as number);
  const infer = async (from: number, count: number): Promise<Float32Array> => {
    const results = await model.infer({ dense_21_input: { values: sample(from, count), shape: [count, 191] } }, { place: 'host' });
    return results['activation_26']?.values as Float32Array;
  };
  const whole = await infer(0, 32);
  for (const [from, count] of [
    [5, 1],
    [2, 3],
    [0, 32],
  ] as const) {
    const part = await infer(from, count);
    const expected = whole.subarray(126 * from, 126 * (from + count));
    const off = part.reduce((most, value, index) => Math.max(most, Math.abs(value - (expected[index] as number))), 0);
    // Sums of at most 512 products of order 1 may be taken in another order for another batch.
    test.ok(off < 1e-5, `${count} from ${from}: off by ${off}`);
  }
  await model.close();
});

t.test('weights in a file of their own are found beside the model, and missed when absent', async (test) => {
  const folder = mkdtempSync(join(tmpdir(), 'dte-weights-'));
  test.teardown(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'scaled.onnx');
  const model = tinyOnnx({
    inputs: [{ name: 'x', shape: [3] }],
    outputs: [{ name: 'y', shape: [3] }],
    weights: [{ name: 'w', shape: [3], file: 'scaled.bin' }],
    nodes: [{ op: 'Mul', inputs: ['x', 'w'], outputs: ['y'] }],
  });
  writeFileSync(path, model);
  const error = await openModel(engine, { path }).catch((thrown: unknown) => thrown);
  test.ok(isDteError(error, 'data.model'), String(error));
  writeFileSync(join(folder, 'scaled.bin'), new Uint8Array(Float32Array.of(2, 3, 4).buffer));
  const opened = await openModel(engine, { path });
  const results = await opened.infer({ x: { values: Float32Array.of(1, 1, 1), shape: [3] } }, { place: 'host' });
  test.same([...present(results['y']).values], [2, 3, 4]);
  await opened.close();
});
