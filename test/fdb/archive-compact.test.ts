import t, { type Test } from 'tap';
import { openToc, readDatabase } from '../../src/fdb/database/index.js';
import { openArchiver } from '../../src/fdb/write/archiver.js';
import { type MemoryDisk, memoryDisk } from '../support/memory-disk.js';
import { contextOn, databasePath, memoryConfig, metadata, octets, visible, visibleIndexes } from './archive-support.js';

const often = { compactAfter: 3 };

t.test('a writer that flushed a group often leaves one index, and the same fields', async (t) => {
  const disk = memoryDisk();
  const archiver = openArchiver(contextOn(disk), await memoryConfig(disk), often);
  for (let step = 0; step < 5; step++) {
    await archiver.archiveKey(metadata({ step: String(step) }), [octets(`field ${step}`)]);
    await archiver.archiveKey(metadata({ step: '99' }), [octets(`again ${step}`)]);
    await archiver.flush();
  }
  t.equal(await visibleIndexes(disk), 5);
  const before = await visible(disk);
  const appends = disk.operations.filter(({ kind }) => kind === 'append').length;
  await archiver.close();
  t.equal(await visibleIndexes(disk), 1);
  t.same([...(await visible(disk))].sort(), [...before].sort());
  t.equal(before.get('99:1:500:130'), 'again 4');
  t.equal(disk.operations.filter(({ kind }) => kind === 'append').length, appends + 1, 'one append');
});

t.test('too few flushes, or a writer that asks for it, leave indexes as they are', async (t) => {
  for (const [flushes, compactAfter] of [
    [2, 3],
    [5, Infinity],
  ] as const) {
    const disk = memoryDisk();
    const archiver = openArchiver(contextOn(disk), await memoryConfig(disk), { compactAfter });
    for (let step = 0; step < flushes; step++) {
      await archiver.archiveKey(metadata({ step: String(step) }), [octets('x')]);
      await archiver.flush();
    }
    await archiver.close();
    t.equal(await visibleIndexes(disk), flushes);
  }
});

/** Two writers; `schedule` names who archives step 0 (or a step of its own) and flushes, in turn. The first then closes. */
async function twoWriters(t: Test, schedule: readonly (readonly [who: 0 | 1, step: string])[]): Promise<MemoryDisk> {
  const disk = memoryDisk();
  const config = await memoryConfig(disk);
  const archivers = [
    openArchiver(contextOn(disk.process({ pid: 1 })), config, often),
    openArchiver(contextOn(disk.process({ pid: 2 })), config, often),
  ];
  for (const [turn, [who, step]] of schedule.entries()) {
    await archivers[who]?.archiveKey(metadata({ step }), [octets(`turn ${turn}`)]);
    await archivers[who]?.flush();
  }
  const before = [...(await visible(disk))].sort();
  await archivers[0]?.close();
  t.same([...(await visible(disk))].sort(), before, 'what is visible is the same');
  await archivers[1]?.close();
  t.same([...(await visible(disk))].sort(), before, 'also after the other closed');
  return disk;
}

t.test('what another writer hid stays hidden', async (t) => {
  const disk = await twoWriters(t, [
    [0, '0'],
    [0, '1'],
    [0, '2'],
    [1, '0'],
  ]);
  t.equal((await visible(disk)).get('0:1:500:130'), 'turn 3');
  // Only the index with step 0 must stay where it is, but the two others are too few.
  t.equal(await visibleIndexes(disk), 4);
});

t.test('indexes behind the last conflict are merged, and writers of other keys are no conflict', async (t) => {
  t.equal(
    await visibleIndexes(
      await twoWriters(t, [
        [0, '0'],
        [1, '0'],
        [0, '1'],
        [0, '2'],
        [0, '0'],
      ]),
    ),
    3,
  );
  t.equal(
    await visibleIndexes(
      await twoWriters(t, [
        [0, '0'],
        [1, '10'],
        [0, '1'],
        [1, '11'],
        [0, '2'],
        [1, '12'],
      ]),
    ),
    2,
  );
});

t.test('an index that slips in between the look and the write is announced again', async (t) => {
  const disk = memoryDisk();
  const config = await memoryConfig(disk);
  let other: (() => Promise<void>) | undefined;
  const mine = disk.process({ pid: 1 });
  // The other writer flushes just before the append of the compaction.
  const slipping = {
    ...mine,
    log: async (path: string) => {
      const log = await mine.log(path);
      return {
        ...log,
        append: async (bytes: Uint8Array) => {
          const now = other;
          other = undefined;
          await now?.();
          return log.append(bytes);
        },
      };
    },
  };
  const archiver = openArchiver(contextOn(slipping), config, often);
  for (let step = 0; step < 4; step++) {
    await archiver.archiveKey(metadata({ step: String(step) }), [octets('mine')]);
    await archiver.flush();
  }
  other = async () => {
    const second = openArchiver(contextOn(disk.process({ pid: 2 })), config);
    await second.archiveKey(metadata({ step: '1' }), [octets('theirs')]);
    await second.close();
  };
  await archiver.close();
  const found = await visible(disk);
  t.equal(found.get('1:1:500:130'), 'theirs', 'the newer field is not hidden by the older one');
  t.equal(found.get('2:1:500:130'), 'mine');
  t.equal(found.size, 4);
  const database = await readDatabase(disk, databasePath);
  t.equal(database?.indexes[0]?.record.dataFiles.size, 1);
});

