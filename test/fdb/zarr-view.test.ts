// One Zarr array over requests: against the full decode of the same messages, with zarrita as the reader.
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import * as zarr from 'zarrita';
import type { DteError } from '../../src/base/index.js';
import { ChunkCache, limiter } from '../../src/fdb/zarr/chunk-cache.js';
import { type Chunking, type ZarrStore, zarrView, type ZarrViewOptions } from '../../src/fdb/zarr/index.js';
import type { Reals } from '../support/decoded.js';
import { context, fixed, joined, type MadeField, reals, reduced, regular, selection, zarrPlace, type ZarrPlace } from './zarr-support.js';

const dates = [20240101, 20240102];
const times = [0, 1200];
const steps = [0, 6, 12, 18];
const cube = `${fixed},type=fc,levtype=pl,levelist=500,param=130,date=20240101/20240102,time=0000/1200,step=0/6/12/18`;

/** Fields of the cube in its order: date, time, step. */
async function addCube(
  place: ZarrPlace,
  leaveOut: (date: number, time: number, step: number) => boolean = () => false,
): Promise<readonly (Reals | undefined)[]> {
  const values: (Reals | undefined)[] = [];
  for (const date of dates)
    for (const time of times)
      for (const step of steps) {
        const isOut = leaveOut(date, time, step);
        values.push(isOut ? undefined : (await place.add({ date, time, step, level: 500 }, regular, { missing: step === 6 })).values);
      }
  return values;
}

async function opened(t: Test, place: ZarrPlace, options: ZarrViewOptions): Promise<ZarrStore> {
  const store = await zarrView(context, place.fdb, options);
  t.teardown(() => store.close());
  return store;
}

async function rejectsWith(t: Test, work: Promise<unknown>, code: string, words: RegExp): Promise<void> {
  const error = await work.then(
    () => undefined,
    (caught: unknown) => caught as DteError,
  );
  t.equal(error?.code, code, `${error?.message}`);
  t.match(error?.message, words);
}

const axes = (dateTime: Chunking, step: Chunking): ZarrViewOptions['parts'][0]['axes'] => [
  { keywords: ['date', 'time'], chunking: dateTime },
  { keywords: ['step'], chunking: step },
];

t.test('whatever the chunks, zarrita reads the values of the full decode', async (t) => {
  const place = await zarrPlace(t);
  const expected = joined(await addCube(place), regular.points, Number.NaN);
  for (const [dateTime, step, keys] of [
    ['single', 'single', 16],
    ['whole', 'single', 4],
    ['single', 'whole', 4],
    ['whole', 'whole', 1],
    [2, 4, 2],
    [4, 2, 2],
  ] as const) {
    const store = await opened(t, place, { parts: [{ request: selection(cube), axes: axes(dateTime, step) }] });
    const array = await zarr.open(store, { kind: 'array' });
    t.strictSame(array.shape, [4, 4, regular.points]);
    t.strictSame(array.dimensionNames, ['date_time', 'step', 'values']);
    const { data } = await zarr.get(array);
    t.strictSame(data, expected, `chunks ${dateTime} and ${step}`);
    t.equal([...store.keys()].length, keys + 1);
    t.equal([...store.keys()].at(-1), '/zarr.json');
    const part = await zarr.get(array, [2, zarr.slice(1, 3), null]);
    t.strictSame(part.data, expected.slice(9 * regular.points, 11 * regular.points), 'a part of it');
  }
});

t.test('fields that are not there and points that are missing have the fill value, and a chunk of nothing has no key', async (t) => {
  const place = await zarrPlace(t);
  const values = await addCube(place, (date, _, step) => date === 20240102 || step === 12);
  for (const fill of [Number.NaN, -999]) {
    const store = await opened(t, place, { parts: [{ request: selection(cube), axes: axes('single', 2) }], fill });
    const array = await zarr.open(store, { kind: 'array' });
    t.strictSame((await zarr.get(array)).data, joined(values, regular.points, fill));
    t.strictSame(array.fillValue, fill);
    t.equal(await store.get('/c/2/0/0'), undefined);
    t.equal(store.info('/c/2/0/0'), undefined);
    t.equal(store.info('/c/0/0/0')?.sizeBytes, 2 * 4 * regular.points);
    t.same([...store.keys()], ['/c/0/0/0', '/c/0/1/0', '/c/1/0/0', '/c/1/1/0', '/zarr.json']);
    t.match(store.arrays, [{ fields: 6, allFields: 16, chunks: 4, allChunks: 8 }]);
    const all = reals(await store.get('/c/0/0/0'));
    t.strictSame(reals(await store.getRange('/c/0/0/0', { offset: 40, length: 8 })), all.slice(10, 12));
    t.strictSame(reals(await store.getRange('/c/0/0/0', { suffixLength: 12 })), all.slice(-3));
    for (const key of [
      '/',
      '/c',
      '/c/0/0',
      '/c/0/0/1',
      '/c/00/0/0',
      '/c/4/0/0',
      '/c/-1/0/0',
      '/t/c/0/0/0',
      '/../zarr.json',
      '/zarr.json/',
      '/__proto__',
    ] as const)
      t.equal(await store.get(key), undefined, key);
  }
});

