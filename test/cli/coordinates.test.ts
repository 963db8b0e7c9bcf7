// `--coordinates` of `dte regrid` and `dte weights`: fields on grids whose positions no header states, against the same grids with positions.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import t from 'tap';
import { type Coordinates, type Grid, gridFromSpec, orcaGrid, unstructuredGrid, withCoordinates } from '../../src/atlas/index.js';
import { writeNpy } from '../../src/base/index.js';
import { nodeContext } from '../../src/base/node.js';
import { encode, gridOf, gribTables, newMessage, type NewMessageKeys } from '../../src/grib/index.js';
import { type Matrix, prepareWeights, readNpz, weightsKey } from '../../src/regrid/index.js';
import { readMessages } from '../grib/peer.js';
import { fieldOf } from '../grib/recoded.js';
import { decoded } from '../support/decoded.js';
import { cpuEngine } from '../support/engines.js';
import { dte, output, scratch } from './dte.js';

const folder = scratch(t);
const at = (name: string): string => join(folder, name);
const env = { DTE_CACHE: at('cache') };
const radians = Math.PI / 180;

// 3072 points, which a header does not place: they have the positions of HEALPix.
const positions = gridFromSpec('H16').coordinates();
const bare = unstructuredGrid({ points: 3072, identity: `${'a1'.repeat(16)} 900 1` });
const placed = withCoordinates(bare, positions);
const target = gridFromSpec('5/5');
// Turned by 90 degrees: another grid that a header does not tell from the first.
const turned = { lat: positions.lat, lon: positions.lon.map((lon) => (lon + 90) % 360) };

/** A smooth field of about 280. */
function wave({ lat, lon }: Coordinates): Float64Array {
  return lat.map((one, point) => 280 + 15 * Math.cos(one * radians) * Math.sin(lon[point]! * radians) + 5 * Math.sin(one * radians));
}

async function write(
  name: string,
  fields: readonly { readonly grid: Grid; readonly values: Float64Array; readonly keys?: Partial<NewMessageKeys> }[],
) {
  const engine = await cpuEngine({ precision: 'f64' });
  const tables = await gribTables(nodeContext());
  const messages: Uint8Array[] = [];
  for (const { grid, values, keys } of fields) {
    const template = newMessage({ date: 20240101, param: '2t', levtype: 'sfc', ...keys }, grid, tables);
    messages.push(...(await encode(engine, await fieldOf(engine, [template], [values]), { bits: 24 })));
  }
  await engine.close();
  writeFileSync(at(name), Buffer.concat(messages));
}

async function valuesOf(name: string): Promise<readonly ArrayLike<number>[]> {
  const engine = await cpuEngine({ precision: 'f64' });
  const values = await decoded(engine, await readMessages(at(name)), 'canonical');
  await engine.close();
  return values;
}

const npz = ({ lat, lon }: Coordinates): Uint8Array =>
  zipSync({ 'latitudes.npy': writeNpy(lat), 'longitudes.npy': writeNpy(lon) }, { level: 0 });

t.before(async () => {
  await write('in.grib', [
    { grid: bare, values: wave(positions) },
    { grid: gridFromSpec('F16'), values: wave(gridFromSpec('F16').coordinates()) },
    { grid: bare, values: wave(positions).map((value) => value + 1), keys: { step: 6 } },
  ]);
  await write('places.grib', [
    { grid: bare, values: positions.lon, keys: { param: 'lon' } },
    { grid: bare, values: positions.lat, keys: { param: 'lat' } },
  ]);
  writeFileSync(at('places.npz'), npz(positions));
  writeFileSync(at('turned.npz'), npz(turned));
  writeFileSync(at('few.npz'), npz({ lat: positions.lat.slice(0, 100), lon: positions.lon.slice(0, 100) }));
  writeFileSync(
    at('places.npy'),
    writeNpy(
      Float64Array.from({ length: 6144 }, (_, k) => (k % 2 === 0 ? positions.lat : positions.lon)[k >> 1]!),
      [3072, 2],
    ),
  );
});

const regrid = (args: readonly string[]) => dte(['regrid', ...args], { env });

/** The values that a matrix makes, in plain arithmetic. */
function applied({ rows, rowStart, column, weight }: Matrix, values: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => {
    let sum = 0;
    for (let entry = rowStart[row]!; entry < rowStart[row + 1]!; entry++) sum += weight[entry]! * values[column[entry]!]!;
    return sum;
  });
}

/** The greatest difference. */
function apart(got: ArrayLike<number>, wanted: ArrayLike<number>): number {
  return Array.from(got).reduce(
    (most, value, point) => Math.max(most, Math.abs(value - wanted[point]!)),
    got.length === wanted.length ? 0 : Infinity,
  );
}

