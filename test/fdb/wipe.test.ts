import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { control, wipe, wipedPaths } from '../../src/fdb/admin/index.js';
import { readFdbConfig } from '../../src/fdb/config/index.js';
import { readControls, readDatabase } from '../../src/fdb/database/index.js';
import { openArchiver } from '../../src/fdb/write/archiver.js';
import { noFdb } from '../support/fdb-peer.js';
import { type MemoryDisk, memoryDisk } from '../support/memory-disk.js';
import { seeded } from '../support/random.js';
import { collected, fieldFile, folderIn, only, request, selection, selectionOf, sharedFdb, sorted, tried } from './admin-support.js';
import { contextOn, databasePath, memoryConfig, metadata, octets, visible } from './archive-support.js';

const peerTest = noFdb === false ? {} : { skip: noFdb };

t.test('the plan of a whole wipe names the paths that fdb-wipe names, and changes nothing', peerTest, async (t) => {
  const { peer, context, config, write } = await sharedFdb();
  t.teardown(() => peer.remove());
  for (const type of ['pf', 'cf']) write(fieldFile(peer, `${type}.grib`, [0, 6], `type=${type}`));
  write(join(peer.folder, 'pf.grib'));
  const before = readdirSync(folderIn(peer));
  const plan = await only(wipe(context, config, selection));
  t.ok(plan.isWhole);
  t.notOk(plan.isDone);
  const porcelain = peer
    .run('fdb-wipe', '--porcelain', request)
    .split('\n')
    .filter((line) => line.startsWith('/'));
  t.same(sorted(wipedPaths(plan, false)), sorted(porcelain));
  t.same(readdirSync(folderIn(peer)), before);
});

t.test('a whole wipe leaves nothing, and upstream archives anew', peerTest, async (t) => {
  const { peer, context, config, write, ours, theirs } = await sharedFdb();
  t.teardown(() => peer.remove());
  const file = fieldFile(peer, 'a.grib', [0, 6]);
  write(file);
  const report = await only(wipe(context, config, selection, { doit: true }));
  t.ok(report.isDone);
  t.notOk(existsSync(folderIn(peer)));
  t.equal(report.removed.at(-1), folderIn(peer));
  write(file);
  t.equal(theirs().length, 2);
  t.same(await ours(), theirs());
});

t.test('wiping a group masks and deletes what fdb-wipe does, both ways', peerTest, async (t) => {
  const { peer, context, config, write, ours, theirs } = await sharedFdb();
  t.teardown(() => peer.remove());
  const files = ['pf', 'cf', 'an'].map((type) => fieldFile(peer, `${type}.grib`, [0, 6], `type=${type}`));
  for (const file of [...files, files[0] as string]) write(file);
  const part = `${request},type=pf`;
  const plan = await only(wipe(context, config, selectionOf(part)));
  t.notOk(plan.isWhole);
  const porcelain = peer.run('fdb-wipe', '--porcelain', part).split('\n');
  t.same(sorted(wipedPaths(plan, false)), sorted(porcelain.filter((line) => line.startsWith('/'))));
  t.same(
    plan.masks.map(({ indexFile, offset }) => `TocIndex(path=${indexFile},offset=${offset})`),
    porcelain.filter((line) => line.startsWith('TocIndex')),
  );
  const done = await only(wipe(context, config, selectionOf(part), { doit: true }));
  t.equal(done.removed.length, 4);
  t.equal(theirs().length, 4, 'upstream lists the rest');
  t.same(await ours(), theirs());
  t.ok(theirs().every((line) => !line.includes('type=pf')));
  peer.run('fdb-wipe', '--doit', `${request},type=cf`);
  t.equal((await ours()).length, 2, 'we list what upstream left');
  t.same(await ours(), theirs());
  write(files[0] as string);
  t.same(sorted(await ours()), sorted(theirs()));
  t.equal(theirs().length, 4);
});

t.test('wiping the only group wipes the database, as upstream does', peerTest, async (t) => {
  const { peer, context, config, write } = await sharedFdb();
  t.teardown(() => peer.remove());
  write(fieldFile(peer, 'a.grib', [0]));
  const plan = await only(wipe(context, config, selectionOf(`${request},type=pf,levtype=pl`)));
  t.same(
    sorted(wipedPaths(plan, false)),
    sorted(
      peer
        .run('fdb-wipe', '--porcelain', `${request},type=pf`)
        .split('\n')
        .filter((line) => line !== ''),
    ),
  );
});

t.test('elements, other values and absent databases match nothing and say so; ignoreNoData is silent', peerTest, async (t) => {
  const { peer, context, config, write } = await sharedFdb();
  t.teardown(() => peer.remove());
  write(fieldFile(peer, 'a.grib', [0]));
  for (const text of [`${request},type=pf,step=0`, `${request},step=0`, `${request},type=tu`, request.replace('xxxx', 'zzzz')]) {
    await t.rejects(collected(wipe(context, config, selectionOf(text), { doit: true })), { code: 'absent.database' }, text);
    t.ok(tried(() => peer.run('fdb-wipe', '--doit', text)).failed, `upstream refuses ${text}`);
    t.same(await collected(wipe(context, config, selectionOf(text), { doit: true, ignoreNoData: true })), []);
  }
  t.equal(peer.list('class=rd').length, 1);
});

