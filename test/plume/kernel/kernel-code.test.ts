// Kernels of plugins: what they compute on every executor, over values and over points, and what of their text is refused.
import t, { type Test } from 'tap';
import { gridFromSpec } from '../../../src/atlas/index.js';
import { isDteError } from '../../../src/base/index.js';
import { type Engine, missingValue } from '../../../src/compute/index.js';
import { kernelCode, type PluginKernel } from '../../../src/plume/kernel/kernel-code.js';
import { compileKernel, type KernelData, prepareKernel } from '../../../src/plume/kernel/prepare.js';
import { cpuEngine, gpuEngine } from '../../support/engines.js';
import { layersOf, makeField } from '../support/fields.js';

const base: PluginKernel = {
  stem: 'plugin/test',
  over: 'values',
  reach: 'point',
  inputs: ['u', 'ps'],
  outputs: ['r'],
  scalars: new Map(),
  constants: new Map(),
  loopLimit: 1000,
  wgsl: { text: 'fn run() { set_r(u()); }', file: 'a.yaml', firstLine: 20 },
  cpu: undefined,
};

const grid = gridFromSpec('30/30');
const levels = [1000, 850, 700, 500, 400, 300, 250, 200, 100, 50];
const [some, many] = [levels.slice(0, 3), levels];

async function everyEngine(test: Test, work: (engine: Engine) => Promise<void>): Promise<void> {
  for (const engine of [await cpuEngine({ precision: 'f64' }), await cpuEngine({ threads: 1 }), await gpuEngine()]) {
    if (typeof engine === 'string') {
      test.pass('no adapter', { skip: engine });
      continue;
    }
    test.comment(engine.info.name);
    await work(engine);
    await engine.close();
  }
}

async function run(engine: Engine, plugin: PluginKernel, data: KernelData): Promise<void> {
  const prepared = await prepareKernel(engine, await compileKernel(engine, plugin), data);
  await engine.run((pass) => prepared.record(pass, data));
  prepared.release();
}

const u = (point: number, layer: number): number => (point % 7 === 3 ? missingValue : point + 100 * layer);
const ps = (point: number): number => 2 * point;

t.test('over values: level by level, with scalars, constants, coordinates and levels; what is not set is missing', async (test) => {
  const plugin: PluginKernel = {
    ...base,
    scalars: new Map([
      ['NSTEP', 'i32'],
      ['warm', 'bool'],
    ]),
    constants: new Map([['limit', 25.5]]),
    wgsl: {
      text: 'fn run() { if (is_missing(u())) { return; }\n set_r(u() + ps() + f32(NSTEP()) * limit() + level() + lat() + lon() + select(0.0, 0.5, warm())); }',
    },
    cpu: 'function run() { if (is_missing(u())) return; set_r(u() + ps() + NSTEP() * limit() + level() + lat() + lon() + (warm() ? 0.5 : 0)); }',
  };
  const { lat, lon } = grid.coordinates();
  await everyEngine(test, async (engine) => {
    for (const members of [1, 2]) {
      const fields = {
        u: await makeField(engine, 'u', { grid, levels: some, members }, u),
        ps: await makeField(engine, 'ps', { grid, levels: [0] }, ps),
        r: await makeField(engine, 'r', { grid, levels: some, members }, () => 1234),
      };
      const get = (name: string): (typeof fields)['u'] => fields[name as keyof typeof fields];
      await run(engine, plugin, { field: get, output: get, scalar: (name) => (name === 'NSTEP' ? -2 : 1) });
      const wanted = Array.from({ length: members * 3 }, (_, layer) =>
        Array.from({ length: grid.points }, (_, p) =>
          u(p, layer) === missingValue
            ? missingValue
            : u(p, layer) + ps(p) - 51 + some[layer % 3]! + lat[p]! + ((lon[p]! + 360) % 360) + 0.5,
        ),
      );
      test.same(await layersOf(engine, get('r')), wanted, `${members} members`);
    }
  });
});

