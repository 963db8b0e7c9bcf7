import t from 'tap';
import { type DteError, isDteError, joinPath } from '../../src/base/index.js';
import {
  type Database,
  initDatabase,
  initSubToc,
  lookupIndex,
  openToc,
  readControls,
  readDatabase,
  readIndex,
  readIndexes,
  setControl,
  type TocWriter,
} from '../../src/fdb/database/index.js';
import { buildTree, encodeRecord, type IndexContent, nextTreeStart } from '../../src/fdb/format/index.js';
import { formatKey, type Key } from '../../src/fdb/types.js';
import { Killed, type MemoryDisk, memoryDisk } from '../support/memory-disk.js';
import { seeded } from '../support/random.js';

const schemaText = '[ class, expver, date [ type [ step, param ]]]\n';
const path = '/r1/rd:0001:20240101';
const tocFile = `${path}/toc`;
const key: Key = new Map(Object.entries({ class: 'rd', expver: '0001', date: '20240101' }));
const timeMs = 1_704_103_200_000;
/** Time goes on by what is waited for. */
function clock(): { now(): number; sleep(ms: number): Promise<void>; waited: number } {
  const it = {
    waited: 0,
    now: () => timeMs + it.waited,
    async sleep(ms: number) {
      it.waited += ms;
    },
  };
  return it;
}

function init(disk: MemoryDisk, more: { key?: Key; at?: string } = {}): Promise<void> {
  return initDatabase(disk, more.at ?? path, { key: more.key ?? key, schemaText, timeMs, version: 3, sync: true, sleep: clock().sleep });
}

function open(disk: MemoryDisk, file = tocFile): Promise<TocWriter> {
  const time = clock();
  return openToc(disk, file, { version: 3, now: time.now, sleep: time.sleep });
}

function index(file: string, offset: number, step = 0): IndexContent {
  return {
    kind: 'index',
    file,
    offset,
    treeType: 'BTreeIndex',
    dataFiles: new Map([[0, 'fc.data']]),
    axes: new Map([
      ['step', [String(step)]],
      ['param', ['1']],
    ]),
    key: new Map([['type', 'fc']]),
    flushedMs: timeMs,
  };
}

async function append(disk: MemoryDisk, contents: Parameters<TocWriter['append']>[0], file = tocFile): Promise<void> {
  const toc = await open(disk, file);
  await toc.append(contents);
  await toc.sync();
  await toc.close();
}

async function database(disk: MemoryDisk, at = path, previous?: Database): Promise<Database> {
  const found = await readDatabase(disk, at, previous === undefined ? {} : { previous });
  if (found === undefined) throw new Error(`no database at ${at}`);
  return found;
}

const named = (indexes: Database['indexes']): readonly string[] =>
  indexes.map((ref) => `${ref.record.file}@${ref.record.offset}${ref.isMasked ? ' masked' : ''}`);

t.test('a database is made once, and again without harm', async (t) => {
  const disk = memoryDisk();
  t.equal(await readDatabase(disk, path), undefined);
  await init(disk);
  const made = await database(disk);
  t.same(
    [formatKey(made.key), made.schema.text, made.indexes, made.damage, made.createdBy],
    ['{class=rd,expver=0001,date=20240101}', schemaText, [], [], 0],
  );
  const before = disk.contents(tocFile);
  await init(disk);
  t.same(disk.contents(tocFile), before);
  t.same(disk.paths(), [`${path}/schema`, tocFile]);
  await t.rejects(init(disk, { key: new Map([...key, ['expver', '0002']]) }), {
    code: 'data.toc',
    message: /\{class=rd,expver=0002,date=20240101\} would be written to the database \{class=rd,expver=0001,date=20240101\}/,
  });
});

