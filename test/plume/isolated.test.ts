// Plugins in threads and processes: what they get and give, and every way in which one goes wrong, is named, and hurts nobody else.
import t from 'tap';
import { gridFromSpec } from '../../src/atlas/index.js';
import { type Context, isDteError } from '../../src/base/index.js';
import { nodeContext } from '../../src/base/node.js';
import { webContext } from '../../src/base/web.js';
import { missingValue, openEngine } from '../../src/compute/index.js';
import { openEmulator } from '../../src/plume/emulator/emulator.js';
import { inspectPlugins, ModelData, openPlume, parseConfig, type PluginSink } from '../../src/plume/index.js';
import { cpuEngine, gpuEngine } from '../support/engines.js';
import type { OpenChannel } from '../../src/plume/isolated/channel.js';
import { Instance } from '../../src/plume/isolated/instance.js';
import { firstPauseMs } from '../../src/plume/isolated/isolated-plugin.js';
import type { FromPlugin } from '../../src/plume/isolated/messages.js';
import { pythonWith } from '../support/python.js';
import { type Kind, levels, pluginFolder, points, specOf, stageOf, uAt, watched } from './isolated-support.js';

const engine = await cpuEngine();
const python = pythonWith([]);
t.teardown(() => engine.close());
const kinds: readonly Kind[] = ['worker', 'process'];

/** By the definition of the plugin; all values are exact in f32. */
const expectedTwice = (step: number): number[][] =>
  levels.map((_, layer) => Array.from({ length: points }, (_, point) => doubled(uAt(step, layer, point))));
const doubled = (value: number): number => (value === missingValue ? value : 2 * value);
const expectedSum = (step: number): number => {
  let sum = 1000 * step;
  for (const layer of levels.keys())
    for (let point = 0; point < points; point++) if (layer !== 1 || point !== 2) sum += uAt(step, layer, point);
  return sum;
};

async function failure(work: Promise<unknown>): Promise<{ readonly code: string; readonly message: string }> {
  try {
    await work;
  } catch (error) {
    if (isDteError(error)) return error;
    throw error;
  }
  return { code: 'none', message: 'nothing failed' };
}

