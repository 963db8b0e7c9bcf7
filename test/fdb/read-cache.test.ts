import t from 'tap';
import type { Disk } from '../../src/base/index.js';
import type { FdbConfig } from '../../src/fdb/config/index.js';
import { readDatabase, setControl } from '../../src/fdb/database/index.js';
import { inspect, listEntries, retrieve } from '../../src/fdb/read/index.js';
import { OpenFiles } from '../../src/fdb/read/open-files.js';
import { ReadCache } from '../../src/fdb/read/read-cache.js';
import { combinedKey, formatKey, type Selection } from '../../src/fdb/types.js';
import { openArchiver } from '../../src/fdb/write/archiver.js';
import { type MemoryDisk, memoryDisk } from '../support/memory-disk.js';
import { seeded } from '../support/random.js';
import { contextOn, databasePath, memoryConfig, metadata, octets } from './archive-support.js';

function asked(changes: Readonly<Record<string, string>> = {}): Selection {
  return new Map([...metadata(changes)].map(([keyword, value]) => [keyword, value.split('/')]));
}

/** What another process archives. */
async function archive(disk: MemoryDisk, config: FdbConfig, texts: Readonly<Record<string, string>>, pid: number): Promise<void> {
  const archiver = openArchiver(contextOn(disk.process({ pid })), config, { compactAfter: Number.POSITIVE_INFINITY });
  for (const [step, text] of Object.entries(texts)) await archiver.archiveKey(metadata({ step }), [octets(text)]);
  await archiver.close();
}

async function read(disk: Disk, config: FdbConfig, request: Selection, cache?: ReadCache): Promise<readonly string[]> {
  const texts: string[] = [];
  for await (const { bytes } of retrieve(contextOn(disk), config, request, { cache }).messages())
    texts.push(new TextDecoder().decode(bytes));
  return texts;
}

/** The disk, and the paths that were opened on it. */
function counted(disk: MemoryDisk): { readonly disk: Disk; readonly opened: string[] } {
  const opened: string[] = [];
  return {
    opened,
    disk: {
      ...disk,
      open: async (path) => {
        opened.push(path);
        return await disk.open(path);
      },
    },
  };
}

t.test('what others flush, hide, wipe, make anew and lock is seen by the next call', async (t) => {
  const disk = memoryDisk();
  const config = await memoryConfig(disk);
  const cache = new ReadCache(disk);
  const steps = asked({ step: '0/6/12' });
  t.same(await read(disk, config, steps, cache), [], 'no database');
  await archive(disk, config, { 0: 'zero', 6: 'six' }, 10);
  t.same(await read(disk, config, steps, cache), ['zero', 'six'], 'a database');
  t.same(await read(disk, config, steps, cache), ['zero', 'six'], 'again');
  await archive(disk, config, { 12: 'twelve' }, 11);
  t.same(await read(disk, config, steps, cache), ['zero', 'six', 'twelve'], 'a flush');
  await archive(disk, config, { 6: 'other' }, 12);
  t.same(await read(disk, config, steps, cache), ['zero', 'other', 'twelve'], 'a newer field');
  await setControl(disk, databasePath, 'retrieve', true);
  await t.rejects(read(disk, config, steps, cache), { code: 'auth.locked' });
  await setControl(disk, databasePath, 'retrieve', false);
  t.same(await read(disk, config, steps, cache), ['zero', 'other', 'twelve'], 'unlocked');
  // The same names, sizes and times as before; other octets.
  for (const path of disk.paths()) if (path.startsWith(databasePath)) await disk.remove(path);
  t.same(await read(disk, config, steps, cache), [], 'wiped');
  await archive(disk, config, { 0: 'ZERO', 6: 'SIX' }, 10);
  t.same(await read(disk, config, steps, cache), ['ZERO', 'SIX'], 'made anew');
  for (const path of disk.paths()) if (path.startsWith(databasePath)) await disk.remove(path);
  await archive(disk, config, { 0: 'Zero', 6: 'Six' }, 10);
  t.same(await read(disk, config, steps, cache), ['Zero', 'Six'], 'made anew between two calls');
  await cache.close();
  t.same(await read(disk, config, steps, cache), ['Zero', 'Six'], 'a cache that was closed begins again');
  await cache.close();
});

