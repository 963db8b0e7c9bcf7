/**
 * Tables of contents, indexes and data cut at every octet of their last record, tree and message; and single bits turned over. What is read is what was
 * archived, or the damage is told; a check finds every turned bit that makes a difference.
 *
 * What nobody can find: a bit within packed values, for GRIB has no checksum. What only a check finds: an index whose place or length of a message is wrong, since readers
 * take them at their word and messages need not be GRIB.
 * Long: `node build/test/fdb/reliability/damage.test.js --long`. DTE_SEED=... repeats a run.
 */
import t from 'tap';
import { gridFromSpec } from '../../../src/atlas/index.js';
import { concatenated, folderOf } from '../../../src/base/index.js';
import { nodeContext } from '../../../src/base/node.js';
import { combinedKey, type Fdb, formatKey } from '../../../src/fdb/index.js';
import { gribTables, newMessage } from '../../../src/grib/index.js';
import { type MemoryDisk, memoryDisk } from '../../support/memory-disk.js';
import { seeded } from '../../support/random.js';
import { all, checked, isLong, layMemory, openStore, seed } from './stores.js';

if (isLong) t.setTimeout(3_600_000);
const tables = await gribTables(nodeContext());
const grid = gridFromSpec({ grid: [30, 30] });

function messageAt(step: number, level: number, levtype: 'pl' | 'ml' = 'pl'): Uint8Array {
  const keys = {
    date: 20240101,
    time: 0,
    step,
    param: 't',
    levtype,
    level,
    class: 'rd',
    type: 'pf',
    stream: 'enfo',
    expver: 'xxxx',
    number: 1,
    ensembleSize: 10,
  };
  return newMessage(keys, grid, tables).bytes;
}

/** Three flushes, the last of two fields, one of them archived before. */
async function laid(useSubToc = false): Promise<MemoryDisk> {
  const disk = memoryDisk();
  await layMemory(disk);
  const fdb = await openStore(disk, '/fdb', { useSubToc, compactAfter: Infinity });
  for (const steps of [
    [0, 6, 12],
    [0, 18],
    [24, 6],
  ]) {
    await fdb.archive(concatenated(steps.flatMap((step) => [messageAt(step, 500), messageAt(step, 850)])));
    await fdb.flush();
  }
  // The writer is not closed: that would make one index of all of them.
  return disk;
}

interface Seen {
  /** Key -> octets of the message that readers get, as text. */
  readonly fields: ReadonlyMap<string, string>;
  readonly damage: readonly string[];
}

async function seen(fdb: Fdb, disk: MemoryDisk): Promise<Seen> {
  const fields = new Map<string, string>();
  const damage: string[] = [];
  for await (const entries of fdb.list(new Map(), { onDamage: (error) => void damage.push(error.message) }))
    for (const entry of entries) {
      const { file, offset, length } = entry.location;
      const octets = disk.contents(file)?.subarray(offset, offset + length);
      if (octets === undefined || octets.length < length) damage.push(`${file} has no ${length} octets at ${offset}`);
      else fields.set(formatKey(combinedKey(entry)), Buffer.from(octets).toString('latin1'));
    }
  return { fields, damage };
}

function difference(is: Seen['fields'], should: Seen['fields']): string | undefined {
  for (const [key, octets] of is) if (should.get(key) !== octets) return `${key} is not what was archived`;
  return undefined;
}

/** A copy with other octets in one file. */
function changed(disk: MemoryDisk, path: string, octets: Uint8Array): MemoryDisk {
  const copy = disk.copy();
  copy.put(path, octets);
  return copy;
}

function pathOf(disk: MemoryDisk, fits: (name: string) => boolean): string {
  const found = disk.paths().filter((path) => fits(path.slice(path.lastIndexOf('/') + 1)));
  if (found.length !== 1) throw new Error(`${found.length} files`);
  return found[0] as string;
}

/** Positions of TOC records. */
function recordStarts(toc: Uint8Array): readonly number[] {
  const view = new DataView(toc.buffer, toc.byteOffset, toc.length);
  const starts: number[] = [];
  for (let at = 0; at < toc.length; at += Number(view.getBigUint64(at + 104, true))) starts.push(at);
  return starts;
}

for (const useSubToc of [false, true])
  t.test(`a table of contents ${useSubToc ? 'of a writer' : 'of a database'}, cut at every octet of its last record`, async (t) => {
    const disk = await laid(useSubToc);
    const path = pathOf(disk, (name) => (useSubToc ? name.startsWith('toc.') : name === 'toc'));
    const toc = disk.contents(path) as Uint8Array;
    const whole = await seen(await openStore(disk, '/fdb'), disk);
    const last = recordStarts(toc).at(-1) as number;
    const without = changed(disk, path, toc.subarray(0, last));
    const before = await seen(await openStore(without, '/fdb'), without);
    t.equal(before.damage.length, 0);
    t.equal(whole.fields.size, before.fields.size + 2);
    for (let end = last + 1; end < toc.length; end++) {
      const cut = changed(disk, path, toc.subarray(0, end));
      const fdb = await openStore(cut, '/fdb');
      const { fields, damage } = await seen(fdb, cut);
      if (difference(fields, before.fields) ?? difference(before.fields, fields)) t.fail(`${end}: ${difference(fields, before.fields)}`);
      if (damage.length !== 1) t.fail(`${end}: ${damage.length} damages are told`);
      if (end % 61 !== 0) continue;
      const [report] = await checked(fdb);
      if (!report?.findings.some(({ kind }) => kind === 'toc.torn')) t.fail(`${end}: a check does not find it`);
      await fdb.archive(messageAt(30, 500));
      await fdb.close();
      const after = await seen(fdb, cut);
      if (after.fields.size !== before.fields.size + 1) t.fail(`${end}: after the next writer there are ${after.fields.size} fields`);
    }
    t.pass(`${toc.length - last - 1} cuts`);
  });

