import { type Context, writeWhole } from '../../base/index.js';
import { packageRoot } from '../../base/node.js';
import type { Engine } from '../../compute/index.js';
import { type Fdb, openFdb } from '../../fdb/index.js';
import type { EngineFlags } from '../commands/define.js';
import { Stopwatch } from '../stopwatch.js';
import type { Terminal } from '../terminal/terminal.js';
import { countText, factsText, sizeText, tableText } from '../terminal/text.js';
import { runFromOptions, type TwinSummary } from '../twin/run.js';
import type { TwinRunOptions } from '../twin/run-options.js';
import { printSummary } from '../verbs/output.js';
import { withEngine } from '../verbs/with-engine.js';
import { drawMap, drawSeries, type ReadBack } from './read-back.js';

export interface TwinDemoOptions extends EngineFlags {
  /** Folder for all outputs. */
  readonly output: string;
  readonly grid: string;
  readonly members: number;
  readonly truncation: number;
  readonly days: number;
  readonly json?: true;
}

export interface TwinDemoSummary {
  readonly run: TwinSummary;
  readonly readBack: ReadBack & { readonly seconds: Readonly<Record<string, number>> };
}

/** Hours between outputs. */
const everyHours = 6;
/** Run under a name of its own, so that it can be wiped and run again. */
const expver = 'demo';

/** The code table has no parameter for what the model of vortices finds: one of the experimental products stands for it. */
const vortexParam = 80;

/**
 * The whole way on one device: model steps -> a formula, a detector and a machine-learning model as plugins -> statistics and another grid -> a store;
 * then out of the store again, as maps and time series.
 */
export async function twinDemo(terminal: Terminal, options: TwinDemoOptions): Promise<void> {
  const { context } = terminal;
  const { output } = options;
  const config = storeConfig(`${output}/fdb`);
  const plume = `${output}/plume.yaml`;
  await writeWhole(context.fs, plume, new TextEncoder().encode(plumeConfig()));
  await context.disk?.makeFolder(`${output}/fdb`);
  const watch = new Stopwatch(context.clock);
  const summary = await withEngine(terminal, options, async (engine): Promise<TwinDemoSummary> => {
    await withFdb(context, config, wiped);
    terminal.note(`running: a jet that breaks up, T${options.truncation}, ${options.days} days, with the plugins of ${plume}`);
    const run = await runFromOptions(context, engine, runOptions(options, config, plume));
    const readBack = await withFdb(context, config, (fdb) =>
      readFrom(engine, fdb, { options, watch, hasVortices: hasRun(run, 'vortices') }),
    );
    return { run, readBack: { ...readBack, seconds: watch.seconds } };
  });
  await printSummary(terminal, '', { json: options.json === true ? summary : undefined, text: summaryText(summary, options) });
}

function storeConfig(root: string): string {
  return JSON.stringify({ type: 'local', engine: 'toc', spaces: [{ roots: [{ path: root }] }] });
}

/** What an earlier run of the demo left. */
async function wiped(fdb: Fdb): Promise<void> {
  for await (const _ of fdb.wipe(
    new Map([
      ['class', ['rd']],
      ['expver', [expver]],
    ]),
    { doit: true, ignoreNoData: true },
  )) {
    // Each database is told of; there is at most one.
  }
}

async function withFdb<R>(context: Context, config: string, work: (fdb: Fdb) => Promise<R>): Promise<R> {
  const fdb = await openFdb(context, { config });
  try {
    return await work(fdb);
  } finally {
    await fdb.close();
  }
}

/** A formula, a detector that tells of what it finds, and the package's own model of vortices. */
function plumeConfig(): string {
  const model = new URL('models/vortex/vortex.onnx', packageRoot()).pathname;
  return `# Plugins of dte demo. They see the model's fields where they lie, on the device, and what they make is archived beside them.
plugins:
  - name: wind-speed
    kind: expression
    lib: formulas
    core-config:
      expressions: ws = hypot(u, v)
  - name: strong-wind
    kind: builtin
    lib: extreme-wind
    after: [wind-speed]
    core-config:
      field: ws
      threshold: 30
      notify: onset
      # South of the jet, latitude and longitude of the corners: it comes there when it breaks up.
      regions:
        pacific: [[35, -180], [35, -100], [25, -100], [25, -180]]
        atlantic: [[35, -80], [35, 0], [25, 0], [25, -80]]
        asia: [[35, 60], [35, 140], [25, 140], [25, 60]]
  - name: vortices
    kind: infero
    lib: ${JSON.stringify(decodeURIComponent(model))}
    core-config:
      inputs:
        vorticity: {fields: [vo]}
      outputs:
        # Probability of a vortex that turns anticlockwise (level 1), clockwise (level 2).
        probability: {fields: [{name: vortex, levels: [1, 2], levtype: ml}]}
`;
}

