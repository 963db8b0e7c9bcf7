import t from 'tap';
import { isDteError } from '../../src/base/index.js';
import {
  buildTree,
  type IndexColumns,
  longestText,
  lookupTree,
  nextTreeStart,
  readTree,
  type TreeEntry,
  treeTypeFor,
  uniqueFileName,
  type WritableTree,
} from '../../src/fdb/format/index.js';
import { seeded } from '../support/random.js';

/** Entries with texts of many lengths, sorted by octets. */
function entriesOf(count: number): readonly TreeEntry[] {
  const entries: TreeEntry[] = [];
  for (let at = 0; at < count; at++)
    entries.push({ text: `${at}:${at % 7}::${at % 13 === 0 ? '' : at * 17}`, uriId: at % 5, offset: at * 5e9, length: at });
  return entries.sort((one, other) => (one.text < other.text ? -1 : 1));
}

function read(bytes: Uint8Array, type: string): IndexColumns {
  const tree = readTree(bytes, type, '/data/x.index');
  if ('needs' in tree) throw new Error(`needs ${tree.needs} octets`);
  return tree;
}

/** Pages as lookupTree asks for them. */
function source(bytes: Uint8Array): { readonly pages: number[]; readonly of: (page: number, pageBytes: number) => Promise<Uint8Array> } {
  const pages: number[] = [];
  return {
    pages,
    async of(page, pageBytes) {
      pages.push(page);
      return bytes.subarray((page - 1) * pageBytes, page * pageBytes);
    },
  };
}

// Leaves take 1168 entries of 56 octets, or 743 of 88; an inner page 1638 children, or 910.
for (const [type, counts] of [
  ['BTreeIndex', [0, 1, 50, 1168, 1169, 2336, 2337, 50_000]],
  ['BTreeIndex64', [1, 743, 744, 5000]],
] as const)
  for (const count of counts)
    t.test(`${type} with ${count} entries is read back, whole and entry by entry`, async (t) => {
      const entries = entriesOf(count);
      const { bytes, spanBytes } = buildTree(entries, type);
      const perLeaf = type === 'BTreeIndex' ? 1168 : 743;
      const leaves = Math.max(1, Math.ceil(count / perLeaf));
      t.equal(spanBytes, 65536 * (leaves === 1 ? 1 : leaves + 1));
      const columns = read(bytes, type);
      t.equal(columns.count, count);
      t.same(
        columns.texts,
        entries.map(({ text }) => text),
      );
      t.same(
        [...columns.uriIds],
        entries.map(({ uriId }) => uriId),
      );
      t.same(
        [...columns.offsets],
        entries.map(({ offset }) => offset),
      );
      t.same(
        [...columns.lengths],
        entries.map(({ length }) => length),
      );
      for (let at = 0; at < count; at += Math.ceil(count / 200)) {
        const { text, ...value } = entries[at] as TreeEntry;
        const pages = source(bytes);
        t.same(await lookupTree(pages.of, type, text), value, text);
        t.equal(pages.pages.length, leaves === 1 ? 1 : 2);
        t.equal(await lookupTree(source(bytes).of, type, `${text}!`), undefined);
      }
      t.equal(await lookupTree(source(bytes).of, type, 'x'.repeat(65)), undefined);
    });

t.test('a tree of three levels is read back', async (t) => {
  // 1638 full leaves need two inner pages below the root with one leaf more.
  const count = 1638 * 1168 + 1;
  const entries: TreeEntry[] = [];
  for (let at = 0; at < count; at++) entries.push({ text: String(at).padStart(8, '0'), uriId: 0, offset: at, length: 1 });
  const { bytes, spanBytes } = buildTree(entries, 'BTreeIndex');
  t.equal(spanBytes, 65536 * (1 + 2 + 1639));
  const columns = read(bytes, 'BTreeIndex');
  t.equal(columns.count, count);
  let wrong = 0;
  for (let at = 0; at < count; at++) if (columns.texts[at] !== entries[at]?.text || columns.offsets[at] !== at) wrong++;
  t.equal(wrong, 0);
  for (const at of [0, 1167, 1168, 1637 * 1168 - 1, 1637 * 1168, count - 1]) {
    const pages = source(bytes);
    t.same(await lookupTree(pages.of, 'BTreeIndex', String(at).padStart(8, '0')), { uriId: 0, offset: at, length: 1 }, String(at));
    t.equal(pages.pages.length, 3);
  }
});

t.test('octets of a small tree are those of the layout', async (t) => {
  const { bytes } = buildTree([{ text: '0:1', uriId: 2, offset: 2 ** 32 + 5, length: 7 }], 'BTreeIndex');
  const expected = new Uint8Array(40 + 56);
  expected[0] = 1; // page
  expected[8] = 1; // entries
  expected.set([0x30, 0x3a, 0x31], 40);
  expected[72] = 2;
  expected.set([5, 0, 0, 0, 1], 80);
  expected[88] = 7;
  t.same([...bytes], [...expected]);
});

