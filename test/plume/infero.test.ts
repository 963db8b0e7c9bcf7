// Machine-learning models as plugins: packing, running and unpacking against the arithmetic of small models, on every executor.
import t, { type Test } from 'tap';
import { isDteError } from '../../src/base/index.js';
import { type Engine, missingValue } from '../../src/compute/index.js';
import { openModel } from '../../src/infero/index.js';
import { type FieldLayer, ModelData, openPlume } from '../../src/plume/index.js';
import { prepareInferoStep } from '../../src/plume/loaders/infero-step.js';
import { cpuEngine, gpuEngine } from '../support/engines.js';
import { tinyOnnx, tinyPair } from '../support/tiny-onnx.js';
import { fieldOf, layerValues, levels } from './support.js';

/** Input and output [N, 1, H, W]: y = x * x. */
const square = tinyOnnx({
  inputs: [{ name: 'x', shape: ['N', 1, 'H', 'W'] }],
  outputs: [{ name: 'y', shape: ['N', 1, 'H', 'W'] }],
  nodes: [{ op: 'Mul', inputs: ['x', 'x'], outputs: ['y'] }],
});

const offers = 'offered: [{name: u, type: ATLAS_FIELD}, {name: v, type: ATLAS_FIELD}, {name: z, type: ATLAS_FIELD}]';
const threeLevels = levels(1, 2, 3);
const u = (point: number, layer: number): number => 0.25 * point + layer;
const v = (point: number, layer: number): number => 2 ** (1 + (layer % 3)) * (1 + (point % 4));

interface Given {
  readonly model: Uint8Array;
  readonly coreConfig: string;
  readonly layers?: readonly FieldLayer[];
  readonly grid?: string;
  readonly missingAt?: number;
}

/** Runs one step of a plugin; what `wanted` are then, layer by layer. An error of the plugin is thrown. */
async function infer(
  test: Test,
  engine: Engine,
  given: Given,
  wanted: readonly string[],
): Promise<readonly (readonly (readonly (number | null)[])[])[]> {
  const folder = test.testdir({ 'model.onnx': Buffer.from(given.model) });
  const { layers = threeLevels, grid = 'O2', missingAt } = given;
  const data = new ModelData();
  data.createField('u', await fieldOf(engine, grid, layers, (point, layer) => (point === missingAt ? missingValue : u(point, layer))));
  data.createField('v', await fieldOf(engine, grid, layers, v));
  data.createField('z', await fieldOf(engine, grid, layers, (_, layer) => 3000 - 1000 * layer));
  const config = `plugins:\n  - {name: ml, lib: model.onnx, on-error: abort, core-config: ${given.coreConfig}}`;
  const plume = await openPlume(engine, config, { folder: `${folder}/` });
  try {
    await plume.negotiate(offers);
    await plume.feed(data);
    data.setUpdated(['u', 'v', 'z']);
    const { failures } = await plume.run();
    if (failures[0] !== undefined) throw failures[0].error;
    const values = [];
    for (const name of wanted) {
      const { field } = data.field(name);
      const of = [];
      for (const [layer] of field.layers.entries()) of.push(await layerValues(engine, field, layer));
      values.push(of);
    }
    return values;
  } finally {
    await plume.teardown();
    data.release();
  }
}

async function onEngines(test: Test, work: (engine: Engine) => Promise<void>): Promise<void> {
  for (const engine of [await cpuEngine(), await gpuEngine()]) {
    if (typeof engine === 'string') {
      test.pass('GPU', { skip: engine });
      continue;
    }
    test.comment(engine.info.name);
    await work(engine);
    test.equal(engine.memory.inUseBytes, 0, 'no memory is kept');
    await engine.close();
  }
}

function close(test: Test, got: number | null | undefined, expected: number, what: string): void {
  test.ok(typeof got === 'number' && Math.abs(got - expected) <= 1e-6 * Math.max(1, Math.abs(expected)), `${what}: ${got} is ${expected}`);
}

t.test('levels become features, are normalised, and outputs are new fields, several side by side', async (test) => {
  // a = (u - 1) / 2 and b = v / (2, 4, 8): difference * 10 + 5, ratio as it is.
  const coreConfig = `{
    inputs: {a: {fields: [{name: u, mean: 1, scale: 2}]}, b: {fields: [{name: v, levels: [1, 2, 3], scale: [2, 4, 8]}]}},
    outputs: {
      difference: {fields: [{name: d, levels: [1, 2, 3], mean: 5, scale: 10}]},
      ratio: {fields: [{name: r1}, {name: r23, levels: [2, 3], levtype: ml}]}}}`;
  await onEngines(test, async (engine) => {
    const [d, r1, r23] = await infer(test, engine, { model: tinyOnnx(tinyPair), coreConfig }, ['d', 'r1', 'r23']);
    for (const point of [0, 5, 87]) {
      for (const layer of [0, 1, 2]) {
        const [a, b] = [(u(point, layer) - 1) / 2, v(point, layer) / 2 ** (1 + layer)];
        close(test, d?.[layer]?.[point], 5 + 10 * (a - b), `difference at ${point}, level ${layer + 1}`);
        close(test, layer === 0 ? r1?.[0]?.[point] : r23?.[layer - 1]?.[point], a / b, `ratio at ${point}, level ${layer + 1}`);
      }
    }
  });
});

