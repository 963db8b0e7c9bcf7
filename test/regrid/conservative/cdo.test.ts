// Conservative weights against CDO (`gencon`: YAC's clipping), which also takes boxes of two regular grids as boxes between parallels.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { type Grid, gridFromSpec, regularLatLon } from '../../../src/atlas/index.js';
import { type NetcdfVariable, readNetcdf } from '../../../src/base/index.js';
import { nodeContext } from '../../../src/base/node.js';
import { cellAreas, type Matrix, prepareWeights } from '../../../src/regrid/index.js';
import { layoutOf } from '../../../src/regrid/layout.js';
import { rowCells } from '../../../src/regrid/conservative/row-cells.js';
import { cdo, noCdo } from '../../support/cdo.js';
import { octahedronGrid, turnedBoxes } from './cell-grids.js';

const context = nodeContext();
const folder = mkdtempSync(join(tmpdir(), 'dte-con-'));
t.teardown(() => rmSync(folder, { recursive: true }));

/** CDO's description of a grid: rows with our own edges, or polygons whose short lists of corners repeat the last. */
function descriptionOf(grid: Grid): string {
  const { lat, lon } = grid.coordinates();
  const list = (values: Iterable<number>): string => [...values].join(' ');
  const layout = layoutOf(grid, { cells: true });
  if (layout.cells === undefined) {
    const { rows, edges } = rowCells(layout.rows!);
    const degrees = [...edges].map((z) => (Math.asin(z) * 180) / Math.PI);
    const half = rows.lonStep[0]! / 2;
    const west = Array.from({ length: rows.counts[0]! }, (_, i) => rows.lonFirst[0]! + i * rows.lonStep[0]!);
    return [
      'gridtype=lonlat',
      `xsize=${west.length}`,
      `ysize=${rows.lats.length}`,
      `xvals=${list(west)}`,
      `yvals=${list(rows.lats)}`,
      `xbounds=${list(west.flatMap((x) => [x - half, x + half]))}`,
      `ybounds=${list(Array.from(rows.lats.keys()).flatMap((row) => [degrees[row]!, degrees[row + 1]!]))}`,
      '',
    ].join('\n');
  }
  const cells = layout.cells;
  const most = Math.max(...Array.from(lat.keys(), (cell) => cells.start[cell + 1]! - cells.start[cell]!));
  const corners = Array.from(lat.keys()).flatMap((cell) =>
    Array.from({ length: most }, (_, k) => Math.min(cells.start[cell]! + k, cells.start[cell + 1]! - 1)),
  );
  const bounds = `xbounds=${list(corners.map((k) => cells.lon[k]!))}\nybounds=${list(corners.map((k) => cells.lat[k]!))}\n`;
  return `gridtype=unstructured\ngridsize=${grid.points}\nnvertex=${most}\nxvals=${list(lon)}\nyvals=${list(lat)}\n${bounds}`;
}

interface Links {
  readonly weights: ReadonlyMap<string, number>;
  readonly variables: Readonly<Record<string, NetcdfVariable>>;
}

async function gencon(source: Grid, target: Grid): Promise<Links> {
  const [from, to, file] = ['source.txt', 'target.txt', 'weights.nc'].map((name) => join(folder, name)) as [string, string, string];
  writeFileSync(from, descriptionOf(source));
  writeFileSync(to, descriptionOf(target));
  cdo('-P', '1', '-f', 'nc', '-b', 'F64', `gencon,${to}`, `-const,1,${from}`, file);
  const { variables } = await readNetcdf(readFileSync(file), file);
  const weights = new Map<string, number>();
  const [column, row, weight] = ['src_address', 'dst_address', 'remap_matrix'].map((name) => variables[name]!.values) as [
    Int32Array,
    Int32Array,
    Float64Array,
  ];
  weight.forEach((value: number, link: number) => {
    const key = `${row[link]! - 1} ${column[link]! - 1}`;
    weights.set(key, (weights.get(key) ?? 0) + value);
  });
  return { weights, variables };
}

/** The rows in which a weight differs, and the largest difference. */
function compared(
  matrix: Matrix,
  theirs: ReadonlyMap<string, number>,
  tolerance: number,
): { readonly rows: readonly number[]; readonly worst: number } {
  const left = new Map(theirs);
  const rows = new Set<number>();
  let worst = 0;
  const meet = (row: number, difference: number): void => {
    worst = Math.max(worst, difference);
    if (difference > tolerance) rows.add(row);
  };
  for (let row = 0; row < matrix.rows; row++) {
    for (let entry = matrix.rowStart[row]!; entry < matrix.rowStart[row + 1]!; entry++) {
      const key = `${row} ${matrix.column[entry]}`;
      meet(row, Math.abs(matrix.weight[entry]! - (left.get(key) ?? 0)));
      left.delete(key);
    }
  }
  for (const [key, weight] of left) meet(Number(key.split(' ')[0]), weight);
  return { rows: [...rows], worst };
}

