import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type Grid, gaussianGrid, gridFromSpec, regularLatLon } from '../../src/atlas/index.js';
import { buildMessage } from '../../src/grib/build-message.js';
import { dump } from '../../src/grib/dump.js';
import { gridOf, scanOrderOf } from '../../src/grib/grid-of.js';
import { find, get } from '../../src/grib/keys.js';
import { type Message, parseMessage } from '../../src/grib/message.js';
import { newMessage } from '../../src/grib/new-message.js';
import { gribLs, loadTables, noEccodes, noShared, readMessages, sharedGrib } from './peer.js';

const folder = mkdtempSync(join(tmpdir(), 'dte-grib-'));
t.teardown(() => rmSync(folder, { recursive: true }));

/** One octet a point: the value of point i is i mod 251. */
const octetsOf = (grid: Grid) => ({
  packing: 'simple' as const,
  bits: 8,
  referenceValue: 0,
  binaryScale: 0,
  decimalScale: 0,
  count: grid.points,
  payload: Uint8Array.from({ length: grid.points }, (_, index) => index % 251),
});

const GRIDS: Readonly<Record<string, Grid>> = {
  '2/2': gridFromSpec('2/2'),
  area: regularLatLon({ north: 60, west: -10, columns: 21, rows: 11, dlon: 1.5, dlat: 1.5 }),
  O16: gridFromSpec('O16'),
  N32: gridFromSpec('N32'),
  F16: gridFromSpec('F16'),
  'O32 in an area': gaussianGrid({
    gaussianNumber: 32,
    pl: Array.from({ length: 64 }, (_, row) => 20 + 4 * Math.min(row, 63 - row)),
    area: { north: 70, west: -20, south: 20, east: 45 },
  }),
  rotated: regularLatLon({
    north: 10,
    west: -15,
    columns: 31,
    rows: 21,
    dlon: 1,
    dlat: 1,
    rotation: { southPoleLat: -30, southPoleLon: 10 },
  }),
};

t.test('what is written on any grid is read back as the same grid, by us and by ecCodes', { skip: noShared || noEccodes }, async (t) => {
  const tables = await loadTables();
  const templates = {
    1: (await readMessages(`${sharedGrib}era5-levels-members.grib`))[3] as Message,
    2: (await readMessages(`${sharedGrib}regular_gg_ml_g2.grib`))[1] as Message,
  };
  for (const [name, grid] of Object.entries(GRIDS)) {
    for (const edition of [1, 2] as const) {
      const template = templates[edition];
      const bytes = buildMessage(template, { grid, data: octetsOf(grid) });
      const message = parseMessage(bytes, tables)[0] as Message;
      const read = gridOf(message);
      t.equal(read.points, grid.points, `${name}, edition ${edition}`);
      // Edition 1 rounds corners to a thousandth of a degree; a grid on such corners is the same again.
      if (edition === 2 || !name.includes('area')) t.equal(read.hash, grid.hash, `${name}, edition ${edition}: same grid`);
      t.equal(scanOrderOf(message), undefined);
      const path = join(folder, 'written.grib');
      writeFileSync(path, bytes);
      for (const key of ['shortName', 'paramId', 'dataDate', 'stepRange', 'level', 'typeOfLevel', 'experimentVersionNumber', 'NV']) {
        t.same(get(message, key), get(template, key), `${name}, edition ${edition}: ${key}`);
      }
      const [peer] = gribLs(path, ['-p', 'shortName,gridType,numberOfDataPoints,numberOfValues,max,packingType,bitsPerValue']);
      t.match(peer, {
        shortName: get(template, 'shortName'),
        gridType: get(message, 'gridType'),
        numberOfDataPoints: grid.points,
        numberOfValues: grid.points,
        max: Math.min(250, grid.points - 1),
        bitsPerValue: 8,
      });
      comparePoints(t, path, grid, `${name}, edition ${edition}`, edition === 1 ? 1e-3 : 1e-5);
    }
  }
});

