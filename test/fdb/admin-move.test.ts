import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Disk } from '../../src/base/index.js';
import { check, control, move, overlay, purge, reconsolidate, status, wipe } from '../../src/fdb/admin/index.js';
import { type FdbConfig, readFdbConfig } from '../../src/fdb/config/index.js';
import { openArchiver } from '../../src/fdb/write/archiver.js';
import { noFdb, peerSchema } from '../support/fdb-peer.js';
import { type MemoryDisk, memoryDisk } from '../support/memory-disk.js';
import { seeded } from '../support/random.js';
import { collected, fieldFile, folderIn, only, request, selection, selectionOf, sharedFdb, sorted } from './admin-support.js';
import { contextOn, databasePath, memoryConfig, metadata, octets, visible, visibleIndexes } from './archive-support.js';

const peerTest = noFdb === false ? {} : { skip: noFdb };
const asked = selectionOf(request);
const killed = { message: 'the process was killed' };

t.test('a moved database is listed by upstream in its new root, sub-tocs with absolute paths and all', peerTest, async (t) => {
  const { peer, context, config, write, ours, theirs } = await sharedFdb({ roots: ['one', 'two'] });
  t.teardown(() => peer.remove());
  const [one, two] = [join(peer.folder, 'one'), join(peer.folder, 'two')];
  const file = fieldFile(peer, 'a.grib', [0, 6]);
  write(file);
  write(fieldFile(peer, 'b.grib', [6, 12]), { FDB_SUB_TOCS: '1', FDB5_SUB_TOCS: '1' });
  await collected(control(context, config, selection, { action: 'lock', controls: ['wipe'] }));
  await t.rejects(move(context, config, selection, { to: two }), { code: 'auth.locked' }, 'what is locked for wipe cannot leave its place');
  await collected(control(context, config, selection, { action: 'unlock', controls: ['wipe'] }));
  const before = theirs();
  const plan = await move(context, config, selection, { to: two, doit: false });
  t.notOk(plan.isDone);
  t.same(theirs(), before);
  const report = await move(context, config, selection, { to: two });
  t.ok(report.isDone);
  t.equal(report.files, plan.files);
  t.same(readdirSync(one), []);
  t.same(
    theirs(),
    before.map((line) => line.replace(one, two)),
  );
  t.same(sorted(await ours()), sorted(theirs()));
  t.equal((await only(status(context, config, selection))).locks.size, 0);
  write(file);
  t.equal(theirs().length, 3, 'upstream archives into it');
  t.ok(theirs().every((line) => line.includes(two)));
  await t.rejects(move(context, config, selection, { to: two }), { code: 'input.keyword' }, 'it is there already');
  await t.rejects(move(context, config, selection, { to: join(peer.folder, 'three') }), { code: 'input.option' });
  await t.rejects(move(context, config, selectionOf(`${request},type=pf`), { to: one }), { code: 'input.keyword' });
  await t.rejects(move(context, config, selectionOf(request.replace('xxxx', 'none')), { to: one }), { code: 'absent.database' });
});

t.test('a kept source stays, and another database in the target is never written over', peerTest, async (t) => {
  const { peer, context, config, write } = await sharedFdb({ roots: ['one', 'two'] });
  t.teardown(() => peer.remove());
  const two = join(peer.folder, 'two');
  write(fieldFile(peer, 'a.grib', [0]));
  await move(context, config, selection, { to: two, keep: true });
  t.ok(existsSync(join(folderIn(peer), 'toc')) && existsSync(join(folderIn(peer, two), 'toc')));
  t.notOk(existsSync(join(folderIn(peer), 'archive.lock')));
  writeFileSync(join(folderIn(peer, two), 'toc'), 'something else');
  await t.rejects(move(context, config, selection, { to: two }), { name: 'DteError' });
  t.ok(existsSync(join(folderIn(peer), 'toc')));
});

