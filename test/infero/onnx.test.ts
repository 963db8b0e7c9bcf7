// Inference on the engine's own device: results, what crosses to the host, several sessions, and what happens when things go wrong.
import t, { type Test } from 'tap';
import { DteError, type ErrorCode, isDteError } from '../../src/base/index.js';
import { copy, DeviceArray, type Engine } from '../../src/compute/index.js';
import { inferenceEngines, openModel, type Session, type Tensor, type TensorArgument } from '../../src/infero/index.js';
import { ScopedFailure, watched } from '../../src/infero/watched.js';
import { cpuEngine, gpuEngine } from '../support/engines.js';
import { seeded } from '../support/random.js';
import { type TinyModel, tinyOnnx, tinyPair } from '../support/tiny-onnx.js';
import { crossingsOf } from './crossings.js';
import { inputsOf, largestDifference, noUpstreamModels, tensorOf, upstreamModels } from './upstream-models.js';

const found = await gpuEngine();
const skip = typeof found === 'string' ? found : false;
const engine = found as Engine;
t.teardown(() => (skip === false ? engine.close() : undefined));

const a = Float32Array.of(1, 2, 3, 4, 5, 6);
const b = Float32Array.of(2, 4, 8, 16, 32, 64);
const difference = [-1, -2, -5, -12, -27, -58];
const pair = { bytes: tinyOnnx(tinyPair) };
const onDevice = { engine: 'onnx', nonFinite: 'allow' } as const;
const unchecked = { ...onDevice, selfCheck: false } as const;

function tensor(values: TensorArgument['values'], shape: readonly number[] = [2, 3]): TensorArgument {
  return { values, shape };
}

async function rejectsWith(test: Test, code: ErrorCode, work: () => Promise<unknown>, text: RegExp): Promise<void> {
  const error = await work().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  test.ok(isDteError(error, code), `${code} for ${String(error)}`);
  test.match(String(error), text);
}

