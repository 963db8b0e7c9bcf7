// Scanning modes: the canonical order against ecCodes' iterator, and against the same field stored in another order.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { find, gridOf, type Message } from '../../src/grib/index.js';
import { decoded, firstInexact, type Reals } from '../support/decoded.js';
import { gribCopy, gribPoints, gribSet } from '../support/eccodes.js';
import { cpuEngine, gpuEngine } from '../support/engines.js';
import { noEccodes, noShared, readMessages, sharedGrib } from './peer.js';

const folder = mkdtempSync(join(tmpdir(), 'dte-scanning-'));
const engine = await cpuEngine({ precision: 'f64', threads: 2 });
t.teardown(async () => {
  rmSync(folder, { recursive: true });
  await engine.close();
});

const nameOf = (lat: number, lon: number): string => `${lat.toFixed(2)} ${((((lon + 1e-6) % 360) + 360) % 360).toFixed(2)}`;

/** Every point that ecCodes gives has its value in the canonical field, and the other points are missing. */
async function checkAgainstIterator(test: Test, path: string, name: string): Promise<void> {
  const message = (await readMessages(path))[0] as Message;
  const [values] = (await decoded(engine, [message], 'canonical')) as [Reals];
  const { lat, lon } = gridOf(message).coordinates();
  const expected = new Map(gribPoints(path).map(([pointLat, pointLon, value]) => [nameOf(pointLat, pointLon), value]));
  let faults = 0;
  let present = 0;
  for (let point = 0; point < values.length; point++) {
    const wanted = expected.get(nameOf(lat[point] as number, lon[point] as number)) ?? Number.NaN;
    if (!Number.isNaN(wanted)) present++;
    if (!Object.is(values[point], wanted)) faults++;
  }
  test.same([faults, present], [0, expected.size], name);
}

t.test('the canonical order is north to south and west to east, as the points of ecCodes', { skip: noShared || noEccodes }, async (t) => {
  for (const file of ['scanning_mode_64.grib', 'regular_ll_msl.grib', 'reduced_gg.grib', 'regular_gg_sfc.grib', 'hpa_and_pa.grib'])
    await checkAgainstIterator(t, join(sharedGrib, file), file);
  const source = join(folder, 'msl.grib');
  gribCopy('1', join(sharedGrib, 'regular_ll_msl.grib'), source);
  for (const option of ['swapScanningX=1', 'swapScanningY=1', 'swapScanningX=1,swapScanningY=1', 'jPointsAreConsecutive=1']) {
    const path = join(folder, 'swapped.grib');
    t.ok(gribSet(['-s', option], source, path), `grib_set ${option}`);
    await checkAgainstIterator(t, path, option);
  }
});

t.test('a field that ecCodes stores in another order is the same canonical field', { skip: noShared || noEccodes }, async (t) => {
  for (const file of ['regular_ll_msl.grib', 'regular_gg_sfc.grib', 'hpa_and_pa.grib', 'fields_with_missing_values.grib']) {
    const source = await readMessages(join(sharedGrib, file));
    const original = await decoded(engine, source, 'canonical');
    // Rows that alternate exist in edition 2 only.
    for (let mode = 1; mode < (source[0]?.edition === 2 ? 8 : 4); mode++) {
      const option = [mode & 1 && 'swapScanningX=1', mode & 2 && 'swapScanningY=1', mode & 4 && 'swapScanningAlternativeRows=1']
        .filter((part) => part !== 0)
        .join();
      const path = join(folder, 'swapped.grib');
      t.ok(gribSet(['-s', option], join(sharedGrib, file), path), `${file}: grib_set ${option}`);
      const messages = await readMessages(path);
      t.equal(
        find(messages[0] as Message, 'scanningMode'),
        ((mode & 1) << 7) | ((mode & 2) << 5) | ((mode & 4) << 2),
        `${file}: scanning mode after ${option}`,
      );
      const values = await decoded(engine, messages, 'canonical');
      t.same(
        values.map((layer, index) => firstInexact(layer, original[index] as Reals)).filter((fault) => fault !== undefined),
        [],
        `${file}: ${option}`,
      );
    }
  }
});

t.test('rows that alternate are read in turn from either end', { skip: noShared }, async (t) => {
  const [message] = (await readMessages(join(sharedGrib, 'alternate-scanning.grib'))) as [Message];
  const [stored] = (await decoded(engine, [message])) as [Reals];
  const [canonical] = (await decoded(engine, [message], 'canonical')) as [Reals];
  const columns = find(message, 'Ni') as number;
  t.equal(find(message, 'scanningMode'), 16);
  // Code table 3.4, bit 4: adjacent rows scan in opposite directions; the first as the other bits say, west to east.
  const expected = stored.map((_, point) => {
    const row = Math.floor(point / columns);
    const column = point % columns;
    return stored[row * columns + (row % 2 === 0 ? column : columns - 1 - column)] as number;
  });
  t.equal(firstInexact(canonical, expected), undefined);
  // Only in this order is the field smooth from row to row.
  const roughness = (values: Reals): number => {
    let sum = 0;
    for (let point = columns; point < values.length; point++)
      sum += Math.abs((values[point] as number) - (values[point - columns] as number));
    return sum;
  };
  t.ok(roughness(canonical) < roughness(stored) / 2, `${roughness(canonical)} against ${roughness(stored)}`);
});

const gpu = await gpuEngine();

t.test('an adapter puts rows in order as the processor does', { skip: noShared || (typeof gpu === 'string' && gpu) }, async (t) => {
  if (typeof gpu === 'string') return;
  for (const file of ['scanning_mode_64.grib', 'alternate-scanning.grib']) {
    const messages = await readMessages(join(sharedGrib, file));
    const [stored, canonical] = [await decoded(gpu, messages), await decoded(gpu, messages, 'canonical')];
    const expected = await decoded(engine, messages, 'canonical');
    t.not(firstInexact(canonical[0] as Reals, stored[0] as Reals), undefined, `${file}: another order`);
    t.equal(
      (canonical[0] as Reals).findIndex((value, point) => Math.abs(value - (expected[0] as Reals)[point]!) > Math.abs(value) * 2 ** -22),
      -1,
      file,
    );
  }
  await gpu.close();
});
