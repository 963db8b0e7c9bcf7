import { readdirSync } from 'node:fs';
import t from 'tap';
import type { Disk } from '../../src/base/index.js';
import { hide, purge, type PurgeReport } from '../../src/fdb/admin/index.js';
import { openToc, readDatabase } from '../../src/fdb/database/index.js';
import { openArchiver } from '../../src/fdb/write/archiver.js';
import { noFdb } from '../support/fdb-peer.js';
import { type MemoryDisk, memoryDisk } from '../support/memory-disk.js';
import { collected, fieldFile, folderIn, only, request, selection, selectionOf, sharedFdb, sorted, tried } from './admin-support.js';
import { contextOn, databasePath, memoryConfig, metadata, octets, visible } from './archive-support.js';

const peerTest = noFdb === false ? {} : { skip: noFdb };

function deleted({ dataFiles, auxiliaryFiles, indexFiles }: PurgeReport): readonly string[] {
  return [...dataFiles, ...auxiliaryFiles, ...indexFiles];
}

t.test(
  'the plan of a purge names the files that fdb-purge names; done by us, upstream lists the same as before and finds nothing more',
  peerTest,
  async (t) => {
    const { peer, context, config, write, ours, theirs } = await sharedFdb();
    t.teardown(() => peer.remove());
    const all = fieldFile(peer, 'all.grib', [0, 6, 12]);
    const part = fieldFile(peer, 'part.grib', [0]);
    for (const file of [all, part, fieldFile(peer, 'cf.grib', [0], 'type=cf')]) write(file);
    t.same(deleted(await only(purge(context, config, selection))), [], 'one visible field keeps a file');
    write(all);
    const before = theirs();
    const plan = await only(purge(context, config, selection));
    const porcelain = peer
      .run('fdb-purge', '--porcelain', request)
      .split('\n')
      .filter((line) => line.startsWith('/'));
    t.equal(porcelain.length, 4);
    t.same(sorted(deleted(plan)), sorted(porcelain));
    t.same(
      plan.indexes.map(({ fields, duplicates }) => [fields, duplicates]),
      [
        [3, 0],
        [1, 0],
        [1, 1],
        [3, 3],
      ],
    );
    t.notOk(plan.isDone);
    const done = await only(purge(context, config, selection, { doit: true }));
    t.same(sorted(done.removed), sorted(porcelain));
    t.same(theirs(), before);
    t.same(await ours(), before);
    const again = await only(purge(context, config, selection));
    t.same(deleted(again), []);
    const counted = peer.run('fdb-purge', request).match(/^ +\/.*: \d+$/gm) ?? [];
    t.same(
      sorted([...again.indexFileUsage, ...again.dataFileUsage].map(([file, fields]) => `    ${file}: ${fields}`)),
      sorted(counted),
      'files that are gone are not told again',
    );
    t.ok(tried(() => peer.run('fdb-purge', '--porcelain', request)).failed, 'upstream finds nothing to purge');
  },
);

t.test('after fdb-purge we list the same as before and find nothing more', peerTest, async (t) => {
  const { peer, context, config, write, ours, theirs } = await sharedFdb();
  t.teardown(() => peer.remove());
  const file = fieldFile(peer, 'a.grib', [0, 6]);
  write(file);
  write(file);
  const before = await ours();
  peer.run('fdb-purge', '--doit', request);
  t.same(await ours(), before);
  t.same(theirs(), before);
  t.same(deleted(await only(purge(context, config, selection))), []);
});

t.test('sub-tocs that were compacted go with their indexes, as upstream deletes them', peerTest, async (t) => {
  const { peer, context, config, write, ours, theirs } = await sharedFdb();
  t.teardown(() => peer.remove());
  const file = fieldFile(peer, 'a.grib', [0, 6]);
  for (let times = 0; times < 2; times++) write(file, { FDB_SUB_TOCS: '1', FDB5_SUB_TOCS: '1' });
  t.equal(readdirSync(folderIn(peer)).filter((name) => name.startsWith('toc.')).length, 2);
  const before = theirs();
  const plan = await only(purge(context, config, selection));
  t.same(
    sorted(deleted(plan)),
    sorted(
      peer
        .run('fdb-purge', '--porcelain', request)
        .split('\n')
        .filter((line) => line.startsWith('/')),
    ),
  );
  await collected(purge(context, config, selection, { doit: true }));
  t.same(theirs(), before);
  t.same(await ours(), before);
  t.same(
    readdirSync(folderIn(peer)).filter((name) => name.startsWith('toc.')),
    [],
  );
});

t.test('what was hidden is purged, and new archives show', peerTest, async (t) => {
  const { peer, context, config, write, ours, theirs } = await sharedFdb();
  t.teardown(() => peer.remove());
  const file = fieldFile(peer, 'a.grib', [0, 6]);
  write(file);
  await collected(hide(context, config, selection, { doit: true }));
  t.same(theirs(), []);
  const plan = await only(purge(context, config, selection));
  t.same(
    sorted(deleted(plan)),
    sorted(
      peer
        .run('fdb-purge', '--porcelain', request)
        .split('\n')
        .filter((line) => line.startsWith('/')),
    ),
  );
  await collected(purge(context, config, selection, { doit: true }));
  t.same(sorted(readdirSync(folderIn(peer))), ['schema', 'toc']);
  write(file);
  t.equal(theirs().length, 2);
  t.same(await ours(), theirs());
});

