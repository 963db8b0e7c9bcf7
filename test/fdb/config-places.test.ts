// Where databases go and where they are looked for: spaces, handlers, dbnames; beside Debian's tools where they can show it.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { Disk } from '../../src/base/index.js';
import { nodeContext, nodeDisk } from '../../src/base/node.js';
import {
  type ConfigOptions,
  directoryFor,
  type FdbConfig,
  findDatabases,
  type Purpose,
  readFdbConfig,
} from '../../src/fdb/config/index.js';
import { splitForArchive } from '../../src/fdb/schema/index.js';
import type { Key } from '../../src/fdb/types.js';
import { type FdbPeer, fdbPeer, noFdb, peerMessage } from '../support/fdb-peer.js';

const schemaText = `date:Date; time:Time; expver:Expver;
[ class, expver, stream=enfo, date, time, domain [ type, levtype [ step, number?, levelist?, param ]]]
[ class, expver, stream=mnth, domain [ type [ date, param ]]]
`;
const fixed = {
  class: 'rd',
  expver: 'xxxx',
  stream: 'enfo',
  date: '20240101',
  time: '0000',
  domain: 'g',
  type: 'pf',
  levtype: 'pl',
  step: '0',
  number: '1',
  levelist: '1',
  param: '130',
};
const keyOf = (changes: Readonly<Record<string, string>> = {}): Key => new Map(Object.entries({ ...fixed, ...changes }));
const names = (values: Readonly<Record<string, readonly string[]>>) => new Map(Object.entries(values));

interface Place {
  readonly folder: string;
  path(name: string): string;
  database(name: string): void;
  read(spaces: string, env?: Readonly<Record<string, string>>, options?: ConfigOptions): Promise<FdbConfig>;
  where(config: FdbConfig, changes?: Readonly<Record<string, string>>, random?: () => number, disk?: Disk): Promise<string>;
  found(config: FdbConfig, selection: Readonly<Record<string, readonly string[]>>, purpose?: Purpose): Promise<readonly string[]>;
}

function place(test: Test): Place {
  const folder = mkdtempSync(join(tmpdir(), 'fdb-places-'));
  test.teardown(() => rmSync(folder, { recursive: true, force: true }));
  for (const root of ['r1', 'r2', 'r3']) mkdirSync(join(folder, root));
  writeFileSync(join(folder, 'schema'), schemaText);
  const short = (path: string): string => path.replace(`${folder}/`, '');
  return {
    folder,
    path: (name) => join(folder, name),
    database(name) {
      mkdirSync(join(folder, name), { recursive: true });
      writeFileSync(join(folder, name, 'toc'), '');
    },
    read: (spaces, env = {}, options = {}) => {
      const config = `{type: local, schema: ${folder}/schema, spaces: [${spaces.replaceAll(/(?<=[[ ])r(\d)(?=[,\]])/g, `{path: ${folder}/r$1}`)}]}`;
      return readFdbConfig({ ...nodeContext(), env: { FDB_HOME: folder, ...env } }, { config, ...options });
    },
    async where(config, changes = {}, random = () => 0, disk = nodeDisk) {
      const { database, rule } = splitForArchive(config.schema, keyOf(changes));
      return short((await directoryFor(config, disk, database, rule.database, { random })).catalogue);
    },
    async found(config, selection, purpose = 'list') {
      const paths: string[] = [];
      for await (const { path } of findDatabases(config, nodeDisk, names(selection), purpose)) paths.push(short(path));
      return paths;
    },
  };
}

const flat = 'rd:xxxx:enfo:20240101:0000:g';

t.test('the first space whose pattern is found in the values takes a database', async (test) => {
  const { read, where, folder } = place(test);
  const config = await read(
    '{regex: "^od:", roots: [r1]}, {regex: "enfo:2024(01|02)[[:digit:]]+", roots: [r2]}, {regex: "^rd", roots: [r3]}',
  );
  test.equal(await where(config), `r2/${flat}`);
  test.equal(await where(config, { class: 'od' }), 'r1/od:xxxx:enfo:20240101:0000:g');
  test.equal(await where(config, { date: '20240301' }), 'r3/rd:xxxx:enfo:20240301:0000:g');
  await test.rejects(where(config, { class: 'ea', date: '20230101' }), {
    code: 'input.config',
    message: /no space takes .*'ea:xxxx:enfo:20230101:0000:g' fits none of '\^od:'/,
  });
  const override = await read('{roots: [r1]}', { FDB_ROOT_DIRECTORY: `${folder}/r3` });
  test.equal(await where(override), `r3/${flat}`);
});

