// `dte fdb extract`: values of fields that are made here, at indices where they are known, and at places where ecCodes finds them.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type Grid, gridFromSpec } from '../../src/atlas/index.js';
import { concatenated } from '../../src/base/index.js';
import { encode, newMessage } from '../../src/grib/index.js';
import { loadTables, noEccodes } from '../grib/peer.js';
import { fieldOf } from '../grib/recoded.js';
import { cpuEngine } from '../support/engines.js';
import { dte, type Finished, scratch } from './dte.js';

const folder = scratch(t);
const at = (name: string): string => join(folder, name);
const nothing = { FDB5_CONFIG: '', FDB5_CONFIG_FILE: '', FDB_CONFIG: '', FDB_CONFIG_FILE: '', FDB_HOME: '', FDB5_HOME: '' };
const fdb = (args: readonly string[], input?: string): Promise<Finished> =>
  dte(['fdb', ...args], {
    env: { ...nothing, DTE_FDB_ROOT: at('root') },
    ...(input === undefined ? {} : { input: Buffer.from(input) }),
  });

const database = 'class=rd,expver=xxxx,stream=oper,date=20240101,time=0000,domain=g,type=fc';
const request = `${database},levtype=sfc,step=0/6,param=2t`;
const places = [
  [48.2, 16.4],
  [-33.9, 151.2],
  [0.3, -0.4],
  [80, 100],
  [-60, 359],
] as const;
const placesText = places.map(([lat, lon]) => `${lat}/${lon}`).join(',');

/** Step 0 has the index of each point as its value, step 6 ten times that, with every third point missing: whole numbers, exact in 16 bits. */
const octahedral = gridFromSpec({ grid: 'O16' });
const regular = gridFromSpec({ grid: [10, 10] });
const valueAt = (step: number, index: number): number => (step === 0 ? index : index % 3 === 0 ? Number.NaN : index * 10);

async function makeFile(name: string, grid: Grid, param: string, steps: readonly number[]): Promise<string> {
  const tables = await loadTables();
  const engine = await cpuEngine({ precision: 'f64', threads: 1 });
  try {
    const keys = { date: 20240101, param, levtype: 'sfc', type: 'fc', stream: 'oper', class: 'rd', expver: 'xxxx' } as const;
    const templates = steps.map((step) => newMessage({ ...keys, step }, grid, tables));
    const values = steps.map((step) => Float64Array.from({ length: grid.points }, (_, index) => valueAt(step, index)));
    const bytes = await encode(engine, await fieldOf(engine, templates, values, grid), { packing: 'ccsds', bits: 16 });
    writeFileSync(at(name), concatenated(bytes));
    return at(name);
  } finally {
    await engine.close();
  }
}

const files = [
  await makeFile('step-0.grib', octahedral, '2t', [0]),
  await makeFile('step-6.grib', octahedral, '2t', [6]),
  await makeFile('other.grib', regular, '2d', [0]),
];
const written = await fdb(['write', ...files]);
if (written.code !== 0) throw new Error(written.stderr);

async function printed(t: Test, ...args: readonly string[]): Promise<string> {
  const run = await fdb(['extract', ...args]);
  t.equal(run.code, 0, run.stderr);
  return run.stdout.toString();
}

async function jsonOf<T>(t: Test, ...args: readonly string[]): Promise<readonly T[]> {
  return JSON.parse(await printed(t, ...args, '--json')) as readonly T[];
}

interface PointsField {
  readonly keys: Readonly<Record<string, string>>;
  readonly points: readonly {
    readonly asked: { readonly lat: number; readonly lon: number };
    readonly index: number;
    readonly lat: number;
    readonly lon: number;
    readonly distanceKm: number;
    readonly value: number | null;
  }[];
}

/** The nearest grid point of the first message as `grib_ls -l` has it: two digits after the point. */
function nearestByEccodes(file: string, lat: number, lon: number): { index: number; lat: number; lon: number; km: number } {
  const text = execFileSync('grib_ls', ['-l', `${lat},${lon}`, file], { encoding: 'latin1' });
  const found = /chosen #\d index=(\d+) latitude=(\S+) longitude=(\S+) distance=(\S+)/.exec(text) ?? [];
  const [index, ...rest] = found.slice(1).map(Number);
  return { index: index as number, lat: rest[0] as number, lon: rest[1] as number, km: rest[2] as number };
}

