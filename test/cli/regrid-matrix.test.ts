// `dte regrid` and `dte weights` with weights from files: against CDO's own remapping, a published matrix, our methods, and bad files.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { type Grid, gridFromSpec } from '../../src/atlas/index.js';
import { exitCodeOf, isDteError } from '../../src/base/index.js';
import { nodeContext } from '../../src/base/node.js';
import { encode, gribTables, newMessage } from '../../src/grib/index.js';
import { readNpz } from '../../src/regrid/index.js';
import { noShared, readMessages, sharedGrib } from '../grib/peer.js';
import { fieldOf } from '../grib/recoded.js';
import { referenceAbsent } from '../regrid/reference-matrices.js';
import { cdo, noCdo } from '../support/cdo.js';
import { decoded, type Reals } from '../support/decoded.js';
import { cpuEngine } from '../support/engines.js';
import { dte, output, scratch } from './dte.js';
import { regridTo } from './regrid-to.js';

const folder = scratch(t);
const env = { DTE_CACHE: join(folder, 'cache') };
const context = { ...nodeContext(), env };
const place = (name: string): string => join(folder, name);
const gaussian = join(sharedGrib, 'regular_gg_sfc.grib');
const published = (name: string): string => join('..', 'shared', 'data', 'regrid', 'db', 'mir_16_linear', `${name}.npz`);
const published5to10 = published('8d0fbe91fd547ad49d86acd6f31b339163f35cdfd183689367f6864d98d3328d');
const publishedOrca = published('df20c8b83afc369370e615d3380482d384cedf033af66d3962b40292c83cbb9f');

const regrid = (input: string, to: string, options: Record<string, unknown>): Promise<unknown> =>
  regridTo(context, [input], { device: 'cpu', threads: 1, output: place(to), accuracy: 24, ...options });

/** Makes a file of fields on a grid; NaN is missing. */
async function writeFields(name: string, grid: Grid, params: readonly string[], values: readonly Reals[]): Promise<string> {
  const engine = await cpuEngine({ precision: 'f64' });
  const tables = await gribTables(context);
  const templates = params.map((param) => newMessage({ date: 20240101, param, levtype: 'pl', level: 500 }, grid, tables));
  const messages = await encode(engine, await fieldOf(engine, templates, values), { bits: 24 });
  writeFileSync(place(name), Buffer.concat(messages));
  await engine.close();
  return place(name);
}

async function valuesOf(path: string): Promise<readonly Reals[]> {
  const engine = await cpuEngine({ precision: 'f64' });
  try {
    return await decoded(engine, await readMessages(path), 'canonical');
  } finally {
    await engine.close();
  }
}

/** The greatest difference, in parts of the largest wanted value. */
function apart(got: Reals, wanted: ArrayLike<number>): number {
  if (got.length !== wanted.length) return Number.POSITIVE_INFINITY;
  let [worst, largest] = [0, 0];
  for (let point = 0; point < got.length; point++) {
    worst = Math.max(worst, Math.abs((got[point] as number) - (wanted[point] as number)));
    largest = Math.max(largest, Math.abs(wanted[point] as number));
  }
  return worst / largest;
}

/** Packing to 24 bits and sums in f32. */
const tolerance = 5e-7;

/** Conservative weights of CDO to 5 x 5 degrees from `west` on; with `north` -90 rows run from south to north. */
function gencon(name: string, north = 90, west = 0): { readonly weights: string; readonly description: string } {
  const description = place(`${name}.txt`);
  writeFileSync(description, `gridtype=lonlat\nxsize=72\nysize=37\nxfirst=${west}\nxinc=5\nyfirst=${north}\nyinc=${-north / 18}\n`);
  cdo(`gencon,${description}`, gaussian, place(name));
  return { weights: place(name), description };
}

