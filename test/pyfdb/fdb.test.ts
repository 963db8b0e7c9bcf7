// The verbs of pyfdb, over a store in a folder of its own.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { LogData } from '../../src/base/index.js';
import { FDB, pyfdbModule } from '../../src/pyfdb/index.js';
import { ctx, noShared, sharedGrib } from '../grib/peer.js';

const message = noShared ? new Uint8Array() : messageIn(readFileSync(`${sharedGrib}fdb-template.grib`));
const all = {
  class: 'ea',
  expver: '0001',
  stream: 'enda',
  date: 20200101,
  time: '0000',
  domain: 'g',
  type: 'an',
  levtype: 'sfc',
  step: 0,
  number: 0,
};

/** The one message of a GRIB1 file, without what is padded after it. */
function messageIn(file: Buffer): Uint8Array {
  return new Uint8Array(file.subarray(0, file.readUIntBE(4, 3)));
}

function folderOf(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'dte-pyfdb-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const configOf = (folder: string): object => ({
  type: 'local',
  engine: 'toc',
  spaces: [{ name: 'all', handler: 'Default', roots: [{ path: folder }] }],
});

async function collected<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

t.test('archive, list, retrieve', { skip: noShared }, async (t) => {
  const fdb = await FDB.open(ctx, configOf(folderOf(t)));
  t.notOk(fdb.dirty());
  await fdb.archive(message);
  t.ok(fdb.dirty());
  t.strictSame(await collected(fdb.list({})), [], 'nothing is visible before the flush');
  t.equal(await fdb.flush(), 1);
  t.notOk(fdb.dirty());

  const [element] = await collected(fdb.list({ class: 'ea', expver: '1' }));
  t.match(element, { combinedKey: { class: 'ea', param: '167' }, offset: 0, length: message.length, isMasked: false });
  t.equal(element?.keys.length, 3);
  t.match(String(element), new RegExp(`^{class=ea,.*}{.*}{.*param=167}, length=${message.length}$`));
  t.equal((await collected(fdb.list({}, { level: 1 })))[0]?.keys.length, 1);
  t.equal((await collected(fdb.inspect({ ...all, param: '2t' }))).length, 1, 'names of parameters are understood');
  t.strictSame((await fdb.axes({})).get('param'), ['167']);
  t.notOk((await fdb.axes({}, 1)).has('param'));

  const handle = await fdb.retrieve({ ...all, param: '167/168' });
  await t.rejects(handle.read(4), { code: 'input.option' }, 'reading before open');
  await handle.open();
  t.equal(await handle.size(), message.length);
  t.equal(Buffer.from(await handle.read(4)).toString(), 'GRIB');
  const target = new Uint8Array(16);
  t.equal(await handle.readinto(target), 16);
  t.ok(Buffer.from(target).equals(message.subarray(4, 20)));
  t.equal(handle.tell(), 20);
  await handle.seek(4);
  await handle.skip(4);
  t.ok(Buffer.from(await handle.read()).equals(message.subarray(8)));
  t.equal((await handle.read(1)).length, 0, 'at the end');
  await handle.close();
  await t.rejects(handle.readinto(target), { code: 'input.option' }, 'reading after close');
  t.ok(Buffer.from(await handle.readall()).equals(message));
  t.match(await handle.shortfall, { count: 1, asked: 2 });
  await fdb.close();
});