t.test('an index, cut at every octet of the last tree', async (t) => {
  const disk = await laid();
  const path = pathOf(disk, (name) => name.endsWith('.index'));
  const index = disk.contents(path) as Uint8Array;
  const whole = await seen(await openStore(disk, '/fdb'), disk);
  const [report] = await checked(await openStore(disk, '/fdb'));
  t.same(report?.findings, []);
  const tocs = (await all((await openStore(disk, '/fdb')).dump(new Map())))[0];
  const starts = (tocs?.records ?? []).flatMap((record) =>
    'offset' in record && typeof record.offset === 'number' ? [record.offset] : [],
  );
  const last = starts.length > 0 ? Math.max(...starts) : index.length - 65536;
  let harmless = 0;
  let cuts = 0;
  for (let end = last; end < index.length; end += end < last + 400 || isLong ? 1 : 997) {
    cuts++;
    const cut = changed(disk, path, index.subarray(0, end));
    const fdb = await openStore(cut, '/fdb');
    const { fields, damage } = await seen(fdb, cut);
    const isWhole = damage.length === 0;
    if (isWhole && (difference(whole.fields, fields) !== undefined || fields.size !== whole.fields.size))
      t.fail(`${end}: fields are gone without a word`);
    // What is listed beside a damaged index are older messages of the same key at worst: those that the lost one hid.
    if (isWhole) harmless++;
    else if (end % 7 === 0 && (await checked(fdb))[0]?.isSound !== false) t.fail(`${end}: a check does not find it`);
  }
  t.ok(harmless < cuts && cuts > 400, `${cuts} cuts, ${harmless} of which took padding alone`);
});

t.test('data, cut at every octet of the last message', async (t) => {
  const disk = await laid();
  const path = pathOf(disk, (name) => name.endsWith('.data'));
  const data = disk.contents(path) as Uint8Array;
  const length = messageAt(0, 500).length;
  for (let end = data.length - length; end < data.length; end++) {
    const cut = changed(disk, path, data.subarray(0, end));
    const fdb = await openStore(cut, '/fdb');
    const told: string[] = [];
    let messages = 0;
    const request = new Map(
      Object.entries({
        class: 'rd',
        expver: 'xxxx',
        stream: 'enfo',
        date: '20240101',
        time: '0000',
        domain: 'g',
        type: 'pf',
        levtype: 'pl',
        number: '1',
        param: '130',
      }).map(([keyword, value]) => [keyword, [value]] as const),
    );
    const asked = new Map<string, readonly string[]>([...request, ['levelist', ['500', '850']], ['step', ['0', '6', '12', '18', '24']]]);
    for await (const { bytes } of fdb.retrieve(asked, { onDamage: (error) => void told.push(error.code) }).messages()) {
      if (Buffer.from(bytes.subarray(-4)).toString() !== '7777') t.fail(`${end}: a message is not whole`);
      messages++;
    }
    if (messages !== 9 || told.join() !== 'data.truncated') t.fail(`${end}: ${messages} messages, told ${told.join()}`);
    if (end % 17 === 0 && (await checked(fdb))[0]?.findings.some(({ kind }) => kind === 'data.short') !== true)
      t.fail(`${end}: a check does not find it`);
  }
  t.pass(`${length} cuts`);
});

t.test('single bits turned over are found by a check, or make no difference', async (t) => {
  if (isLong) t.setTimeout(3_600_000);
  const random = seeded(seed);
  const disk = await laid();
  const whole = await seen(await openStore(disk, '/fdb'), disk);
  const files = disk.paths().filter((path) => folderOf(path).includes('rd:xxxx'));
  const counts = { found: 0, harmless: 0 };
  const flips = isLong ? 4000 : 250;
  for (let flip = 0; flip < flips; flip++) {
    const path = files[Math.floor(random() * files.length)] as string;
    const octets = (disk.contents(path) as Uint8Array).slice();
    // Most of an index is padding: places at the beginning of its trees say more.
    const span = path.endsWith('.index') && random() < 0.8 ? 8192 + 600 : octets.length;
    const at = Math.floor(random() * span);
    const bit = Math.floor(random() * 8);
    octets[at] = (octets[at] as number) ^ (1 << bit);
    const turned = changed(disk, path, octets);
    const fdb = await openStore(turned, '/fdb');
    const found = await checked(fdb, { messages: 'keys' }).then(
      (reports) => reports.some(({ isSound, findings }) => !isSound || findings.some(({ severity }) => severity !== 'note')),
      () => true,
    );
    if (found) {
      counts.found++;
      continue;
    }
    counts.harmless++;
    const { fields, damage } = await seen(fdb, turned).catch((error: Error): Seen => ({ fields: new Map(), damage: [error.message] }));
    const isValue = path.endsWith('.data');
    if (!isValue && (damage.length > 0 || fields.size !== whole.fields.size || difference(fields, whole.fields) !== undefined))
      t.fail(
        `seed ${seed}: bit ${bit} of octet ${at} of ${path}: not found, and ${difference(fields, whole.fields) ?? `${fields.size} fields, ${damage.join()}`}`,
      );
  }
  t.ok(counts.found > 0 && counts.harmless > 0, `${flips} bits: ${counts.found} found, ${counts.harmless} harmless`);
});
