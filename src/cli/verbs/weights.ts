import type { Grid } from '../../atlas/index.js';
import { DteError, writeWhole } from '../../base/index.js';
import { mirWeights, parseMirOptions } from '../../mir/index.js';
import { defaultMethod, methodName, writeNpz, writeScrip } from '../../regrid/index.js';
import { givenMirOptions } from '../commands/mir-options.js';
import { placerOf } from '../given-positions.js';
import type { Terminal } from '../terminal/terminal.js';
import { countText, sizeText } from '../terminal/text.js';
import { namedGrid } from './named-grid.js';
import { openChosen } from '../warm-engine.js';
import { printSummary, refuseTerminal } from './output.js';
import { pointFiles } from './point-files.js';

export interface WeightsOptions {
  readonly output: string;
  /** By the ending of the output when absent. */
  readonly format?: 'npz' | 'scrip' | 'esmf';
  readonly compress?: true;
  /** File of positions. */
  readonly coordinates?: string;
  readonly json?: true;
}

export async function weights(terminal: Terminal, from: string, to: string, options: WeightsOptions): Promise<void> {
  refuseTerminal(options.output);
  const mir = parseMirOptions(givenMirOptions(options));
  const isGiven = mir['interpolation-matrix'] !== undefined;
  const method = isGiven ? 'matrix' : methodName(mir.interpolation ?? defaultMethod);
  const { source, target } = await bothPlaced(
    terminal,
    await namedGrid(terminal, from),
    await namedGrid(terminal, to),
    options.coordinates,
  );
  const { clock, fs } = terminal.context;
  const startMs = clock.elapsedMs();
  const engine = mir.lsm === true ? await openChosen(terminal.context, { device: 'cpu' }) : undefined;
  const matrix = await mirWeights(terminal.context, source, target, mir, engine).finally(() => engine?.close());
  const seconds = (clock.elapsedMs() - startMs) / 1000;
  const format = options.format ?? (options.output.endsWith('.nc') ? 'scrip' : 'npz');
  const bytes =
    format === 'npz'
      ? writeNpz(matrix, { compressed: options.compress === true })
      : writeScrip(matrix, source, target, { method: isGiven ? 'linear' : method, layout: format === 'esmf' ? 'esmf' : 'cdo' });
  await writeWhole(fs, options.output, bytes);
  const { rows, columns, column } = matrix;
  const text = `${method}, ${countText(rows)} x ${countText(columns)}, ${countText(column.length)} entries, ${seconds.toFixed(2)} s; ${options.output}: ${sizeText(bytes.length)}`;
  const json = { method, rows, columns, entries: column.length, seconds, bytes: bytes.length, output: options.output };
  await printSummary(terminal, options.output, { json: options.json === true ? json : undefined, text });
}

/** Both grids, with the positions of a file where one states none. `input.option` where both state theirs. */
async function bothPlaced(
  terminal: Terminal,
  source: Grid,
  target: Grid,
  file: string | undefined,
): Promise<{ readonly source: Grid; readonly target: Grid }> {
  if (file === undefined) return { source, target };
  const { place, hasPlaced } = await placerOf(pointFiles(terminal), file);
  const both = { source: place(source), target: place(target) };
  if (hasPlaced()) return both;
  throw new DteError('input.option', `coordinates for grids of type ${source.type} and ${target.type}, which state their own`, {
    where: { option: '--coordinates' },
    hint: 'leave it out',
  });
}
