import { DteError, nearestWord } from '../../base/index.js';
import type { PluginLoader } from '../types.js';

/** Plugins that come with this package, by the name that `lib` gives; loaded at first use. */
export const builtinPlugins = new Map<string, () => Promise<PluginLoader>>([
  ['extreme-wind', async () => (await import('../extreme-wind/detector.js')).extremeWind],
]);

/** `kind: builtin`. */
export const builtinLoader: PluginLoader = {
  async load(spec, host) {
    const found = builtinPlugins.get(spec.lib);
    if (found !== undefined) return (await found()).load(spec, host);
    const names = [...builtinPlugins.keys()];
    const near = nearestWord(spec.lib, names);
    throw new DteError('input.plugin', `no plugin '${spec.lib}' comes with this package`, {
      where: spec.where,
      hint: near === undefined ? `there are ${names.join(', ')}` : `did you mean '${near}'?`,
    });
  },
};
