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

/** What is made, beside which operator of CDO, and what is asked for. */
interface Case {
  readonly source: string;
  readonly target: string;
  readonly method: string;
  readonly peer?: { readonly operator: 'gennn' | 'gendis'; readonly target: string };
  readonly aim: { readonly ratio: number } | { readonly seconds: number };
}

const quarter = { target: '0.25/0.25', cdo: 'r1440x721' };
const cases: readonly Case[] = [
  { source: 'O1280', target: quarter.target, method: 'k-nearest', peer: { operator: 'gendis', target: quarter.cdo }, aim: { ratio: 3 } },
  { source: 'O1280', target: quarter.target, method: 'linear', peer: { operator: 'gennn', target: quarter.cdo }, aim: { ratio: 1 } },
  { source: 'O640', target: quarter.target, method: 'linear', peer: { operator: 'gennn', target: quarter.cdo }, aim: { ratio: 1 } },
  { source: 'O1280', target: '0.1/0.1', method: 'linear', aim: { seconds: 5 } },
];
const small: readonly Case[] = [
  { source: 'O96', target: '1/1', method: 'k-nearest', peer: { operator: 'gendis', target: 'r360x180' }, aim: { ratio: 3 } },
  { source: 'O96', target: '1/1', method: 'linear', peer: { operator: 'gennn', target: 'r360x180' }, aim: { ratio: 1 } },
];

/**
 * Weights between two grids, made on the host whatever the executor. CDO has no bilinear from O grids: beside linear weights stand
 * its nearest neighbours; `cdo gendis` takes the four nearest points, as `k-nearest` does. Two rows each: the whole process
 * `dte weights`, start and file included, which is what the peer is; and the making alone, in a running process.
 */
export const weights: Bench = {
  name: 'regrid/weights',
  about: 'k-nearest and linear weights from O1280 and O640 to 0.25 and 0.1 degrees, beside cdo gendis and gennn',
  async run(setting) {
    for (const one of setting.quick ? small : cases) await weightsRows(setting, one);
  },
};

async function weightsRows(setting: Setting, { source: sourceName, target, method, peer, aim }: Case): Promise<void> {
  const { context, inputs, peers, runs, report } = setting;
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
      run: () => dte(['weights', sourceName, target, '--method', method, '-o', join(folder, 'w.npz')], env),
      after: () => rmSync(cache, { recursive: true, force: true }),
    };
    const alone = {
      run: async () => {
        matrix = await prepareWeights(bounded, source, gridFromSpec(target), { method });
      },
    };
    const theirs =
      typeof cdo === 'string' || peer === undefined
        ? []
        : [{ run: () => runProcess(cdo.command, ['-s', '-P', '1', `${peer.operator},${peer.target}`, file, join(folder, 'w.nc')]) }];
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
    const peerName = `cdo ${peer?.operator}${typeof cdo === 'string' ? '' : ', whole process'}`;
    for (const [work, own] of [
      [`dte weights --method ${method}, whole process`, wholeSpread!],
      [`${method} weights, making alone`, aloneSpread!],
    ] as const) {
      report({
        ...common,
        work,
        own,
        ...(peer === undefined ? {} : beside(own, peerName, peerSpread ?? (cdo as string))),
        aim,
        floor: floorOf(bytes, bandwidth),
      });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
