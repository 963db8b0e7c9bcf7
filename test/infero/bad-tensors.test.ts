// What a model refuses, each with what was met and what is accepted, before anything runs.
import t from 'tap';
import { type Field, unstructuredGrid } from '../../src/atlas/index.js';
import { type ErrorCode, isDteError } from '../../src/base/index.js';
import { type InferOptions, openModel, type TensorArgument } from '../../src/infero/index.js';
import { cpuEngine } from '../support/engines.js';
import { present } from '../support/present.js';
import { tinyOnnx, tinyPair } from '../support/tiny-onnx.js';

const engine = await cpuEngine({ threads: 1 });
t.teardown(() => engine.close());

const six = (): Float32Array => new Float32Array(6);
const good = (): TensorArgument => ({ values: six(), shape: [2, 3] });

type Inputs = Readonly<Record<string, TensorArgument>>;

const device = await engine.upload('f32', new Float32Array(6));
const gone = await engine.upload('f32', new Float32Array(6));
gone.release();
const counts = await engine.upload('u32', new Uint32Array(6));
const same = six();
const half = new Float32Array(9);

const tile = { values: device, firstLayer: 0, lanes: 3 };
const field: Field<number> = { grid: unstructuredGrid({ points: 2 }), layers: [0, 1, 2], tiles: [tile], mayBeMissing: false };

const given = (b: Partial<TensorArgument>): Inputs => ({ a: good(), b: { ...good(), ...b } });
const memory = (difference: Partial<TensorArgument>): InferOptions => ({ outputs: { difference: { ...good(), ...difference } } });

const refusals: readonly (readonly [string, Inputs, InferOptions, ErrorCode, RegExp])[] = [
  ['a name that is not known', { a: good(), bb: good() }, {}, 'input.tensor', /no input 'bb'.*did you mean 'b'\?/],
  ['a name like no other', { a: good(), wind: good() }, {}, 'input.tensor', /no input 'wind'; the model has 'b' f32 \(N, 3\), 'a' f32/],
  ['an input too few', { a: good() }, {}, 'input.tensor', /input 'b' is not given; the model has 'b' f32 \(N, 3\), 'a' f32 \(N, 3\)/],
  ['another rank', given({ shape: [6] }), {}, 'input.tensor', /'b' has rank 1, shape \(6\); the model has \(N, 3\)/],
  ['another fixed extent', given({ shape: [3, 2] }), {}, 'input.tensor', /'b' has the shape \(3, 2\).*\(N, 3\)/],
  [
    'an extent of none',
    given({ shape: [0, 3], values: new Float32Array(0) }),
    {},
    'input.tensor',
    /shape \(0, 3\); extents are whole numbers from 1/,
  ],
  ['half an extent', given({ shape: [1.5, 3] }), {}, 'input.tensor', /shape \(1\.5, 3\); extents are whole numbers/],
  [
    'an open extent that differs',
    { a: good(), b: { values: new Float32Array(9), shape: [3, 3] } },
    {},
    'input.tensor',
    /extent N is 3 in input 'b' and 2 in input 'a'/,
  ],
  ['too few values', given({ values: new Float32Array(5) }), {}, 'input.tensor', /'b' holds 5 values for the shape \(2, 3\); 6 are needed/],
  ['too many values', given({ values: new Float32Array(7) }), {}, 'input.tensor', /'b' holds 7 values/],
  ['another element type', given({ values: new Float64Array(6) }), {}, 'input.tensor', /'b' holds f64 values; the model has f32/],
  ['an array of numbers', given({ values: [1, 2] as never }), {}, 'input.tensor', /'b' has values of no accepted kind; give a typed array/],
  ['a device array of another type', given({ values: counts }), {}, 'input.tensor', /'b' is a device array of u32; the model has f32/],
  ['a device array that was released', given({ values: gone }), {}, 'input.state', /'b' is an array that was released/],
  [
    'a device array of another length',
    given({ values: device, shape: [1, 3] }),
    {},
    'input.tensor',
    /'b' holds 6 values for the shape \(1, 3\)/,
  ],
  [
    'a GPU buffer on the processor',
    given({ values: { mapAsync: 0, usage: 0, size: 24 } as never }),
    {},
    'input.tensor',
    /is a GPU buffer and the engine is 'CPU/,
  ],
  [
    'a field of several tiles',
    given({ values: { ...field, tiles: [tile, tile] } }),
    {},
    'input.tensor',
    /'b' is a field of 3 layers in 2 tiles; preparePack/,
  ],
  [
    'a field with missing values',
    given({ values: { ...field, mayBeMissing: true } }),
    {},
    'input.tensor',
    /'b' is a field with missing values; preparePack/,
  ],
  ['a layout that is none', given({ layout: 'C' as never }), {}, 'input.tensor', /layout 'C'; layouts are row-major and column-major/],
  ['an output that is not known', given({}), { only: ['sum'] }, 'input.tensor', /no output 'sum'; the model has 'ratio'/],
  ['an output twice', given({}), { only: ['ratio', 'ratio'] }, 'input.tensor', /output 'ratio' is named twice/],
  ['no output', given({}), { only: [] }, 'input.tensor', /no output is asked for/],
  ['memory of no output', given({}), { outputs: { sum: good() } }, 'input.tensor', /no output 'sum'/],
  [
    'memory for what is not asked',
    given({}),
    { ...memory({}), only: ['ratio'] },
    'input.tensor',
    /memory is given for output 'difference', which is not asked/,
  ],
  [
    'memory of another batch',
    given({}),
    memory({ shape: [3, 3], values: new Float32Array(9) }),
    'input.tensor',
    /extent N is 2 in input 'b' and 3 in output 'difference'/,
  ],
  ['memory of another size', given({}), memory({ values: new Float32Array(5) }), 'input.tensor', /output 'difference' holds 5 values/],
  [
    'an input as memory',
    given({ values: same }),
    memory({ values: same }),
    'input.tensor',
    /output 'difference' lies in the memory of input 'b'/,
  ],
  [
    'memory that overlaps an input',
    given({ values: half.subarray(0, 6) }),
    memory({ values: half.subarray(3, 9) }),
    'input.tensor',
    /output 'difference' lies in the memory of input 'b'/,
  ],
  [
    'one memory for two outputs',
    given({}),
    { outputs: { ratio: { ...good(), values: device }, difference: { ...good(), values: device } } },
    'input.tensor',
    /lies in the memory of output 'ratio'/,
  ],
];

