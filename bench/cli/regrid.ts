import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { gridFromSpec } from '../../src/atlas/index.js';
import { type Bench, placeOf, type Setting } from '../support/bench.js';
import { dte } from '../support/dte.js';
import { bytesOf } from '../support/inputs.js';
import { interleaved, type Subject } from '../support/measure.js';
import { runProcess } from '../support/process.js';
import { beside, floorOf } from '../support/report.js';
import { withScratch } from '../support/scratch.js';

/**
 * The whole command, start included, GRIB to GRIB, weights cached, files in memory: `dte regrid` with simple packing (what CDO
 * writes) and with the input's own, beside `cdo remap` with stored weights. CDO's are nearest-neighbour weights, which read one
 * source point where ours read three: it does less work.
 */
export const regrid: Bench = {
  name: 'cli/regrid',
  about: 'dte regrid of 32 O640 CCSDS fields to 0.25 degrees, whole process, beside cdo remap with stored weights',
  run: (setting) => withScratch((folder) => regridRows(setting, folder)),
};

async function regridRows(setting: Setting, folder: string): Promise<void> {
  const { inputs, peers, runs, report, quick, executors } = setting;
  const { cdo } = peers;
  const [source, target, cdoTarget, fields] = quick ? ['O96', '1/1', 'r360x180', 8] : ['O640', '0.25/0.25', 'r1440x721', 32];
  const input = join(folder, 'in.grib2');
  copyFileSync(await inputs.grib({ grid: source, fields, packing: 'ccsds' }), input);
  const env = { DTE_CACHE: join(folder, 'cache'), ...(setting.threads === undefined ? {} : { DTE_THREADS: String(setting.threads) }) };
  const run = (packing: string, device: string): Subject => ({
    run: () =>
      dte(['regrid', input, '-o', join(folder, `${packing}.grib2`), '--grid', target, '--packing', packing], {
        ...env,
        DTE_DEVICE: device,
      }),
  });
  const theirs: Subject[] = [];
  if (typeof cdo !== 'string') {
    const stored = join(folder, 'weights.nc');
    await runProcess(cdo.command, ['-s', '-P', '1', `gennn,${cdoTarget}`, input, stored]);
    theirs.push({
      run: () => runProcess(cdo.command, ['-s', '-P', '1', `remap,${cdoTarget},${stored}`, input, join(folder, 'cdo.grib2')]),
    });
  }
  for (const executor of executors) {
    const spreads = await interleaved([run('simple', executor), run('keep', executor), ...theirs], runs);
    const place = await setting.withEngine(executor, {}, async (engine) => placeOf(executor, engine));
    const bandwidth = await setting.bandwidth(executor);
    for (const [index, packing] of ['simple', 'keep'].entries()) {
      const own = spreads[index]!;
      // The least that can be moved: the file read, values written and read once each at both grids, the result written.
      const points = gridFromSpec(source).points + gridFromSpec(target).points;
      const bytes = bytesOf(input) + bytesOf(join(folder, `${packing}.grib2`)) + 2 * 4 * fields * points;
      report({
        bench: regrid.name,
        work: `dte regrid --packing ${packing}`,
        size: `${fields} fields ${source} -> ${target}, ${(bytesOf(input) / 1e6).toFixed(0)} MB in, ${(bytesOf(join(folder, `${packing}.grib2`)) / 1e6).toFixed(0)} MB out`,
        ...place,
        unit: 'ms',
        own,
        amount: { count: fields, unit: 'fields' },
        ...beside(own, 'cdo -P 1 remap', spreads[2] ?? (cdo as string)),
        ...(executor === 'cpu' ? { aim: { ratio: 2 } } : executor === 'gpu' ? { aim: { ratio: 5 } } : {}),
        floor: floorOf(bytes, bandwidth),
      });
    }
  }
}
