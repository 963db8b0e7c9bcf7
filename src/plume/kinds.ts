import type { PluginLoader } from './types.js';

/** How plugins of each kind are made; loaded at first use. Callers may `set` kinds of their own. */
export const pluginKinds = new Map<string, () => Promise<PluginLoader>>([
  ['module', async () => (await import('./loaders/module.js')).moduleLoader],
]);