t.test('a repeated retrieval opens nothing', async (t) => {
  const memory = memoryDisk();
  const config = await memoryConfig(memory);
  for (let step = 0; step < 40; step++) await archive(memory, config, { [step]: `step ${step}` }, 10 + step);
  const { disk, opened } = counted(memory);
  const cache = new ReadCache(disk);
  // The second call compares contents once, so that stamps alone tell from then on.
  for (let round = 0; round < 2; round++)
    t.equal((await read(disk, config, asked({ step: [...Array(40).keys()].join('/') }), cache)).length, 40);
  opened.length = 0;
  for (let step = 0; step < 40; step++) t.same(await read(disk, config, asked({ step: String(step) }), cache), [`step ${step}`]);
  t.same(opened, []);
  await archive(memory, config, { 40: 'new' }, 60);
  t.same(await read(disk, config, asked({ step: '0/40' }), cache), ['step 0', 'new']);
  const kinds = opened.map((path) => path.slice(path.lastIndexOf('.') + 1).replace(/^.*\/toc$/, 'toc'));
  t.same([...new Set(kinds)].sort(), ['data', 'index', 'toc'], `of a new flush its own files: ${opened.join()}`);
  t.equal(kinds.filter((kind) => kind === 'index').length, 1);
  await cache.close();
});

for (const seed of [1, 2, 3]) {
  t.test(`with a cache, however small, answers are those without one (seed ${seed})`, async (t) => {
    const random = seeded(seed);
    const pick = (values: readonly string[]): string => values[Math.floor(random() * values.length)] as string;
    const disk = memoryDisk();
    const config = await memoryConfig(disk, { useSubToc: seed === 2 });
    const caches = [new ReadCache(disk), new ReadCache(disk, { treeBytes: 1500, mostIndexes: 3 })];
    const steps = ['0', '6', '0-6', '12', '18'];
    const params = ['130', '131', '132', '138', '155'];
    const dates = ['20240101', '20240102', '20240103'];
    for (let round = 0; round < 15; round++) {
      const archiver = openArchiver(contextOn(disk.process({ pid: 10 + round })), config, {
        compactAfter: seed === 3 ? 2 : Number.POSITIVE_INFINITY,
      });
      for (let i = 0; i < 6; i++) {
        const key = metadata({ date: pick(dates), step: pick(steps), param: pick(params) });
        await archiver.archiveKey(key, [octets(`${round}.${i}`)]);
        if (random() < 0.3) await archiver.flush();
      }
      await archiver.close();
      if (random() < 0.1) for (const path of disk.paths()) if (path.includes(':20240103:')) await disk.remove(path);
      for (let i = 0; i < 4; i++) {
        const request = asked({
          date: `${pick(dates)}/${pick(dates)}`,
          step: `${pick(steps)}/6`,
          param: i === 0 ? params.join('/') : pick(params),
        });
        const expected = await read(disk, config, request);
        for (const cache of caches) t.same(await read(disk, config, request, cache), expected);
      }
    }
    await Promise.all(caches.map((cache) => cache.close()));
  });
}

t.test('of a field in a small new index and in a big old one the new one counts', async (t) => {
  const disk = memoryDisk();
  const config = await memoryConfig(disk);
  const write = async (steps: number, text: string): Promise<void> => {
    const archiver = openArchiver(contextOn(disk), config, { compactAfter: Number.POSITIVE_INFINITY });
    for (let step = 0; step < steps; step++)
      for (let number = 1; number <= 50; number++)
        await archiver.archiveKey(metadata({ step: String(step), number: String(number) }), [octets(text)]);
    await archiver.close();
  };
  await write(80, 'old');
  await write(2, 'new');
  t.same(await read(disk, config, asked({ step: '1', number: '7' })), ['new']);
  t.same(await read(disk, config, asked({ step: '2', number: '7' })), ['old']);
  const cache = new ReadCache(disk);
  // The big one is looked into page by page at first, and read whole when that has been done often.
  for (let number = 1; number <= 50; number++)
    t.same(await read(disk, config, asked({ step: '1/3', number: String(number) }), cache), ['new', 'old']);
  await cache.close();
});

