// Weights files of CDO and ESMF: round trip, CDO's files applied here, ours applied by CDO, damaged files.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { type Grid, gridFromSpec } from '../../src/atlas/index.js';
import { readNetcdf, writeNetcdf } from '../../src/base/index.js';
import { nodeContext } from '../../src/base/node.js';
import { cellAreas, type Matrix, prepareWeights, readScrip, scripMatrix, writeScrip } from '../../src/regrid/index.js';
import { cdo, noCdo } from '../support/cdo.js';
import { differingRows } from './reference-matrices.js';

const context = nodeContext();
const folder = mkdtempSync(join(tmpdir(), 'dte-scrip-'));
t.teardown(() => rmSync(folder, { recursive: true }));
const path = (name: string): string => join(folder, name);

const methods = ['conservative', 'conservative-2', 'linear', 'nearest-neighbour'];

function applied(matrix: Matrix, values: readonly number[]): number[] {
  return Array.from({ length: matrix.rows }, (_, row) => {
    let sum = 0;
    for (let entry = matrix.rowStart[row]!; entry < matrix.rowStart[row + 1]!; entry++)
      sum += matrix.weight[entry]! * values[matrix.column[entry]!]!;
    return sum;
  });
}

t.test('weights come back from both layouts bit for bit', async (test) => {
  const [source, target] = [gridFromSpec('O16'), gridFromSpec('10/10')];
  for (const method of methods) {
    const matrix = await prepareWeights(context, source, target, { method });
    for (const layout of ['cdo', 'esmf'] as const) {
      const file = await readScrip(writeScrip(matrix, source, target, { method, layout }));
      test.same(differingRows(file.matrix, matrix, 0), [], `${method}, ${layout}`);
      test.same([file.matrix.signed, file.matrix.anySum], [matrix.signed, undefined], `${method}, ${layout}`);
      test.same(file.source.dimensions, [source.points]);
      test.same(file.target.dimensions, [36, 19]);
      test.equal(scripMatrix(file, source, target), file.matrix, 'in the order of the grids');
    }
  }
});

t.test('a partly covered grid has its fractions in the file', async (test) => {
  const source = gridFromSpec({ grid: [10, 10], area: [30, 0, 10, 40] });
  const target = gridFromSpec('20/20');
  const matrix = await prepareWeights(context, source, target, { method: 'con', normalise: false });
  const { variables, attributes } = await readNetcdf(writeScrip(matrix, source, target, { method: 'con' }));
  test.equal(attributes['normalization'], 'destarea');
  test.ok(
    variables['src_grid_frac']!.values.every((share: number) => Math.abs(share - 1) < 1e-12),
    'all of the source is used',
  );
  const areas = cellAreas(target);
  const covered = Array.from(variables['dst_grid_frac']!.values).reduce((sum, share, cell) => sum + share * areas[cell]!, 0);
  test.ok(Math.abs(covered / cellAreas(source).reduce((sum, area) => sum + area, 0) - 1) < 1e-12);
  const file = await readScrip(writeScrip(matrix, source, target, { method: 'con', layout: 'esmf' }));
  test.equal(file.matrix.anySum, true);
});

/** A field of CDO's own, with a description of its grid in our order. */
function fieldFile(name: string, grid: string): string {
  writeFileSync(path(`${name}.txt`), grid);
  cdo(
    '-f',
    'nc',
    '-b',
    'F64',
    `-expr,v=sin(3*rad(clon(v)))*cos(rad(clat(v)))+rad(clat(v))`,
    '-chname,const,v',
    `-const,1,${path(`${name}.txt`)}`,
    path(`${name}.nc`),
  );
  return path(`${name}.nc`);
}

const descriptions = {
  '5/5': 'gridtype=lonlat\nxsize=72\nysize=37\nxfirst=0\nxinc=5\nyfirst=90\nyinc=-5\n',
  '8/7.5': 'gridtype=lonlat\nxsize=45\nysize=25\nxfirst=0\nxinc=8\nyfirst=90\nyinc=-7.5\n',
  F16: `gridtype=gaussian\nxsize=64\nysize=32\nnumLPE=16\nxfirst=0\nxinc=5.625\nyvals=${[...gridFromSpec('F16').rows!.lats].join(' ')}\n`,
} as const;

const numbers = (...options: string[]): number[] =>
  cdo('-b', 'F64', 'outputf,%.17g,1', ...options)
    .trim()
    .split(/\s+/)
    .map(Number);

t.test('CDO applies our weights and finds what we find', { skip: noCdo }, async (test) => {
  for (const [from, to] of [
    ['5/5', '8/7.5'],
    ['F16', '5/5'],
  ] as const) {
    const [source, target] = [gridFromSpec(from), gridFromSpec(to)];
    const field = fieldFile('ours', descriptions[from]);
    writeFileSync(path('to.txt'), descriptions[to]);
    for (const method of ['conservative-2', 'linear']) {
      const matrix = await prepareWeights(context, source, target, { method });
      writeFileSync(path('w.nc'), writeScrip(matrix, source, target, { method }));
      const theirs = numbers(`-remap,${path('to.txt')},${path('w.nc')}`, field);
      const ours = applied(matrix, numbers(field));
      const off = ours.reduce((most, value, row) => Math.max(most, Math.abs(value - theirs[row]!)), 0);
      // The order of a sum of a few terms.
      test.ok(theirs.length === ours.length && off < 1e-14, `${from} ${to} ${method}: ${off}`);
    }
  }
});

