import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { DteError, isDteError } from '../../src/base/index.js';
import { nodeContext } from '../../src/base/node.js';
import { readFdbConfig } from '../../src/fdb/config/index.js';
import { readDatabase, setControl } from '../../src/fdb/database/index.js';
import { openArchiver } from '../../src/fdb/write/archiver.js';
import { type DiskOperation, memoryDisk } from '../support/memory-disk.js';
import { seeded } from '../support/random.js';
import { contextOn, databasePath, memoryConfig, metadata, octets, peerSchema, visible, visibleIndexes } from './archive-support.js';

function isSyncOfData({ kind, path }: DiskOperation): boolean {
  return kind === 'sync' && path.endsWith('.data');
}

t.test('nothing is visible before the flush, everything after it, and the last of a key counts', async (t) => {
  const disk = memoryDisk();
  const archiver = openArchiver(contextOn(disk), await memoryConfig(disk));
  t.equal(archiver.isDirty, false);
  await archiver.archiveKey(metadata({ step: '0' }), [octets('first')]);
  await archiver.archiveKey(metadata({ step: '6' }), [octets('six')]);
  const location = await archiver.archiveKey(metadata({ step: '0' }), [octets('sec'), octets('ond')]);
  t.same([location.offset, location.length], [8, 6], 'messages follow each other in one data file');
  t.equal(archiver.isDirty, true);
  t.equal((await visible(disk)).size, 0);
  t.equal(await archiver.flush(), 2);
  t.equal(archiver.isDirty, false);
  t.same(
    [...(await visible(disk))],
    [
      ['0:1:500:130', 'second'],
      ['6:1:500:130', 'six'],
    ],
  );
  await archiver.archiveKey(metadata({ step: '0' }), [octets('third')]);
  t.equal((await visible(disk)).get('0:1:500:130'), 'second');
  await archiver.close();
  t.equal((await visible(disk)).get('0:1:500:130'), 'third', 'closing flushes');
  await t.rejects(archiver.archiveKey(metadata(), [octets('x')]), { code: 'fault.cancelled' });
});

t.test('data and index reach the disk before the table of contents', async (t) => {
  const disk = memoryDisk();
  const archiver = openArchiver(contextOn(disk), await memoryConfig(disk, { syncOnFlush: true }));
  await archiver.archiveKey(metadata(), [octets('message')]);
  const before = disk.operations.length;
  await archiver.flush();
  const done = disk.operations.slice(before).map(({ kind, path }) => `${kind} ${path.split('.').at(-1)?.split('/').at(-1)}`);
  for (const kind of ['data', 'index']) {
    const order = [`write ${kind}`, `sync ${kind}`, 'append toc', 'sync toc'];
    t.same(
      done.filter((operation) => order.includes(operation)),
      order,
      done.join(', '),
    );
  }
  t.ok(done.indexOf(`sync-folder ${databasePath.split('/').at(-1)}`) < done.indexOf('append toc'), 'names are safe too');
  await archiver.close();
});

t.test('groups of one database become visible in one append', async (t) => {
  const disk = memoryDisk();
  const archiver = openArchiver(contextOn(disk), await memoryConfig(disk));
  for (const type of ['pf', 'cf', 'an']) await archiver.archiveKey(metadata({ type }), [octets(type)]);
  await archiver.flush();
  t.equal(disk.operations.filter(({ kind }) => kind === 'append').length, 1);
  t.equal(await visibleIndexes(disk), 3);
  t.equal(disk.paths().filter((path) => path.endsWith('.data')).length, 3, 'each group has its own data file');
  await archiver.close();
});

