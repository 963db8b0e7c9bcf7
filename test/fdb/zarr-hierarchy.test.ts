// The group of arrays with coordinates: in the process, written into a folder, and read by others.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import * as zarr from 'zarrita';
import FileSystemStore from '@zarrita/storage/fs';
import { gridFromSpec } from '../../src/atlas/index.js';
import { DteError, type ProgressEvent } from '../../src/base/index.js';
import { writeZarr, zarrHierarchy, type ZarrHierarchyOptions, type ZarrStore } from '../../src/fdb/zarr/index.js';
import { listVariables } from '../../src/fdb/zarr/variables.js';
import { dimensionsOf } from '../../src/fdb/zarr/dimensions.js';
import type { Reals } from '../support/decoded.js';
import { eccodesFields } from '../support/eccodes.js';
import { peersRequired } from '../support/engines.js';
import { context, joined, reduced, regular, selection, zarrPlace, type ZarrPlace } from './zarr-support.js';

const all = [selection('class=rd,expver=xxxx')];

async function opened(t: Test, place: ZarrPlace, options: Partial<ZarrHierarchyOptions> = {}): Promise<ZarrStore> {
  const store = await zarrHierarchy(context, place.fdb, { requests: all, ...options });
  t.teardown(() => store.close());
  return store;
}

interface Document {
  readonly node_type: string;
  readonly shape: readonly number[];
  readonly dimension_names: readonly string[];
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly consolidated_metadata: { readonly kind: string; readonly metadata: Readonly<Record<string, Document>> };
}

async function documentAt(store: ZarrStore, key: `/${string}`): Promise<Document> {
  return JSON.parse(new TextDecoder().decode(await store.get(key))) as Document;
}

async function dataOf(store: zarr.Readable, name: string): Promise<unknown> {
  return (await zarr.get(await zarr.open(zarr.root(store).resolve(name), { kind: 'array' }))).data;
}

/** Two runs, two steps, two levels of t, one of q; a surface field on a reduced grid; hole: q at the second run. */
async function addForecasts(
  place: ZarrPlace,
): Promise<{ readonly t: readonly Reals[]; readonly q: readonly (Reals | undefined)[]; readonly msl: readonly Reals[] }> {
  const made = { t: [] as Reals[], q: [] as (Reals | undefined)[], msl: [] as Reals[] };
  for (const time of [0, 1200])
    for (const step of [0, 6]) {
      for (const level of [500, 850]) {
        made.t.push((await place.add({ time, step, level }, regular, { missing: step === 6 })).values);
        made.q.push(level === 500 && time === 0 ? (await place.add({ time, step, level, param: 'q' }, regular)).values : undefined);
      }
      made.msl.push((await place.add({ time, step, param: 'msl' }, reduced)).values);
    }
  return made;
}

