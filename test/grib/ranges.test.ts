// Values at index ranges against the full decode: the very same numbers, from the octets that hold them only.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { gridFromSpec } from '../../src/atlas/index.js';
import { type DteError, isDteError } from '../../src/base/index.js';
import { aecArray, aecEncode } from '../../src/grib/codec/index.js';
import {
  buildMessage,
  encode,
  type EncodedData,
  get,
  gridHashOf,
  gridOf,
  indexPicks,
  type IndexRanges,
  type JumpInfo,
  jumpInfoOf,
  type Message,
  newMessage,
  packingType,
  parseMessage,
  scanOrderOf,
  valuesAt,
} from '../../src/grib/index.js';
import { decoded, type Reals } from '../support/decoded.js';
import { seeded } from '../support/random.js';
import { closeEngines, covered, openEngines } from './against-eccodes.js';
import { gribLs, loadTables, noEccodes, noShared, readMessages, sharedGrib } from './peer.js';
import { fieldOf } from './recoded.js';

const engines = await openEngines();
t.teardown(() => closeEngines(engines));
const tables = await loadTables();

/** A reader of a message's octets that counts what it gives. */
function counted(message: Message): { read(offset: number, length: number): Promise<Uint8Array>; octets: number; reads: number } {
  return {
    octets: 0,
    reads: 0,
    async read(offset, length) {
      this.octets += length;
      this.reads++;
      return message.bytes.slice(offset, offset + length);
    },
  };
}

/** Seeded ranges of a field: single points, neighbours, long ranges, both ends, everything. */
function rangesOf(points: number, random: () => number): readonly IndexRanges[] {
  const below = (limit: number): number => Math.floor(random() * limit);
  const made: IndexRanges[] = [
    [],
    [[0, points]],
    [[0, 1]],
    [[points - 1, points]],
    [[0, 1], ...(points > 2 ? [[points - 1, points] as const] : [])],
  ];
  for (let round = 0; round < 4; round++) {
    const cuts = [...new Set(Array.from({ length: 2 + below(12) }, () => below(points + 1)))].sort((a, b) => a - b);
    const ranges: [number, number][] = [];
    for (let cut = 0; cut + 1 < cuts.length; cut += random() < 0.5 ? 1 : 2) ranges.push([cuts[cut] as number, cuts[cut + 1] as number]);
    made.push(ranges);
    made.push(
      indexPicks(
        Array.from({ length: 20 }, () => below(points)),
        points,
      ).ranges,
    );
  }
  return made;
}

/** The first fault of reading ranges of a message whose full decode is known; undefined when there is none. */
async function fault(message: Message, exact: Reals, single: Reals, random: () => number): Promise<string | undefined> {
  const info = structuredClone(jumpInfoOf(message));
  for (const ranges of rangesOf(info.points, random)) {
    for (const [precision, full] of [
      ['f64', exact],
      ['f32', single],
    ] as const) {
      const { all, present } = await valuesAt(info, ranges, counted(message).read.bind(counted(message)), precision);
      let at = 0;
      for (const [start, end] of ranges) {
        for (let index = start; index < end; index++, at++) {
          const wanted = full[index] as number;
          const isPresent = present === undefined || ((present[at >> 6] as bigint) >> BigInt(at & 63)) % 2n === 1n;
          if (!Object.is(all[at], wanted) || isPresent === Number.isNaN(wanted))
            return `${precision}, point ${index} of ${JSON.stringify(ranges)}: ${all[at]} for ${wanted}`;
        }
      }
      if (all.length !== at) return `${all.length} values for ${at}`;
    }
  }
  return undefined;
}

async function check(test: Test, messages: readonly Message[], name: string): Promise<void> {
  const random = seeded(7);
  const exact = await decoded(engines.exact, messages);
  const single = await decoded(engines.single, messages);
  const faults: string[] = [];
  for (const [index, message] of messages.entries()) {
    const found = await fault(message, exact[index] as Reals, single[index] as Reals, random);
    if (found !== undefined) faults.push(`field ${index}: ${found}`);
  }
  test.same(faults, [], name);
}

t.test('every shared field reads in part as it does whole', { skip: noShared }, async (t) => {
  let fields = 0;
  for (const name of readdirSync(sharedGrib).sort()) {
    if (name.includes('corrupted')) continue;
    // Many fields of a file are alike; every twelfth of the long files is enough.
    const messages = (await readMessages(join(sharedGrib, name))).filter((message) => covered(packingType(message)));
    const some = messages.filter((_, index) => index % Math.ceil(messages.length / 12) === 0);
    if (some.length > 0) await check(t, some, name);
    fields += some.length;
  }
  t.ok(fields > 80, `${fields} fields`);
});

const keys = { date: 20260101, step: 6, param: 't', levtype: 'pl', level: 500 } as const;

