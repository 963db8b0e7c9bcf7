// Plugins that are texts, through the manager: manifests, negotiation, outputs for later plugins, and what is refused.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type Engine, missingValue } from '../../../src/compute/index.js';
import { ModelData, openPlume, type Plume } from '../../../src/plume/index.js';
import { cpuEngine, gpuEngine } from '../../support/engines.js';
import { fieldOf, layerValues, levels } from '../support.js';

const offers = `offered:
  - {name: u, type: ATLAS_FIELD}
  - {name: v, type: ATLAS_FIELD}
  - {name: z, type: ATLAS_FIELD}
  - {name: 10u, type: ATLAS_FIELD}
  - {name: NSTEP, type: INT, available: always}
  - {name: TSTEP, type: DOUBLE, available: always}`;

const pl = levels(850, 500);

/** u is missing at every seventh point; z is such that 100 m lies half way between the levels. */
async function modelOf(engine: Engine): Promise<ModelData> {
  const data = new ModelData();
  const add = async (name: string, layers: ReturnType<typeof levels>, value: (p: number, l: number) => number): Promise<void> => {
    data.provideField(name, { value: await fieldOf(engine, '30/30', layers, value) });
  };
  await add('u', pl, (p, l) => (p % 7 === 0 ? missingValue : 3 * (p % 5) + l));
  await add('v', pl, (p, l) => 4 * (p % 5) + l);
  await add('z', pl, (_, l) => (l === 0 ? 200 : 0) * 9.80665);
  await add('10u', levels(0), (p) => p);
  data.create('NSTEP', 'INT', 3);
  data.create('TSTEP', 'DOUBLE', 900);
  return data;
}

async function started(engine: Engine, config: string, folder = '/nowhere/'): Promise<{ readonly plume: Plume; readonly data: ModelData }> {
  const plume = await openPlume(engine, config, { folder });
  await plume.negotiate(offers);
  const data = await modelOf(engine);
  await plume.feed(data);
  data.setUpdated(['u', 'v', 'z', '10u', 'NSTEP', 'TSTEP']);
  return { plume, data };
}

function failuresOf(plume: Plume): readonly string[] {
  return plume.report().plugins.flatMap(({ failures, reasons }) => [...reasons, ...failures.map(({ error }) => error.message)]);
}

async function everyEngine(test: Test, work: (engine: Engine) => Promise<void>): Promise<void> {
  for (const engine of [await cpuEngine({ threads: 1 }), await gpuEngine()]) {
    if (typeof engine === 'string') {
      test.pass('no adapter', { skip: engine });
      continue;
    }
    test.comment(engine.info.name);
    await work(engine);
    await engine.close();
  }
}

/** A folder with these files, removed afterwards. */
function folderWith(test: Test, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'dte-plugins-'));
  test.teardown(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return `${folder}/`;
}

const manifests = {
  'speed.yaml': `name: wind-speed
version: 1.2.0
expressions: |
  speed = sqrt(u * u + v * v)
  strong = speed[850] > limit
constants: {limit: 10}
`,
  'energy.yaml': `inputs: {speed: speed, step: NSTEP}
outputs: {energy: {comment: J kg**-1}}
wgsl: |
  fn run() {
    if (is_missing(speed())) { return; }
    set_energy(0.5 * speed() * speed() + f32(step()));
  }
cpu: |
  function run() {
    if (is_missing(speed())) return;
    set_energy(0.5 * speed() * speed() + step());
  }
`,
  'scaled.yaml': `inputs: {x: 10u}
outputs: [scaled]
constants: {factor: 2}
kernel: |
  function (x) { return this.thread.x === 3 ? 0 / 0 : this.constants.factor * x[this.thread.x]; }
`,
};

