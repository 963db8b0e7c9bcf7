// Plugins from the command line: what is checked without a model, and against what one offers.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { readNpy } from '../../src/base/index.js';
import { dte } from './dte.js';

const watcher = `export function createPlugin({ coreConfig }) {
  const protocol = {
    required: [{ name: 'u', type: 'ATLAS_FIELD', available: 'on-request' }],
    offered: [{ name: 'top', type: 'DOUBLE', available: 'on-request' }],
    requestedPlumeVersion: '0.0.0', requestedAtlasVersion: '0.0.0', offeredPlumeVersion: '0.8.0', offeredAtlasVersion: '0.0.0',
  };
  let steps = 0;
  return {
    info: { name: 'watcher', version: '0.1.0' },
    negotiate: async () => protocol,
    async run(context, data) {
      const [tile] = data.field('u').field.tiles;
      const [values] = await context.engine.read(tile.values);
      const top = values.reduce((most, value) => Math.max(most, value));
      context.set('top', top);
      if (top > coreConfig.limit) context.notify('wind.high', { top });
      if (coreConfig.fails && ++steps === 2) throw new Error('had enough');
    },
  };
}
`;

function folderOf(test: Test, config: string): (name: string) => string {
  const folder = test.testdir({
    'watch.mjs': watcher,
    'plume.yaml': config,
    'offers.yaml': 'offered: [{name: u, type: DOUBLE}, {name: n, type: INT}]',
  });
  return (name) => join(folder, name);
}

const config = `plugins:
  - {name: watch, lib: watch.mjs, kind: module, core-config: {limit: 10}}
  - name: heights
    lib: watch.mjs
    kind: module
    parameters: [[{name: v, type: ATLAS_FIELD, height: 100}], [{name: n, type: INT}]]
`;

t.test('check shows what plugins need and make, and with offers what becomes of them', async (test) => {
  const at = folderOf(test, config);
  const alone = await dte(['plume', 'check', at('plume.yaml')]);
  test.equal(alone.code, 0, alone.stderr);
  test.equal(
    alone.stdout.toString(),
    `watch: loads (module, watcher 0.1.0)
  requires  u (ATLAS_FIELD)
  makes     top (DOUBLE)

heights: loads (module, watcher 0.1.0)
  requires  u (ATLAS_FIELD)
  group 1   v;hl;100 (ATLAS_FIELD)
  group 2   n (INT)
  makes     top (DOUBLE)
`,
  );
  const offered = await dte(['plume', 'check', at('plume.yaml'), '--offers', at('offers.yaml')]);
  test.equal(offered.code, 2);
  const text = offered.stdout.toString();
  test.match(text, /^watch: accepted/);
  test.match(text, /heights: rejected/);
  test.match(text, / {2}group 1 {3}v;hl;100 \(ATLAS_FIELD\) \(not offered\)\n {2}group 2 {3}n \(INT\) \(offered\)/);
  test.match(text, /because {3}its output 'top' is on offer already/);
  test.match(text, /beware {4}u is asked for as ATLAS_FIELD and offered as DOUBLE/);
  test.match(offered.stderr, /plugin 'heights' would be rejected: its output 'top' is on offer already/);
  const json = JSON.parse(
    (await dte(['plume', 'check', at('plume.yaml'), '--offers', at('offers.yaml'), '--json'])).stdout.toString(),
  ) as unknown;
  test.match(json, [
    { plugin: 'watch', kind: 'module', accepted: true, info: { name: 'watcher' } },
    { plugin: 'heights', accepted: false },
  ]);
});

