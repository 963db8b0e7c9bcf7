import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { nodeContext } from '../../src/base/node.js';
import { type FdbConfig, readFdbConfig } from '../../src/fdb/config/index.js';
import { axes, inspect, listEntries, type ListOptions, retrieve } from '../../src/fdb/read/index.js';
import { combinedKey, type Entry, formatKey, type Key, type Selection } from '../../src/fdb/types.js';
import { openArchiver } from '../../src/fdb/write/archiver.js';
import { memoryDisk } from '../support/memory-disk.js';
import { seeded } from '../support/random.js';
import { contextOn, memoryConfig, metadata, octets, peerSchema } from './archive-support.js';

type Reader = ReturnType<typeof contextOn>;

async function all(context: Reader, config: FdbConfig, selection: Selection, options: ListOptions = {}): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for await (const batch of listEntries(context, config, selection, options)) entries.push(...batch);
  return entries;
}

function nameOf(key: Key): string {
  return [...key]
    .filter(([, value]) => value !== '')
    .map(([keyword, value]) => `${keyword}=${value}`)
    .sort()
    .join(',');
}

function fitsModel(key: Key, selection: Selection): boolean {
  return [...selection].every(([keyword, values]) => values.includes(key.get(keyword) ?? ''));
}

const choices: Readonly<Record<string, readonly string[]>> = {
  date: ['20240101', '20240102'],
  levtype: ['pl', 'ml'],
  step: ['0', '6', '12', '18', '24'],
  number: ['1', '2', '3'],
  levelist: ['500', '850'],
  param: ['130', '131'],
};

for (const seed of [1, 2, 3]) {
  t.test(`what was flushed is listed, found and read as a Map has it (seed ${seed})`, async (t) => {
    const random = seeded(seed);
    const pick = (values: readonly string[]): string => values[Math.floor(random() * values.length)] as string;
    const disk = memoryDisk();
    const context = contextOn(disk);
    const config = await memoryConfig(disk, { useSubToc: seed === 2 });
    const model = new Map<string, { readonly key: Key; readonly text: string }>();
    const pending = new Map<string, { readonly key: Key; readonly text: string }>();
    let archived = 0;
    for (let round = 0; round < 12; round++) {
      const archiver = openArchiver(context, config, { compactAfter: seed === 3 ? 2 : Number.POSITIVE_INFINITY });
      for (let flush = 0; flush < 3; flush++) {
        for (let i = 0; i < 8; i++) {
          const key = metadata(Object.fromEntries(Object.entries(choices).map(([keyword, values]) => [keyword, pick(values)])));
          const text = `message ${archived++}${'.'.repeat(Math.floor(random() * 50))}`;
          await archiver.archiveKey(key, [octets(text)]);
          pending.set(nameOf(key), { key, text });
        }
        await archiver.flush();
        for (const [name, one] of pending) model.set(name, one);
        pending.clear();
      }
      await archiver.close();
      // A selection by some of the keywords, and a request by all of them.
      const selection = new Map(
        Object.entries(choices)
          .filter(() => random() < 0.4)
          .map(([keyword, values]) => [keyword, [...new Set([pick(values), pick(values)])]]),
      );
      const listed = await all(context, config, selection);
      const expected = [...model].filter(([, { key }]) => fitsModel(key, selection));
      t.same(
        listed.map((entry) => nameOf(combinedKey(entry))).sort(),
        expected.map(([name]) => name).sort(),
        `listed for ${[...selection.keys()].join()}`,
      );
      const found = await axes(context, config, selection);
      for (const [keyword, values] of found)
        t.same([...values].sort(), [...new Set(expected.map(([, { key }]) => key.get(keyword) as string))].sort(), `axis of ${keyword}`);
      const once = new Set((await all(context, config, selection, { masked: 'only' })).map((entry) => entry.isMasked));
      t.notOk(once.has(false));
      const request = new Map(
        [...metadata()].map(([keyword, value]) => [
          keyword,
          choices[keyword] === undefined ? [value] : (selection.get(keyword) ?? choices[keyword]),
        ]),
      );
      const retrieval = retrieve(context, config, request);
      const read = new Map<string, string>();
      for await (const { entry, bytes } of retrieval.messages()) read.set(nameOf(combinedKey(entry)), new TextDecoder().decode(bytes));
      t.same(new Map([...read].sort()), new Map(expected.map(([name, { text }]) => [name, text] as const).sort()), 'octets');
      const cells = [...request.values()].reduce((count, values) => count * values.length, 1);
      t.match(await retrieval.shortfall, { count: cells - expected.length, asked: cells });
    }
  });
}