t.test('parts are joined along an axis, and a reduced grid comes in its own order', async (t) => {
  const place = await zarrPlace(t);
  const made: MadeField[] = [];
  for (const level of [1000, 850]) for (const step of [0, 6]) made.push(await place.add({ step, level, param: 't' }, reduced));
  for (const level of [500]) for (const step of [0, 6]) made.push(await place.add({ step, level, param: 't', type: 'an' }, reduced));
  const common = `${fixed},levtype=pl,param=130,date=20240101,time=0000,step=0/6`;
  const of = (type: string, levels: string, chunking: Chunking): ZarrViewOptions['parts'][0] => ({
    request: selection(`${common},type=${type},levelist=${levels}`),
    axes: [
      { keywords: ['levelist'], chunking },
      { keywords: ['step'], chunking: 'single' },
    ],
  });
  const expected = joined(
    made.map(({ values }) => values),
    reduced.points,
    Number.NaN,
  );
  for (const chunking of ['single', 'whole', 3] as const) {
    const store = await opened(t, place, { parts: [of('fc', '1000/850', chunking), of('an', '500', chunking)], extendOn: 0 });
    const array = await zarr.open(store, { kind: 'array' });
    t.strictSame(array.shape, [3, 2, reduced.points]);
    t.strictSame((await zarr.get(array)).data, expected);
    t.same((array.attrs['axes'] as readonly { values: readonly string[] }[])[0]?.values, ['1000', '850', '500']);
  }
  await rejectsWith(
    t,
    zarrView(context, place.fdb, { parts: [of('fc', '1000/850', 'single'), of('an', '500', 'single')] }),
    'input.option',
    /no axis along which/,
  );
  await rejectsWith(
    t,
    zarrView(context, place.fdb, { parts: [of('fc', '1000/850', 2), of('an', '500', 2)], extendOn: 0 }),
    'input.option',
    /chunks of 2 do not divide .*3 values.*1, 3/,
  );
  await rejectsWith(
    t,
    zarrView(context, place.fdb, { parts: [of('fc', '1000/850', 1), of('an', '500', 'single')], extendOn: 0 }),
    'input.option',
    /chunks 'single' in part 2, '1'/,
  );
  await rejectsWith(
    t,
    zarrView(context, place.fdb, { parts: [of('fc', '1000/850', 1), of('an', '500', 1)], extendOn: 1 }),
    'input.option',
    /axis 0 of part 2 has 1 values, that of the first 2/,
  );
  await rejectsWith(t, zarrView(context, place.fdb, { parts: [of('fc', '1000/850', 1)], extendOn: 2 }), 'input.option', /axis 2.*0 to 1/);
});

t.test('points come north to south whatever the order of the message', async (t) => {
  const place = await zarrPlace(t);
  const [rows, columns] = [7, 12];
  t.equal(rows * columns, regular.points);
  // The same packed values, once in a message that says that its first row is the southernmost.
  const upward = await place.add({ step: 6, level: 500, date: 20240103 }, regular);
  await place.add({ step: 6, level: 500, date: 20240103, type: 'an' }, regular, { scanningMode: 64 });
  const both = await opened(t, place, {
    parts: ['fc', 'an'].map((type) => ({
      request: selection(`${fixed},type=${type},levtype=pl,levelist=500,param=130,date=20240103,time=0000,step=6`),
      axes: [{ keywords: ['step'], chunking: 'single' as const }],
    })),
    extendOn: 0,
  });
  const [down, up] = [reals(await both.get('/c/0/0')), reals(await both.get('/c/1/0'))];
  t.strictSame(down, Float32Array.from(upward.values));
  for (let row = 0; row < rows; row++)
    t.strictSame(
      up.slice(row * columns, (row + 1) * columns),
      down.slice((rows - 1 - row) * columns, (rows - row) * columns),
      `row ${row}`,
    );
});