/** A configuration with two roots. */
async function twoRoots(disk: MemoryDisk): Promise<FdbConfig> {
  disk.put('/schema', octets(peerSchema));
  for (const root of ['/r1', '/other']) await disk.makeFolder(root);
  const here: Disk = { ...disk, realPath: async (path) => (path === '.' ? '/' : path) };
  const roots = [{ path: '/r1' }, { path: '/other' }];
  return readFdbConfig(contextOn(here), {
    config: { type: 'local', engine: 'toc', schema: '/schema', spaces: [{ name: 'all', handler: 'Default', roots }] },
  });
}

const targetPath = databasePath.replace('/r1/', '/other/');

async function complete(disk: MemoryDisk, path: string): Promise<boolean> {
  try {
    const found = await visible(disk, path);
    return found.size === 4 && [...found.values()].every((text) => text.startsWith('field '));
  } catch {
    return false;
  }
}

async function fourFields(): Promise<{ readonly first: MemoryDisk; readonly config: FdbConfig }> {
  const first = memoryDisk();
  const config = await twoRoots(first);
  const archiver = openArchiver(contextOn(first), config);
  for (const step of ['0', '6'])
    for (const type of ['pf', 'cf'])
      await archiver.archiveKey(metadata({ step: type === 'pf' ? step : `1${step}`, type }), [octets(`field ${step} ${type}`)]);
  await archiver.close();
  return { first, config };
}

t.test(
  'a move that is killed before any operation leaves a complete database in one of the places, and the same call finishes it',
  async (t) => {
    const { first, config } = await fourFields();
    const probe = first.copy();
    await move(contextOn(probe), config, asked, { to: '/other' });
    t.ok(await complete(probe, targetPath));
    t.same(
      probe.paths().filter((path) => path.startsWith('/r1/')),
      [],
    );
    const expected = probe.paths();
    t.ok(probe.operations.length > 30);
    for (let at = 0; at < probe.operations.length; at++) {
      const disk = first.copy({ fault: (_, index) => (index === at ? 'kill' : undefined) });
      await t.rejects(move(contextOn(disk), config, asked, { to: '/other' }), killed);
      const after = disk.process();
      if (!(await complete(after, databasePath)) && !(await complete(after, targetPath)))
        t.fail(`killed at ${at}: ${after.paths().join(' ')}`);
      const isSourceLeft = after.paths().some((path) => path.startsWith('/r1/'));
      if (isSourceLeft) await move(contextOn(after), config, asked, { to: '/other' });
      if (!(await complete(after, targetPath))) t.fail(`killed at ${at}, moved again`);
      t.same(after.paths(), expected, `killed at ${at}, moved again`);
    }
  },
);

t.test('a move that a failure of power ends has lost nothing', async (t) => {
  const { first, config } = await fourFields();
  for (const path of ['/', '/r1', '/other', databasePath]) await first.syncFolder(path);
  for (const path of first.paths()) {
    const file = await first.write(path);
    await file.sync();
  }
  const probe = first.copy();
  await move(contextOn(probe), config, asked, { to: '/other' });
  for (let round = 0; round < 120; round++) {
    const disk = first.copy({ fault: (_, index) => (index === round % probe.operations.length ? 'kill' : undefined) });
    await t.rejects(move(contextOn(disk), config, asked, { to: '/other' }), killed);
    const after = disk.powerFailure(seeded(round));
    if (!(await complete(after, databasePath)) && !(await complete(after, targetPath))) t.fail(`seed ${round}: ${after.paths().join(' ')}`);
  }
});