t.test('calls may overlap: a flush makes visible what was archived before it', async (t) => {
  const disk = memoryDisk();
  const archiver = openArchiver(contextOn(disk), await memoryConfig(disk, { bufferBytes: 1 << 16 }));
  const calls: Promise<unknown>[] = [];
  const steps = Array.from({ length: 200 }, (_, step) => step);
  for (const step of steps) {
    calls.push(archiver.archiveKey(metadata({ step: String(step), type: step % 2 === 0 ? 'pf' : 'cf' }), [octets(`message ${step}`)]));
    if (step % 20 === 10) calls.push(archiver.flush());
  }
  const flushed = archiver.flush();
  await flushed;
  const found = await visible(disk);
  t.equal(found.size, 200);
  for (const step of steps) if (found.get(`${step}:1:500:130`) !== `message ${step}`) t.fail(`step ${step}`);
  await Promise.all(calls);
  await archiver.close();
});

t.test('long messages are written from where they are, and the order of calls decides between equal keys', async (t) => {
  const disk = memoryDisk();
  const archiver = openArchiver(contextOn(disk), await memoryConfig(disk));
  const long = new Uint8Array(3 << 20).fill(65);
  const calls = [
    archiver.archiveKey(metadata(), [long.subarray(0, 1 << 20), long.subarray(1 << 20)]),
    archiver.archiveKey(metadata(), [octets('short')]),
  ];
  await Promise.all(calls);
  // The memory is the caller's again.
  long.fill(66);
  await archiver.archiveKey(metadata({ step: '6' }), [long], { isOwned: true });
  await archiver.flush();
  const found = await visible(disk);
  t.equal(found.get('0:1:500:130'), 'short');
  t.equal(found.get('6:1:500:130'), 'B'.repeat(3 << 20));
  const data = disk.contents(disk.paths().find((path) => path.endsWith('.data')) as string) as Uint8Array;
  t.equal(data[0], 65);
  t.equal(data[(3 << 20) - 1], 65);
  await archiver.close();
});

t.test('random archives and flushes of two writers agree with a Map', async (t) => {
  const random = seeded(20);
  const disk = memoryDisk();
  const writers = [1, 2].map((pid) => disk.process({ pid }));
  const config = await memoryConfig(disk, { bufferBytes: 1 << 12 });
  const archivers = writers.map((writer) => openArchiver(contextOn(writer), config, { compactAfter: 3 }));
  const model = new Map<string, string>();
  const pending = archivers.map(() => new Map<string, string>());
  for (let i = 0; i < 400; i++) {
    const which = random() < 0.5 ? 0 : 1;
    const mine = pending[which] as Map<string, string>;
    if (random() < 0.1) {
      await archivers[which]?.flush();
      for (const [key, text] of mine) model.set(key, text);
      mine.clear();
    } else {
      const step = String(Math.floor(random() * 30));
      const text = `${i}:${'x'.repeat(Math.floor(random() * 300))}`;
      await archivers[which]?.archiveKey(metadata({ step }), [octets(text)]);
      mine.set(`${step}:1:500:130`, text);
    }
    if (i % 50 === 49) t.same(new Map([...(await visible(disk))].sort()), new Map([...model].sort()), `after ${i + 1} calls`);
  }
  for (const [which, archiver] of archivers.entries()) {
    await archiver.close();
    for (const [key, text] of pending[which] as Map<string, string>) model.set(key, text);
    t.same(new Map([...(await visible(disk))].sort()), new Map([...model].sort()), 'after closing one');
  }
});