t.test('a request is answered in the order of the schema and of its values', async (t) => {
  const disk = memoryDisk();
  const context = contextOn(disk);
  const config = await memoryConfig(disk);
  const archiver = openArchiver(context, config);
  for (const step of ['0', '6', '12'])
    for (const param of ['130', '131']) await archiver.archiveKey(metadata({ step, param }), [octets(step + param)]);
  await archiver.close();
  const values = { step: ['12', '0'], param: ['131', '130', '999'] };
  const request = new Map<string, readonly string[]>([
    ['param', values.param],
    ...[...metadata()].filter(([keyword]) => keyword !== 'param').map(([keyword, value]) => [keyword, [value]] as const),
  ]);
  request.set('step', values.step);
  const found = await inspect(context, config, request);
  t.same(
    found.map((entry) => `${entry.keys[2].get('step')}/${entry.keys[2].get('param')}`),
    ['12/131', '12/130', '0/131', '0/130'],
  );
  const { shortfall } = await retrieve(context, config, request).plan;
  t.same(
    shortfall.cells.map((cell) => `${cell.get('param')}/${cell.get('step')}`),
    ['999/12', '999/0'],
    'cells in the order of the request',
  );
});

t.test('few fields of a big index are found without reading all of it', async (t) => {
  const disk = memoryDisk();
  const octetsRead = { index: 0 };
  const counting = {
    ...disk,
    open: async (path: string) => {
      const file = await disk.open(path);
      return {
        ...file,
        readInto: async (position: number, target: Uint8Array) => {
          const count = (await file.readInto?.(position, target)) ?? 0;
          if (path.endsWith('.index')) octetsRead.index += count;
          return count;
        },
        read: async (position: number, length: number) => {
          const bytes = await file.read(position, length);
          if (path.endsWith('.index')) octetsRead.index += bytes.length;
          return bytes;
        },
      };
    },
  };
  const config = await memoryConfig(disk);
  const archiver = openArchiver(contextOn(disk), config);
  const message = octets('message');
  for (let step = 0; step < 100; step++)
    for (let number = 1; number <= 100; number++)
      await archiver.archiveKey(metadata({ step: String(step), number: String(number) }), [message]);
  await archiver.close();
  const context = contextOn(counting);
  const request = new Map([...metadata({ step: '42', number: '7' })].map(([keyword, value]) => [keyword, [value]]));
  const [entry] = await inspect(context, config, request);
  t.equal(formatKey((entry as Entry).keys[2]), '{step=42,number=7,levelist=500,param=130}');
  t.ok(octetsRead.index > 0 && octetsRead.index <= 3 * 65536, `${octetsRead.index} octets: a page of each level`);
  t.equal((await all(context, config, new Map([['step', ['42']]]))).length, 100);
});

t.test('a listing while others flush has whole flushes only, and never fewer than before', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'fdb-list-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'schema'), peerSchema);
  mkdirSync(join(folder, 'root'));
  const context: Reader = { ...nodeContext(), env: {} };
  const schema = join(folder, 'schema');
  const config = await readFdbConfig(context, { config: { type: 'local', schema, spaces: [{ roots: [{ path: join(folder, 'root') }] }] } });
  let writers = 0;
  const write = async (first: number, compactAfter: number): Promise<void> => {
    writers++;
    const archiver = openArchiver(context, config, { compactAfter });
    for (let step = first; step < 60; step += 2) {
      for (let number = 1; number <= 20; number++)
        await archiver.archiveKey(metadata({ step: String(step), number: String(number) }), [octets(`${step}:${number}`)]);
      await archiver.flush();
    }
    await archiver.close();
    writers--;
  };
  // One of them rewrites its indexes as one at the end.
  const writing = Promise.all([write(0, 2), write(1, Number.POSITIVE_INFINITY)]);
  let before = 0;
  let listings = 0;
  while (writers > 0) {
    const entries = await all(context, config, new Map());
    const steps = new Map<string, number>();
    for (const entry of entries) {
      const step = entry.keys[2].get('step') as string;
      steps.set(step, (steps.get(step) ?? 0) + 1);
    }
    const torn = [...steps].find(([, count]) => count !== 20);
    if (torn !== undefined) t.fail(`step ${torn[0]} has ${torn[1]} of 20 fields`);
    if (entries.length < before) t.fail(`${entries.length} entries after ${before}`);
    before = entries.length;
    listings++;
  }
  await writing;
  t.equal((await all(context, config, new Map())).length, 1200);
  t.ok(listings > 5, `${listings} listings`);
});
