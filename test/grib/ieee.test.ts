// GRIB2 template 5.4 (IEEE floats of 32 and 64 bits) against ecCodes, on every executor.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type DteError, isDteError } from '../../src/base/index.js';
import { get, type Message, packingType, parseMessage } from '../../src/grib/index.js';
import { decoded, firstFar, firstInexact, type Reals } from '../support/decoded.js';
import { eccodesFields, gribCopy, gribSet } from '../support/eccodes.js';
import { closeEngines, openEngines } from './against-eccodes.js';
import { loadTables, noEccodes, noShared, readMessages, sharedGrib } from './peer.js';

const engines = await openEngines();
const folder = mkdtempSync(join(tmpdir(), 'dte-ieee-'));
t.teardown(async () => {
  rmSync(folder, { recursive: true });
  await closeEngines(engines);
});

/** Fields with and without a bitmap, turned into IEEE packing by ecCodes. */
const sources = [
  ['regular_gg_ml_g2.grib', '1'],
  ['gridType-reduced_gg_gridName-O8_shortName-q.grib2', '1'],
  ['alternate-scanning.grib', '1'],
] as const;

function made(name: string, count: string, precision: 1 | 2): string {
  const one = join(folder, 'one.grib');
  const out = join(folder, `${name}-${precision}`);
  gribCopy(count, join(sharedGrib, name), one);
  if (!gribSet(['-r', '-s', `packingType=grid_ieee,precision=${precision}`], one, out))
    throw new Error(`grib_set cannot turn ${name} into IEEE packing`);
  return out;
}

async function checkIeee(test: Test, path: string, name: string): Promise<void> {
  const messages = await readMessages(path);
  const fields = eccodesFields(path) ?? [];
  test.equal(messages.length, fields.length, `${name}: as many fields`);
  const exact = await decoded(engines.exact, messages);
  for (const [index, message] of messages.entries()) {
    test.equal(packingType(message), 'grid_ieee');
    test.equal(firstInexact(exact[index] as Reals, fields[index]?.values as Reals), undefined, `${name}: f64 equals ecCodes`);
  }
  for (const engine of [engines.single, engines.gpu]) {
    if (typeof engine === 'string') {
      test.comment(engine);
      continue;
    }
    const rounded = exact.map((values) => Float32Array.from(values));
    const got = await decoded(engine, messages);
    test.same(
      got.flatMap((values, index) => firstFar(values, rounded[index] as Reals, 0) ?? []),
      [],
      `${name}: f32 is the rounded f64 on ${engine.info.executor}`,
    );
  }
}

t.test('32 and 64 bit floats decode to what ecCodes gives', { skip: noShared || noEccodes }, async (t) => {
  await checkIeee(t, join(sharedGrib, 'packingType-grid_ieee.grib2'), 'shared');
  for (const precision of [1, 2] as const) {
    for (const [name, count] of sources) {
      const path = made(name, count, precision);
      const [message] = await readMessages(path);
      t.equal(get(message as Message, 'precision'), precision);
      await checkIeee(t, path, `${name} precision ${precision}`);
    }
  }
});

t.test('floats with a bitmap keep their missing points', { skip: noShared || noEccodes }, async (t) => {
  const source = await maskedField();
  for (const precision of [1, 2] as const) {
    const out = join(folder, `masked-${precision}`);
    t.ok(gribSet(['-r', '-s', `packingType=grid_ieee,precision=${precision}`], source, out));
    const [field] = eccodesFields(out) ?? [];
    t.ok((field?.missing ?? 0) > 0, 'the field has missing points');
    await checkIeee(t, out, `masked, precision ${precision}`);
  }
});

/** A GRIB2 field with missing values, of a GRIB1 one. */
async function maskedField(): Promise<string> {
  const one = join(folder, 'masked1');
  const two = join(folder, 'masked2');
  gribCopy('1', join(sharedGrib, 'fields_with_missing_values.grib'), one);
  if (!gribSet(['-s', 'edition=2'], one, two)) throw new Error('grib_set cannot make edition 2');
  return two;
}

t.test('a section 7 that is too short and a precision that is not read are refused', { skip: noShared }, async (t) => {
  const bytes = new Uint8Array(readFileSync(join(sharedGrib, 'packingType-grid_ieee.grib2')));
  const tables = await loadTables();
  const [message] = parseMessage(bytes, tables);
  const precisionAt = ((message as Message).sections[5] as { start: number }).start + 11;
  // The field has floats of 32 bits: as one of 64 bits its section 7 is half as long as it would be.
  t.equal(bytes[precisionAt], 1);
  for (const [precision, code] of [
    [3, 'unsupported.template'],
    [2, 'data.section'],
  ] as const) {
    const changed = bytes.slice();
    changed[precisionAt] = precision;
    const error = await decoded(engines.exact, parseMessage(changed, tables)).then(
      () => undefined,
      (thrown: DteError) => thrown,
    );
    t.ok(isDteError(error, code), `${code}: ${error?.message}`);
  }
});
