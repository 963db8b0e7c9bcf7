import { type Field, gridFromSpec, releaseField, tileLayout } from '../../src/atlas/index.js';
import { prepareWindow, type Statistic } from '../../src/stats/index.js';
import { type Bench, placeOf } from '../support/bench.js';
import { interleaved } from '../support/measure.js';
import { floorOf } from '../support/report.js';

const layers = 16;
const statistics: readonly Statistic[] = ['mean', 'min', 'max'];
/** Read the sample and read and write what was gathered: three arrays for the mean, two for each extreme. */
const octets = 20 + 12 + 12;

/** One sample more in a window of time, what was gathered staying on the device. */
export const window: Bench = {
  name: 'stats/window',
  about: `a sample of ${layers} layers into a window of time with mean, minimum and maximum`,
  async run({ executors, quick, runs, report, withEngine, bandwidth }) {
    const size = quick ? 'O32' : 'O320';
    const grid = gridFromSpec(size);
    for (const executor of executors) {
      await withEngine(executor, {}, async (engine) => {
        const tiles = [];
        for (const [firstLayer, lanes] of tileLayout(grid.points, layers, engine.info.maxBindingBytes)) {
          const values = Float32Array.from({ length: grid.points * lanes }, (_, index) => (index % 977) * 0.03 - 15);
          tiles.push({ values: await engine.upload('f32', values), firstLayer, lanes });
        }
        const field: Field<number> = { grid, layers: Array.from({ length: layers }, (_, layer) => layer), tiles, mayBeMissing: false };
        const open = prepareWindow(engine, statistics);
        const [own] = await interleaved([{ run: () => engine.run((pass) => open.add(pass, field)) }], 4 * runs, 3);
        const count = layers * grid.points;
        report({
          bench: window.name,
          work: `add a sample: ${statistics.join(', ')}`,
          size: `${layers} layers ${size}`,
          ...placeOf(executor, engine),
          unit: 'ms',
          own: own!,
          amount: { count, unit: 'values' },
          floor: floorOf(octets * count, await bandwidth(executor)),
        });
        open.release();
        releaseField(field);
      });
    }
  },
};