t.test('a parameter is an array, keywords of several values are dimensions with coordinates, and holes are fill values', async (t) => {
  const place = await zarrPlace(t);
  const made = await addForecasts(place);
  const store = await opened(t, place);
  t.same(
    store.arrays.map(({ name }) => name),
    ['msl', 'q', 't'],
  );
  t.match(store.arrays[1], {
    fields: 2,
    allFields: 8,
    chunks: 2,
    allChunks: 8,
    dimensions: [{ name: 'time', size: 2, chunk: 1 }, {}, {}, {}, {}],
  });

  const group = await documentAt(store, '/zarr.json');
  t.equal(group.node_type, 'group');
  t.match(group.attributes, {
    Conventions: 'CF-1.8',
    institution: 'ecmf',
    mars: { class: 'rd', expver: 'xxxx', stream: 'oper', type: 'fc' },
  });
  t.equal(group.consolidated_metadata.kind, 'inline');
  const names = ['latitude', 'latitude_2', 'levelist', 'longitude', 'longitude_2', 'msl', 'q', 'step', 't', 'time', 'valid_time'];
  t.same(Object.keys(group.consolidated_metadata.metadata).sort(), names);
  for (const name of names) t.same(await documentAt(store, `/${name}/zarr.json`), group.consolidated_metadata.metadata[name], name);

  const air = await documentAt(store, '/t/zarr.json');
  t.same(air.shape, [2, 2, 2, 7, 12]);
  t.same(air.dimension_names, ['time', 'step', 'levelist', 'latitude', 'longitude']);
  t.match(air.attributes, {
    units: 'K',
    long_name: 'Temperature',
    standard_name: 'air_temperature',
    paramId: 130,
    gridType: 'regular_ll',
    coordinates: 'valid_time',
    mars: { param: '130', levtype: 'pl' },
  });
  t.same((await documentAt(store, '/msl/zarr.json')).dimension_names, ['time', 'step', 'values_2']);
  t.equal((await documentAt(store, '/msl/zarr.json')).attributes['coordinates'], 'valid_time latitude_2 longitude_2');

  t.strictSame(await dataOf(store, 't'), joined(made.t, regular.points, Number.NaN));
  t.strictSame(await dataOf(store, 'q'), joined(made.q, regular.points, Number.NaN));
  t.strictSame(await dataOf(store, 'msl'), joined(made.msl, reduced.points, Number.NaN));

  // 2024-01-01 is day 19 723 after 1970-01-01.
  const start = 19_723 * 24;
  t.strictSame(await dataOf(store, 'time'), Int32Array.of(start, start + 12));
  t.match((await documentAt(store, '/time/zarr.json')).attributes, {
    standard_name: 'forecast_reference_time',
    units: 'hours since 1970-01-01T00:00:00',
    calendar: 'proleptic_gregorian',
  });
  t.strictSame(await dataOf(store, 'step'), Int32Array.of(0, 6));
  t.strictSame(await dataOf(store, 'valid_time'), Int32Array.of(start, start + 6, start + 12, start + 18));
  t.same((await documentAt(store, '/valid_time/zarr.json')).dimension_names, ['time', 'step']);
  t.strictSame(await dataOf(store, 'levelist'), Int32Array.of(500, 850));
  t.match((await documentAt(store, '/levelist/zarr.json')).attributes, { units: 'hPa', positive: 'down' });
  t.strictSame(await dataOf(store, 'latitude'), Float64Array.of(90, 60, 30, 0, -30, -60, -90));
  t.strictSame(
    await dataOf(store, 'longitude'),
    Float64Array.from({ length: 12 }, (_, column) => 30 * column),
  );
  const { lat, lon } = reduced.coordinates();
  t.strictSame(await dataOf(store, 'latitude_2'), lat);
  t.strictSame(await dataOf(store, 'longitude_2'), lon);
});

t.test('chunks are chosen by dimension or keyword, and a wrong name is told', async (t) => {
  const place = await zarrPlace(t);
  const made = await addForecasts(place);
  for (const chunks of [
    new Map([['time', 'whole' as const]]),
    new Map([['date', 2]]),
    new Map([
      ['step', 2],
      ['levelist', 2],
      ['time', 2],
    ]),
  ]) {
    const store = await opened(t, place, { chunks, fill: -5 });
    t.strictSame(await dataOf(store, 't'), joined(made.t, regular.points, -5));
    t.strictSame(await dataOf(store, 'q'), joined(made.q, regular.points, -5));
    t.equal((await documentAt(store, '/t/zarr.json')).attributes['missing_value'], -5);
  }
  await t.rejects(opened(t, place, { chunks: new Map([['levlist', 2]]) }), {
    code: 'input.option',
    message: /'levlist', which is no dimension; did you mean 'levelist'/,
  });
  await t.rejects(opened(t, place, { chunks: new Map([['step', 3]]) }), {
    code: 'input.option',
    message: /chunks of 3 do not divide dimension 'step', which has 2/,
  });
  await t.rejects(opened(t, place, { requests: [selection('class=rd,expver=nope')] }), {
    code: 'absent.field',
    message: /no field fits class=rd,expver=nope/,
  });
  const absent: string[] = [];
  const one = await opened(t, place, {
    requests: [selection('class=rd,expver=xxxx,step=6/12/18,param=130,time=0000')],
    onAbsent: (keyword, values) => absent.push(`${keyword}=${values.join('/')}`),
  });
  t.same(absent, ['step=12/18']);
  t.same((await documentAt(one, '/t/zarr.json')).dimension_names, ['levelist', 'latitude', 'longitude']);
  t.equal((await documentAt(one, '/t/zarr.json')).attributes['coordinates'], 'time step valid_time');
  t.strictSame((await documentAt(one, '/step/zarr.json')).shape, [], 'a keyword of one value is a single number');
  t.equal(await zarr.get(await zarr.open(zarr.root(one).resolve('step'), { kind: 'array' })), 6);
  t.same(
    [...one.keys()].filter((key) => key.startsWith('/step/')),
    ['/step/c', '/step/zarr.json'],
  );
  t.strictSame(new Int32Array(((await one.get('/step/c')) as Uint8Array<ArrayBuffer>).buffer), Int32Array.of(6));
});

