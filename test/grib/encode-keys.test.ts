// What is written has the keys of its source, as ecCodes reads both, and the same values.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { type Message, packingType } from '../../src/grib/index.js';
import { decoded, type Reals } from '../support/decoded.js';
import { cpuEngine } from '../support/engines.js';
import { gribLs, noEccodes, noShared, readMessages, sharedGrib } from './peer.js';
import { halfStep, recoded, valueFaults } from './recoded.js';

const files = [
  'era5-levels-members.grib',
  'step_60m.grib',
  'regular_gg_ml_g2.grib',
  'fields_with_missing_values.grib',
  'hpa_and_pa.grib',
  'reduced_gg.grib',
  'regular_gg_sfc.grib',
  'regular_ll_msl.grib',
  'scanning_mode_64.grib',
  'alternate-scanning.grib',
  'multi_param_on_multi_dims.grib',
  'gridType-reduced_gg_gridName-O8_shortName-q.grib2',
  'packingType-grid_ccsds.grib2',
  'packingType-grid_simple.grib1',
  'rotated_ll.3-3.grib1',
  'gridName-N256.grib2',
  'lambert_grid.grib',
  'ICON.shortName-CLAT.grib2',
  'date-20200308_level-1000_grid-O80_param-u_v',
  'fdb-template.grib',
] as const;
const mostOfOneFile = 24;

// How the data is stored may change; what it is must not.
const mayDiffer = /^(packingType|bitsPerValue|binaryScaleFactor|decimalScaleFactor|referenceValue|totalLength|message|count|offset)$/;

t.test('what is written in f64 has the keys and values of its source', { skip: noShared || noEccodes }, async (t) => {
  const engine = await cpuEngine({ precision: 'f64', threads: 2 });
  const folder = mkdtempSync(join(tmpdir(), 'dte-encode-'));
  t.teardown(async () => {
    rmSync(folder, { recursive: true });
    await engine.close();
  });
  const messages: Message[] = [];
  for (const file of files)
    messages.push(
      ...(await readMessages(join(sharedGrib, file)))
        .filter((message) => ['grid_simple', 'grid_ccsds'].includes(packingType(message)))
        .slice(0, mostOfOneFile),
    );
  const values: readonly Reals[] = await decoded(engine, messages);
  const [source, written] = [join(folder, 'source.grib'), join(folder, 'written.grib')];
  writeFileSync(source, Buffer.concat(messages.map(({ bytes }) => bytes)));
  writeFileSync(written, Buffer.concat(await recoded(engine, messages)));
  for (const namespace of ['mars', 'ls', 'parameter', 'time', 'vertical', 'geography']) {
    const [ours, theirs] = [written, source].map((path) =>
      gribLs(path, ['-n', namespace]).map((keys) => Object.fromEntries(Object.entries(keys).filter(([key]) => !mayDiffer.test(key)))),
    ) as [object[], object[]];
    t.equal(ours.length, messages.length, `${namespace}: every field is read`);
    const differing = ours.flatMap((keys, index) =>
      JSON.stringify(keys) === JSON.stringify(theirs[index]) ? [] : [{ where: messages[index]?.where, ours: keys, theirs: theirs[index] }],
    );
    t.same(differing.slice(0, 3), [], `${namespace} keys`);
  }
  t.same(
    valueFaults(written, values, ({ bitsPerValue, values: own, constant }) =>
      bitsPerValue === 0 ? Math.abs(constant) * 2 ** -20 : halfStep(own as Float64Array, bitsPerValue),
    ),
    [],
    'values',
  );
});
