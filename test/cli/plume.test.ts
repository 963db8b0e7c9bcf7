// Plugins from the command line: what is checked without a model, and against what one offers.
import { join } from 'node:path';
import t, { type Test } from 'tap';
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
