import { gridFromSpec, releaseField } from '../../src/atlas/index.js';
import { decode, encode as encodeField } from '../../src/grib/index.js';
import { type Bench, placeOf, type Setting } from '../support/bench.js';
import { bytesOf, messagesOf } from '../support/inputs.js';
import { interleaved } from '../support/measure.js';
import { beside, floorOf } from '../support/report.js';

/**
 * Values in device memory -> whole GRIB messages in host memory: range, quantising, packing, entropy coding, sections.
 * ecCodes: values as double in host memory -> messages, one thread.
 */
export const encode: Bench = {
  name: 'grib/encode',
  about: '16-bit fields, CCSDS and simple, from values on the device to messages in memory',
  async run(setting) {
    for (const packing of ['ccsds', 'simple'] as const) {
      for (const fields of setting.quick ? [1, 2] : [1, 4]) await encodeRow(setting, packing, fields);
    }
  },
};

async function encodeRow(setting: Setting, packing: 'simple' | 'ccsds', fields: number): Promise<void> {
  const { context, inputs, peers, runs, report } = setting;
  const grid = gridFromSpec(setting.quick ? 'O96' : 'O1280');
  const path = await inputs.grib({ grid: grid.name as string, fields, packing });
  const messages = await messagesOf(context, path);
  const count = grid.points * fields;
  const { eccodes } = peers;
  for (const executor of setting.executors) {
    await setting.withEngine(executor, {}, async (engine) => {
      const field = await decode(engine, messages, grid);
      const peer = typeof eccodes === 'string' ? undefined : await eccodes.open('encode', path);
      const work = async (): Promise<void> => {
        const encoded = await encodeField(engine, field, { packing, bits: 16, inFileOrder: true });
        if (encoded.length !== fields) throw new Error(`${encoded.length} messages instead of ${fields}`);
      };
      try {
        const [own, theirs] = await interleaved([{ run: work }, ...(peer === undefined ? [] : [{ run: () => peer.run() }])], runs, 2);
        report({
          bench: encode.name,
          work: `${packing} 16-bit encode`,
          size: `${grid.name} ${(count / 1e6).toFixed(1)} M values, ${fields} msg, ${((8 * bytesOf(path)) / count).toFixed(1)} bit/value`,
          ...placeOf(executor, engine),
          unit: 'ms',
          own: own!,
          amount: { count, unit: 'values' },
          ...beside(own!, typeof eccodes === 'string' ? 'ecCodes' : eccodes.label, theirs ?? (eccodes as string)),
          ...(executor === 'cpu' ? { aim: { ratio: 1 } } : {}),
          floor: floorOf(bytesOf(path) + 4 * count, await setting.bandwidth(executor)),
        });
      } finally {
        peer?.close();
        releaseField(field);
      }
    });
  }
}