t.test('places: grid points, distances and values are those of ecCodes', { skip: noEccodes }, async (t) => {
  const fields = await jsonOf<PointsField>(t, request, '--points', placesText);
  t.same(
    fields.map(({ keys }) => keys['step']),
    ['0', '6'],
  );
  for (const [number, { points }] of fields.entries()) {
    const file = files[number] as string;
    t.equal(points.length, places.length);
    for (const { asked, value, ...taken } of points) {
      const theirs = nearestByEccodes(file, asked.lat, asked.lon);
      const name = `step ${number * 6} at ${asked.lat}/${asked.lon}`;
      t.equal(taken.index, theirs.index, name);
      t.ok(
        Math.abs(taken.lat - theirs.lat) < 0.006 && Math.abs(((taken.lon - theirs.lon + 540) % 360) - 180) < 0.006,
        `${name}: ${taken.lat}/${taken.lon}`,
      );
      // Their sphere has a radius of 6371.229 km too; they print two digits.
      t.ok(Math.abs(taken.distanceKm - theirs.km) < 0.006 + theirs.km * 1e-3, `${name}: ${taken.distanceKm} km, ${theirs.km}`);
      // grib_get prints 9999 for a missing value.
      const text = execFileSync('grib_get', ['-l', `${asked.lat},${asked.lon},1`, file], { encoding: 'latin1' });
      t.equal(value ?? 9999, Number(text), `${name}: ${value}`);
    }
  }
});

t.test('indices and ranges count from 0 in the order of the message, and missing values are told', async (t) => {
  t.same(
    (await jsonOf<{ indices: number[]; values: (number | null)[] }>(t, request, '--indices', '7,3,1599,7')).map(({ indices, values }) => [
      indices,
      values,
    ]),
    [
      [
        [7, 3, 1599, 7],
        [7, 3, 1599, 7],
      ],
      [
        [7, 3, 1599, 7],
        [70, null, null, 70],
      ],
    ],
  );
  t.same(
    (await jsonOf<{ ranges: object[] }>(t, request, '--ranges', '0-2,1598-1600')).map(({ ranges }) => ranges),
    [
      [
        { start: 0, end: 2, values: [0, 1] },
        { start: 1598, end: 1600, values: [1598, 1599] },
      ],
      [
        { start: 0, end: 2, values: [null, 10] },
        { start: 1598, end: 1600, values: [15980, null] },
      ],
    ],
  );
  const head = 'class,expver,stream,date,time,domain,type,levtype,step,param,index,value';
  const key = (step: number): string => `rd,xxxx,oper,20240101,0000,g,fc,sfc,${step},167`;
  t.equal(await printed(t, request, '--ranges', '3-5', '--csv'), `${head}\n${key(0)},3,3\n${key(0)},4,4\n${key(6)},3,\n${key(6)},4,40\n`);
  t.equal(
    await printed(t, request, '--indices', '3,4'),
    `retrieve,${request.replace('step=0/6,param=2t', 'param=167')}
step  index  value
0     3      3
0     4      4
6     3      missing
6     4      40
`,
  );
});

t.test('places may come from a file or a pipe, and fields may have grids of their own', async (t) => {
  const coordinates = octahedral.coordinates();
  const [lat, lon] = [coordinates.lat[1000] as number, coordinates.lon[1000] as number];
  writeFileSync(at('stations.csv'), `name;Longitude;lat\nsomewhere;${lon};${lat}\n\n# a note\n`);
  const fromFile = await jsonOf<PointsField>(t, request.replace('0/6', '0'), '--points', at('stations.csv'));
  t.match(fromFile[0]?.points, [{ asked: { lat, lon }, index: 1000, distanceKm: 0, value: 1000 }]);
  const requests = at('both.req');
  writeFileSync(requests, `retrieve,${database},levtype=sfc,step=0,param=2t/2d`);
  const piped = await fdb(['extract', requests, '--points', '-', '--csv'], `${lat},${lon}\n`);
  t.equal(piped.code, 0, piped.stderr);
  const lines = piped.stdout.toString().split('\n');
  t.match(lines[0], /,asked_lat,asked_lon,lat,lon,distance_km,index,value$/);
  t.match(lines[1], new RegExp(`,167,${lat},${lon},${lat},${lon},0,1000,1000$`));
  t.match(lines[2], /,168,/, 'the second parameter, on its own grid');
  const mixed = await fdb(['extract', requests, '--indices', '5']);
  t.equal(mixed.code, 2, 'an index means another point on another grid');
  t.match(mixed.stderr, /has the grid section [0-9a-f]{32}, and the indices are for/);
});

