// The life of plugins: states, order, isolation of failures, outputs, sinks, reports. Every failure has a healthy neighbour that goes on.
import t, { type Test } from 'tap';
import { releaseField } from '../../src/atlas/index.js';
import { DteError, isDteError } from '../../src/base/index.js';
import { type Engine, kernel } from '../../src/compute/index.js';
import { ModelData, openPlume, type Plugin, type PluginNotice, type PluginOutput, type Plume, pluginKinds } from '../../src/plume/index.js';
import { windSpeed } from '../../src/plume/derived/wind-speed.js';
import { cpuEngine, gpuEngine } from '../support/engines.js';
import { configOf, fieldOf, layerValues, levels, testPlugins } from './support.js';

const offers = 'offered: [{name: NSTEP, type: INT, available: always}, {name: u, type: ATLAS_FIELD}, {name: v, type: ATLAS_FIELD}]';

interface Model {
  readonly plume: Plume;
  readonly data: ModelData;
  /** One step of a model whose u is everywhere the number of the step, and v 4. */
  step(): ReturnType<Plume['run']>;
  close(): Promise<void>;
}

async function modelOf(engine: Engine, config: string, options: Parameters<typeof openPlume>[2] = {}): Promise<Model> {
  const plume = await openPlume(engine, config, options);
  await plume.negotiate(offers);
  const data = new ModelData();
  data.create('NSTEP', 'INT', 0);
  data.createField('u', await fieldOf(engine, 'O2', levels(1, 2), () => 0));
  data.createField('v', await fieldOf(engine, 'O2', levels(1, 2), () => 4));
  return {
    plume,
    data,
    async step() {
      const step = data.int('NSTEP') + 1;
      data.update('NSTEP', step);
      data.update('u', await fieldOf(engine, 'O2', levels(1, 2), () => step));
      data.setUpdated(['NSTEP', 'u']);
      return plume.run();
    },
    async close() {
      await plume.teardown();
      data.release();
    },
  };
}

async function refused(
  test: Test,
  work: Promise<unknown> | (() => unknown),
  code: Parameters<typeof isDteError>[1],
  pattern: RegExp,
): Promise<void> {
  const error = await Promise.resolve()
    .then(() => (typeof work === 'function' ? work() : work))
    .then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
  test.ok(code !== undefined && isDteError(error, code), String(error));
  test.match((error as Error | undefined)?.message, pattern);
}

t.test('plugins live from negotiation to teardown, in order, and torn down in reverse', async (test) => {
  const engine = await cpuEngine();
  const heard: string[] = [];
  const life = (name: string) => ({
    protocol: 'required: [{name: NSTEP, type: INT}]',
    setup: () => void heard.push(`setup ${name}`),
    run: (context: { readonly step: number }, data: { int(name: string): number }) =>
      void heard.push(`run ${name} ${context.step} ${data.int('NSTEP')}`),
    teardown: () => void heard.push(`teardown ${name}`),
    close: () => void heard.push(`close ${name}`),
  });
  testPlugins({ a: life('a'), b: life('b'), no: { ...life('no'), protocol: 'required: [{name: nothing, type: INT}]' } });
  const model = await modelOf(engine, configOf(['a'], ['no'], ['b', 'every: 2']));
  test.same(heard.splice(0), ['close no'], 'one that is rejected is closed and nothing else');
  test.equal(model.plume.state, 'negotiated');
  test.equal(model.plume.isPluginActive('b'), true);
  await model.plume.feed(model.data);
  test.equal(model.plume.state, 'fed');
  for (let step = 0; step < 3; step++) await model.step();
  test.equal(model.plume.state, 'running');
  await model.plume.teardown();
  await model.plume.teardown();
  test.equal(model.plume.state, 'torn-down');
  test.same(heard, [
    'setup a',
    'setup b',
    'run a 1 1',
    'run b 1 1',
    'run a 2 2',
    'run a 3 3',
    'run b 3 3',
    'teardown b',
    'close b',
    'teardown a',
    'close a',
  ]);
  test.match(model.plume.report(), {
    steps: 3,
    plugins: [
      { plugin: 'a', kind: 'test', state: 'torn-down', info: { name: 'core of a', version: '1.2.3' }, runs: 3, failures: [] },
      { plugin: 'no', state: 'rejected', reasons: ['required but not offered: nothing'] },
      { plugin: 'b', runs: 2 },
    ],
  });
  await model.close();
  await engine.close();
});

