// Configurations: where they are found, what they may say. Places are folders made for each test.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import { parse } from 'yaml';
import { type Context, isDteError } from '../../src/base/index.js';
import { nodeContext } from '../../src/base/node.js';
import { configForArchive, configsFor, type ConfigOptions, type FdbConfig, readFdbConfig } from '../../src/fdb/config/index.js';
import { plainYaml } from '../../src/fdb/config/plain-yaml.js';

interface Place {
  readonly folder: string;
  file(name: string, text: string): string;
  read(options?: ConfigOptions, env?: Readonly<Record<string, string>>): Promise<FdbConfig>;
}

function place(test: Test): Place {
  const folder = mkdtempSync(join(tmpdir(), 'fdb-config-'));
  test.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return {
    folder,
    file(name, text) {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      return path;
    },
    // FDB_HOME keeps the tables of an installed fdb5 out.
    read: (options, env = {}) =>
      readFdbConfig({ ...nodeContext(), env: { HOME: folder, FDB_HOME: folder, ...env } } satisfies Context, options),
  };
}

const rootsOf = (config: FdbConfig): readonly string[] => config.spaces.flatMap((space) => space.roots.map((root) => root.catalogue));
const local = (root: string): string => `type: local\nspaces:\n- roots:\n  - path: ${root}\n`;

