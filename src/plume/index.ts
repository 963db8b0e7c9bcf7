/**
 * Plugins beside a running model: what the model offers is agreed with each plugin, and in every step each sees the agreed fields where
 * they lie, on the device.
 *
 *     import { ModelData, openPlume } from 'dte-webgpu/plume';
 *     const plume = await openPlume(engine, 'plugins: [{name: watch, lib: watch.mjs, kind: module}]', { folder: '/models/' });
 *     await plume.negotiate('offered: [{name: NSTEP, type: INT, available: always}, {name: u, type: ATLAS_FIELD}]');
 *     const data = new ModelData();
 *     data.create('NSTEP', 'INT', 0);
 *     if (plume.isParamRequested('u')) data.provideField('u', { value: u }); // a Field whose layers state their level
 *     await plume.feed(data);
 *     for (let step = 1; step <= 10; step++) {
 *       data.update('NSTEP', step);
 *       data.setUpdated(['NSTEP', 'u']);
 *       const { failures } = await plume.run();
 *     }
 *     await plume.teardown();
 *
 * Nouns. A `Protocol` is what a model offers or a plugin requires and makes. A `Plugin` has a life of four parts: `negotiate`, `setup`, one
 * `record` or `run` a step, `teardown`; it comes from a `PluginLoader` of its kind (`pluginKinds`): text kernels, expressions, modules,
 * isolated processes, machine learning models. `ModelData` are the named values of a model; a plugin sees those agreed on, shared, through
 * `FieldHandle`s that tell by a version whether anything changed. `Plume` leads all plugins of a run through their lives.
 *
 * Design. Outputs of a plugin are declared with a rule for their shape and allocated by the manager, so they can be offered to later
 * plugins and to sinks and are no alias of anything. Derived parameters (a wind at a height, wind speed and direction, relative humidity)
 * are kernels in a graph, made once whoever asks, and only when a source changed. On a GPU neighbouring plugins that only record share one
 * pass; when the device refuses it, each gets its own, and the culprit is named. A plugin's failure is an entry in the report, not an
 * exception in the model, unless its configuration says `on-error: abort`.
 *
 * Apart from the model. Kinds `worker` (a thread) and `process` (a child process, in any language) run a plugin on host copies of what was
 * agreed on (`IsolatedModule` is what its module exports, `isolated/messages.ts` what a process of another language says). Everything it
 * does has a time and an amount of memory; what it declares is checked before anything of it reaches the device; one that is over is
 * started again as often as `restarts` says. Shared memory of threads cannot be for reading only: what a plugin writes to its inputs is
 * put right and told. A crash of native code ends a process, and in a thread the model's own: such code belongs in a process.
 *
 * `openEmulator` is a stand-in for a model, as upstream's nwp_emulator: GRIB files, one a step, or functions of position. Its draws are
 * seeded, its areas are where they say (upstream's lie 180 degrees further east), and a field of a further level type has that in its
 * name (`t;pl`), where upstream puts all into one.
 *
 * Upstream reference: plume (src/plume: Manager, Negotiator, Protocol, data). Known differences: several managers may live in a process, and
 * a second use of one is an error rather than ignored; a name provided twice is an error; missing points of a wind at a height are missing
 * values (`heights: 'strict'` gives upstream's error); a library that cannot be loaded rejects its plugin and not all; a plain list under
 * `parameters` is one group; outputs, `kind`, `timeout`, `on-error`, `failures`, `every`, `order`, `after`, `memory` and `restarts` are ours;
 * shared libraries cannot be loaded.
 */
export { type ConfigSource, parseConfig, type PlumeConfig } from './config/parse-config.js';
export { parseProtocol } from './config/parse-params.js';
export { ModelData, type Observer } from './data/model-data.js';
export type { Cell, FieldKind, Scalar } from './data/value.js';
export { dataName } from './derived/derivations.js';
export { type Emulator, type EmulatorGiven, type EmulatorOptions, openEmulator } from './emulator/emulator.js';
export type { IsolatedContext, IsolatedData, IsolatedField, IsolatedModule, IsolatedOutput } from './isolated/inside/types.js';
export { pluginKinds } from './kinds.js';
export { inspectPlugins, type PluginInspection } from './manager/inspect.js';
export { openPlume, type Plume, type PlumeOptions, type PlumeState } from './manager/plume.js';
export type * from './manager/report.js';
export { type Decision, negotiate, type TypeClash } from './negotiate.js';
export * from './protocol.js';
export type * from './types.js';
export { atlasVersion, plumeVersion } from './version.js';