t.test('whatever operation fails for want of space, what was flushed stays and a retry brings the rest', async (t) => {
  const run = async (failAt: number): Promise<{ failed: boolean; operations: number }> => {
    const disk = memoryDisk();
    const config = await memoryConfig(disk);
    const setUp = openArchiver(contextOn(disk.process()), config);
    await setUp.archiveKey(metadata({ step: '0' }), [octets('old')]);
    await setUp.close();
    let armed = false;
    let count = 0;
    const writer = disk.process({
      pid: 7,
      fault: (operation) =>
        armed && !isSyncOfData(operation) && operation.kind !== 'remove' && count++ === failAt ? 'limit.space' : undefined,
    });
    const archiver = openArchiver(contextOn(writer), config);
    armed = true;
    const failed: unknown[] = [];
    const attempt = async (work: () => Promise<unknown>): Promise<void> => {
      try {
        await work();
      } catch (error) {
        failed.push(error);
        await work();
      }
    };
    await attempt(() => archiver.archiveKey(metadata({ step: '0' }), [octets('new')]));
    await attempt(() => archiver.archiveKey(metadata({ step: '6', type: 'cf' }), [octets('six')]));
    await attempt(async () => {
      const before = await visible(disk);
      await archiver.flush().catch(async (error: unknown) => {
        const after = await visible(disk);
        t.ok(after.get('0:1:500:130') === 'old' || after.get('0:1:500:130') === 'new', `operation ${failAt}: ${before.size}`);
        throw error;
      });
    });
    for (const error of failed) t.ok(isDteError(error, 'limit.space'), String(error));
    t.ok(failed.length <= 1, 'one error');
    t.same(
      [...(await visible(disk))].sort(),
      [
        ['0:1:500:130', 'new'],
        ['6:1:500:130', 'six'],
      ].sort(),
      `operation ${failAt}`,
    );
    armed = false;
    await archiver.close();
    return { failed: failed.length > 0, operations: count };
  };
  const { operations } = await run(-1);
  t.ok(operations > 8, `${operations} operations`);
  for (let at = 0; at < operations; at++) t.ok((await run(at)).failed, `operation ${at} fails`);
});

t.test('what the disk failed to make safe is lost: a second sync that works does not make it visible', async (t) => {
  const disk = memoryDisk();
  const config = await memoryConfig(disk, { syncOnFlush: true });
  let fails = 1;
  const writer = disk.process({ pid: 3, fault: (operation) => (isSyncOfData(operation) && fails-- === 1 ? 'limit.space' : undefined) });
  const archiver = openArchiver(contextOn(writer), config);
  await archiver.archiveKey(metadata(), [octets('lost')]);
  await t.rejects(archiver.flush(), { code: 'limit.space', message: /archive the fields again/ });
  await t.rejects(archiver.archiveKey(metadata({ step: '6' }), [octets('refused')]), { code: 'limit.space' });
  await t.rejects(archiver.flush(), { code: 'limit.space' });
  await t.rejects(archiver.close(), { code: 'limit.space' });
  t.equal((await visible(disk)).size, 0);
  const another = openArchiver(contextOn(writer), config);
  await another.archiveKey(metadata(), [octets('again')]);
  await another.close();
  t.equal((await visible(disk)).get('0:1:500:130'), 'again');
});

t.test('closed without a flush, what was archived since the last one leaves nothing', async (t) => {
  const disk = memoryDisk();
  const archiver = openArchiver(contextOn(disk), await memoryConfig(disk));
  await archiver.archiveKey(metadata(), [octets('flushed')]);
  await archiver.flush();
  const before = disk.paths();
  await archiver.archiveKey(metadata({ step: '6' }), [octets('thrown away')]);
  await archiver.archiveKey(metadata({ type: 'cf' }), [octets('thrown away')]);
  const long = archiver.archiveKey(metadata({ step: '12' }), [new Uint8Array(2 << 20)]);
  t.equal(archiver.isDirty, true);
  await archiver.close({ flush: false });
  await long;
  t.same([...(await visible(disk))], [['0:1:500:130', 'flushed']]);
  t.same(disk.paths(), before, 'a data file that holds nothing else is removed');
  await t.rejects(archiver.flush(), { code: 'fault.cancelled' });
});

t.test('a disk that stays full gives one error for each call, and closing tells what is lost', async (t) => {
  const disk = memoryDisk();
  const config = await memoryConfig(disk);
  const archiver = openArchiver(contextOn(disk), config);
  await archiver.archiveKey(metadata({ step: '0' }), [octets('old')]);
  await archiver.flush();
  disk.setCapacity(disk.paths().reduce((sum, path) => sum + (disk.contents(path) as Uint8Array).length, 0) + 100);
  await archiver.archiveKey(metadata({ step: '6' }), [new Uint8Array(5000)]);
  await t.rejects(archiver.flush(), { code: 'limit.space' });
  t.same([...(await visible(disk)).keys()], ['0:1:500:130']);
  await t.rejects(archiver.close(), { code: 'limit.space' });
  t.same([...(await visible(disk)).keys()], ['0:1:500:130']);
});

