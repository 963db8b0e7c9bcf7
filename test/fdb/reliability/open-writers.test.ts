/** Wipes, purges and hiding while a writer has the database open. */
import t from 'tap';
import { isDteError } from '../../../src/base/index.js';
import type { Fdb } from '../../../src/fdb/index.js';
import { type MemoryDisk, memoryDisk } from '../../support/memory-disk.js';
import { type FieldName, foundFields, keyOf, messageOf, selectionOf, versions } from './fields.js';
import { all, checked, layMemory, openStore, type StoreOptions } from './stores.js';

const now = { doit: true, quietMs: 0 };

interface Place {
  readonly disk: MemoryDisk;
  readonly writer: Fdb;
  /** Another process. */
  readonly other: Fdb;
  shown(): Promise<readonly string[]>;
}

async function place(options: StoreOptions = {}): Promise<Place> {
  const disk = memoryDisk();
  await layMemory(disk);
  const writer = await openStore(disk.process({ pid: 2 }), '/fdb', { compactAfter: Infinity, ...options });
  const other = await openStore(disk.process({ pid: 3 }), '/fdb', { compactAfter: Infinity });
  const shown = async (): Promise<readonly string[]> =>
    [...versions(await foundFields(other, disk))].map(([name, version]) => `${name}#${version}`).sort();
  return { disk, writer, other, shown };
}

async function archive(fdb: Fdb, name: FieldName, version: string): Promise<void> {
  await fdb.archiveKey(keyOf(name), [messageOf(name, version)]);
}

t.test('a flush of several databases at once counts the fields of all', async (t) => {
  const { writer } = await place();
  for (const name of ['aaaa/pl/0/130', 'aaaa/ml/0/130', 'bbbb/pl/0/130']) await archive(writer, name, '1');
  t.equal(await writer.flush(), 3);
});

t.test('after a wipe by another process, what is archived comes into a new database', async (t) => {
  const { writer, other, shown } = await place();
  await archive(writer, 'aaaa/pl/0/130', '1');
  await writer.flush();
  await all(other.wipe(selectionOf('aaaa'), now));
  t.same(await shown(), []);
  await archive(writer, 'aaaa/pl/6/130', '2');
  t.equal(await writer.flush(), 1);
  t.same(await shown(), ['aaaa/pl/6/130#2']);
  await all(other.wipe(selectionOf('aaaa'), now));
  await archive(other, 'aaaa/pl/0/130', '3');
  await other.flush();
  await archive(writer, 'aaaa/pl/12/130', '4');
  await writer.flush();
  t.same(await shown(), ['aaaa/pl/0/130#3', 'aaaa/pl/12/130#4'], 'a database that others made anew is another one, too');
  await writer.close();
  t.same(await shown(), ['aaaa/pl/0/130#3', 'aaaa/pl/12/130#4']);
});

t.test('a wipe of what is being written fails the flush, and nothing broken shows', async (t) => {
  const { disk, writer, other, shown } = await place();
  await archive(writer, 'aaaa/pl/0/130', '1');
  await writer.flush();
  await archive(writer, 'aaaa/pl/6/130', '2');
  await all(other.wipe(selectionOf('aaaa'), now));
  for (let tries = 0; tries < 2; tries++) {
    const error = await writer.flush().catch((failed: unknown) => failed);
    t.ok(isDteError(error, 'absent.file', 'absent.database'), String(error));
  }
  await archive(other, 'aaaa/pl/0/131', '3');
  await other.flush();
  await t.rejects(writer.flush(), { code: 'absent.file' }, 'a database of the same name that others made is no place for it');
  t.same(await shown(), ['aaaa/pl/0/131#3']);
  await t.rejects(writer.close(), { code: 'absent.file' });
  t.same(
    (await foundFields(other, disk)).filter(({ version }) => version === undefined),
    [],
  );
  const next = await openStore(disk.process({ pid: 4 }), '/fdb');
  await archive(next, 'aaaa/pl/6/130', '2');
  await next.close();
  t.same(await shown(), ['aaaa/pl/0/131#3', 'aaaa/pl/6/130#2']);
});

