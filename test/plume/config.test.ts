// Configurations and protocols: upstream's own examples, our additional keys, and mistakes with their lines.
import t, { type Test } from 'tap';
import { isDteError } from '../../src/base/index.js';
import { parseConfig, parseProtocol, plumeVersion } from '../../src/plume/index.js';

/** The shape of upstream's example configuration (plume: examples/plume_config.yml), with a kind for each plugin. */
const upstreamExample = `verbose: true
plugins:
  - name: PluginFoo
    lib: plugin_foo
    kind: module
  - name: PluginBar
    lib: plugin_bar.mjs
    parameters:
      -
        - name: config-param-1
          type: int
        - name: config-param-3
          type: atlas_field
      -
        - {name: u, type: ATLAS_FIELD, height: 100}
    core-config:
      exceptions-dump-trace: true
      key-2: val-2
`;

async function refused(test: Test, promise: Promise<unknown>, code: 'input.config' | 'input.syntax', pattern: RegExp): Promise<void> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  test.ok(isDteError(error, code), String(error));
  test.match((error as Error).message, pattern);
}

t.test("upstream's example is read, types in any case, and kinds are stated or known by the file", async (test) => {
  const { plugins, verbose } = await parseConfig(upstreamExample, { source: 'conf/plume.yaml' });
  test.equal(verbose, true);
  test.same(
    plugins.map(({ name, lib, kind, folder }) => [name, lib, kind, folder]),
    [
      ['PluginFoo', 'plugin_foo', 'module', 'conf/'],
      ['PluginBar', 'plugin_bar.mjs', 'worker', 'conf/'],
    ],
  );
  const [foo, bar] = plugins;
  test.same(foo?.groups, []);
  test.same(
    bar?.groups.map((group) => group.map(({ name, type, height }) => [name, type, height])),
    [
      [
        ['config-param-1', 'INT', undefined],
        ['config-param-3', 'ATLAS_FIELD', undefined],
      ],
      [['u', 'ATLAS_FIELD', 100]],
    ],
  );
  test.same(bar?.coreConfig, { 'exceptions-dump-trace': true, 'key-2': 'val-2' });
  test.same(bar?.where, { file: 'conf/plume.yaml', line: 6 });
  test.same([bar?.timeoutMs, bar?.onError, bar?.failures, bar?.every, bar?.restarts], [undefined, 'disable', 3, 1, 0]);
});

t.test('JSON and plain values say the same as YAML, and a plain list of parameters is one group', async (test) => {
  const value = {
    plugins: [
      {
        name: 'a',
        lib: 'a.mjs',
        parameters: [
          { name: 'param1', type: 'INT', available: 'always' },
          { name: 'p2', type: 'bool' },
        ],
      },
    ],
  };
  for (const given of [value, JSON.stringify(value)]) {
    const [plugin] = (await parseConfig(given)).plugins;
    test.same(plugin?.groups, [
      [
        { name: 'param1', type: 'INT', available: 'always' },
        { name: 'p2', type: 'BOOL', available: 'on-request' },
      ],
    ]);
  }
});

t.test('plugins run by order, then as written, each after those that it names', async (test) => {
  const order = async (text: string): Promise<string> => (await parseConfig(text)).plugins.map(({ name }) => name).join(' ');
  const list = (...entries: string[]): string =>
    `plugins:\n${entries.map((entry, index) => `  - {name: ${'abcd'[index]}, lib: x.mjs${entry}}\n`).join('')}`;
  test.equal(await order(list('', '', '')), 'a b c');
  test.equal(await order(list('', ', order: -1', ', order: 2', '')), 'b a d c');
  test.equal(await order(list(', after: c', '', ', after: [b]')), 'b c a');
  await refused(
    test,
    order(list(', after: b', ', after: a', '')),
    'input.config',
    /plugins a, b each run after another of them \(line 2\)/,
  );
  await refused(test, order(list(', after: z')), 'input.config', /'a' runs after 'z', which is not there \(line 2\); plugins are a/);
});

t.test('additional keys are read with their units', async (test) => {
  const text = `plugins:
  - {name: a, lib: a.mjs, timeout: 1.5s, on-error: skip_step, failures: 2, every: 6, memory: 256, restarts: 4}`;
  const [plugin] = (await parseConfig(text, { folder: '/conf/' })).plugins;
  test.match(plugin, { timeoutMs: 1500, onError: 'skip_step', failures: 2, every: 6, memoryMiB: 256, restarts: 4, folder: '/conf/' });
});

