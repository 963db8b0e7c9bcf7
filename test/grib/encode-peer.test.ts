// Encoding against ecCodes: what is written is read back with the same values; exact in f64, within a quantum in f32.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { regularLatLon } from '../../src/atlas/index.js';
import { encode, find, gridOf, type Message, parseMessage } from '../../src/grib/index.js';
import { decoded, firstInexact, type Reals } from '../support/decoded.js';
import { type EccodesField, eccodesFields, gribCopy, gribSet } from '../support/eccodes.js';
import { cpuEngine, gpuEngine } from '../support/engines.js';
import { seeded } from '../support/random.js';
import { gribLs, loadTables, noEccodes, noShared, readMessages, sharedGrib } from './peer.js';
import { fieldOf, halfStep, recoded, valueFaults } from './recoded.js';

const folder = mkdtempSync(join(tmpdir(), 'dte-encode-'));
const exact = await cpuEngine({ precision: 'f64', threads: 2 });
const single = await cpuEngine({ threads: 2 });
const gpu = await gpuEngine();
t.teardown(async () => {
  rmSync(folder, { recursive: true });
  for (const engine of [exact, single, gpu]) if (typeof engine !== 'string') await engine.close();
});

function save(name: string, messages: readonly Uint8Array[]): string {
  const path = join(folder, name);
  writeFileSync(path, Buffer.concat(messages));
  return path;
}

t.test('simple packing in f64 repeats the octets of ecCodes', { skip: noShared || noEccodes }, async (t) => {
  // ecCodes packs the values that it decodes; ours must come to the same R, E and integers.
  let same = 0;
  let all = 0;
  for (const file of [
    'era5-levels-members.grib',
    'step_60m.grib',
    'regular_gg_ml_g2.grib',
    'fields_with_missing_values.grib',
    'reduced_gg.grib',
    'regular_gg_sfc.grib',
    'regular_ll_msl.grib',
    'hpa_and_pa.grib',
    'multi_param_on_multi_dims.grib',
  ]) {
    for (const bits of [8, 11, 16, 24]) {
      const path = join(folder, 'peer.grib');
      const first = join(folder, 'first.grib');
      gribCopy('1', join(sharedGrib, file), first);
      if (!gribSet(['-r', '-s', `bitsPerValue=${bits}`], first, path)) continue;
      const messages = await readMessages(first);
      const peers = await readMessages(path);
      const ours = await recoded(exact, messages, { bits, packing: 'simple' });
      for (const [index, peer] of peers.entries()) {
        all++;
        const mine = parseMessage(ours[index] as Uint8Array, await loadTables())[0] as Message;
        const headers = ['referenceValue', 'binaryScaleFactor', 'decimalScaleFactor', 'bitsPerValue'].map((key) => [
          find(mine, key),
          find(peer, key),
        ]);
        const data = (message: Message): Uint8Array => {
          const section = message.sections[message.edition === 1 ? 4 : 7]!;
          return message.bytes.subarray(section.start, section.start + section.length);
        };
        const agrees = headers.every(([a, b]) => a === b) && Buffer.compare(data(mine), data(peer)) === 0;
        if (agrees) same++;
        else t.comment(`${file}, ${bits} bits: ${JSON.stringify(headers)}`);
      }
    }
  }
  t.comment(`${same} of ${all} fields have the same data section`);
  t.equal(same, all);
});

t.test('every width, packing and edition is read by ecCodes exactly as by us', { skip: noShared || noEccodes }, async (t) => {
  const random = seeded(11);
  for (const [file, packings] of [
    ['reduced_gg.grib', ['simple']],
    ['gridType-reduced_gg_gridName-O8_shortName-q.grib2', ['simple', 'ccsds']],
  ] as const) {
    const template = (await readMessages(join(sharedGrib, file)))[0] as Message;
    const points = gridOf(template).points;
    const smooth = Float64Array.from({ length: points }, (_, point) => 273 + 30 * Math.sin(point / 50) + random());
    const holes = smooth.map((value) => (random() < 0.3 ? Number.NaN : value));
    const noise = Float64Array.from({ length: points }, () => (random() - 0.5) * 1e-9);
    for (const packing of packings) {
      const written: Uint8Array[] = [];
      const sources: Float64Array[] = [];
      for (let bits = 1; bits <= 32; bits++) {
        const layers = [smooth, holes, noise];
        written.push(
          ...(await encode(
            exact,
            await fieldOf(
              exact,
              layers.map(() => template),
              layers,
            ),
            { bits, packing },
          )),
        );
        sources.push(...layers);
      }
      const path = save(`${packing}.grib`, written);
      const fields = eccodesFields(path) as readonly EccodesField[];
      t.same(
        fields.map((field) => field.bitsPerValue),
        Array.from({ length: 96 }, (_, index) => 1 + Math.floor(index / 3)),
        `${file}, ${packing}: widths`,
      );
      t.ok(fields.every((field) => field.packingType === `grid_${packing}`));
      const ours = await decoded(exact, await readMessages(path));
      t.same(
        ours.map((layer, index) => firstInexact(layer, fields[index]?.values as Float64Array)).filter((fault) => fault !== undefined),
        [],
        `${file}, ${packing}: as ecCodes reads it`,
      );
      t.same(
        valueFaults(path, sources, (field) => halfStep(field.values as Float64Array, field.bitsPerValue)),
        [],
        `${file}, ${packing}: within the packing step`,
      );
    }
  }
});

