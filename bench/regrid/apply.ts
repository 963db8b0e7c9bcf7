import { type Field, type Grid, gridFromSpec, maxLanes, releaseField, tileLayout } from '../../src/atlas/index.js';
import { readWhole } from '../../src/base/index.js';
import type { Engine } from '../../src/compute/index.js';
import { forgetWeights, type Matrix, prepareRegrid, readNpz, type Regridder } from '../../src/regrid/index.js';
import { seeded } from '../../test/support/random.js';
import { type Bench, placeOf, type Setting } from '../support/bench.js';
import { interleaved } from '../support/measure.js';
import { beside, digits, floorOf } from '../support/report.js';

/** Layers that are held on the device at a time; more are applied in turns. */
const heldLayers = 48;

/**
 * One sparse product with many layers at once, everything in device memory. The floor counts, for each tile of 8 layers, the
 * weights (8 octets each) and row starts, every source point that any weight uses, and the result, once each.
 */
export const apply: Bench = {
  name: 'regrid/apply',
  about: 'linear weights applied to 32 layers O640 -> 0.25 degrees and 137 layers O1280 -> 0.25 degrees on the device, beside scipy',
  async run(setting) {
    await applyTo(setting, setting.quick ? ['O96', '1/1', 32] : ['O640', '0.25/0.25', 32]);
    await applyTo(setting, setting.quick ? ['O96', '1/1', 50] : ['O1280', '0.25/0.25', 137]);
    forgetWeights();
  },
};

async function applyTo(setting: Setting, [source, target, layers]: readonly [string, string, number]): Promise<void> {
  const { context, inputs, peers, runs, report, executors, withEngine, bandwidth: bandwidthOf } = setting;
  const grid = gridFromSpec(source);
  const npz = await inputs.weights(source, target);
  const matrix = readNpz(await readWhole(context.fs, npz), npz);
  const { scipy } = peers;
  for (const executor of executors) {
    await withEngine(executor, { timing: true }, async (engine) => {
      const regridder = await prepareRegrid(engine, grid, gridFromSpec(target));
      const field = await randomField(engine, grid, Math.min(layers, heldLayers));
      const work = async (): Promise<void> => {
        for (let first = 0; first < layers; first += heldLayers) {
          const turn = firstLayers(field, Math.min(heldLayers, layers - first));
          releaseField(await engine.run((pass) => regridder.apply(pass, turn)));
        }
      };
      const peer = typeof scipy === 'string' ? undefined : await scipy.open(npz, layers);
      try {
        const [own, theirs] = await interleaved([{ run: work }, ...(peer === undefined ? [] : [{ run: () => peer.run() }])], runs, 3);
        const bandwidth = await bandwidthOf(executor);
        const inKernel = await kernelMsOf(engine, regridder, field, Math.ceil(layers / maxLanes));
        const floor = floorOf(leastBytes(matrix, layers), bandwidth);
        report({
          bench: apply.name,
          work: `apply linear to ${layers} layers`,
          size: `${source} -> ${target}, ${(matrix.column.length / 1e6).toFixed(2)} M weights`,
          ...placeOf(executor, engine),
          unit: 'ms',
          own: own!,
          amount: { count: layers, unit: 'fields' },
          ...beside(own!, `scipy CSR f32, 1 thread`, theirs ?? (scipy as string)),
          ...(executor === 'cpu' ? { aim: { ratio: 1 } } : executor === 'gpu' ? { aim: { share: 0.6 } } : {}),
          floor,
          note: `${executor}: ${digits(inKernel)} ms in the kernel without waits, ${((100 * floor.milliseconds) / inKernel).toFixed(0)} % of the copy bandwidth of ${digits(bandwidth)} GB/s`,
        });
      } finally {
        peer?.close();
        releaseField(field);
        regridder.release();
      }
    });
  }
}

/** Layers of noise; all tiles hold the same, in memory of their own. */
async function randomField(engine: Engine, grid: Grid, layers: number): Promise<Field> {
  const random = seeded(1);
  const values = Float32Array.from({ length: grid.points * maxLanes }, () => random());
  const tiles = [];
  for (const [firstLayer, lanes] of tileLayout(grid.points, layers, engine.info.maxBindingBytes)) {
    tiles.push({ values: await engine.upload('f32', values.subarray(0, grid.points * lanes)), firstLayer, lanes });
  }
  return { grid, layers: Array.from({ length: layers }, (_, layer) => layer), tiles, mayBeMissing: false };
}

/** The field without the tiles beyond `layers`; the last tile may have lanes more than asked for. */
function firstLayers(field: Field, layers: number): Field {
  return { ...field, layers: field.layers.slice(0, layers), tiles: field.tiles.filter(({ firstLayer }) => firstLayer < layers) };
}

function leastBytes(matrix: Matrix, layers: number): number {
  const isUsed = new Uint8Array(matrix.columns);
  for (const column of matrix.column) isUsed[column] = 1;
  const used = isUsed.reduce((sum, one) => sum + one, 0);
  const tiles = Math.ceil(layers / maxLanes);
  return tiles * (8 * matrix.column.length + 4 * matrix.rowStart.length) + 4 * layers * (used + matrix.rows);
}

/**
 * Time in the kernel for `tiles` tiles. On a GPU from one submit of many dispatches, after another one: between submits that are
 * shorter than the waits beside them a GPU lowers its clocks, to a third of its speed.
 */
async function kernelMsOf(engine: Engine, regridder: Regridder, field: Field, tiles: number): Promise<number> {
  const few = firstLayers(field, 2 * maxLanes);
  const repeats = engine.info.executor === 'gpu' ? 12 : 2;
  let milliseconds = 0;
  for (let burst = 0; burst < 3; burst++) {
    const before = kernelMs(await engine.profile());
    const made = await engine.run((pass) => Array.from({ length: repeats }, () => regridder.apply(pass, few)));
    for (const one of made) releaseField(one);
    milliseconds = kernelMs(await engine.profile()) - before;
  }
  return (milliseconds / repeats / few.tiles.length) * tiles;
}

function kernelMs(profile: readonly { readonly stem: string; readonly milliseconds: number }[]): number {
  return profile.reduce((sum, { stem, milliseconds }) => sum + (stem.startsWith('regrid/csr-apply') ? milliseconds : 0), 0);
}