for (const [what, inputs, options, code, message] of refusals) {
  t.test(`${what} is refused`, async (test) => {
    const model = await openModel(engine, { bytes: tinyOnnx(tinyPair) });
    const error = await model.infer(inputs, options).catch((thrown: unknown) => thrown);
    test.ok(isDteError(error, code), String(error));
    test.match((error as Error).message, message);
    test.equal(model.statistics().runs, 0);
    await model.close();
  });
}

t.test('a closed model says so; closing twice is no fault', async (test) => {
  const model = await openModel(engine, { bytes: tinyOnnx(tinyPair) });
  await model.close();
  await model.close();
  const error = await model.infer({ a: good(), b: good() }).catch((thrown: unknown) => thrown);
  test.ok(isDteError(error, 'input.state'), String(error));
});

t.test('kinds of tensors that cannot be held, and ranks whose layout is not changed', async (test) => {
  const text = tinyOnnx({
    inputs: [{ name: 'x', type: 8, shape: [2] }],
    outputs: [{ name: 'y', type: 8, shape: [2] }],
    nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }],
  });
  const refused = await openModel(engine, { bytes: text }).catch((thrown: unknown) => thrown);
  test.ok(isDteError(refused, 'data.model'), String(refused));
  test.match((refused as Error).message, /input 'x' of the model is string; inputs and outputs are tensors of float32/);
  const shape = [2, 2, 2, 2, 2, 2, 2];
  const wide = tinyOnnx({
    inputs: [{ name: 'x', type: 7, shape }],
    outputs: [{ name: 'y', type: 7, shape }],
    nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }],
  });
  const model = await openModel(engine, { bytes: wide });
  const x: TensorArgument = { values: new BigInt64Array(128).fill(2n ** 60n), shape };
  const results = await model.infer({ x }, { place: 'host' });
  test.same([...present(results['y']).values], [...new BigInt64Array(128).fill(2n ** 60n)], 'whole numbers go through');
  const columns = await model.infer({ x: { ...x, layout: 'column-major' } }).catch((thrown: unknown) => thrown);
  test.match(
    (columns as Error).message,
    /input 'x' has 7 axes of more than one element in column-major layout; layouts of up to 6 are changed/,
  );
  const onDevice = await model.infer({ x }, { place: 'device' }).catch((thrown: unknown) => thrown);
  test.match((onDevice as Error).message, /output 'y' is i64, which the device has no arrays of; ask for place 'host'/);
  await model.close();
});

