// Grid sections that are written lead back to the grid, and ecCodes reads its positions and values from them.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { type Field, type Grid, gridFromSpec, orcaGrid, tileLayout, unstructuredGrid } from '../../src/atlas/index.js';
import { encode, gridOf, type Message, newMessage } from '../../src/grib/index.js';
import { buildMessage } from '../../src/grib/build-message.js';
import { parseMessage } from '../../src/grib/message.js';
import { cpuEngine } from '../support/engines.js';
import { loadTables, noEccodes, readMessages } from './peer.js';

const plane = (projection: object, anchor: object = { 'lonlat(xmin,ymin)': [-10, 40] }): object => ({
  type: 'regional',
  nx: 21,
  ny: 12,
  dx: 50000,
  dy: 50000,
  ...anchor,
  projection,
});
const lambert = { type: 'lambert_conformal_conic', longitude0: 10, latitude1: 35, latitude2: 55 };
const readable: readonly (readonly [string, unknown])[] = [
  ['shifted', 'Slon36x19'],
  ['reduced_ll', { type: 'reduced_ll', pl: [4, 10, 16, 20, 16, 10, 4] }],
  ['part of reduced_ll', { type: 'reduced_ll', pl: [4, 10, 16], area: [60, 10, 20, 50] }],
  ['lambert', plane(lambert)],
  ['polar', plane({ type: 'polar_stereographic', latitude1: 60, longitude0: -30 })],
  ['mercator', plane({ type: 'mercator', latitude1: 20 }, { 'lonlat(xmin,ymin)': [170, -10] })],
  ['azimuthal', plane({ type: 'lambert_azimuthal_equal_area', standard_parallel: 52, central_longitude: 10 })],
  ['south first', { grid: [10, 10], order: 'i+j+' }],
  ['plane, south first', { ...plane(lambert), y_numbering: 1 }],
];
const own: readonly (readonly [string, unknown])[] = [
  ['HEALPix rings', 'H8'],
  ['HEALPix nested', 'H8n'],
  ['rotated Gaussian', { grid: 'F16', rotation: [-35, 15], area: [50, -40, -10, 40] }],
  ['rotated reduced Gaussian', { grid: 'N16', rotation: [-35, 15] }],
  ['rotated about the pole', { grid: 'O16', rotation: [-90, 40] }],
  ['ORCA', 'ORCA2_T'],
  [
    'south polar',
    plane({ type: 'polar_stereographic', latitude0: -90, latitude1: -71, longitude0: 0 }, { 'lonlat(xmin,ymin)': [-10, -60] }),
  ],
  ['albers', plane({ type: 'albers_equal_area', longitude0: 10, latitude1: 35, latitude2: 55 })],
  ['an ellipsoid', plane({ ...lambert, a: 6378137, b: 6356752.314 })],
  ['a radius of its own', plane({ ...lambert, radius: 6371000.5 })],
  ['axes of their own', plane({ ...lambert, a: 6378000, b: 6357000 })],
];

const keys = { date: 20200101, param: '2t', levtype: 'sfc' } as const;

t.test('a grid is what its section says', async (t) => {
  const tables = await loadTables();
  for (const [name, spec] of [...readable, ...own]) {
    const grid = gridFromSpec(spec as string);
    const message = newMessage(keys, grid, tables);
    const back = gridOf(message);
    if (grid.spec.order !== undefined && grid.healpix === undefined)
      t.equal(back.hash, grid.asRows?.().grid.hash, `${name}: in canonical order`);
    else t.equal(back.hash, grid.hash, `${name}: ${JSON.stringify(back.spec).slice(0, 200)}`);
  }
  const list = unstructuredGrid({ points: 5, identity: `${'0123456789abcdef'.repeat(2)} 12 3` });
  t.equal(gridOf(newMessage(keys, list, tables)).hash, list.hash, 'the identity of a header is kept');
});

t.test('positions and values are where ecCodes finds them', { skip: noEccodes }, async (t) => {
  const engine = await cpuEngine({ precision: 'f64', threads: 1 });
  t.teardown(() => engine.close());
  const tables = await loadTables();
  for (const [name, spec] of readable) {
    const grid = gridFromSpec(spec as string);
    const message = newMessage(keys, grid, tables);
    const path = join(t.testdir(), 'written.grib2');
    const { lat, lon } = grid.coordinates();
    writeFileSync(
      path,
      await encoded(
        engine,
        grid,
        message,
        Float64Array.from(lat, (at, point) => 200 + at + Math.cos((lon[point] as number) * (Math.PI / 180))),
      ),
    );
    const lines = execFileSync('grib_get_data', ['-L', '%.9f %.9f', '-F', '%.6f', path], { encoding: 'utf8' })
      .trimEnd()
      .split('\n')
      .slice(1);
    t.equal(lines.length, grid.points, name);
    let worst = 0;
    for (const line of lines) {
      const [atLat, atLon, value] = line.trim().split(/\s+/).map(Number) as [number, number, number];
      worst = Math.max(worst, Math.abs(value - (200 + atLat + Math.cos((atLon * Math.PI) / 180))));
    }
    // 16 bits over at most 182 degrees: half a step of 2^-8 / 2, and a millionth of a degree of the header.
    t.ok(worst < 0.0022, `${name}: ${worst}`);
    const [again] = await readMessages(path);
    t.equal(gridOf(again as Message).points, grid.points);
  }
});