t.test('over points: whole columns, also where a column lies in two tiles, and results of another number of levels', async (test) => {
  const plugin: PluginKernel = {
    ...base,
    over: 'points',
    inputs: ['u', 'ps'],
    outputs: ['sum', 'steps'],
    wgsl: {
      text: `fn run() {
  var total = 0.0;
  for (var k = 0u; k < u_levels(); k++) {
    if (is_missing(u(k))) { return; }
    total += u(k) * u_level(k);
    if (k > 0u) { set_steps(k - 1u, u(k) - u(k - 1u) + u(99u) * 0.0); }
  }
  set_sum(0u, total + ps(0u));
}`,
    },
    cpu: `function run() {
  let total = 0;
  for (let k = 0; k < u_levels(); k++) {
    if (is_missing(u(k))) return;
    total += u(k) * u_level(k);
    if (k > 0) set_steps(k - 1, u(k) - u(k - 1) + u(99) * 0);
  }
  set_sum(0, total + ps(0));
}`,
  };
  await everyEngine(test, async (engine) => {
    for (const [members, levels] of [
      [1, some],
      [2, some],
      [1, many],
      [2, many],
    ] as const) {
      const count = levels.length;
      const fields = {
        u: await makeField(engine, 'u', { grid, levels, members }, u),
        ps: await makeField(engine, 'ps', { grid, levels: [0] }, ps),
        sum: await makeField(engine, 'sum', { grid, levels: [0], members }, () => 1234),
        steps: await makeField(engine, 'steps', { grid, levels: levels.slice(1), members }, () => 1234),
      };
      const get = (name: string): (typeof fields)['u'] => fields[name as keyof typeof fields];
      await run(engine, plugin, { field: get, output: get, scalar: () => 0 });
      const points = Array.from({ length: grid.points }, (_, p) => p);
      const of = (value: (p: number, layer: number) => number, layer: number): number[] =>
        points.map((p) => (u(p, 0) === missingValue ? missingValue : value(p, layer)));
      const sum = (p: number, m: number): number =>
        levels.reduce((total, level, k) => total + (p + 100 * (m * count + k)) * level, 0) + ps(p);
      const found = await layersOf(engine, get('sum'));
      test.same(
        found.map((layer, member) => layer.map((value, p) => Math.abs(value - of(sum, member)[p]!) <= 1e-6 * Math.abs(value))),
        found.map((layer) => layer.map(() => true)),
        `sums of ${members} x ${count}`,
      );
      const steps = Array.from({ length: members * (count - 1) }, (_, layer) => of(() => 100, layer));
      test.same(await layersOf(engine, get('steps')), steps, `steps of ${members} x ${count}`);
    }
  });
});

t.test('with reach: grid other points can be read, and beyond the grid is missing', async (test) => {
  const plugin: PluginKernel = {
    ...base,
    reach: 'grid',
    inputs: ['ps'],
    wgsl: { text: 'fn run() { set_r(ps_at(point() + 1u)); }' },
    cpu: 'function run() { set_r(ps_at(point() + 1)); }',
  };
  await everyEngine(test, async (engine) => {
    const fields = {
      ps: await makeField(engine, 'ps', { grid, levels: [0] }, ps),
      r: await makeField(engine, 'r', { grid, levels: [0] }, () => 1),
    };
    const get = (name: string): (typeof fields)['r'] => fields[name as keyof typeof fields];
    await run(engine, plugin, { field: get, output: get, scalar: () => 0 });
    const wanted = Array.from({ length: grid.points }, (_, p) => (p + 1 < grid.points ? ps(p + 1) : missingValue));
    test.same(await layersOf(engine, get('r')), [wanted]);
  });
});

t.test(
  'results that cannot be stored are missing, and a loop ends at its limit, with the results of that invocation missing',
  async (test) => {
    const engine = await gpuEngine();
    if (typeof engine === 'string') return void test.pass('no adapter', { skip: engine });
    const fields = {
      ps: await makeField(engine, 'ps', { grid, levels: [0] }, ps),
      r: await makeField(engine, 'r', { grid, levels: [0] }, () => 1),
    };
    const get = (name: string): (typeof fields)['r'] => fields[name as keyof typeof fields];
    const data: KernelData = { field: get, output: get, scalar: () => 0 };
    // The limit is 1000 rounds; point p asks for 2 p + 900 of them, in loops of every kind.
    const loops = [
      'var n = 0.0; loop { n += 1.0; if (n >= ps() + 900.0) { break; } continuing { } } set_r(n);',
      'var n = 0.0; while (n < ps() + 900.0) { n += 1.0; } set_r(n);',
      'var n = 0.0; for (; n < ps() + 900.0;) { n += 1.0; } set_r(n);',
      'var n = 0.0; for (var i = 0; i < 30; i++) { for (var j = 0; true; j++) { if (n >= ps() + 870.0 - f32(29 - i)) { break; } n += 1.0; } } set_r(ps() + 900.0);',
    ];
    for (const text of loops) {
      await run(engine, { ...base, inputs: ['ps'], wgsl: { text: `fn run() { ${text} }` } }, data);
      const [values] = await layersOf(engine, get('r'));
      test.equal(values![20], 940, text);
      test.equal(values![60], missingValue, `${text} beyond the limit`);
    }
    await run(engine, { ...base, inputs: ['ps'], wgsl: { text: 'fn run() { set_r(1e38 * ps()); }' } }, data);
    const [values] = await layersOf(engine, get('r'));
    test.equal(values![60], missingValue, 'overflow');
    await engine.close();
  },
);