t.test('what a writer with a table of contents of its own flushes after a hide shows', async (t) => {
  const { writer, other, shown } = await place({ useSubToc: true });
  await archive(writer, 'aaaa/pl/0/130', '1');
  await writer.flush();
  await all(other.hide(selectionOf('aaaa'), now));
  t.same(await shown(), []);
  await archive(writer, 'aaaa/pl/6/130', '2');
  await writer.flush();
  t.same(await shown(), ['aaaa/pl/6/130#2']);
  await writer.close();
  t.same(await shown(), ['aaaa/pl/6/130#2']);
});

t.test('a purge leaves files that a writer of the same process has open', async (t) => {
  const { writer, shown } = await place();
  await archive(writer, 'aaaa/pl/0/130', '1');
  await writer.flush();
  await all(writer.hide(selectionOf('aaaa'), now));
  await archive(writer, 'aaaa/pl/6/130', '2');
  const [report] = await all(writer.purge(selectionOf('aaaa'), now));
  t.equal(report?.inUseFiles.length, 2, 'its data file and its index file');
  await writer.flush();
  t.same(await shown(), ['aaaa/pl/6/130#2']);
});

t.test('a purge keeps the table of contents of a writer as long as a file that it names is in use', async (t) => {
  const { disk, writer, other } = await place({ useSubToc: true });
  await archive(writer, 'aaaa/pl/0/130', '1');
  await writer.flush();
  await all(other.hide(selectionOf('aaaa'), now));
  await all(writer.purge(selectionOf('aaaa'), now));
  await writer.close();
  await all(other.purge(selectionOf('aaaa'), now));
  t.same(
    disk.paths().filter((path) => /\.(data|index)$|toc\./.test(path)),
    [],
    'so that a later purge finds it',
  );
});

t.test('an index may name a data file that a purge removed because nothing of it shows', async (t) => {
  const { disk, writer, other, shown } = await place();
  await archive(writer, 'aaaa/pl/0/130', '1');
  await writer.close();
  await archive(other, 'aaaa/pl/6/130', '2');
  await other.flush();
  await all(other.reconsolidate(selectionOf('aaaa'), now));
  await archive(other, 'aaaa/pl/0/130', '3');
  await other.close();
  const before = disk.paths().length;
  await all(other.purge(selectionOf('aaaa'), now));
  t.ok(disk.paths().length < before);
  t.same(await shown(), ['aaaa/pl/0/130#3', 'aaaa/pl/6/130#2']);
  t.same(
    (await checked(other)).flatMap(({ findings }) => findings.filter(({ severity }) => severity !== 'note')),
    [],
    'a check takes it for what it is',
  );
});

t.test('a wipe of a group that is cut short within its write brings nothing old back', async (t) => {
  for (let killAfter = 0; killAfter <= 3 * 1024; killAfter += 256) {
    const { disk, writer, shown } = await place();
    for (const version of ['1', '2', '3']) {
      await archive(writer, 'aaaa/pl/0/130', version);
      await archive(writer, 'aaaa/ml/0/130', version);
      await writer.flush();
    }
    const killed = disk.process({ pid: 5, fault: ({ kind }) => (kind === 'append' ? { killAfter } : undefined) });
    await t.rejects(all((await openStore(killed, '/fdb')).wipe(selectionOf('aaaa', 'pl'), now)));
    const found = versions(await foundFields(await openStore(disk.process({ pid: 6 }), '/fdb'), disk, { onDamage: () => {} }));
    t.equal(found.get('aaaa/ml/0/130'), '3');
    t.ok([undefined, '3'].includes(found.get('aaaa/pl/0/130')), `after ${killAfter} octets: ${found.get('aaaa/pl/0/130')}`);
    // The next writer cuts what is torn, and the rest stays as it is.
    await archive(writer, 'aaaa/ml/6/130', '4');
    await writer.flush();
    t.notOk((await shown()).some((text) => /aaaa\/pl\/0\/130#[12]/.test(text)));
  }
});