t.test('a write behind that fails refuses further messages until a flush works', async (t) => {
  const disk = memoryDisk();
  let isFull = false;
  const writer = disk.process({
    pid: 3,
    fault: ({ kind, path }) => (isFull && kind === 'write' && path.endsWith('.data') ? 'limit.space' : undefined),
  });
  const archiver = openArchiver(contextOn(writer), await memoryConfig(disk, { bufferBytes: 1 << 12 }));
  await archiver.archiveKey(metadata({ step: '0' }), [octets('start')]);
  isFull = true;
  // More than may be on its way: the calls must end all the same.
  const results = await Promise.allSettled(
    Array.from({ length: 20 }, (_, i) => archiver.archiveKey(metadata({ step: String(i + 1) }), [new Uint8Array(2000).fill(i)])),
  );
  t.ok(results.every(({ status }) => status === 'fulfilled' || status === 'rejected'));
  await t.rejects(archiver.archiveKey(metadata({ step: '100' }), [octets('refused')]), { code: 'limit.space' });
  await t.rejects(archiver.flush(), { code: 'limit.space' });
  isFull = false;
  await archiver.flush();
  const found = await visible(disk);
  t.equal(found.get('0:1:500:130'), 'start');
  const taken = results.filter(({ status }) => status === 'fulfilled').length;
  t.equal(found.size, taken + 1, 'what was taken is there, what was refused is not');
  await archiver.close();
});

t.test('databases beyond the limit are flushed and closed, the one not used for longest first', async (t) => {
  const disk = memoryDisk();
  const archiver = openArchiver(contextOn(disk), await memoryConfig(disk, { mostDatabasesOpen: 2 }));
  const pathOf = (day: number): string => `/r1/rd:xxxx:enfo:2024010${day}:0000:g`;
  for (const day of [1, 2, 1, 3]) await archiver.archiveKey(metadata({ date: `2024010${day}`, step: String(day) }), [octets(`day ${day}`)]);
  t.equal((await visible(disk, pathOf(2))).size, 1, 'day 2 had to make room');
  t.equal((await visible(disk, pathOf(1))).size, 0);
  await Promise.all([1, 2, 3, 4, 5].map((day) => archiver.archiveKey(metadata({ date: `2024010${day}`, step: '9' }), [octets('again')])));
  await archiver.close();
  for (const day of [1, 2, 3, 4, 5]) t.equal((await visible(disk, pathOf(day))).get('9:1:500:130'), 'again', `day ${day}`);
});

t.test('a flush waits for archives that were begun before it, and room is not made by closing what is in use', async (t) => {
  const disk = memoryDisk();
  let open = (): void => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  // Data files of the first day are written only when the gate is open.
  const slow = {
    ...disk,
    write: async (path: string, options: { exclusive: true }) => {
      const file = await disk.write(path, options);
      if (file === undefined || !path.includes('20240101') || !path.endsWith('.data')) return file;
      return { ...file, writeAt: async (position: number, parts: readonly Uint8Array[]) => gate.then(() => file.writeAt(position, parts)) };
    },
  };
  const archiver = openArchiver(contextOn(slow as typeof disk), await memoryConfig(disk, { mostDatabasesOpen: 1 }));
  await archiver.archiveKey(metadata({ step: '0' }), [octets('opens the database')]);
  const long = archiver.archiveKey(metadata({ step: '6' }), [new Uint8Array(2 << 20).fill(65)]);
  await archiver.archiveKey(metadata({ date: '20240102' }), [octets('another database')]);
  const flushed = archiver.flush();
  open();
  t.equal(await flushed, 3);
  await long;
  t.equal((await visible(disk)).get('6:1:500:130')?.length, 2 << 20);
  t.equal((await visible(disk, '/r1/rd:xxxx:enfo:20240102:0000:g')).size, 1);
  await archiver.close();
});

