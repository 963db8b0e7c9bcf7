import { DteError } from '../../../base/index.js';
import {
  type Emulator,
  ModelData,
  openEmulator,
  openPlume,
  type PluginNotice,
  type PluginReport,
  type Plume,
  type PlumeReport,
  parseConfig,
} from '../../../plume/index.js';
import type { EngineFlags } from '../../commands/define.js';
import type { Terminal } from '../../terminal/terminal.js';
import { sizeText, tableText } from '../../terminal/text.js';
import { withEngine } from '../with-engine.js';
import { type FolderSink, folderSink } from './folder-sink.js';
import { placeOf, readText } from './given.js';

export interface PlumeRunOptions extends EngineFlags {
  readonly grib?: string;
  readonly emulator?: string;
  readonly steps?: number;
  readonly output?: string;
  readonly heights: 'mask' | 'strict';
  readonly json?: true;
}

/** Runs plugins beside a stand-in for a model: fields of GRIB files, or made by functions. */
export async function plumeRun(terminal: Terminal, path: string, options: PlumeRunOptions): Promise<void> {
  const text = await readText(terminal, path);
  await parseConfig(text, placeOf(path));
  const given = await givenModel(terminal, options);
  await withEngine(terminal, options, async (engine) => {
    const emulator = await openEmulator(engine, given, options.steps === undefined ? {} : { steps: options.steps });
    const sink = options.output === undefined ? undefined : folderSink(engine, options.output);
    const notices: PluginNotice[] = [];
    const plume = await openPlume(engine, text, {
      ...placeOf(path),
      heights: options.heights,
      ...(sink === undefined ? {} : { sinks: [sink.sink] }),
      onNotice(notice) {
        notices.push(notice);
        sink?.notice(notice);
        if (options.json !== true) terminal.note(`step ${notice.step}: ${notice.plugin}: ${notice.event} ${JSON.stringify(notice.data)}`);
      },
    });
    await steps(terminal, plume, emulator, sink);
    const report = plume.report();
    await terminal.print(
      options.json === true ? `${JSON.stringify({ ...jsonOf(report), notices }, null, 2)}\n` : reportText(report, plume),
    );
    for (const { failures } of report.plugins) if (failures[0] !== undefined) terminal.damage(failures[0].error);
  });
}

async function givenModel(terminal: Terminal, { grib, emulator }: PlumeRunOptions): Promise<Parameters<typeof openEmulator>[1]> {
  if (grib !== undefined && emulator === undefined) return { grib };
  if (emulator !== undefined && grib === undefined) return { config: await readText(terminal, emulator), source: emulator };
  const reason = grib === undefined ? 'no model is given' : 'two models are given';
  throw new DteError('input.option', reason, { hint: 'give --grib (a file or folder) or --emulator (a configuration)' });
}

async function steps(terminal: Terminal, plume: Plume, emulator: Emulator, sink: FolderSink | undefined): Promise<void> {
  const { context } = terminal;
  const data = new ModelData();
  try {
    for (const { plugin, accepted, reasons } of await plume.negotiate(emulator.offers)) {
      if (!accepted) terminal.note(`plugin '${plugin}' is left out: ${reasons.join('; ')}`);
    }
    await emulator.provide(data, (name) => plume.isParamRequested(name));
    await plume.feed(data);
    while (await emulator.next(data)) {
      context.signal?.throwIfAborted();
      await plume.run();
      context.progress({
        task: 'plume',
        done: plume.step,
        total: Number.isFinite(emulator.steps) ? emulator.steps : undefined,
        unit: 'steps',
      });
    }
  } finally {
    await plume.teardown();
    data.release();
    emulator.close();
    await sink?.close();
  }
}

function jsonOf({ steps, plugins, derivedMs }: PlumeReport): object {
  const told = plugins.map((plugin) => ({
    ...plugin,
    failures: plugin.failures.map(({ phase, step, error }) => ({ phase, step, code: error.code, message: error.message })),
  }));
  return { steps, derivedMs, plugins: told };
}

function reportText(report: PlumeReport, plume: Plume): string {
  const header = ['plugin', 'kind', 'state', 'runs', 'setup ms', 'host ms/run', 'device ms/run', 'up', 'down', 'failures'];
  const rows = report.plugins.map((plugin) => [
    plugin.plugin,
    plugin.kind,
    stateOf(plugin, plume),
    plugin.runs,
    milliseconds(plugin.setupMs),
    eachRun(plugin, plugin.hostMs),
    eachRun(plugin, plugin.deviceMs),
    sizeText(plugin.uploadBytes),
    sizeText(plugin.readBytes),
    plugin.failures.length,
  ]);
  const title = `${report.steps} step${report.steps === 1 ? '' : 's'}`;
  return `${title}\n${rows.length === 0 ? '' : tableText(header, rows)}`;
}

/** After a teardown all are torn down: what they were before is told by how they fared. */
function stateOf({ state, runs, failures }: PluginReport, plume: Plume): string {
  if (state === 'rejected') return 'rejected';
  if (failures.length === 0) return 'ran';
  return runs === 0 || failures.length >= plume.step ? 'failed' : 'failed at times';
}

const eachRun = ({ runs }: PluginReport, total: number | undefined): string =>
  total === undefined || runs === 0 ? '-' : milliseconds(total / runs);

const milliseconds = (value: number): string => value.toFixed(2);
