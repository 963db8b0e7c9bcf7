// Halos of row-structured grids: what lies in every place, across the date line and the poles, for scalars and for vectors.
import t from 'tap';
import {
  gridFromSpec,
  placeOf,
  prepareSpace,
  rowLongitudes,
  rowStarts,
  structuredColumns,
  type StructuredColumns,
  unstructuredGrid,
} from '../../src/atlas/index.js';
import { cpuEngine } from '../support/engines.js';
import { bands, blocks, degree, fieldOf, partValues } from './space-support.js';

/** Latitude and longitude of every place as it is counted on: beyond a pole latitudes go on past 90. Radians. */
function placesOf(space: StructuredColumns, part: number): { readonly lat: Float64Array; readonly lon: Float64Array } {
  const rows = space.grid.rows!;
  const { size, rows: own } = space.parts[part]!;
  const [lat, lon] = [new Float64Array(size).fill(Number.NaN), new Float64Array(size)];
  const end = rows.lats.length - 1;
  for (const { row, first, count, lonFirst, lonStep } of own) {
    const beyond = row < 0 ? 180 : row > end ? -180 : 0;
    const real =
      row < 0 ? (rows.lats[0] === 90 ? -row : -1 - row) : row > end ? (rows.lats[end] === -90 ? 2 * end - row : 2 * end + 1 - row) : row;
    for (let column = first; column < first + count; column++) {
      const place = placeOf(space.parts[part]!, row, column);

      lat[place] = (beyond === 0 ? rows.lats[real]! : beyond - rows.lats[real]!) * degree;
      lon[place] = (lonFirst + column * lonStep) * degree;
    }
  }
  return { lat, lon };
}

/** A constant vector in space, seen along the local axes: smooth over the poles when latitudes go on beyond 90. */
const eastward = (_: number, lon: number): number => -0.3 * Math.sin(lon) + 0.8 * Math.cos(lon);
const northward = (lat: number, lon: number): number => -(0.3 * Math.cos(lon) + 0.8 * Math.sin(lon)) * Math.sin(lat) + 0.5 * Math.cos(lat);
const scalar = (lat: number, lon: number): number =>
  3 * Math.sin(lat) + Math.cos(lat) * Math.cos(lon - 1) + Math.cos(lat) ** 2 * Math.sin(2 * lon);

for (const [name, halo] of [
  ['O16', 1],
  ['F8', 3],
  ['10/10', 2],
  ['Slat8', 2],
  ['H4', 1],
  ['N16', 2],
] as const) {
  t.test(`${name}, halo ${halo}: every place holds the value of where it lies`, async (t) => {
    const engine = await cpuEngine({ precision: 'f64' });
    const grid = gridFromSpec(name);
    const longest = grid.rows!.counts.reduce((most, count) => Math.max(most, count), 0);
    for (const partition of [undefined, bands(grid.points, 5), blocks(grid, 4, 3)]) {
      const space = structuredColumns(grid, { halo, ...(partition === undefined ? {} : { partition }) });
      const onDevice = await prepareSpace(engine, space);
      const fields = await Promise.all([scalar, eastward, northward].map((of) => fieldOf(engine, grid, [of])));
      const [s, u, v] = await engine.run((pass) => {
        const all = fields.map((field) => onDevice.scatter(pass, field));
        onDevice.exchangeHalo(pass, all[0]!);
        for (const component of all.slice(1)) onDevice.exchangeHalo(pass, component, { vector: true });
        return all as [(typeof all)[0], (typeof all)[0], (typeof all)[0]];
      });
      let worst = 0;
      for (const [part, { size, owned, rows }] of space.parts.entries()) {
        const { lat, lon } = placesOf(space, part);
        t.notOk(lat.some(Number.isNaN), `part ${part} of ${space.parts.length}: rows name all ${size} places, ${owned} of them its own`);
        t.ok(rows.every(({ count }) => count <= longest + 2 * halo + 1));
        for (const [field, of] of [
          [s, scalar],
          [u, eastward],
          [v, northward],
        ] as const) {
          const [values] = await partValues(engine, field, part);
          values!.forEach((value, place) => (worst = Math.max(worst, Math.abs(value - of(lat[place]!, lon[place]!)))));
        }
      }
      // Longitudes as first + column * step differ from the correctly rounded ones by a few 1e-13 degrees.
      t.ok(worst < 1e-13, `${space.parts.length} parts: off by at most ${worst}`);
      onDevice.release();
    }
    await engine.close();
  });
}