t.test('the schema in the folder governs, whatever is configured now', async (t) => {
  const disk = memoryDisk();
  const config = await memoryConfig(disk);
  const first = openArchiver(contextOn(disk), config);
  await first.archiveKey(metadata(), [octets('old schema')]);
  await first.close();
  const changed = new TextDecoder()
    .decode(disk.contents('/schema'))
    .replace('[ step, number?, levelist?, param ]', '[ step, levelist?, param, number? ]');
  disk.put('/schema', octets(changed));
  const second = openArchiver(contextOn(disk.process({ pid: 2 })), await memoryConfig(disk));
  await second.archiveKey(metadata({ step: '6' }), [octets('new schema')]);
  await second.archiveKey(metadata({ step: '6', date: '20240202' }), [octets('new database')]);
  await second.close();
  t.same([...(await visible(disk)).keys()].sort(), ['0:1:500:130', '6:1:500:130']);
  t.same([...(await visible(disk, '/r1/rd:xxxx:enfo:20240202:0000:g')).keys()], ['6:500:130:1']);
});

t.test('locked, foreign and removed databases are refused', async (t) => {
  const disk = memoryDisk();
  const config = await memoryConfig(disk);
  const first = openArchiver(contextOn(disk), config);
  await first.archiveKey(metadata(), [octets('x')]);
  await first.flush();
  await setControl(disk, databasePath, 'archive', true);
  const second = openArchiver(contextOn(disk.process({ pid: 2 })), config);
  await t.rejects(second.archiveKey(metadata(), [octets('y')]), { code: 'auth.locked', message: /rd.*locked for archiving/ });
  await t.rejects(first.archiveKey(metadata(), [octets('y')]), { code: 'auth.locked' }, 'also where it is open since before');
  await setControl(disk, databasePath, 'archive', false);
  await second.archiveKey(metadata(), [octets('y')]);
  await second.close();
  const stranger = {
    ...disk.process({ pid: 3 }),
    owner: async (): Promise<number> => 1000,
    self: { host: 'h', pid: 3, uid: 1001 },
    userName: (uid: number) => `user${uid}`,
  };
  const third = openArchiver(contextOn(stranger), config);
  await t.rejects(third.archiveKey(metadata(), [octets('z')]), { code: 'auth.access', message: /user1000.*user1001/ });
  await third.close();
  const shared = openArchiver(contextOn(stranger), { ...config, onlyCreatorCanWrite: false });
  await shared.archiveKey(metadata({ step: '12' }), [octets('z')]);
  await shared.close();
  await first.archiveKey(metadata(), [octets('w')]);
  await disk.remove(`${databasePath}/toc`);
  await t.rejects(first.flush(), { code: 'absent.database' });
  await t.rejects(first.close(), { code: 'absent.database' });
  const fourth = openArchiver(contextOn(disk.process({ pid: 4 })), config);
  await fourth.archiveKey(metadata(), [octets('v')]);
  for (const path of disk.paths()) if (path.startsWith(databasePath)) await disk.remove(path);
  await t.rejects(fourth.flush(), { code: 'absent.file', message: /not in the store/ });
  await t.rejects(fourth.close(), { code: 'absent.file' });
});

t.test('keys that an index cannot hold, empty messages and cancelled calls are refused before anything is stored', async (t) => {
  const disk = memoryDisk();
  const controller = new AbortController();
  const archiver = openArchiver(contextOn(disk, { signal: controller.signal }), await memoryConfig(disk));
  await t.rejects(archiver.archiveKey(metadata({ param: '1'.repeat(30) }), [octets('x')]), {
    code: 'limit.range',
    message: /step:number:levelist:param/,
  });
  await t.rejects(archiver.archiveKey(metadata({ param: 'é'.repeat(14) }), [octets('x')]), { code: 'limit.range' }, 'in octets of UTF-8');
  await t.rejects(archiver.archiveKey(metadata({ param: '温' }), [octets('x')]), { code: 'input.value', message: /Latin-1/ });
  await t.rejects(archiver.archiveKey(metadata(), []), { code: 'data.message' });
  await t.rejects(archiver.archiveKey(metadata({ stream: 'nope' }), [octets('x')]), { code: 'input.metadata' });
  t.equal(await archiver.flush(), 0);
  await archiver.archiveKey(metadata(), [octets('x')]);
  controller.abort();
  await t.rejects(archiver.archiveKey(metadata(), [octets('x')]), { code: 'fault.cancelled' });
  await t.rejects(archiver.flush(), { code: 'fault.cancelled' });
  await archiver.close();
  t.equal((await visible(disk)).size, 0);
});