/** A CCSDS message of integers as they are, in any block size, interval and width. */
function streamMessage(
  bits: number,
  blockSize: number,
  rsi: number,
  flags: number,
  kind: 'smooth' | 'zeros' | 'noise',
  grid = gridFromSpec({ grid: 'O16' }),
): Message {
  const random = seeded(bits + blockSize + rsi);
  const values = aecArray(bits, grid.points);
  const limit = 2 ** bits;
  for (let i = 0; i < values.length; i++) {
    const smooth = (Math.sin(i / 50) * 0.4 + 0.5) * limit;
    const value = kind === 'noise' ? random() * limit : kind === 'zeros' ? (i % 997 < 5 ? random() * limit : 0) : smooth + random() * 4;
    values[i] = Math.min(limit - 1, Math.floor(value));
  }
  // Signed streams are not written; the same bits read as signed ones are a stream too.
  const { bytes } = aecEncode(values, { bits, flags: flags & ~1, blockSize, rsi });
  const data: EncodedData = {
    packing: 'ccsds',
    bits,
    referenceValue: -17.5,
    binaryScale: -3,
    decimalScale: 2,
    count: grid.points,
    payload: bytes,
    ccsds: { flags, blockSize, rsi },
  };
  return parseMessage(buildMessage(newMessage(keys, grid, tables), { data }), tables)[0] as Message;
}

t.test('AEC streams of every width and shape read in part as they do whole', async (t) => {
  const messages: Message[] = [];
  for (const bits of [1, 7, 8, 12, 15, 16, 17, 23, 24, 25, 32]) {
    for (const kind of ['smooth', 'zeros', 'noise'] as const) messages.push(streamMessage(bits, 32, 8, 14, kind));
  }
  // O16 has 1600 points: 12 intervals and a half, exactly 25 blocks of 64, one interval, intervals of one block.
  for (const [blockSize, rsi] of [
    [8, 16],
    [64, 25],
    [32, 50],
    [16, 1],
    [64, 4096],
  ] as const) {
    for (const kind of ['smooth', 'zeros'] as const) messages.push(streamMessage(16, blockSize, rsi, 14, kind));
  }
  // No preprocessing, the restricted set, and signed samples.
  messages.push(streamMessage(2, 32, 8, 30, 'smooth'), streamMessage(4, 32, 8, 30, 'zeros'));
  messages.push(streamMessage(12, 32, 8, 6, 'smooth'), streamMessage(16, 32, 8, 6, 'zeros'), streamMessage(16, 32, 8, 15, 'noise'));
  await check(t, messages, `${messages.length} streams`);
});

t.test('simple packing of every width, bitmaps and constants read in part as they do whole', async (t) => {
  const grid = gridFromSpec({ grid: 'O16' });
  const template = newMessage(keys, grid, tables);
  const random = seeded(11);
  const smooth = Float64Array.from({ length: grid.points }, (_, i) => 250 + 40 * Math.sin(i / 90) + random());
  const holes = smooth.map((value) => (random() < 0.4 ? Number.NaN : value));
  const rare = smooth.map((value, i) => (i > 700 && i < 1500 && i % 400 !== 0 ? Number.NaN : value));
  const flat = holes.map((value) => (Number.isNaN(value) ? value : 271.25));
  const none = smooth.map(() => Number.NaN);
  for (const packing of ['simple', 'ccsds'] as const) {
    for (const bits of packing === 'simple' ? [1, 2, 3, 7, 8, 11, 12, 15, 16, 17, 24, 25, 31, 32] : [12, 16, 24]) {
      const layers = [smooth, holes, rare, flat, none];
      const field = await fieldOf(
        engines.exact,
        layers.map(() => template),
        layers,
      );
      const messages = (await encode(engines.exact, field, { packing, bits })).flatMap((bytes) => parseMessage(bytes, tables));
      await check(t, messages, `${packing} ${bits} bits`);
    }
  }
});

t.test('only the octets that hold the values are read', async (t) => {
  const grid = gridFromSpec({ grid: 'O320' });
  const message = streamMessage(16, 32, 128, 14, 'smooth', grid);
  const info = jumpInfoOf(message);
  const [full] = await decoded(engines.exact, [message]);
  const one = counted(message);
  const middle = Math.floor(grid.points / 2);
  t.same([...(await valuesAt(info, [[middle, middle + 1]], one.read.bind(one))).all], [(full as Reals)[middle]]);
  const intervals = Math.ceil(grid.points / 4096);
  t.equal(one.reads, 1);
  t.ok(one.octets < (2 * message.bytes.length) / intervals, `${one.octets} of ${message.bytes.length} octets, ${intervals} intervals`);
  const near = counted(message);
  await valuesAt(
    info,
    [
      [0, 1],
      [5, 9],
      [4095, 4097],
      [8191, 8192],
    ],
    near.read.bind(near),
  );
  t.equal(near.reads, 1, 'neighbouring intervals are one read');
});

