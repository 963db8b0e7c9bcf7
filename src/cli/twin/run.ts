import { type Context, writeWhole } from '../../base/index.js';
import type { Engine, EngineInfo } from '../../compute/index.js';
import { encodePng } from '../../plot/index.js';
import {
  createTwin,
  type Diagnostics,
  type FieldSink,
  openTwinOutput,
  type Twin,
  type TwinDescription,
  type TwinOutput,
} from '../../twin/index.js';
import { Stopwatch } from '../stopwatch.js';
import { diagnosticsChart } from './diagnostics-chart.js';
import { type DiagnosticsFile, diagnosticsFile } from './diagnostics-file.js';
import { type Frames, openFrames } from './frames.js';
import { openPlumeCompanion, type PlumeCompanion, type PluginSummary } from './plume-companion.js';
import { type CheckedRun, checkRun, fittingStep, frameOptions, periodsOf, type RunPeriods, type TwinRunOptions } from './run-options.js';
import { runTwin } from './run-twin.js';
import { openSink } from './sinks.js';

/** What a run did. */
export interface TwinSummary {
  readonly twin: Omit<TwinDescription, 'grid'> & { readonly grid: string; readonly points: number };
  readonly engine: EngineInfo;
  readonly steps: number;
  readonly simulatedSeconds: number;
  readonly wallSeconds: number;
  /** Time of each stage of the loop. */
  readonly stageSeconds: Readonly<Record<string, number>>;
  /** Diagnostics of member 0 at both ends, and the greatest changes of any member, of the first value. */
  readonly conserved: {
    readonly first: Diagnostics;
    readonly last: Diagnostics;
    readonly mass: number;
    readonly energy: number;
    readonly potentialEnstrophy: number;
  };
  readonly to: string;
  readonly fields: number;
  readonly bytes: number;
  readonly frames: number;
  readonly diagnostics: string;
  readonly chart: string;
  /** Windows that the end of the run cut off, in words. */
  readonly unfinished: readonly string[];
  readonly plugins: readonly PluginSummary[];
  /** What plugins wanted heard, which is in `noticesPath`. */
  readonly notices: number;
  /** Fields of plugins, and statistics, that were not written, with the reason. */
  readonly unwritten: readonly string[];
}

/** Everything that a run works with. */
interface Parts {
  readonly checked: CheckedRun;
  readonly periods: RunPeriods;
  readonly twin: Twin;
  readonly sink: FieldSink | undefined;
  readonly output: TwinOutput | undefined;
  readonly frames: Frames | undefined;
  readonly companion: PlumeCompanion | undefined;
  readonly table: DiagnosticsFile;
  readonly rows: Diagnostics[];
  readonly watch: Stopwatch;
}

/** What is known when the loop ends, and gone when its parts are closed. */
interface Told {
  notices: number;
  unfinished: readonly string[];
}

/**
 * A run from its options to its files. When it fails, what was flushed stays (whole steps, whole pictures, diagnostics up to there), and
 * of what was not nothing does. Errors: those of options, of the model, of plugins that are to end a run, and of the sink.
 */
export async function runFromOptions(context: Context, engine: Engine, options: TwinRunOptions): Promise<TwinSummary> {
  const checked = checkRun(options);
  const watch = new Stopwatch(context.clock);
  const twin = await watch.time('start', fittingTwin(engine, checked));
  try {
    const parts = await openParts(context, engine, twin, { options, checked, watch });
    const told: Told = { notices: 0, unfinished: [] };
    try {
      await loop(context, engine, parts);
      await parts.sink?.close();
    } catch (error) {
      await parts.sink?.discard();
      throw error;
    } finally {
      await parts.table.end();
      told.unfinished = parts.output?.unfinished ?? [];
      told.notices = parts.companion?.notices.length ?? 0;
      parts.output?.release();
      await parts.companion?.close();
    }
    return await finished(context, engine, { ...parts, ...told }, options);
  } finally {
    twin.close();
  }
}