t.test('an expression, a kernel on its result and a kernel of gpu.js beside them', async (test) => {
  const folder = folderWith(test, manifests);
  const config = `plugins:
  - {name: speed, lib: speed.yaml, kind: expression, core-config: {constants: {limit: 14}}}
  - {name: energy, lib: energy.yaml, core-config: {trust-twin: true}}
  - {name: scaled, lib: scaled.yaml, kind: gpujs}`;
  await everyEngine(test, async (engine) => {
    const { plume, data } = await started(engine, config, folder);
    test.same(failuresOf(plume), []);
    await plume.run();
    test.same(failuresOf(plume), []);
    const speed = (p: number, l: number): number => Math.sqrt((3 * (p % 5) + l) ** 2 + (4 * (p % 5) + l) ** 2);
    for (const layer of [0, 1]) {
      const got = await layerValues(engine, data.field('speed').field, layer);
      const energy = await layerValues(engine, data.field('energy').field, layer);
      got.forEach((value, p) => {
        const wanted = p % 7 === 0 ? null : speed(p, layer);
        if (wanted === null) test.ok(value === null && energy[p] === null, `missing at ${p}`);
        else if (Math.abs((value as number) - wanted) > 1e-5 || Math.abs((energy[p] as number) - wanted ** 2 / 2 - 3) > 1e-4)
          test.fail(`${p}: ${value}, ${energy[p]}`);
      });
    }
    const strong = await layerValues(engine, data.field('strong').field, 0);
    test.same(
      strong,
      strong.map((_, p) => (p % 7 === 0 ? null : Number(speed(p, 0) > 14))),
      'the configuration sets the limit',
    );
    test.same(data.field('strong').levels, [850]);
    const scaled = await layerValues(engine, data.field('scaled').field, 0);
    test.same(
      scaled,
      scaled.map((_, p) => (p === 3 ? null : 2 * p)),
    );
    test.same(
      plume.report().plugins.map(({ info }) => info?.name),
      ['wind-speed', 'energy', 'scaled'],
    );
    await plume.teardown();
  });
});

t.test('formulas in the configuration itself, with a wind at a height and scalars of the model', async (test) => {
  const config = `plugins:
  - name: power
    lib: inline
    kind: expression
    core-config:
      inputs: {u100: {name: u, height: 100}, surface: 10u, step: NSTEP, seconds: TSTEP}
      outputs: [ratio, hours]
      expressions: |
        ratio = u100 / surface
        hours = where(is_missing(u100), missing, step * seconds / 3600)`;
  await everyEngine(test, async (engine) => {
    const { plume, data } = await started(engine, config);
    await plume.run();
    test.same(failuresOf(plume), []);
    const [ratio, hours] = [
      await layerValues(engine, data.field('ratio').field, 0),
      await layerValues(engine, data.field('hours').field, 0),
    ];
    ratio.forEach((value, p) => {
      // Half way between levels whose winds differ by 1.
      const wanted = p % 7 === 0 ? null : (3 * (p % 5) + 0.5) / p;
      if (wanted === null ? value !== null : Math.abs((value as number) - wanted) > 1e-6) test.fail(`${p}: ${value}, not ${wanted}`);
    });
    test.equal(hours[1], 0.75);
    test.equal(hours[7], null);
    await plume.teardown();
  });
});

