/**
 * A shallow-water model on the sphere whose state never leaves the device: something to plug into, and a source of weather-like data.
 *
 *     import { createTwin } from 'dte-webgpu/twin';
 *     const twin = await createTwin(engine, { case: 'galewsky', truncation: 63, members: 8 });
 *     await twin.step(12);
 *     const { vo, u, v } = await engine.run((pass) => twin.fields(pass)); // members as layers, on the device
 *     const [control] = await twin.diagnostics();                         // mass, energy, extremes of vorticity
 *     twin.close();
 *
 * Equations. Vorticity, divergence and geopotential of the free surface, spectral, as Hack & Jakob 1992 (NCAR/TN-343) have them; products
 * on a Gaussian grid that tells them from what is kept (4 N >= 3 T + 1), so there is no aliasing. phi is counted from the mean depth, and
 * the mean is kept out of every f32 sum: the tendency of the first coefficient is 0 by construction, so mass is conserved to the
 * last bit, in f32 too. Diffusion is Laplacian or a power of it, and leaves solid rotation alone.
 *
 * Time. ETDRK4 (Cox & Matthews 2002): what one degree n does by itself, gravity waves about the mean depth and diffusion, is exact by tables
 * of 2 x 2 matrices; the rest is a Runge-Kutta scheme of order 4. At T15, with steps of 15 and 30 minutes, its vorticity after 4 hours was 25
 * (Rossby-Haurwitz wave) to 400 times (jet) as accurate as that of the classical scheme; at T63 it takes 2.7 times the step, at the same cost
 * a step. Rejected: semi-implicit leapfrog, of order 2 with a filter that
 * has to be tuned, and two time levels that a plugin would have to know of. The classical scheme is kept (`explicit`) as its judge.
 *
 * Design. A step is four times: `components` (wind and fields of truncation T + 1), Legendre and Fourier sums of four fields, `products`, the sums
 * back of five, `advance` (tendencies and the stage, fused). Coefficients lie apart (`LayersApart`) all the way, so nothing is transposed.
 * One, two, four or eight members are one state, so that the lanes of one field lie in one tile; other ensembles are several such groups. A step is
 * recorded once, over work arrays that stages share, and the recording is run again and again; `step` moves nothing between
 * host and device. Perturbations are random rotational winds of degrees 2 to 21 in linear balance; a member depends on seed and
 * number alone.
 *
 * Judged by: an independent model in numpy (test/data/twin), formulas, and f64. At T42 the jet's extremes of vorticity after six days agree
 * with that model to 0.2 % and lie at the same points.
 *
 * Output. `openTwinOutput` takes fields of successive times, of the model or of what runs beside it, to statistics over windows of time, to
 * another grid, and under complete headers to a `FieldSink`: a store, a folder of GRIB, or whatever else implements it (a plan of
 * actions). Values stay on the device until they are packed. Members are layers; member 0 is the control forecast.
 *
 *     const sink = storeSink(engine, await openFdb(engine.context));
 *     const reductions = [parseReduction('mean,max:24h')];
 *     const header = { date: 20260101, members: 8 };
 *     const output = await openTwinOutput(engine, sink, { header, everySeconds: 3600, reductions, post: parseMirOptions({ grid: '1/1' }) });
 *     await output.take([{ param: 'vo', levtype: 'ml', field }], twin.timeSeconds); // a field whose layers state level and number
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