t.test('what a retrieve does not find is logged, and an error when it was expected', { skip: noShared }, async (t) => {
  const warned: [string, LogData | undefined][] = [];
  const log = { ...ctx.log, warn: (event: string, data?: LogData) => void warned.push([event, data]) };
  const fdb = await FDB.open({ ...ctx, log }, configOf(folderOf(t)));
  await fdb.archive(message);
  await fdb.flush();
  t.equal((await (await fdb.retrieve({ ...all, param: 168 })).readall()).length, 0);
  t.match(warned, [['pyfdb.missing', { missing: 1, asked: 1 }]]);
  await t.rejects((await fdb.retrieve({ ...all, param: 168 }, { expect: 'all' })).readall(), { code: 'absent.field' });
  await t.rejects(fdb.retrieve({}), { code: 'input.option' }, 'an empty selection is no request');
  await t.rejects(fdb.retrieve({ clas: 'ea' }), { code: 'input.keyword' });
  await t.rejects(fdb.retrieve({ class: [] }), { code: 'input.value' });
  await t.rejects(fdb.retrieve({ step: Number.NaN }), { code: 'input.value' });
});

t.test('control acts when it is iterated, wipe and purge when they are meant', { skip: noShared }, async (t) => {
  const fdb = await FDB.open(ctx, configOf(folderOf(t)));
  for (let i = 0; i < 2; i++) {
    await fdb.archive(message);
    await fdb.flush();
  }
  t.equal((await collected(fdb.list({}, { includeMasked: true }))).length, 2);
  const unread = fdb.control({}, 'disable', ['wipe']);
  t.equal((await collected(fdb.status({})))[0]?.locks.size, 0, 'not iterated');
  await collected(unread);
  t.strictSame([...((await collected(fdb.status({})))[0]?.locks ?? [])], ['wipe']);
  await collected(fdb.control({}, 'enable', ['wipe']));
  t.match(await collected(fdb.stats({})), [{ fields: 2, duplicates: 1 }]);
  await collected(fdb.purge({}));
  t.equal((await collected(fdb.list({}, { includeMasked: true }))).length, 2);
  await collected(fdb.purge({}, { doit: true }));
  t.equal((await collected(fdb.list({}, { includeMasked: true }))).length, 1);
  await collected(fdb.wipe({}));
  t.equal((await collected(fdb.list({}))).length, 1);
  await collected(fdb.wipe({}, { doit: true }));
  t.strictSame(await collected(fdb.list({})), []);
  t.strictSame(await collected(fdb.wipe({ class: 'od' })), [], 'nothing to wipe is no failure');
  t.ok(fdb.enabled('archive'));
  t.match(String(fdb), /^FDB\(config=/);
});

t.test('octets under a key of the caller', async (t) => {
  const fdb = await FDB.open(ctx, configOf(folderOf(t)));
  const key = {
    class: 'rd',
    expver: 'xywz',
    stream: 'oper',
    date: '2024-01-01',
    time: 6,
    domain: 'g',
    type: 'an',
    levtype: 'pl',
    step: 0,
    levelist: 500,
    param: 't',
  };
  await fdb.archive(Uint8Array.of(1, 2, 3), key);
  await fdb.flush();
  t.match(await collected(fdb.list({ class: 'rd' })), [{ length: 3, combinedKey: { date: '20240101', time: '0600', param: '130' } }]);
  t.strictSame([...(await (await fdb.retrieve(key)).readall())], [1, 2, 3]);
  await t.rejects(fdb.archive(Uint8Array.of(1), { ...key, step: [0, 6] }), { code: 'input.value' }, 'one field has one step');
  await fdb.close();
});

t.test('the functions of the older module', { skip: noShared }, async (t) => {
  const pyfdb = pyfdbModule(ctx, { config: configOf(folderOf(t)) });
  await pyfdb.archive(message, { ...all, param: 167 });
  await pyfdb.flush();
  await t.rejects(pyfdb.archive(message, { ...all, param: 168 }), { code: 'input.metadata' }, 'the message is not the one that was named');
  t.match(await collected(pyfdb.list({ class: 'ea' })), [{ offset: 0, length: message.length, keys: undefined }]);
  t.match(await collected(pyfdb.list({ class: 'ea' }, { keys: true })), [{ keys: { param: '167' } }]);
  const file = await pyfdb.retrieve({ ...all, param: 167 });
  t.ok(Buffer.from(await file.read()).equals(message), 'open already');
  await pyfdb.close();
});
