import { fileURLToPath } from 'node:url';
import { gridFromSpec } from '../../src/atlas/index.js';
import { packageRoot } from '../../src/base/package-root.js';
import type { Engine } from '../../src/compute/index.js';
import { ModelData, openEmulator, openPlume } from '../../src/plume/index.js';
import { type Bench, placeOf } from '../support/bench.js';
import { interleaved, type Subject } from '../support/measure.js';
import { beside, floorOf } from '../support/report.js';

const levels = 10;
const kinds = ['worker', 'process'] as const;

/**
 * A step of one plugin that runs apart, beside the same work on the model's own thread: what its isolation costs. All of it is copies: the
 * field to the host, to the plugin's memory (through a pipe for a process), the output back, and the search for values that are not finite.
 */
export const isolated: Bench = {
  name: 'plume/isolated',
  about: 'a step of a plugin in a thread or process, out = 2 u on 10 levels of O320, beside a trusted module',
  async run({ runs, report, quick, executors, withEngine, bandwidth }) {
    const size = quick ? 'O32' : 'O320';
    const { points } = gridFromSpec(size);
    for (const executor of executors) {
      await withEngine(executor, {}, async (engine) => {
        const trusted = await stepOf(engine, size, 'module');
        for (const kind of kinds) {
          const apart = await stepOf(engine, size, kind);
          const [own, alone] = await interleaved([apart.subject, trusted.subject], 2 * runs, 2);
          report({
            bench: isolated.name,
            work: `step of a plugin of kind ${kind}`,
            size: `${size} x ${levels}`,
            ...placeOf(executor, engine),
            unit: 'ms',
            own: own!,
            ...beside(own!, 'kind module', alone!),
            amount: { count: levels * points, unit: 'values' },
            floor: floorOf(2 * 4 * levels * points, await bandwidth(executor)),
          });
          await apart.close();
        }
        await trusted.close();
      });
    }
  },
};

async function stepOf(
  engine: Engine,
  size: string,
  kind: 'module' | (typeof kinds)[number],
): Promise<{ readonly subject: Subject; readonly close: () => Promise<void> }> {
  const fields = { u: { apply: { random: {} } } };
  const emulator = await openEmulator(engine, { config: { emulator: { grid_identifier: size, vertical_levels: levels, fields } } });
  const lib = kind === 'module' ? 'double-module.mjs' : 'double-isolated.mjs';
  const plugin = { name: kind, kind, lib, 'core-config': { output: 'doubled' }, 'on-error': 'abort' };
  const folder = `${fileURLToPath(packageRoot())}bench/plume/`;
  const plume = await openPlume(engine, { plugins: [plugin] }, { folder });
  const decisions = await plume.negotiate(emulator.offers);
  const refused = decisions.find(({ accepted }) => !accepted);
  if (refused !== undefined) throw new Error(refused.reasons.join());
  const data = new ModelData();
  await emulator.provide(data);
  await plume.feed(data);
  await emulator.next(data);
  const run = async (): Promise<void> => {
    data.setUpdated(['u']);
    await plume.run();
  };
  return {
    subject: { run },
    close: async () => {
      await plume.teardown();
      emulator.close();
    },
  };
}
