import { DteError, type ErrorCode } from '../../base/index.js';
import type { Engine } from '../../compute/index.js';
import type { EngineFlags } from '../commands/define.js';
import { givenMirOptions } from '../commands/mir-options.js';
import { placedTargets, placerOf } from '../given-positions.js';
import { expandInputs } from '../inputs.js';
import { regridFiles, type RegridSummary } from '../regrid.js';
import { regridTargets, type RegridTarget } from '../regrid-targets.js';
import { profileText } from '../terminal/profile-text.js';
import type { Terminal } from '../terminal/terminal.js';
import { countedText, sizeText } from '../terminal/text.js';
import { printSummary, refuseTerminal } from './output.js';
import { pointFiles } from './point-files.js';

export interface RegridVerbOptions extends EngineFlags {
  readonly output?: string;
  readonly to?: readonly string[];
  readonly plan?: true;
  /** File of positions. */
  readonly coordinates?: string;
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
  const { output, to, plan, json, config, keepGoing } = options;
  // Before any file is opened: a wrong word should not cost a wait.
  const named = regridTargets(givenMirOptions(options), output ?? (plan === true && to === undefined ? '-' : undefined), to);
  const inputs = await expandInputs(args);
  const files = pointFiles(terminal);
  const placer = options.coordinates === undefined ? undefined : await placerOf(files, options.coordinates);
  const targets = await placedTargets(named, files, placer);
  if (plan === true) {
    const { printPlans } = await import('./regrid-plan.js');
    await printPlans(terminal, inputs, targets, { config, json: json === true, placer });
    return;
  }
  for (const target of targets) refuseTerminal(target.output);
  const summary = await regridFiles(
    terminal.context,
    inputs,
    {
      targets,
      ...(placer === undefined ? {} : { placer }),
      ...(config === undefined ? {} : { config }),
      ...(keepGoing === undefined ? {} : { keepGoing }),
      ...(options.profile === undefined ? {} : { profile: options.profile }),
    },
    warm,
  );
  if (placer?.hasPlaced() === false) terminal.context.log.warn('regrid.coordinates.unused', { file: options.coordinates });
  for (const { code, message } of summary.bad) terminal.damage(new DteError(code as ErrorCode, message));
  const place = targets.some((target) => target.output === '-') ? '-' : (targets[0] as RegridTarget).output;
  await printSummary(terminal, place, { json: json === true ? summary : undefined, text: summaryText(targets, summary) });
}

function summaryText(targets: readonly RegridTarget[], summary: RegridSummary): string {
  const { fields, bad, pointsOut, bytesIn, bytesOut, wallSeconds, stageSeconds, engine, profile } = summary;
  const skipped = bad.length === 0 ? '' : `, ${countedText(bad.length, 'bad message')} skipped`;
  const lines = [
    `${targets.map(({ output }) => output).join(', ')}: ${countedText(fields, 'field')}, ${countedText(pointsOut, 'point')}${skipped}; ${sizeText(bytesIn)} in, ${sizeText(bytesOut)} out, ${wallSeconds.toFixed(2)} s on ${engine.name}`,
    `stages, overlapping: ${Object.entries(stageSeconds)
      .map(([stage, seconds]) => `${stage} ${seconds.toFixed(2)} s`)
      .join(', ')}`,
  ];
  if (profile !== undefined) lines.push(profileText(profile).trimEnd());
  return lines.join('\n');
}