t.test('a part of a database, an absent one and a locked one are refused', peerTest, async (t) => {
  const { peer, context, config, write } = await sharedFdb();
  t.teardown(() => peer.remove());
  write(fieldFile(peer, 'a.grib', [0]));
  await t.rejects(collected(purge(context, config, selectionOf(`${request},type=pf`))), { code: 'input.keyword' });
  await t.rejects(collected(purge(context, config, selectionOf(request.replace('xxxx', 'zzzz')))), { code: 'absent.database' });
  t.same(await collected(purge(context, config, selectionOf(request.replace('xxxx', 'zzzz')), { ignoreNoData: true })), []);
  peer.run('fdb-lock', '--wipe', request);
  await t.rejects(collected(purge(context, config, selection, { doit: true })), { code: 'auth.locked' });
});

const asked = selectionOf(request);

async function archive(
  disk: Disk,
  config: Awaited<ReturnType<typeof memoryConfig>>,
  steps: readonly string[],
  text: string,
): Promise<void> {
  const archiver = openArchiver(contextOn(disk), config);
  for (const step of steps) await archiver.archiveKey(metadata({ step }), [octets(`${text} ${step}`)]);
  await archiver.close();
}

/** Three archives: the first is hidden whole, the second in part. */
async function archivedAgain(): Promise<MemoryDisk> {
  const disk = memoryDisk();
  const config = await memoryConfig(disk);
  await archive(disk, config, ['0', '6'], 'first');
  await archive(disk, config, ['6', '12'], 'second');
  await archive(disk, config, ['0', '6'], 'third');
  return disk;
}

const shown = [
  ['0:1:500:130', 'third 0'],
  ['12:1:500:130', 'second 12'],
  ['6:1:500:130', 'third 6'],
];

async function listing(disk: MemoryDisk): Promise<readonly (readonly [string, string])[]> {
  return [...(await visible(disk))].sort(([a], [b]) => (a < b ? -1 : 1));
}

t.test('a purge that is killed before any operation loses nothing that shows, and a second one finishes it', async (t) => {
  const first = await archivedAgain();
  const config = await memoryConfig(first);
  t.same(await listing(first), shown);
  const probe = first.copy();
  await collected(purge(contextOn(probe), config, asked, { doit: true }));
  t.same(await listing(probe), shown);
  const left = probe.paths();
  t.equal(left.filter((path) => path.endsWith('.data')).length, 2);
  for (let at = 0; at < probe.operations.length; at++) {
    const disk = first.copy({ fault: (_, index) => (index === at ? 'kill' : undefined) });
    await t.rejects(collected(purge(contextOn(disk), config, asked, { doit: true })), { message: 'the process was killed' });
    const after = disk.process();
    t.same(await listing(after), shown, `killed at ${at}`);
    await collected(purge(contextOn(after), config, asked, { doit: true }));
    t.same(await listing(after), shown);
    t.same(after.paths(), left, `killed at ${at}, purged again`);
  }
});

t.test('files of a writer that may still be at work stay: its next flush refers to them', async (t) => {
  const disk = memoryDisk();
  const config = await memoryConfig(disk);
  const writer = disk.process({ host: 'elsewhere', pid: 7 });
  const archiver = openArchiver(contextOn(writer), config);
  await archiver.archiveKey(metadata({ step: '0' }), [octets('early 0')]);
  await archiver.flush();
  await archive(disk, config, ['0'], 'late');
  // The disk's clock stands still, and so does the context's.
  const context = contextOn(disk, { clock: { now: () => 1_700_000_000_000 + 1000, elapsedMs: () => 0 } });
  const report = await only(purge(context, config, asked, { doit: true }));
  t.equal(report.masks.length, 1);
  t.same(report.removed, []);
  t.equal(report.inUseFiles.length, 2, 'data and index');
  await archiver.archiveKey(metadata({ step: '6' }), [octets('early 6')]);
  await archiver.close();
  t.same(await listing(disk), [
    ['0:1:500:130', 'late 0'],
    ['6:1:500:130', 'early 6'],
  ]);
  const later = contextOn(disk, { clock: { now: () => 1_700_000_000_000 + 3_600_000, elapsedMs: () => 0 } });
  t.same((await only(purge(later, config, asked, { doit: true }))).removed, [], 'the data file now holds a field that shows');
});

t.test('an index that another process makes visible while a purge masks keeps its files', async (t) => {
  const disk = await archivedAgain();
  const config = await memoryConfig(disk);
  const database = await readDatabase(disk, databasePath);
  const oldest = database?.indexes.at(-1);
  if (oldest === undefined) return t.fail('no index');
  // Another process refers to the data file of the hidden index, in the moment after the purge has written its masks.
  const other = disk.process({ host: 'elsewhere', pid: 9 });
  let hasHappened = false;
  const interfering: Disk = {
    ...disk,
    async log(path, options) {
      const log = await disk.log(path, options);
      return {
        ...log,
        async append(bytes) {
          const size = await log.append(bytes);
          if (!hasHappened && bytes.length > 0) {
            hasHappened = true;
            const archiver = openArchiver(contextOn(other), config);
            await archiver.archiveKey(metadata({ step: '18' }), [octets('fourth 18')]);
            await archiver.close();
            const record = (await readDatabase(other, databasePath))?.indexes[0]?.record;
            if (record === undefined) throw new Error('no record');
            const toc = await openToc(other, `${databasePath}/toc`, { version: 2, now: () => 0 });
            await toc.append([{ ...record, dataFiles: new Map([...record.dataFiles, [7, oldest.record.dataFiles.get(0) as string]]) }]);
            await toc.close();
          }
          return size;
        },
      };
    },
  };
  const report = await only(purge(contextOn(interfering), config, asked, { doit: true }));
  t.ok(hasHappened);
  t.not(disk.contents(oldest.dataFile(0)), undefined, 'the data file is there');
  t.notOk(report.removed.includes(oldest.dataFile(0)));
  t.same(await listing(disk), [shown[0], shown[1], ['18:1:500:130', 'fourth 18'], shown[2]]);
});
