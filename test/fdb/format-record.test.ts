import t from 'tap';
import { isDteError } from '../../src/base/index.js';
import { decodeRecords, encodeRecord, type RecordContent, type RecordVersion } from '../../src/fdb/format/index.js';
import { seeded } from '../support/random.js';

const key = new Map(Object.entries({ class: 'od', expver: '0001', stream: 'oper', date: '20240101', time: '0000', domain: '' }));
const self = { host: 'node-7', pid: 4711, uid: 1001 };
const timeMs = 1_704_103_200_123.456;

const init: RecordContent = { kind: 'init', key, isSubToc: true };
const index: RecordContent = {
  kind: 'index',
  file: 'an:pl.20240101.100000.node-7.1.index',
  offset: 0xf000_1000,
  treeType: 'BTreeIndex',
  dataFiles: new Map([
    [0, 'an:pl.20240101.100000.node-7.2.data'],
    [3, '/other/store/an:pl.data'],
  ]),
  axes: new Map([
    ['levelist', ['', '0.5', '1000']],
    ['param', ['129', '130']],
    ['step', ['0']],
  ]),
  key: new Map([
    ['type', 'an'],
    ['levtype', 'pl'],
  ]),
  flushedMs: 1_704_103_200_000,
};
const clear: RecordContent = { kind: 'clear', file: '*', offset: 0 };
const subToc: RecordContent = { kind: 'sub-toc', path: 'toc.20240101.100000.node-7.3' };
const contents = [init, index, clear, subToc];

