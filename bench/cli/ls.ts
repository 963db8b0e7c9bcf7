import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from '../support/bench.js';
import { dte } from '../support/dte.js';
import { bytesOf } from '../support/inputs.js';
import { cpuName } from '../support/machine.js';
import { interleaved } from '../support/measure.js';
import { runProcess } from '../support/process.js';
import { beside, floorOf } from '../support/report.js';
import { withScratch } from '../support/scratch.js';

/** A listing needs headers only; most of its time is the start of the process. */
export const ls: Bench = {
  name: 'cli/ls',
  about: 'dte grib ls of a 1000-message file, whole process, beside grib_ls',
  run: ({ inputs, peers, runs, report, quick, bandwidth }) =>
    withScratch(async (folder) => {
      const fields = quick ? 100 : 1000;
      const file = join(folder, 'in.grib2');
      copyFileSync(await inputs.grib({ grid: 'O32', fields, packing: 'simple' }), file);
      const { gribLs } = peers;
      const theirs = typeof gribLs === 'string' ? [] : [{ run: () => runProcess(gribLs.command, [file]) }];
      const [own, peer] = await interleaved([{ run: () => dte(['grib', 'ls', file], {}) }, ...theirs], runs);
      report({
        bench: ls.name,
        work: 'dte grib ls',
        size: `${fields} messages, ${(bytesOf(file) / 1e6).toFixed(1)} MB`,
        executor: 'host',
        device: cpuName(),
        threads: 1,
        unit: 'ms',
        own: own!,
        amount: { count: fields, unit: 'messages' },
        ...beside(own!, 'grib_ls', peer ?? (gribLs as string)),
        aim: { ratio: 1 },
        floor: floorOf(bytesOf(file), await bandwidth('cpu')),
      });
    }),
};