t.test('a text that reaches beyond its contract is refused with its line', async (test) => {
  const refused = (text: string): string => {
    try {
      kernelCode({ ...base, wgsl: { ...base.wgsl, text } });
    } catch (error) {
      if (isDteError(error, 'input.plugin')) return error.message;
      throw error;
    }
    return 'accepted';
  };
  const run = 'fn run() { set_r(u()); }';
  test.equal(refused(run), 'accepted');
  const binding = '@group(0) @binding(9) var<storage, read_write> stolen: array<f32>;';
  test.match(
    refused(`\n${binding}\n${run}`),
    /'@group' has no place in the WGSL of a plugin \(a.yaml, line 21\); the engine declares bindings/,
  );
  // A carriage return and a line separator end a comment, too.
  for (const end of ['\r', '\u2028', '\u0085', '\v', '\f'])
    test.match(refused(`// ${end}${binding}\n${run}`), /'@group' has no place.*line 21/);
  test.equal(refused(`// ${binding}\n/* ${binding} /* nested */ @compute */\n${run}`), 'accepted', 'comments say what they like');
  test.match(refused(`/* /* */ ${run}`), /a comment of the WGSL is not closed/);
  test.match(refused('fn other() {}'), /defines no 'fn run\(\)'.*run is called once for each index/);
  test.match(refused('fn run() { set_u(1.0); }'), /'set_u' has no place.*'u' is an input and cannot be written/);
  test.match(refused('fn run() { y0[3] = 1.0; }'), /'y0' has no place.*through the functions named after inputs and outputs/);
  test.match(refused('fn run() { set_r(f32(params.points)); }'), /'params' has no place/);
  test.match(
    refused('var<workgroup> shared: array<f32, 4>;\nfn run() {}'),
    /'workgroup' has no place.*every invocation computes its own index/,
  );
  test.match(refused('fn run() { workgroupBarrier(); }'), /'workgroupBarrier' has no place/);
  test.match(refused('fn run() { dte_rounds = 0u; }'), /names that begin with 'dte_' are the engine's/);
  test.match(refused('enable f16;\nfn run() {}'), /'enable' has no place/);
  test.match(refused('override x = 3;\nfn run() {}'), /'override' has no place/);
  test.match(refused('#import lib/bits\nfn run() {}'), /'#' has no place.*nothing can be imported/);
  test.match(refused('fn main() {}\nfn run() {}'), /'main' has no place/);
});

t.test('what the compiler refuses is told with the line of the text; without a twin a kernel needs a GPU', async (test) => {
  const cpu = await cpuEngine({ threads: 1 });
  await test.rejects(compileKernel(cpu, base), {
    code: 'absent.device',
    message: /plugin\/test has no host twin: it needs a GPU.*give the kernel its computation in JavaScript/,
  });
  await test.rejects(compileKernel(cpu, { ...base, cpu: 'function run( {' }), {
    code: 'input.plugin',
    message: /the host twin is no JavaScript/,
  });
  await cpu.close();
  const gpu = await gpuEngine();
  if (typeof gpu === 'string') return void test.pass('no adapter', { skip: gpu });
  const faulty = { ...base, wgsl: { ...base.wgsl, text: 'fn run() {\n  let x = u() + 1u;\n}' } };
  await test.rejects(compileKernel(gpu, faulty), {
    code: 'input.plugin',
    message: /the shader does not compile: no matching overload for 'operator \+ \(f32, u32\)' \(a.yaml, line 21\)/,
  });
  await test.rejects(compileKernel(gpu, { ...base, inputs: ['loop'], wgsl: { text: 'fn run() { set_r(1.0); }' } }), {
    code: 'input.plugin',
    message: /may be a word of WGSL/,
  });
  await gpu.close();
});