/** Coordinates as grib_get_data gives them, in the order of the message. */
function comparePoints(t: Test, path: string, grid: Grid, label: string, tolerance: number): void {
  const lines = execFileSync('grib_get_data', ['-L', '%.6f %.6f', path], { encoding: 'utf8', maxBuffer: 1e8 })
    .trimEnd()
    .split('\n')
    .slice(1);
  const { lat, lon } = grid.coordinates();
  t.equal(lines.length, grid.points, `${label}: points`);
  let worst = 0;
  lines.forEach((line, index) => {
    const [theirLat, theirLon, value] = line.trim().split(/\s+/).map(Number) as [number, number, number];
    const around = Math.abs(((((theirLon - (lon[index] as number)) % 360) + 540) % 360) - 180);
    // At a pole every longitude is the same point.
    worst = Math.max(
      worst,
      Math.abs(theirLat - (lat[index] as number)),
      around * Math.cos((theirLat * Math.PI) / 180),
      value === index % 251 ? 0 : 1000,
    );
  });
  t.ok(worst <= tolerance, `${label}: coordinates and values of every point, worst ${worst}`);
}

t.test('without a grid the template keeps its sections octet by octet', { skip: noShared }, async (t) => {
  for (const name of [
    'alternate-scanning.grib',
    'scanning_mode_64.grib',
    'regular_ll_msl.grib',
    'hpa_and_pa.grib',
    'fields_with_missing_values.grib',
  ]) {
    const [template] = (await readMessages(sharedGrib + name)) as [Message];
    const count = Number(get(template, 'numberOfDataPoints'));
    const data = {
      packing: 'simple',
      bits: 0,
      referenceValue: 2,
      binaryScale: 0,
      decimalScale: 0,
      count,
      payload: new Uint8Array(0),
    } as const;
    const [again] = parseMessage(buildMessage(template, { data }), await loadTables()) as [Message];
    for (const number of template.edition === 1 ? [2] : [1, 2, 3, 4])
      t.same(octetsOfSection(again, number), octetsOfSection(template, number), `${name}: section ${number}`);
    t.equal(get(again, 'referenceValue'), 2);
    t.equal(gridOf(again).hash, gridOf(template).hash);
  }
});

function octetsOfSection(message: Message, number: number): readonly number[] {
  const section = message.sections[number];
  return section === undefined ? [] : [...message.bytes.subarray(section.start, section.start + section.length)];
}

t.test('a bitmap is written for the points of the new grid', { skip: noShared || noEccodes }, async (t) => {
  const grid = GRIDS['area'] as Grid;
  const bitmap = new Uint8Array(Math.ceil(grid.points / 8));
  bitmap[0] = 0b1010_0000;
  bitmap[5] = 0b0000_0001;
  const data = {
    packing: 'simple',
    bits: 8,
    referenceValue: 100,
    binaryScale: 0,
    decimalScale: 0,
    count: 3,
    payload: Uint8Array.from([0, 1, 2]),
    bitmap,
  } as const;
  for (const name of ['era5-levels-members.grib', 'regular_gg_ml_g2.grib', 'hpa_and_pa.grib']) {
    const [template] = (await readMessages(sharedGrib + name)) as [Message];
    const path = join(folder, 'bitmap.grib');
    writeFileSync(path, buildMessage(template, { grid, data }));
    const [peer] = gribLs(path, ['-p', 'numberOfMissing,numberOfValues,min,max,bitmapPresent']);
    t.match(peer, { numberOfMissing: grid.points - 3, min: 100, max: 102, bitmapPresent: 1 }, name);
    const [message] = (await readMessages(path)) as [Message];
    t.equal(get(message, 'numberOfMissing'), grid.points - 3);
  }
});

t.test('CCSDS is refused in edition 1', { skip: noShared }, async (t) => {
  const [template] = (await readMessages(`${sharedGrib}regular_gg_sfc.grib`)) as [Message];
  t.throws(() => buildMessage(template, { data: { ...octetsOf(GRIDS['O16'] as Grid), packing: 'ccsds' } }), {
    code: 'unsupported.template',
    hint: 'use simple packing',
  });
});

t.test('a field of a multi-field message becomes a message of its own', { skip: noShared || noEccodes }, async (t) => {
  const fields = await readMessages(`${sharedGrib}nam.t00z.awp21100.tm00.grib2`);
  const second = fields.find((message) => message.fieldNumber === 2) as Message;
  const grid = GRIDS['2/2'] as Grid;
  const path = join(folder, 'single.grib');
  writeFileSync(path, buildMessage(second, { grid, data: octetsOf(grid) }));
  const peer = gribLs(path, ['-p', 'shortName,level,gridType']);
  t.same(peer, [{ shortName: get(second, 'shortName'), level: get(second, 'level'), gridType: 'regular_ll' }]);
});

