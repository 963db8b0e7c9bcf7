import { appendFileSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { inspect, retrieve } from '../../src/fdb/read/index.js';
import { combinedKey, type Entry } from '../../src/fdb/types.js';
import { get, gribTables, type Message, parseMessage } from '../../src/grib/index.js';
import { type FdbPeer, fdbPeer, noFdb } from '../support/fdb-peer.js';
import { configOf, context, fields, retrieved, selection } from './read-support.js';

const all = { step: [0, 6, 12], number: [1, 2], param: [130, 131] };
const one = 'class=rd,expver=xxxx,stream=enfo,date=20240101,time=0000,domain=g,type=pf,levtype=pl,levelist=1';

/** What fdb-read gives for a request in canonical values. */
function theirs(peer: FdbPeer, request: string): Uint8Array {
  const target = join(peer.folder, 'target');
  rmSync(target, { force: true });
  peer.run('fdb-read', '--raw', peer.file('request', `retrieve,${request}`), target);
  return new Uint8Array(readFileSync(target));
}

function folderOf(peer: FdbPeer, name = 'rd:xxxx:enfo:20240101:0000:g'): string {
  return join(peer.root, name);
}

function steps(entries: readonly Entry[]): readonly (string | undefined)[] {
  return entries.map((entry) => combinedKey(entry).get('step'));
}

t.test('the octets of a request are those of fdb-read, in the order of the request', { skip: noFdb }, async (t) => {
  const peer = fdbPeer();
  t.teardown(() => peer.remove());
  peer.runWith({ FDB_SUB_TOCS: '1' }, 'fdb-write', peer.file('s.grib', await fields(peer, { ...all, step: [0, 24] }, { mark: 9 })));
  peer.run('fdb-write', peer.file('a.grib', await fields(peer, all, { mark: 1 })));
  peer.run('fdb-write', peer.file('b.grib', await fields(peer, { ...all, step: [6, 12, 18] }, { mark: 2 })));
  const config = await configOf(peer);
  const same = async (request: string, messages: number): Promise<void> => {
    const expected = theirs(peer, request);
    t.strictSame(Buffer.compare(await retrieved(config, request), expected), 0, request);
    const found = await inspect(context, config, selection(request));
    t.equal(found.length, messages);
    const storage = await retrieved(config, request, { order: 'storage' });
    t.equal(storage.length, expected.length, 'as many octets in the order of storage');
  };
  await same(`${one},step=6/0/24/18,number=2/1,param=131/130`, 16);
  await same(`${one},param=130,number=1,step=18`, 1);
  await same(`${one},param=130/132/131,number=7/2,step=0/99`, 2);
  peer.run('fdb-purge', '--doit', 'class=rd,expver=xxxx,stream=enfo,date=20240101,time=0000');
  await same(`${one},step=0/6/12/18/24,number=1/2,param=130/131`, 20);
});

t.test('what a request does not find is counted and named, with reasons', { skip: noFdb }, async (t) => {
  const peer = fdbPeer();
  t.teardown(() => peer.remove());
  peer.run('fdb-write', peer.file('a.grib', await fields(peer, all)));
  const config = await configOf(peer);
  const shortfall = (request: string) => retrieve(context, config, selection(request)).shortfall;

  const full = await shortfall(`${one},step=0/6,number=1/2,param=130/131`);
  t.match(full, { count: 0, asked: 8, cells: [], reasons: [], unused: [] });

  const partly = await shortfall(`${one},step=0/99,number=1/2,param=130/131,grid=1/1`);
  t.match(partly, { count: 4, asked: 8, reasons: [{ kind: 'element' }], unused: ['grid'] });
  t.same(
    partly.cells.map((cell) => [cell.get('step'), cell.get('number'), cell.get('param')]),
    [
      ['99', '1', '130'],
      ['99', '1', '131'],
      ['99', '2', '130'],
      ['99', '2', '131'],
    ],
  );

  const noDomain = await shortfall(`${one.replace('domain=g,', '')},step=0,number=1,param=130`);
  t.equal(noDomain.count, 1);
  t.match(noDomain.reasons, [{ kind: 'keyword', text: /line 3 of .*schema needs 'domain'/ }]);

  const noDatabase = await shortfall(`${one.replace('20240101', '19990101')},step=0,number=1,param=130`);
  t.match(noDatabase, { count: 1, reasons: [{ kind: 'database', text: /date=19990101/ }] });

  const noRule = await shortfall(`${one.replace('enfo', 'zzzz')},step=0,number=1,param=130`);
  t.match(noRule, { count: 1, reasons: [{ kind: 'value', text: /stream=zzzz/ }] });

  const expecting = (request: string, expect: 'all' | number) => retrieved(config, request, { expect });
  await t.rejects(expecting(`${one},step=0/99,number=1,param=130`, 'all'), {
    code: 'absent.field',
    message: /1 of 2 fields are not there: \{.*step=99.*\}/,
  });
  await t.rejects(expecting(`${one},step=0/99,number=1,param=130`, 2), {
    code: 'absent.field',
    message: /1 fields are there, expected are 2/,
  });
  await t.resolves(expecting(`${one},step=0/99,number=1,param=130`, 1));
  await t.rejects(expecting(`${one.replace('20240101', '19990101')},step=0,number=1,param=130`, 'all'), { code: 'absent.database' });
});

t.test('a database locked for retrieval is told of, or refused', { skip: noFdb }, async (t) => {
  const peer = fdbPeer();
  t.teardown(() => peer.remove());
  peer.run('fdb-write', peer.file('a.grib', await fields(peer, all)));
  peer.file('root/rd:xxxx:enfo:20240101:0000:g/retrieve.lock', '');
  const config = await configOf(peer);
  const request = `${one},step=0,number=1,param=130`;
  t.equal(theirs(peer, request).length, 0, 'fdb-read gives nothing');
  await t.rejects(retrieved(config, request), { code: 'auth.locked', message: /locked for retrieval/ });
  const told: string[] = [];
  const onDamage = ({ code }: { readonly code: string }): void => void told.push(code);
  const retrieval = retrieve(context, config, selection(request), { onDamage });
  t.match(await retrieval.shortfall, { count: 1, reasons: [{ kind: 'locked' }] });
  t.same(told, ['auth.locked']);
  await t.rejects(retrieved(config, request, { onDamage, expect: 'all' }), { code: 'auth.locked' });
});

t.test('a step is found as interval from 0, and an interval as its end', { skip: noFdb }, async (t) => {
  const peer = fdbPeer();
  t.teardown(() => peer.remove());
  peer.run('fdb-write', peer.file('a.grib', await fields(peer, { step: [0, 6], param: [130] })));
  const config = await configOf(peer);
  const found = async (step: string) => steps(await inspect(context, config, selection(`${one},number=1,param=130,step=${step}`)));
  t.same(await found('6'), ['6']);
  t.same(await found('0-6'), ['6']);
  t.same(await found('0'), ['0']);
  t.same(await found('0-12'), []);
  t.same(await found('6/0-6'), ['6'], 'one field once');
});

t.test('of a field in two roots the newest counts', { skip: noFdb }, async (t) => {
  const [old, young] = [fdbPeer(), fdbPeer()];
  t.teardown(() => [old, young].forEach((peer) => peer.remove()));
  old.run('fdb-write', old.file('a.grib', await fields(old, all, { mark: 1 })));
  await new Promise((resolve) => setTimeout(resolve, 10));
  young.run('fdb-write', young.file('b.grib', await fields(young, { ...all, step: [6, 18] }, { mark: 2 })));
  const tables = await gribTables(context);
  for (const [first, second] of [
    [old, young],
    [young, old],
  ] as const) {
    appendFileSync(first.configFile, `  - path: ${second.root}\n`);
    const marks: unknown[] = [];
    const retrieval = retrieve(context, await configOf(first), selection(`${one},step=0/6/18,number=1,param=130`), { expect: 3 });
    for await (const { bytes } of retrieval.messages())
      marks.push(get(parseMessage(bytes, tables)[0] as Message, 'generatingProcessIdentifier'));
    t.same(marks, [1, 2, 2], 'step 0 is only in the old one');
  }
});

t.test('overlapping rules give a field once, the newest', { skip: noFdb }, async (t) => {
  // The second rule takes what the first one takes, so a message archived under each is there twice; upstream gives both.
  const head = 'param:Param; step:Step; date:Date; time:Time; expver:Expver; levelist:Double; number:Integer;\n';
  const rule = (keywords: string): string =>
    `[ class, expver, stream=enfo, date, time${keywords}\n [ type, levtype [ step, number?, levelist?, param ]]]\n`;
  const peer = fdbPeer({ schema: head + rule(', domain') });
  t.teardown(() => peer.remove());
  peer.run('fdb-write', peer.file('a.grib', await fields(peer, all, { mark: 1 })));
  peer.file(
    'schema',
    `${head}[ class, expver, stream=enfo, date, time\n [ domain, type, levtype [ step, number?, levelist?, param ]]]\n${rule(', domain')}`,
  );
  await new Promise((resolve) => setTimeout(resolve, 10));
  peer.run('fdb-write', peer.file('b.grib', await fields(peer, { ...all, step: [6] }, { mark: 2 })));
  t.equal(readdirSync(peer.root).length, 2, 'two databases');
  const request = `${one},step=0/6,number=1,param=130`;
  const tables = await gribTables(context);
  const marks: unknown[] = [];
  for await (const { bytes } of retrieve(context, await configOf(peer), selection(request), { expect: 'all' }).messages())
    marks.push(get(parseMessage(bytes, tables)[0] as Message, 'generatingProcessIdentifier'));
  t.same(marks.sort(), [1, 2]);
});

t.test('an overlay gives messages with its own class and expver', { skip: noFdb }, async (t) => {
  const peer = fdbPeer();
  t.teardown(() => peer.remove());
  peer.run('fdb-write', peer.file('a.grib', await fields(peer, all)));
  const database = 'stream=enfo,date=20240101,time=0000,domain=g';
  peer.run('fdb-overlay', `class=rd,expver=xxxx,${database}`, `class=od,expver=yyyy,${database}`);
  const request = `${one.replace('class=rd,expver=xxxx', 'class=od,expver=yyyy')},step=0/6/12,number=1/2,param=130/131`;
  const expected = theirs(peer, request);
  t.equal(expected.length > 0, true);
  t.equal(Buffer.compare(await retrieved(await configOf(peer), request), expected), 0);
});

t.test('a data file that is gone or cut short is an error that names it', { skip: noFdb }, async (t) => {
  const peer = fdbPeer();
  t.teardown(() => peer.remove());
  peer.run('fdb-write', peer.file('a.grib', await fields(peer, all)));
  const config = await configOf(peer);
  const request = `${one},step=0/6/12,number=1/2,param=130/131`;
  const name = readdirSync(folderOf(peer)).find((file) => file.endsWith('.data')) as string;
  const path = join(folderOf(peer), name);
  const entries = await inspect(context, config, selection(request));
  const last = Math.max(...entries.map(({ location }) => location.offset));
  truncateSync(path, last + 10);
  await t.rejects(retrieved(config, request), { code: 'data.truncated', where: { file: path, offset: last } });
  const told: string[] = [];
  const rest = await retrieved(config, request, { onDamage: ({ code }) => told.push(code) });
  t.equal(rest.length, last, 'all others are read');
  t.same(told, ['data.truncated']);
  rmSync(path);
  await t.rejects(retrieved(config, request), { code: 'absent.file', where: { file: path, offset: 0 } });
});