t.test('all entries of a batch have the same keys of database and group', async (t) => {
  const disk = memoryDisk();
  const context = contextOn(disk);
  const config = await memoryConfig(disk);
  const archiver = openArchiver(context, config);
  for (const date of ['20240101', '20240102'])
    for (const levtype of ['pl', 'ml'])
      for (const step of ['0', '6']) await archiver.archiveKey(metadata({ date, levtype, step }), [octets('x')]);
  await archiver.close();
  for (const depth of [1, 2, 3] as const) {
    const lines: string[] = [];
    for await (const batch of listEntries(context, config, new Map(), { depth })) {
      t.ok(batch.length > 0);
      t.equal(new Set(batch.map(({ keys }) => formatKey(keys[0]) + formatKey(keys[1]))).size, 1, `depth ${depth}`);
      lines.push(...batch.map((entry) => formatKey(combinedKey(entry))));
    }
    t.equal(lines.length, [2, 4, 8][depth - 1]);
    t.equal(new Set(lines).size, lines.length, 'each once');
  }
});

t.test('files that nobody reads are closed, and never those that somebody does', async (t) => {
  const disk = memoryDisk();
  const open = new Set<string>();
  let mostOpen = 0;
  const files = new OpenFiles(
    async (path) => {
      open.add(path);
      mostOpen = Math.max(mostOpen, open.size);
      const file = await disk.open(path);
      const readInto = async (at: number, into: Uint8Array): Promise<number> => {
        if (!open.has(path)) t.fail(`${path} is closed`);
        return (await file.readInto?.(at, into)) ?? 0;
      };
      return { ...file, readInto, close: async () => void open.delete(path) };
    },
    { idleMs: 20 },
  );
  for (let i = 0; i < 200; i++) disk.put(`/d${i}`, octets(`text ${i}`));
  const readText = async (path: string): Promise<string> => {
    const into = new Uint8Array(16);
    return new TextDecoder().decode(into.subarray(0, await files.read(path, 0, into)));
  };
  for (let i = 0; i < 200; i++) t.equal(await readText(`/d${i}`), `text ${i}`);
  t.ok(mostOpen <= 65, `${mostOpen} open`);
  disk.put('/d199', octets('changed'));
  t.equal(await readText('/d199'), 'text 199', 'kept open');
  const reading = readText('/d198');
  files.forget();
  t.equal(await reading, 'text 198');
  t.equal(await readText('/d199'), 'changed', 'opened anew');
  for (let tries = 0; open.size > 0 && tries < 100; tries++) await new Promise((resolve) => setTimeout(resolve, 20));
  t.same([...open], []);
  await t.rejects(readText('/none'), { code: 'absent.file' });
  disk.put('/none', octets('now'));
  t.equal(await readText('/none'), 'now', 'a failure is not remembered');
  await files.close();
  t.same([...open], []);
});

t.test('files of a database that was made anew are opened anew, whatever their names', async (t) => {
  const disk = memoryDisk();
  const config = await memoryConfig(disk);
  const cache = new ReadCache(disk);
  const keepNow = async (): Promise<void> => {
    const previous = cache.database(databasePath);
    cache.keep(databasePath, await readDatabase(disk, databasePath, previous === undefined ? {} : { previous }));
  };
  const data = `${databasePath}/data`;
  const readData = async (): Promise<string> => {
    const into = new Uint8Array(3);
    return new TextDecoder().decode(into.subarray(0, await cache.files.read(data, 0, into)));
  };
  await archive(disk, config, { 0: 'zero' }, 10);
  await keepNow();
  disk.put(data, octets('old'));
  t.equal(await readData(), 'old');
  disk.put(data, octets('new'));
  await archive(disk, config, { 6: 'six' }, 11);
  await keepNow();
  t.equal(await readData(), 'old', 'a flush makes no other files');
  for (const path of disk.paths()) if (path.startsWith(databasePath) && path !== data) await disk.remove(path);
  await archive(disk.process({ now: () => 1_700_000_001_000 }), config, { 0: 'zero' }, 10);
  await keepNow();
  t.equal(await readData(), 'new');
  await cache.close();
});

t.test('inspect takes what is known, too', async (t) => {
  const memory = memoryDisk();
  const config = await memoryConfig(memory);
  const { disk, opened } = counted(memory);
  const cache = new ReadCache(disk);
  const find = async (): Promise<number> => (await inspect(contextOn(disk), config, asked(), { cache })).length;
  await archive(memory, config, { 0: 'zero' }, 10);
  t.equal(await find(), 1);
  t.equal(await find(), 1);
  opened.length = 0;
  t.equal(await find(), 1);
  t.same(opened, []);
  await cache.close();
});