function encode(content: RecordContent, version: RecordVersion = 3, roundTo?: number): Uint8Array {
  return encodeRecord(content, { version, self, timeMs, ...(roundTo === undefined ? {} : { roundTo }) });
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

for (const version of [1, 2, 3] as const)
  t.test(`records of version ${version} come back as they were`, async (t) => {
    const { records, damage, tornAt, end } = decodeRecords(join(...contents.map((content) => encode(content, version))));
    t.same(damage, []);
    t.equal(tornAt, undefined);
    t.equal(end, 4096);
    for (const [at, content] of contents.entries()) {
      const { header, ...back } = records[at] as (typeof records)[number];
      // What a version has no room for: the flag of sub-tocs before 2, the time of the flush before 3.
      const lost = {
        ...(content.kind === 'init' && version < 2 ? { isSubToc: false } : {}),
        ...(content.kind === 'index' && version < 3 ? { flushedMs: 0 } : {}),
      };
      t.same(back, { ...content, ...lost });
      const { start, sizeBytes, host, pid, uid } = header;
      t.same([start, sizeBytes, host, pid, uid, header.version], [at * 1024, 1024, 'node-7', 4711, 1001, version]);
      t.ok(Math.abs(header.timeMs - timeMs) <= 0.001, 'time to the microsecond');
    }
    t.same([...(records[0]?.kind === 'init' ? records[0].key.keys() : [])], [...key.keys()], 'keywords keep the order of the schema');
  });

t.test('octets of a record are those of the layout', async (t) => {
  // CLEAR of version 2 by hand: header of 112 octets (lowest first), text and long (highest first), zeros up to 1024.
  const bytes = encodeRecord(
    { kind: 'clear', file: 'ab', offset: 65536 },
    { version: 2, self: { host: 'h', pid: 2, uid: 3 }, timeMs: 1500 },
  );
  const expected = new Uint8Array(1024);
  expected.set([0x63, 0, 0, 0, 2, 0, 0, 0, 0x40, 0xc7, 0, 0], 0);
  expected[16] = 1; // one second
  expected.set([0x20, 0xa1, 0x07], 24); // 500 000 microseconds
  expected[32] = 2;
  expected[36] = 3;
  expected[40] = 'h'.charCodeAt(0);
  expected.set([0, 4], 104);
  expected.set([15, 0, 0, 0, 2, 0x61, 0x62, 9, 0, 1, 0, 0], 112);
  t.same([...bytes], [...expected]);
});

t.test('a time on the second is told a microsecond later, which upstream needs', async (t) => {
  const bytes = encodeRecord(clear, { version: 3, self, timeMs: 1_704_103_200_000 });
  t.equal(decodeRecords(bytes).records[0]?.header.timeMs, 1_704_103_200_000.001);
});

t.test('records are padded as told, and a long one takes several units', async (t) => {
  t.equal(encode(clear, 2, 256).length, 256);
  const many: RecordContent = { ...index, axes: new Map([['param', Array.from({ length: 1000 }, (_, at) => String(at))]]) };
  const bytes = encode(many, 2);
  t.equal(bytes.length % 1024, 0);
  t.same(decodeRecords(bytes).records.length, 1);
});

t.test('what a record cannot hold is refused', async (t) => {
  t.throws(() => encode({ ...index, offset: 2 ** 32 }), { code: 'limit.range' });
  const huge = Array.from({ length: 100_000 }, (_, at) => `value-${at}`);
  t.throws(() => encode({ ...index, axes: new Map([['param', huge]]) }), { code: 'limit.range', message: /flush more often/ });
});

t.test('a last record cut at any octet is torn, and the others are read', async (t) => {
  const whole = join(encode(init), encode(subToc));
  const last = encode(index);
  for (let length = 1; length < last.length; length++) {
    const { records, damage, tornAt, end } = decodeRecords(join(whole, last.subarray(0, length)));
    if (records.length !== 2 || damage.length > 0 || tornAt !== 2048 || end !== 2048) t.fail(`cut after ${length} octets`);
  }
  t.equal(decodeRecords(join(whole, last)).records.length, 3);
  t.equal(decodeRecords(join(whole, new Uint8Array(3000))).tornAt, 2048, 'zeros in place of a record are torn too');
  t.same(decodeRecords(new Uint8Array(0)), { records: [], damage: [], tornAt: undefined, end: 0 });
});

t.test('reading goes on after damage in the middle', async (t) => {
  const torn = encode(index).subarray(0, 700);
  const { records, damage, tornAt, end } = decodeRecords(join(encode(init), torn, encode(clear), encode(subToc)));
  t.same(
    records.map((record) => record.kind),
    ['init', 'clear', 'sub-toc'],
  );
  t.same(
    damage.map(({ start, end: stop }) => [start, stop]),
    [[1024, 1724]],
  );
  t.equal(tornAt, undefined);
  t.equal(end, 1724 + 2048);

  // Of a record of two units the second is missing: the next record is not taken for it.
  const long = encode({ ...index, axes: new Map([['param', Array.from({ length: 100 }, (_, at) => String(at))]]) });
  t.equal(long.length, 2048);
  const followed = decodeRecords(join(encode(init), long.subarray(0, 1024), encode(clear), encode(subToc)));
  t.same(
    followed.records.map((record) => record.kind),
    ['init', 'clear', 'sub-toc'],
  );

  const unknown = encode(index);
  unknown[4] = 9;
  const { records: others, damage: told } = decodeRecords(join(encode(init), unknown, encode(clear)));
  t.same(
    others.map((record) => record.kind),
    ['init', 'clear'],
  );
  t.match(told[0]?.reason, /version 9, known are 1 to 3/);

  const garbled = encode(index);
  garbled.fill(0xff, 150, 200);
  const last = decodeRecords(join(encode(init), garbled));
  t.same(
    [last.records.length, last.damage.length, last.tornAt, last.end],
    [1, 1, undefined, 2048],
    'a whole last record with damage is not torn',
  );
});

t.test('a later part is read by itself', async (t) => {
  const { records, end } = decodeRecords(encode(clear), { start: 5120 });
  t.same([records[0]?.header.start, end], [5120, 6144]);
});

t.test('flipped bits and random octets never throw', async (t) => {
  const random = seeded(7);
  const whole = join(...contents.map((content) => encode(content, 3, 64)));
  for (let round = 0; round < 4000; round++) {
    const bytes = whole.slice();
    for (let flips = 1 + Math.floor(random() * 3); flips > 0; flips--) {
      const at = Math.floor(random() * bytes.length);
      bytes[at] = (bytes[at] as number) ^ (1 << Math.floor(random() * 8));
    }
    let seen = 0;
    try {
      const { records, damage, end } = decodeRecords(bytes);
      for (const { header } of records) seen += header.sizeBytes;
      for (const { start, end: stop } of damage) seen += stop - start;
      if (seen !== end) t.fail(`round ${round}: ${seen} octets are told of, ${end} were gone past`);
    } catch (error) {
      t.fail(`round ${round}: ${isDteError(error) ? 'DteError' : error}`);
    }
  }
  const noise = Uint8Array.from({ length: 20_000 }, () => Math.floor(random() * 256));
  t.equal(decodeRecords(noise).records.length, 0);
});
