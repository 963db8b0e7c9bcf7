/**
 * DTE on WebGPU: GRIB, regridding and maps for weather and climate fields, on a GPU or on any CPU, from one recording.
 *
 * ```ts
 * import { gridFromSpec, nodeContext, open } from 'dte-webgpu';
 * import { decode, encode, gribTables, gridOf, messages } from 'dte-webgpu/grib';
 * import { prepareRegrid } from 'dte-webgpu/regrid';
 *
 * const context = nodeContext();
 * const engine = await open({ device: 'auto' }, context);
 * const file = await context.fs.open('in.grib');
 * for await (const message of messages(file, { tables: await gribTables(context) })) {
 *   const field = await decode(engine, [message], gridOf(message));              // values on the device
 *   const toOneDegree = await prepareRegrid(engine, field.grid, gridFromSpec('1/1'));
 *   const regridded = await engine.run((pass) => toOneDegree.apply(pass, field)); // one submit
 *   const [bytes] = await encode(engine, regridded, { packing: 'ccsds' });       // a GRIB message
 * }
 * await engine.close();
 * ```
 *
 * This entry opens the engine and holds the nouns that all parts share; each part has its own entry: `dte-webgpu/grib`, `/atlas`,
 * `/regrid`, `/plot`, `/compute`, and `/web` for a page. Importing any of them starts nothing.
 */
import type { Context } from './base/index.js';
import { nodeContext } from './base/node.js';
import { type Engine, type EngineOptions, openEngine } from './compute/index.js';

export type { Area, Field, Grid, Rows, Tile } from './atlas/index.js';
export { gridFromSpec, layerOf, releaseField } from './atlas/index.js';
export { type Context, DteError, type ErrorCode, isDteError } from './base/index.js';
export { nodeContext } from './base/node.js';
export { type Engine, type EngineOptions, type Kernel, kernel, missingValue, type Pass } from './compute/index.js';
export type { Message } from './grib/index.js';

/** Release of this package. */
export const version = '0.1.0';

/**
 * Opens an engine on this machine: a hardware GPU where there is one, else all cores. Close it when done; a process that forgets
 * still ends by itself. Errors: `absent.device`, `fault.device`, `input.option`.
 */
export function open(options: EngineOptions = {}, context: Context = nodeContext()): Promise<Engine> {
  return openEngine(context, options);
}