t.test('what a manifest says wrongly is told with file and line, and only that plugin is rejected', async (test) => {
  const files: readonly (readonly [kind: string, text: string, message: RegExp])[] = [
    ['expression', 'expresions: a = u', /has an unknown key 'expresions'.*\(.*bad.yaml, line 1.*did you mean 'expressions'/],
    ['expression', 'version: 1.0.0', /manifest 'bad.yaml' has no 'expressions' .*bad.yaml/],
    [
      'expression',
      'version: 1.0.0\nexpressions: |\n  a = u\n  b = sqr(u)\n',
      /'sqr' is no function, column 5 of 'b = sqr\(u\)'.*\(.*bad.yaml, line 4\); did you mean 'sqrt'/,
    ],
    [
      'expression',
      'inputs: [u]\nexpressions: a = u + w',
      /'w' is not known, column 9 of 'a = u \+ w'.*\(.*bad.yaml, line 2\); inputs are u/,
    ],
    ['expression', 'expressions: a = u\noutputs: [b]', /no formula sets the output 'b'/],
    ['expression', "inputs: {'10u': 10u}\nexpressions: a = 1", /has the name '10u', which no code can use/],
    ['expression', 'expressions: a = u\nconstants: {c: big}', /constants.*is "big".*line 2.*a number that fits f32/],
    ['kernel', 'outputs: [r]\nwgsl: fn run() {}', /manifest 'bad.yaml' has no 'inputs'/],
    ['kernel', 'inputs: [u]\nwgsl: fn run() {}', /has no 'outputs'/],
    ['kernel', 'inputs: [u]\noutputs: [r]', /has no 'wgsl'/],
    ['kernel', 'inputs: [NSTEP]\noutputs: [r]\nwgsl: fn run() {}', /has no field/],
    ['kernel', 'inputs: [u]\noutputs: [u]\nwgsl: fn run() {}', /has 'u' twice among inputs, outputs and constants/],
    ['kernel', 'inputs: [u]\noutputs: [r]\nover: cells\nwgsl: fn run() {}', /over.*is "cells".*line 3.*accepted are values, points/],
    [
      'kernel',
      'inputs: [u]\noutputs: [r]\nwgsl: |\n  fn run() {\n    set_u(1.0);\n  }\n',
      /'set_u' has no place in the WGSL of a plugin.*\(.*bad.yaml, line 5/,
    ],
    ['kernel', 'inputs: [u]\noutputs: [r]\nwgsl: fn run() {}', /plugin\/bad has no host twin: it needs a GPU/],
    [
      'kernel',
      'inputs: [u]\noutputs: [r]\nwgsl: fn run() {}\ncpu: function run() {}',
      /host twin of plugin 'bad' is JavaScript.*trust-twin: true/,
    ],
    ['kernel', 'inputs: [u]\noutputs: [r]\nwgsl-file: none.wgsl', /none.wgsl/],
    ['gpujs', 'inputs: [u]\noutputs: [r]', /has no 'kernel'/],
    ['gpujs', 'inputs: [u]\noutputs: [r, s]\nkernel: function () {}', /there is one, what the function returns/],
    [
      'gpujs',
      'inputs: [u]\noutputs: [r]\nmode: webgpu\nkernel: function () {}',
      /WebGPU mode of gpu.js, which opens a device of its own.*mode: cpu/,
    ],
  ];
  const engine = await cpuEngine({ threads: 1 });
  for (const [kind, text, message] of files) {
    const folder = folderWith(test, { 'bad.yaml': text, 'good.yaml': 'expressions: good = u' });
    const config = `plugins: [{name: bad, lib: bad.yaml, kind: ${kind}}, {name: good, lib: good.yaml, kind: expression}]`;
    const plume = await openPlume(engine, config, { folder, source: `${folder}plume.yaml` });
    const [bad, good] = await plume.negotiate(offers);
    test.match(bad?.reasons.join(), message, text);
    test.ok(bad?.accepted === false && good?.accepted, 'the other goes on');
  }
  const inline = await openPlume(engine, 'plugins: [{name: p, lib: x, kind: expression, core-config: {expressions: "a = sqr(u)"}}]', {
    source: 'plume.yaml',
  });
  const [decision] = await inline.negotiate(offers);
  test.match(
    decision?.reasons.join(),
    /'sqr' is no function, column 5 of 'a = sqr\(u\)', line 1 of the text \(plume.yaml, line 1\)/,
    'formulas in a configuration have its place',
  );
  const constants = 'plugins: [{name: p, lib: good.yaml, kind: expression, core-config: {constants: {limit: 3}}}]';
  const folder = folderWith(test, { 'good.yaml': 'expressions: good = u' });
  const [wrong] = await (await openPlume(engine, constants, { folder })).negotiate(offers);
  test.match(wrong?.reasons.join(), /constant 'limit' of plugin 'p' cannot be 3.*the manifest has none/);
  await engine.close();
});

t.test('fields that do not go together fail in setup, and a kernel that gpu.js refuses in its run', async (test) => {
  const engine = await cpuEngine({ threads: 1 });
  const expression = (text: string): string => `plugins: [{name: p, lib: x, kind: expression, core-config: {expressions: "${text}"}}]`;
  const absent = await started(engine, expression('a = u[700]'));
  test.match(failuresOf(absent.plume).join(), /'u' has no level 700.*its levels are 850, 500/);
  const gpujs =
    'plugins: [{name: p, lib: x, kind: gpujs, failures: 1, core-config: {inputs: [u], outputs: [r], kernel: "function (u) { return nothing(u); }"}}]';
  const refused = await started(engine, gpujs);
  const report = await refused.plume.run();
  test.equal(report.failures.length, 1);
  test.match(report.failures[0]?.error.message, /plugin 'p'/);
  await engine.close();
});