t.test('f32 executors write values within a packing step of the field', { skip: noShared || noEccodes }, async (t) => {
  for (const engine of [single, gpu]) {
    if (typeof engine === 'string') {
      t.comment(engine);
      continue;
    }
    const { name } = engine.info;
    for (const packing of ['simple', 'ccsds'] as const) {
      for (const file of ['regular_ll_msl.grib', 'step_60m.grib', 'gridType-reduced_gg_gridName-O8_shortName-q.grib2']) {
        const messages = (await readMessages(join(sharedGrib, file))).slice(0, 20);
        for (const bits of [8, 16]) {
          const path = save('single.grib', await recoded(engine, messages, { packing, bits }));
          const values = await decoded(exact, messages);
          t.same(
            valueFaults(path, values, (field) => 2 * halfStep(field.values as Float64Array, bits)),
            [],
            `${name}: ${file}, ${packing}, ${bits} bits`,
          );
        }
      }
    }
  }
});

t.test('constant, empty and almost empty fields are written and read', { skip: noShared || noEccodes }, async (t) => {
  for (const [file, packings] of [
    ['regular_gg_sfc.grib', ['simple']],
    ['gridType-reduced_gg_gridName-O8_shortName-q.grib2', ['simple', 'ccsds']],
  ] as const) {
    const template = (await readMessages(join(sharedGrib, file)))[0] as Message;
    const { points } = gridOf(template);
    const all = (value: number): Float64Array => new Float64Array(points).fill(value);
    const layers = [
      all(0),
      all(273.15625),
      all(-1e-20),
      all(Number.NaN),
      all(Number.NaN).with(points - 1, 5),
      all(Number.NaN)
        .with(0, 1)
        .with(points - 1, 2),
      all(1).with(7, Number.NaN),
    ];
    for (const packing of packings) {
      for (const engine of [exact, single, gpu]) {
        if (typeof engine === 'string') continue;
        const path = save(
          'constant.grib',
          await encode(
            engine,
            await fieldOf(
              engine,
              layers.map(() => template),
              layers,
            ),
            { packing, bits: 12 },
          ),
        );
        t.same(
          valueFaults(path, layers, ({ constant }) => Math.max(Math.abs(constant), 1e-18) * 2 ** -12),
          [],
          `${file}, ${packing}, ${engine.info.name}: ecCodes`,
        );
        const ours = await decoded(exact, await readMessages(path));
        const fields = eccodesFields(path) as readonly EccodesField[];
        for (const [index, layer] of ours.entries()) {
          const { values, constant } = fields[index] as EccodesField;
          t.equal(firstInexact(layer, values ?? all(constant)), undefined, `${file}, ${packing}, layer ${index}`);
        }
      }
    }
  }
});

t.test('values that are not finite are refused, with the message that they belong to', { skip: noShared }, async (t) => {
  const [template] = (await readMessages(join(sharedGrib, 'regular_gg_sfc.grib'))) as [Message];
  const { points } = gridOf(template);
  const strange = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const engine of [exact, single, gpu]) {
    if (typeof engine === 'string') continue;
    for (const value of strange) {
      const good = new Float64Array(points).fill(1);
      const field = await fieldOf(engine, [template, template], [good, good]);
      const values = new Float64Array(2 * points).fill(1);
      values[2 * 1234 + 1] = value;
      const bad = { ...field, tiles: [{ values: await engine.upload('f32', values), firstLayer: 0, lanes: 2 }] };
      await t.rejects(encode(engine, bad), { code: 'limit.range', message: /message 1, byte 0/ }, `${engine.info.name}: ${value}`);
    }
  }
});

t.test('a GRIB1 message beyond 8 MiB is written and read', { skip: noShared || noEccodes }, async (t) => {
  const [template] = (await readMessages(join(sharedGrib, 'regular_gg_sfc.grib'))) as [Message];
  const grid = regularLatLon({ north: 90, west: 0, columns: 2400, rows: 1201, dlon: 0.15, dlat: 0.15 });
  const { points } = grid;
  const values = Float64Array.from({ length: points }, (_, point) => 273 + 30 * Math.sin(point / 1000));
  const written = await encode(exact, await fieldOf(exact, [template], [values], grid), { bits: 24 });
  t.ok((written[0] as Uint8Array).length > 2 ** 23);
  const large = save('large.grib', written);
  const peer = gribLs(large, ['-p', 'numberOfValues,min,max,bitsPerValue,edition'])[0];
  const [ours] = (await decoded(exact, await readMessages(large))) as [Reals];
  t.match(peer, { edition: 1, bitsPerValue: 24, numberOfValues: points });
  const least = Array.from(ours).reduce((a, b) => Math.min(a, b));
  t.ok(Math.abs((peer?.['min'] as number) - least) < 1e-3, `smallest value ${peer?.['min']} and ${least}`);
  t.same(
    ours.findIndex((value, point) => Math.abs(value - (values[point] as number)) > 60 / 2 ** 24),
    -1,
  );
});