t.test('words tell arrays of one parameter apart, and levels of each levtype are a dimension of their own', async (t) => {
  const place = await zarrPlace(t);
  for (const level of [500, 850]) for (const type of ['an', 'fc']) await place.add({ level, type, param: 'z' }, regular);
  for (const type of ['an', 'fc']) await place.add({ type, param: 'msl' }, regular);
  const store = await opened(t, place);
  t.same(
    store.arrays.map(({ name }) => name),
    ['msl_an', 'msl_fc', 'z_an', 'z_fc'],
  );

  // Only the listing matters for these.
  const entry = (keys: Record<string, string>): unknown => ({
    keys: [new Map(), new Map(), new Map(Object.entries({ class: 'rd', ...keys }))],
  });
  const rows = [
    { levtype: 'pl', levelist: '50', param: '130', date: '20240101', time: '0000', step: '0' },
    { levtype: 'pl', levelist: '0.5', param: '130', date: '20231231', time: '1800', step: '90m' },
    { levtype: 'ml', levelist: '137', param: '130', date: '20240101', time: '0000', step: '0' },
    { levtype: 'ml', levelist: '1', param: '130', date: '20240101', time: '0000', step: '0-24' },
    { levtype: 'sfc', param: '228', year: '2024', month: '1', date: '20240101', time: '0030', step: '0-6' },
  ].map(entry);
  const fdb = {
    list: async function* () {
      yield rows;
    },
  } as unknown as ZarrPlace['fdb'];
  const dimensions = dimensionsOf(await listVariables(fdb, all, undefined));
  const shapes = [...dimensions].map(
    ([{ fixed }, along]) => `${fixed.get('levtype')} ${along.map(({ name, values }) => `${name}=${values.length}`).join(' ')}`,
  );
  t.same(shapes, ['pl time=3 step=4 levelist_pl=2', 'ml time=3 step=4 levelist_ml=2', 'sfc time=3 step=4']);
  const [time, step, levels] = [...dimensions.values()][0] as NonNullable<ReturnType<typeof dimensions.get>>;
  t.same(time?.values, [
    ['20231231', '1800'],
    ['20240101', '0000'],
    ['20240101', '0030'],
  ]);
  t.strictSame(time?.coordinates, Int32Array.of(19_722 * 1440 + 1080, 19_723 * 1440, 19_723 * 1440 + 30));
  t.equal(time?.attributes['units'], 'minutes since 1970-01-01T00:00:00');
  t.same(step?.values, [['0'], ['90m'], ['0-6'], ['0-24']]);
  t.strictSame(step?.coordinates, Int32Array.of(0, 90, 360, 1440));
  t.match(step?.attributes, { units: 'minutes', ranges: ['0', '90m', '0-6', '0-24'] });
  t.strictSame(levels?.coordinates, Float64Array.of(0.5, 50));
});