t.test('check tells every mistake, and ends with its code', async (test) => {
  const at = folderOf(
    test,
    'plugins:\n  - {name: gone, lib: nowhere.mjs, kind: module}\n  - {name: watch, lib: watch.mjs, kind: module}\n',
  );
  const gone = await dte(['plume', 'check', at('plume.yaml')]);
  test.equal(gone.code, 4);
  test.match(gone.stdout.toString(), /gone: does not load \(module, nowhere\.mjs\)\n\nwatch: loads/);
  test.match(gone.stderr, /there is no module 'nowhere\.mjs' \(.*plume\.yaml, line 2\); paths start from/);
  const wrong = folderOf(test, 'plugins:\n  - {name: a, lib: watch.mjs, kindd: module}\n');
  const refused = await dte(['plume', 'check', wrong('plume.yaml')]);
  test.equal(refused.code, 2);
  test.match(refused.stderr, /plugins\[0\] has an unknown key 'kindd' \(.*plume\.yaml, line 2\); did you mean 'kind'\?/);
  test.equal((await dte(['plume', 'check', wrong('absent.yaml')])).code, 4);
});

const emulator = `emulator:
  n_steps: 3
  grid_identifier: O4
  vertical_levels: 1
  fields:
    u: {apply: {levels: {"1": {step: {value: 5, variation: 4}}}}}
`;

t.test('run leads plugins through the steps of an emulated model, and keeps what they make', async (test) => {
  const folder = test.testdir({
    'watch.mjs': watcher,
    'emulator.yaml': emulator,
    'plume.yaml': `plugins:
  - {name: watch, lib: watch.mjs, kind: module, core-config: {limit: 10, fails: true}}
  - {name: other, lib: watch.mjs, kind: module, parameters: [[{name: nothing, type: INT}]]}
  - {name: twice, lib: twice.yaml, kind: expression}
`,
    'twice.yaml': 'expressions: double = 2 * u',
  });
  const at = (name: string): string => join(folder, name);
  const ran = await dte(['plume', 'run', at('plume.yaml'), '--emulator', at('emulator.yaml'), '-o', at('out')]);
  test.equal(ran.code, 70, 'one step of a plugin failed');
  const text = ran.stdout.toString();
  test.match(text, /^3 steps\nplugin +kind +state +runs/);
  test.match(text, /watch +module +failed at times +2 /);
  test.match(text, /other +module +rejected +0 /);
  test.match(ran.stderr, /plugin 'other' is left out: no group of parameters is wholly offered: group 1 lacks nothing/);
  test.match(ran.stderr, /step 3: watch: wind\.high \{"top":13\}/);
  test.match(ran.stderr, /plugin 'watch' failed in run, step 2: had enough/);
  const lines = (name: string): unknown[] =>
    readFileSync(at(`out/${name}.jsonl`), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
  test.match(lines('notices'), [{ plugin: 'watch', step: 3, event: 'wind.high', data: { top: 13 } }]);
  test.match(
    (lines('outputs') as { name: string }[]).filter(({ name }) => name === 'top'),
    [
      { plugin: 'watch', step: 1, type: 'DOUBLE', value: 5 },
      { step: 3, value: 13 },
    ],
  );
  // O4 has 208 points; u of the third step is 5 + 2 x 4 everywhere.
  const { shape, values } = readNpy(readFileSync(at('out/twice-double-3.npy')));
  test.same([shape, values[0], values[207]], [[1, 208], 26, 26]);
  const json = await dte(['plume', 'run', at('plume.yaml'), '--emulator', at('emulator.yaml'), '--steps', '1', '--json']);
  test.equal(json.code, 0, json.stderr);
  test.match(JSON.parse(json.stdout.toString()), { steps: 1, notices: [], plugins: [{ plugin: 'watch', runs: 1, failures: [] }, {}, {}] });
});

t.test('run needs one model', async (test) => {
  const at = folderOf(test, config);
  const none = await dte(['plume', 'run', at('plume.yaml')]);
  test.equal(none.code, 2);
  test.match(none.stderr, /no model is given; give --grib \(a file or folder\) or --emulator/);
  const both = await dte(['plume', 'run', at('plume.yaml'), '--grib', 'x', '--emulator', at('offers.yaml')]);
  test.match(both.stderr, /two models are given/);
  const absent = await dte(['plume', 'run', at('plume.yaml'), '--grib', at('no.grib')]);
  test.equal(absent.code, 4);
});