t.test('a database stays in the root where it is', async (test) => {
  const { read, where, database, path } = place(test);
  const config = await read('{roots: [r1, r2, r3]}');
  database(`r3/${flat}`);
  test.equal(await where(config), `r3/${flat}`);
  test.equal(await where(config, { class: 'od' }), 'r1/od:xxxx:enfo:20240101:0000:g');
  database(`r2/${flat}`);
  await test.rejects(where(config), { code: 'input.config', message: /in several roots/ });
  writeFileSync(path(`r2/${flat}/duplicates.allow`), '');
  test.equal(await where(config), `r2/${flat}`, 'unless both say so, or one does beside the other');
  const locked = await read(`{roots: [r1, {path: ${path('r3')}, archive: false}]}`);
  await test.rejects(where(locked), { code: 'auth.locked' });
});

t.test('roots that are not there or not writable are passed by', async (test) => {
  const { read, where, path } = place(test);
  const config = await read(`{roots: [{path: ${path('absent')}}, {path: ${path('r1')}, writable: false}, r2]}`);
  test.equal(await where(config), `r2/${flat}`);
  const none = await read(`{name: n, roots: [{path: ${path('absent')}}]}`);
  await test.rejects(where(none), { code: 'auth.access', message: /space 'n' has no root that is there/ });
});

t.test('each handler chooses by its own rule', async (test) => {
  const { read, where, path, folder } = place(test);
  const free = new Map([
    ['r1', 300],
    ['r2', 100],
    ['r3', 600],
  ]);
  const total = new Map([
    ['r1', 400],
    ['r2', 1000],
    ['r3', 2000],
  ]);
  const space = async (root: string) => ({ freeBytes: free.get(root.slice(-2)) ?? 0, totalBytes: total.get(root.slice(-2)) ?? 0 });
  const disk: Disk = { ...nodeDisk, space };
  const chosen = async (handler: string, random = 0, env: Readonly<Record<string, string>> = {}) =>
    (await where(await read(`{handler: ${handler}, roots: [r1, r2, r3]}`, env), {}, () => random, disk)).slice(0, 2);
  test.equal(await chosen('First'), 'r1');
  test.equal(await chosen('Default'), 'r1');
  test.equal(await chosen('LeastUsed'), 'r3', '600 octets are the most');
  test.equal(await chosen('LeastUsedPercent'), 'r1', '75 % are the most');
  test.same([await chosen('Random', 0.3), await chosen('PureRandom', 0.5), await chosen('Random', 0.99)], ['r1', 'r2', 'r3'], 'thirds');
  // Weights 300, 100, 600 of 1000: bounds at 0.3 and 0.4.
  test.same(await Promise.all([0.29, 0.31, 0.39, 0.41].map((random) => chosen('WeightedRandom', random))), ['r1', 'r2', 'r2', 'r3']);
  // Weights 75, 10, 30 of 115: bounds at 0.652 and 0.739.
  test.same(await Promise.all([0.65, 0.66, 0.73, 0.74].map((random) => chosen('WeightedRandomPercent', random))), ['r1', 'r2', 'r2', 'r3']);
  const robin = await read('{handler: RoundRobin, roots: [r1, r2, r3]}');
  const turns: string[] = [];
  for (let turn = 0; turn < 6; turn++) turns.push((await where(robin)).slice(0, 2));
  test.same([...new Set(turns.slice(0, 3))].length, 3);
  test.same(turns.slice(3), turns.slice(0, 3));
  test.equal(await chosen('envvar', 0, { STHOST: path('r2') }), 'r2');
  test.equal(await chosen('envvar', 0, { FDB_FILESPACEHANDLER_ENVVARNAME: 'MINE', MINE: path('r3') }), 'r3');
  await test.rejects(chosen('envvar'), { code: 'input.config', message: /STHOST, which is not set/ });
  await test.rejects(chosen('envvar', 0, { STHOST: `${folder}/none` }), { code: 'absent.file' });
});