t.test('a database whose writer may be at work, or that grows while it is copied, is not moved', async (t) => {
  const { first, config } = await fourFields();
  const other = openArchiver(contextOn(first.process({ host: 'elsewhere', pid: 5 })), config);
  await other.archiveKey(metadata({ step: '48' }), [octets('field 48')]);
  await other.flush();
  const now = { clock: { now: () => 1_700_000_001_000, elapsedMs: () => 0 } };
  await t.rejects(move(contextOn(first, now), config, asked, { to: '/other' }), { code: 'auth.locked' });
  await other.close();
  // The clock says that it was long ago; yet one that does not heed the lock writes while files are copied.
  let hasHappened = false;
  const growing: Disk = {
    ...first,
    async write(path: string, options?: object) {
      if (path.endsWith('.data') && !hasHappened) {
        hasHappened = true;
        await (await first.log(path.replace('/other/', '/r1/'))).append(octets('more'));
      }
      return first.write(path, options as { readonly exclusive: true });
    },
  } as Disk;
  await t.rejects(move(contextOn(growing), config, asked, { to: '/other' }), { code: 'auth.locked' });
  t.ok(hasHappened);
  t.same(
    first.paths().filter((path) => path.startsWith('/other/')),
    [],
    'the copy is gone',
  );
  t.notOk(first.paths().includes(`${databasePath}/archive.lock`), 'the lock is gone');
  t.equal((await visible(first)).size, 5);
});

t.test('a reconsolidated database is listed by upstream as before, and a purge leaves one index for each group', peerTest, async (t) => {
  const { peer, context, config, write, ours, theirs } = await sharedFdb();
  t.teardown(() => peer.remove());
  for (const steps of [[0, 6], [6, 12], [0]]) write(fieldFile(peer, `${steps.join('-')}.grib`, steps));
  write(fieldFile(peer, 'cf.grib', [0], 'type=cf'));
  write(fieldFile(peer, 'sub.grib', [18]), { FDB_SUB_TOCS: '1', FDB5_SUB_TOCS: '1' });
  const before = sorted(theirs());
  const report = await only(reconsolidate(context, config, selection));
  t.same([report.groups, report.fields, report.hiddenFields, report.indexesBefore], [1, 4, 2, 4]);
  t.same(sorted(theirs()), before);
  t.same(sorted(await ours()), before);
  t.equal((await only(reconsolidate(context, config, selection))).groups, 0, 'once is enough');
  await collected(purge(context, config, selection, { doit: true }));
  t.equal(readdirSync(folderIn(peer)).filter((name) => name.endsWith('.index')).length, 2);
  t.same(sorted(theirs()), before);
  t.ok(peer.run('fdb-stats', request).includes('Index files                     : 2'));
});

t.test('an unfinished sub-toc of upstream is taken in once its writer is gone; an overlay is refused', peerTest, async (t) => {
  const { peer, context, config, write, theirs } = await sharedFdb();
  t.teardown(() => peer.remove());
  write(fieldFile(peer, 'a.grib', [0]));
  const key = new Map(request.split(',').map((part) => part.split('=') as [string, string]));
  await overlay(context, config, key, new Map([...key, ['expver', 'yyyy']]));
  await t.rejects(collected(reconsolidate(context, config, selectionOf(request.replace('xxxx', 'yyyy')))), { code: 'input.option' });
  t.equal(theirs().length, 2);
  await t.rejects(collected(reconsolidate(context, config, selectionOf(request.replace('xxxx', 'none')))), { code: 'absent.database' });
});

t.test('a reconsolidation that is killed before any operation shows the same fields', async (t) => {
  const first = memoryDisk();
  const config = await memoryConfig(first);
  for (const [number, steps] of [
    ['0', '6'],
    ['6', '12'],
    ['0', '18'],
  ].entries()) {
    const archiver = openArchiver(contextOn(first), { ...config, useSubToc: number === 1 });
    for (const step of steps) await archiver.archiveKey(metadata({ step }), [octets(`${number} ${step}`)]);
    await archiver.close();
  }
  const shown = sorted([...(await visible(first))].map(String));
  t.same(shown, ['0:1:500:130,2 0', '12:1:500:130,1 12', '18:1:500:130,2 18', '6:1:500:130,1 6']);
  const probe = first.copy();
  await collected(reconsolidate(contextOn(probe), config, asked));
  t.equal(await visibleIndexes(probe), 1);
  t.same(sorted([...(await visible(probe))].map(String)), shown);
  for (let at = 0; at < probe.operations.length; at++) {
    const disk = first.copy({ fault: (_, index) => (index === at ? 'kill' : undefined) });
    await t.rejects(collected(reconsolidate(contextOn(disk), config, asked)), killed);
    const after = disk.process();
    t.same(sorted([...(await visible(after))].map(String)), shown, `killed at ${at}`);
    await collected(reconsolidate(contextOn(after), config, asked));
    t.equal(await visibleIndexes(after), 1);
    t.same(sorted([...(await visible(after))].map(String)), shown);
  }
});