t.test('calls out of turn are refused and change nothing', async (test) => {
  const engine = await cpuEngine();
  testPlugins({ a: { run: () => new Promise((resolve) => setTimeout(resolve, 5)) } });
  const plume = await openPlume(engine, configOf(['a']));
  const data = new ModelData();
  await refused(test, plume.feed(data), 'input.state', /plume cannot feed: it is configured; the order is negotiate, feed, run/);
  await refused(test, plume.run(), 'input.state', /plume cannot run: it is configured/);
  await refused(test, () => plume.isParamRequested('u'), 'input.state', /it is configured; negotiate first/);
  await plume.negotiate('offered: []');
  await refused(test, plume.negotiate('offered: []'), 'input.state', /plume cannot negotiate: it is negotiated/);
  await plume.feed(data);
  const first = plume.run();
  await refused(test, plume.run(), 'input.state', /plume cannot run: another call is under way/);
  test.equal((await first).step, 1);
  await plume.teardown();
  await refused(test, plume.run(), 'input.state', /plume cannot run: it is torn-down/);
  await engine.close();
});

t.test('a plugin sees what was agreed on and nothing else', async (test) => {
  const engine = await cpuEngine();
  const seen: unknown[] = [];
  testPlugins({
    one: {
      protocol: 'required: [{name: u, type: ATLAS_FIELD}]',
      setup: (_, data) =>
        void seen.push(
          data.params.map(({ name }) => name),
          data.has('u'),
          data.has('v'),
        ),
      run(_, data) {
        const { name, levels, version, updated } = data.field('u');
        seen.push([name, levels, version, updated]);
        data.field('v');
      },
    },
  });
  const model = await modelOf(engine, configOf(['one']));
  await model.plume.feed(model.data);
  const { failures } = await model.step();
  test.same(seen, [['u'], true, false, ['u', [1, 2], 2, true]]);
  test.match(failures[0]?.error.message, /plugin 'one' failed in run, step 1: plugin 'one' asked for 'v', which was not agreed on/);
  await model.close();
  await engine.close();
});

t.test('a plugin that throws is named, left out after so many failures, and its neighbours go on', async (test) => {
  const engine = await cpuEngine();
  const runs = { healthy: 0, sick: 0, often: 0 };
  const torn: string[] = [];
  const boom = (): never => {
    throw new Error('boom');
  };
  testPlugins({
    'no-load': undefined as never,
    'no-setup': { setup: boom, teardown: () => void torn.push('no-setup') },
    sick: {
      run() {
        runs.sick++;
        boom();
      },
      teardown: boom,
    },
    often: {
      run() {
        if (++runs.often % 2 === 1) boom();
      },
    },
    always: { run: boom },
    healthy: { run: () => void runs.healthy++, teardown: () => void torn.push('healthy') },
  });
  const model = await modelOf(
    engine,
    configOf(['no-load'], ['no-setup'], ['sick', 'failures: 2'], ['often', 'failures: 2'], ['always', 'on-error: skip_step'], ['healthy']),
  );
  await model.plume.feed(model.data);
  const failed: string[] = [];
  for (let step = 0; step < 4; step++) failed.push((await model.step()).failures.map(({ plugin }) => plugin).join(' '));
  test.same(failed, ['sick often always', 'sick always', 'often always', 'always'], 'two in a row disable; skip_step never does');
  test.same(runs, { healthy: 4, sick: 2, often: 4 });
  test.equal(model.plume.state, 'degraded');
  const states = Object.fromEntries(model.plume.report().plugins.map(({ plugin, state }) => [plugin, state]));
  test.same(states, {
    'no-load': 'rejected',
    'no-setup': 'disabled',
    sick: 'disabled',
    often: 'running',
    always: 'degraded',
    healthy: 'running',
  });
  test.equal(model.plume.isPluginActive('sick'), false);
  await model.close();
  const { plugins } = model.plume.report();
  const of = (name: string) => plugins.find(({ plugin }) => plugin === name)?.failures ?? [];
  test.same(
    of('sick').map(({ phase, step }) => [phase, step]),
    [
      ['run', 1],
      ['run', 2],
      ['teardown', 4],
    ],
  );
  test.ok(isDteError(of('sick')[0]?.error, 'fault.plugin'));
  test.match(of('sick')[0]?.error.cause, { message: 'boom' });
  test.equal(of('no-setup')[0]?.error.message, "plugin 'no-setup' failed in setup: boom");
  test.match(of('no-load')[0]?.error.message, /plugin 'no-load' failed in load/);
  test.same(torn, ['healthy', 'no-setup'], 'teardown is called once a setup was begun');
  await engine.close();
});

