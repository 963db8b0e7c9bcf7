import type { PluginLoader } from './types.js';

/** How plugins of each kind are made; loaded at first use. Callers may `set` kinds of their own. */
export const pluginKinds = new Map<string, () => Promise<PluginLoader>>([
  ['kernel', async () => (await import('./loaders/kernel.js')).kernelLoader],
  ['expression', async () => (await import('./loaders/expression.js')).expressionLoader],
  ['gpujs', async () => (await import('./loaders/gpujs.js')).gpujsLoader],
  ['infero', async () => (await import('./loaders/infero.js')).inferoLoader],
  ['builtin', async () => (await import('./loaders/builtin.js')).builtinLoader],
  ['module', async () => (await import('./loaders/module.js')).moduleLoader],
  ['worker', async () => (await import('./isolated/loaders.js')).workerLoader],
  ['process', async () => (await import('./isolated/loaders.js')).processLoader],
]);