t.test('a new message has the keys that were asked for', { skip: noEccodes }, async (t) => {
  const tables = await loadTables();
  const grid = GRIDS['O16'] as Grid;
  const base = { date: 20240229, time: 1200, step: 36 } as const;
  const cases = [
    [
      { ...base, param: '2t', levtype: 'sfc' },
      { shortName: '2t', paramId: 167, typeOfLevel: 'heightAboveGround', level: 2, 'mars.levtype': 'sfc', stepRange: '36' },
    ],
    [
      { ...base, param: 'msl', levtype: 'sfc', class: 'od', expver: '1' },
      { shortName: 'msl', paramId: 151, class: 'od', experimentVersionNumber: '0001' },
    ],
    [
      { ...base, param: 130, levtype: 'pl', level: 850, number: 7, ensembleSize: 50, type: 'pf' },
      { shortName: 't', level: 850, typeOfLevel: 'isobaricInhPa', perturbationNumber: 7, stream: 'enfo', type: 'pf', 'mars.number': 7 },
    ],
    [
      { ...base, param: 'q', levtype: 'ml', level: 137, type: 'an', step: 0 },
      { shortName: 'q', level: 137, typeOfLevel: 'hybrid', dataType: 'an' },
    ],
    [
      { ...base, param: 'z', levtype: 'pl', level: 500 },
      { shortName: 'z', paramId: 129, level: 500 },
    ],
  ] as const;
  for (const [keys, expected] of cases) {
    const message = newMessage(keys, grid, tables);
    const path = join(folder, 'new.grib');
    writeFileSync(path, message.bytes);
    const [peer] = gribLs(path, ['-p', [...Object.keys(expected), 'dataDate', 'dataTime', 'gridName', 'numberOfValues'].join(',')]);
    t.match(peer, { dataDate: 20240229, gridName: 'O16', numberOfValues: grid.points }, `${keys.param}`);
    for (const [key, value] of Object.entries(expected)) {
      t.equal(find(message, key), value, `${keys.param}: ${key}`);
      t.equal(
        String((peer as Record<string, unknown>)[key.split('.').at(-1) as string] ?? (peer as Record<string, unknown>)[key]),
        String(value),
        `${keys.param}: ${key} in ecCodes`,
      );
    }
  }
});

t.test('new products over a time range are read by ecCodes with their statistic, range and parameter', { skip: noEccodes }, async (t) => {
  const tables = await loadTables();
  const grid = GRIDS['O16'] as Grid;
  const base = { date: 20240229, time: 1200, levtype: 'ml', level: 1, param: 'u', class: 'rd', expver: 'twin' } as const;
  const hours = { startStep: 24, endStep: 48, stepRange: '24-48', validityDate: 20240302, validityTime: 1200 };
  const cases = [
    [
      { step: 48, range: { statistic: 'mean', from: 24, every: 1 } },
      { ...hours, stepType: 'avg', paramId: 235131, shortName: 'avg_u' },
    ],
    [
      { step: 48, range: { statistic: 'max', from: 24 } },
      { ...hours, stepType: 'max', paramId: 237131, shortName: 'max_u' },
    ],
    [
      { step: 48, range: { statistic: 'min', from: 24 } },
      { ...hours, stepType: 'min', paramId: 238131, shortName: 'min_u' },
    ],
    [
      { step: 48, range: { statistic: 'accumulation', from: '1d' } },
      { ...hours, stepType: 'accum' },
    ],
    [
      { step: 48, range: { statistic: 'stddev', from: 24 }, number: 3 },
      { ...hours, stepType: 'sd', perturbationNumber: 3 },
    ],
    [
      { step: 48, range: { statistic: 'mean', from: 24 }, number: 3, ensembleSize: 8 },
      { ...hours, perturbationNumber: 3 },
    ],
    [{ step: '90m', range: { statistic: 'mean', from: '60m' } }, { stepType: 'avg' }],
    [{ step: '90m' }, { stepType: 'instant' }],
  ] as const;
  for (const [keys, expected] of cases) {
    const message = newMessage({ ...base, ...keys }, grid, tables);
    const name = JSON.stringify(keys);
    const path = join(folder, 'new.grib');
    writeFileSync(path, message.bytes);
    for (const [key, value] of Object.entries(expected)) t.equal(find(message, key), value, `${name}: ${key}`);
    // ecCodes before 2.39 has no parameters of statistics: there the instant one with its stepType.
    const shared = Object.keys(expected).filter((key) => !/paramId|shortName/.test(key));
    const [peer] = gribLs(path, ['-p', [...shared, 'lengthOfTimeRange', 'indicatorOfUnitOfTimeRange', 'forecastTime'].join(',')]);
    for (const key of shared)
      t.equal(String((peer as Record<string, unknown>)[key]), String(find(message, key)), `${name}: ${key} in ecCodes`);
  }
  t.equal(find(newMessage({ ...base, step: '90m' }, grid, tables), 'stepRange'), '90m');
  t.throws(() => newMessage({ ...base, step: 6, range: { statistic: 'mean', from: 7 } }, grid, tables), { code: 'input.option' });
  t.throws(() => newMessage({ ...base, step: '6w' }, grid, tables), { code: 'input.option', message: /6w is not a step/ });
});