t.test('on-error: abort lets the failure out, and teardown still works', async (test) => {
  const engine = await cpuEngine();
  const torn: string[] = [];
  testPlugins({
    strict: {
      run: () => {
        throw new Error('stop here');
      },
      teardown: () => void torn.push('strict'),
    },
    after: { run: () => void torn.push('ran'), teardown: () => void torn.push('after') },
  });
  const model = await modelOf(engine, configOf(['strict', 'on-error: abort'], ['after']));
  await model.plume.feed(model.data);
  await refused(test, model.step(), 'fault.plugin', /plugin 'strict' failed in run, step 1: stop here/);
  await model.close();
  test.same(torn, ['after', 'strict']);
  await engine.close();
});

t.test("a lost device and a stopped run are nobody's failure: they reach the caller", async (test) => {
  const engine = await cpuEngine();
  const lost = new DteError('fault.device', 'the device was lost');
  testPlugins({
    a: {
      run: () => {
        throw lost;
      },
    },
  });
  const model = await modelOf(engine, configOf(['a', 'on-error: skip_step']));
  await model.plume.feed(model.data);
  test.equal(await model.step().catch((error: unknown) => error), lost);
  test.same(model.plume.report().plugins[0]?.failures, []);
  await model.close();
  await engine.close();
});

t.test('what takes longer than its timeout is waited for no longer, and left out', async (test) => {
  const engine = await cpuEngine();
  let runs = 0;
  let late: (() => void) | undefined;
  const never = (): Promise<void> =>
    new Promise((resolve) => {
      late = resolve;
    });
  testPlugins({ slow: { run: never }, own: { run: never, keepsTime: true }, healthy: { run: () => void runs++ } });
  const model = await modelOf(engine, configOf(['slow', 'timeout: 20ms'], ['healthy']));
  await model.plume.feed(model.data);
  const { failures } = await model.step();
  test.ok(isDteError(failures[0]?.error, 'limit.deadline'), String(failures[0]?.error));
  test.match(failures[0]?.error.message, /plugin 'slow' failed in run, step 1: it took longer than 20 ms/);
  late?.();
  test.same((await model.step()).ran, ['healthy']);
  test.equal(runs, 2);
  await model.close();
  await engine.close();
});

t.test('a plugin that lacks a part, or comes from nowhere, is rejected with the reason', async (test) => {
  const engine = await cpuEngine();
  const module = (text: string): string => `data:text/javascript,${encodeURIComponent(text)}`;
  const plugin =
    "info: { name: 'core', version: '1' }, negotiate: async () => ({ required: [], offered: [], requestedPlumeVersion: '0.0.0', requestedAtlasVersion: '0.0.0', offeredPlumeVersion: '0.0.0', offeredAtlasVersion: '0.0.0' })";
  const libs: readonly (readonly [string, RegExp | undefined])[] = [
    [module(`export const createPlugin = ({ coreConfig }) => ({ ${plugin}, run: async () => coreConfig.a })`), undefined],
    [module('export const x = 1'), /exports no function createPlugin/],
    [module('export const createPlugin = () => ({})'), /'p2' has no negotiate\(\)/],
    [module(`export const createPlugin = () => ({ ${plugin} })`), /'p3' has neither record\(\) nor run\(\)/],
    [module(`export const createPlugin = () => ({ ${plugin}, run() {}, record() {} })`), /'p4' has both record\(\) and run\(\)/],
    [module('export const createPlugin = () => ({ run() {}, negotiate() {} })'), /'p5' has no info/],
    [module('export const createPlugin = ('), /cannot be loaded/],
    ['/nowhere/at-all.mjs', /there is no module '\/nowhere\/at-all\.mjs'/],
  ];
  const config = { plugins: libs.map(([lib], index) => ({ name: `p${index}`, lib, kind: 'module' })) };
  const plume = await openPlume(engine, config);
  await plume.negotiate('offered: []');
  for (const [index, { accepted, reasons }] of plume.decisions.entries()) {
    const pattern = libs[index]?.[1];
    test.equal(accepted, pattern === undefined, `p${index}`);
    if (pattern !== undefined) test.match(reasons[0], pattern);
  }
  const causes = plume
    .report()
    .plugins.map(({ failures }) => (isDteError(failures[0]?.error.cause) ? failures[0].error.cause.code : undefined));
  test.same(causes, [
    undefined,
    'input.plugin',
    'input.plugin',
    'input.plugin',
    'input.plugin',
    'input.plugin',
    'input.plugin',
    'absent.file',
  ]);
  pluginKinds.set('gone', () => Promise.reject(new Error('not loaded')));
  const gone = await openPlume(engine, 'plugins: [{name: a, lib: a, kind: gone}, {name: b, lib: b.onnx, kind: test}]');
  pluginKinds.delete('test');
  await gone.negotiate('offered: []');
  test.match(
    gone.decisions.map(({ reasons }) => reasons[0]),
    [/not loaded/, /there are no plugins of kind 'test'/],
  );
  pluginKinds.delete('gone');
  await engine.close();
});