t.test('the handler expver keeps its choice in a table', async (test) => {
  const { read, where, path } = place(test);
  const table = path('experiments');
  writeFileSync(table, `# table\nabcd ${path('r2')}\n`);
  const env = { FDB_EXPVER_FILE: table };
  const config = await read('{handler: expver, roots: [r1, r2, r3]}', env);
  test.equal(await where(config, { expver: 'abcd' }), 'r2/rd:abcd:enfo:20240101:0000:g');
  test.equal((await where(config, {}, () => 0)).slice(0, 2), 'r1');
  test.equal((await where(config, {}, () => 0.999)).slice(0, 2), 'r1', 'the table decides now');
  test.equal(readFileSync(table, 'utf8'), `# table\nabcd ${path('r2')}\nxxxx ${path('r1')}\n`);
  const asked = await read('{handler: expver, roots: [r1, r2, r3]}', { ...env, FDB5_ROOT: path('r3') });
  test.equal((await where(asked, { expver: 'new1' })).slice(0, 2), 'r3');
  const other = await read('{handler: expver, roots: [r1]}', { ...env, FDB_ROOT: path('r3') });
  await test.rejects(where(other, { expver: 'new2' }), { code: 'input.config', message: /is not a root to write to/ });
});

t.test('dbnames give nested directories, which are found again by what is in their names', async (test) => {
  const { read, where, found, database, path } = place(test);
  writeFileSync(
    path('names'),
    'class,expver=00..,stream,date,time,domain  operations/{date}/{class}-{expver}:{time}:{domain}:{stream}\nclass,expver,stream,date,time,domain  {class}:{expver}/{date}:{time}:{domain}/{stream}\n',
  );
  const config = await read('{roots: [r1]}', { FDB_DBNAMES_FILE: path('names') });
  const nested = ['r1/rd:xxxx/20240101:0000:g/enfo', 'r1/operations/20240101/od-0001:0000:g:enfo', 'r1/rd:xxxx/20240102:0000:g/enfo'];
  test.equal(await where(config), nested[0]);
  test.equal(await where(config, { class: 'od', expver: '0001' }), nested[1]);
  for (const name of nested) database(name);
  database(`r1/${flat.replace('xxxx', 'yyyy')}`);
  test.same(
    await found(config, {}),
    [
      'r1/operations/20240101/od-0001:0000:g:enfo',
      'r1/rd:xxxx/20240101:0000:g/enfo',
      'r1/rd:xxxx/20240102:0000:g/enfo',
      `r1/${flat.replace('xxxx', 'yyyy')}`,
    ].sort(),
  );
  test.same(await found(config, { class: ['rd'], date: ['20240102'] }), [nested[2]]);
  test.same(await found(config, { class: ['od'] }), [nested[1]]);
  test.same(await found(config, { class: ['rd'], expver: ['xxxx'], stream: ['enfo'], date: ['20240101'], time: ['0000'], domain: ['g'] }), [
    nested[0],
  ]);
});

t.test('directories are chosen by their names, in every root that allows the purpose', async (test) => {
  const { read, found, database, path } = place(test);
  const config = await read(`{regex: od, roots: [r1]}, {roots: [r2, {path: ${path('r3')}, visit: false}]}`);
  const all = [
    `r1/${flat}`,
    'r1/od:0001:enfo:20240101:0000:g',
    'r1/od:0001:mnth:g',
    `r2/${flat.replace('0101', '0102')}`,
    `r3/${flat.replace('0101', '0103')}`,
  ];
  for (const name of all) database(name);
  mkdirSync(path('r1/.hidden'));
  mkdirSync(path('r1/empty:folder'));
  database('r1/some:other');
  database('r1/by/another/table');
  test.same(
    await found(config, { class: ['rd'] }),
    ['r1/by/another/table', `r1/${flat}`, 'r1/some:other', all[3]],
    'a name of another shape is left to its table of contents',
  );
  test.same(await found(config, { class: ['rd'] }, 'wipe'), ['r1/by/another/table', `r1/${flat}`, 'r1/some:other', all[3], all[4]]);
  test.same(
    (await found(config, { class: ['od'], stream: ['mnth'] })).filter((name) => !/some|by/.test(name)),
    ['r1/od:0001:mnth:g'],
  );
  const full = { class: ['rd'], expver: ['xxxx'], stream: ['enfo'], time: ['0000'], domain: ['g'] };
  test.same(await found(config, { ...full, date: ['20240101'] }), [`r1/${flat}`], 'all values give the name itself');
  test.same(
    await found(config, { ...full, date: ['20240101', '20240102'] }).then((paths) => paths.filter((name) => !/some|by/.test(name))),
    [`r1/${flat}`, all[3]],
  );
  test.same(
    await found(config, { ...full, domain: ['../r2'], date: ['20240101'] }).then((paths) => paths.filter((name) => !/some|by/.test(name))),
    [],
  );
});