t.test('a written folder is the same hierarchy, and a folder with something in it is left alone', async (t) => {
  const place = await zarrPlace(t);
  const made = await addForecasts(place);
  const store = await opened(t, place, { chunks: new Map([['time', 'whole']]) });
  const folder = join(place.folder, 'deep', 'out.zarr');
  const events: ProgressEvent[] = [];
  const writing = { ...context, progress: (event: ProgressEvent) => void events.push(event) };
  const { files, bytes } = await writeZarr(writing, store, folder);
  const keys = [...store.keys()];
  t.equal(files, keys.length);
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true }).filter((entry) => entry.isFile());
  t.equal(names.length, files, 'nothing but what has a key');
  t.equal(
    bytes,
    keys.reduce((sum, key) => sum + (store.info(key)?.sizeBytes ?? 0), 0),
  );
  t.equal(events.at(-1)?.done, events.at(-1)?.total);
  for (const key of keys) t.same(new Uint8Array(readFileSync(folder + key)), await store.get(key), key);
  const copy = new FileSystemStore(folder);
  t.strictSame(await dataOf(copy, 't'), joined(made.t, regular.points, Number.NaN));
  t.strictSame(await dataOf(copy, 'q'), joined(made.q, regular.points, Number.NaN));

  await t.rejects(writeZarr(context, store, folder), { code: 'input.option', message: /is not empty/ });
  await t.rejects(writeZarr(context, store, join(folder, 'zarr.json')), { code: 'input.option', message: /is a file/ });
  const empty = join(place.folder, 'empty');
  mkdirSync(empty);
  t.equal((await writeZarr(context, store, empty)).files, files);
  // The root's metadata comes last: a copy that fails is none.
  const failing = {
    ...store,
    get: async (key: `/${string}`) =>
      key.includes('/c/') && key.startsWith('/t/') ? await Promise.reject(new DteError('data.codec', 'damaged')) : await store.get(key),
  };
  const broken = join(place.folder, 'broken');
  await t.rejects(writeZarr(context, failing, broken), { code: 'data.codec' });
  t.notOk(readdirSync(broken).includes('zarr.json'));
});

t.test('fields that cannot be read are told to the caller, or are an error', async (t) => {
  const place = await zarrPlace(t);
  await addForecasts(place);
  for await (const status of place.fdb.control(selection('class=rd,expver=xxxx,time=1200'), { action: 'lock', controls: ['retrieve'] }))
    t.ok(status);
  await t.rejects(opened(t, place), { code: 'auth.locked' });
  const told: string[] = [];
  const store = await opened(t, place, { onDamage: ({ code }) => void told.push(code) });
  t.same([...new Set(told)], ['auth.locked']);
  t.match(
    store.arrays.find(({ name }) => name === 't'),
    { fields: 4, allFields: 8 },
  );
});

t.test('values are those of ecCodes, for every packing and grid of the shared files', async (t) => {
  const folder = new URL('../../../../shared/data/grib/', import.meta.url);
  const wanted = [
    'era5-levels-members.grib',
    'reduced_gg.grib',
    'regular_gg_sfc.grib',
    'packingType-grid_ccsds.grib2',
    'fields_with_missing_values.grib',
  ];
  let skip: string | undefined;
  try {
    readdirSync(folder);
    execFileSync('grib_filter', ['-V'], { stdio: 'ignore' });
  } catch {
    skip = 'shared data or ecCodes are not here';
    if (peersRequired) throw new Error(skip);
  }
  if (skip !== undefined) {
    t.pass('values', { skip });
    return;
  }
  const place = await zarrPlace(t);
  let compared = 0;
  for (const [number, name] of wanted.entries()) {
    const bytes = new Uint8Array(readFileSync(new URL(name, folder)));
    const expver = `e00${number}`;
    try {
      await place.fdb.archive(bytes, {
        modifiers: new Map([
          ['class', 'rd'],
          ['expver', expver],
        ]),
      });
    } catch (error) {
      t.comment(`${name}: ${(error as DteError).message}`);
      continue;
    }
    await place.fdb.flush();
    const store = await opened(t, place, { requests: [selection(`class=rd,expver=${expver}`)] });
    // One field to a chunk, so that all chunks together are all fields, in whatever order: each is found among those of ecCodes.
    const peer = eccodesFields(new URL(name, folder).pathname);
    for (const key of store.keys()) {
      const array = store.arrays.find((one) => key.startsWith(`/${one.name}/c/`));
      if (array === undefined) continue;
      const values = new Float32Array(((await store.get(key)) as Uint8Array<ArrayBuffer>).buffer);
      t.equal(
        peer?.filter((field) => field?.values !== undefined && agree(values, field.values)).length,
        1,
        `${name}${key} is one field of ecCodes`,
      );
      compared++;
    }
  }
  t.ok(compared > 100, `${compared} fields were compared`);
});

