// Inference on the processor: upstream's regression models against their references, and what every tensor may look like.
import t from 'tap';
import { DeviceArray } from '../../src/compute/index.js';
import { openModel, type TensorArgument } from '../../src/infero/index.js';
import { cpuEngine } from '../support/engines.js';
import { present } from '../support/present.js';
import { tinyOnnx, tinyPair } from '../support/tiny-onnx.js';
import { inputsOf, largestDifference, noUpstreamModels, tensorOf, upstreamModels } from './upstream-models.js';

const engine = await cpuEngine({ threads: 2 });
t.teardown(() => engine.close());

const a = Float32Array.of(1, 2, 3, 4, 5, 6);
const b = Float32Array.of(2, 4, 8, 16, 32, 64);
const difference = [-1, -2, -5, -12, -27, -58];
const ratio = [0.5, 0.5, 0.375, 0.25, 0.15625, 0.09375];
const tensor = (values: TensorArgument['values'], shape: readonly number[] = [2, 3]): TensorArgument => ({ values, shape });
const pair = { bytes: tinyOnnx(tinyPair) };

t.test('the engine is chosen by where fields lie, and says so', async (test) => {
  const model = await openModel(engine, pair);
  test.same(model.engine, { name: 'onnx-cpu', reason: 'fields lie in host memory' });
  test.same(model.inputs, [
    { name: 'b', type: 'f32', shape: [null, 3], symbols: ['N', null] },
    { name: 'a', type: 'f32', shape: [null, 3], symbols: ['N', null] },
  ]);
  test.same(
    model.outputs.map(({ name }) => name),
    ['ratio', 'difference'],
  );
  await model.close();
});

t.test('inputs and outputs meet by name, not by position', async (test) => {
  const model = await openModel(engine, pair);
  const results = await model.infer({ a: tensor(a), b: tensor(b) }, { place: 'host' });
  test.same([...present(results['difference']).values], difference);
  test.same([...present(results['ratio']).values], ratio);
  test.same(results['ratio']?.shape, [2, 3]);
  const swapped = await model.infer({ b: tensor(b), a: tensor(a) }, { only: ['difference'] });
  test.same(Object.keys(swapped), ['difference'], 'only what was asked for');
  await model.close();
});

for (const upstream of upstreamModels) {
  t.test(`${upstream.name} of upstream gives its reference`, { skip: noUpstreamModels }, async (test) => {
    const model = await openModel(engine, { path: upstream.path });
    const results = await model.infer(inputsOf(upstream), { place: 'host' });
    const off = largestDifference(results[upstream.output]?.values as Float32Array, tensorOf(upstream.reference).values);
    test.ok(off <= upstream.tolerance, `off by ${off}, upstream allows ${upstream.tolerance}`);
    await model.close();
  });
}

t.test('figures that upstream states of its models', { skip: noUpstreamModels }, async (test) => {
  const cyclone = await openModel(engine, { path: present(upstreamModels[0]).path });
  const mimo = await openModel(engine, { path: present(upstreamModels[2]).path });
  const image = tensorOf(present(upstreamModels[0]).inputs['input_1'] as string);
  const twice = new Float32Array(2 * image.values.length);
  twice.set(image.values);
  twice.set(image.values, image.values.length);
  const masks = await cyclone.infer({ input_1: tensor(twice, [2, 200, 200, 17]) }, { place: 'host' });
  const mask = present(masks['conv2d_17']).values as Float32Array;
  // Stated in infero's Python test, within 1e-5.
  const half = mask.subarray(0, mask.length / 2);
  test.ok(Math.abs(Math.min(...half) - 0.000507) < 1e-5);
  test.ok(Math.abs(Math.max(...half) - 0.967444) < 1e-5);
  test.ok(Math.abs(half.reduce((sum, value) => sum + value, 0) / half.length - 0.0180078) < 1e-5);
  test.ok(largestDifference(mask.subarray(mask.length / 2), half) < 1e-6, 'a sample in a batch is as by itself');
  const ones = { input_1: tensor(new Float32Array(32).fill(1), [1, 32]), input_2: tensor(new Float32Array(128).fill(1), [1, 128]) };
  const sum = present((await mimo.infer(ones, { place: 'host' }))['dense_6']).values[0] as number;
  // Upstream's figure is another engine's; sums of some hundred products in another order differ by a few rounding errors.
  test.ok(Math.abs(sum / 5112.6704 - 1) < 1e-5, String(sum));
  await Promise.all([cyclone.close(), mimo.close()]);
});

t.test('arrays of the engine go in and come out', async (test) => {
  const model = await openModel(engine, pair);
  const onDevice = await engine.upload('f32', a);
  const results = await model.infer({ a: tensor(onDevice), b: tensor(b) });
  const values = results['difference']?.values;
  test.ok(values instanceof DeviceArray, 'one input on the device asks for results there');
  const [read] = await engine.read(values as DeviceArray<'f32'>);
  test.same([...read], difference);
  for (const result of Object.values(results)) (result.values as DeviceArray).release();
  onDevice.release();
  await model.close();
});