t.test('hooks are told of every message and flush', async (t) => {
  const disk = memoryDisk();
  const seen: string[] = [];
  const archiver = openArchiver(contextOn(disk), await memoryConfig(disk), {
    onArchive: (key, parts, length, location) => {
      seen.push(`${key.get('step')} ${parts.length} ${length}`);
      void location.then(({ offset }) => seen.push(`at ${offset}`));
    },
    onFlush: (fields) => seen.push(`flush ${fields}`),
  });
  await archiver.archiveKey(metadata({ step: '6' }), [octets('ab'), octets('c')]);
  await archiver.archiveKey(metadata({ step: '12' }), [octets('d')]);
  await archiver.flush();
  t.same(seen, ['6 2 3', 'at 0', '12 1 1', 'at 3', 'flush 2']);
  await archiver.close();
});

t.test('entries can be made for messages that lie elsewhere', async (t) => {
  const disk = memoryDisk();
  const config = await memoryConfig(disk);
  disk.put('/elsewhere/file.grib', octets('0123456789'));
  const archiver = openArchiver(contextOn(disk), config);
  const { splitForArchive } = await import('../../src/fdb/schema/index.js');
  await archiver.index(splitForArchive(config.schema, metadata()), config.schema, { file: '/elsewhere/file.grib', offset: 3, length: 4 });
  await archiver.close();
  t.same([...(await visible(disk))], [['0:1:500:130', '3456']]);
  t.equal(disk.paths().filter((path) => path.endsWith('.data')).length, 0);
  t.ok((await readDatabase(disk, databasePath))?.indexes[0]?.record.dataFiles.get(0) === '/elsewhere/file.grib');
});

t.test('a failure of the disk that is no DteError is told as one', async (t) => {
  const disk = memoryDisk();
  const broken = {
    ...disk,
    write: async (path: string, options: { exclusive: true }) => {
      const file = await disk.write(path, options);
      return path.endsWith('.data') && file !== undefined ? { ...file, writeAt: () => Promise.reject(new Error('EIO')) } : file;
    },
  };
  const archiver = openArchiver(contextOn(broken as typeof disk), await memoryConfig(disk));
  await archiver.archiveKey(metadata(), [octets('x')]);
  await t.rejects(archiver.flush(), { code: 'fault.write' });
  const closing = await archiver.close().catch((error: unknown) => error);
  t.ok(closing instanceof DteError);
});

t.test('permissions of the configuration hold for all files, and folders can be entered by who may read', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'dte-archive-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'schema'), peerSchema);
  mkdirSync(join(folder, 'root'));
  const context = { ...nodeContext(), env: { FDB_DBNAMES_FILE: '/dev/null' } };
  const roots = [{ path: join(folder, 'root') }];
  const config = await readFdbConfig(context, {
    config: { type: 'local', engine: 'toc', schema: join(folder, 'schema'), permissions: '0640', spaces: [{ handler: 'Default', roots }] },
  });
  const archiver = openArchiver(context, config);
  await archiver.archiveKey(metadata(), [octets('message')]);
  await archiver.close();
  const database = join(folder, databasePath.replace('r1', 'root'));
  const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);
  t.equal(modeOf(database), '750');
  const names = readdirSync(database);
  t.equal(names.length, 4, names.join(', '));
  for (const name of names) t.equal(modeOf(join(database, name)), '640', name);
});