t.test('messages are regridded as from the same grid with positions, whatever the kind of file', async (t) => {
  const [first] = await valuesOf('in.grib');
  const truth = wave(target.coordinates());
  // The field changes by 15 in a radian; points are 3.7 degrees apart: half of that to the nearest, more to the farthest of four.
  for (const [method, file, allowed] of [
    ['nearest-neighbour', 'places.npz', 0.8],
    ['k-nearest', 'places.npy', 1],
    ['linear', 'places.npz', 0.05],
  ] as const) {
    const ended = await regrid([
      at('in.grib'),
      '-o',
      at('out.grib'),
      '--grid',
      '5/5',
      '--method',
      method,
      '--coordinates',
      at(file),
      '--accuracy',
      '24',
    ]);
    t.equal(ended.code, 0, ended.stderr);
    const [got, ofF16, later, ...rest] = await valuesOf('out.grib');
    t.same(rest, []);
    const wanted = applied(await prepareWeights(nodeContext(), placed, target, { method }), first!);
    // f32 of 280 is 3e-5 wide; the packing in 24 bits is finer.
    t.ok(apart(got!, wanted) < 1e-4, `${method}: ${apart(got!, wanted)}`);
    t.ok(
      apart(
        later!,
        wanted.map((value) => value + 1),
      ) < 1e-4,
      method,
    );
    t.ok(apart(got!, truth) < allowed, `${method}: ${apart(got!, truth)} from the field itself`);
    t.ok(apart(ofF16!, truth) < 2.5, `${method}: a grid with positions of its own keeps them`);
  }
  const ended = await regrid([
    at('in.grib'),
    '-o',
    at('of-grib.grib'),
    '--grid',
    '5/5',
    '--coordinates',
    at('places.grib'),
    '--accuracy',
    '24',
  ]);
  t.equal(ended.code, 0, ended.stderr);
  // Packed positions are right to 2e-5 degrees.
  t.ok(apart((await valuesOf('of-grib.grib'))[0]!, (await valuesOf('out.grib'))[0]!) < 2e-4);
});

t.test('other positions of the same grid give other weights, also from the cache', async (t) => {
  t.equal(withCoordinates(bare, turned).hash, placed.hash);
  t.not(weightsKey(withCoordinates(bare, turned), target), weightsKey(placed, target));
  t.equal(weightsKey(withCoordinates(bare, positions), target), weightsKey(placed, target));
  const ended = await regrid([
    ...[at('in.grib'), '-o', at('turned.grib'), '--grid', '5/5', '--accuracy', '24'],
    ...['--coordinates', at('turned.npz')],
  ]);
  t.equal(ended.code, 0, ended.stderr);
  const [straight] = await valuesOf('out.grib');
  const [moved] = await valuesOf('turned.grib');
  const matrix = await prepareWeights(nodeContext(), withCoordinates(bare, turned), target, {});
  t.ok(apart(moved!, applied(matrix, (await valuesOf('in.grib'))[0]!)) < 1e-4);
  t.ok(apart(moved!, straight!) > 15);
});

t.test('fields are brought onto points that a name or header does not state', async (t) => {
  const [orca, list] = [orcaGrid('ORCA2_T'), gridFromSpec('H16').coordinates()];
  const sunflower = {
    lat: Float64Array.from({ length: orca.points }, (_, k) => Math.asin(1 - (2 * k + 1) / orca.points) / radians),
    lon: Float64Array.from({ length: orca.points }, (_, k) => (k * 137.50776405) % 360),
  };
  writeFileSync(at('orca.npz'), npz(sunflower));
  await write('known.grib', [{ grid: gridFromSpec('2/2'), values: wave(gridFromSpec('2/2').coordinates()) }]);
  const cases: readonly (readonly [readonly string[], Coordinates, string])[] = [
    [['--grid', 'ORCA2_T', '--coordinates', at('orca.npz')], sunflower, 'orca'],
    [['--grid', `{grid: ORCA2_T, coordinates: ${at('orca.npz')}}`], sunflower, 'orca'],
    [['--grid', `{type: unstructured, coordinates: ${at('places.npz')}}`], list, 'unstructured'],
  ];
  for (const [args, points, type] of cases) {
    const ended = await regrid([at('known.grib'), '-o', at('onto.grib'), '--accuracy', '24', ...args]);
    t.equal(ended.code, 0, ended.stderr);
    t.notMatch(ended.stderr, /unused/);
    const [message] = await readMessages(at('onto.grib'));
    t.match(gridOf(message!), { type, points: points.lat.length });
    // Linear interpolation across 2.8 degrees, the diagonal of a cell: (2.8 / 57.3)^2 / 8 of the second derivative, at most 15.
    t.ok(
      apart((await valuesOf('onto.grib'))[0]!, wave(points)) < 0.02,
      `${type}: ${apart((await valuesOf('onto.grib'))[0]!, wave(points))}`,
    );
  }
  // From one grid without positions to two others, of one name: each target has a file of its own.
  const mirrored = { lat: sunflower.lat.map((lat) => -lat), lon: sunflower.lon };
  writeFileSync(at('mirrored.npz'), npz(mirrored));
  const to = (file: string): string => `grid={grid: ORCA2_T, coordinates: ${at(`${file}.npz`)}},output=${at(`${file}.grib`)}`;
  const two = await regrid([at('in.grib'), '--coordinates', at('places.npz'), '--to', to('orca'), '--to', to('mirrored')]);
  t.equal(two.code, 0, two.stderr);
  t.ok(apart((await valuesOf('orca.grib'))[0]!, wave(sunflower)) < 0.1);
  t.ok(apart((await valuesOf('mirrored.grib'))[0]!, wave(mirrored)) < 0.1);
});

