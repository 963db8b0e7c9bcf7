// dte fdb zarr: the table, the folder, the server; wrong usage is one clear line.
import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import * as zarr from 'zarrita';
import FileSystemStore from '@zarrita/storage/fs';
import { joined, regular, zarrPlace } from '../fdb/zarr-support.js';
import { dte, type Finished, output, start } from './dte.js';

const place = await zarrPlace(t);
const values = [];
for (const step of [0, 6])
  for (const level of [500, 850]) values.push(step === 6 && level === 850 ? undefined : (await place.add({ step, level }, regular)).values);
const expected = joined(values, regular.points, Number.NaN);
const request = 'class=rd,expver=xxxx';
const complete = `${request},stream=oper,domain=g,type=fc,levtype=pl,param=t,date=20240101,time=0000,levelist=500`;
const config = ['--config', place.configFile] as const;
const run = (...args: readonly string[]): Promise<Finished> => dte(['fdb', 'zarr', ...config, ...args]);

async function read(store: zarr.Readable, name: string): Promise<unknown> {
  return (await zarr.get(await zarr.open(zarr.root(store).resolve(name), { kind: 'array' }))).data;
}

t.test('without a place to put it, the arrays are shown, with what is missing in them', async (t) => {
  const { code, stdout, stderr } = await run(request);
  t.equal(code, 0);
  t.equal(
    stdout.toString(),
    [
      'array  units  dimensions                                 fields  chunks',
      't      K      step=2 levelist=2 latitude=7 longitude=12  3/4     3 of 336 B\n',
    ].join('\n'),
  );
  t.match(stderr, /1 of 4 fields that the arrays have room for are not in the store, and read as fill values/);
  const [array] = JSON.parse(await output(['fdb', 'zarr', ...config, '--json', request, '--chunk', 'step=whole'])) as readonly unknown[];
  t.match(array, { name: 't', fields: 3, allFields: 4, chunks: 2, allChunks: 2, chunkBytes: 672 });
  t.match((await run(`${request},step=0/12`)).stderr, /no field has step=12/);
});

t.test('--output writes a folder that a reader of Zarr opens', async (t) => {
  const folder = join(place.folder, 'out.zarr');
  const { code, stderr } = await run(request, '--output', folder);
  t.equal(code, 0, stderr);
  t.match(stderr, /1 array, \d+ files, .* in /);
  t.strictSame(await read(new FileSystemStore(folder), 't'), expected);
  t.match(await run(request, '-o', folder), { code: 2, stderr: /is not empty/ });
  const single = join(place.folder, 'single.zarr');
  t.equal((await run(`${complete},step=0/6`, '--single-array', '--chunk', 'step=whole', '-o', single)).code, 0);
  t.same(readdirSync(single, { recursive: true, encoding: 'utf8' }).sort(), ['c', 'c/0', 'c/0/0', 'zarr.json']);
  const both = join(place.folder, 'both.zarr');
  const parts = [`${complete},step=0`, `${complete.replace('levelist=500', 'levelist=850')},step=6`];
  t.equal((await run(...parts, '--single-array', '--extend', 'step', '--fill', '-1', '-o', both)).code, 0);
  const points = regular.points;
  t.strictSame(
    await read(new FileSystemStore(both), '/'),
    Float32Array.from([...expected.slice(0, points), ...new Float32Array(points).fill(-1)]),
    'the second part has nothing',
  );
});

t.test('--port serves until interrupted, which is no failure', async (t) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const child = start(['fdb', 'zarr', ...config, request, '--port', '0']);
    let stderr = '';
    child.stderr.on('data', (part: Buffer) => (stderr += part.toString()));
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const url = line.toString().trim();
    t.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
    t.strictSame(await read(new zarr.FetchStore(url), 't'), expected);
    const taken = await run(request, '--port', new URL(url).port);
    t.match(taken, { code: 2, stderr: /cannot be taken/ });
    const closed = once(child, 'close');
    child.kill(signal);
    t.same(await closed, [0, null], stderr);
    t.notMatch(stderr, /unfinished/);
  }
});

t.test('wrong usage is one clear line', async (t) => {
  const file = join(place.folder, 'a-file');
  writeFileSync(file, '');
  mkdirSync(join(place.folder, 'spare'), { recursive: true });
  const cases: readonly (readonly [args: readonly string[], code: number, words: RegExp])[] = [
    [['class=rd,expver=nope'], 4, /no field fits class=rd,expver=nope/],
    [['class=rd'], 2, /expver/],
    [[request, '--port', '0', '-o', 'x'], 2, /both --output and --port/],
    [[request, '--host', '::1'], 2, /--host has no meaning here/],
    [[request, '--axis', 'step'], 2, /goes with --single-array/],
    [[request, '--chunk', 'step'], 2, /'step' is not of the form dimension=length/],
    [[request, '--chunk', 'stp=1'], 2, /did you mean 'step'/],
    [[request, '--chunk', 'step=3'], 2, /do not divide dimension 'step', which has 2 values; single, whole, or one of 1, 2/],
    [[request, '--fill', 'many'], 2, /'many' is not a number/],
    [[request, '--port', '70000'], 2, /0 to 65535/],
    [[request, '-o', file], 2, /is a file/],
    [[request, '-o', '-'], 2, /cannot go to standard output/],
    [[`${complete},step=0/6`, '--single-array', '--chunk', 'date=1'], 2, /'date' is in no axis .*; axes are step/],
    [[`${complete},step=0/6`, '--single-array', '--axis', 'levelist'], 2, /'step' has 2 values and is in no axis/],
    [[request, '--single-array'], 2, /not complete/],
  ];
  for (const [args, code, words] of cases) {
    const { code: got, stderr } = await run(...args);
    t.equal(got, code, `${args.join(' ')}: ${stderr}`);
    t.match(stderr, words);
    t.equal(stderr.trim().split('\n').length, 1, stderr);
  }
});
