import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gridFromSpec } from '../../src/atlas/index.js';
import { type Matrix, prepareWeights } from '../../src/regrid/index.js';
import type { Bench, Setting } from '../support/bench.js';
import { dte } from '../support/dte.js';
import { interleaved } from '../support/measure.js';
import { cpuName } from '../support/machine.js';
import { runProcess } from '../support/process.js';
import { beside, floorOf } from '../support/report.js';

/**
 * Linear weights between two grids, made on the host whatever the executor. `cdo gennn` makes nearest-neighbour weights: CDO has
 * no bilinear from O grids. Two rows: the whole process `dte weights`, start and file included, which is what `cdo gennn` is;
 * and the making alone, in a running process.
 */
export const weights: Bench = {
  name: 'regrid/weights',
  about: 'linear weights from O1280 and O640 to 0.25 degrees, beside cdo gennn',
  async run(setting) {
    for (const source of setting.quick ? ['O96'] : ['O1280', 'O640']) await weightsRows(setting, source);
  },
};

async function weightsRows(setting: Setting, sourceName: string): Promise<void> {
  const { context, inputs, peers, runs, report, quick } = setting;
  const [target, cdoTarget] = quick ? ['1/1', 'r360x180'] : ['0.25/0.25', 'r1440x721'];
  const source = gridFromSpec(sourceName);
  const folder = mkdtempSync(join(inputs.folder, 'weights-'));
  const { cdo } = peers;
  const threads = setting.threads ?? context.workers.threads;
  const bounded = { ...context, workers: { ...context.workers, threads } };
  let matrix: Matrix | undefined;
  try {
    const file = await inputs.grib({ grid: sourceName, fields: 1, packing: 'simple' });
    // A cache of its own, emptied after each run: weights that are found there are not made.
    const cache = join(folder, 'cache');
    const env = { DTE_CACHE: cache, DTE_THREADS: String(threads) };
    const whole = {
      run: () => dte(['weights', sourceName, target, '--method', 'linear', '-o', join(folder, 'w.npz')], env),
      after: () => rmSync(cache, { recursive: true, force: true }),
    };
    const alone = {
      run: async () => {
        matrix = await prepareWeights(bounded, source, gridFromSpec(target));
      },
    };
    const theirs =
      typeof cdo === 'string'
        ? []
        : [{ run: () => runProcess(cdo.command, ['-s', '-P', '1', `gennn,${cdoTarget}`, file, join(folder, 'w.nc')]) }];
    const [wholeSpread, aloneSpread, peerSpread] = await interleaved([whole, alone, ...theirs], runs);
    const made = matrix as unknown as Matrix;
    const bytes = made.rowStart.byteLength + made.column.byteLength + made.weight.byteLength;
    const bandwidth = await setting.bandwidth('cpu');
    const common = {
      bench: weights.name,
      size: `${sourceName} -> ${target}, ${(made.column.length / 1e6).toFixed(2)} M weights`,
      executor: 'host',
      device: cpuName(),
      threads,
      unit: 'ms',
    } as const;
    const peerName = `cdo gennn${typeof cdo === 'string' ? '' : ', whole process'}`;
    for (const [work, own] of [
      ['dte weights, whole process', wholeSpread!],
      ['linear weights, making alone', aloneSpread!],
    ] as const) {
      report({
        ...common,
        work,
        own,
        ...beside(own, peerName, peerSpread ?? (cdo as string)),
        aim: { ratio: 1 },
        floor: floorOf(bytes, bandwidth),
      });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
