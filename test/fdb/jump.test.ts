// Partial reads of files of messages: values, sidecars and their damage, grids, points, devices.
import { appendFileSync, copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { gridFromSpec } from '../../src/atlas/index.js';
import { concatenated, type DteError, isDteError } from '../../src/base/index.js';
import { missingValue } from '../../src/compute/index.js';
import {
  type ExtractedField,
  type FieldRequest,
  type FoundField,
  indexJumpsOf,
  type JumperOptions,
  openJumper,
  sidecarEnding,
  uploadExtracted,
} from '../../src/fdb/jump/index.js';
import { encodeJumpRecord, encodeSidecar } from '../../src/fdb/jump/jump-record.js';
import { encode, get, gridHashOf, indexPicks, type Message, newMessage, parseMessage, withKeys } from '../../src/grib/index.js';
import { fieldOf } from '../grib/recoded.js';
import { ctx, loadTables, noShared, readMessages, sharedGrib } from '../grib/peer.js';
import { decoded, type Reals } from '../support/decoded.js';
import { cpuEngine } from '../support/engines.js';
import { seeded } from '../support/random.js';

const tables = await loadTables();
const exact = await cpuEngine({ precision: 'f64', threads: 1 });
const folder = mkdtempSync(join(tmpdir(), 'dte-jump-'));
t.teardown(async () => {
  rmSync(folder, { recursive: true });
  await exact.close();
});

const grid = gridFromSpec({ grid: 'O48' });
const templates = [1, 2, 3, 4, 5, 6].map((level) =>
  newMessage({ date: 20260101, step: 6, param: 't', levtype: 'ml', level }, grid, tables),
);

/** Layers: smooth, noisy, with holes, constant, constant with holes, empty. */
function layers(seed: number): readonly Float64Array[] {
  const random = seeded(seed);
  const smooth = Float64Array.from({ length: grid.points }, (_, i) => 250 + 40 * Math.sin(i / 90) + random() * 0.1);
  const noisy = smooth.map(() => random() * 1000);
  const holes = smooth.map((value) => (random() < 0.3 ? Number.NaN : value));
  const constant = smooth.map(() => 7.5);
  return [smooth, noisy, holes, constant, holes.map((value) => (Number.isNaN(value) ? value : 7.5)), smooth.map(() => Number.NaN)];
}

interface Made {
  readonly file: string;
  readonly fields: readonly FoundField[];
  readonly values: readonly Reals[];
  readonly messages: readonly Message[];
}

/** A file of messages with something between them, and its full decode. */
async function makeFile(name: string, packing: 'simple' | 'ccsds', seed = 1): Promise<Made> {
  const field = await fieldOf(exact, templates, layers(seed), grid);
  const encoded = await encode(exact, field, { packing, bits: 14 });
  const file = join(folder, name);
  rmSync(file + sidecarEnding, { force: true });
  writeFileSync(file, concatenated(encoded.flatMap((bytes) => [new TextEncoder().encode('between'), bytes])));
  const messages = encoded.flatMap((bytes) => parseMessage(bytes, tables));
  let end = 0;
  const fields = encoded.map(({ length }, index) => {
    const offset = end + 7;
    end = offset + length;
    return { key: new Map([['levelist', String(index + 1)]]), location: { file, offset, length } };
  });
  return { file, fields, values: await decoded(exact, messages), messages };
}

async function extracted(requests: readonly FieldRequest[], options: JumperOptions = {}): Promise<readonly ExtractedField[]> {
  const jumper = openJumper(ctx, { threads: 1, ...options });
  const found: ExtractedField[] = [];
  try {
    for await (const field of jumper.extractFrom(requests)) found.push(field);
  } finally {
    await jumper.close();
  }
  return found;
}

async function failure(run: Promise<unknown>): Promise<DteError | undefined> {
  return run.then(
    () => undefined,
    (error: DteError) => error,
  );
}

/** The first field whose values at indices are not those of the full decode, or whose mask is wrong. */
function faultOf(found: readonly ExtractedField[], { values }: Made, indices: readonly number[]): string | undefined {
  if (found.length !== values.length) return `${found.length} fields`;
  for (const [number, { values: got, masks }] of found.entries()) {
    for (const [at, index] of indices.entries()) {
      const wanted = values[number]?.[index] as number;
      const bit = ((masks[0]?.[at >> 6] as bigint) >> BigInt(at & 63)) & 1n;
      if (!Object.is(got[0]?.[at], wanted) || (bit === 1n) === Number.isNaN(wanted))
        return `field ${number}, index ${index}: ${got[0]?.[at]} for ${wanted}, mask ${bit}`;
    }
  }
  return undefined;
}

const random = seeded(5);
const indices = [grid.points - 1, 0, 4096, 4095, 17, 17, ...Array.from({ length: 100 }, () => Math.floor(random() * grid.points))];

t.test('values at indices and ranges are those of the full decode, in the order of the request', async (t) => {
  for (const packing of ['simple', 'ccsds'] as const) {
    const made = await makeFile(`${packing}.data`, packing);
    for (const threads of [1, 2]) {
      const [byIndex, byRange] = [
        { fields: made.fields, indices },
        {
          fields: [...made.fields].reverse(),
          ranges: [
            [0, 5],
            [90, 91],
            [4000, 4200],
            [grid.points - 3, grid.points],
          ] as const,
        },
      ];
      const found = await extracted([byIndex, byRange], { threads });
      t.equal(faultOf(found.slice(0, 6), made, indices), undefined, `${packing}, ${threads} threads`);
      for (const [at, { key, values, masks, request }] of found.slice(6).entries()) {
        const full = made.values[5 - at] as Reals;
        t.equal(key.get('levelist'), String(6 - at));
        t.equal(request, 1);
        t.same(
          values.map((range) => Array.from(range)),
          byRange.ranges.map(([start, end]) => Array.from(full.slice(start, end))),
        );
        t.same(
          masks.map((mask) => mask.length),
          [1, 1, 4, 1],
        );
        t.equal(
          masks[0]?.[0],
          BigInt(
            `0b${Array.from(full.slice(0, 5), (value) => (Number.isNaN(value) ? 0 : 1))
              .reverse()
              .join('')}`,
          ),
        );
      }
    }
  }
});

t.test('a sidecar gives the same values without reading whole messages', async (t) => {
  const made = await makeFile('indexed.data', 'ccsds');
  const locations = made.fields.map(({ location }) => location);
  t.same(await indexJumpsOf(ctx, locations, { threads: 1 }), { messages: 6, made: 6, known: 0, unsupported: 0, files: 1 });
  t.same(await indexJumpsOf(ctx, locations, { threads: 1 }), { messages: 6, made: 0, known: 6, unsupported: 0, files: 0 });
  t.equal(faultOf(await extracted([{ fields: made.fields, indices }], { lazy: false }), made, indices), undefined);
  // What is kept in memory is bounded; with almost none of it values are the same.
  t.equal(faultOf(await extracted([{ fields: made.fields, indices }], { lazy: false, cacheBytes: 1 }), made, indices), undefined);
});

t.test('without sidecar and lazy infos a field is an error that says how to index it', async (t) => {
  const made = await makeFile('bare.data', 'ccsds');
  const error = await failure(extracted([{ fields: made.fields, indices }], { lazy: false }));
  t.ok(isDteError(error, 'absent.field'), `${error?.message}`);
  t.match(`${error?.message}`, /6 messages have no jump infos.*dte fdb index/);
  t.notOk(existsSync(made.file + sidecarEnding), 'nothing is written by reading');
});

t.test('a sidecar cut at any octet of its last record is used as far as it is whole, and then made anew', async (t) => {
  const made = await makeFile('torn.data', 'ccsds');
  const path = made.file + sidecarEnding;
  const locations = made.fields.map(({ location }) => location);
  await indexJumpsOf(ctx, locations, { threads: 1 });
  const whole = readFileSync(path);
  const jumper = openJumper(ctx, { threads: 1 });
  const records = await jumper.infosOf(locations);
  await jumper.close();
  const last = encodeJumpRecord(records[5] as (typeof records)[0]).length;
  t.same(new Uint8Array(whole), encodeSidecar(records));
  let wrong = 0;
  for (let cut = whole.length - last; cut < whole.length; cut++) {
    writeFileSync(path, whole.subarray(0, cut));
    const reader = openJumper(ctx, { threads: 0, onDamage: () => {} });
    if (
      (
        await reader.sidecars.find(
          made.file,
          locations.map(({ offset }) => offset),
        )
      ).length !== 5
    )
      wrong++;
    await reader.close();
  }
  t.equal(wrong, 0, `${last} cuts`);
  const notices: DteError[] = [];
  truncateSync(path, whole.length - 3);
  t.equal(
    faultOf(await extracted([{ fields: made.fields, indices }], { onDamage: (error) => notices.push(error) }), made, indices),
    undefined,
  );
  t.match(notices[0]?.message, /torn record/);
  t.equal((await indexJumpsOf(ctx, locations, { threads: 1, onDamage: () => {} })).made, 1);
  t.same(readFileSync(path), whole);
});

t.test('a flipped bit anywhere in a sidecar never gives a wrong value', async (t) => {
  const made = await makeFile('flipped.data', 'ccsds');
  const path = made.file + sidecarEnding;
  const locations = made.fields.slice(0, 3).map(({ location }) => location);
  await indexJumpsOf(ctx, locations, { threads: 1 });
  const whole = readFileSync(path);
  const few = { ...made, values: made.values.slice(0, 3) };
  let noticed = 0;
  for (let octet = 0; octet < whole.length; octet += 3) {
    const flipped = Buffer.from(whole);
    flipped[octet] = (flipped[octet] as number) ^ (1 << (octet % 8));
    writeFileSync(path, flipped);
    const reader = openJumper(ctx, { threads: 0, onDamage: () => noticed++ });
    const found = await reader.sidecars.find(
      made.file,
      locations.map(({ offset }) => offset),
    );
    await reader.close();
    if (found.length > 2) t.fail(`a flip in octet ${octet} passed unseen`);
  }
  t.ok(noticed >= Math.floor(whole.length / 3) - 12, `${noticed} notices`);
  const fault = faultOf(await extracted([{ fields: made.fields.slice(0, 3), indices }], { onDamage: () => {} }), few, indices);
  t.equal(fault, undefined);
});

t.test('a sidecar of messages that were since written over is reported and not used', async (t) => {
  const before = await makeFile('stale.data', 'ccsds', 1);
  await indexJumpsOf(
    ctx,
    before.fields.map(({ location }) => location),
    { threads: 1 },
  );
  const sidecar = readFileSync(before.file + sidecarEnding);
  // Simple packing without bitmap: the same lengths and headers, other values.
  const simple = await makeFile('rewritten.data', 'simple', 1);
  await indexJumpsOf(
    ctx,
    simple.fields.map(({ location }) => location),
    { threads: 1 },
  );
  const kept = readFileSync(simple.file + sidecarEnding);
  const after = await makeFile('rewritten.data', 'simple', 2);
  writeFileSync(after.file + sidecarEnding, kept);
  const notices: DteError[] = [];
  const found = await extracted([{ fields: after.fields, indices }], { onDamage: (error) => notices.push(error) });
  t.equal(faultOf(found, after, indices), undefined);
  t.match(notices[0]?.message, /describe others than the file holds/);
  const error = await failure(extracted([{ fields: after.fields, indices }], { lazy: false, onDamage: () => {} }));
  t.ok(isDteError(error, 'absent.field', 'data.format'), `${error?.message}`);
  // A sidecar of another file altogether.
  writeFileSync(after.file + sidecarEnding, sidecar);
  t.equal(faultOf(await extracted([{ fields: after.fields, indices }], { onDamage: () => {} }), after, indices), undefined);
});

t.test('sidecars may lie in a folder of their own', async (t) => {
  const made = await makeFile('apart.data', 'ccsds');
  const sidecarFolder = join(folder, 'sidecars');
  const locations = made.fields.map(({ location }) => location);
  t.equal((await indexJumpsOf(ctx, locations, { threads: 1, sidecarFolder })).made, 6);
  t.notOk(existsSync(made.file + sidecarEnding), 'nothing beside the data');
  t.equal(faultOf(await extracted([{ fields: made.fields, indices }], { lazy: false, sidecarFolder }), made, indices), undefined);
});

t.test('a stale sidecar of fields on another grid does not make the true ones refused', async (t) => {
  const made = await makeFile('regridded.data', 'simple');
  const path = made.file + sidecarEnding;
  const jumper = openJumper(ctx, { threads: 1 });
  const records = await jumper.infosOf(made.fields.map(({ location }) => location));
  await jumper.close();
  const strange = records.map((record, index) =>
    index === 0 ? { ...record, fingerprint: '0000000000000000', info: { ...record.info, gridHash: 'f'.repeat(32) } } : record,
  );
  writeFileSync(path, encodeSidecar(strange));
  const one = { ...made, fields: made.fields.slice(0, 1), values: made.values.slice(0, 1) };
  t.equal(
    faultOf(
      await extracted([{ fields: one.fields, indices, gridHash: gridHashOf(made.messages[0] as Message) }], {
        onDamage: () => {},
        ignoreGridHash: true,
      }),
      one,
      indices,
    ),
    undefined,
  );
  writeFileSync(
    path,
    encodeSidecar(
      strange.map((record) => ({ ...record, fingerprint: '0000000000000000', info: { ...record.info, gridHash: 'f'.repeat(32) } })),
    ),
  );
  t.equal(faultOf(await extracted([{ fields: made.fields, indices }], { onDamage: () => {} }), made, indices), undefined);
});

t.test('reading can be cancelled', async (t) => {
  const made = await makeFile('cancelled.data', 'simple');
  const jumper = openJumper({ ...ctx, signal: AbortSignal.abort() }, { threads: 1 });
  const error = await failure(jumper.extractFrom([{ fields: made.fields, indices }]).next());
  t.ok(isDteError(error, 'fault.cancelled'), `${error?.message}`);
  await jumper.close();
});

t.test('a file of another program with the name of a sidecar is neither read nor changed', async (t) => {
  const made = await makeFile('foreign.data', 'ccsds');
  const path = made.file + sidecarEnding;
  const theirs = Buffer.from('another program wrote this, in its own form');
  writeFileSync(path, theirs);
  const notices: DteError[] = [];
  const onDamage = (error: DteError): void => void notices.push(error);
  t.equal(faultOf(await extracted([{ fields: made.fields, indices }], { onDamage }), made, indices), undefined);
  await indexJumpsOf(
    ctx,
    made.fields.map(({ location }) => location),
    { threads: 1, onDamage },
  );
  t.same(readFileSync(path), theirs);
  t.match(notices[0]?.message, /has another beginning/);
});

t.test('records are appended while a file grows, and the later of two for a message counts', async (t) => {
  const made = await makeFile('growing.data', 'ccsds');
  const locations = made.fields.map(({ location }) => location);
  const jumper = openJumper(ctx, { threads: 1 });
  const records = await jumper.infosOf(locations);
  await jumper.sidecars.add(made.file, records.slice(0, 2));
  const first = readFileSync(made.file + sidecarEnding);
  await jumper.sidecars.add(made.file, [...records.slice(2), { ...(records[0] as (typeof records)[0]), fingerprint: '0123456789abcdef' }]);
  t.same(readFileSync(made.file + sidecarEnding).subarray(0, first.length), first, 'what was there stays');
  const read = await jumper.sidecars.find(
    made.file,
    locations.map(({ offset }) => offset),
  );
  await jumper.close();
  t.equal(read.length, 6);
  t.equal(read.find(({ offset }) => offset === locations[0]?.offset)?.fingerprint, '0123456789abcdef');
  t.same(read.find(({ offset }) => offset === locations[4]?.offset)?.info, structuredClone(records[4]?.info));
  // A torn end of an earlier append does not take the next one with it.
  appendFileSync(made.file + sidecarEnding, Buffer.alloc(13, 1));
  const writer = openJumper(ctx, { threads: 1, onDamage: () => {} });
  await writer.sidecars.add(made.file, records.slice(0, 1));
  t.same(
    (
      await writer.sidecars.find(
        made.file,
        locations.map(({ offset }) => offset),
      )
    ).length,
    6,
  );
  t.equal((await writer.sidecars.find(made.file, [locations[0]?.offset as number]))[0]?.fingerprint, records[0]?.fingerprint);
  await writer.close();
});

t.test('fields of another grid than the indices are for are refused, unless that is allowed', { skip: noShared }, async (t) => {
  const made = await makeFile('grids.data', 'simple');
  const path = join(sharedGrib, 'regular_gg_ml_g2.grib');
  const [other] = await readMessages(path);
  const foreign: FoundField = {
    key: new Map(),
    location: { file: path, offset: other?.where.offset ?? 0, length: other?.bytes.length ?? 0 },
  };
  const mixed = await failure(extracted([{ fields: [made.fields[0] as FoundField, foreign], indices: [3] }]));
  t.ok(isDteError(mixed, 'input.grid'), `${mixed?.message}`);
  const wrong = await failure(extracted([{ fields: made.fields, indices: [3], gridHash: gridHashOf(other as Message) }]));
  t.ok(isDteError(wrong, 'input.grid'), `${wrong?.message}`);
  const gridHash = gridHashOf(made.messages[0] as Message);
  t.equal((await extracted([{ fields: made.fields, indices: [3], gridHash }])).length, 6);
  const both = await extracted([{ fields: [made.fields[0] as FoundField, foreign], indices: [3] }], { ignoreGridHash: true });
  const [whole] = await decoded(exact, [other as Message]);
  t.same(
    both.map(({ values }) => values[0]?.[0]),
    [made.values[0]?.[3], (whole as Reals)[3]],
  );
});

t.test('points are read at the nearest point of the grid', { skip: noShared }, async (t) => {
  for (const name of ['scanning_mode_64.grib', 'reduced_gg.grib', 'regular_gg_ml_g2.grib']) {
    const file = join(sharedGrib, name);
    const [message] = await readMessages(file);
    const [canonical] = await decoded(exact, [message as Message], 'canonical');
    const { lat, lon } = (await import('../../src/grib/index.js')).gridOf(message as Message).coordinates();
    const near = seeded(3);
    const points = Array.from({ length: 25 }, () => Math.floor(near() * lat.length));
    const asked = points.map((point) => ({
      lat: Math.max(-90, Math.min(90, (lat[point] as number) + 0.01)),
      lon: (lon[point] as number) - 0.01,
    }));
    const location = { file, offset: message?.where.offset ?? 0, length: message?.bytes.length ?? 0 };
    const [found] = await extracted([{ fields: [{ key: new Map(), location }], points: asked }]);
    t.same(
      Array.from(found?.values[0] as Float64Array),
      points.map((point) => (canonical as Reals)[point]),
      name,
    );
  }
  const made = await makeFile('points.data', 'ccsds');
  const error = await failure(extracted([{ fields: made.fields, points: [{ lat: 91, lon: 0 }] }]));
  t.ok(isDteError(error, 'input.area'), `${error?.message}`);
});

t.test(
  'messages that cannot be read in part are counted by the index and refused by name when asked for',
  { skip: noShared },
  async (t) => {
    const source = join(sharedGrib, 'spherical_harmonics.grib');
    const file = join(folder, 'spectral.data');
    copyFileSync(source, file);
    const messages = await readMessages(file);
    const locations = messages.map((message) => ({ file, offset: message.where.offset ?? 0, length: message.bytes.length }));
    t.same(await indexJumpsOf(ctx, locations, { threads: 1 }), {
      messages: locations.length,
      made: 0,
      known: 0,
      unsupported: locations.length,
      files: 0,
    });
    const error = await failure(
      extracted([{ fields: [{ key: new Map(), location: locations[0] as (typeof locations)[0] }], indices: [0] }]),
    );
    t.ok(isDteError(error, 'unsupported.template'), `${error?.message}`);
    t.equal(error?.where.file, file);
  },
);

t.test('a data file that ends early, or is gone, is an error with its name', async (t) => {
  const made = await makeFile('short.data', 'ccsds');
  const locations = made.fields.map(({ location }) => location);
  await indexJumpsOf(ctx, locations, { threads: 1 });
  truncateSync(made.file, readFileSync(made.file).length - 10);
  const error = await failure(extracted([{ fields: made.fields, ranges: [[0, grid.points]] }]));
  t.ok(isDteError(error, 'data.truncated', 'data.section', 'data.format') && error.where.file === made.file, `${error?.message}`);
  rmSync(made.file);
  const gone = await failure(extracted([{ fields: made.fields, indices }]));
  t.ok(isDteError(gone, 'absent.file'), `${gone?.message}`);
});

t.test('what was read goes to a device in one array, missing values as such', async (t) => {
  const made = await makeFile('device.data', 'ccsds');
  const found = await extracted([
    {
      fields: made.fields,
      ranges: [
        [5, 9],
        [4100, 4103],
      ],
    },
  ]);
  const { fields, valuesPerField, values } = await uploadExtracted(exact, found);
  t.same([fields, valuesPerField], [6, 7]);
  const [read] = await exact.read(values);
  values.release();
  const wanted = made.values.flatMap((full) =>
    [...full.slice(5, 9), ...full.slice(4100, 4103)].map((value) => (Number.isNaN(value) ? missingValue : value)),
  );
  t.same(Array.from(read), wanted);
  const uneven = await failure(
    uploadExtracted(exact, [...found, ...(await extracted([{ fields: made.fields.slice(0, 1), indices: [1] }]))]),
  );
  t.ok(isDteError(uneven, 'input.field'), `${uneven?.message}`);
});

t.test('indices may come in any order and more than once', (t) => {
  const { ranges, places } = indexPicks([9, 3, 4, 3, 5, 20], 21);
  t.same(ranges, [
    [3, 6],
    [9, 10],
    [20, 21],
  ]);
  t.same([...places], [3, 0, 1, 0, 2, 4]);
  t.same(indexPicks([], 5), { ranges: [], places: new Uint32Array(0) });
  t.end();
});

t.test('keys of a message do not matter to its jump info', async (t) => {
  const made = await makeFile('keys.data', 'ccsds');
  const [message] = parseMessage(withKeys(made.messages[0] as Message, new Map([['step', 12]])), tables);
  t.equal(get(message as Message, 'step'), 12);
  const file = join(folder, 'one.data');
  writeFileSync(file, (message as Message).bytes);
  const [found] = await extracted([
    { fields: [{ key: new Map(), location: { file, offset: 0, length: (message as Message).bytes.length } }], indices: [100] },
  ]);
  t.equal(found?.values[0]?.[0], made.values[0]?.[100]);
});
