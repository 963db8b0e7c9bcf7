import { type Field, releaseField } from '../../atlas/index.js';
import type { Context } from '../../base/index.js';
import type { Engine } from '../../compute/index.js';
import type { Diagnostics, OutputField, Twin, TwinFields, TwinOutput } from '../../twin/index.js';
import type { Stopwatch } from '../stopwatch.js';
import type { Frames } from './frames.js';
import { nextDue } from './schedule.js';

/** What runs beside the model and sees its fields: plugins. */
export interface Companion {
  /** Runs with the fields of the present time; gives fields that are to be written, which stay the companion's until the next call. */
  step(fields: TwinFields, at: { readonly step: number; readonly seconds: number }): Promise<readonly OutputField[]>;
}

export interface RunTwinOptions {
  readonly lastStep: number;
  /** Steps between outputs, pictures and runs of the companion. */
  readonly periods: { readonly output: number; readonly frames: number | undefined; readonly companion: number };
  /** Seconds of output number n: exact, whatever the step. */
  readonly everySeconds: number;
  /** Names of the fields to write. */
  readonly params: readonly TwinParam[];
  readonly output: TwinOutput | undefined;
  readonly frames: Frames | undefined;
  readonly companion: Companion | undefined;
  readonly watch: Stopwatch;
  /** Takes the diagnostics of each output time. */
  readonly onDiagnostics: (rows: readonly Diagnostics[]) => Promise<void>;
}

export const twinParams = ['vo', 'd', 'u', 'v', 'z'] as const;
export type TwinParam = (typeof twinParams)[number];

/**
 * The model from its state to `lastStep`: at each time at which something is due, fields -> plugins -> statistics and regridding -> sink,
 * without a value leaving the device but for pictures, diagnostics, and what is packed. The initial state counts as an output.
 */
export async function runTwin(context: Context, engine: Engine, twin: Twin, options: RunTwinOptions): Promise<void> {
  const { lastStep, watch, onDiagnostics } = options;
  const { output, frames = lastStep, companion } = options.periods;
  const periods = [output, frames, ...(options.companion === undefined ? [] : [companion])];
  for (;;) {
    const step = twin.steps;
    const isOutput = step % output === 0 || step === lastStep;
    if (isOutput) await onDiagnostics(await watch.time('diagnostics', twin.diagnostics()));
    await atTime(engine, twin, options, { step, isOutput });
    context.progress({ task: 'twin', done: step, total: lastStep, unit: 'steps' });
    if (step >= lastStep) return;
    await watch.time('model steps', twin.step(nextDue(step, periods, lastStep) - step));
  }
}

interface Due {
  readonly step: number;
  readonly isOutput: boolean;
}

async function atTime(engine: Engine, twin: Twin, options: RunTwinOptions, { step, isOutput }: Due): Promise<void> {
  const { watch, companion, output, frames, periods, everySeconds } = options;
  const runsCompanion = companion !== undefined && step % periods.companion === 0;
  const writes = output !== undefined && isOutput && step % periods.output === 0;
  const draws = frames !== undefined && (step % (periods.frames ?? 1) === 0 || step === options.lastStep);
  if (!runsCompanion && !writes && !draws) return;
  const seconds = (step / periods.output) * everySeconds;
  const fields = await watch.time(
    'fields',
    engine.run((pass) => twin.fields(pass)),
  );
  try {
    const made = runsCompanion ? await watch.time('plugins', companion.step(fields, { step, seconds })) : [];
    if (writes) await output.take([...modelFields(fields, options.params), ...made], Math.round(seconds));
    if (draws) await watch.time('pictures', frames.draw(fields.vo, seconds));
  } finally {
    for (const field of everyField(fields)) releaseField(field);
  }
}

/** The model's one layer is model level 1. */
function modelFields(fields: TwinFields, params: readonly TwinParam[]): readonly OutputField[] {
  return params.map((param) => ({
    param,
    levtype: 'ml',
    field: { ...fields[param], layers: fields[param].layers.map(({ number }) => ({ number, level: 1 })) },
  }));
}

function everyField({ vo, d, u, v, z, spectral }: TwinFields): readonly Field[] {
  return [vo, d, u, v, z, spectral.vo, spectral.d, spectral.z];
}
