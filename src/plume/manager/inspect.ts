import { type DteError, isDteError } from '../../base/index.js';
import type { Engine } from '../../compute/index.js';
import type { PlumeConfig } from '../config/parse-config.js';
import type { Protocol } from '../protocol.js';
import type { Plugin, PluginInfo, PluginSpec } from '../types.js';
import { isEverybodys, pluginError } from './guard.js';
import { loadPlugin } from './negotiation.js';
import type { PluginPhase } from './report.js';

/** A plugin as it describes itself, or why it does not. */
export interface PluginInspection {
  readonly spec: PluginSpec;
  readonly info: PluginInfo | undefined;
  readonly protocol: Protocol | undefined;
  readonly error: DteError | undefined;
}

/** Loads every plugin of a configuration, asks what it needs and makes, and lets it go: all that can be checked without a model. */
export async function inspectPlugins(engine: Engine, config: PlumeConfig): Promise<readonly PluginInspection[]> {
  const inspections: PluginInspection[] = [];
  for (const spec of config.plugins) inspections.push(await inspect(engine, spec));
  return inspections;
}

async function inspect(engine: Engine, spec: PluginSpec): Promise<PluginInspection> {
  let phase: PluginPhase = 'load';
  let plugin: Plugin | undefined;
  try {
    plugin = await loadPlugin(engine, spec);
    phase = 'negotiate';
    // One that runs apart says who it is only when it is asked.
    const protocol = await plugin.negotiate();
    return { spec, info: plugin.info, protocol, error: undefined };
  } catch (error) {
    if (isEverybodys(error)) throw error;
    // What a loader says is about the text of a plugin, and of its own family of errors.
    const told = isDteError(error) ? error : pluginError(spec.name, phase, 0, error);
    return { spec, info: plugin?.info, protocol: undefined, error: told };
  } finally {
    await plugin?.close?.();
  }
}