t.test('unknown files block a whole wipe until all is asked for', peerTest, async (t) => {
  const { peer, context, config, write } = await sharedFdb();
  t.teardown(() => peer.remove());
  write(fieldFile(peer, 'a.grib', [0]));
  const notes = join(folderIn(peer), 'notes.txt');
  writeFileSync(notes, 'keep me');
  const plan = await only(wipe(context, config, selection));
  t.same(plan.unknownFiles, [notes]);
  await t.rejects(collected(wipe(context, config, selection, { doit: true })), { code: 'auth.locked' });
  t.equal(peer.list('class=rd').length, 1, 'nothing is locked or gone');
  t.notOk(existsSync(join(folderIn(peer), 'archive.lock')));
  const done = await only(wipe(context, config, selection, { doit: true, unsafeAll: true }));
  t.ok(done.removed.includes(notes));
  t.notOk(existsSync(folderIn(peer)));
});

t.test('a database that is locked for wipe stays, and the call says so', peerTest, async (t) => {
  const { peer, context, config, write } = await sharedFdb();
  t.teardown(() => peer.remove());
  write(fieldFile(peer, 'a.grib', [0]));
  peer.run('fdb-lock', '--wipe', request);
  const other = selectionOf(`${request},type=cf`);
  t.same(await collected(wipe(context, config, other, { doit: true, ignoreNoData: true })), [], 'what does not match is not locked');
  await t.rejects(collected(wipe(context, config, other, { doit: true })), { code: 'absent.database' });
  await t.rejects(collected(wipe(context, config, selection, { doit: true })), { code: 'auth.locked' });
  t.equal(peer.list('class=rd').length, 1);
  await collected(control(context, config, selection, { action: 'unlock', controls: ['wipe'] }));
  t.ok((await only(wipe(context, config, selection, { doit: true }))).isDone);
});

t.test('remnants that upstream cannot wipe, without schema or without table of contents, are wiped', peerTest, async (t) => {
  for (const gone of ['schema', 'toc']) {
    const { peer, context, config, write } = await sharedFdb();
    t.teardown(() => peer.remove());
    write(fieldFile(peer, 'a.grib', [0]));
    for (const name of ['archive.lock', 'list.lock', 'retrieve.lock']) writeFileSync(join(folderIn(peer), name), '');
    rmSync(join(folderIn(peer), gone));
    t.ok(tried(() => peer.run('fdb-wipe', '--doit', request)).failed, 'upstream fails');
    await t.rejects(
      collected(wipe(context, config, selectionOf(`${request},type=pf`), { doit: true })),
      { code: 'absent.database' },
      'a part of a remnant is not asked for',
    );
    t.ok((await only(wipe(context, config, selection, { doit: true }))).isDone);
    t.notOk(existsSync(folderIn(peer)));
  }
});

t.test('what an overlay shows is not wiped with the database that shows it', peerTest, async (t) => {
  const { peer, context, config, write, theirs } = await sharedFdb();
  t.teardown(() => peer.remove());
  write(fieldFile(peer, 'a.grib', [0]));
  const over = request.replace('xxxx', 'yyyy');
  peer.run('fdb-overlay', '--variable-keys=expver', request, over);
  await t.rejects(collected(wipe(context, config, selectionOf(over), { doit: true })), { code: 'absent.database' });
  t.equal(theirs().length, 2, 'both still show the field');
  write(fieldFile(peer, 'b.grib', [6], 'expver=yyyy'));
  const done = await only(wipe(context, config, selectionOf(over), { doit: true }));
  t.notOk(done.isWhole);
  t.ok(done.protectedFiles.every((file) => file.startsWith(folderIn(peer))));
  t.equal(theirs().length, 2, 'the own field is gone, the overlaid one is not');
});

/** Two groups of three fields each. */
async function filled(disk: MemoryDisk): Promise<void> {
  const archiver = openArchiver(contextOn(disk), await memoryConfig(disk));
  for (const [type, steps] of [
    ['pf', ['0', '6', '12']],
    ['cf', ['18', '24', '30']],
  ] as const)
    for (const step of steps) await archiver.archiveKey(metadata({ type, step }), [octets(`${type} ${step}`)]);
  await archiver.close();
}

const asked = selectionOf(request);