t.test(
  'a file of cdo gencon gives what cdo remap gives, whichever way its rows run and in all formats',
  { skip: noShared || noCdo },
  async (t) => {
    const { weights, description } = gencon('con.nc');
    const peer = cdo('-b', 'F64', 'outputf,%.17g,1', `-remap,${description},${weights}`, gaussian).trim().split(/\s+/).map(Number);
    await regrid(gaussian, 'con.grib', { grid: '5/5', 'interpolation-matrix': weights });
    const [values] = await valuesOf(place('con.grib'));
    t.ok(apart(values!, peer) < tolerance, String(apart(values!, peer)));
    await regrid(gaussian, 'turned.grib', { grid: '5/5', method: 'matrix', 'interpolation-matrix': gencon('south.nc', -90).weights });
    t.ok(apart((await valuesOf(place('turned.grib')))[0]!, peer) < tolerance);
    for (const [name, format] of [
      ['con.npz', []],
      ['esmf.nc', ['--format', 'esmf']],
      ['scrip.nc', []],
    ] as const) {
      const told = await output(['weights', gaussian, '5/5', '--interpolation-matrix', weights, '-o', place(name), ...format, '--json'], {
        env,
      });
      t.match(JSON.parse(told), { method: 'matrix', rows: 37 * 72 });
      await regrid(gaussian, 'again.grib', { grid: '5/5', 'interpolation-matrix': place(name) });
      t.ok(readFileSync(place('again.grib')).equals(readFileSync(place('con.grib'))), name);
    }
  },
);

t.test('the published matrix from 5 to 10 degrees is our linear method', { skip: referenceAbsent }, async (t) => {
  const grid = gridFromSpec('5/5');
  const { lat, lon } = grid.coordinates();
  const wave = Float64Array.from(lat, (one, point) => 280 + 20 * Math.sin(one / 20) * Math.cos(lon[point]! / 30));
  const input = await writeFields('wave.grib', grid, ['t'], [wave]);
  await regrid(input, 'linear.grib', { grid: '10/10' });
  await output(
    ['regrid', input, '-o', place('matrix.grib'), '--grid', '10/10', '--interpolation-matrix', published5to10, '--accuracy', '24'],
    { env },
  );
  const [[linear], [matrix]] = [await valuesOf(place('linear.grib')), await valuesOf(place('matrix.grib'))];
  t.ok(apart(matrix!, linear!) < tolerance);
  t.ok(
    apart(
      matrix!,
      linear!.map((_, point) => linear![linear!.length - 1 - point]!),
    ) > 1e-3,
    'and another field differs',
  );
});

t.test('a grid that states no coordinates: eORCA025_T to O96', { skip: referenceAbsent || !existsSync(publishedOrca) }, async (t) => {
  const grid = gridFromSpec('eORCA025_T');
  const sea = Float64Array.from({ length: grid.points }, (_, point) => 10 + 5 * Math.sin(point / 1e5) + Math.cos(point % 1442));
  const input = await writeFields('orca.grib', grid, ['t'], [sea]);
  await regrid(input, 'o96.grib', { grid: 'O96', 'interpolation-matrix': publishedOrca });
  const { rows, rowStart, column, weight } = readNpz(readFileSync(publishedOrca));
  const wanted = Float64Array.from({ length: rows }, (_, row) => {
    let sum = rowStart[row] === rowStart[row + 1] ? Number.NaN : 0;
    for (let entry = rowStart[row]!; entry < rowStart[row + 1]!; entry++) sum += weight[entry]! * sea[column[entry]!]!;
    return sum;
  });
  const [values] = await valuesOf(place('o96.grib'));
  t.equal(values!.length, wanted.length);
  const isMissing = (value: number): boolean => Number.isNaN(value);
  t.equal(
    [...values!].findIndex((value, row) => isMissing(value) !== isMissing(wanted[row]!)),
    -1,
    'the same points are missing',
  );
  const present = (all: Reals): Reals => all.filter((_, row) => !isMissing(wanted[row]!));
  t.ok(present(wanted).length > 20_000);
  t.ok(apart(present(values!), present(wanted)) < tolerance);
});

