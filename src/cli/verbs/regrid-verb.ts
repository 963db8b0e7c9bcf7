import { DteError, type ErrorCode } from '../../base/index.js';
import type { Engine } from '../../compute/index.js';
import { methodName, missingStrategy } from '../../regrid/index.js';
import type { EngineFlags } from '../commands/define.js';
import { expandInputs } from '../inputs.js';
import { regridFiles, type RegridSummary } from '../regrid.js';
import { profileText } from '../terminal/profile-text.js';
import type { Terminal } from '../terminal/terminal.js';
import { countedText, sizeText } from '../terminal/text.js';
import { printSummary, refuseTerminal } from './output.js';

export interface RegridVerbOptions extends EngineFlags {
  readonly output: string;
  readonly grid: string;
  readonly area?: string;
  readonly method: string;
  readonly missing?: string;
  readonly packing: string;
  readonly accuracy?: number;
  /** Of the fdb. */
  readonly config?: string;
  readonly keepGoing?: true;
  readonly json?: true;
}

/** `dte regrid`: what was asked for, done by `regridFiles`, told in a line or two. */
export async function regridVerb(
  terminal: Terminal,
  args: readonly string[],
  options: RegridVerbOptions,
  warm: Promise<Engine>,
): Promise<void> {
  refuseTerminal(options.output);
  // Before any file is opened: a wrong word should not cost a wait.
  methodName(options.method);
  if (options.missing !== undefined) missingStrategy(options.missing);
  const { accuracy, json, ...rest } = options;
  const summary = await regridFiles(
    terminal.context,
    await expandInputs(args),
    accuracy === undefined ? rest : { ...rest, bits: accuracy },
    warm,
  );
  for (const { code, message } of summary.bad) terminal.damage(new DteError(code as ErrorCode, message));
  await printSummary(terminal, options.output, { json: json === true ? summary : undefined, text: summaryText(options.output, summary) });
}

function summaryText(output: string, summary: RegridSummary): string {
  const { fields, bad, pointsOut, bytesIn, bytesOut, wallSeconds, stageSeconds, engine, profile } = summary;
  const skipped = bad.length === 0 ? '' : `, ${countedText(bad.length, 'bad message')} skipped`;
  const lines = [
    `${output}: ${countedText(fields, 'field')}, ${countedText(pointsOut, 'point')}${skipped}; ${sizeText(bytesIn)} in, ${sizeText(bytesOut)} out, ${wallSeconds.toFixed(2)} s on ${engine.name}`,
    `stages, overlapping: ${Object.entries(stageSeconds)
      .map(([stage, seconds]) => `${stage} ${seconds.toFixed(2)} s`)
      .join(', ')}`,
  ];
  if (profile !== undefined) lines.push(profileText(profile).trimEnd());
  return lines.join('\n');
}