t.test('a field that is one constant is not read at all', async (t) => {
  const message = newMessage(keys, gridFromSpec({ grid: 'O16' }), tables);
  const reader = counted(message);
  const { all, present } = await valuesAt(
    jumpInfoOf(message),
    [
      [3, 6],
      [1599, 1600],
    ],
    reader.read.bind(reader),
  );
  t.same([...all], [0, 0, 0, 0]);
  t.equal(present, undefined);
  t.equal(reader.reads, 0);
});

t.test('indices are those of the message, and scanOrderOf leads from the canonical order to them', { skip: noShared }, async (t) => {
  for (const name of ['scanning_mode_64.grib', 'alternate-scanning.grib']) {
    const [message] = await readMessages(join(sharedGrib, name));
    const order = scanOrderOf(message as Message) as Uint32Array;
    const [canonical] = await decoded(engines.exact, [message as Message], 'canonical');
    const points = gridOf(message as Message).points;
    const wanted = [0, 1, 17, points - 1, 17, Math.floor(points / 3)];
    const { ranges, places } = indexPicks(
      wanted.map((point) => order[point] as number),
      points,
    );
    const { all } = await valuesAt(jumpInfoOf(message as Message), ranges, async (offset, length) =>
      (message as Message).bytes.slice(offset, offset + length),
    );
    t.same(
      Array.from(places, (place) => all[place]),
      wanted.map((point) => (canonical as Reals)[point]),
      name,
    );
  }
});

t.test('the grid hash is the md5GridSection of ecCodes', { skip: noShared || noEccodes }, async (t) => {
  for (const name of ['era5-levels-members.grib', 'regular_gg_ml_g2.grib', 'reduced_gg.grib', 'lambert_grid.grib']) {
    const messages = await readMessages(join(sharedGrib, name));
    const wanted = gribLs(join(sharedGrib, name), ['-p', 'md5GridSection']).map((row) => row['md5GridSection']);
    t.same(messages.map(gridHashOf), wanted, name);
  }
});

t.test('ranges that overlap, descend, are empty or leave the field are refused', async (t) => {
  const message = newMessage(keys, gridFromSpec({ grid: 'O16' }), tables);
  const info = jumpInfoOf(message);
  const wrong: readonly IndexRanges[] = [
    [[5, 5]],
    [[5, 3]],
    [[-1, 2]],
    [[0, 1601]],
    [
      [0, 10],
      [9, 12],
    ],
    [
      [20, 30],
      [0, 10],
    ],
    [[0.5, 2]],
    [[Number.NaN, 2]],
  ];
  for (const ranges of wrong) await t.rejects(valuesAt(info, ranges, counted(message).read), { code: 'input.option' });
  for (const index of [-1, 1600, 0.5]) t.throws(() => indexPicks([3, index], 1600), { code: 'input.option' });
});

t.test('a file shorter than what was indexed, and damaged streams, are errors', async (t) => {
  const message = streamMessage(16, 32, 8, 14, 'noise');
  const info = jumpInfoOf(message);
  await t.rejects(
    valuesAt(info, [[0, 1600]], async (offset, length) => message.bytes.slice(offset, offset + length - 1)),
    { code: 'data.truncated' },
  );
  const zeros = async (_: number, length: number): Promise<Uint8Array> => new Uint8Array(length);
  await t.rejects(valuesAt(info, [[0, 1600]], zeros), { code: 'data.codec' });
});

t.test('spectral fields and packings without slices are refused by name', { skip: noShared }, async (t) => {
  for (const name of ['spherical_harmonics.grib', 'packingType-grid_complex.grib2', 'packingType-grid_second_order.grib2']) {
    const [message] = await readMessages(join(sharedGrib, name));
    const error = ((): DteError | undefined => {
      try {
        jumpInfoOf(message as Message);
        return undefined;
      } catch (thrown) {
        return thrown as DteError;
      }
    })();
    t.ok(isDteError(error, 'unsupported.template'), name);
    t.match(error?.message, packingType(message as Message));
  }
});

t.test('an info says what the headers say', { skip: noShared }, async (t) => {
  const [message] = await readMessages(join(sharedGrib, 'gridType-reduced_gg_gridName-O8_shortName-q.grib2'));
  const info: JumpInfo = jumpInfoOf(message as Message);
  const facts = [
    'numberOfDataPoints',
    'numberOfValues',
    'referenceValue',
    'binaryScaleFactor',
    'decimalScaleFactor',
    'bitsPerValue',
    'totalLength',
  ].map((key) => get(message as Message, key));
  t.same([info.points, info.count, info.referenceValue, info.binaryScale, info.decimalScale, info.bits, info.messageBytes], facts);
  t.same(
    [info.stream?.flags, info.stream?.blockSize, info.stream?.rsi],
    ['ccsdsFlags', 'ccsdsBlockSize', 'ccsdsRsi'].map((key) => get(message as Message, key)),
  );
});
