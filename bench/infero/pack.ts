import { type Field, gridFromSpec, releaseField, tileLayout } from '../../src/atlas/index.js';
import type { Engine } from '../../src/compute/index.js';
import { layersOf, preparePack, prepareUnpack } from '../../src/infero/index.js';
import { seeded } from '../../test/support/random.js';
import { type Bench, placeOf } from '../support/bench.js';
import { interleaved } from '../support/measure.js';
import { floorOf } from '../support/report.js';

const levels = 24;

/**
 * Levels of a field to the channels of a tensor and back, normalised, in the two orders that models take. The floor is the octets of field
 * and tensor, moved once each.
 */
export const pack: Bench = {
  name: 'infero/pack',
  about: 'fields to tensors and back on the device',
  async run({ runs, quick, executors, report, withEngine, bandwidth }) {
    const grid = gridFromSpec(quick ? '2/2' : '0.25/0.25');
    for (const executor of executors) {
      const gigabytesPerSecond = await bandwidth(executor);
      await withEngine(executor, {}, async (engine) => {
        const field = await randomField(engine, grid);
        for (const order of ['nchw', 'points'] as const) {
          const layout = { order, channels: Array.from({ length: levels }, () => ({ mean: 1, scale: 2 })) };
          const packer = await preparePack(engine, grid, layout);
          const unpacker = await prepareUnpack(engine, grid, layout);
          const { tensor } = await engine.run((pass) => packer.pack(pass, layersOf(field)));
          const there = async (): Promise<void> =>
            void (await engine.run((pass) => void packer.pack(pass, layersOf(field), { into: tensor })));
          const back = async (): Promise<void> =>
            void (await engine.run((pass) => void unpacker.unpack(pass, tensor, { layers: field.layers, into: field })));
          const [toTensor, fromTensor] = await interleaved([{ run: there }, { run: back }], runs);
          for (const [work, own] of [
            [`to ${order}`, toTensor],
            [`from ${order}`, fromTensor],
          ] as const) {
            report({
              bench: pack.name,
              work,
              size: `${levels} levels of ${grid.name ?? grid.points}`,
              ...placeOf(executor, engine),
              unit: 'ms',
              own: own!,
              amount: { count: levels * grid.points, unit: 'values' },
              floor: floorOf(8 * levels * grid.points, gigabytesPerSecond),
            });
          }
          for (const held of [tensor, packer, unpacker]) held.release();
        }
        releaseField(field);
      });
    }
  },
};

async function randomField(engine: Engine, grid: Field['grid']): Promise<Field<number>> {
  const random = seeded(1);
  const tiles = [];
  for (const [firstLayer, lanes] of tileLayout(grid.points, levels, engine.info.maxBindingBytes)) {
    const values = new Float32Array(grid.points * lanes).map(() => random());
    tiles.push({ firstLayer, lanes, values: await engine.upload('f32', values) });
  }
  return { grid, layers: Array.from({ length: levels }, (_, index) => index), tiles, mayBeMissing: false };
}
