// Decoding against ecCodes: every shared message in a covered packing, and files made by grib_set. f64 is exact, f32 within one unit in the last place.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { Engine } from '../../src/compute/index.js';
import type { DteError } from '../../src/base/index.js';
import { packingType } from '../../src/grib/index.js';
import { decoded, firstFar, firstInexact, type Reals } from '../support/decoded.js';
import { type EccodesField, eccodesFields, gribCopy, gribSet } from '../support/eccodes.js';
import { cpuEngine, gpuEngine } from '../support/engines.js';
import { noEccodes, noShared, readMessages, sharedGrib } from './peer.js';

const covered = (packing: string): boolean => packing === 'grid_simple' || packing === 'grid_ccsds';
const folder = mkdtempSync(join(tmpdir(), 'dte-decode-'));
const exact = await cpuEngine({ precision: 'f64', threads: 2 });
const single = await cpuEngine({ threads: 2 });
const gpu = await gpuEngine();
t.teardown(async () => {
  rmSync(folder, { recursive: true });
  for (const engine of [exact, single, gpu]) if (typeof engine !== 'string') await engine.close();
});

// A software adapter computes millions of points slowly, and nothing in them differs from smaller fields.
const mostGpuPoints = 400_000;

async function checkFile(test: Test, path: string, name: string): Promise<number> {
  const peers = eccodesFields(path, covered);
  const messages = (await readMessages(path)).filter((message) => covered(packingType(message)));
  if (peers === undefined) {
    test.comment(`${name}: this release of ecCodes cannot read it`);
    test.equal((await decoded(exact, messages)).length, messages.length, `${name}: decodes`);
    return 0;
  }
  const fields = peers.filter((field) => field !== undefined);
  test.equal(messages.length, fields.length, `${name}: as many fields`);
  const values = await decoded(exact, messages);
  const faults = values.flatMap((got, index) => inexact(got, fields[index] as EccodesField) ?? []);
  test.same(faults, [], `${name}: f64 equals ecCodes`);
  const close = async (engine: Engine, of: string, most: number): Promise<void> => {
    const chosen = messages.filter((_, index) => (values[index] as Reals).length <= most);
    const wanted = values.filter((layer) => layer.length <= most);
    const layers = await decoded(engine, chosen);
    test.same(layers.flatMap((got, index) => firstFar(got, wanted[index] as Reals) ?? []), [], `${name}: f32 on ${of}`);
  };
  await close(single, 'the CPU', Number.POSITIVE_INFINITY);
  if (typeof gpu !== 'string') await close(gpu, 'the adapter', mostGpuPoints);
  return fields.length;
}

function inexact(got: Reals, { values, constant, points }: EccodesField): string | undefined {
  if (values !== undefined) return firstInexact(got, values);
  if (got.length !== points) return `${got.length} values for ${points}`;
  const other = got.findIndex((value) => !Object.is(value, constant));
  return other < 0 ? undefined : `point ${other}: ${got[other]} for the constant ${constant}`;
}

t.test('every shared message in simple or CCSDS packing decodes to what ecCodes gives', { skip: noShared || noEccodes }, async (t) => {
  if (typeof gpu === 'string') t.comment(gpu);
  let fields = 0;
  for (const name of readdirSync(sharedGrib).sort()) {
    if (name.includes('corrupted')) continue;
    fields += await checkFile(t, join(sharedGrib, name), name);
  }
  t.comment(`${fields} fields compared`);
  t.ok(fields > 300);
});

t.test('files that grib_set makes decode to what ecCodes gives', { skip: noShared || noEccodes }, async (t) => {
  const sources = { plain: 'era5-levels-members.grib', bitmap: 'fields_with_missing_values.grib', reduced: 'gridType-reduced_gg_gridName-O8_shortName-q.grib2', edition1: 'regular_gg_sfc.grib' };
  const made = new Map<string, number>();
  for (const [kind, file] of Object.entries(sources)) {
    const source = join(folder, `${kind}.grib`);
    gribCopy('1', join(sharedGrib, file), source);
    for (const packing of ['grid_simple', 'grid_ccsds']) {
      const base = join(folder, `${kind}-${packing}.grib`);
      if (!gribSet(['-r', '-s', `${packing === 'grid_ccsds' ? 'edition=2,' : ''}packingType=${packing}`], source, base)) {
        t.fail(`grib_set makes no ${packing} of ${file}`);
        continue;
      }
      for (const key of [1, 2, 7, 8, 9, 12, 15, 16, 17, 24, 25, 31, 32].map((bits) => `bitsPerValue=${bits}`).concat('decimalPrecision=2', 'setDecimalPrecision=1')) {
        const path = join(folder, `${kind}-${packing}-${key}.grib`);
        if (!gribSet(['-r', '-s', key], base, path)) continue;
        made.set(`${packing} ${key}`, (made.get(`${packing} ${key}`) ?? 0) + (await checkFile(t, path, `${kind}, ${packing}, ${key}`)));
      }
    }
    for (const packing of ['grid_simple', 'grid_ccsds']) {
      const path = join(folder, `${kind}-${packing}-constant.grib`);
      if (gribSet(['-d', '273.16'], join(folder, `${kind}-${packing}.grib`), path)) made.set(`${packing} constant`, await checkFile(t, path, `${kind}, ${packing}, constant`));
    }
  }
  for (const packing of ['grid_simple', 'grid_ccsds']) {
    for (const key of [1, 7, 8, 12, 16, 24].map((bits) => `bitsPerValue=${bits}`).concat('decimalPrecision=2', 'constant')) t.ok((made.get(`${packing} ${key}`) ?? 0) > 0, `${packing} ${key} was made`);
  }
});

t.test('other packings are refused with their name and what can be decoded', { skip: noShared }, async (t) => {
  let refused = 0;
  for (const name of ['nam.t00z.awp21100.tm00.grib2', 'packingType-grid_complex.grib2', 'packingType-grid_ieee.grib2', 'packingType-grid_second_order.grib2', 'spherical_harmonics.grib']) {
    for (const message of await readMessages(join(sharedGrib, name))) {
      if (covered(packingType(message))) continue;
      const error = await decoded(exact, [message]).then(() => undefined, (thrown: DteError) => thrown);
      if (error?.code === 'unsupported.template' && error.message.includes(packingType(message)) && error.where.message !== undefined) refused++;
      else t.fail(`${name}: ${error}`);
    }
  }
  t.ok(refused > 150, `${refused} fields`);
});