for (const kind of kinds) {
  t.test(`${kind}: fields come and go whole, scalars too, and only what has changed is copied`, async (t) => {
    const { context, logged } = watched();
    const stage = await stageOf(engine, context, specOf(kind, { mode: 'say', step: 3 }));
    const protocol = await stage.plugin.negotiate();
    t.same(stage.plugin.info, { name: 'behave', version: '1.2.3' });
    t.same(
      protocol.required.map(({ name, type }) => [name, type]),
      [
        ['u', 'ATLAS_FIELD'],
        ['NSTEP', 'INT'],
      ],
    );
    t.same(
      protocol.offered.map(({ name }) => name),
      ['twice', 'sum'],
    );
    await stage.setup();
    for (const step of [1, 2]) {
      await stage.update(step);
      await stage.run(step);
      t.same(await stage.twice(), expectedTwice(step), `step ${step}`);
      t.equal(stage.scalars.get('sum'), expectedSum(step));
    }
    const readBefore = engine.traffic.reads;
    await stage.run(3);
    t.equal(engine.traffic.reads, readBefore, 'nothing was read again, for nothing has changed');
    t.equal(stage.scalars.get('sum'), expectedSum(2) + 1000, 'and the plugin still has it');
    const { lat, lon } = gridFromSpec({ grid: [120, 60] }).coordinates();
    const said = { calls: 3, lat: [...lat], lon: [...lon], value: uAt(2, 0, 0), version: 3, updated: true, reals: 'Float32Array' };
    t.same(stage.notices, [{ event: 'said', data: said }]);
    await stage.teardown();
    t.match(logged.find(({ event }) => event === 'plume.plugin.text')?.data, { plugin: 'p', line: 'printed' });
  });

  t.test(`${kind}: what throws or breaks the contract fails in its step, by name, and goes on in the next`, async (t) => {
    const wrong: readonly (readonly [mode: string, told: RegExp])[] = [
      ['throw', /^it rains$/],
      ['shape', /run returned 3 values of 'twice'.*10 x 9 are agreed/],
      ['undeclared', /run returned 'thrice', which is none of its outputs; declared are twice/],
      ['infinite', /output 'twice' is Infinity at point 1 of layer 0; say missing by/],
      ['scalar', /'other' is none of its outputs/],
      ['type', /'NSTEP' is INT and was asked for as DOUBLE/],
      ['absent', /'v' was not agreed on; agreed are u/],
      ...(kind === 'worker' ? ([['input', /it wrote to its input 'u' \(element 1\), which is for reading only/]] as const) : []),
      ['gpu', /a message\.data\.buffer is a GPUBuffer, which cannot go from one thread or process to another/],
    ];
    // What is found on the plugin's side is found by the same code in both kinds.
    const tried = kind === 'worker' ? wrong : wrong.filter(([mode]) => ['throw', 'infinite'].includes(mode));
    for (const [mode, told] of tried) {
      const stage = await stageOf(engine, watched().context, specOf(kind, { mode, step: 1 }));
      await stage.setup();
      const met = await failure(stage.run(1));
      t.match(met, { code: 'fault.plugin', message: told }, mode);
      t.ok(
        (await stage.twice()).flat().every((value) => value === missingValue),
        `${mode}: no output was touched`,
      );
      await stage.run(2);
      t.same(await stage.twice(), expectedTwice(0), `${mode}: the next step is well`);
      await stage.teardown();
    }
  });

  t.test(`${kind}: a NaN may count as missing`, async (t) => {
    const stage = await stageOf(engine, watched().context, specOf(kind, { mode: 'infinite', step: 1, 'non-finite': 'missing' }));
    await stage.setup();
    await stage.run(1);
    t.same((await stage.twice())[0]?.slice(1, 3), [missingValue, missingValue]);
    await stage.teardown();
    const wrong = specOf(kind, { 'non-finite': 'ignore' });
    t.match(await failure(stageOf(engine, watched().context, wrong)), {
      code: 'input.config',
      message: /non-finite of plugin 'p' is "ignore".*use refuse or missing/,
    });
  });

  t.test(`${kind}: what hangs, allocates without end or ends is ended; a healthy one beside it runs on`, async (t) => {
    const { context } = watched();
    const healthy = await stageOf(engine, context, specOf(kind, {}));
    await healthy.setup();
    const wrong: readonly (readonly [mode: string, code: string, told: RegExp])[] = [
      ['hang', 'limit.deadline', /it had not finished after 500 ms, and was ended$/],
      ['wait', 'limit.deadline', /it had not finished after 500 ms, and was ended$/],
      ['heap', 'limit.memory', /JavaScript heap|MiB of memory/],
      ['arrays', 'limit.memory', /it took \d+ MiB of memory, more than its \d+, and was ended/],
      ['exit', 'fault.plugin', /ended with exit code 7/],
      ['reject', 'fault.plugin', /nobody listens/],
      ...(kind === 'worker' ? ([['port', 'fault.plugin', /a message of it could not be taken: null is no message/]] as const) : []),
      ...(kind === 'process' ? ([['abort', 'fault.plugin', /its process ended by signal SIGABRT$/]] as const) : []),
    ];
    let step = 0;
    // Arrays without end in a process are met below.
    const tried = kind === 'worker' ? wrong : wrong.filter(([mode]) => ['hang', 'heap', 'exit', 'abort'].includes(mode));
    for (const [mode, code, told] of tried) {
      const rest = { timeoutMs: code === 'limit.deadline' ? 500 : 20_000, memoryMiB: 112 };
      const stage = await stageOf(engine, context, specOf(kind, { mode, step: 1 }, rest));
      await stage.setup();
      const met = await failure(stage.run(1));
      t.match(met, { code, message: told }, mode);
      t.match(await failure(stage.run(2)), { code: 'fault.plugin', message: /it is over, and was started again 0 times/ });
      await stage.teardown();
      await healthy.update(++step);
      await healthy.run(step);
      t.same(await healthy.twice(), expectedTwice(step), `the healthy one runs on beside ${mode}`);
    }
    await healthy.teardown();
  });
}

t.test('a plugin that is over is started anew after a pause that grows, as often as agreed', async (t) => {
  const { context, clock, logged } = watched();
  const stage = await stageOf(engine, context, specOf('worker', { mode: 'exit', step: 1 }, { restarts: 2 }));
  await stage.setup();
  for (const restart of [0, 1]) {
    t.equal(stage.plugin.ready?.(), true);
    t.match(await failure(stage.run(1)), { message: /ended with exit code 7/ });
    clock.ms += firstPauseMs * 2 ** restart - 1;
    t.equal(stage.plugin.ready?.(), false, `${firstPauseMs * 2 ** restart} ms are not over`);
    clock.ms += 1;
    t.equal(stage.plugin.ready?.(), true);
    await stage.update(restart + 2);
    await stage.run(restart + 2);
    t.same(await stage.twice(), expectedTwice(restart + 2), 'started anew, it has everything it needs');
  }
  t.equal(logged.filter(({ event }) => event === 'plume.plugin.restart').length, 2);
  await failure(stage.run(1));
  t.equal(stage.plugin.ready?.(), true, 'there is nothing to wait for');
  t.match(await failure(stage.run(5)), { code: 'fault.plugin', message: /is over, and was started again 2 times/ });
  await stage.teardown();
});

