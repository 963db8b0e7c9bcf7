// Grouped packings (complex, spatial differencing, second order) against ecCodes: shared files and what ecCodes makes of others.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { concatenated, type DteError } from '../../src/base/index.js';
import { type Message, packingType, parseMessage } from '../../src/grib/index.js';
import { bitsAt } from '../../src/grib/groups/bits.js';
import { integrate } from '../../src/grib/groups/differences.js';
import { isGrouped } from '../../src/grib/groups/grouped-values.js';
import { decoded, firstFar, firstInexact, type Reals } from '../support/decoded.js';
import { eccodesFields, gribCopy, gribSet } from '../support/eccodes.js';
import { seeded } from '../support/random.js';
import { closeEngines, openEngines } from './against-eccodes.js';
import { loadTables, noEccodes, noShared, readMessages, sharedGrib } from './peer.js';

const engines = await openEngines();
const folder = mkdtempSync(join(tmpdir(), 'dte-groups-'));
t.teardown(async () => {
  rmSync(folder, { recursive: true });
  await closeEngines(engines);
});

async function check(test: Test, path: string, name: string): Promise<number> {
  const peers = (eccodesFields(path, isGrouped) ?? []).filter((field) => field !== undefined);
  const messages = (await readMessages(path)).filter((message) => isGrouped(packingType(message)));
  test.equal(messages.length, peers.length, `${name}: as many fields`);
  const exact = await decoded(engines.exact, messages);
  const faults = exact.flatMap((got, index) => {
    const { values, constant } = peers[index] as { values: Float64Array | undefined; constant: number };
    return firstInexact(got, values ?? new Float64Array(got.length).fill(constant)) ?? [];
  });
  test.same(faults, [], `${name}: f64 equals ecCodes`);
  const single = await decoded(engines.single, messages);
  test.same(
    single.flatMap((got, index) => firstFar(got, Float32Array.from(exact[index] as Reals), 0) ?? []),
    [],
    `${name}: f32 is the rounded f64`,
  );
  return messages.length;
}

t.test('shared files', { skip: noShared || noEccodes }, async (t) => {
  let fields = 0;
  for (const name of ['packingType-grid_complex.grib2', 'packingType-grid_second_order.grib2', 'nam.t00z.awp21100.tm00.grib2'])
    fields += await check(t, join(sharedGrib, name), name);
  t.equal(fields, 183);
});

t.test('packings that ecCodes makes, with and without missing points', { skip: noShared || noEccodes }, async (t) => {
  const second = ['', '_SPD1', '_SPD2', '_SPD3', '_no_SPD', '_boustrophedonic'].map((form) => `grid_second_order${form}`);
  const names = new Set<string>();
  for (const file of ['fields_with_missing_values.grib', 'reduced_gg.grib']) {
    const [one, source, made] = ['one', 'source', 'made'].map((name) => join(folder, name)) as [string, string, string];
    gribCopy('1', join(sharedGrib, file), one);
    for (const edition of [1, 2]) {
      // A release of ecCodes may fail to make one; of those here most are made.
      if (!gribSet(['-s', `edition=${edition}`], one, source)) continue;
      for (const packing of [...second, 'grid_complex', 'grid_complex_spatial_differencing']) {
        if (!gribSet(['-r', '-s', `packingType=${packing}`], source, made)) continue;
        if ((await check(t, made, `${file}, ${packing}, edition ${edition}`)) > 0) names.add(`${packing} ${edition}`);
      }
    }
  }
  t.ok(names.size >= 12, [...names].join(', '));
});

/** Binary digits of numbers of one width. */
function digits(values: readonly number[], width: number): readonly string[] {
  return values.flatMap((value) => value.toString(2).padStart(width, '0').split(''));
}

/** Digits as octets, the first in the highest bit. */
function octetsOf(bits: readonly string[]): Uint8Array {
  const text = bits.join('').padEnd(Math.ceil(bits.length / 8) * 8, '0');
  return Uint8Array.from({ length: text.length / 8 }, (_, i) => Number.parseInt(text.slice(8 * i, 8 * i + 8), 2));
}

/**
 * Twelve points in three groups of 4: bits of width 3, width 0, width 2. With management 2 the highest number of a width means
 * missing and the one below missing in another way; a group of width 0 says so by its reference (of 8 bits).
 */
function groupedMessage(template: Message, management: 0 | 1 | 2, order: 0 | 2): Uint8Array {
  const points = 12;
  const section = (number: number): Uint8Array => {
    const { start, length } = template.sections[number] as { start: number; length: number };
    return template.bytes.slice(start, start + length);
  };
  const grid = section(3);
  const view = new DataView(grid.buffer);
  view.setUint32(6, points);
  view.setUint32(30, 4);
  view.setUint32(34, 3);
  // Increments are not given: they follow from the corners.
  grid[54] = 0;
  grid.fill(0xff, 63, 71);
  const five = new Uint8Array(order === 0 ? 47 : 49);
  const head = new DataView(five.buffer);
  head.setUint32(0, five.length);
  five[4] = 5;
  head.setUint32(5, points);
  head.setUint16(9, order === 0 ? 2 : 3);
  head.setFloat32(11, 100);
  head.setUint16(15, 1);
  five[19] = 8;
  five[21] = 1;
  five[22] = management;
  head.setUint32(31, 3);
  five[36] = 2;
  head.setUint32(37, 4);
  five[41] = 1;
  head.setUint32(42, 4);
  if (order !== 0) five.set([order, 2], 47);
  const references = [10, management === 0 ? 20 : 256 - management, 30];
  const extra = order === 0 ? [] : [octetsOf(digits([500, 510, 0x8000 + 3], 16))];
  // The bits of the three groups, one after another without a gap.
  const inGroups = [...digits([1, 7, 6, 2], 3), ...digits([3, 2, 1, 0], 2)];
  const data = concatenated([...extra, octetsOf(digits(references, 8)), octetsOf(digits([3, 0, 2], 2)), octetsOf(inGroups)]);
  const seven = new Uint8Array(5 + data.length);
  new DataView(seven.buffer).setUint32(0, seven.length);
  seven[4] = 7;
  seven.set(data, 5);
  const six = Uint8Array.from([0, 0, 0, 6, 6, 255]);
  const parts = [
    section(0),
    section(1),
    ...(template.sections[2] === undefined ? [] : [section(2)]),
    grid,
    section(4),
    five,
    six,
    seven,
    section(8),
  ];
  const bytes = concatenated(parts);
  new DataView(bytes.buffer).setBigUint64(8, BigInt(bytes.length));
  return bytes;
}

