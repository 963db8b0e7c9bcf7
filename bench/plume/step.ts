import { type Field, gridFromSpec } from '../../src/atlas/index.js';
import type { Engine, Pass } from '../../src/compute/index.js';
import { type FieldLayer, ModelData, openPlume, type Plume } from '../../src/plume/index.js';
import { type Bench, placeOf } from '../support/bench.js';
import { interleaved } from '../support/measure.js';
import { beside, digits, floorOf } from '../support/report.js';

const plugins = 10;
const levels = 10;
const lanes = 8;

/**
 * A step of ten kernel plugins, each reading two fields and writing one, beside the same dispatches without plugins: taken down from a step
 * and played again as one bare pass. What manager and recording cost is the difference. Plugins' work is light (a few operations a value),
 * so nothing hides it.
 */
export const step: Bench = {
  name: 'plume/step',
  about: 'a step of 10 kernel plugins on 10 levels of O320, beside their dispatches alone',
  async run({ runs, report, quick, executors, withEngine, bandwidth }) {
    const size = quick ? 'O32' : 'O320';
    const { points } = gridFromSpec(size);
    for (const executor of executors) {
      const kernelsMs = await withEngine(executor, { timing: true }, (engine) => inKernels(engine, size));
      await withEngine(executor, {}, async (engine) => {
        const { plume, data } = await model(engine, size);
        const dispatches = await dispatchesOf(engine, () => oneStep(plume, data));
        const bare = (): Promise<void> => engine.run((pass) => play(pass, dispatches));
        const [own, alone] = await interleaved([{ run: () => oneStep(plume, data) }, { run: bare }], 4 * runs, 3);
        const overhead = 100 * (own!.median / alone!.median - 1);
        report({
          bench: step.name,
          work: `step of ${plugins} kernel plugins on ${levels} levels`,
          size,
          ...placeOf(executor, engine),
          unit: 'ms',
          own: own!,
          ...beside(own!, 'their dispatches in one pass', alone!),
          aim: { ratio: 0.91 },
          amount: { count: plugins * levels * points, unit: 'values' },
          floor: floorOf(4 * 3 * plugins * levels * points, await bandwidth(executor)),
          note: `${executor}: overhead ${overhead.toFixed(1)} %, aim at most 10; the kernels' own times add up to ${digits(kernelsMs)} ms`,
        });
        await plume.teardown();
      });
    }
  },
};

async function oneStep(plume: Plume, data: ModelData): Promise<void> {
  data.setUpdated(['u', 'v']);
  const { failures } = await plume.run();
  if (failures.length > 0) throw failures[0]!.error;
}

/** Plugin k writes r = sqrt(u u + v v) + k. */
function configOf(): object {
  const plugin = (index: number): object => ({
    name: `p${index}`,
    lib: 'inline',
    kind: 'kernel',
    'core-config': {
      'trust-twin': true,
      inputs: ['u', 'v'],
      outputs: { [`r${index}`]: { like: 'u' } },
      constants: { k: index },
      wgsl: `fn run() { set_r${index}(sqrt(u() * u() + v() * v()) + k()); }`,
      cpu: `function run() { set_r${index}(sqrt(u() * u() + v() * v()) + k()); }`,
    },
  });
  return { plugins: Array.from({ length: plugins }, (_, index) => plugin(index)) };
}

async function model(engine: Engine, size: string): Promise<{ readonly plume: Plume; readonly data: ModelData }> {
  const plume = await openPlume(engine, configOf());
  const decisions = await plume.negotiate({ offered: ['u', 'v'].map((name) => ({ name, type: 'ATLAS_FIELD' })) });
  const refused = decisions.find(({ accepted }) => !accepted);
  if (refused !== undefined) throw new Error(refused.reasons.join());
  const data = new ModelData();
  for (const name of ['u', 'v']) data.provideField(name, { value: await waves(engine, size) });
  await plume.feed(data);
  return { plume, data };
}

async function waves(engine: Engine, size: string): Promise<Field<FieldLayer>> {
  const grid = gridFromSpec(size);
  const tiles = [];
  for (let firstLayer = 0; firstLayer < levels; firstLayer += lanes) {
    const width = Math.min(lanes, levels - firstLayer);
    const values = Float32Array.from({ length: grid.points * width }, (_, index) => (index % 977) * 0.03 - 15);
    tiles.push({ values: await engine.upload('f32', values), firstLayer, lanes: width });
  }
  return { grid, layers: Array.from({ length: levels }, (_, index) => ({ level: index + 1 })), tiles, mayBeMissing: false };
}

type Dispatch = Pass['steps'][number] & { readonly kind: 'dispatch' };

/** What a step of the plugins dispatches. */
async function dispatchesOf(engine: Engine, run: () => Promise<void>): Promise<readonly Dispatch[]> {
  const dispatches: Dispatch[] = [];
  const original = engine.run;
  const watched = (record: (pass: Pass) => unknown, ...rest: unknown[]): Promise<unknown> => {
    const noted = (pass: Pass): unknown => {
      const result = record(pass);
      dispatches.push(...pass.steps.filter((item) => item.kind === 'dispatch'));
      return result;
    };
    return original.call(engine, noted, ...(rest as []));
  };
  engine.run = watched as Engine['run'];
  await run();
  engine.run = original;
  return dispatches;
}

function play(pass: Pass, dispatches: readonly Dispatch[]): void {
  for (const { kernel, params, arrays } of dispatches) pass.run(kernel, { ...params, ...arrays } as never);
}

/** Milliseconds that the kernels of a step take by the executor's own clock, mean of five steps after two. */
async function inKernels(engine: Engine, size: string): Promise<number> {
  const { plume, data } = await model(engine, size);
  const total = async (): Promise<number> => (await engine.profile()).reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  for (let index = 0; index < 2; index++) await oneStep(plume, data);
  const before = await total();
  for (let index = 0; index < 5; index++) await oneStep(plume, data);
  const after = await total();
  await plume.teardown();
  return (after - before) / 5;
}
