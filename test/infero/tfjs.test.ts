// Models of TensorFlow.js on the engine's own device, and SavedModels by an optional package that is not installed here.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type ErrorCode, isDteError } from '../../src/base/index.js';
import { DeviceArray, type Engine } from '../../src/compute/index.js';
import { inferenceEngines, openModel, type TensorArgument } from '../../src/infero/index.js';
import { tfjsNodeGpu } from '../../src/infero/tfjs-node-gpu/backend.js';
import type { NodeTensor, TfjsNode } from '../../src/infero/tfjs-node-gpu/library.js';
import { cpuEngine, gpuEngine } from '../support/engines.js';
import { crossingsOf } from './crossings.js';

const found = await gpuEngine();
const skip = typeof found === 'string' ? found : false;
const engine = found as Engine;
const onHost = await cpuEngine({ threads: 1 });
const folder = mkdtempSync(join(tmpdir(), 'dte-tfjs-'));
t.teardown(async () => {
  rmSync(folder, { recursive: true });
  await onHost.close();
  if (skip === false) await engine.close();
});

async function rejectsWith(test: Test, code: ErrorCode, work: () => Promise<unknown>, text: RegExp): Promise<void> {
  const error = await work().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  test.ok(isDteError(error, code), `${code} for ${String(error)}`);
  test.match(String(error), text);
}

const floats = { dtype: { type: 'DT_FLOAT' } };
const dims = (...extents: readonly number[]) => ({ dim: extents.map((size) => ({ size: String(size) })) });
const placeholder = (name: string, ...extents: readonly number[]) => ({
  name,
  op: 'Placeholder',
  attr: { ...floats, shape: { shape: dims(...extents) } },
});

/** y = max(x * scale + x, 0) over rows of 3, and the whole numbers of x. */
const graph = {
  format: 'graph-model',
  generatedBy: 'test',
  modelTopology: {
    node: [
      placeholder('x', -1, 3),
      { name: 'scale', op: 'Const', attr: { ...floats, value: { tensor: { dtype: 'DT_FLOAT', tensorShape: dims(3) } } } },
      { name: 'scaled', op: 'Mul', input: ['x', 'scale'], attr: { T: { type: 'DT_FLOAT' } } },
      { name: 'sum', op: 'AddV2', input: ['scaled', 'x'], attr: { T: { type: 'DT_FLOAT' } } },
      { name: 'y', op: 'Relu', input: ['sum'], attr: { T: { type: 'DT_FLOAT' } } },
      { name: 'whole', op: 'Cast', input: ['x'], attr: { SrcT: { type: 'DT_FLOAT' }, DstT: { type: 'DT_INT32' } } },
    ],
    versions: { producer: 1 },
  },
  signature: {
    inputs: { x: { name: 'x:0', dtype: 'DT_FLOAT', tensorShape: dims(-1, 3) } },
    outputs: {
      y: { name: 'y:0', dtype: 'DT_FLOAT', tensorShape: dims(-1, 3) },
      whole: { name: 'whole:0', dtype: 'DT_INT32', tensorShape: dims(-1, 3) },
    },
  },
  weightsManifest: [{ paths: ['weights.bin'], weights: [{ name: 'scale', shape: [3], dtype: 'float32' }] }],
};
const path = join(folder, 'model.json');
writeFileSync(path, JSON.stringify(graph));
writeFileSync(join(folder, 'weights.bin'), new Uint8Array(Float32Array.of(1, -3, 0.5).buffer));

const x = Float32Array.of(1, 2, 3, -4, -5, -6.5);
const y = [2, 0, 4.5, 0, 10, 0];
const tensor = (values: TensorArgument['values'], shape: readonly number[] = [2, 3]): TensorArgument => ({ values, shape });

t.test('a graph model computes on the device, without a way through the host', { skip }, async (test) => {
  const model = await openModel(engine, { path }, { nonFinite: 'allow' });
  test.same(model.engine, { name: 'tfjs', reason: 'a model of TensorFlow.js' });
  test.same(model.inputs, [{ name: 'x', type: 'f32', shape: [null, 3], symbols: [null, null] }]);
  const given = await engine.upload('f32', x);
  const memory = engine.allocate('f32', 6);
  let whole: DeviceArray | undefined;
  const run = async (): Promise<void> => {
    const results = await model.infer({ x: tensor(given) }, { outputs: { y: tensor(memory) } });
    test.equal(results['y']?.values, memory, 'the array that was given');
    whole?.release();
    whole = results['whole']?.values as DeviceArray;
  };
  // The first run uploads the weights.
  await run();
  const crossed = await crossingsOf(run);
  test.same({ ...crossed, uniformBytes: 0 }, { maps: 0, mappedBuffers: 0, uniformBytes: 0, dataBytes: 0 });
  test.ok(crossed.uniformBytes <= 1024, `${crossed.uniformBytes} octets of parameters`);
  const [values, wholes] = await engine.read(memory, whole as DeviceArray);
  test.same([...values], y);
  test.same([...(wholes as Int32Array)], [1, 2, 3, -4, -5, -6]);
  for (const array of [given, memory, whole as DeviceArray]) array.release();
  await model.close();
  test.equal(engine.memory.inUseBytes, 0, 'nothing is left');
});

t.test('two models run at once, and beside the library on its own', { skip }, async (test) => {
  const models = await Promise.all([openModel(engine, { path }), openModel(engine, { path })]);
  const runs = models.flatMap((model) => [1, 2, 3].map(() => model.infer({ x: tensor(x) }, { place: 'host', only: ['y'] })));
  for (const results of await Promise.all(runs)) test.same([...(results['y']?.values ?? [])], y);
  await Promise.all(models.map((model) => model.close()));
});