t.test("CDO's weights give here what CDO makes of them, in any order of rows and both kinds of netCDF", { skip: noCdo }, async (test) => {
  const [source, target] = [gridFromSpec('5/5'), gridFromSpec('8/7.5')];
  const field = fieldFile('theirs', descriptions['5/5']);
  const values = numbers(field);
  for (const operator of ['gencon', 'genbil']) {
    // A target from south to north, as CDO makes it by name, and one in our order.
    for (const grid of ['r45x25', path('to.txt')]) {
      writeFileSync(path('to.txt'), descriptions['8/7.5']);
      cdo('-f', 'nc', '-b', 'F64', `${operator},${grid}`, field, path('w.nc'));
      const expected = numbers(...(grid === 'r45x25' ? ['-invertlat'] : []), `-remap,${grid},${path('w.nc')}`, field);
      const files = [path('w.nc')];
      try {
        execFileSync('nccopy', ['-k', 'netCDF-4', '-d', '1', path('w.nc'), path('w4.nc')]);
        files.push(path('w4.nc'));
      } catch (error) {
        test.comment(`without netCDF-4: ${(error as Error).message}`);
      }
      for (const file of files) {
        const matrix = scripMatrix(await readScrip(readFileSync(file), file), source, target);
        const off = applied(matrix, values).reduce((most, value, row) => Math.max(most, Math.abs(value - expected[row]!)), 0);
        test.ok(
          off < 1e-14,
          `${operator} ${grid === 'r45x25' ? grid : 'north to south'} ${file.endsWith('4.nc') ? 'netCDF-4' : 'classic'}: ${off}`,
        );
      }
    }
  }
  cdo('-f', 'nc', 'gencon2,r36x18', field, path('w2.nc'));
  await test.rejects(readScrip(readFileSync(path('w2.nc')), 'w2.nc'), {
    code: 'unsupported.method',
    message: /3 numbers per link.*w2\.nc/,
  });
});

/** A small file of SCRIP, with what a test changes. */
function scripFile(change: (variables: Record<string, { values: number[] }>) => void = () => {}, normalization = 'fracarea'): Uint8Array {
  const variables: Record<string, { values: number[] }> = {
    src_address: { values: [3, 1, 3, 2] },
    dst_address: { values: [2, 1, 2, 2] },
    remap_matrix: { values: [0.25, 1, 0.25, 0.5] },
    dst_grid_area: { values: [2, 4] },
    dst_grid_frac: { values: [1, 0.5] },
    src_grid_imask: { values: [1, 1, 1] },
  };
  change(variables);
  const dimensions: Record<string, number> = {};
  return writeNetcdf({
    dimensions: Object.assign(
      dimensions,
      Object.fromEntries(Object.entries(variables).map(([name, { values }]) => [`${name}_n`, values.length])),
    ),
    attributes: { normalization, map_method: 'Conservative remapping' },
    variables: Object.fromEntries(
      Object.entries(variables).map(([name, { values }]) => [
        name,
        {
          type: name.endsWith('address') || name.endsWith('mask') ? 'int' : 'double',
          dimensions: [`${name}_n`],
          values: Float64Array.from(values),
        },
      ]),
    ),
  });
}

t.test('links in any order are sorted, and equal ones added', async (test) => {
  const { matrix } = await readScrip(scripFile());
  test.same([...matrix.rowStart], [0, 1, 3]);
  test.same([...matrix.column], [0, 1, 2]);
  test.same([...matrix.weight], [1, 0.5, 0.5]);
  // Without normalisation weights are areas: row 1 has an area of 2, row 2 one of 4, half of it covered.
  const areas = await readScrip(scripFile((v) => (v['remap_matrix']!.values = [0.5, 2, 0.5, 1]), 'none'));
  test.same([...areas.matrix.weight], [1, 0.5, 0.5]);
});

t.test('damaged weights are refused', async (test) => {
  const change = (name: string, values: number[]) => scripFile((v) => (v[name]!.values = values));
  for (const [bytes, message] of [
    [change('src_address', [3, 1, 4, 2]), /link 3 has the source point 4 of 3/],
    [change('dst_address', [2, 0, 2, 2]), /link 2 has the target point 0 of 2/],
    [change('dst_address', [2, 1, 2]), /4 source and 3 target addresses/],
    [change('remap_matrix', [1, 2]), /2 weights for 4 links/],
    [change('remap_matrix', [1, Number.NaN, 1, 1]), /link 2 has the weight NaN/],
    [scripFile((v) => delete v['src_address']), /no array 'src_address'/],
    [scripFile((v) => delete v['src_grid_imask']), /number of points is not told/],
    [scripFile((v) => delete v['remap_matrix']), /without interpolation weights.*remap_matrix.*array S/],
  ] as const) {
    await test.rejects(readScrip(bytes, 'w.nc'), { code: 'data.format', message, where: { file: 'w.nc' } });
  }
});

t.test('weights of other grids are refused with the first point that differs', async (test) => {
  const [source, target] = [gridFromSpec('10/10'), gridFromSpec('20/20')];
  const matrix = await prepareWeights(context, source, target, { method: 'nn' });
  const file = await readScrip(writeScrip(matrix, source, target, { method: 'nn' }));
  const other = (grid: Grid): void => void test.throws(() => scripMatrix(file, source, grid), { code: 'input.grid' });
  other(gridFromSpec('10/10'));
  other(gridFromSpec({ grid: [20, 20], reference: [10, 0] } as never));
  test.throws(() => scripMatrix(file, gridFromSpec('5/5'), target), { message: /source of the weights has 684 points.*grid has 2664/ });
});