t.test('outputs have the shape that was declared, reach later plugins and sinks, and go with the manager', async (test) => {
  const engine = await cpuEngine();
  const given: unknown[] = [];
  const seen: unknown[] = [];
  const notices: PluginNotice[] = [];
  testPlugins({
    speed: {
      protocol: `
        required: [{name: u, type: ATLAS_FIELD}, {name: v, type: ATLAS_FIELD}]
        offered:
          - {name: ws, type: ATLAS_FIELD, shape: {like: u}}
          - {name: box, type: ATLAS_FIELD, shape: {grid: H2, levels: [3], levtype: hl}}
          - {name: count, type: INT}`,
      async run(context, data) {
        const { ws } = context.outputs;
        await context.engine.run((pass) => {
          for (const [index, tile] of (ws?.field.tiles ?? []).entries()) {
            const values = (name: string) => (data.field(name).field.tiles[index] as typeof tile).values;
            pass.run(windSpeed, { count: tile.values.length, u: values('u'), v: values('v'), speed: tile.values });
          }
        });
        context.set('count', context.step * 10);
        if (context.step === 2) context.notify('wind.extreme', { speed: 5 });
      },
    },
    reader: {
      protocol: 'required: [{name: ws, type: ATLAS_FIELD}, {name: box, type: ATLAS_FIELD}, {name: count, type: INT}]',
      async run(context, data) {
        const { field, version, updated } = data.field('ws');
        const { levtype, levels, grid } = data.field('box');
        const [value] = await layerValues(context.engine, field, 1);
        const [empty] = await layerValues(context.engine, data.field('box').field, 0);
        seen.push([value, version, updated, levtype, levels, grid.points, empty, data.int('count')]);
      },
    },
  });
  const sink = async (outputs: readonly PluginOutput[]): Promise<void> => {
    given.push(
      outputs.map(({ plugin, step, param, value }) => [plugin, step, param.name, typeof value === 'object' ? value.version : value]),
    );
  };
  const model = await modelOf(engine, configOf(['speed', 'every: 2'], ['reader']), {
    sinks: [sink],
    onNotice: (notice) => notices.push(notice),
  });
  await model.plume.feed(model.data);
  for (let step = 0; step < 3; step++) await model.step();
  const speed = (step: number): number => Math.fround(Math.hypot(step, 4));
  test.same(seen, [
    [speed(1), 1, true, 'hl', [3], 48, null, 10],
    [speed(1), 1, false, 'hl', [3], 48, null, 10],
    [speed(3), 2, true, 'hl', [3], 48, null, 30],
  ]);
  test.same(given, [
    [
      ['speed', 1, 'ws', 1],
      ['speed', 1, 'box', 1],
      ['speed', 1, 'count', 10],
    ],
    [
      ['speed', 3, 'ws', 2],
      ['speed', 3, 'box', 2],
      ['speed', 3, 'count', 30],
    ],
  ]);
  test.same(notices, [], 'step 2 was left out by every: 2');
  await model.close();
  test.equal(engine.memory.inUseBytes, 0, 'no memory is kept');
  await engine.close();
});