/** A step of the model's own choice may be too long for the times that are asked for: then the longest below it that divides them. */
async function fittingTwin(engine: Engine, checked: CheckedRun): Promise<Twin> {
  const twin = await createTwin(engine, checked.twin);
  const stepSeconds = fittingStep(checked, twin.description.stepSeconds);
  if (checked.twin.stepSeconds !== undefined || stepSeconds === twin.description.stepSeconds) return twin;
  twin.close();
  return await createTwin(engine, { ...checked.twin, stepSeconds });
}

interface Opening {
  readonly options: TwinRunOptions;
  readonly checked: CheckedRun;
  readonly watch: Stopwatch;
}

async function openParts(context: Context, engine: Engine, twin: Twin, { options, checked, watch }: Opening): Promise<Parts> {
  const { everySeconds, reductions, header, post, to } = checked;
  const periods = periodsOf(checked, twin.description.stepSeconds);
  const { packing, accuracy } = options;
  const encode = { packing, ...(accuracy === undefined ? {} : { bits: accuracy }) };
  const initial = await twin.diagnostics();
  const frames = periods.frames === undefined ? undefined : openFrames(context, engine, twin.description, frameOptions(options, initial));
  const sink = await openSink(context, engine, { to, config: options.config, encode });
  const output =
    sink === undefined
      ? undefined
      : await openTwinOutput(engine, sink, {
          ...{ header, everySeconds, reductions, post, instants: options.instants },
          time: (stage, work) => watch.time(stage, work),
        });
  const companion =
    checked.plume === undefined
      ? undefined
      : await watch.time('start', openPlumeCompanion(context, engine, twin.description, checked.plume));
  const table = diagnosticsFile(context, checked.diagnostics);
  return { checked, periods, twin, sink, output, frames, companion, table, rows: [], watch };
}

async function loop(context: Context, engine: Engine, { checked, periods, twin, ...parts }: Parts): Promise<void> {
  const { params, everySeconds } = checked;
  const { output, frames, companion, watch, rows, table } = parts;
  await runTwin(context, engine, twin, {
    ...{ lastStep: periods.last, periods, everySeconds, params, output, frames, companion, watch },
    async onDiagnostics(found) {
      rows.push(...found);
      await table.add(found);
    },
  });
}

async function finished(context: Context, engine: Engine, parts: Parts & Told, options: TwinRunOptions): Promise<TwinSummary> {
  const { checked, twin, sink, output, frames, companion, rows, watch, notices, unfinished } = parts;
  const { grid, ...description } = twin.description;
  const chart = `${options.output}/diagnostics.png`;
  const titles = { title: 'Diagnostics', subtitle: `${description.case}, T${description.truncation}, members: ${description.members}` };
  await writeWhole(context.fs, chart, encodePng(diagnosticsChart(rows, titles)));
  return {
    twin: { ...description, grid: grid.name ?? grid.type, points: grid.points },
    ...{ engine: engine.info, steps: twin.steps, simulatedSeconds: twin.timeSeconds },
    ...{ wallSeconds: watch.elapsedSeconds, stageSeconds: watch.seconds, conserved: conservedOf(rows) },
    ...{ to: checked.to, fields: sink?.written.fields ?? 0, bytes: sink?.written.bytes ?? 0, frames: frames?.paths.length ?? 0 },
    ...{ diagnostics: checked.diagnostics, chart, unfinished },
    ...{ plugins: companion?.summary ?? [], unwritten: [...(companion?.unwritten ?? []), ...(output?.dropped ?? [])], notices },
  };
}

function conservedOf(rows: readonly Diagnostics[]): TwinSummary['conserved'] {
  const control = rows.filter(({ number }) => number === 0);
  const firsts = new Map(rows.toReversed().map((row) => [row.number, row]));
  const most = (value: (row: Diagnostics) => number): number =>
    rows.reduce((worst, row) => {
      const change = value(row) / value(firsts.get(row.number) as Diagnostics) - 1;
      return Math.abs(change) > Math.abs(worst) ? change : worst;
    }, 0);
  return {
    first: control[0] as Diagnostics,
    last: control.at(-1) as Diagnostics,
    mass: most(({ mass }) => mass),
    energy: most(({ energy }) => energy),
    potentialEnstrophy: most(({ potentialEnstrophy }) => potentialEnstrophy),
  };
}