t.test('what another process flushes while indexes are merged stays the newest', async (t) => {
  for (const moment of ['index', 'toc'] as const) {
    const disk = memoryDisk();
    const config = await memoryConfig(disk);
    for (const text of ['a', 'b']) {
      const archiver = openArchiver(contextOn(disk), config);
      await archiver.archiveKey(metadata(), [octets(text)]);
      await archiver.close();
    }
    let hasHappened = false;
    const interfere = async (): Promise<void> => {
      if (hasHappened) return;
      hasHappened = true;
      const archiver = openArchiver(contextOn(disk.process({ host: 'elsewhere' })), config);
      await archiver.archiveKey(metadata(), [octets('c')]);
      await archiver.close();
    };
    const busy = {
      ...disk,
      async write(path: string, options?: object) {
        if (moment === 'index' && path.endsWith('.index')) await interfere();
        return disk.write(path, options as { readonly exclusive: true });
      },
      async log(path: string) {
        const log = await disk.log(path);
        return {
          ...log,
          async append(bytes: Uint8Array) {
            if (moment === 'toc') await interfere();
            return log.append(bytes);
          },
        };
      },
    } as Disk;
    await collected(reconsolidate(contextOn(busy), config, asked));
    t.ok(hasHappened);
    t.same([...(await visible(disk))], [['0:1:500:130', 'c']], `between, before the ${moment}`);
  }
});

/** Tables of contents in one root, data in another. */
async function splitRoots(disk: MemoryDisk): Promise<FdbConfig> {
  disk.put('/schema', octets(peerSchema));
  for (const root of ['/catalogue', '/store']) await disk.makeFolder(root);
  const here: Disk = { ...disk, realPath: async (path) => (path === '.' ? '/' : path) };
  const space = { name: 'all', handler: 'Default', catalogueRoots: [{ path: '/catalogue' }], storeRoots: [{ path: '/store' }] };
  return readFdbConfig(contextOn(here), { config: { type: 'local', engine: 'toc', schema: '/schema', spaces: [space] } });
}

t.test('data in a root of their own are purged, merged and wiped with their database, and nothing else there', async (t) => {
  const disk = memoryDisk();
  const config = await splitRoots(disk);
  disk.put('/store/other/x.data', octets('not ours'));
  for (const [text, steps] of [
    ['a', ['0', '6']],
    ['b', ['0', '6']],
    ['c', ['6', '12']],
  ] as const) {
    const archiver = openArchiver(contextOn(disk), config);
    for (const step of steps) await archiver.archiveKey(metadata({ step }), [octets(`${text} ${step}`)]);
    await archiver.close();
  }
  const path = databasePath.replace('/r1/', '/catalogue/');
  const shown = sorted([...(await visible(disk, path))].map(String));
  t.same(shown, ['0:1:500:130,b 0', '12:1:500:130,c 12', '6:1:500:130,c 6']);
  const data = (): readonly string[] => disk.paths().filter((name) => name.startsWith('/store/rd:'));
  t.equal(data().length, 3);
  t.equal((await only(purge(contextOn(disk), config, asked, { doit: true }))).dataFiles.length, 1);
  t.equal(data().length, 2);
  await collected(reconsolidate(contextOn(disk), config, asked));
  await collected(purge(contextOn(disk), config, asked, { doit: true }));
  t.same(sorted([...(await visible(disk, path))].map(String)), shown);
  t.ok((await only(check(contextOn(disk), config, asked, { messages: 'none' }))).isSound);
  t.ok((await only(wipe(contextOn(disk), config, asked, { doit: true }))).isWhole);
  t.same(disk.paths(), ['/schema', '/store/other/x.data']);
});
