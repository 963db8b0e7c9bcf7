/**
 * Plugins beside a running model: what the model offers is agreed with each plugin, and in every step each sees the agreed fields where
 * they lie, on the device.
 *
 * A `Plugin` has a life of four parts: `negotiate` (a `Protocol`: what it requires, what it makes), `setup`, one `record` or `run` a step,
 * `teardown`. It comes from a `PluginLoader` of its kind (`pluginKinds`): text kernels, expressions, modules, isolated processes, machine
 * learning models.
 *
 * Upstream reference: plume (src/plume).
 */
export { pluginKinds } from './kinds.js';
export * from './protocol.js';
export type * from './types.js';