const boxes = regularLatLon({ north: 85, west: 0, columns: 36, rows: 18, dlon: 10, dlat: 10 });

t.test('every weight is that of gencon, to rounding', { skip: noCdo }, async (test) => {
  const cases: readonly (readonly [string, Grid, Grid])[] = [
    ['regular to regular', gridFromSpec('5/5'), gridFromSpec('8/7.5')],
    // With our edges: left alone, CDO puts edges half-way between Gaussian latitudes, which moves weights by up to 0.03.
    ['Gaussian to regular', gridFromSpec('F16'), boxes],
    ['regular to Gaussian', boxes, gridFromSpec('F24')],
    ['polygons to polygons', octahedronGrid(9, 0.4), turnedBoxes(12, 1.1)],
    ['polygons to boxes', octahedronGrid(9, 0.4), boxes],
  ];
  for (const [name, source, target] of cases) {
    const { weights, variables } = await gencon(source, target);
    const matrix = await prepareWeights(context, source, target, { method: 'conservative' });
    // Both have a rounding of 1e-16 in coordinates over cells of 0.1.
    const { rows, worst } = compared(matrix, weights, 1e-12);
    test.same(rows, [], `${name}: ${worst}`);
    const areas = variables['dst_grid_area']!.values;
    const off = cellAreas(target).reduce((most, area, cell) => Math.max(most, Math.abs(area / areas[cell]! - 1)), 0);
    test.ok(off < 1e-12, `${name}: areas ${off}`);
  }
});

t.test('boxes to polygons: CDO differs where its own weights lose parts of source cells', { skip: noCdo }, async (test) => {
  const target = turnedBoxes(12, 1.1);
  const { weights, variables } = await gencon(boxes, target);
  const matrix = await prepareWeights(context, boxes, target, { method: 'conservative' });
  const { rows } = compared(matrix, weights, 1e-12);
  test.ok(rows.length <= 3, `${rows.length} of ${matrix.rows} rows differ`);
  // What each source cell gives, over its own area: 1 where all of it is used. Ours is checked elsewhere.
  const given = new Float64Array(boxes.points);
  const areas = cellAreas(target);
  for (const [key, weight] of weights) {
    const [row, column] = key.split(' ').map(Number) as [number, number];
    given[column]! += weight * areas[row]! * variables['dst_grid_frac']!.values[row]!;
  }
  const own = cellAreas(boxes);
  const lost = [...given.keys()].filter((cell) => Math.abs(given[cell]! / own[cell]! - 1) > 1e-6);
  for (const row of rows) {
    const columns = [
      ...weights.keys(),
      ...Array.from(matrix.column, (column, entry) =>
        entry >= matrix.rowStart[row]! && entry < matrix.rowStart[row + 1]! ? `${row} ${column}` : '',
      ),
    ]
      .filter((key) => key.startsWith(`${row} `))
      .map((key) => Number(key.split(' ')[1]));
    test.ok(
      columns.some((column) => lost.includes(column)),
      `row ${row}`,
    );
  }
});

t.test('second order is as near to a smooth field as remapcon2', { skip: noCdo }, async (test) => {
  const [source, target] = [gridFromSpec('F16'), boxes];
  const [from, to, field] = ['source2.txt', 'target2.txt', 'field.nc'].map((name) => join(folder, name)) as [string, string, string];
  writeFileSync(from, descriptionOf(source));
  writeFileSync(to, descriptionOf(target));
  // 2 + cos(lat)^2 cos(2 lon), the test field of SCRIP
  const expr = 'v=2+cos(rad(clat(v)))^2*cos(2*rad(clon(v)))';
  cdo('-f', 'nc', '-b', 'F64', `-expr,${expr}`, `-chname,const,v`, `-const,1,${from}`, field);
  const numbers = (...options: string[]): number[] =>
    cdo('-b', 'F64', 'outputf,%.17g,1', ...options)
      .trim()
      .split(/\s+/)
      .map(Number);
  const values = numbers(field);
  const theirs = numbers(`-remapcon2,${to}`, field);
  const matrix = await prepareWeights(context, source, target, { method: 'conservative-2' });
  const { lat, lon } = target.coordinates();
  let [ours, cdos] = [0, 0];
  for (let row = 0; row < matrix.rows; row++) {
    let value = 0;
    for (let entry = matrix.rowStart[row]!; entry < matrix.rowStart[row + 1]!; entry++)
      value += matrix.weight[entry]! * values[matrix.column[entry]!]!;
    const phi = (lat[row]! * Math.PI) / 180;
    const exact = 2 + Math.cos(phi) ** 2 * Math.cos((2 * lon[row]! * Math.PI) / 180);
    ours += Math.abs(value - exact) * Math.cos(phi);
    cdos += Math.abs(theirs[row]! - exact) * Math.cos(phi);
  }
  test.ok(ours < 1.02 * cdos, `${ours} against ${cdos}`);
});