t.test('what an edition cannot say of a grid is refused', async (t) => {
  const tables = await loadTables();
  for (const spec of ['CS-LFR-4', { grid: 'H4', order: 'i+j+' }, { ...plane(lambert), order: 'i-j-' }]) {
    t.throws(
      () => newMessage(keys, gridFromSpec(spec as string), tables),
      { code: 'unsupported.grid', message: /cannot be written/ },
      JSON.stringify(spec),
    );
  }
  t.equal(gridOf(newMessage(keys, orcaGrid('eORCA1_V'), tables)).name, 'eORCA1_V');
});

t.test('a header whose numbers contradict each other is damaged, one that means a grid unknown here is carried along', async (t) => {
  const tables = await loadTables();
  /** The message of a grid with octets of its section 3 changed, counted from 1 as in the WMO tables. */
  const damaged = (spec: unknown, octet: number, ...octets: readonly number[]): Message => {
    const message = newMessage(keys, gridFromSpec(spec as string), tables);
    const bytes = message.bytes.slice();
    bytes.set(octets, (message.sections[3]?.start ?? 0) + octet - 1);
    return parseMessage(bytes, tables)[0] as Message;
  };
  const wrong: readonly (readonly [string, Message, RegExp])[] = [
    ['Nx', damaged(plane(lambert), 34, 22), /252 points are stated for a grid of 264/],
    ['Dx of 0', damaged(plane(lambert), 56, 0, 0, 0, 0), /grid lengths of 0/],
    ['Latin1 at the pole', damaged(plane(lambert), 66, 5, 0x5d, 0x4a, 0x80), /cuts the earth at 90/],
    ['Nside', damaged('H8', 35, 4), /768 points are stated for a grid of 192/],
    ['nested without a power of two', damaged('H5', 41, 1), /nside 5 has no nested order/],
    ['a list too short', damaged({ type: 'reduced_ll', pl: [4, 10, 4] }, 74, 5), /18 points are stated for a grid of 19/],
  ];
  for (const [name, message, reason] of wrong) t.throws(() => gridOf(message), { code: 'data.section', message: reason }, name);
  // HEALPix that begins on Greenwich; Mercator turned by 10 degrees; a shape of the earth that is reserved.
  const mercator = plane({ type: 'mercator', latitude1: 20 }, { 'lonlat(xmin,ymin)': [170, -10] });
  for (const message of [damaged('H8', 36, 0, 0, 0, 0), damaged(mercator, 61, 0, 0x98, 0x96, 0x80), damaged(plane(lambert), 15, 44)]) {
    const grid = gridOf(message);
    t.equal(grid.type, 'unknown');
    t.throws(() => grid.coordinates(), { code: 'unsupported.grid' });
  }
});

t.test('edition 1 has the grids that it has templates for', { skip: noEccodes }, async (t) => {
  const sample = join(execFileSync('codes_info', ['-s'], { encoding: 'utf8' }).trim(), 'regular_ll_sfc_grib1.tmpl');
  const [template] = (await readMessages(sample)) as [Message];
  const tables = await loadTables();
  const data = { packing: 'simple', bits: 0, referenceValue: 0, binaryScale: 0, decimalScale: 0, payload: new Uint8Array(0) } as const;
  const written = (spec: unknown): Message => {
    const grid = gridFromSpec(spec as string);
    return parseMessage(buildMessage(template, { grid, data: { ...data, count: grid.points } }), tables)[0] as Message;
  };
  const old = { radius: 6367470 };
  for (const spec of [
    plane({ ...lambert, ...old }),
    plane({ ...lambert, a: 6378160, b: 6356775 }),
    plane({ type: 'polar_stereographic', latitude1: 60, longitude0: -30, ...old }),
    plane({ type: 'mercator', latitude1: 20, ...old }, { 'lonlat(xmin,ymin)': [170, -10] }),
    plane({ type: 'albers_equal_area', longitude0: 10, latitude1: 35, latitude2: 55, ...old }),
    { grid: 'F16', rotation: [-35, 15] },
    { grid: 'O16', rotation: [-35, 15] },
    { type: 'reduced_ll', pl: [4, 10, 16, 20, 16, 10, 4] },
  ]) {
    t.equal(gridOf(written(spec)).hash, gridFromSpec(spec as unknown as string).hash, JSON.stringify(spec));
  }
  const refusals: readonly (readonly [unknown, RegExp])[] = [
    [plane(lambert), /an earth of radius 6371229 m.*edition 1/],
    [plane({ type: 'polar_stereographic', latitude1: 71, longitude0: 0, ...old }), /true scale at 71/],
    [plane({ type: 'lambert_azimuthal_equal_area', standard_parallel: 52, central_longitude: 10 }), /lambert_azimuthal_equal_area/],
    [{ ...plane({ ...lambert, ...old }), dx: 2500.5 }, /2500.5 metres/],
    [plane({ ...lambert, ...old, longitude0: 10.00005 }), /10.00005 degrees/],
    ['H4', /type healpix cannot be written/],
  ];
  for (const [spec, message] of refusals) t.throws(() => written(spec), { code: 'unsupported.grid', message }, JSON.stringify(spec));
});

async function encoded(
  engine: Awaited<ReturnType<typeof cpuEngine>>,
  grid: Grid,
  message: Message,
  values: Float64Array,
): Promise<Uint8Array> {
  t.same(tileLayout(grid.points, 1, 2 ** 30), [[0, 1]]);
  const field: Field<Message> = {
    grid,
    layers: [message],
    tiles: [{ values: await engine.run((pass) => pass.upload('f32', values)), firstLayer: 0, lanes: 1 }],
    mayBeMissing: false,
  };
  const [bytes] = await encode(engine, field, { packing: 'simple', bits: 16 });
  return bytes as Uint8Array;
}