t.test('an entry that does not fit, and entries out of order, are refused', async (t) => {
  const entry = { uriId: 0, offset: 0, length: 1 };
  t.throws(() => buildTree([{ ...entry, text: 'x'.repeat(33) }], 'BTreeIndex'), { code: 'input.value', message: /longer than 32 octets/ });
  t.doesNotThrow(() => buildTree([{ ...entry, text: 'x'.repeat(32) }], 'BTreeIndex'));
  t.doesNotThrow(() => buildTree([{ ...entry, text: 'x'.repeat(64) }], 'BTreeIndex64'));
  t.throws(
    () =>
      buildTree(
        [
          { ...entry, text: 'b' },
          { ...entry, text: 'a' },
        ],
        'BTreeIndex',
      ),
    { code: 'fault.internal' },
  );
  t.same([treeTypeFor(7), treeTypeFor(8), longestText('BTreeIndex'), longestText('BTreeIndex64')], ['BTreeIndex', 'BTreeIndex64', 32, 64]);
});

t.test('texts that fill their room and texts beyond ASCII are read back', async (t) => {
  const texts = ['', 'é:1', 'y'.repeat(32), 'ü'].sort();
  const { bytes } = buildTree(
    texts.map((text, at) => ({ text, uriId: at, offset: at, length: at })),
    'BTreeIndex',
  );
  t.same(read(bytes, 'BTreeIndex').texts, texts);
});

t.test('types that are only read: pages of 4 MiB, and entries with details of their packing', async (t) => {
  const page = (entryBytes: number): Uint8Array => {
    const bytes = new Uint8Array(40 + 2 * entryBytes);
    bytes[0] = 1;
    bytes[8] = 2;
    for (const entry of [0, 1]) {
      const at = 40 + entry * entryBytes;
      bytes[at] = 0x61 + entry;
      bytes.set([entry, 0, 0, 0, 0, 0, 0, 0, 9 + entry, 0, 0, 0, 0, 0, 0, 0, 4], at + 32);
    }
    return bytes;
  };
  // A point has nine numbers and a text of 32 octets beside.
  for (const [type, entryBytes] of [
    ['BTreeIndex4MB', 56],
    ['PointDBIndex', 56 + 104],
    ['BTreeIndex_32_65536_FieldRefReduced', 56],
  ] as const) {
    const { texts, uriIds, offsets, lengths } = read(page(entryBytes), type);
    t.same(
      [texts, [...uriIds], [...offsets], [...lengths]],
      [
        ['a', 'b'],
        [0, 1],
        [9, 10],
        [4, 4],
      ],
      type,
    );
  }
  t.throws(() => readTree(new Uint8Array(100), 'BTreeIndex65'), { code: 'data.index', message: /did you mean 'BTreeIndex64'/ });
});

t.test('too few octets are asked for until they are enough', async (t) => {
  const { bytes } = buildTree(entriesOf(3000), 'BTreeIndex');
  let have = 10;
  let tries = 0;
  for (; tries < 20; tries++) {
    const tree = readTree(bytes.subarray(0, have), 'BTreeIndex');
    if (!('needs' in tree)) break;
    t.ok(tree.needs > have && tree.needs <= bytes.length);
    have = tree.needs;
  }
  t.equal(have, bytes.length, 'the last page is needed to its last entry, not further');
  t.equal(nextTreeStart(bytes.length) % 4096, 0);
  t.ok(nextTreeStart(bytes.length) - bytes.length < 4096);
});

t.test('flipped bits give an error or entries, never anything else', async (t) => {
  const random = seeded(11);
  for (const [count, type] of [
    [40, 'BTreeIndex'],
    [2500, 'BTreeIndex'],
    [1500, 'BTreeIndex64'],
  ] as const satisfies readonly (readonly [number, WritableTree])[]) {
    const { bytes } = buildTree(entriesOf(count), type);
    let refused = 0;
    for (let round = 0; round < 400; round++) {
      const page = Math.floor(random() * Math.ceil(bytes.length / 65536)) * 65536;
      // Half of them in the headers of pages, where they do most.
      const at = Math.min(bytes.length - 1, page + Math.floor(random() * (round % 2 === 0 ? 40 : 65536)));
      const bit = 1 << Math.floor(random() * 8);
      bytes[at] = (bytes[at] as number) ^ bit;
      try {
        readTree(bytes, type);
        await lookupTree(source(bytes).of, type, '20:6::340');
      } catch (error) {
        refused++;
        if (!isDteError(error, 'data.index')) t.fail(`octet ${at}, bit ${bit}: ${error}`);
      }
      bytes[at] = (bytes[at] as number) ^ bit;
    }
    t.ok(refused > 20, `${refused} of 400 were refused`);
  }
});

t.test('names of files are those of upstream', async (t) => {
  // 3360 in the upper 32 bits is 14431090114560.
  const options = { self: { host: 'vm', pid: 3360, uid: 0 }, timeMs: Date.UTC(2026, 10, 22, 20, 19, 5), count: 2 };
  t.equal(uniqueFileName('pf:pl', '.index', options), 'pf:pl.20261122.201905.vm.14431090114562.index');
  t.equal(uniqueFileName('toc', '', { ...options, self: { ...options.self, pid: 4_194_303 } }), 'toc.20261122.201905.vm.18014394214514690');
});