t.test('a writer killed before any operation of making a database leaves what the next one completes', async (t) => {
  for (let last = 0; ; last++) {
    const disk = memoryDisk({ fault: (_, at) => (at === last ? 'kill' : undefined) });
    const killed = await init(disk).then(
      () => false,
      (error: unknown) => error instanceof Killed,
    );
    const next = disk.process();
    const seen = await readDatabase(next, path);
    if (seen !== undefined) t.equal(formatKey(seen.key), formatKey(key));
    await init(next);
    await append(next, [index('a.index', 0)]);
    const after = await database(next.process());
    t.same([after.indexes.length, after.damage.length, after.schema.text], [1, 0, schemaText], `killed before operation ${last}`);
    if (!killed) {
      t.ok(last > 8);
      break;
    }
  }
});

t.test('many processes make one database at once', async (t) => {
  const disk = memoryDisk();
  const writers = Array.from({ length: 8 }, (_, pid) => disk.process({ pid }));
  await Promise.all(writers.map((writer) => init(writer)));
  await Promise.all(writers.map((writer, at) => append(writer, [index(`${at}.index`, 0)])));
  const after = await database(disk);
  t.same([after.indexes.length, after.damage], [8, []]);
});

t.test('the newest index comes first, and CLEAR masks one, a sub-toc, or all that came before', async (t) => {
  const disk = memoryDisk();
  await init(disk);
  await append(disk, [index('a.index', 0), index('a.index', 4096), index('b.index', 0)]);
  t.same(named((await database(disk)).indexes), ['b.index@0', 'a.index@4096', 'a.index@0']);
  await append(disk, [{ kind: 'clear', file: 'a.index', offset: 4096 }]);
  t.same(named((await database(disk)).indexes), ['b.index@0', 'a.index@4096 masked', 'a.index@0']);

  const sub = `${path}/toc.1`;
  await initSubToc(disk, sub, { key, timeMs, version: 3, sync: true });
  await append(disk, [{ kind: 'sub-toc', path: 'toc.1' }, index('c.index', 0)]);
  await append(disk, [index('d.index', 0), index('d.index', 4096)], sub);
  const walked = await database(disk);
  t.same(named(walked.indexes).slice(0, 3), ['c.index@0', 'd.index@4096', 'd.index@0'], 'a sub-toc stands where its record does');
  t.same(
    walked.indexes.map((ref) => ref.sequence),
    [5, 4, 3, 2, 1, 0],
  );
  t.equal(walked.indexes[1]?.tocFile, sub);

  // A purge masks an index of a sub-toc in the table of contents above.
  await append(disk, [{ kind: 'clear', file: 'd.index', offset: 0 }]);
  t.same(named((await database(disk)).indexes).slice(1, 3), ['d.index@4096', 'd.index@0 masked']);

  await append(disk, [{ kind: 'clear', file: '*', offset: 0 }, index('e.index', 0)]);
  t.same(
    named((await database(disk)).indexes).filter((name) => !name.endsWith('masked')),
    ['e.index@0'],
  );
  await disk.remove(sub);
  t.same((await database(disk)).damage, [], 'a masked sub-toc may be gone');

  await append(disk, [{ kind: 'sub-toc', path: 'toc.2' }]);
  t.match((await database(disk)).damage, [{ code: 'data.toc', message: /toc\.2' is missing/ }]);
});

t.test('an overlay gives the other database under its own key, and one that overlays itself ends', async (t) => {
  const disk = memoryDisk();
  const other = '/r1/rd:0002:20240101';
  await init(disk);
  await append(disk, [index('a.index', 0)]);
  await init(disk, { at: other, key: new Map([...key, ['expver', '0002']]) });
  await append(
    disk,
    [
      { kind: 'sub-toc', path: tocFile },
      {
        ...index('b.index', 0),
        dataFiles: new Map([
          [0, '/far/b.data'],
          [1, 'file:///far/c.data'],
          [2, 's3://far/d'],
        ]),
      },
    ],
    `${other}/toc`,
  );
  const [own, far] = (await database(disk, other)).indexes as [Database['indexes'][0], Database['indexes'][0]];
  t.same([own.remap, formatKey(far.remap ?? new Map())], [undefined, '{expver=0002}']);
  t.same([far.indexFile, far.dataFile(0)], [`${path}/a.index`, `${path}/fc.data`]);
  t.same([own.dataFile(0), own.dataFile(1)], ['/far/b.data', '/far/c.data']);
  t.throws(() => own.dataFile(2), { code: 'unsupported.engine' });
  t.throws(() => own.dataFile(9), { code: 'data.index', message: /names the data file 9, its record lists 0, 1, 2/ });
  await append(disk, [{ kind: 'sub-toc', path: `${other}/toc` }]);
  t.match((await database(disk, other)).damage, [{ code: 'data.toc', message: /continues in itself/ }]);
});

t.test('reading again costs what was appended, and notices a database made anew', async (t) => {
  const disk = memoryDisk();
  await init(disk);
  await append(disk, [index('a.index', 0)]);
  const first = await database(disk);
  t.equal(await database(disk, path, first), first);
  await append(disk, [index('b.index', 0)]);
  const second = await database(disk, path, first);
  t.same(named(second.indexes), ['b.index@0', 'a.index@0']);
  t.equal(second.tocs[0]?.records[1], first.tocs[0]?.records[1], 'records known are kept');
  await setControl(disk, path, 'retrieve', true);
  const locked = await database(disk, path, second);
  t.same([...locked.controls], ['retrieve']);

  // Wiped and written again, with more than before.
  for (const file of disk.paths()) await disk.remove(file);
  await initDatabase(disk, path, { key, schemaText, timeMs: timeMs + 1000, version: 3, sync: true });
  await append(disk, [index('c.index', 0), index('c.index', 4096), index('c.index', 8192)]);
  t.same(named((await database(disk, path, locked)).indexes), ['c.index@8192', 'c.index@4096', 'c.index@0']);
});

t.test('controls are empty files, set and taken back', async (t) => {
  const disk = memoryDisk();
  await init(disk);
  for (const control of ['list', 'retrieve', 'archive', 'wipe', 'unique-root'] as const) await setControl(disk, path, control, true);
  t.same(await disk.names(path), ['archive.lock', 'duplicates.allow', 'list.lock', 'retrieve.lock', 'schema', 'toc', 'wipe.lock']);
  await setControl(disk, path, 'wipe', true);
  await setControl(disk, path, 'wipe', false);
  await setControl(disk, path, 'wipe', false);
  t.same([...(await readControls(disk, path))], ['list', 'retrieve', 'archive', 'unique-root']);
});

t.test('a torn record is told to readers, and removed by the next writer', async (t) => {
  const record = encodeRecord(index('torn.index', 0), { version: 3, self: { host: 'x', pid: 1, uid: 0 }, timeMs });
  for (const length of [1, 111, 112, 700, 1023]) {
    const disk = memoryDisk();
    await init(disk);
    await append(disk, [index('a.index', 0)]);
    const whole = disk.contents(tocFile) as Uint8Array;
    await (await disk.log(tocFile)).append(record.subarray(0, length));
    const seen: DteError[] = [];
    const torn = await readDatabase(disk, path, { onDamage: (error) => seen.push(error) });
    t.same([torn?.indexes.length, torn?.tocs[0]?.tornAt], [1, whole.length]);
    t.match(seen, [{ code: 'data.torn', message: /the last record is not complete/, where: { file: tocFile, offset: whole.length } }]);

    const removed: DteError[] = [];
    const time = clock();
    const toc = await openToc(disk, tocFile, { version: 3, now: time.now, sleep: time.sleep, onDamage: (error) => removed.push(error) });
    await toc.append([index('b.index', 0)]);
    t.equal(time.waited, 100, 'the record might have been on its way');
    t.match(removed, [{ code: 'data.toc', reason: `${length} octets of a record that was not complete were removed` }]);
    const after = await database(disk);
    t.same([named(after.indexes), after.damage], [['b.index@0', 'a.index@0'], []]);
    t.notOk(disk.paths().includes(`${tocFile}.repair.lock`));
  }
});

t.test('a record that was only on its way is waited for', async (t) => {
  const disk = memoryDisk();
  await init(disk);
  const record = encodeRecord(index('slow.index', 0), { version: 3, self: { host: 'x', pid: 1, uid: 0 }, timeMs });
  const log = await disk.log(tocFile);
  await log.append(record.subarray(0, 500));
  const toc = await openToc(disk, tocFile, {
    version: 3,
    now: () => timeMs,
    sleep: async () => void (await log.append(record.subarray(500))),
  });
  await toc.append([index('b.index', 0)]);
  t.same(named((await database(disk)).indexes), ['b.index@0', 'slow.index@0']);
});

t.test('a repair by another process is waited for, and a lock that was left is removed', async (t) => {
  let time = timeMs;
  const disk = memoryDisk({ now: () => time });
  await init(disk);
  await (await disk.log(tocFile)).append(new Uint8Array(100));
  const lock = `${tocFile}.repair.lock`;
  await disk.write(lock, { exclusive: true });
  let sleeps = 0;
  const toc = await openToc(disk, tocFile, {
    version: 3,
    now: () => time,
    async sleep(ms) {
      sleeps++;
      time += ms;
    },
  });
  await toc.append([index('a.index', 0)]);
  t.ok(sleeps > 590 && sleeps < 610, `${sleeps} waits of 100 ms`);
  t.same([named((await database(disk)).indexes), disk.paths().includes(lock)], [['a.index@0'], false]);
});

t.test('a full disk takes back what it took of a record', async (t) => {
  const disk = memoryDisk();
  await init(disk);
  await append(disk, [index('a.index', 0)]);
  const before = disk.contents(tocFile) as Uint8Array;
  const full = disk.process({ fault: ({ kind }) => (kind === 'append' ? { partial: 300 } : undefined) });
  await t.rejects(append(full, [index('b.index', 0)]), { code: 'limit.space' });
  t.same(disk.contents(tocFile), before);
  const refused = disk.process({ fault: ({ kind }) => (kind === 'append' ? 'auth.access' : undefined) });
  await t.rejects(append(refused, [index('b.index', 0)]), { code: 'auth.access' });
  await append(disk, [index('b.index', 0)]);
  t.same(named((await database(disk)).indexes), ['b.index@0', 'a.index@0']);
  await t.rejects(open(disk, '/r1/none/toc'), { code: 'absent.file' });
});

t.test('a writer killed at any octet of an append hides nothing that was there, and the next one goes on', async (t) => {
  const base = memoryDisk();
  await init(base);
  await append(base, [index('a.index', 0)]);
  for (let after = 0; after <= 2048; after += 97) {
    const disk = base.copy();
    const dying = disk.process({ fault: ({ kind }) => (kind === 'append' ? { killAfter: after } : undefined) });
    await t.rejects(append(dying, [index('b.index', 0), index('b.index', 4096)]), { name: 'Killed' });
    const files = named((await database(disk)).indexes);
    t.same(files, [...(after >= 2048 ? ['b.index@4096'] : []), ...(after >= 1024 ? ['b.index@0'] : []), 'a.index@0']);
    await append(disk, [index('c.index', 0)]);
    const next = await database(disk);
    t.same([named(next.indexes), next.damage], [['c.index@0', ...files], []]);
  }
});

t.test('after a failure of power everything synced is there, and writing goes on', async (t) => {
  const random = seeded(5);
  for (let round = 0; round < 200; round++) {
    const disk = memoryDisk();
    await init(disk);
    await append(disk, [index('a.index', 0)]);
    const toc = await open(disk);
    await toc.append([index('b.index', 0)]);
    const after = disk.powerFailure(random);
    const files = named((await database(after)).indexes);
    t.equal(files.at(-1), 'a.index@0');
    await append(after, [index('c.index', 0)]);
    const next = await database(after);
    t.same([named(next.indexes).filter((file) => file !== 'b.index@0'), next.damage], [['c.index@0', 'a.index@0'], []], `round ${round}`);
  }
});

t.test('a database that lost its schema or its first record says so', async (t) => {
  const disk = memoryDisk();
  await init(disk);
  await append(disk, [index('a.index', 0)]);
  const toc = disk.contents(tocFile) as Uint8Array;
  await disk.remove(`${path}/schema`);
  await t.rejects(database(disk), { code: 'data.toc', message: /has lost its schema/ });
  const garbled = toc.slice();
  garbled[0] = 0xff;
  disk.put(tocFile, garbled);
  await t.rejects(database(disk), { code: 'data.toc', message: /does not tell which database/ });
  await t.rejects(init(disk), { code: 'data.toc', message: /does not tell which database/ });
  disk.put(tocFile, new Uint8Array(0));
  t.equal(await readDatabase(disk, path), undefined);
});

t.test('trees of one file are read together, each once, and damage of one does not hide the others', async (t) => {
  const disk = memoryDisk();
  await init(disk);
  const sizes = [3, 1500, 0, 2, 40];
  const file = await disk.write(`${path}/a.index`);
  const contents: IndexContent[] = [];
  let start = 0;
  for (const [step, size] of sizes.entries()) {
    const entries = Array.from({ length: size }, (_, at) => ({
      text: `${step}:${String(at).padStart(5, '0')}`,
      uriId: 0,
      offset: at,
      length: step + 1,
    }));
    const tree = buildTree(entries, 'BTreeIndex');
    await file.writeAt(start, [tree.bytes]);
    if ((await file.sizeBytes()) < start + tree.spanBytes) await file.resize(start + tree.spanBytes);
    contents.push(index('a.index', start, step));
    start = nextTreeStart(start + tree.bytes.length);
  }
  await append(disk, contents);
  const { indexes } = await database(disk);
  const columns = await readIndexes(disk, indexes);
  t.same(
    columns.map(({ count }) => count),
    sizes.toReversed(),
  );
  t.same(columns[0]?.texts.slice(-1), ['4:00039']);
  t.same(await lookupIndex(disk, indexes[3] as Database['indexes'][0], '1:01499'), { uriId: 0, offset: 1499, length: 2 });
  t.equal(await lookupIndex(disk, indexes[2] as Database['indexes'][0], '1:01499'), undefined);

  const middle = indexes[1] as Database['indexes'][0];
  const bytes = disk.contents(`${path}/a.index`) as Uint8Array;
  bytes[middle.record.offset] = 9;
  disk.put(`${path}/a.index`, bytes);
  await t.rejects(readIndex(disk, middle), { code: 'data.index', message: /page 1 of an index has the number 9/ });
  const told: string[] = [];
  const rest = await readIndexes(disk, indexes, { onDamage: (error, ref) => told.push(`${error.code} ${ref.record.offset}`) });
  t.same([rest.map(({ count }) => count), told], [[40, 0, 0, 1500, 3], [`data.index ${middle.record.offset}`]]);

  disk.put(`${path}/a.index`, bytes.subarray(0, (indexes[3]?.record.offset ?? 0) + 70_000));
  for (const ref of indexes.slice(0, 4)) await t.rejects(readIndex(disk, ref), { code: 'data.index', message: /ends after|said to begin/ });
  await disk.remove(`${path}/a.index`);
  await t.rejects(readIndexes(disk, indexes), { code: 'absent.file' });
});

t.test('a table of contents with flipped bits gives indexes or errors, never anything else', async (t) => {
  const random = seeded(3);
  const base = memoryDisk();
  await init(base);
  await append(base, [
    index('a.index', 0),
    { kind: 'sub-toc', path: 'toc.1' },
    { kind: 'clear', file: 'b.index', offset: 0 },
    index('b.index', 0),
  ]);
  const whole = base.contents(tocFile) as Uint8Array;
  for (let round = 0; round < 500; round++) {
    const bytes = whole.slice();
    const at = Math.floor(random() * bytes.length);
    bytes[at] = (bytes[at] as number) ^ (1 << Math.floor(random() * 8));
    const disk = base.copy();
    disk.put(joinPath(path, 'toc'), bytes);
    try {
      await readDatabase(disk, path);
    } catch (error) {
      if (!isDteError(error)) t.fail(`octet ${at}: ${error}`);
    }
  }
});