t.test('missing points that the groups themselves tell, by arithmetic and in ecCodes', { skip: noShared || noEccodes }, async (t) => {
  const [template] = (await readMessages(join(sharedGrib, 'packingType-grid_complex.grib2'))) as [Message];
  const nan = Number.NaN;
  // Integers of the three groups, plus their references.
  const plain = {
    0: [11, 17, 16, 12, 20, 20, 20, 20, 33, 32, 31, 30],
    1: [11, nan, 16, 12, nan, nan, nan, nan, nan, 32, 31, 30],
    2: [11, nan, nan, 12, nan, nan, nan, nan, nan, nan, 31, 30],
  } as const;
  for (const management of [0, 1, 2] as const) {
    for (const order of [0, 2] as const) {
      const bytes = groupedMessage(template, management, order);
      const path = join(folder, `made-${management}-${order}`);
      writeFileSync(path, bytes);
      const integers = Float64Array.from(plain[management], (value) => (Number.isNaN(value) ? 0 : value));
      if (order === 2)
        integrate(
          integers,
          Float64Array.of(500, 510),
          -3,
          Uint8Array.from(plain[management], (value) => Number(Number.isNaN(value))),
        );
      const expected = Float64Array.from(plain[management], (value, i) => (Number.isNaN(value) ? nan : (integers[i] as number) * 2 + 100));
      const [got] = await decoded(engines.exact, await readMessages(path));
      t.same(got, expected, `management ${management}, order ${order}`);
      const [peer] = eccodesFields(path) ?? [];
      t.equal(firstInexact(got as Reals, peer?.values as Reals), undefined, `management ${management}, order ${order}: ecCodes`);
    }
  }
});

t.test('differences of every order come back', async (t) => {
  const random = seeded(5);
  const wanted = Float64Array.from({ length: 40 }, () => Math.floor(random() * 1000));
  for (const order of [1, 2, 3]) {
    for (const isAbsent of [undefined, Uint8Array.from(wanted, () => Number(random() < 0.3))]) {
      // Differences of the present ones, by definition, less the smallest of them, which is the bias.
      const present = [...wanted].filter((_, i) => isAbsent?.[i] !== 1);
      let differences = present;
      for (let step = 0; step < order; step++) differences = differences.slice(1).map((value, i) => value - (differences[i] as number));
      const bias = Math.min(...differences);
      const coded = [...present.slice(0, order).map(() => 0), ...differences.map((value) => value - bias)];
      const values = new Float64Array(wanted.length);
      let next = 0;
      for (let i = 0; i < values.length; i++) if (isAbsent?.[i] !== 1) values[i] = coded[next++] as number;
      integrate(values, Float64Array.from(present.slice(0, order)), bias, isAbsent);
      t.same(
        [...values].filter((_, i) => isAbsent?.[i] !== 1),
        present,
        `order ${order}`,
      );
    }
  }
});

t.test('bits of every width', async (t) => {
  const bytes = Uint8Array.of(0b10110011, 0b01011010, 0xff, 0, 0x81, 0x7e, 0x3c, 0xc3);
  const text = [...bytes].map((octet) => octet.toString(2).padStart(8, '0')).join('');
  for (let width = 1; width <= 32; width++) {
    for (let bit = 0; bit + width <= 64; bit++) {
      const got = bitsAt(bytes, bit, width);
      if (got !== Number.parseInt(text.slice(bit, bit + width), 2)) t.fail(`${width} bits at ${bit}: ${got}`);
    }
  }
  t.equal(bitsAt(bytes, 3, 0), 0);
});

t.test('groups that contradict their message are refused', { skip: noShared }, async (t) => {
  const tables = await loadTables();
  const [complex] = (await readMessages(join(sharedGrib, 'packingType-grid_complex.grib2'))) as [Message];
  const made = groupedMessage(complex, 1, 2);
  const [message] = parseMessage(made, tables) as [Message];
  const five = (message.sections[5] as { start: number }).start;
  for (const [octet, value, code, reason] of [
    [9, 13, 'data.section', /13 values are packed, but 12 points have a value/],
    [35, 13, 'data.section', /13 groups of 12 values/],
    [35, 2, 'data.section', /groups of 8 values for 12/],
    [46, 5, 'data.section', /groups of 13 values for 12/],
    [36, 40, 'data.section', /a group of 43 bits/],
    [36, 20, 'data.section', /groups of packed values need/],
    [23, 3, 'unsupported.template', /missing value management 3/],
    [48, 3, 'unsupported.template', /order 3/],
  ] as const) {
    const bytes = made.slice();
    bytes[five + octet - 1] = value;
    const error = await decoded(engines.exact, parseMessage(bytes, tables)).then(
      () => undefined,
      (thrown: DteError) => thrown,
    );
    t.equal(error?.code, code, `octet ${octet}`);
    t.match(error?.message, reason);
  }
});