t.test('extents that fit the model by themselves and not each other are told by the engine', async (test) => {
  const pair = tinyOnnx({
    inputs: [
      { name: 'x', shape: ['N'] },
      { name: 'y', shape: ['M'] },
    ],
    outputs: [{ name: 'z', shape: ['K'] }],
    nodes: [{ op: 'Add', inputs: ['x', 'y'], outputs: ['z'] }],
  });
  const model = await openModel(engine, { bytes: pair });
  const two = { values: new Float32Array(2), shape: [2] };
  const error = await model.infer({ x: two, y: { values: new Float32Array(3), shape: [3] } }).catch((thrown: unknown) => thrown);
  test.ok(isDteError(error, 'input.tensor'), String(error));
  test.match((error as Error).message, /the model cannot be run on these tensors: /);
  const memory = { z: { values: new Float32Array(4), shape: [4] } };
  const wrong = await model.infer({ x: two, y: two }, { outputs: memory }).catch((thrown: unknown) => thrown);
  test.ok(isDteError(wrong, 'input.tensor'), String(wrong));
  test.same([...memory.z.values], [0, 0, 0, 0], 'nothing was written');
  const device = { z: { values: engine.allocate('f32', 4), shape: [4] } };
  const wrongToo = await model.infer({ x: two, y: two }, { outputs: device }).catch((thrown: unknown) => thrown);
  test.ok(isDteError(wrongToo, 'input.tensor'), String(wrongToo));
  await model.close();
});

t.test('options of a call are checked', async (test) => {
  const open = (options: object): Promise<unknown> =>
    openModel(engine, { bytes: tinyOnnx(tinyPair) }, options).catch((thrown: unknown) => thrown);
  test.match(await open({ nonFinite: 'ignore' }), { code: 'input.option', message: /'ignore' is no policy .*: refuse, missing, allow/ });
  test.match(await open({ engine: 'onnx_cpu' }), { code: 'input.option', message: /did you mean 'onnx-cpu'/ });
  test.match(await open({ engine: 'tflite' }), { code: 'unsupported.engine', message: /tflite.*tf2onnx/ });
  test.match(await open({ engine: 'tensorrt' }), { code: 'unsupported.engine', message: /give the ONNX file/ });
  test.match(await open({ modelConfig: { provider: 'gpu' } }), { code: 'input.config', message: /provider is 'gpu'; accepted: cpu, cuda/ });
  test.match(await openModel(engine, { path: 'none.onnx' }).catch((thrown: unknown) => thrown), { code: 'absent.file' });
});

t.test('the CUDA part says how it is installed when it is not', async (test) => {
  const cuda = await openModel(engine, { bytes: tinyOnnx(tinyPair) }, { engine: 'onnx-cpu', modelConfig: { provider: 'cuda' } }).catch(
    (thrown: unknown) => thrown,
  );
  if (!isDteError(cuda)) {
    test.pass('it is installed', { skip: 'the CUDA part is installed' });
    return;
  }
  test.match(cuda, { code: 'absent.module', message: /CUDA part of onnxruntime-node.*npm rebuild onnxruntime-node/ });
});

t.test('what is no model is refused as it is opened', async (test) => {
  const error = await openModel(engine, { bytes: Uint8Array.of(1, 2, 3) }).catch((thrown: unknown) => thrown);
  test.ok(isDteError(error, 'data.model'), String(error));
});
