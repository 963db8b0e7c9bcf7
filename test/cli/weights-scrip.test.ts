// `dte weights` to netCDF.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { gridFromSpec } from '../../src/atlas/index.js';
import { readScrip, scripMatrix } from '../../src/regrid/index.js';
import { dte, output, scratch } from './dte.js';

t.test('weights are written as SCRIP netCDF by the name of the file, or as ESMF when asked', async (test) => {
  const folder = scratch(test);
  const env = { DTE_CACHE: join(folder, 'cache') };
  const file = join(folder, 'w.nc');
  for (const format of [[], ['--format', 'esmf']]) {
    await output(['weights', 'F16', '10/10', '--method', 'con', '-o', file, ...format], { env });
    const weights = await readScrip(readFileSync(file), file);
    const matrix = scripMatrix(weights, gridFromSpec('F16'), gridFromSpec('10/10'));
    test.equal(matrix.rows, 684);
    test.ok(Math.abs(matrix.weight.reduce((sum, weight) => sum + weight, 0) - 684) < 1e-9);
  }
  const { code, stderr } = await dte(['weights', 'F16', '10/10', '--format', 'grib', '-o', file], { env });
  test.equal(code, 2);
  test.match(stderr, /npz, scrip, esmf/);
});
