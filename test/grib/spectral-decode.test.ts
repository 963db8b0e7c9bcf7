// Spectral packings against ecCodes: shared files, and fields of many truncations, subsets, widths and editions that cdo and ecCodes make.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { DteError } from '../../src/base/index.js';
import { gridOf, type Message, packingType, parseMessage } from '../../src/grib/index.js';
import { exactPower } from '../../src/grib/spectral/exact-power.js';
import { spectralValues } from '../../src/grib/spectral/spectral-values.js';
import { rowOf, rowStart } from '../../src/grib/spectral/coefficients.js';
import { decoded, firstFar, type Reals } from '../support/decoded.js';
import { eccodesFields, gribSet } from '../support/eccodes.js';
import { closeEngines, openEngines } from './against-eccodes.js';
import { loadTables, noEccodes, noShared, readMessages, sharedGrib } from './peer.js';

const engines = await openEngines();
const folder = mkdtempSync(join(tmpdir(), 'dte-spectral-'));
t.teardown(async () => {
  rmSync(folder, { recursive: true });
  await closeEngines(engines);
});

const isSpectral = (packing: string): boolean => packing.startsWith('spectral');

/** x^y of the C library for many numbers at once: the arithmetic of ecCodes. */
function libraryPowers(pairs: readonly (readonly [number, number])[]): readonly number[] {
  const program = pairs.map(([x, y]) => `printf "%.17g\\n", ${x} ^ ${y};`).join(' ');
  return execFileSync('awk', [`BEGIN { ${program} }`], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map(Number);
}

/**
 * Differences from ecCodes in f64. None, but for coefficients whose power (n (n + 1))^P the C library does not round correctly (one
 * in a thousand or so): there they are an ulp or two apart, and only there.
 */
function faults(message: Message, got: Reals, expected: Reals): readonly string[] {
  // ecCodes 2.28 prints one value fewer than there are for simple packing of edition 2.
  const fewer = message.edition === 2 && packingType(message) === 'spectral_simple' ? 1 : 0;
  if (got.length !== expected.length && got.length !== expected.length + fewer) return [`${got.length} values for ${expected.length}`];
  const { truncation, power, count, bits } = spectralValues(message);
  // Of a last octet that is not full ecCodes writes nothing, and reads what stands behind it.
  const isCut = (count * bits) % 8 !== 0;
  const rows = new Map<number, number>();
  for (let point = 0; point < expected.length; point++) {
    const [a, b] = [got[point] as number, expected[point] as number];
    if (Object.is(a, b) || (point === got.length - 1 && isCut)) continue;
    const m = rowOf(truncation, point >>> 1);
    if (Math.abs(a - b) > 2 ** -51 * Math.abs(b)) return [`point ${point}: ${a} for ${b}`];
    rows.set(m + (point >>> 1) - rowStart(truncation, m), point);
  }
  const numbers = [...rows.keys()];
  const libraries = numbers.length === 0 ? [] : libraryPowers(numbers.map((n) => [n * (n + 1), power]));
  return numbers
    .filter((n, index) => libraries[index] === exactPower(n * (n + 1), power))
    .map((n) => `n = ${n}: point ${rows.get(n)} differs, and the C library's power does not`);
}

async function check(test: Test, path: string, name: string): Promise<number> {
  const peers = (eccodesFields(path, isSpectral) ?? []).filter((field) => field !== undefined);
  const messages = (await readMessages(path)).filter((message) => isSpectral(packingType(message)));
  test.equal(messages.length, peers.length, `${name}: as many fields`);
  const exact = await decoded(engines.exact, messages);
  test.same(
    exact.flatMap((values, index) => faults(messages[index] as Message, values, peers[index]?.values as Reals)),
    [],
    `${name}: f64 equals ecCodes`,
  );
  for (const engine of [engines.single, engines.gpu]) {
    // A software adapter computes millions of points slowly, and nothing in them differs from smaller fields.
    if (typeof engine === 'string' || (engine === engines.gpu && (exact[0] as Reals).length > 100_000)) continue;
    const got = await decoded(engine, messages);
    // GPUs may flush numbers below the normal f32 to zero. Two units in the last place: the packed number is rounded, then its product.
    const small = (values: Reals): Float64Array => Float64Array.from(values, (value) => (Math.abs(value) < 2 ** -125 ? 0 : value));
    test.same(
      got.flatMap((values, index) => firstFar(small(values), small(exact[index] as Reals), 2) ?? []),
      [],
      `${name}: f32 on ${engine.info.executor}`,
    );
  }
  return messages.length;
}

t.test('every shared spectral message decodes to what ecCodes gives', { skip: noShared || noEccodes }, async (t) => {
  if (typeof engines.gpu === 'string') t.comment(engines.gpu);
  let fields = 0;
  for (const name of [
    'fdb-282.grib',
    'gridType-sh_param-t_levtype-pl_level-1000.grib1',
    'packingType-spectral_complex_param-vo_d.grib2',
    'packingType-spectral_simple.grib1',
    'spherical_harmonics.grib',
    'x138-300.grib',
  ]) {
    fields += await check(t, join(sharedGrib, name), name);
  }
  t.equal(fields, 8);
});

t.test('subsets, widths, scales and packings that ecCodes makes', { skip: noShared || noEccodes }, async (t) => {
  const source = join(sharedGrib, 'spherical_harmonics.grib');
  const made: [string, string][] = [];
  for (const [index, keys] of [
    'JS=5,KS=5,MS=5',
    'JS=0,KS=0,MS=0',
    'JS=63,KS=63,MS=63',
    'bitsPerValue=8',
    'bitsPerValue=11',
    'bitsPerValue=24',
    'bitsPerValue=32,JS=10,KS=10,MS=10',
    'decimalScaleFactor=2',
    'decimalScaleFactor=-3,bitsPerValue=12',
    'packingType=spectral_simple',
    'packingType=spectral_simple,bitsPerValue=13',
  ].entries()) {
    for (const edition of [1, 2]) {
      const path = join(folder, `${edition}-${index}`);
      const between = join(folder, 'between');
      gribSet(['-s', `edition=${edition}`], source, between);
      if (gribSet(['-r', '-s', keys], between, path)) made.push([path, `${keys}, edition ${edition}`]);
      else t.comment(`ecCodes cannot set ${keys} in edition ${edition}`);
    }
  }
  for (const [path, name] of made) await check(t, path, name);
  t.ok(made.length >= 18, `${made.length} files`);
});

t.test('other truncations, packings and damage are refused with their reason', { skip: noShared }, async (t) => {
  const tables = await loadTables();
  const [grib2] = (await readMessages(join(sharedGrib, 'packingType-spectral_complex_param-vo_d.grib2'))) as [Message];
  const [grib1] = (await readMessages(join(sharedGrib, 'spherical_harmonics.grib'))) as [Message];
  const place = (message: Message, section: number, octet: number): number => (message.sections[section]?.start as number) + octet - 1;
  for (const [message, changes, code, reason] of [
    [grib2, [[place(grib2, 5, 26), 19]], 'unsupported.template', /unpacked subset of JS = 19, KS = 20, MS = 20/],
    [grib2, [[place(grib2, 5, 35), 3]], 'unsupported.template', /precision 3/],
    [grib2, [[place(grib2, 5, 35), 2]], 'data.section', /floats of 8 octets/],
    [grib2, [[place(grib2, 5, 20), 40]], 'data.section', /40 bits per value/],
    [grib1, [[place(grib1, 4, 11), 32]], 'data.section', /coefficients of 32 bits/],
    [
      grib1,
      [
        [place(grib1, 4, 16), 64],
        [place(grib1, 4, 17), 64],
        [place(grib1, 4, 18), 64],
      ],
      'data.section',
      /subset of 64 for truncation 63/,
    ],
  ] as const) {
    const bytes = message.bytes.slice();
    for (const [at, octet] of changes) bytes[at] = octet;
    const [changed] = parseMessage(bytes, tables);
    const error = await decoded(engines.exact, [changed as Message]).then(
      () => undefined,
      (thrown: DteError) => thrown,
    );
    t.equal(error?.code, code);
    t.match(error?.message, reason);
  }
  t.equal(gridOf(grib1).truncation, 63);
});

t.test('powers are rounded correctly', async (t) => {
  // Digits computed with 40 decimals (Python's decimal module).
  for (const [x, y, power] of [
    [13110, 1.398316, 572413.3124073098],
    [1637120, -2.5, 2.916075168237715e-16],
    [1637120, 0.472, 857.1286318211161],
    [2, 0.722, 1.6494670972201628],
    [420, 9.999, 1.697734033085924e26],
    [2, 0.5, Math.SQRT2],
    [6, 10, 60466176],
  ] as const) {
    t.equal(exactPower(x, y), power, `${x}^${y}`);
  }
  t.equal(exactPower(5, 0), 1);
  t.equal(exactPower(1, 3.7), 1);
  t.equal(exactPower(10, 400), Infinity);
  t.equal(exactPower(10, -400), 0);
});