t.test('a wipe that is killed before any operation leaves the whole database or a locked remnant that a second wipe removes', async (t) => {
  const first = memoryDisk();
  await filled(first);
  const count = await operationsOf(first, asked);
  t.ok(count > 8, `${count} operations`);
  for (let at = 0; at < count; at++) {
    const disk = first.copy({ fault: (_, index) => (index === at ? 'kill' : undefined) });
    await t.rejects(collected(wipe(contextOn(disk), await memoryConfig(first), asked, { doit: true })), {
      message: 'the process was killed',
    });
    const after = disk.process();
    const isWhole = await isComplete(after);
    const locks = await readControls(after, databasePath);
    const isGone = !after.paths().some((path) => path.startsWith('/r1/'));
    if (!isWhole && !isGone && !locks.has('archive')) t.fail(`killed at ${at}: ${after.paths().join(' ')}`);
    if (!isGone) await collected(wipe(contextOn(after), await memoryConfig(first), asked, { doit: true, ignoreNoData: true }));
    const left = after.paths().filter((path) => path.startsWith('/r1/'));
    if (left.length > 0) t.fail(`killed at ${at}, wiped again: ${left.join(' ')}`);
  }
});

async function isComplete(disk: MemoryDisk): Promise<boolean> {
  try {
    const found = await visible(disk);
    return found.size === 6 && [...found.values()].every((text) => text !== '');
  } catch {
    return false;
  }
}

t.test('a wipe that a failure of power ends is completed by a second one', async (t) => {
  const first = memoryDisk();
  await filled(first);
  for (const path of ['/', '/r1', databasePath]) await first.syncFolder(path);
  const count = await operationsOf(first, asked);
  for (let round = 0; round < 100; round++) {
    const random = seeded(round);
    const disk = first.copy({ fault: (_, index) => (index === round % count ? 'kill' : undefined) });
    await t.rejects(collected(wipe(contextOn(disk), await memoryConfig(first), asked, { doit: true })), {
      message: 'the process was killed',
    });
    const after = disk.powerFailure(random);
    await collected(wipe(contextOn(after), await memoryConfig(first), asked, { doit: true, ignoreNoData: true }));
    const left = after.paths().filter((path) => path.startsWith('/r1/'));
    if (left.length > 0) t.fail(`seed ${round}: ${left.join(' ')}`);
  }
});

t.test(
  'a wipe of a group that is killed before any operation never shows a field without its data, and spares the other group',
  async (t) => {
    const first = memoryDisk();
    await filled(first);
    const part = selectionOf(`${request},type=pf`);
    const count = await operationsOf(first, part);
    for (let at = 0; at < count; at++) {
      const disk = first.copy({ fault: (_, index) => (index === at ? 'kill' : undefined) });
      await t.rejects(collected(wipe(contextOn(disk), await memoryConfig(first), part, { doit: true })), {
        message: 'the process was killed',
      });
      const after = disk.process();
      const database = await readDatabase(after, databasePath);
      t.equal(database?.indexes.filter((ref) => ref.group.get('type') === 'cf' && !ref.isMasked).length, 1);
      for (const ref of database?.indexes ?? [])
        if (!ref.isMasked && after.contents(ref.dataFile(0)) === undefined) t.fail(`killed at ${at}: visible without data`);
    }
  },
);

t.test('a day does not wipe the database of its whole year; the year does', async (t) => {
  const disk = memoryDisk();
  await disk.makeFolder('/r1');
  disk.put('/schema', octets('date:Date; time:Time; [ class, expver, date:Year [ date:Month, type [ date:Date, time, param ]]]'));
  const here = { ...disk, realPath: async (path: string) => (path === '.' ? '/' : path) };
  const space = { name: 'all', handler: 'Default', roots: [{ path: '/r1' }] };
  const config = await readFdbConfig(contextOn(here), { config: { type: 'local', engine: 'toc', schema: '/schema', spaces: [space] } });
  const archiver = openArchiver(contextOn(disk), config);
  for (const date of ['20240115', '20240116', '20240301'])
    await archiver.archiveKey(new Map(Object.entries({ class: 'rd', expver: 'xxxx', date, type: 'an', time: '0000', param: '1' })), [
      octets(date),
    ]);
  await archiver.close();
  t.equal((await visible(disk, '/r1/rd:xxxx:2024')).size, 3);
  for (const date of ['date=20240115', 'date=20240115/20240116', 'date=20230101', 'year=2023', 'year=2024,month=4'])
    await t.rejects(
      collected(wipe(contextOn(disk), config, selectionOf(`class=rd,expver=xxxx,${date}`), { doit: true })),
      { code: 'absent.database' },
      date,
    );
  t.equal((await visible(disk, '/r1/rd:xxxx:2024')).size, 3);
  t.notOk((await only(wipe(contextOn(disk), config, selectionOf('class=rd,expver=xxxx,year=2024,month=3'), { doit: true }))).isWhole);
  t.same([...(await visible(disk, '/r1/rd:xxxx:2024')).values()], ['20240115', '20240116']);
  t.ok((await only(wipe(contextOn(disk), config, selectionOf('class=rd,expver=xxxx,year=2024'), { doit: true }))).isWhole);
  t.same(disk.paths(), ['/schema']);
});

/** How many operations an undisturbed wipe takes. */
async function operationsOf(disk: MemoryDisk, what: typeof asked): Promise<number> {
  const probe = disk.copy();
  await collected(wipe(contextOn(probe), await memoryConfig(disk), what, { doit: true }));
  return probe.operations.length;
}
