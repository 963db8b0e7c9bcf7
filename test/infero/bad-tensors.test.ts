// What a model refuses, each with what was met and what is accepted, before anything runs.
import t from 'tap';
import { type ErrorCode, isDteError } from '../../src/base/index.js';
import { type InferOptions, openModel, type TensorArgument } from '../../src/infero/index.js';
import { cpuEngine } from '../support/engines.js';
import { tinyOnnx, tinyPair } from '../support/tiny-onnx.js';

const engine = await cpuEngine({ threads: 1 });
t.teardown(() => engine.close());

const six = (): Float32Array => new Float32Array(6);
const good = (): TensorArgument => ({ values: six(), shape: [2, 3] });

type Inputs = Readonly<Record<string, TensorArgument>>;

const refusals: readonly (readonly [string, Inputs, InferOptions, ErrorCode, RegExp])[] = [
  ['a name that is not known', { a: good(), bb: good() }, {}, 'input.tensor', /no input 'bb'.*did you mean 'b'\?/],
  ['an input too few', { a: good() }, {}, 'input.tensor', /input 'b' is not given; the model has 'b' f32 \(N, 3\), 'a' f32 \(N, 3\)/],
  [
    'another rank',
    { a: good(), b: { values: six(), shape: [6] } },
    {},
    'input.tensor',
    /'b' has rank 1, shape \(6\); the model has \(N, 3\)/,
  ],
  ['another fixed extent', { a: good(), b: { values: six(), shape: [3, 2] } }, {}, 'input.tensor', /'b' has the shape \(3, 2\).*\(N, 3\)/],
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

t.test('what is no model is refused as it is opened', async (test) => {
  const error = await openModel(engine, { bytes: Uint8Array.of(1, 2, 3) }).catch((thrown: unknown) => thrown);
  test.ok(isDteError(error, 'data.model'), String(error));
});