t.test('what is not there is told, and is a failure unless it may be', async (t) => {
  const wide = request.replace('step=0/6', 'step=0/12');
  const some = await fdb(['extract', wide, '--indices', '9', '--csv']);
  t.equal(some.code, 4);
  t.match(some.stderr, /^dte: 1 of 2 fields are not in the store\n {2}missing {.*step=12.*}\n {2}because /);
  t.match(some.stdout.toString(), /,0,167,9,9\n$/, 'what is there is printed');
  t.match(await fdb(['extract', wide, '--indices', '9', '--allow-missing']), { code: 0, stderr: /1 of 2 fields/ });
  t.match(await fdb(['extract', request.replace('0/6', '12'), '--indices', '9', '--json', '--allow-missing']), {
    code: 0,
    stdout: /^\[\]\n$/,
  });
});

t.test('the index of partial reads can be insisted on, and so can the grid', async (t) => {
  const unread = await fdb(['extract', request, '--indices', '9', '--no-lazy']);
  t.equal(unread.code, 4);
  t.match(unread.stderr, /2 messages have no jump infos .*dte fdb index/);
  t.equal((await fdb(['index', 'class=rd,expver=xxxx'])).code, 0);
  const hash = /[0-9a-f]{32}/.exec((await fdb(['extract', request, '--indices', '9', '--grid-hash', '0'.repeat(32)])).stderr)?.[0] ?? '';
  t.match(hash, /^[0-9a-f]{32}$/, 'another grid is refused, and its hash told');
  const read = await printed(t, request, '--indices', '9', '--no-lazy', '--threads', '1', '--grid-hash', hash.toUpperCase());
  t.match(read, /\n0 +9 +9\n6 +9 +missing\n$/);
  if (noEccodes === false)
    t.equal(execFileSync('grib_get', ['-p', 'md5GridSection', files[0] as string], { encoding: 'latin1' }).trim(), hash);
});

t.test('mistakes leave nothing on standard output', async (t) => {
  const cases: readonly (readonly [args: readonly string[], code: number, message: RegExp])[] = [
    [[request], 2, /^dte: nothing says which values are wanted; one of --points, --indices and --ranges/],
    [[request, '--points', '1/2', '--indices', '3'], 2, /more than one way/],
    [[request, '--points', '91/0'], 2, /'91\/0' is not a point \(option --points\)/],
    [[request, '--points', '1/2/3'], 2, /'1\/2\/3' is not of the form lat\/lon/],
    [[request, '--points', '48.2,16.4'], 4, /'48.2,16.4' does not exist .*points such as 48\.2\/16\.4/],
    [[request, '--points', at('none.csv')], 4, /none\.csv' does not exist/],
    [[request, '--indices', '1,x'], 2, /'x' is not of the form 1,5,9/],
    [[request, '--indices', '1600'], 2, /index 1600 in a field of 1600 points; accepted are 0 to 1599/],
    [[request, '--ranges', '5'], 2, /'5' is not of the form 0-100,500-600/],
    [[request, '--ranges', '5-3'], 2, /range 5-3/],
    [[request, '--ranges', '0-4,2-6'], 2, /range 2-6 after 4/],
    [[request, '--indices', '1', '--csv', '--json'], 2, /--json and --csv contradict/],
    [[request, '--indices', '1', '--grid-hash', 'x'], 2, /'x' is not a grid hash/],
    [[`clas=rd,${request}`, '--indices', '1'], 2, /did you mean 'class'\?/],
    [[at('none.req'), '--indices', '1'], 4, /none\.req' does not exist/],
    [[files[0] as string, '--indices', '1'], 2, /this is a GRIB file, not a request/],
  ];
  for (const [args, code, message] of cases) {
    const run = await fdb(['extract', ...args, ...(args.includes('--csv') ? [] : ['--json'])]);
    t.equal(run.code, code, args.join(' '));
    t.match(run.stderr, message);
    t.equal(run.stdout.toString(), '');
  }
  writeFileSync(at('bad.csv'), 'lat,lon\n48.2,16.4\n95,3\n');
  t.match(await fdb(['extract', request, '--points', at('bad.csv')]), { code: 2, stderr: /'95\/3' is not a point \(.*bad\.csv, line 3\)/ });
  writeFileSync(at('bad.csv'), 'x,y\n1,2\n');
  t.match(await fdb(['extract', request, '--points', at('bad.csv')]), { code: 2, stderr: /columns x, y .*lat \(latitude\) and lon/ });
  writeFileSync(at('bad.csv'), '\n');
  t.match(await fdb(['extract', request, '--points', at('bad.csv')]), { code: 2, stderr: /there is no point/ });
});