t.test('a new message refuses what it does not know', async (t) => {
  const tables = await loadTables();
  const grid = GRIDS['O16'] as Grid;
  const keys = { date: 20240229, param: '2t', levtype: 'sfc' } as const;
  t.throws(() => newMessage({ ...keys, param: '2tt' }, grid, tables), { code: 'input.option' });
  t.throws(() => newMessage({ ...keys, class: 'zz' }, grid, tables), { code: 'input.option' });
  for (const date of [20241, 20240230, 20241301, 20240400])
    t.throws(() => newMessage({ ...keys, date }, grid, tables), { code: 'input.option' });
  t.throws(() => newMessage({ ...keys, param: 't', levtype: 'pl' }, grid, tables), { code: 'input.option', hint: 'a pressure in hPa' });
  t.throws(() => newMessage({ ...keys, step: 1.5 }, grid, tables), { code: 'input.option' });
});

t.test('a dump lists the octets of every section without holes in the known ones', async (t) => {
  const message = newMessage({ date: 20240229, param: '2t', levtype: 'sfc' }, GRIDS['O16'] as Grid, await loadTables());
  const sections = dump(message);
  t.same(
    sections.map(({ section }) => section),
    [0, 1, 2, 3, 4, 5, 6, 7, 8],
  );
  const product = sections[4];
  t.same(
    product?.keys.find(({ key }) => key === 'parameterNumber'),
    { key: 'parameterNumber', octets: [11, 11], value: 0 },
  );
  t.same(product?.keys.at(-1)?.octets, [31, 34]);
  t.equal(sections[3]?.keys.at(-1)?.key, 'pl');
  t.equal(sections[3]?.keys.at(-1)?.octets[1], sections[3]?.length);
});

t.test('the grid of every real file is the one that its name or header says', { skip: noShared }, async (t) => {
  const expected: Readonly<Record<string, readonly [string, string | undefined]>> = {
    'era5-levels-members.grib': ['regular_ll', undefined],
    'gridName-N256.grib2': ['reduced_gg', 'N256'],
    'gridType-reduced_gg_gridName-O8_shortName-q.grib2': ['reduced_gg', 'O8'],
    'date-20200308_level-1000_grid-O80_param-u_v': ['reduced_gg', 'O80'],
    'regular_gg_ml_g2.grib': ['regular_gg', 'F80'],
    'rotated_ll.3-3.grib1': ['rotated_ll', undefined],
    'spherical_harmonics.grib': ['sh', undefined],
    'ICON.shortName-CLAT.grib2': ['unstructured', undefined],
    'lambert_grid.grib': ['lambert', undefined],
    'gridType-healpix_Nside-32_orderingConvention-nested.grib2': ['healpix', undefined],
  };
  for (const [name, [type, gridName]] of Object.entries(expected)) {
    const [message] = (await readMessages(sharedGrib + name)) as [Message];
    const grid = gridOf(message);
    t.equal(grid.type, type, name);
    if (gridName !== undefined) t.equal(grid.name, gridName, name);
    t.equal(grid.points, get(message, 'numberOfDataPoints'), name);
  }
});
