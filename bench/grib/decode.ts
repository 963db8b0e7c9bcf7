import { gridFromSpec, releaseField } from '../../src/atlas/index.js';
import { prepareDecode } from '../../src/grib/index.js';
import { type Bench, placeOf, type Setting } from '../support/bench.js';
import { bytesOf, messagesOf } from '../support/inputs.js';
import { interleaved } from '../support/measure.js';
import { beside, floorOf } from '../support/report.js';

/**
 * GRIB messages in memory -> values in device memory, entropy decoding and upload included, in the messages' own order.
 * ecCodes: values as double in host memory, the same messages, one thread.
 */
export const decode: Bench = {
  name: 'grib/decode',
  about: '16-bit fields, CCSDS and simple, from messages in memory to values on the device',
  async run(setting) {
    for (const packing of ['ccsds', 'simple'] as const) {
      for (const fields of setting.quick ? [1, 2] : [1, 4]) await decodeRow(setting, packing, fields);
    }
  },
};

async function decodeRow(setting: Setting, packing: 'simple' | 'ccsds', fields: number): Promise<void> {
  const { context, inputs, peers, runs, report } = setting;
  const grid = gridFromSpec(setting.quick ? 'O96' : 'O1280');
  const path = await inputs.grib({ grid: grid.name as string, fields, packing });
  const messages = await messagesOf(context, path);
  const count = grid.points * fields;
  const { eccodes } = peers;
  for (const executor of setting.executors) {
    await setting.withEngine(executor, {}, async (engine) => {
      const peer = typeof eccodes === 'string' ? undefined : await eccodes.open('decode', path);
      const work = async (): Promise<void> => {
        const prepared = await prepareDecode(engine, messages, grid);
        releaseField(await engine.run((pass) => prepared.decodeInFileOrder(pass)));
      };
      try {
        const [own, theirs] = await interleaved([{ run: work }, ...(peer === undefined ? [] : [{ run: () => peer.run() }])], runs, 2);
        report({
          bench: decode.name,
          work: `${packing} 16-bit decode`,
          size: `${grid.name} ${(count / 1e6).toFixed(1)} M values, ${fields} msg, ${((8 * bytesOf(path)) / count).toFixed(1)} bit/value`,
          ...placeOf(executor, engine),
          unit: 'ms',
          own: own!,
          amount: { count, unit: 'values' },
          ...beside(own!, typeof eccodes === 'string' ? 'ecCodes' : eccodes.label, theirs ?? (eccodes as string)),
          ...(executor === 'cpu' ? { aim: { ratio: 1.5 } } : executor === 'gpu' && packing === 'ccsds' ? { aim: { ratio: 5 } } : {}),
          floor: floorOf(bytesOf(path) + 4 * count, await setting.bandwidth(executor)),
        });
      } finally {
        peer?.close();
      }
    });
  }
}
