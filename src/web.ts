/**
 * The engine in a page: GRIB decoding, regridding and maps on the page's own WebGPU.
 *
 *     import { decode, gridFromSpec, gribTables, gridOf, layerOf, messages, openEngine, prepareRegrid, releaseField, webContext } from 'dte-webgpu/web';
 *     const context = webContext({ files: new Map([['in.grib', input.files[0]]]) });
 *     const engine = await openEngine(context);
 *     for await (const message of messages(await context.fs.open('in.grib'), { tables: await gribTables(context) })) {
 *       const field = await decode(engine, [message], gridOf(message));
 *       const regridder = await prepareRegrid(engine, field.grid, gridFromSpec('1/1'));
 *       const regridded = await engine.run((pass) => regridder.apply(pass, field));
 *       const values = layerOf(regridded, await engine.read(regridded.tiles[0].values), 0);
 *       for (const done of [field, regridded]) releaseField(done);
 *       regridder.release();
 *     }
 *     await engine.close();
 *
 * Design. Kernels, grids, headers, weights and pictures are the modules that Node runs; only the `Context` differs. Importing this
 * starts nothing: shaders, tables, coastlines and methods are loaded when first used. Device `auto` is a hardware adapter of
 * `navigator.gpu`, else the CPU executor; an adapter that computes on the processor (`isFallbackAdapter`) is taken only by
 * `device: 'software'` or by name, as in Node. A page has no threads of the engine's: entropy decoding, weights and the CPU executor
 * run where the engine was opened, so a page that must stay responsive opens it in a Web Worker of its own. No cross-origin
 * isolation is needed. Weights are cached in memory only; files are what the page gives (`webContext({ files })`), read only.
 *
 * `node tools/web.mjs` bundles this file into build/web: a page without a bundler imports build/web/web.js. A page that has one imports
 * `dte-webgpu/web`; shaders and tables are found by `new URL(..., import.meta.url)` (tried with vite 8, build and development server).
 */
export { crop, type Field, type Grid, gridFromSpec, gridFromText, layerOf, releaseField } from './atlas/index.js';
export { type Context, DteError, type ErrorCode, isDteError } from './base/index.js';
export { type WebContextOptions, type WebFile, webContext } from './base/web.js';
export { type Engine, type EngineInfo, type EngineOptions, missingValue, openEngine, type Pass } from './compute/index.js';
export {
  decode,
  encode,
  type EncodeOptions,
  find,
  get,
  type GribTables,
  gribTables,
  gridOf,
  keysOf,
  type Message,
  messages,
  type MessagesOptions,
  parseMessage,
  prepareDecode,
} from './grib/index.js';
export { encodePng, type Image, type MapOptions, paletteOf, renderMap } from './plot/index.js';
export { prepareRegrid, type Regridder, type RegridOptions } from './regrid/index.js';