t.test('an inspection tells who an isolated plugin is', async (t) => {
  const config = await parseConfig(
    {
      plugins: [
        { name: 'p', lib: 'behave.mjs' },
        { name: 'q', lib: 'double.py' },
      ],
    },
    { folder: pluginFolder },
  );
  t.same(
    config.plugins.map(({ kind }) => kind),
    ['worker', 'process'],
    'modules and programs run apart unless a kind is stated',
  );
  const [first] = await inspectPlugins(engine, { ...config, plugins: config.plugins.slice(0, 1) });
  t.same([first?.info, first?.protocol?.offered.length, first?.error], [{ name: 'behave', version: '1.2.3' }, 2, undefined]);
});

t.test('setup and teardown that fail are told as such', async (t) => {
  for (const phase of ['setup', 'teardown'] as const) {
    const stage = await stageOf(engine, watched().context, specOf('worker', { mode: 'throw', phase }));
    const met = phase === 'setup' ? await failure(stage.setup()) : await stage.setup().then(() => failure(stage.teardown()));
    t.match(met, { code: 'fault.plugin', message: /^it rains$/ });
    await stage.teardown();
  }
});

t.test('a plugin that cannot be what it says is refused before there are data', async (t) => {
  const folder = `${t.testdir({ 'none.mjs': 'export const protocol = {};', 'mute.mjs': 'export function run() {}', 'bad.mjs': 'export {' })}/`;
  const negotiated = async (lib: string, config = {}): Promise<unknown> =>
    await failure(
      stageOf(engine, watched().context, specOf('worker', config, lib === 'behave.mjs' ? {} : { lib, folder })).then(({ plugin }) =>
        plugin.negotiate(),
      ),
    );
  t.match(await negotiated('absent.mjs'), { code: 'absent.file', message: /absent\.mjs', the lib of plugin 'p', is not a file/ });
  t.match(await negotiated('none.mjs'), { code: 'fault.plugin', message: /none\.mjs exports no function 'run'/ });
  t.match(await negotiated('mute.mjs'), { code: 'fault.plugin', message: /mute\.mjs exports no 'protocol'/ });
  t.match(await negotiated('bad.mjs'), { code: 'fault.plugin', message: /Unexpected|missing/ });
  t.match(await negotiated('behave.mjs', { protocol: { required: [{ name: 'u' }] } }), {
    code: 'input.config',
    message: /'u'.* has no 'type'/,
  });
  t.match(await negotiated('behave.mjs', { hook: () => 1 }), {
    code: 'input.plugin',
    message: /core-config of plugin 'p'\.hook is a function/,
  });
  const page = { ...watched().context, workers: webContext().workers, processes: undefined } as unknown as Context;
  for (const kind of kinds) {
    t.match(await failure(stageOf(engine, page, specOf(kind, {}))), {
      code: 'unsupported.engine',
      message: /kind (worker|process), and there are no/,
    });
  }
  const python = specOf('worker', {}, { lib: 'double.py' });
  t.match(await failure(stageOf(engine, watched().context, python)), {
    code: 'input.plugin',
    message: /no JavaScript module.*use kind: process/,
  });
});

t.test('a flood of remarks is cut off, and reals may be f64', async (t) => {
  const { context, logged } = watched();
  const stage = await stageOf(engine, context, specOf('worker', { mode: 'flood', step: 1 }));
  await stage.setup();
  await stage.run(1);
  t.equal(logged.filter(({ event }) => event === 'plume.plugin.log').length, 200);
  t.equal(logged.filter(({ event }) => event === 'plume.plugin.flood').length, 1);
  await stage.teardown();
  const folder = `${t.testdir({ 'exact.mjs': exact })}/`;
  for (const kind of kinds) {
    const wide = await stageOf(engine, context, specOf(kind, {}, { lib: 'exact.mjs', folder }));
    await wide.setup();
    await wide.run(1);
    t.equal((await wide.twice())[1]?.[3], Math.fround(uAt(0, 1, 3) / 3), kind);
    await wide.teardown();
  }
});

const exact = `
export const reals = 'f64';
export const protocol = { required: [] };
export function run(context, data) {
  const { values } = data.field('u');
  if (!(values instanceof Float64Array)) throw new Error('not f64');
  return { twice: values.map((value) => value / 3) };
}`;

t.test('a cancelled model does not wait for its plugins', async (t) => {
  const controller = new AbortController();
  const { context } = watched();
  const stage = await stageOf(engine, { ...context, signal: controller.signal }, specOf('worker', { mode: 'hang' }));
  await stage.setup();
  const running = failure(stage.run(1));
  setTimeout(() => controller.abort(), 50);
  t.match(await running, { code: 'fault.cancelled' });
  await stage.teardown();
});

t.test('what a former start of a plugin still sends reaches no one', async (t) => {
  const heard: { message: (message: FromPlugin) => void; ended: boolean }[] = [];
  const open: OpenChannel = (listener) => {
    const start = { message: (message: FromPlugin) => listener.message(message, new Map()), ended: false };
    heard.push(start);
    return {
      post: async () => {},
      memoryBytes: () => undefined,
      setBusy: () => {},
      end: async () => void (start.ended = true),
    };
  };
  const notices: string[] = [];
  const options = {
    plugin: 'p',
    context: watched().context,
    memoryBytes: 1,
    timeoutMs: 30,
    notify: (event: string) => void notices.push(event),
    coordinates: () => undefined,
  };
  const [first, second] = [new Instance(open, options), new Instance(open, { ...options, timeoutMs: 20_000 })];
  const asked = { kind: 'teardown' } as const;
  t.match(await failure(first.ask(asked, new Map())), { code: 'limit.deadline' });
  t.equal(heard[0]?.ended, true, 'it was ended');
  const answer = second.ask(asked, new Map());
  heard[0]?.message({ kind: 'notify', event: 'late' });
  heard[0]?.message({ kind: 'done', id: 1 });
  heard[1]?.message({ kind: 'notify', event: 'in time' });
  heard[1]?.message({ kind: 'done', id: 1, scalars: { sum: 2 } });
  t.same((await answer).message.scalars, { sum: 2 });
  t.same(notices, ['in time']);
  const third = new Instance(open, options);
  const unknown = third.ask(asked, new Map());
  heard[2]?.message({ kind: 'sing' } as unknown as FromPlugin);
  t.match(await failure(unknown), { code: 'fault.plugin', message: /it sent a message of unknown kind 'sing'/ });
  const other = second.ask(asked, new Map());
  heard[1]?.message({ kind: 'done', id: 1 });
  t.match(await failure(other), { code: 'fault.plugin', message: /it answered question 1, which was not asked/ });
  t.match(await failure(second.ask(asked, new Map())), { code: 'fault.plugin' }, 'and it stays over');
});

t.test('fields of a GPU come and go alike, and its objects stay on their side', async (t) => {
  const opened = await gpuEngine();
  if (typeof opened === 'string') {
    t.pass('no GPU', { skip: opened });
    return;
  }
  const stage = await stageOf(opened, watched().context, specOf('worker', {}));
  await stage.setup();
  await stage.update(4);
  await stage.run(4);
  t.same(await stage.twice(), expectedTwice(4));
  await stage.teardown();
  const buffer = opened.shared?.device.createBuffer({ size: 16, usage: 128 });
  t.same(structuredClone(buffer), {}, 'what a message makes of a buffer, without an error');
  const spec = specOf('worker', { buffer });
  t.match(await failure(stageOf(opened, watched().context, spec).then(({ plugin }) => plugin.negotiate())), {
    code: 'input.plugin',
    message: /core-config of plugin 'p'\.buffer is a GPUBuffer/,
  });
  await opened.close();
});

t.test('a plugin process may be written in another language', { skip: python.absent }, async (t) => {
  const stage = await stageOf(engine, watched().context, specOf('process', {}, { lib: 'double.py' }));
  t.same(
    (await stage.plugin.negotiate()).offered.map(({ name }) => name),
    ['twice', 'sum'],
  );
  await stage.setup();
  for (const step of [1, 2, 3]) {
    if (step < 3) await stage.update(step);
    await stage.run(step);
    t.same(await stage.twice(), expectedTwice(Math.min(step, 2)));
    t.equal(stage.scalars.get('sum'), expectedSum(Math.min(step, 2)) + (step === 3 ? 1000 : 0));
  }
  await stage.teardown();
  const wrong: readonly (readonly [mode: string, told: RegExp])[] = [
    ['throw', /its process ended with exit code 1; it printed: ValueError: it rains/],
    ['short', /output 'twice' has 3 values; 10 x 9 are agreed/],
    ['print', /what came is no frame: 'hello from a library/],
  ];
  for (const [mode, told] of wrong) {
    const bad = await stageOf(engine, watched().context, specOf('process', { mode }, { lib: 'double.py' }));
    await bad.setup();
    t.match(await failure(bad.run(1)), { code: 'fault.plugin', message: told }, mode);
    await bad.teardown().catch(() => {});
  }
});

t.test('beside a model a healthy plugin runs on while others throw, hang, allocate without end and crash their process', async (t) => {
  const { context } = watched();
  const running = await openEngine({ ...context, clock: nodeContext().clock }, { device: 'cpu' });
  const emulator = await openEmulator(running, {
    config: { emulator: { n_steps: 5, grid_identifier: 'O16', fields: { u: { apply: { step: { value: 1, variation: 1 } } } } } },
  });
  const bad = (name: string, kind: Kind, mode: string, rest: object): object => ({
    ...{ name, kind, lib: 'behave.mjs', 'core-config': { mode, step: 2 } },
    ...rest,
  });
  const plugins = [
    bad('throws', 'worker', 'throw', {}),
    bad('hangs', 'worker', 'hang', { timeout: '1s', restarts: 1 }),
    bad('allocates', 'process', 'arrays', { memory: 256, 'on-error': 'skip_step' }),
    bad('crashes', 'process', 'abort', { failures: 1 }),
    { name: 'reads', kind: 'worker', lib: 'behave.mjs', parameters: [[{ name: 'nothing', type: 'INT' }]] },
    // The same outputs cannot be declared twice: the healthy one goes by others.
    { name: 'healthy', kind: 'process', lib: 'behave.mjs', 'core-config': {} },
  ];
  const given: string[] = [];
  const sink: PluginSink = async (outputs) =>
    void given.push(
      ...outputs
        .filter(({ plugin }) => plugin === 'healthy')
        .map(({ step, value }) => `${step}: ${typeof value === 'object' ? value.name : value}`),
    );
  const plume = await openPlume(running, { plugins: plugins.map(withOwnOutputs) }, { folder: pluginFolder, sinks: [sink] });
  await plume.negotiate(emulator.offers);
  t.same(
    plume.decisions.map(({ plugin, accepted }) => `${plugin} ${accepted}`),
    ['throws true', 'hangs true', 'allocates true', 'crashes true', 'reads false', 'healthy true'],
  );
  const data = new ModelData();
  await emulator.provide(data, (name) => plume.isParamRequested(name));
  await plume.feed(data);
  const failed: string[] = [];
  while (await emulator.next(data)) {
    const { step, failures } = await plume.run();
    failed.push(...failures.map(({ plugin, error }) => `${step} ${plugin}: ${error.code}`));
  }
  t.same(failed.slice(0, 4), ['2 throws: fault.plugin', '2 hangs: limit.deadline', '2 allocates: limit.memory', '2 crashes: fault.plugin']);
  t.same(failed.slice(4), ['3 allocates: fault.plugin', '4 allocates: fault.plugin', '5 allocates: fault.plugin']);
  // The sum over all points of step + 0 in the first step, and so on, with 1000 a step: the definition of the plugin.
  t.same(given.length, 10);
  t.same(given.slice(8), ['5: healthy.twice', `5: ${emulator.grid.points * 5 + 5000}`]);
  const states = plume.report().plugins.map(({ plugin, state, runs }) => `${plugin} ${state} ${runs}`);
  t.match(states.slice(0, 4), ['throws running 4', /hangs (running|degraded) \d/, 'allocates degraded 1', 'crashes disabled 1']);
  t.same(states.slice(4), ['reads rejected 0', 'healthy running 5']);
  await plume.teardown();
  emulator.close();
  await running.close();
});

/** Names of outputs are unique in a run. */
function withOwnOutputs(plugin: object): object {
  const { name, ...rest } = plugin as { readonly name: string };
  const config = (rest as { readonly 'core-config'?: object })['core-config'] ?? {};
  return { name, ...rest, 'core-config': { ...config, prefix: `${name}.` } };
}