async function failure(work: Promise<unknown>): Promise<{ code: string; message: string }> {
  try {
    await work;
  } catch (error) {
    if (isDteError(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

t.test('with nothing configured there is a root of its own and the built-in schema', async (test) => {
  const { folder, read } = place(test);
  const config = await read();
  test.same(rootsOf(config), [`${folder}/dte-fdb/root`]);
  test.match(config, { kind: 'local', source: 'built in', schemaFile: undefined, tocVersion: 2, useSubToc: false, syncOnFlush: true });
  test.ok(config.spaces[0]?.roots[0]?.isMadeOnWrite);
  test.same(rootsOf(await read({}, { DTE_FDB_ROOT: '/elsewhere/' })), ['/elsewhere']);
  test.same(rootsOf(await read({}, { FDB_HOME: '', XDG_DATA_HOME: '/data' })), ['/data/dte-fdb/root']);
  test.same(rootsOf(await read({}, { FDB_HOME: '' })), [`${folder}/.local/share/dte-fdb/root`]);
  test.ok(Object.isFrozen(config));
});

t.test("the first of argument, FDB_CONFIG, FDB_CONFIG_FILE, the tool's and the common file counts", async (test) => {
  const { file, read } = place(test);
  file('etc/fdb/config.yaml', local('/common'));
  test.same(rootsOf(await read()), ['/common']);
  file('etc/fdb/fdb-list.json', JSON.stringify({ type: 'local', spaces: [{ roots: [{ path: '/tool' }] }] }));
  test.same(rootsOf(await read({ tool: 'fdb-list' })), ['/tool']);
  test.same(rootsOf(await read({ tool: 'fdb-read' })), ['/common']);
  const old = { FDB5_CONFIG_FILE: file('old.yaml', local('/old')) };
  test.same(rootsOf(await read({ tool: 'fdb-list' }, old)), ['/old']);
  const named = { ...old, FDB_CONFIG_FILE: file('new.yaml', local('/new')) };
  test.same(rootsOf(await read({}, named)), ['/new'], 'the new prefix wins over the old one');
  const inline = { ...named, FDB_CONFIG: local('/inline') };
  test.same(rootsOf(await read({}, inline)), ['/inline']);
  test.same(rootsOf(await read({ config: file('argument.yaml', local('/argument')) }, inline)), ['/argument']);
  test.same(rootsOf(await read({ config: '{type: local, spaces: [{roots: [{path: /flow}]}]}' }, inline)), ['/flow']);
  test.same(rootsOf(await read({ config: { spaces: [{ roots: [{ path: '~/object' }] }] } }, { HOME: '/h' })), ['/h/object']);
});

t.test('a file that is named and is not there is an error', async (test) => {
  const { folder, file, read } = place(test);
  const absent = `${folder}/no.yaml`;
  for (const work of [
    read({ config: absent }),
    read({}, { FDB_CONFIG_FILE: absent }),
    read({ config: `{type: local, schema: ${absent}, spaces: [{roots: [{path: /r}]}]}` }),
  ]) {
    test.equal((await failure(work)).code, 'absent.file');
  }
  test.match((await failure(read({}, { FDB5_CONFIG_FILE: absent }))).message, /no\.yaml' does not exist \(FDB5_CONFIG_FILE names it\)/);
  test.equal((await failure(read({ config: local('/r') }, { FDB_SCHEMA_FILE: absent }))).code, 'absent.file');
  test.equal((await failure(read({ config: local('/r') }, { FDB_DBNAMES_FILE: absent }))).code, 'absent.file');
  test.equal((await failure(read({ config: folder }))).code, 'absent.file', 'a folder is no file');
  test.equal((await failure(read({ config: file('empty.yaml', '# nothing\n') }))).code, 'input.config');
});

const wrong: readonly (readonly [text: string, code: string, message: RegExp])[] = [
  ['type: local\nspases: []', 'input.config', /unknown key 'spases'.*line 2\); did you mean 'spaces'\?/],
  ['spaces: [{rots: []}]', 'input.config', /space 1 has an unknown key 'rots'.*did you mean 'roots'/],
  ['spaces:\n- roots:\n  - pat: /r', 'input.config', /space 1, root 1 has an unknown key 'pat'.*line 3.*did you mean 'path'/],
  ['spaces: [{roots: [{path: /r, writable: perhaps}]}]', 'input.config', /writable is "perhaps"/],
  ['spaces: [{roots: []}]', 'input.config', /no roots/],
  ['spaces: []', 'input.config', /empty list/],
  ['spaces: 7', 'input.config', /spaces is 7/],
  ['type: local', 'input.config', /no spaces/],
  ['spaces: [{storeRoots: [{path: /r}]}]', 'input.config', /either roots, or catalogueRoots and storeRoots/],
  ['spaces: [{handler: Fullest, roots: [{path: /r}]}]', 'input.config', /handler 'Fullest' is not known.*LeastUsed/],
  ['spaces: [{regex: "a(", roots: [{path: /r}]}]', 'input.config', /'a\(' is not a regular expression/],
  ['type: lokal', 'input.config', /did you mean 'local'/],
  ['type: remote\nhost: h\nport: 1', 'unsupported.engine', /type 'remote'.*'local' or 'select'/],
  ['type: local\nengine: daos', 'unsupported.engine', /engine 'daos'/],
  ['type: select\nfdbs: [{select: class=od, type: remote, host: h}]', 'unsupported.engine', /type 'remote'/],
  ['type: select', 'input.config', /needs a list of lanes/],
  ['type: select\nfdbs: [{select: "class", type: local}]', 'input.config', /'class' is not a keyword with its pattern/],
  ['type: local\npermissions: rwxrwx---\nspaces: [{roots: [{path: /r}]}]', 'input.config', /permissions 'rwxrwx---'/],
  ['type: local\ntocSerialisationVersion: 4\nspaces: [{roots: [{path: /r}]}]', 'input.config', /1, 2 or 3/],
  ['[1, 2]', 'input.config', /the configuration is \[1,2\]/],
  ['a: [', 'input.syntax', /not YAML/],
  ['a: 1\na: 2', 'input.syntax', /not YAML.*line 2/],
];

t.test('what a configuration may not say is refused with its place', async (test) => {
  const { file, read } = place(test);
  for (const [index, [text, code, message]] of wrong.entries()) {
    const error = await failure(read({ config: file(`wrong-${index}.yaml`, text) }));
    test.equal(error.code, code, text);
    test.match(error.message, message);
  }
});

t.test('flags of roots: writable and visit stand for two each, and the whole may forbid what a root allows', async (test) => {
  const { read } = place(test);
  const roots = '[{path: /a, writable: false}, {path: /b, visit: no, retrieve: true}, {path: /c/}]';
  const config = await read({ config: `{type: local, wipe: false, spaces: [{name: s, roots: ${roots}}]}` });
  const flags = config.spaces[0]?.roots.map(({ catalogue, list, retrieve, archive, wipe }) => [catalogue, list, retrieve, archive, wipe]);
  test.same(flags, [
    ['/a', true, true, false, false],
    ['/b', false, true, true, false],
    ['/c', true, true, true, false],
  ]);
});

t.test('the environment and the caller set how is written', async (test) => {
  const { read } = place(test);
  const env = {
    FDB_SUB_TOCS: '1',
    FDB5_DATA_SYNC_ON_FLUSH: 'off',
    FDB_SERIALISATION_VERSION: '3',
    FDB_AUX_EXTENSIONS: 'a,b',
    FDB_READ_LIMIT: '1000',
  };
  test.match(await read({}, env), {
    useSubToc: true,
    syncOnFlush: false,
    tocVersion: 3,
    auxiliaryExtensions: ['a', 'b'],
    readLimitBytes: 1000,
  });
  const user = { userConfig: '{useSubToc: false, preloadTocBTree: true, limits: {read: 5}, mostDatabasesOpen: 2}' };
  test.match(await read(user, env), { useSubToc: false, readLimitBytes: 5, mostDatabasesOpen: 2 });
  test.match((await failure(read({ userConfig: { useSubTocs: true } }))).message, /did you mean 'useSubToc'/);
  test.equal((await failure(read({}, { FDB_SUB_TOCS: 'maybe' }))).code, 'input.config');
  test.equal((await failure(read({}, { FDB_SERIALISATION_VERSION: '9' }))).code, 'input.config');
  test.equal((await read({ config: '{permissions: 0640, tocSerialisationVersion: 1, spaces: [{roots: [{path: /r}]}]}' })).umask, 0o137);
  test.equal((await read({ config: '{permissions: "rwx,r-x,---", spaces: [{roots: [{path: /r}]}]}' })).umask, 0o027);
  test.same(rootsOf(await read({ config: local('/r') }, { FDB_ROOT_DIRECTORY: '/override' })), ['/override']);
});

t.test('the old tables under the home, or where the environment names them, are read', async (test) => {
  const { folder, file, read } = place(test);
  file('etc/fdb/spaces', '# regex space handler\nod:.*  od  LeastUsed\n.*  all  Default\n');
  file('etc/fdb/roots', '/od1 od yes yes\n/od2 od no yes\n/all all yes no\n');
  file('etc/fdb/schema', '[class [type [param]]]');
  file('etc/fdb/dbnames', 'class {class}/x\n');
  const config = await read();
  test.same(rootsOf(config), ['/od1', '/od2', '/all']);
  test.same(
    config.spaces.map(({ regex, handler }) => [regex, handler]),
    [
      ['od:.*', 'LeastUsed'],
      ['.*', 'Default'],
    ],
  );
  test.match(config.spaces[0]?.roots[1], { archive: false, list: true });
  test.equal(config.schemaFile, `${folder}/etc/fdb/schema`);
  test.equal(config.names.length, 1);
  const other = {
    FDB_SPACES_FILE: file('spaces', '.* one First'),
    FDB_ROOTS_FILE: file('roots', '~fdb/r one 1 1'),
    FDB_DBNAMES_FILE: '/dev/null',
  };
  const named = await read({}, other);
  test.same(rootsOf(named), [`${folder}/r`]);
  test.same(named.names, []);
  test.match((await failure(read({}, { ...other, FDB_ROOTS_FILE: file('none', '/r two yes yes') }))).message, /space 'one' has no roots/);
  test.equal((await failure(read({}, { ...other, FDB_SPACES_FILE: '/no/spaces' }))).code, 'absent.file');
  test.match((await failure(read({}, { ...other, FDB_SPACES_FILE: file('short', '.* one') }))).message, /2 words.*3 are expected/);
  test.equal(
    (await failure(read({ config: '{type: local}' }, { FDB_ENGINES_FILE: file('engines', '.* pmem') }))).code,
    'unsupported.engine',
  );
  for (const bad of ['class {class}/{type}', 'class {class', 'class ../{class}', 'class /{class}', 'class=a=b {class}', 'class']) {
    test.equal((await failure(read({}, { FDB_DBNAMES_FILE: file('bad', bad) }))).code, 'input.config', bad);
  }
});

t.test('the first lane that fits takes a message; a selection may concern several', async (test) => {
  const { file, read } = place(test);
  const schema = file('schema', '[class [type [param]]]');
  const config = await read({
    config: `type: select
schema: ${schema}
fdbs:
- select: class=od,expver=xx.?.?
  excludes: ["class=od,stream=wave"]
  spaces: [{roots: [{path: /a}]}]
- select: class=rd
  spaces: [{roots: [{path: /b}]}]
- spaces: [{roots: [{path: /c}]}]
`,
  });
  const taken = (values: Readonly<Record<string, string>>) => rootsOf(configForArchive(config, new Map(Object.entries(values))));
  test.same(taken({ class: 'od', expver: 'xxzz' }), ['/a']);
  test.same(taken({ class: 'od', expver: 'xxzz', stream: 'wave' }), ['/c']);
  test.same(taken({ class: 'od' }), ['/c'], 'a keyword that is missing does not fit');
  test.same(taken({ class: 'rd' }), ['/b']);
  const concerned = (values: Readonly<Record<string, readonly string[]>>) =>
    configsFor(config, new Map(Object.entries(values))).flatMap(rootsOf);
  test.same(concerned({}), ['/a', '/b', '/c']);
  test.same(concerned({ class: ['rd', 'ea'] }), ['/b', '/c']);
  test.equal(config.lanes[1]?.config.schemaFile, schema, 'a lane takes the schema of the whole');
  const strict = await read({ config: '{type: select, fdbs: [{select: class=rd, spaces: [{roots: [{path: /b}]}]}]}' });
  test.throws(() => configForArchive(strict, new Map([['class', 'od']])), { code: 'input.metadata' });
});

const documents = [
  "type: local\nengine: toc\nspaces:\n- name: all\n  regex: \".*\" # any\n  roots:\n  - path: /r1\n    writable: true\n  - {path: '/r''2', visit: no}\n",
  '{"a": {"b": [1, 2.5, true, null, "x:y"]}, "__proto__": 1}',
  '---\na: 0644\nb: ~\nc:\nd: .*\ne: od:.*\nf: rwx,r-x,---\ng: [a, b c, {d: e}]\nh:\n  i:\n    j: -5\nk: http://x:1/y\nl: a#b\n',
  'a:\n  -\n    b: c\n    d: {e: [1,\n      2]}\n  - - x\n    - y\n',
  '- a\n- b: 1\n  c: 2\n',
  'a: ""\nb: \'\'\nc: "it\'s"\nd: TRUE\ne: Null\n',
];
/** Documents that only the whole language explains, and wrong ones. */
const notPlain = [
  'a: |\n  x',
  'a: &x 1',
  'a: b\n  c',
  'a: 1\na: 2',
  'a: b: c',
  'a: [1',
  'a: 1e3',
  '? a',
  'a:\tb',
  'a: !!str 1',
  'a: "\\x41"',
  '<<: {a: 1}',
  'a\n',
  '[a]: b',
  'a: 0x1F',
];

t.test('the quick reader of plain YAML reads what the yaml package reads, or leaves it to it', async (test) => {
  for (const text of documents) test.same(JSON.stringify(plainYaml(text)), JSON.stringify(parse(text)), text);
  for (const text of notPlain) test.equal(plainYaml(text), undefined, text);
});