t.test('members are samples of a batch, and a point that is missing stays missing', async (test) => {
  const layers = [1, 2].flatMap((number) => [1, 2, 3].map((level) => ({ level, number })));
  const coreConfig =
    '{inputs: {a: {fields: [u]}, b: {fields: [v]}}, outputs: {difference: {fields: [{name: d, levels: [1, 2, 3]}]}, ratio: {fields: [r1, {name: r23, levels: [2, 3]}]}}}';
  await onEngines(test, async (engine) => {
    const [d, r1, r23] = await infer(test, engine, { model: tinyOnnx(tinyPair), coreConfig, layers, missingAt: 7 }, ['d', 'r1', 'r23']);
    for (const [layer, values] of [r1?.[0], r23?.[0], r23?.[1], r1?.[1], r23?.[2], r23?.[3]].entries()) {
      test.equal(values?.[7], null);
      for (const point of [0, 87]) close(test, values?.[point], u(point, layer) / v(point, layer), `ratio, layer ${layer}, point ${point}`);
    }
    test.equal(d?.length, 6);
    for (const [layer, values] of (d ?? []).entries()) {
      test.equal(values[7], null);
      for (const point of [0, 6, 87]) close(test, values[point], u(point, layer) - v(point, layer), `layer ${layer}, point ${point}`);
    }
  });
});

t.test('rows and columns go in as an image with a halo, one level of several, at a height as well', async (test) => {
  const coreConfig = `{inputs: {x: {halo: {rows: 1, columns: 2, poles: repeat}, fields: [{name: u;hl;153, fill: 0}]}},
    outputs: {y: {halo: {rows: 1, columns: 2}, fields: [{name: sq}]}}}`;
  await onEngines(test, async (engine) => {
    const [sq] = await infer(test, engine, { model: square, coreConfig, grid: '30/30' }, ['sq']);
    test.equal(sq?.[0]?.length, 84, '7 rows of 12 columns');
    // 153 m lie between the levels at 1000 and 2000 m2/s2, the last and the one before.
    const part = (153 * 9.80665 - 1000) / 1000;
    for (const point of [0, 11, 50, 83])
      close(test, sq?.[0]?.[point], (part * u(point, 1) + (1 - part) * u(point, 2)) ** 2, `point ${point}`);
  });
});

t.test('on the shared device a step moves no values through the host', async (test) => {
  const engine = await gpuEngine();
  if (typeof engine === 'string') return void test.pass('no adapter', { skip: engine });
  // A configuration leaves the choice to infero, which computes on the processor where the GPU is software.
  const model = await openModel(engine, { bytes: tinyOnnx(tinyPair) }, { engine: 'onnx' });
  const data = new ModelData();
  data.createField('u', await fieldOf(engine, 'O2', threeLevels, u));
  data.createField('v', await fieldOf(engine, 'O2', threeLevels, v));
  const d = data.createField('d', await fieldOf(engine, 'O2', threeLevels, () => 0));
  const tensor = (name: string, field: string) => ({
    tensor: name,
    order: undefined,
    halo: undefined,
    fields: [{ name: field, levels: undefined, levtype: undefined, channels: [{}] }],
  });
  const plan = {
    model: { source: { path: '' }, options: {} },
    inputs: [tensor('a', 'u'), tensor('b', 'v')],
    outputs: [tensor('difference', 'd')],
  };
  const step = await prepareInferoStep(engine, plan, model, (name) => data.field(name), { d: { ...d, field: d.field, plugin: 'ml' } });
  await step.run();
  const device = engine.shared?.device as GPUDevice;
  const write = device.queue.writeBuffer.bind(device.queue);
  const create = device.createBuffer.bind(device);
  let bytes = 0;
  let mappable = 0;
  device.queue.writeBuffer = (...args) => {
    bytes += (args[2] as ArrayBufferView).byteLength;
    write(...args);
  };
  device.createBuffer = (descriptor) => {
    // MAP_READ | MAP_WRITE, or mapped from the start: the ways by which host and device exchange values.
    if ((descriptor.usage & 3) !== 0 || descriptor.mappedAtCreation === true) mappable++;
    return create(descriptor);
  };
  const { uploadBytes, readBytes } = engine.traffic;
  await step.run();
  test.equal(mappable, 0);
  test.equal(engine.traffic.uploadBytes - uploadBytes + engine.traffic.readBytes - readBytes, 0);
  // Parameters of six dispatches, and no field: one has 88 x 3 values.
  test.ok(bytes <= 6 * 64, `${bytes} octets were written`);
  Object.assign(device, { createBuffer: create });
  const got = await layerValues(engine, data.field('d').field, 2);
  for (const point of [0, 87]) close(test, got[point], u(point, 2) - v(point, 2), `point ${point}`);
  step.release();
  await model.close();
  data.release();
  test.equal(engine.memory.inUseBytes, 0);
  await engine.close();
});

