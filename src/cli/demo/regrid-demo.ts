import { writeWhole } from '../../base/index.js';
import { gribTables, gridOf, type Message, messages } from '../../grib/index.js';
import { parseMirOptions } from '../../mir/index.js';
import { encodePng, renderMap } from '../../plot/index.js';
import type { EngineFlags } from '../commands/define.js';
import { regridFiles, type RegridSummary } from '../regrid.js';
import { Stopwatch } from '../stopwatch.js';
import { syntheticGrid, writeSynthetic } from '../synthetic.js';
import type { Terminal } from '../terminal/terminal.js';
import { profileText } from '../terminal/profile-text.js';
import { countedText, countText, factsText, sizeText } from '../terminal/text.js';
import { decoded } from '../verbs/decoded.js';
import { printSummary } from '../verbs/output.js';
import { titlesOf } from '../verbs/plot.js';
import { withEngine } from '../verbs/with-engine.js';

export interface RegridDemoOptions extends EngineFlags {
  /** Folder for all outputs. */
  readonly output: string;
  readonly grid: string;
  readonly json?: true;
}

export interface RegridDemoSummary {
  readonly synthetic: boolean;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly map: string;
  readonly seconds: Readonly<Record<string, number>>;
  readonly regrid: RegridSummary;
}

/**
 * Fields from end to end: GRIB -> device -> regrid -> GRIB, then a map of one field of the result. Without files the input is
 * a synthetic set that it makes first.
 */
export async function regridDemo(terminal: Terminal, files: readonly string[], options: RegridDemoOptions): Promise<void> {
  const { context } = terminal;
  const watch = new Stopwatch(context.clock);
  const isSynthetic = files.length === 0;
  const inputs = isSynthetic ? [`${options.output}/synthetic-${syntheticGrid}.grib2`] : files;
  if (isSynthetic) {
    terminal.note(`no input given: making a synthetic set on ${syntheticGrid}`);
    await watch.time(
      'make',
      withEngine(terminal, { ...options, json: true }, (engine) => writeSynthetic(context, engine, inputs[0] as string)),
    );
  }
  const output = `${options.output}/regridded.grib`;
  const map = `${options.output}/map.png`;
  const { device, precision, threads, profile, grid } = options;
  const engineFlags = {
    ...(device === undefined ? {} : { device }),
    ...(precision === undefined ? {} : { precision }),
    ...(threads === undefined ? {} : { threads }),
    ...(profile === undefined ? {} : { profile }),
  };
  const regrid = await watch.time(
    'regrid',
    regridFiles(context, inputs, { targets: [{ output, options: parseMirOptions({ grid }) }], keepGoing: true, ...engineFlags }),
  );
  for (const { message } of regrid.bad) terminal.note(`skipped: ${message}`);
  await watch.time('map', drawFirst(terminal, output, map, options));
  const summary: RegridDemoSummary = { synthetic: isSynthetic, inputs, output, map, seconds: watch.seconds, regrid };
  await printSummary(terminal, output, { json: options.json === true ? summary : undefined, text: summaryText(summary, options) });
}

async function drawFirst(terminal: Terminal, path: string, map: string, options: RegridDemoOptions): Promise<void> {
  const { fs } = terminal.context;
  const message = await firstMessage(terminal, path);
  const { profile: _, ...flags } = options;
  const values = await withEngine(terminal, flags, (engine) => decoded(engine, message, 'canonical'));
  await writeWhole(fs, map, encodePng(await renderMap(values, gridOf(message), titlesOf(message))));
}

async function firstMessage({ context }: Terminal, path: string): Promise<Message> {
  const file = await context.fs.open(path);
  try {
    const first = await messages(file, { tables: await gribTables(context) }).next();
    return first.value as Message;
  } finally {
    await file.close();
  }
}

function summaryText({ synthetic, inputs, output, map, seconds, regrid }: RegridDemoSummary, { grid }: RegridDemoOptions): string {
  const { fields, bad, pointsIn, pointsOut, bytesIn, bytesOut, wallSeconds, stageSeconds, engine, profile } = regrid;
  // Decoded values in and out of the device, at the executor's width.
  const valueBytes = (pointsIn + pointsOut) * (engine.precision === 'f64' ? 8 : 4);
  const rows = [
    ['input', `${inputs.join(', ')}${synthetic ? ' (synthetic)' : ''}`],
    ['fields', `${fields}${bad.length > 0 ? `, ${countedText(bad.length, 'bad message')} skipped` : ''}`],
    ['points', `${countText(pointsIn)} in, ${countText(pointsOut)} out (${grid})`],
    ['bytes', `${sizeText(bytesIn)} in, ${sizeText(bytesOut)} out`],
    ['executor', engine.name],
    ...(seconds['make'] === undefined ? [] : [['make input', `${seconds['make'].toFixed(2)} s`]]),
    ['regrid', `${wallSeconds.toFixed(2)} s, ${(valueBytes / wallSeconds / 1e9).toFixed(2)} GB/s of values`],
    [
      '  stages',
      Object.entries(stageSeconds)
        .map(([stage, time]) => `${stage} ${time.toFixed(2)} s`)
        .join(', '),
    ],
    ['map', `${(seconds['map'] ?? 0).toFixed(2)} s`],
    ['written', `${output}, ${map}`],
  ] as const;
  const facts = factsText(rows.map(([name, value]) => [name as string, value as string]));
  return profile === undefined ? facts.trimEnd() : `${facts}\n${profileText(profile).trimEnd()}`;
}