t.test('data files have roots of their own where the configuration separates them', async (test) => {
  const { read, path } = place(test);
  const config = await read('{catalogueRoots: [r1], storeRoots: [r2, r3]}');
  const { database, rule } = splitForArchive(config.schema, keyOf());
  const first = await directoryFor(config, nodeDisk, database, rule.database);
  test.match(first, { catalogue: path(`r1/${flat}`), store: path(`r2/${flat}`) });
  mkdirSync(path(`r3/${flat}`));
  test.equal((await directoryFor(config, nodeDisk, database, rule.database)).store, path(`r3/${flat}`));
  mkdirSync(path(`r1/${flat}`));
  for await (const found of findDatabases(config, nodeDisk, names({ class: ['rd'] }), 'list')) test.equal(found.store, path(`r3/${flat}`));
});

t.test('of thousands of directories, those of a day are found quickly', async (test) => {
  const { read, found, path } = place(test);
  for (let day = 0; day < 3000; day++) mkdirSync(path(`r1/rd:xxxx:enfo:${20200101 + day}:0000:g`));
  const config = await read('{roots: [r1]}');
  const start = performance.now();
  const days = await found(config, { date: ['20200103', '20200104'], class: ['rd'] });
  test.same(days, ['r1/rd:xxxx:enfo:20200103:0000:g', 'r1/rd:xxxx:enfo:20200104:0000:g']);
  test.ok(performance.now() - start < 1000);
});

/** A private FDB of Debian's tools with these spaces, and ours beside it. */
async function beside(
  test: Test,
  spaces: (folder: string) => string,
  env: (folder: string) => Readonly<Record<string, string>> = () => ({}),
) {
  const peer: FdbPeer = fdbPeer({ roots: ['r1', 'r2', 'r3'] });
  test.teardown(peer.remove);
  const text = `{type: local, engine: toc, schema: ${peer.folder}/schema, spaces: [${spaces(peer.folder)}]}`;
  const places = { FDB_DBNAMES_FILE: peer.file('no-names', ''), ...env(peer.folder), FDB5_CONFIG: text };
  const config = await readFdbConfig({ ...nodeContext(), env: places });
  const message = peerMessage(peer, 'message.grib');
  const write = (modifiers: string): void =>
    void peer.runWith({ FDB5_CONFIG_FILE: '', ...places }, 'fdb-write', `--modifiers=${modifiers}`, message);
  const ours = async (changes: Readonly<Record<string, string>>): Promise<string> => {
    const { database, rule } = splitForArchive(config.schema, keyOf(changes));
    return (await directoryFor(config, nodeDisk, database, rule.database)).catalogue;
  };
  return { peer, write, ours };
}

const isDatabase = (path: string): boolean => readdirSync(path, { withFileTypes: true }).some((entry) => entry.name === 'toc');

t.test(
  'fdb-write puts a database where we would: patterns of spaces, handlers, a directory that is there',
  { skip: noFdb },
  async (test) => {
    const { write, ours } = await beside(
      test,
      (folder) =>
        `{regex: "rd:aa[[:alnum:]]+:enfo", roots: [{path: ${folder}/r2}]}, {regex: "bb|^cc", handler: LeastUsed, roots: [{path: ${folder}/r1}, {path: ${folder}/r3}]}, {regex: .*, roots: [{path: ${folder}/r1, writable: false}, {path: ${folder}/r3}, {path: ${folder}/r2}]}`,
    );
    for (const expver of ['aa01', 'xxbb', 'zzzz', 'ccaa']) {
      const place = await ours({ expver });
      write(`expver=${expver}`);
      test.ok(isDatabase(place), place);
      test.equal(await ours({ expver }), place, 'and there it stays');
    }
  },
);

t.test('fdb-write names directories as we do by dbnames, with and without a pattern', { skip: noFdb }, async (test) => {
  const table =
    'class,expver=aa..,stream,date,time,domain {class}:{expver}/{date}:{time}:{domain}/{stream}\nclass,expver=b+,stream,date,time,domain all/{stream}/{date}/x{class}{expver}{time}{domain}\nclass {class}\n';
  const { write, ours } = await beside(
    test,
    (folder) => `{roots: [{path: ${folder}/r1}]}`,
    (folder) => {
      writeFileSync(join(folder, 'names'), table);
      return { FDB_DBNAMES_FILE: join(folder, 'names') };
    },
  );
  for (const expver of ['aa01', 'xxbb', 'zzzz']) {
    const place = await ours({ expver });
    write(`expver=${expver}`);
    test.ok(isDatabase(place), place);
  }
});