t.test('weights of both signs from a file are treated as those of the method: missing values, vectors, an area', async (t) => {
  const grid = gridFromSpec('F16');
  const { lat, lon } = grid.coordinates();
  const component = (shift: number): Float64Array =>
    Float64Array.from(lat, (one, point) => (point % 37 === 5 ? Number.NaN : 10 * Math.cos(one / 20) * Math.sin(lon[point]! / 40 + shift)));
  const input = await writeFields('holes.grib', grid, ['u', 'v'], [component(0), component(1)]);
  const file = place('bicubic.npz');
  await output(['weights', 'F16', '7.5/7.5', '--method', 'structured-bicubic', '-o', file], { env });
  t.ok(readNpz(readFileSync(file)).weight.some((weight) => weight < 0));
  const results = new Set<string>();
  for (const options of [
    ...['no', 'missing-if-all-missing', 'missing-if-any-missing', 'missing-if-heaviest-missing', 'heaviest'].map((missing) => ({
      missing,
    })),
    { missing: 'simulated-missing-value', 'simulated-missing-value': 3, 'simulated-missing-value-epsilon': 1 },
    { uv: true },
    { area: '60/-30/-60/45' },
  ]) {
    await regrid(input, 'method.grib', { grid: '7.5/7.5', method: 'structured-bicubic', ...options });
    await regrid(input, 'file.grib', { grid: '7.5/7.5', 'interpolation-matrix': file, ...options });
    const bytes = readFileSync(place('file.grib'));
    t.ok(bytes.equals(readFileSync(place('method.grib'))), JSON.stringify(options));
    results.add(bytes.toString('latin1'));
  }
  t.ok(results.size >= 6, `${results.size} different results`);
});

t.test(
  'files that do not fit, are something else or are not there end the run, and nothing is written',
  { skip: noShared || noCdo },
  async (t) => {
    const { weights } = gencon('fit.nc');
    writeFileSync(place('cut.nc'), readFileSync(weights).subarray(0, 5000));
    writeFileSync(place('notes.txt'), 'weights');
    await output(['weights', gaussian, '5/5', '--interpolation-matrix', weights, '-o', place('fit.npz')], { env });
    writeFileSync(place('cut.npz'), readFileSync(place('fit.npz')).subarray(0, 5000));
    let runs = 0;
    for (const [grid, options, code, exit, message] of [
      [
        '10/10',
        { 'interpolation-matrix': weights },
        'input.grid',
        2,
        /the target of the weights has 2664 points.*fit\.nc\).*the grid has 684/,
      ],
      ['10/10', { 'interpolation-matrix': place('fit.npz') }, 'input.grid', 2, /the target of the weights has 2664 points/],
      ['10/10', { 'interpolation-matrix': published5to10 }, 'input.grid', 2, /the source of the weights has 2664 points/],
      [
        '5/5',
        { 'interpolation-matrix': gencon('shifted.nc', 90, 1).weights },
        'input.grid',
        2,
        /point 72 of the target of the weights lies at/,
      ],
      ['5/5', { 'interpolation-matrix': place('cut.nc') }, 'data.truncated', 5, /cut\.nc/],
      ['5/5', { 'interpolation-matrix': place('cut.npz') }, 'data.format', 5, /cut\.npz/],
      ['5/5', { 'interpolation-matrix': gaussian }, 'data.format', 5, /not a file of interpolation weights .*regular_gg_sfc\.grib/],
      ['5/5', { 'interpolation-matrix': place('notes.txt') }, 'data.format', 5, /not a file of interpolation weights .*notes\.txt\)/],
      ['5/5', { 'interpolation-matrix': place('absent.nc') }, 'absent.file', 4, /absent\.nc/],
      [undefined, { 'interpolation-matrix': weights }, 'input.option', 2, /an interpolation matrix without a target .*give grid/],
      [
        '5/5',
        { 'interpolation-matrix': weights, nclosest: 3 },
        'input.option',
        2,
        /'nclosest' is not an option of the method matrix .*it has none/,
      ],
    ] as const) {
      const own = place(`bad-${runs++}`);
      mkdirSync(own);
      const error = await regrid(gaussian, join(own.slice(folder.length), 'out.grib'), { grid, ...options }).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      t.ok(isDteError(error, code), `${code}: ${String(error)}`);
      t.match((error as Error).message, message);
      t.notMatch((error as Error).message, /fit\.nc, message/, 'the place is not one in the file of weights');
      t.equal(exitCodeOf(error), exit);
      t.same(readdirSync(own), []);
    }
    await t.rejects(regrid(gaussian, 'no.grib', { grid: '5/5', 'interpolation-matrix': place('cut.nc'), keepGoing: true }), {
      code: 'data.truncated',
    });
    const { code, stderr } = await dte([
      'regrid',
      gaussian,
      '-o',
      place('no.grib'),
      '--grid',
      '5/5',
      '--interpolation-matrix',
      place('absent.nc'),
    ]);
    t.equal(code, 4, stderr);
    t.notOk(existsSync(place('no.grib')));
  },
);