/** f32 values and those in f64 that they are rounded from, by way of a scale in f32. */
function agree(values: Float32Array, wanted: Float64Array): boolean {
  if (values.length !== wanted.length) return false;
  return values.every((value, point) =>
    Number.isNaN(value) ? Number.isNaN(wanted[point]) : Math.abs(value - wanted[point]) <= 2e-7 * Math.abs(wanted[point]),
  );
}

t.test('Python reads what is written: zarr and xarray where they are, else numpy by the layout alone', async (t) => {
  const place = await zarrPlace(t);
  const made = await addForecasts(place);
  const folder = join(place.folder, 'python.zarr');
  await writeZarr(context, await opened(t, place, { chunks: new Map([['levelist', 'whole']]) }), folder);
  writeFileSync(join(place.folder, 'expected.f32'), joined(made.t, regular.points, Number.NaN));
  const script = `
import json, sys
import numpy as np
folder, expected = sys.argv[1], np.fromfile(sys.argv[2], '<f4').reshape(2, 2, 2, 7, 12)
def plain(name):
    meta = json.load(open(f'{folder}/{name}/zarr.json'))
    shape, chunk = meta['shape'], meta['chunk_grid']['configuration']['chunk_shape']
    out = np.full(shape, np.nan, '<f4')
    for index in np.ndindex(*[s // c for s, c in zip(shape, chunk)]):
        part = np.fromfile('/'.join([folder, name, 'c', *map(str, index)]), '<f4').reshape(chunk)
        out[tuple(slice(i * c, (i + 1) * c) for i, c in zip(index, chunk))] = part
    return out
assert np.array_equal(plain('t'), expected, equal_nan=True)
used = ['numpy']
try:
    import zarr
    if int(zarr.__version__.split('.')[0]) >= 3:
        assert np.array_equal(zarr.open_group(folder, mode='r')['t'][:], expected, equal_nan=True)
        used.append('zarr ' + zarr.__version__)
        import xarray
        data = xarray.open_dataset(folder, engine='zarr', decode_timedelta=True)
        assert np.array_equal(data['t'].values, expected, equal_nan=True)
        assert str(data['valid_time'].values[1, 1])[:16] == '2024-01-01T18:00'
        used.append('xarray ' + xarray.__version__)
except ImportError:
    pass
print(', '.join(used))
`;
  let used: string;
  try {
    used = execFileSync('/usr/bin/python3', ['-c', script, folder, join(place.folder, 'expected.f32')], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();
  } catch (error) {
    if (peersRequired || !/No such file|ENOENT|No module named 'numpy'/.test(String(error))) throw error;
    t.pass('Python', { skip: 'Python with numpy is not installed' });
    return;
  }
  t.match(used, /^numpy/);
  t.comment(`read by ${used}`);
  if (!used.includes('zarr')) t.pass('zarr', { skip: 'Python has no zarr from version 3 on' });
  t.equal(gridFromSpec({ grid: [30, 30] }).hash, regular.hash);
});