t.test('memory of another shape than the result is refused', { skip }, async (test) => {
  const model = await openModel(engine, { path });
  const memory = engine.allocate('f32', 9);
  const unfit = model.infer({ x: tensor(x) }, { outputs: { y: tensor(memory, [3, 3]) }, only: ['y'] });
  await rejectsWith(test, 'input.tensor', () => unfit, /output 'y' .*\(2, 3\).*\(3, 3\)/);
  memory.release();
  await model.close();
});

t.test('what is no graph model is refused', { skip }, async (test) => {
  const refuses = (code: ErrorCode, content: unknown, text: RegExp): Promise<void> => {
    const bytes = new TextEncoder().encode(typeof content === 'string' ? content : JSON.stringify(content));
    return rejectsWith(test, code, () => openModel(engine, { bytes }, { engine: 'tfjs' }), text);
  };
  await refuses('data.model', 'no JSON', /not a model of TensorFlow.js: .*model.json/);
  await refuses('data.model', {}, /no modelTopology/);
  await refuses('data.model', graph, /weights lie in 'weights.bin'.*by its path/);
  await refuses('unsupported.engine', { format: 'layers-model', modelTopology: {} }, /layers model.*tensorflowjs_converter/);
  const { inputs } = graph.signature;
  const strange = {
    ...graph,
    modelTopology: { ...graph.modelTopology, node: [placeholder('x', -1, 3), { name: 'y', op: 'NoSuchOperator', input: ['x'] }] },
    signature: { inputs, outputs: { y: graph.signature.outputs.y } },
    weightsManifest: [],
  };
  const model = await openModel(engine, { bytes: new TextEncoder().encode(JSON.stringify(strange)) }, { engine: 'tfjs' });
  await rejectsWith(test, 'data.model', () => model.infer({ x: tensor(x) }), /cannot run the model .*NoSuchOperator.*ONNX/);
  await model.close();
  const closed = model.infer({ x: tensor(x) });
  await rejectsWith(test, 'input.state', () => closed, /closed/);
  await rejectsWith(test, 'input.config', () => openModel(engine, { path }, { modelConfig: { device: '0' } }), /no key 'device'/);
});

t.test('without a device TensorFlow.js is refused', async (test) => {
  await rejectsWith(test, 'absent.device', () => openModel(onHost, { path }), /'tfjs' computes on a device.*convert/);
});

t.test('the package for SavedModels is named when it is not there', async (test) => {
  const refusal = /tfjs-node-gpu cannot be loaded.*npm install @tensorflow\/tfjs-node-gpu .*or convert the model to ONNX/;
  await rejectsWith(test, 'absent.module', () => openModel(onHost, { path: folder }), refusal);
});

/** What the package would do with a SavedModel of y = 2 x; it keeps count of its tensors. */
function fakeLibrary(live: Set<NodeTensor>): TfjsNode {
  const make = (values: ArrayLike<number>, shape: readonly number[], dtype: string): NodeTensor => {
    const made: NodeTensor = { shape, dtype, data: async () => values, dispose: () => void live.delete(made) };
    live.add(made);
    return made;
  };
  const info = (name: string) => ({ name, dtype: 'float32', shape: [{ array: [-1] }, { array: [3] }] });
  return {
    tensor: (values, shape, dtype) => make(values as Float32Array, shape, dtype),
    node: {
      getMetaGraphsFromSavedModel: async (given) => {
        if (given !== folder) throw new Error('There is no saved_model.pb file');
        const serving = { inputs: { x: info('serving_default_x:0') }, outputs: { y: info('StatefulPartitionedCall:0') } };
        return [{ tags: ['serve'], signatureDefs: { __saved_model_init_op: { inputs: {}, outputs: {} }, serving_default: serving } }];
      },
      loadSavedModel: async () => ({
        predict: ({ x: given }) => {
          const input = given as NodeTensor;
          if (input.shape[0] === 0) throw new Error('empty');
          return {
            y: make(
              x.map((value) => 2 * value),
              input.shape,
              'float32',
            ),
          };
        },
        dispose: () => {},
      }),
    },
  };
}

t.test('a SavedModel is run by the names of its signature, in memory of the library', async (test) => {
  const load = inferenceEngines.get('tfjs-node-gpu') as NonNullable<ReturnType<typeof inferenceEngines.get>>;
  const live = new Set<NodeTensor>();
  inferenceEngines.set('tfjs-node-gpu', async () => tfjsNodeGpu(async () => fakeLibrary(live)));
  test.teardown(() => inferenceEngines.set('tfjs-node-gpu', load));
  const model = await openModel(onHost, { path: folder });
  test.same(model.engine, { name: 'tfjs-node-gpu', reason: 'a folder is a SavedModel of TensorFlow' });
  test.same(model.inputs, [{ name: 'x', type: 'f32', shape: [null, 3], symbols: [null, null] }]);
  const given = await onHost.upload('f32', x);
  const results = await model.infer({ x: tensor(given) });
  const values = results['y']?.values as DeviceArray;
  test.ok(values instanceof DeviceArray, 'the result lies where the input lay');
  test.same([...(await onHost.read(values))[0]], [2, 4, 6, -8, -10, -13]);
  test.equal(live.size, 0, "the library's tensors are given back");
  values.release();
  given.release();
  await model.close();
  const other = { path: join(folder, 'model.json') };
  await rejectsWith(test, 'data.model', () => openModel(onHost, other, { engine: 'tfjs-node-gpu' }), /no saved_model.pb/);
});