t.test('what another hides while trees are merged stays hidden', async (t) => {
  const disk = memoryDisk();
  const config = await memoryConfig(disk);
  let other: (() => Promise<void>) | undefined;
  const mine = disk.process({ pid: 1 });
  // The other hides all as the merged tree is about to be written.
  const hiding = {
    ...mine,
    write: async (path: string, options: { exclusive: true }) => {
      const file = await mine.write(path, options);
      if (file === undefined || !path.endsWith('.index')) return file;
      const writeAt = async (position: number, parts: readonly Uint8Array[]): Promise<void> => {
        const now = other;
        other = undefined;
        await now?.();
        await file.writeAt(position, parts);
      };
      return { ...file, writeAt };
    },
  };
  const archiver = openArchiver(contextOn(hiding as typeof mine), config, often);
  for (let step = 0; step < 4; step++) {
    await archiver.archiveKey(metadata({ step: String(step) }), [octets('mine')]);
    await archiver.flush();
  }
  other = async () => {
    const toc = await openToc(disk, `${databasePath}/toc`, { version: 3, now: () => 0 });
    await toc.append([{ kind: 'clear', file: '*', offset: 0 }]);
    await toc.close();
  };
  await archiver.close();
  t.equal(other, undefined, 'a compaction was begun');
  t.equal((await visible(disk)).size, 0);
});

t.test('a compaction that fails leaves everything as it was, and is no error', async (t) => {
  for (let failAt = 0; failAt < 4; failAt++) {
    const disk = memoryDisk();
    let count = -1;
    const writer = disk.process({
      pid: 1,
      fault: ({ kind }) => (count >= 0 && kind !== 'remove' && count++ === failAt ? 'limit.space' : undefined),
    });
    const warnings: string[] = [];
    const log = { debug: () => {}, info: () => {}, warn: (event: string) => warnings.push(event), error: () => {} };
    const archiver = openArchiver(contextOn(writer, { log }), await memoryConfig(disk), often);
    for (let step = 0; step < 4; step++) {
      await archiver.archiveKey(metadata({ step: String(step) }), [octets('mine')]);
      await archiver.flush();
    }
    count = 0;
    await archiver.close();
    t.equal((await visible(disk)).size, 4);
    t.same(warnings, ['fdb.compact']);
  }
});

t.test('with sub-tocs the table of contents gets INIT, SUB_TOC, and at the end one INDEX and one CLEAR', async (t) => {
  const disk = memoryDisk();
  const config = await memoryConfig(disk, { useSubToc: true });
  const archiver = openArchiver(contextOn(disk), config);
  for (let step = 0; step < 3; step++) {
    await archiver.archiveKey(metadata({ step: String(step) }), [octets(`field ${step}`)]);
    await archiver.flush();
  }
  const kinds = async (): Promise<readonly string[] | undefined> =>
    (await readDatabase(disk, databasePath))?.tocs[0]?.records.map(({ kind }) => kind);
  t.same(await kinds(), ['init', 'sub-toc']);
  t.equal((await visible(disk)).size, 3);
  await archiver.close();
  t.same(await kinds(), ['init', 'sub-toc', 'index', 'clear']);
  t.same([...(await visible(disk))].sort(), [
    ['0:1:500:130', 'field 0'],
    ['1:1:500:130', 'field 1'],
    ['2:1:500:130', 'field 2'],
  ]);
  t.equal(await visibleIndexes(disk), 1);
});

t.test('a sub-toc whose fields another writer hid is left as it is', async (t) => {
  const disk = memoryDisk();
  const config = await memoryConfig(disk);
  const first = openArchiver(contextOn(disk.process({ pid: 1 })), { ...config, useSubToc: true });
  await first.archiveKey(metadata(), [octets('first')]);
  await first.flush();
  const second = openArchiver(contextOn(disk.process({ pid: 2 })), config);
  await second.archiveKey(metadata(), [octets('second')]);
  await second.close();
  await first.close();
  t.equal((await visible(disk)).get('0:1:500:130'), 'second');
});

t.test('a table of contents that names strangers only is no reason to compact', async (t) => {
  const disk = memoryDisk();
  const archiver = openArchiver(contextOn(disk), await memoryConfig(disk), often);
  for (let step = 0; step < 4; step++) {
    await archiver.archiveKey(metadata({ step: String(step) }), [octets('x')]);
    await archiver.flush();
  }
  const toc = await openToc(disk, `${databasePath}/toc`, { version: 2, now: () => 0 });
  await toc.append([{ kind: 'clear', file: '*', offset: 0 }]);
  await toc.close();
  await archiver.close();
  t.equal((await visible(disk)).size, 0, 'what was hidden stays hidden');
});
