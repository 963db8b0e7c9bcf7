import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gridFromSpec } from '../../src/atlas/index.js';
import { type Matrix, prepareWeights } from '../../src/regrid/index.js';
import type { Bench, Setting } from '../support/bench.js';
import { dte } from '../support/dte.js';
import { cpuName } from '../support/machine.js';
import { interleaved } from '../support/measure.js';
import { runProcess } from '../support/process.js';
import { beside, floorOf } from '../support/report.js';

/**
 * Conservative weights, made on the host whatever the executor, beside `cdo gencon` (first order) and `cdo gencon2` (second), which run
 * on as many threads as we do. Two rows for first order: the whole process `dte weights`, start and file included, which is what
 * `cdo gencon` is; and the making alone, in a running process. HEALPix cells are polygons: nothing but clipping there, without a peer.
 */
export const conservative: Bench = {
  name: 'regrid/conservative',
  about: 'conservative weights F640 to 0.25 degrees, beside cdo gencon, and from HEALPix',
  async run(setting) {
    await boxRows(setting, 'conservative', 'gencon', 5);
    await boxRows(setting, 'conservative-2', 'gencon2', 1);
    await polygonRow(setting);
  },
};

async function boxRows(setting: Setting, method: string, operator: string, aim: number): Promise<void> {
  const { inputs, peers, runs, quick } = setting;
  const [source, target, cdoTarget] = quick ? ['F48', '1/1', 'r360x181'] : ['F640', '0.25/0.25', 'r1440x721'];
  const folder = mkdtempSync(join(inputs.folder, 'conservative-'));
  const { cdo } = peers;
  const threads = setting.threads ?? setting.context.workers.threads;
  try {
    const file = await inputs.grib({ grid: source, fields: 1, packing: 'simple' });
    // A cache of its own, emptied after each run: weights that are found there are not made.
    const cache = join(folder, 'cache');
    const whole = {
      run: () =>
        dte(['weights', source, target, '--method', method, '-o', join(folder, 'w.npz')], {
          DTE_CACHE: cache,
          DTE_THREADS: String(threads),
        }),
      after: () => rmSync(cache, { recursive: true, force: true }),
    };
    const alone = making(setting, source, target, method);
    const theirs =
      typeof cdo === 'string'
        ? []
        : [{ run: () => runProcess(cdo.command, ['-s', '-P', String(threads), `${operator},${cdoTarget}`, file, join(folder, 'w.nc')]) }];
    const [wholeSpread, aloneSpread, peerSpread] = await interleaved([whole, alone, ...theirs], runs);
    const common = await commonOf(setting, `${source} -> ${target}`, alone.made());
    const peer = peerSpread ?? (cdo as string);
    const name = `cdo ${operator}${typeof cdo === 'string' ? '' : ', whole process'}`;
    setting.report({
      ...common,
      work: `dte weights ${method}, whole process`,
      own: wholeSpread!,
      ...beside(wholeSpread!, name, peer),
      aim: { ratio: aim },
    });
    setting.report({
      ...common,
      work: `${method} weights, making alone`,
      own: aloneSpread!,
      ...beside(aloneSpread!, name, peer),
      aim: { ratio: aim },
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function polygonRow(setting: Setting): Promise<void> {
  const [source, target] = setting.quick ? ['H16', '2/2'] : ['H256', '0.5/0.5'];
  const alone = making(setting, source, target, 'conservative');
  const [own] = await interleaved([alone], setting.runs);
  setting.report({
    ...(await commonOf(setting, `${source} -> ${target}`, alone.made())),
    work: 'conservative weights of polygons, making alone',
    own: own!,
  });
}

function making(
  { context, threads = context.workers.threads }: Setting,
  source: string,
  target: string,
  method: string,
): { readonly run: () => Promise<void>; readonly made: () => Matrix } {
  const bounded = { ...context, workers: { ...context.workers, threads } };
  let matrix: Matrix | undefined;
  return {
    run: async () => {
      matrix = await prepareWeights(bounded, gridFromSpec(source), gridFromSpec(target), { method });
    },
    made: () => matrix as Matrix,
  };
}

type Common = Omit<Parameters<Setting['report']>[0], 'work' | 'own'>;

async function commonOf(setting: Setting, grids: string, { rowStart, column, weight }: Matrix): Promise<Common> {
  const bytes = rowStart.byteLength + column.byteLength + weight.byteLength;
  return {
    bench: conservative.name,
    size: `${grids}, ${(column.length / 1e6).toFixed(2)} M weights`,
    executor: 'host',
    device: cpuName(),
    threads: setting.threads ?? setting.context.workers.threads,
    unit: 'ms',
    floor: floorOf(bytes, await setting.bandwidth('cpu')),
  };
}
