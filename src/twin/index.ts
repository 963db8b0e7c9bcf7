/**
 * A shallow-water model on the sphere whose state never leaves the device: something to plug into.
 *
 *     import { createTwin } from 'dte-webgpu/twin';
 *     const twin = await createTwin(engine, { case: 'galewsky', truncation: 63, members: 8 });
 *     await twin.step(12);
 *     const { vo, u, v } = await engine.run((pass) => twin.fields(pass)); // members as layers, on the device
 *     const [control] = await twin.diagnostics();                         // mass, energy, extremes of vorticity
 *     twin.close();
 */
export {
  cases,
  type CaseKind,
  type CaseParameter,
  type Diffusion,
  gravity,
  type PointValues,
  type ShallowWaterCase,
} from './cases/index.js';
export type { Diagnostics, Extremum } from './diagnostics.js';
export type { TwinOptions } from './options.js';
export type { SchemeName } from './time-scheme.js';
export { createTwin, type Twin, type TwinDescription, type TwinFields, type TwinLayer } from './twin.js';
export * from './output/index.js';