function runOptions({ output, grid, members, truncation, days }: TwinDemoOptions, config: string, plume: string): TwinRunOptions {
  return {
    ...{ case: 'galewsky', truncation, members, seed: 1, perturbation: 1, days, every: `${everyHours}h`, param: 'vo,u,v,z', grid },
    ...{ reduce: ['mean,max:24h'], instants: true, to: 'fdb', config, date: 20260101, time: 0, expver, packing: 'ccsds' },
    ...{ plume, plumeParam: [`vortex=${vortexParam}`], output, frames: '48h', projection: 'equirectangular', frameMember: 0 },
  };
}

function hasRun({ plugins }: TwinSummary, name: string): boolean {
  return plugins.some(({ plugin, runs, failures }) => plugin === name && runs > 0 && failures.length === 0);
}

interface Reading {
  readonly options: TwinDemoOptions;
  readonly watch: Stopwatch;
  /** False where the inference did not take part: its map is left out. */
  readonly hasVortices: boolean;
}

async function readFrom(engine: Engine, fdb: Fdb, { options, watch, hasVortices }: Reading): Promise<ReadBack> {
  const { output, members, days } = options;
  const { context } = engine;
  const header = {
    class: 'rd',
    expver,
    stream: members > 1 ? 'enfo' : 'oper',
    type: members > 1 ? 'cf' : 'fc',
    date: '20260101',
    time: '0000',
  };
  const field = { ...header, domain: 'g', levtype: 'ml', levelist: '1' };
  const last = String(days * 24);
  const map = `${output}/map.png`;
  const vortices = `${output}/vortices.png`;
  const series = `${output}/series.png`;
  const area = { north: 90, west: -180, south: 0, east: 180 };
  await watch.time(
    'store to maps',
    drawMap(engine, fdb, { ...field, param: '138', step: last }, { path: map, palette: 'vorticity', area }),
  );
  const title = 'Probability of an anticlockwise vortex';
  const wanted = { ...field, param: String(vortexParam), step: last };
  await watch.time(
    'store to maps',
    drawMap(engine, fdb, wanted, { path: vortices, palette: 'magma', area, title, units: '', range: [0, 1] }),
  );
  const steps = Array.from({ length: (days * 24) / everyHours + 1 }, (_, at) => at * everyHours);
  const values = await watch.time('store to series', drawSeries(context, fdb, { ...field, param: '10' }, { path: series, steps }));
  return { fields: hasVortices ? 2 : 1, values, maps: hasVortices ? [map, vortices] : [map], series };
}

function summaryText({ run, readBack }: TwinDemoSummary, { output }: TwinDemoOptions): string {
  const { twin, engine, steps, simulatedSeconds, fields, bytes, plugins, stageSeconds, wallSeconds } = run;
  const facts = factsText([
    [
      'model',
      `${twin.case}, T${twin.truncation} on ${twin.grid} (${countText(twin.points)} points), ${twin.members} member${twin.members === 1 ? '' : 's'}`,
    ],
    ['executor', engine.name],
    ['simulated', `${simulatedSeconds / 86400} days in ${countText(steps)} steps`],
    ['plugins', plugins.map(({ plugin, state, runs }) => `${plugin} (${state}, ${runs} runs)`).join(', ')],
    ['notices', run.notices === 0 ? 'none' : `${run.notices} of strong wind south of the jet, in ${output}/notices.jsonl`],
    ['store', `${countText(fields)} fields, ${sizeText(bytes)} in ${output}/fdb`],
  ]);
  const rows = [...Object.entries(stageSeconds), ...Object.entries(readBack.seconds)];
  const whole = wallSeconds + Object.values(readBack.seconds).reduce((sum, seconds) => sum + seconds, 0);
  const table = tableText(
    ['stage', 'seconds', 'share'],
    rows.map(([stage, seconds]) => [stage, seconds.toFixed(2).padStart(7), `${((100 * seconds) / whole).toFixed(1).padStart(5)} %`]),
  );
  const written = factsText([
    ['maps', readBack.maps.join(', ')],
    ['series', `${readBack.series} (${countText(readBack.values)} values, read without the rest of their fields)`],
    ['more', `${output}/frames, ${run.diagnostics}, ${run.chart}`],
    ['try', `dte fdb list --config '${storeConfig(`${output}/fdb`)}' class=rd,expver=${expver},param=80`],
  ]);
  return `${facts}\n${table}\n${written}`.trimEnd();
}
