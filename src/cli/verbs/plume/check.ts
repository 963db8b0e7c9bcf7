import { DteError } from '../../../base/index.js';
import type { Engine } from '../../../compute/index.js';
import {
  dataName,
  inspectPlugins,
  openPlume,
  type Param,
  type PluginDecision,
  type PluginInspection,
  type Plume,
  parseConfig,
  parseProtocol,
} from '../../../plume/index.js';
import type { EngineFlags } from '../../commands/define.js';
import type { Terminal } from '../../terminal/terminal.js';
import { withEngine } from '../with-engine.js';
import { placeOf, readText } from './given.js';

export interface PlumeCheckOptions extends EngineFlags {
  readonly offers?: string;
  readonly json?: true;
}

/** A block for each plugin; an error for each that cannot be loaded, or with `--offers` is rejected. */
export async function plumeCheck(terminal: Terminal, path: string, options: PlumeCheckOptions): Promise<void> {
  const text = await readText(terminal, path);
  // Mistakes in texts are told before a device is opened.
  const config = await parseConfig(text, placeOf(path));
  const offers = options.offers === undefined ? undefined : await parseProtocol(await readText(terminal, options.offers), options.offers);
  await withEngine(terminal, options, async (engine) => {
    const inspections = await inspectPlugins(engine, config);
    const decisions = offers === undefined ? undefined : await decide(engine, text, path, offers);
    await terminal.print(
      options.json === true
        ? `${JSON.stringify(
            inspections.map((one) => jsonOf(one, decisions)),
            null,
            2,
          )}\n`
        : inspections.map((one) => blockOf(one, decisions)).join('\n'),
    );
    for (const { error } of inspections) if (error !== undefined) terminal.damage(error);
    const rejected = decisions?.filter(
      (one) => !one.accepted && inspections.some(({ spec, error }) => spec.name === one.plugin && error === undefined),
    );
    for (const { plugin, reasons } of rejected ?? []) {
      terminal.damage(new DteError('input.plugin', `plugin '${plugin}' would be rejected: ${reasons.join('; ')}`));
    }
  });
}

async function decide(
  engine: Engine,
  text: string,
  path: string,
  offers: Parameters<Plume['negotiate']>[0],
): Promise<readonly PluginDecision[]> {
  const plume = await openPlume(engine, text, placeOf(path));
  try {
    return await plume.negotiate(offers);
  } finally {
    await plume.teardown();
  }
}

function jsonOf({ spec, info, protocol, error }: PluginInspection, decisions: readonly PluginDecision[] | undefined): object {
  const { name, kind, lib, groups, every, onError, timeoutMs } = spec;
  const decision = decisions?.find(({ plugin }) => plugin === name);
  return {
    plugin: name,
    kind,
    lib,
    every,
    onError,
    timeoutMs,
    info,
    required: protocol?.required,
    groups,
    offered: protocol?.offered,
    error: error?.message,
    ...(decision === undefined ? {} : { accepted: decision.accepted, reasons: decision.reasons, typeClashes: decision.typeClashes }),
  };
}

function blockOf({ spec, info, protocol, error }: PluginInspection, decisions: readonly PluginDecision[] | undefined): string {
  const decision = decisions?.find(({ plugin }) => plugin === spec.name);
  const verdict = error === undefined ? (decision === undefined ? 'loads' : decision.accepted ? 'accepted' : 'rejected') : 'does not load';
  const lines = [`${spec.name}: ${verdict} (${spec.kind}, ${info === undefined ? spec.lib : `${info.name} ${info.version}`})`];
  if (protocol !== undefined) {
    if (protocol.required.length > 0) lines.push(`  requires  ${namesOf(protocol.required)}`);
    for (const [index, group] of spec.groups.entries())
      lines.push(
        `  group ${index + 1}   ${namesOf(group)}${decision === undefined ? '' : decision.groups[index] === true ? ' (offered)' : ' (not offered)'}`,
      );
    if (protocol.offered.length > 0) lines.push(`  makes     ${namesOf(protocol.offered)}`);
  }
  for (const reason of decision?.reasons ?? []) lines.push(`  because   ${reason}`);
  for (const { name, asked, offered } of decision?.typeClashes ?? [])
    lines.push(`  beware    ${name} is asked for as ${asked} and offered as ${offered}`);
  return `${lines.join('\n')}\n`;
}

const namesOf = (params: readonly Param[]): string => params.map((param) => `${dataName(param)} (${param.type})`).join(', ');
