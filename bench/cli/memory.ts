import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bench, placeOf, type Setting } from '../support/bench.js';
import { dte, dtePeakMemory } from '../support/dte.js';
import { bytesOf } from '../support/inputs.js';
import { interleaved } from '../support/measure.js';
import { peakMemory, runProcess } from '../support/process.js';
import { beside } from '../support/report.js';
import { withScratch } from '../support/scratch.js';

/** Highest resident memory of `dte regrid` for a file and for one ten times as long: it must not grow with the file. */
export const memory: Bench = {
  name: 'cli/memory',
  about: 'peak memory of dte regrid for 32 and for 320 fields',
  run: (setting) => withScratch((folder) => memoryRows(setting, folder)),
};

async function memoryRows(setting: Setting, folder: string): Promise<void> {
  const { inputs, peers, report, quick, executors } = setting;
  const [source, target, cdoTarget, fields] = quick ? ['O96', '1/1', 'r360x180', 8] : ['O640', '0.25/0.25', 'r1440x721', 32];
  const { cdo } = peers;
  const env = { DTE_CACHE: join(folder, 'cache'), ...(setting.threads === undefined ? {} : { DTE_THREADS: String(setting.threads) }) };
  const short = await inputs.grib({ grid: source, fields, packing: 'ccsds' });
  const files = [short, await inputs.repeated(short, 10)];
  const output = join(folder, 'out.grib2');
  const stored = join(folder, 'weights.nc');
  const first = join(folder, 'first.grib2');
  copyFileSync(short, first);
  if (typeof cdo !== 'string') await runProcess(cdo.command, ['-s', '-P', '1', `gennn,${cdoTarget}`, first, stored]);
  // The weights come from the cache in every measured run.
  await dte(['regrid', first, '-o', output, '--grid', target], { ...env, DTE_DEVICE: 'cpu' });
  for (const executor of executors) {
    const place = await setting.withEngine(executor, {}, async (engine) => placeOf(executor, engine));
    for (const [index, file] of files.entries()) {
      const own = {
        run: () => dtePeakMemory(['regrid', file, '-o', output, '--grid', target, '--packing', 'simple'], { ...env, DTE_DEVICE: executor }),
      };
      const theirs =
        typeof cdo === 'string'
          ? []
          : [{ run: () => peakMemory(cdo.command, ['-s', '-P', '1', `remap,${cdoTarget},${stored}`, file, join(folder, 'cdo.grib2')]) }];
      // Memory varies little; three runs show it.
      const [spread, peer] = await interleaved([own, ...theirs], Math.min(3, setting.runs), 0);
      report({
        bench: memory.name,
        work: 'dte regrid, peak memory',
        size: `${fields * (index === 0 ? 1 : 10)} fields ${source} -> ${target}, ${(bytesOf(file) / 1e6).toFixed(0)} MB in`,
        ...place,
        unit: 'MiB',
        own: spread!,
        ...beside(spread!, 'cdo -P 1 remap', peer ?? (cdo as string)),
      });
    }
  }
}