t.test('a part knows the stencil around every target between its points', async (t) => {
  const grid = gridFromSpec('O16');
  const rows = grid.rows!;
  const starts = rowStarts(rows);
  const partition = blocks(grid, 3, 4);
  const space = structuredColumns(grid, { halo: 2, partition });
  for (let row = 0; row < rows.counts.length; row++) {
    const lons = new Float64Array(rows.counts[row]!);
    rowLongitudes(rows, row, lons);
    for (let column = 0; column < lons.length; column++) {
      const part = space.parts[partition.partOf[starts[row]! + column]!]!;
      // A target east of the point, before the next one; bicubic needs two columns on both sides, in rows -1 to +2.
      const lon = lons[column]! + 0.49 * rows.lonStep[row]!;
      for (let other = row - 1; other <= row + 2; other++) {
        const real = other < 0 ? -1 - other : other >= rows.counts.length ? 2 * rows.counts.length - 1 - other : other;
        const west = Math.floor((lon - rows.lonFirst[real]!) / rows.lonStep[real]!);
        for (let k = west - 1; k <= west + 2; k++)
          if (placeOf(part, other, k) < 0) t.fail(`row ${row}, column ${column}: no place for row ${other}, column ${k}`);
      }
    }
  }
  t.equal(placeOf(space.parts[0]!, 1000, 0), -1, 'what a part does not have has no place');
  t.equal(placeOf(space.parts[0]!, 0, 1000), -1);
});

t.test('an open grid ends at its edge', async (t) => {
  const grid = gridFromSpec({ grid: [1, 1], area: [60, -10, 40, 30] });
  const { parts } = structuredColumns(grid, { halo: 3, partition: bands(grid.points, 3) });
  for (const { rows } of parts) t.ok(rows.every(({ row, first, count }) => row >= 0 && row <= 20 && first >= 0 && first + count <= 41));
  t.equal(structuredColumns(grid, { halo: 3 }).parts[0]!.size, grid.points, 'one part has no halo at all');
});

t.test('what StructuredColumns refuse', async (t) => {
  const list = unstructuredGrid({ points: 2, coordinates: { lat: Float64Array.of(1, 2), lon: Float64Array.of(3, 4) } });
  t.throws(() => structuredColumns(list), { code: 'unsupported.grid', message: /need rows; a grid of type unstructured has none/ });
  const grid = gridFromSpec('O16');
  t.throws(() => structuredColumns(grid, { halo: -1 }), {
    code: 'input.option',
    message: /a halo of -1 \(option halo\); accepted are whole numbers from 0/,
  });
  t.throws(() => structuredColumns(grid, { halo: 200 }), { code: 'input.option', message: /needs more rows than 32/ });
  t.throws(() => structuredColumns(grid, { levels: 1.5 }), { code: 'input.option', message: /1.5 levels/ });
  const scattered = { parts: 2, partOf: Uint16Array.from({ length: grid.points }, (_, point) => point % 2) };
  t.throws(() => structuredColumns(grid, { partition: scattered }), {
    code: 'input.option',
    message: /10 points of row 0 \(of 20\) that are not neighbours/,
  });
  t.throws(() => structuredColumns(grid, { partition: bands(7, 2) }), { code: 'input.option', message: /of 7 items, the space has 1600/ });
  const wrong = { parts: 1, partOf: new Uint16Array(grid.points).fill(3) };
  t.throws(() => structuredColumns(grid, { partition: wrong }), {
    code: 'input.option',
    message: /names part 3 \(option partition\); it has parts 0 to 0/,
  });
});