t.test('outputs that cannot be had reject their plugin, and say who makes what is missing', async (test) => {
  const engine = await cpuEngine();
  const output = (text: string) => ({ protocol: `required: [{name: NSTEP, type: INT}]\noffered: [${text}]` });
  testPlugins({
    taken: output('{name: u, type: ATLAS_FIELD, shape: {grid: H2}}'),
    shapeless: output('{name: a, type: ATLAS_FIELD}'),
    unlike: output('{name: b, type: ATLAS_FIELD, shape: {like: u}}'),
    early: { protocol: 'required: [{name: made, type: INT}]' },
    maker: output('{name: made, type: INT}'),
    late: { protocol: 'required: [{name: made, type: INT}]' },
    again: output('{name: made, type: INT}'),
    grids: output('{name: c, type: ATLAS_FIELD, shape: {grid: no-such-grid}}'),
  });
  const model = await modelOf(engine, configOf(['taken'], ['shapeless'], ['unlike'], ['early'], ['maker'], ['late'], ['again'], ['grids']));
  test.same(
    model.plume.decisions.map(({ reasons }) => reasons),
    [
      ["its output 'u' is on offer already"],
      ["its output 'a' has no shape (like: FIELD or grid: GRIDSPEC)"],
      ["its output 'b' is like 'u', which is no field agreed on"],
      [
        'required but not offered: made',
        "'made' is made by plugin 'maker', which does not run before it",
        "'made' is made by plugin 'again', which does not run before it",
      ],
      [],
      [],
      ["its output 'made' is on offer already"],
      [],
    ],
  );
  await model.plume.feed(model.data);
  const [grids] = model.plume.report().plugins.slice(-1);
  test.match(grids, { state: 'disabled', failures: [{ phase: 'setup', error: { message: /no-such-grid/ } }] });
  await model.close();
  await engine.close();
});

t.test('a write to what was not declared is refused', async (test) => {
  const engine = await cpuEngine();
  testPlugins({ a: { protocol: 'offered: [{name: n, type: INT}]', run: (context) => context.set('NSTEP', 3) } });
  const model = await modelOf(engine, configOf(['a']));
  await model.plume.feed(model.data);
  const { failures } = await model.step();
  test.match(failures[0]?.error.message, /plugin 'a' set 'NSTEP', which it did not declare; its scalar outputs are n/);
  await model.close();
  await engine.close();
});

t.test('missing data are told of and break only who reads them; data of another type are refused', async (test) => {
  const warned: string[] = [];
  const plain = await cpuEngine();
  const context = {
    ...plain.context,
    log: { ...plain.context.log, warn: (event: string, data?: object) => void warned.push(`${event} ${JSON.stringify(data)}`) },
  };
  const { openEngine } = await import('../../src/compute/index.js');
  const engine = await openEngine(context, { device: 'cpu' });
  testPlugins({ a: { protocol: 'required: [{name: u, type: ATLAS_FIELD}]', setup: (_, data) => void data.field('u') }, b: {} });
  const plume = await openPlume(engine, configOf(['a'], ['b']));
  await plume.negotiate(offers);
  const data = new ModelData();
  await plume.feed(data);
  test.match(warned[0], /plume.data.missing .*"u"/);
  test.match(warned[1], /plume.data.missing .*"NSTEP"/, 'what is always there is missed, too');
  test.same(
    plume.report().plugins.map(({ state }) => state),
    ['disabled', 'fed'],
  );
  await plume.teardown();
  const wrong = await openPlume(engine, configOf(['a']));
  await wrong.negotiate(offers);
  data.create('NSTEP', 'DOUBLE', 1);
  await refused(test, wrong.feed(data), 'input.value', /'NSTEP' was offered as INT and provided as DOUBLE/);
  await engine.close();
  await plain.close();
});

const params = { count: 'u32' } as const;
const broken = kernel('test/broken', {
  params,
  inputs: {},
  outputs: { out: 'f32' },
  threads: ({ count }) => [count],
  cpu: () => {
    throw new Error('the twin throws');
  },
  tolerance: 0,
  wgsl: 'no shader at all',
  module: 'data:text/javascript,export const broken = 0',
});

function recordSpeed(out: string): NonNullable<Plugin['record']> {
  return (pass, { outputs }, data) => {
    const [tile, u, v] = [outputs[out]?.field, data.field('u').field, data.field('v').field].map((field) => field?.tiles[0]?.values);
    if (tile !== undefined && u !== undefined && v !== undefined) pass.run(windSpeed, { count: tile.length, u, v, speed: tile });
  };
}