t.test('requests that leave something open are refused by keyword', async (t) => {
  const place = await zarrPlace(t);
  await place.add({ step: 0, level: 500 }, regular);
  await place.add({ step: 6, level: 500 }, reduced);
  const request = `${fixed},type=fc,levtype=pl,levelist=500,param=130,date=20240101,time=0000`;
  const view = (text: string, ...keywords: string[][]): Promise<ZarrStore> =>
    zarrView(context, place.fdb, {
      parts: [{ request: selection(text), axes: keywords.map((list) => ({ keywords: list, chunking: 'single' })) }],
    });
  await rejectsWith(t, view(`${request},step=0/6`), 'input.keyword', /'step' has 2 values and is in no axis/);
  await rejectsWith(t, view(`${request},step=0`, ['number']), 'input.keyword', /'number', which the request does not name/);
  await rejectsWith(t, view(`${request},step=0`, ['step'], ['step']), 'input.keyword', /'step' is in two axes/);
  await rejectsWith(t, view(`${request},step=0`, []), 'input.option', /no keyword/);
  await rejectsWith(t, view(request.replace(',time=0000', ',step=0')), 'input.keyword', /not complete.*'time'/);
  await rejectsWith(t, view(`${request},step=0,nonsense=1/2`, ['nonsense']), 'input.keyword', /'nonsense', which no rule/);
  await rejectsWith(t, view(`${request},step=12`), 'absent.field', /step=12/);
  await rejectsWith(t, zarrView(context, place.fdb, { parts: [] }), 'input.option', /at least one part/);
  const mixed = await view(`${request},step=0/6`, ['step']);
  t.teardown(() => mixed.close());
  t.equal(reals(await mixed.get('/c/0/0')).length, regular.points);
  await rejectsWith(t, mixed.get('/c/1/0'), 'input.field', /step=6.* is on grid O8 \(\d+ points\), the array on .*84 points/);
  const none = await view(`${request},step=0`);
  t.teardown(() => none.close());
  t.equal((await zarr.open(none, { kind: 'array' })).shape.length, 1, 'a request of one field needs no axis');
});

t.test('a view is a snapshot: later fields are not in it, and a lost data file is an error, not a fill value', async (t) => {
  const place = await zarrPlace(t);
  const first = await place.add({ step: 0, level: 500 }, regular);
  const request = selection(`${fixed},type=fc,levtype=pl,levelist=500,param=130,date=20240101,time=0000,step=0/6`);
  const parts = [{ request, axes: [{ keywords: ['step'], chunking: 'single' as const }] }];
  const store = await opened(t, place, { parts });
  const second = await place.add({ step: 6, level: 500 }, regular);
  t.equal(await store.get('/c/1/0'), undefined);
  const again = await opened(t, place, { parts });
  t.strictSame(reals(await again.get('/c/1/0')), Float32Array.from(second.values));
  t.equal(again.info('/c/0/0')?.tag, store.info('/c/0/0')?.tag, 'the same octets have the same tag');
  t.not(again.info('/c/0/0')?.tag, again.info('/c/1/0')?.tag);
  const kept = await store.get('/c/0/0');
  t.strictSame(reals(kept), Float32Array.from(first.values));
  kept?.fill(0);
  t.strictSame(reals(await store.get('/c/0/0')), Float32Array.from(first.values), 'who is given a chunk may write into it');
  for (const name of readdirSync(join(place.folder, 'root'), { recursive: true, encoding: 'utf8' }))
    if (name.endsWith('.data')) rmSync(join(place.folder, 'root', name));
  const lost = await zarrView(context, place.fdb, { parts, cacheBytes: 0 }).catch((error: unknown) => error as DteError);
  t.equal((lost as DteError).code, 'data.index');
  await rejectsWith(t, again.get('/c/0/0'), 'data.index', /does not exist.*open the view again/);
  await store.close();
  t.strictSame(reals(await store.get('/c/0/0')), Float32Array.from(first.values), 'what is kept is still there');
});

t.test('a chunk that is asked for twice at once is made once, memory stays bounded, and a failure is not kept', async (t) => {
  const cache = new ChunkCache(100);
  let made = 0;
  const make = (length: number) => async (): Promise<Uint8Array<ArrayBuffer>> => {
    made++;
    await Promise.resolve();
    return new Uint8Array(length);
  };
  const [a, b] = await Promise.all([cache.get('a', make(40)), cache.get('a', make(40))]);
  t.not(a, b, 'each has octets of its own');
  t.same(a, b);
  t.equal(made, 1);
  await cache.get('b', make(40));
  await cache.get('a', make(40));
  await cache.get('c', make(40));
  t.equal(made, 3, 'a was used last, so b went');
  t.equal(cache.bytes, 80);
  await cache.get('b', make(40));
  t.equal(made, 4);
  await cache.get('long', make(101));
  t.equal(cache.bytes, 80, 'what is longer than all of the memory is not kept');
  await t.rejects(
    cache.get('d', () => Promise.reject(new Error('lost'))),
    /lost/,
  );
  t.equal((await cache.get('d', make(1))).length, 1);
  await t.rejects(cache.get('a', make(1), AbortSignal.abort()), { code: 'fault.cancelled' });

  const limited = limiter(2);
  let running = 0;
  let most = 0;
  const work = async (number: number): Promise<number> => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    if (number === 3) throw new Error('third');
    return number;
  };
  const settled = await Promise.allSettled([1, 2, 3, 4, 5].map((number) => limited(() => work(number))));
  t.equal(most, 2);
  t.same(
    settled.map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
  );
});