t.test('weights take the positions where a grid states none', async (t) => {
  writeFileSync(at('one.grib'), readFileSync(at('in.grib')));
  for (const [from, to, wanted] of [
    [at('one.grib'), '5/5', await prepareWeights(nodeContext(), placed, target, { method: 'k-nearest' })],
    ['5/5', at('one.grib'), await prepareWeights(nodeContext(), target, placed, { method: 'k-nearest' })],
  ] as const) {
    await output(['weights', from, to, '--method', 'k-nearest', '--coordinates', at('places.npz'), '-o', at('w.npz')], { env });
    const matrix = await readNpz(readFileSync(at('w.npz')));
    t.same([matrix.rows, matrix.columns], [wanted.rows, wanted.columns]);
    t.same(Array.from(matrix.column), Array.from(wanted.column));
    t.same(Array.from(matrix.weight), Array.from(wanted.weight));
  }
});

t.test('what does not fit is refused, with the option that helps', async (t) => {
  const lon = positions.lon.slice(1);
  writeFileSync(at('unequal.npz'), zipSync({ 'lat.npy': writeNpy(positions.lat), 'lon.npy': writeNpy(lon) }, { level: 0 }));
  writeFileSync(at('wild.npz'), npz({ lat: positions.lat.map((lat) => lat * 2), lon: positions.lon }));
  const into = ['-o', at('none.grib'), '--grid', '5/5'];
  const cases: readonly (readonly [readonly string[], number, RegExp])[] = [
    [['regrid', at('in.grib'), ...into], 7, /states no coordinates.*in\.grib, message 1.*--coordinates FILE of dte regrid/s],
    [
      ['regrid', at('in.grib'), ...into, '--coordinates', at('few.npz')],
      2,
      /few\.npz' has 100 positions, the grid of type unstructured has 3072 points.*in\.grib, message 1/s,
    ],
    [['regrid', at('in.grib'), ...into, '--coordinates', at('few.npz'), '--plan'], 2, /100 positions.*3072 points.*message 1/s],
    [['regrid', at('in.grib'), ...into, '--coordinates', at('unequal.npz')], 5, /3072 latitudes and 3071 longitudes.*unequal\.npz/s],
    [['regrid', at('in.grib'), ...into, '--coordinates', at('wild.npz')], 2, /point 1 lies at latitude 1\d\d.*wild\.npz/s],
    [
      ['regrid', at('in.grib'), '-o', at('none.grib'), '--grid', 'ORCA2_T', '--coordinates', at('places.npz')],
      2,
      /3072 positions.*'ORCA2_T' has 27118.*\{grid: /s,
    ],
    [
      ['regrid', at('known.grib'), '-o', at('none.grib'), '--grid', 'ORCA2_T'],
      7,
      /'ORCA2_T' states no coordinates.*--coordinates FILE of dte regrid/s,
    ],
    [['weights', 'ORCA2_T', '5/5', '-o', at('w.npz')], 7, /'ORCA2_T' states no coordinates.*--coordinates FILE of dte regrid/s],
    [['weights', 'O8', '5/5', '-o', at('w.npz'), '--coordinates', at('places.npz')], 2, /reduced_gg and regular_ll, which state their own/],
    [['weights', '5/5', 'ORCA2_T', '-o', at('w.npz'), '--coordinates', at('few.npz')], 2, /100 positions, grid 'ORCA2_T' has 27118 points/],
  ];
  for (const [args, code, message] of cases) {
    const ended = await dte(args, { env });
    t.equal(ended.code, code, `${args.join(' ')}: ${ended.stderr}`);
    t.match(ended.stderr, message);
  }
  const unused = await regrid([at('known.grib'), ...into, '--coordinates', at('places.npz')]);
  t.equal(unused.code, 0, unused.stderr);
  t.match(unused.stderr, /regrid\.coordinates\.unused/);
});

t.test('with --keep-going only messages of other numbers of points are left out', async (t) => {
  const other = unstructuredGrid({ points: 100, identity: `${'b2'.repeat(16)} 901 1` });
  await write('mixed.grib', [
    { grid: other, values: new Float64Array(100).fill(1) },
    { grid: bare, values: wave(positions) },
  ]);
  const ended = await regrid([at('mixed.grib'), '-o', at('kept.grib'), '--grid', '5/5', '--coordinates', at('places.npz'), '--keep-going']);
  t.not(ended.code, 0);
  t.match(ended.stderr, /3072 positions, the grid of type unstructured has 100 points.*message 1/s);
  const kept = await valuesOf('kept.grib');
  t.equal(kept.length, 1);
  t.ok(apart(kept[0]!, wave(target.coordinates())) < 0.05);
});
