import type { Grid } from '../../src/atlas/index.js';
import { isDteError } from '../../src/base/index.js';
import type { Engine } from '../../src/compute/index.js';
import { coefficientCount } from '../../src/spectral/index.js';
import { createTwin, type Twin, type TwinOptions } from '../../src/twin/index.js';
import { type Bench, type ExecutorName, placeOf, type Setting } from '../support/bench.js';
import { interleaved, type Spread } from '../support/measure.js';
import { beside, digits, floorOf } from '../support/report.js';

interface Size {
  readonly truncation: number;
  readonly members: number;
  readonly steps: number;
}

/**
 * Steps of the shallow-water model, whose state stays on the device: one member, and ensembles as layers. The floor counts, for each of
 * the four stages, every array between two kernels once written and once read: spectra, Fourier coefficients, and values at points.
 */
export const step: Bench = {
  name: 'twin/step',
  about: 'steps of the shallow-water model at T63 and T170, 1 to 256 members; a day of it by either scheme',
  run: async (setting) => {
    for (const executor of setting.executors) await executorRows(setting, executor);
  },
};

const fullSizes: readonly Size[] = [
  ...[1, 8, 64, 256].map((members) => ({ truncation: 63, members, steps: members < 64 ? 24 : 4 })),
  { truncation: 170, members: 8, steps: 4 },
];
const quickSizes: readonly Size[] = [{ truncation: 21, members: 2, steps: 4 }];

async function executorRows(setting: Setting, executor: ExecutorName): Promise<void> {
  const bandwidth = await setting.bandwidth(executor);
  await setting.withEngine(executor, {}, async (engine) => {
    for (const size of setting.quick ? quickSizes : fullSizes) await sizeRow(setting, executor, engine, size, bandwidth);
    await schemeRow(setting, executor, engine);
  });
}

async function sizeRow(setting: Setting, executor: ExecutorName, engine: Engine, size: Size, bandwidth: number): Promise<void> {
  const { truncation, members, steps } = size;
  const memory = engine.memory.inUseBytes;
  let twin: Twin;
  try {
    twin = await createTwin(engine, { truncation, members });
  } catch (error) {
    if (!isDteError(error, 'limit.memory', 'limit.binding')) throw error;
    return;
  }
  const taken = engine.memory.inUseBytes - memory;
  const [own] = (await interleaved([{ run: () => perStep(twin, steps) }], setting.runs)) as [Spread];
  const { grid, stepSeconds } = twin.description;
  const flops = members * flopsOf(truncation, grid);
  setting.report({
    ...{ bench: step.name, ...placeOf(executor, engine), unit: 'ms', own },
    ...{ work: `step of ${stepSeconds} s`, size: `T${truncation}, ${grid.name}, ${members} member${members > 1 ? 's' : ''}` },
    floor: floorOf(4 * members * realsOf(truncation, grid), bandwidth),
    note:
      `${executor}, T${truncation}, ${members}: ${digits(own.median / members)} ms, ${digits(flops / members / 1e6)} Mflop and ` +
      `${digits(taken / members / 2 ** 20)} MiB a member; ${digits(flops / own.median / 1e6)} Gflop/s`,
  });
  twin.close();
}

/** A day by the exponential scheme beside the classical one, each with its own longest step. */
async function schemeRow(setting: Setting, executor: ExecutorName, engine: Engine): Promise<void> {
  const options: TwinOptions = { truncation: setting.quick ? 21 : 63 };
  const twins = [await createTwin(engine, options), await createTwin(engine, { ...options, scheme: 'explicit' })] as const;
  const day = (twin: Twin): Promise<void> => twin.step(Math.round(86_400 / twin.description.stepSeconds));
  const [own, peer] = (await interleaved(
    twins.map((twin) => ({ run: () => day(twin) })),
    setting.runs,
  )) as [Spread, Spread];
  const [{ description }, { description: explicit }] = twins;
  setting.report({
    ...{ bench: step.name, ...placeOf(executor, engine), unit: 'ms', own, work: 'a day, exponential scheme' },
    ...{ size: `T${description.truncation}, ${description.grid.name}, steps of ${description.stepSeconds} s` },
    ...beside(own, `explicit scheme, steps of ${digits(explicit.stepSeconds)} s`, peer),
  });
  for (const twin of twins) twin.close();
}

async function perStep(twin: Twin, steps: number): Promise<number> {
  const start = performance.now();
  await twin.step(steps);
  return (performance.now() - start) / steps;
}

/** Reals that one step of one member writes and reads again. */
function realsOf(truncation: number, { points, rows }: Grid): number {
  const [state, spectrum] = [6 * coefficientCount(truncation), 2 * coefficientCount(truncation + 1)];
  let waves = 0;
  for (const lat of rows?.lats ?? []) waves += 2 * Math.min(truncation + 1, (truncation + 1) * Math.cos((lat * Math.PI) / 180) + 10);
  // Components, waves and values of four fields; products, waves and spectra of five; the state, its base, two tendencies, and what is kept.
  return 4 * (2 * 4 * (spectrum + waves + points) + 2 * 5 * (points + waves + spectrum) + 6 * state);
}

/** Multiplications and additions of one step of one member: Legendre sums that are not next to nothing, Fourier transforms, products. */
function flopsOf(truncation: number, { rows, points }: Grid): number {
  let [legendre, fourier] = [0, 0];
  for (const [row, lat] of (rows?.lats ?? []).entries()) {
    const held = truncation * Math.min(1, Math.cos((lat * Math.PI) / 180) + 10 / truncation);
    // A product of real polynomial and complex coefficient for (m, n) and a pair of rows: 4 operations.
    legendre += held * (2 * truncation - held);
    const count = rows?.counts[row] ?? 0;
    fourier += 2.5 * count * Math.log2(count);
  }
  return 4 * (9 * (legendre + fourier) + 25 * points);
}