const fiveFeatures: TinyModel = {
  inputs: [
    { name: 'x', shape: ['N', 'K'] },
    { name: 'w', shape: [5, 2] },
  ],
  outputs: [{ name: 'y', shape: ['N', 2] }],
  nodes: [{ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
};

t.test('the engine on the device is taken on hardware, or when asked for', { skip }, async (test) => {
  const chosen = await openModel(engine, pair);
  test.equal(chosen.engine.name, engine.info.software ? 'onnx-cpu' : 'onnx');
  await chosen.close();
  const asked = await openModel(engine, pair, onDevice);
  test.same(asked.engine, { name: 'onnx', reason: 'asked for' });
  await asked.close();
  test.notOk('navigator' in globalThis && 'gpu' in navigator, 'no other library takes this process for a browser');
});

t.test('without a device it is refused', async (test) => {
  const onHost = await cpuEngine({ threads: 1 });
  await rejectsWith(test, 'absent.device', () => openModel(onHost, pair, onDevice), /'onnx' computes on a device.*onnx-cpu/);
  await onHost.close();
});

t.test('arrays of the engine are read and written where they lie', { skip }, async (test) => {
  const model = await openModel(engine, pair, unchecked);
  const given = await engine.upload('f32', a);
  const memory = engine.allocate('f32', 6);
  const results = await model.infer({ a: tensor(given), b: tensor(b) }, { outputs: { difference: tensor(memory) } });
  test.equal(results['difference']?.values, memory, 'the array that was given');
  const ratio = results['ratio']?.values as DeviceArray<'f32'>;
  test.ok(ratio instanceof DeviceArray, 'an array that was made');
  const [differences, ratios] = await engine.read(memory, ratio);
  test.same([...differences], difference);
  test.same([...ratios], [0.5, 0.5, 0.375, 0.25, 0.15625, 0.09375]);
  for (const array of [given, memory, ratio]) array.release();
  await model.close();
});

t.test('between input and output on the device nothing is mapped and no data is written', { skip }, async (test) => {
  const model = await openModel(engine, pair, unchecked);
  const batch = async (
    rows: number,
  ): Promise<{ readonly read: ArrayLike<number>; readonly crossed: Awaited<ReturnType<typeof crossingsOf>> }> => {
    const values = Float32Array.from({ length: 3 * rows }, (_, index) => index);
    const [x, y] = [
      await engine.upload('f32', values),
      await engine.upload(
        'f32',
        values.map((value) => 2 * value),
      ),
    ];
    const traffic = engine.traffic;
    let last: DeviceArray<'f32'> | undefined;
    const crossed = await crossingsOf(async () => {
      // A kernel before, the model, and a kernel after: all by one queue.
      const source = await engine.run((pass) => copied(pass, x));
      const results = await model.infer({ a: tensor(source, [rows, 3]), b: tensor(y, [rows, 3]) }, { only: ['difference'] });
      const computed = results['difference']?.values as DeviceArray<'f32'>;
      last = await engine.run((pass) => copied(pass, computed));
      for (const array of [source, computed]) array.release();
    });
    test.same(engine.traffic, traffic, 'nor does the engine count any');
    const [read] = await engine.read(last as DeviceArray<'f32'>);
    for (const array of [x, y, last as DeviceArray]) array.release();
    return { read, crossed };
  };
  const few = await batch(10);
  const many = await batch(10_000);
  test.same([...(few.read as Float32Array)].slice(0, 3), [0, -1, -2]);
  test.equal(many.read[29_999], -29_999);
  for (const { crossed } of [few, many]) {
    test.equal(crossed.maps, 0);
    test.equal(crossed.mappedBuffers, 0);
    test.equal(crossed.dataBytes, 0);
  }
  test.ok(few.crossed.uniformBytes > 0 && few.crossed.uniformBytes <= 256, `${few.crossed.uniformBytes} octets of parameters`);
  test.equal(many.crossed.uniformBytes, few.crossed.uniformBytes, 'parameters do not grow with the data');
  await model.close();
});

function copied(pass: Parameters<Parameters<Engine['run']>[0]>[0], source: DeviceArray<'f32'>): DeviceArray<'f32'> {
  const target = pass.allocate('f32', source.length);
  pass.run(copy, { points: source.length, source, copied: target });
  return target;
}

t.test('sessions that run at once take turns', { skip }, async (test) => {
  const models = await Promise.all([openModel(engine, pair, unchecked), openModel(engine, pair, unchecked)]);
  const runs = models.flatMap((model) => Array.from({ length: 6 }, () => model.infer({ a: tensor(a), b: tensor(b) }, { place: 'host' })));
  for (const results of await Promise.all(runs)) test.same([...(results['difference']?.values ?? [])], difference);
  await Promise.all(models.map((model) => model.close()));
});

const wholeNumbers: TinyModel = {
  inputs: [
    { name: 'x', shape: ['N', 3] },
    { name: 'index', type: 7, shape: ['K'] },
  ],
  outputs: [
    { name: 'best', type: 7, shape: ['N'] },
    { name: 'taken', shape: ['N', 'unknown'] },
  ],
  nodes: [
    { op: 'ArgMax', inputs: ['x'], outputs: ['best'], attributes: { axis: 1, keepdims: 0 } },
    { op: 'Gather', inputs: ['x', 'index'], outputs: ['taken'], attributes: { axis: 1 } },
  ],
};

t.test('types that the device has not pass by the host, and shapes that are known after the run are found', { skip }, async (test) => {
  const model = await openModel(engine, { bytes: tinyOnnx(wholeNumbers) }, onDevice);
  const x = await engine.upload('f32', Float32Array.of(1, 3, 2, 9, 7, 8));
  const results = await model.infer({ x: tensor(x), index: tensor(BigInt64Array.of(2n, 0n), [2]) });
  test.same([...((results['best'] as Tensor).values as BigInt64Array)], [1n, 0n]);
  const taken = results['taken'] as { values: DeviceArray<'f32'>; shape: readonly number[] };
  test.same(taken.shape, [2, 2]);
  test.same([...(await engine.read(taken.values))[0]], [2, 1, 8, 9]);
  x.release();
  taken.values.release();
  await model.close();
  test.equal(engine.memory.inUseBytes, 0, 'nothing is left');
});

// The layout that the runtime takes by itself packs three channels for some of these counts, and reads others than it should.
const channelCounts = [3, 6, 9, 15, 17, 21, 27, 31, 33, 35, 39];

t.test('convolutions are right for every number of channels', { skip }, async (test) => {
  const kernels = 32;
  const [size, inner] = [8, 6];
  const model = await openModel(
    engine,
    {
      bytes: tinyOnnx({
        inputs: channelCounts.flatMap((channels) => [
          { name: `x${channels}`, shape: [1, channels, size, size] },
          { name: `w${channels}`, shape: [kernels, channels, 3, 3] },
        ]),
        outputs: channelCounts.map((channels) => ({ name: `y${channels}`, shape: [1, kernels, inner, inner] })),
        nodes: channelCounts.map((channels) => ({ op: 'Conv', inputs: [`x${channels}`, `w${channels}`], outputs: [`y${channels}`] })),
      }),
    },
    unchecked,
  );
  const random = seeded(5);
  const values = (count: number): Float32Array => Float32Array.from({ length: count }, () => 2 * random() - 1);
  const given = channelCounts.map((channels) => ({
    channels,
    x: values(channels * size * size),
    w: values(kernels * channels * 9),
  }));
  const inputs = given.flatMap(({ channels, x, w }) => [
    [`x${channels}`, tensor(x, [1, channels, size, size])] as const,
    [`w${channels}`, tensor(w, [kernels, channels, 3, 3])] as const,
  ]);
  const results = await model.infer(Object.fromEntries(inputs), { place: 'host' });
  for (const { channels, x, w } of given) {
    const expected = Float64Array.from({ length: kernels * inner * inner }, (_, index) => {
      const [kernel, row, column] = [Math.floor(index / inner ** 2), Math.floor(index / inner) % inner, index % inner];
      let sum = 0;
      for (let k = 0; k < 9 * channels; k++) {
        const [channel, i, j] = [Math.floor(k / 9), Math.floor(k / 3) % 3, k % 3];
        sum += (w[kernel * 9 * channels + k] as number) * (x[(channel * size + row + i) * size + column + j] as number);
      }
      return sum;
    });
    const off = largestDifference(results[`y${channels}`]?.values as Float32Array, expected);
    // Sums of up to 351 products below 1, each rounded to 2^-24 of a partial sum below 2^5; wrong channels are off by 7 and more.
    test.ok(off <= 351 * 2 ** -20, `${channels} channels: off by ${off}`);
  }
  await model.close();
});

t.test('a session that computes otherwise than the processor is refused', { skip }, async (test) => {
  const load = inferenceEngines.get('onnx-cpu') as NonNullable<ReturnType<typeof inferenceEngines.get>>;
  test.teardown(() => inferenceEngines.set('onnx-cpu', load));
  inferenceEngines.set('onnx-cpu', async () => {
    const backend = await load();
    return { create: async (...given) => slightlyWrong(await backend.create(...given)) };
  });
  await rejectsWith(
    test,
    'fault.device',
    () => openModel(engine, pair, onDevice),
    /computes output 'difference' otherwise than the processor: 0\.\d+ off where values reach/,
  );
});

t.test('without ONNX Runtime for Node the runtime of the device is its own reference', { skip }, async (test) => {
  const load = inferenceEngines.get('onnx-cpu') as NonNullable<ReturnType<typeof inferenceEngines.get>>;
  test.teardown(() => inferenceEngines.set('onnx-cpu', load));
  inferenceEngines.set('onnx-cpu', async () => {
    throw new DteError('absent.module', 'as in a page');
  });
  const model = await openModel(engine, pair, onDevice);
  await model.close();
  // Its reference is asked indeed: it cannot multiply these.
  const unfit = openModel(engine, { bytes: tinyOnnx(fiveFeatures) }, onDevice);
  await rejectsWith(test, 'input.config', () => unfit, /cannot be checked on inputs/);
});

t.test('a model that gives nothing finite to compare is not taken for right', { skip }, async (test) => {
  const zeros: TinyModel = {
    inputs: [{ name: 'x', shape: ['N', 4] }],
    outputs: [{ name: 'y', shape: ['N', 4] }],
    nodes: [
      { op: 'Sub', inputs: ['x', 'x'], outputs: ['zero'] },
      { op: 'Div', inputs: ['zero', 'zero'], outputs: ['y'] },
    ],
  };
  await rejectsWith(
    test,
    'input.config',
    () => openModel(engine, { bytes: tinyOnnx(zeros) }, onDevice),
    /'y' has no finite value.*selfCheck/,
  );
});

/** 'difference' is off by 1 % of its largest value. */
function slightlyWrong(session: Session): Session {
  return {
    inputs: session.inputs,
    outputs: session.outputs,
    place: session.place,
    close: () => session.close(),
    run: async (...given) => {
      const { outputs } = await session.run(...given);
      const values = outputs.get('difference')?.values as Float32Array;
      values[1] = (values[1] as number) + 0.01 * Math.max(...values.map(Math.abs));
      return { outputs };
    },
  };
}

const broadcast: TinyModel = {
  inputs: [
    { name: 'a', shape: ['N', 'K'] },
    { name: 'b', shape: ['N', 'L'] },
  ],
  outputs: [{ name: 'sum', shape: ['N', 'M'] }],
  nodes: [{ op: 'Add', inputs: ['a', 'b'], outputs: ['sum'] }],
};

t.test('a run that fails is told, and the next one is right', { skip }, async (test) => {
  const model = await openModel(engine, { bytes: tinyOnnx(broadcast) }, unchecked);
  for (let round = 0; round < 2; round++) {
    const unfit = { a: tensor(a), b: tensor(b.subarray(0, 4), [2, 2]) };
    await rejectsWith(test, 'input.tensor', () => model.infer(unfit), /cannot be run on these tensors/);
    const results = await model.infer({ a: tensor(a), b: tensor(b) }, { place: 'host' });
    test.same([...(results['sum']?.values ?? [])], [3, 6, 11, 20, 37, 70]);
  }
  await model.close();
  test.equal(engine.memory.inUseBytes, 0, 'nothing is left');
});

t.test('open extents that the check cannot guess are asked for', { skip }, async (test) => {
  const model = { bytes: tinyOnnx(fiveFeatures) };
  await rejectsWith(
    test,
    'input.config',
    () => openModel(engine, model, onDevice),
    /cannot be checked on inputs 'x' \(1, 32\), 'w' \(5, 2\).*selfCheckExtent/,
  );
  const opened = await openModel(engine, model, { ...onDevice, modelConfig: { selfCheckExtent: 5 } });
  await opened.close();
});

t.test('models that are damaged or that the runtime cannot build are refused', { skip }, async (test) => {
  const refuses = (bytes: Uint8Array): Promise<void> =>
    rejectsWith(test, 'data.model', () => openModel(engine, { bytes }, unchecked), /cannot build the model/);
  await refuses(new Uint8Array(10));
  await refuses(pair.bytes.subarray(0, 100));
  await refuses(tinyOnnx({ ...tinyPair, nodes: [{ op: 'NoSuchOperator', inputs: ['a'], outputs: ['ratio'] }] }));
});

t.test('what does not fit the device is refused by its size', { skip }, async (test) => {
  const outer: TinyModel = {
    inputs: [
      { name: 'a', shape: ['N', 1] },
      { name: 'b', shape: [1, 'M'] },
    ],
    outputs: [{ name: 'sum', shape: [1, 1] }],
    nodes: [
      { op: 'Add', inputs: ['a', 'b'], outputs: ['table'] },
      { op: 'ReduceSum', inputs: ['table'], outputs: ['sum'] },
    ],
  };
  const extent = Math.ceil(Math.sqrt(engine.shared?.device.limits.maxBufferSize ?? 0) / 2) + 1000;
  const model = await openModel(engine, { bytes: tinyOnnx(outer) }, unchecked);
  const row = new Float32Array(extent).fill(1);
  await rejectsWith(
    test,
    'limit.memory',
    () => model.infer({ a: tensor(row, [extent, 1]), b: tensor(row, [1, extent]) }, { place: 'host' }),
    /the run does not fit .*smaller batch/,
  );
  const small = await model.infer({ a: tensor(a, [6, 1]), b: tensor(a, [1, 6]) }, { place: 'host' });
  test.same([...(small['sum']?.values ?? [])], [252]);
  await model.close();
});

t.test('what the device refuses of other software is told', { skip }, async (test) => {
  const { device } = engine.shared as NonNullable<Engine['shared']>;
  const refused = watched(device, async () => device.createShaderModule({ code: 'no shader' }));
  test.ok((await refused.catch((error: unknown) => error)) instanceof ScopedFailure);
  test.equal(await watched(device, async () => 1), 1);
});

t.test('a device that is lost ends its models; those of other engines go on', { skip }, async (test) => {
  const lost = (await gpuEngine({ timing: true })) as Engine;
  const model = await openModel(lost, pair, unchecked);
  for (let run = 0; run < 2; run++) await model.infer({ a: tensor(a), b: tensor(b) }, { place: 'host' });
  test.ok((model.statistics().gpuMs ?? 0) > 0, 'an engine with timing measures on the GPU');
  const inputs = { a: tensor(await lost.upload('f32', a)), b: tensor(await lost.upload('f32', b)) };
  lost.shared?.device.destroy();
  await rejectsWith(test, 'fault.device', () => model.infer(inputs), /device was lost/);
  await rejectsWith(test, 'fault.device', () => openModel(lost, pair, unchecked), /device was lost/);
  await model.close();
  await lost.close();
  const other = await openModel(engine, pair, unchecked);
  const results = await other.infer({ a: tensor(a), b: tensor(b) }, { place: 'host' });
  test.same([...(results['difference']?.values ?? [])], difference);
  await other.close();
});

for (const upstream of upstreamModels) {
  t.test(`${upstream.name} of upstream gives its reference`, { skip: skip || noUpstreamModels }, async (test) => {
    // The U-Net takes many seconds on Vulkan on the processor: one run.
    const isChecked = upstream.name !== 'cyclone' || !engine.info.software;
    const model = await openModel(engine, { path: upstream.path }, { engine: 'onnx', selfCheck: isChecked });
    const results = await model.infer(inputsOf(upstream), { place: 'host' });
    const off = largestDifference(results[upstream.output]?.values as Float32Array, tensorOf(upstream.reference).values);
    test.ok(off <= upstream.tolerance, `off by ${off}, upstream allows ${upstream.tolerance}`);
    await model.close();
  });
}
