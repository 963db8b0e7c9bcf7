import { DteError } from '../../../base/index.js';
import { type HostTensor, type HostValues, type Model, newHostValues, type TensorInfo, type Timing } from '../../../infero/index.js';
import type { Terminal } from '../../terminal/terminal.js';
import { factsText, tableText } from '../../terminal/text.js';
import { withEngine } from '../with-engine.js';
import { engineText, type ModelFlags, modelOptions, namedPart, withModel } from './given.js';

export interface BenchFlags extends ModelFlags {
  readonly runs: number;
  readonly extent?: readonly string[];
}

export async function inferoBench(terminal: Terminal, path: string, flags: BenchFlags): Promise<void> {
  const extents = new Map((flags.extent ?? []).map(extentOf));
  await withEngine(terminal, flags, (engine) =>
    withModel(engine, path, modelOptions(flags), async (model) => {
      for (const name of extents.keys()) refuseUnknown(model, name);
      const inputs = Object.fromEntries(model.inputs.map((info, index) => [info.name, madeUp(info, extents, index)]));
      const { clock } = terminal.context;
      const wall: number[] = [];
      for (let run = 0; run <= flags.runs; run++) {
        const startMs = clock.elapsedMs();
        await model.infer(inputs, { place: 'host' });
        wall.push(clock.elapsedMs() - startMs);
      }
      await tell(terminal, flags, model, wall);
    }),
  );
}

function extentOf(text: string): readonly [string, number] {
  const [name, value] = namedPart(text, '--extent', '<name>=<number>');
  const extent = Number(value);
  if (Number.isInteger(extent) && extent >= 1) return [name, extent];
  throw new DteError('input.option', `extent ${name} is '${value}'`, { where: { option: '--extent' }, hint: 'give a whole number from 1' });
}

function refuseUnknown({ inputs }: Model, name: string): void {
  const open = [...new Set(inputs.flatMap(({ symbols }) => symbols.filter((symbol) => symbol !== null)))];
  if (open.includes(name)) return;
  throw new DteError('input.option', `the model leaves no extent '${name}' open`, {
    where: { option: '--extent' },
    hint: open.length === 0 ? 'leave it out' : `open extents are ${open.join(', ')}`,
  });
}

/** Numbers in [0, 1), or 0 and 1 where they are whole: the same in every run and on every machine. */
function madeUp({ type, shape, symbols }: TensorInfo, extents: ReadonlyMap<string, number>, seed: number): HostTensor {
  const sizes = shape.map((extent, axis) => extent ?? extents.get(symbols[axis] ?? '') ?? 1);
  const values: HostValues = newHostValues(
    type,
    sizes.reduce((product, extent) => product * extent, 1),
  );
  let state = seed + 1;
  for (let i = 0; i < values.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const part = state / 2 ** 32;
    if (values instanceof BigInt64Array || values instanceof BigUint64Array) values[i] = BigInt(Math.round(part));
    else values[i] = type === 'f32' || type === 'f64' ? part : Math.round(part);
  }
  return { values, shape: sizes, layout: 'row-major' };
}

/** The first run is one by itself: it compiles. */
async function tell(terminal: Terminal, flags: BenchFlags, model: Model, wall: readonly number[]): Promise<void> {
  const statistics = model.statistics();
  const later = wall.slice(1).sort((a, b) => a - b);
  const medianMs = later[later.length >>> 1] as number;
  const spread = { firstMs: wall[0] as number, minMs: later[0] as number, medianMs, maxMs: later[later.length - 1] as number };
  if (flags.json === true) {
    await terminal.print(`${JSON.stringify({ ...statistics, ...spread })}\n`);
    return;
  }
  const milliseconds = (value: number): string => value.toFixed(3);
  const rows = (Object.keys(statistics.later) as (keyof Timing)[]).map((stage) => [
    stage.replace(/Ms$/, ''),
    milliseconds(statistics.first?.[stage] ?? 0),
    milliseconds(statistics.later[stage] / flags.runs),
  ]);
  await terminal.print(
    `${factsText([
      ['engine', engineText(model)],
      ['first run', `${milliseconds(spread.firstMs)} ms`],
      [
        'later runs',
        `${flags.runs}: min ${milliseconds(spread.minMs)}, median ${milliseconds(medianMs)}, max ${milliseconds(spread.maxMs)} ms`,
      ],
      ['GPU', statistics.gpuMs === undefined ? 'not known' : `${milliseconds(statistics.gpuMs / flags.runs)} ms a run`],
      ['copied', `${statistics.uploadedBytes} octets in, ${statistics.downloadedBytes} out, over all runs`],
    ])}\n${tableText(['stage', 'first, ms', 'later mean, ms'], rows)}`,
  );
}