for (const executor of ['cpu', 'gpu'] as const) {
  t.test(
    `recorded plugins share a pass on a GPU; one that the ${executor} executor refuses is named, and the others' work is done once`,
    async (test) => {
      const engine = executor === 'cpu' ? await cpuEngine({ timing: true }) : await gpuEngine({ timing: true });
      if (typeof engine === 'string') return void test.pass('no adapter', { skip: engine });
      let seen = false;
      const speed = (out: string) => ({
        protocol: `required: [{name: u, type: ATLAS_FIELD}, {name: v, type: ATLAS_FIELD}]\noffered: [{name: ${out}, type: ATLAS_FIELD, shape: {like: u}}]`,
        record: recordSpeed(out),
      });
      testPlugins({
        first: speed('a'),
        half: {
          protocol: 'required: [{name: u, type: ATLAS_FIELD}]',
          record(pass, _, data) {
            const [tile] = data.field('u').field.tiles;
            // Were this run, u would be zero for those after.
            if (tile !== undefined) pass.clear(tile.values);
            throw new Error('changed its mind');
          },
        },
        bad: { record: (pass) => pass.run(broken, { count: 176, out: pass.allocate('f32', 176) }) },
        last: {
          ...speed('b'),
          protocol: speed('b').protocol.replace('[', '[{name: a, type: ATLAS_FIELD}, '),
          record(pass, context, data) {
            seen = data.isUpdated('a');
            speed('b').record(pass, context, data);
          },
        },
      });
      const model = await modelOf(engine, configOf(['first'], ['half'], ['bad'], ['last']));
      await model.plume.feed(model.data);
      const { ran, failures } = await model.step();
      test.same(ran, ['first', 'last']);
      test.equal(seen, true, 'what was recorded before counts as updated');
      test.same(failures.map(({ plugin }) => plugin).toSorted(), ['bad', 'half']);
      for (const name of ['a', 'b'])
        test.equal((await layerValues(engine, model.data.field(name).field, 1))[87], Math.fround(Math.hypot(1, 4)));
      const [first, , bad, last] = model.plume.report().plugins;
      test.match([first, last], [{ runs: 1 }, { runs: 1 }]);
      test.equal(bad?.runs, 0);
      for (const one of [first, last]) test.ok((one?.deviceMs ?? -1) >= 0, 'time on the device is known');
      test.equal(model.data.isUpdated('a'), true);
      await model.close();
      await engine.close();
    },
  );
}

t.test('on a GPU a step of plugins that only record is one submit', async (test) => {
  const engine = await gpuEngine();
  if (typeof engine === 'string') return void test.pass('no adapter', { skip: engine });
  const names = ['a', 'b', 'c'];
  const output = (name: string) =>
    `required: [{name: u, type: ATLAS_FIELD}, {name: v, type: ATLAS_FIELD}]\noffered: [{name: out-${name}, type: ATLAS_FIELD, shape: {like: u}}]`;
  testPlugins({
    ...Object.fromEntries(names.map((name) => [name, { protocol: output(name), record: recordSpeed(`out-${name}`) }])),
    host: {},
  });
  const queue = engine.shared?.device.queue as GPUQueue;
  const submit = queue.submit.bind(queue);
  let submits = 0;
  queue.submit = (buffers) => {
    submits++;
    return submit(buffers);
  };
  const counts: number[] = [];
  for (const keys of ['every: 1', 'timeout: 60s']) {
    const model = await modelOf(engine, configOf(['a', keys], ['b'], ['c'], ['host']));
    await model.plume.feed(model.data);
    await model.step();
    submits = 0;
    model.data.setUpdated(['u']);
    test.equal((await model.plume.run()).ran.length, 4);
    counts.push(submits);
    await model.close();
  }
  test.same(counts, [1, 2], 'one with a timeout has a pass of its own');
  await engine.close();
});

t.test('fields that the model owns stay its own', async (test) => {
  const engine = await cpuEngine();
  testPlugins({ a: { protocol: 'required: [{name: u, type: ATLAS_FIELD}]' } });
  const plume = await openPlume(engine, configOf(['a']));
  await plume.negotiate(offers);
  const data = new ModelData();
  const u = await fieldOf(engine, 'O2', levels(0), () => 1);
  data.provideField('u', { value: u });
  await plume.feed(data);
  await plume.teardown();
  data.release();
  test.equal((await layerValues(engine, u, 0))[0], 1);
  releaseField(u);
  await engine.close();
});