t.test('a mistake in a configuration names what was met, where, and what is accepted', async (test) => {
  const plugin = (text: string): Promise<unknown> =>
    parseConfig(`plugins:\n  - name: a\n    lib: a.mjs\n    ${text}`, { source: 'p.yaml' });
  const cases: readonly (readonly [Promise<unknown>, RegExp])[] = [
    [parseConfig('verbose: true'), /configuration has no 'plugins'/],
    [parseConfig('plugins: {}'), /plugins is \{\}, which is not a list/],
    [parseConfig('plugins: []\nplugin: 1'), /unknown key 'plugin' \(line 2\); did you mean 'plugins'/],
    [parseConfig('plugins:\n  - lib: x'), /has no 'name' \(line 2\)/],
    [parseConfig('plugins:\n  - name: x'), /plugin 'x' has no 'lib' \(line 2\)/],
    [parseConfig('plugins:\n  - {name: x, lib: foo}'), /plugin 'x' has no 'kind'.*'foo' does not tell what it is/],
    [parseConfig('plugins:\n  - {name: x, lib: a.mjs}\n  - {name: x, lib: b.mjs}'), /plugin 'x' stands twice in plugins \(line 3\)/],
    [plugin('kind: modul'), /kind of plugin 'a' is "modul", which is not known \(p\.yaml, line 4\).*did you mean 'module'/],
    [plugin('parameters: {a: 1}'), /parameters of plugin 'a' is .*not a list \(p\.yaml, line 4\)/],
    [plugin('parameters: [[{name: t}]]'), /parameter 't' has no 'type'.*types are INT, BOOL/],
    [plugin('parameters: [[{name: t, type: REAL}]]'), /type of parameter 't' is "REAL", which is not a type/],
    [plugin('parameters: [[{name: t, type: INT, heigth: 3}]]'), /unknown key 'heigth'.*did you mean 'height'/],
    [plugin('timeout: 5'), /timeout of plugin 'a' is 5, which is not a duration.*500ms, 5s/],
    [plugin('on-error: ignore'), /on-error of plugin 'a' is "ignore", which is not known.*disable, skip_step, abort/],
    [plugin('every: 0'), /every of plugin 'a' is 0, which is out of range.*from 1/],
    [plugin('every: 1.5'), /not a whole number/],
    [plugin('core-config: 3'), /core-config of plugin 'a' is 3, which is not a map/],
    [plugin('parameters: [[{name: u, type: ATLAS_FIELD, height: 90000}]]'), /'u' is asked for at 90000 m.*up to 80000 m/],
    [plugin('parameters: [[{name: t, type: ATLAS_FIELD, height: 2}]]'), /'t' has a height, but is no wind component/],
    [plugin('parameters: [[{name: u, type: INT, height: 2}]]'), /'u' is derived, but of type INT/],
    [plugin('parameters: [[{name: w, type: ATLAS_FIELD, derive: wind_speed, from: u}]]'), /derived from 1 parameters.*takes 2/],
    [plugin('parameters: [[{name: w, type: ATLAS_FIELD, from: u}]]'), /'w' has 'from' but no 'derive'/],
  ];
  for (const [promise, pattern] of cases) await refused(test, promise, 'input.config', pattern);
  await refused(test, parseConfig('plugins: [', { source: 'p.yaml' }), 'input.syntax', /configuration cannot be read: .*p\.yaml, line 1/);
});

t.test('a protocol has required or offered, and versions of three numbers', async (test) => {
  const protocol = await parseProtocol(`
    required:
      - {name: I, type: INT, available: always, comment: none-1}
      - {name: u, type: atlas_field, height: 10}
    offered:
      - {name: ws, type: ATLAS_FIELD, shape: {like: u;hl;10, levtype: hl}}
      - {name: box, type: ATLAS_FIELD, shape: {grid: H8, levels: [1, 2]}}
    requestedPlumeVersion: 0.1.0`);
  test.match(protocol.required, [
    { name: 'I', type: 'INT', available: 'always', comment: 'none-1' },
    { name: 'u', height: 10 },
  ]);
  test.match(protocol.offered, [{ shape: { like: 'u;hl;10' } }, { shape: { grid: 'H8', levels: [1, 2] } }]);
  test.equal(protocol.requestedPlumeVersion, '0.1.0');
  test.equal(protocol.requestedAtlasVersion, '0.0.0');
  test.equal(protocol.offeredPlumeVersion, plumeVersion);
  await refused(test, parseProtocol('requestedPlumeVersion: 0.1.0'), 'input.config', /protocol has no 'required'.*'offered'/);
  await refused(test, parseProtocol('required_invalid_key: []'), 'input.config', /unknown key 'required_invalid_key'/);
  await refused(test, parseProtocol('required: []\nrequestedPlumeVersion: 0.1'), 'input.config', /is '0\.1' \(line 2\); three numbers/);
  await refused(test, parseProtocol('required: [{name: a, type: INT}, {name: a, type: INT}]'), 'input.config', /'a' stands twice/);
  await refused(
    test,
    parseProtocol('offered: [{name: a, type: ATLAS_FIELD, shape: {levels: 1}}]'),
    'input.config',
    /neither 'like' nor 'grid'/,
  );
});