t.test('what does not fit the model or the data is refused, named', async (test) => {
  const engine = await cpuEngine();
  const pair = tinyOnnx(tinyPair);
  const both = 'a: {fields: [u]}, b: {fields: [v]}';
  const cases: readonly (readonly [Given, Parameters<typeof isDteError>[1], RegExp])[] = [
    [
      { model: pair, coreConfig: '{outputs: {ratio: {fields: [r]}}}' },
      'input.config',
      /core-config of plugin 'ml' has no 'inputs' \(line 2\)/,
    ],
    [{ model: pair, coreConfig: `{inputs: {${both}}}` }, 'input.config', /has no 'outputs'/],
    [{ model: pair, coreConfig: `{inputs: {${both}}, outputs: {}}` }, 'input.config', /names no tensor/],
    [
      { model: pair, coreConfig: `{inputs: {${both}}, outputs: {ratio: {field: [r]}}}` },
      'input.config',
      /unknown key 'field'.*did you mean 'fields'/,
    ],
    [
      {
        model: pair,
        coreConfig: `{inputs: {a: {fields: [{name: u, levels: [1, 2], scale: [1, 2, 3]}]}}, outputs: {ratio: {fields: [r]}}}`,
      },
      'input.config',
      /scale of .*has 3 numbers.*each of 2 levels/,
    ],
    [
      { model: pair, coreConfig: `{inputs: {${both}}, outputs: {ratoi: {fields: [r]}}}` },
      'input.tensor',
      /no output 'ratoi' \(line 2\); did you mean 'ratio'/,
    ],
    [
      { model: pair, coreConfig: `{inputs: {a: {fields: [u]}}, outputs: {ratio: {fields: [r]}}}` },
      'input.tensor',
      /nothing is given for input 'b'/,
    ],
    [
      { model: pair, coreConfig: `{inputs: {${both}, c: {fields: [u]}}, outputs: {ratio: {fields: [r]}}}` },
      'input.tensor',
      /no input 'c' \(line 2\); it has b, a/,
    ],
    [
      { model: pair, coreConfig: `{model: {path: other.onnx}, inputs: {${both}}, outputs: {ratio: {fields: [r]}}}` },
      'absent.file',
      /the model does not exist/,
    ],
    [{ model: Uint8Array.of(1, 2, 3), coreConfig: `{inputs: {${both}}, outputs: {ratio: {fields: [r]}}}` }, 'data.model', /model/],
    [
      {
        model: pair,
        coreConfig: `{inputs: {a: {fields: [{name: u, levels: [1, 4]}]}, b: {fields: [v]}}, outputs: {ratio: {fields: [r]}}}`,
      },
      'input.field',
      /'u' has no level 4; it has 1, 2, 3/,
    ],
    [
      { model: pair, coreConfig: `{inputs: {a: {fields: [{name: u, scale: [1, 2]}]}, b: {fields: [v]}}, outputs: {ratio: {fields: [r]}}}` },
      'input.config',
      /'u' has 3 levels and 2 normalisations/,
    ],
    [
      {
        model: pair,
        coreConfig: `{inputs: {a: {fields: [{name: u, levels: 1}]}, b: {fields: [v]}}, outputs: {ratio: {fields: [{name: r, levels: [1, 2, 3]}]}}}`,
      },
      'input.tensor',
      /'a'/,
    ],
    [
      { model: square, coreConfig: '{inputs: {x: {fields: [{name: u, levels: 1}]}}, outputs: {y: {fields: [r]}}}' },
      'unsupported.grid',
      /do not lie in rows and columns/,
    ],
  ];
  for (const [given, code, pattern] of cases) {
    const error = await infer(test, engine, given, []).then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    test.match(error?.message, pattern);
    test.ok(code !== undefined && isDteError(error?.cause, code), `${code}: ${String(error?.cause)}`);
  }
  test.equal(engine.memory.inUseBytes, 0, 'nothing is left behind');
  await engine.close();
});
