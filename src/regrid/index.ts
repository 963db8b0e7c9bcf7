/**
 * Regridding: a field on one grid becomes a field on another by a sparse matrix, target = W source.
 *
 *     import { prepareWeights, writeNpz } from 'dte-webgpu/regrid';
 *     const matrix = await prepareWeights(context, gridFromSpec('O1280'), gridFromSpec('0.25/0.25'), { method: 'linear' });
 *     await context.fs.write('weights.npz', writeNpz(matrix));      // scipy.sparse.load_npz reads it
 *
 * Design. Weights depend on the two grids, the method and its options (`methodOptions`) only; they are made on the host in f64
 * (f32 degrees are good to 2 m), by ranges of target rows on worker threads, and are the same bit for bit whatever the split.
 * A `Matrix` is compressed sparse rows; a row sums to 1 of weights in [0, 1], or is empty and makes its point missing, as far as
 * the matrix does not say that it promises less (`signed`, `anySum`). `methods` maps MIR's names to modules loaded on first use.
 *
 *  - `linear`: MIR's default finite-element method, on the triangulated mesh of the source rows. It is not bilinear. Lists of points
 *    are triangulated after Delaunay. `bilinear`: the same with quadrilaterals between aligned rows.
 *  - `nearest-neighbour`: smallest straight distance, lowest index of equals. `k-nearest`: several, weighted by distance, with MIR's
 *    picks and weightings.
 *  - `structured-bilinear`, `structured-bicubic`, `structured-biquasicubic`: Lagrange's polynomials along and across rows, over the
 *    poles too, with weights that may be negative for the cubic ones.
 *  - `k-nearest-statistics`, `grid-box-statistics`, `voronoi-statistics`: the maximum, minimum, mean ... of some source points.
 *  - `binning`: the transpose of another method's matrix from the target to the source, for coarse targets.
 *  - `grid-box-average`: by the overlap of longitude-latitude boxes; conserves the integral.
 *  - `conservative`, `conservative-2`: by the overlap of cells, of any two grids that have cells. Cells of grids with rows are boxes
 *    between parallels and meridians (half a step beyond the outermost points of an open grid), all others polygons of great
 *    circles. This is deliberate: boxes are what such grids mean, they overlap in closed form, and CDO takes them so; atlas takes
 *    all cells as polygons of great circles. Second order adds the gradient in each source cell about its centre of mass,
 *    which leaves integrals as they are.
 *
 * Vectors (`prepareVectorRegrid`) are carried along great circles, u and v together, by one kernel that weighs and turns; turns to
 * and from the axes of rotated and projected grids are multiplied into the same numbers. Land-sea masks (`lsm`) change weights after
 * they are made. `readScrip` and `writeScrip` exchange weights with CDO and ESMF as netCDF.
 *
 * A rotated source is handled in its own frame, a grid of a map's plane by columns and rows, a nested order by way of its rows.
 * Target points that a source does not hold have no value, fail or take the nearest point (`outside`).
 *
 * No search tree and no stored mesh for rows: these are ordered, so a point's band of triangles is found by bisection and its
 * triangle by a few steps of a walk; the triangles of a band are enumerated when the first point falls into it. Rejected: a k-d
 * tree over all triangles, as upstream (13 million for O1280); matrices in the f32 layout of the device (the kernel converts once).
 *
 * Upstream reference: mir (src/mir/method), atlas (src/atlas/meshgenerator, src/atlas/interpolation), earthkit-regrid's matrices
 * "mir 16", which these methods reproduce. Known differences: at a pole, where many triangles or points tie, the lowest index is
 * taken (upstream's choice depends on rounding and search order); points on the outermost edge of an open grid get a value
 * from that edge in `linear` (upstream leaves gaps between its points, because edges are great circles); `k-nearest` picks the
 * `nclosest` points by default (upstream's default pick is the nearest alone); the weights of `cressman` have the sign that makes
 * them positive, and boxes of HEALPix rows lie around their points (`cressman-as-upstream`, `healpix-half-box` restore the errors);
 * what `simulated-missing-value` marks is missing in the result. Not implemented: `nearest-lsm`, `healpix-resample`,
 * `healpix-statistics`, the limiter of the cubic methods, and statistics that need an order of values (medians, modes).
 */
export type { Layout, RowLayout } from './layout.js';
export { allocateMatrix, checkMatrix, identityMatrix, type Matrix, type MatrixPromise, type MatrixSize } from './matrix.js';
export type { Method, Need, Prepared, Problem } from './method.js';
export { type MethodOption, type MethodOptionName, type MethodOptions, methodOptions, parseMethodOption } from './method-options.js';
export { builtinMethods, methodAliases, methodName, methods, optionsOfMethods } from './methods.js';
export {
  defaultMissingStrategy,
  type MissingPlan,
  missingPlan,
  missingStrategies,
  missingStrategy,
  type MissingStrategy,
  type MissingStrategyName,
} from './missing.js';
export { readMatrixFile } from './matrix-file.js';
export { type NpzOptions, type NpzReading, readNpz, writeNpz } from './npz.js';
export { cellAreas } from './conservative/cell-areas.js';
export { defaultLandSeaAdjustment, landMask, type LandSeaMasks, landSeaWeights } from './land-sea.js';
export { prepareMatrixRegrid, prepareRegrid, type RegridOptions, type Regridder } from './regrid.js';
export { scripMatrix } from './scrip/align.js';
export { readScrip, type ScripSide, type ScripWeights } from './scrip/read.js';
export { type ScripLayout, type ScripOptions, writeScrip } from './scrip/write.js';
export type { VectorAxes } from './transport.js';
export {
  type FieldPair,
  prepareVectorRegrid,
  prepareVectorRotation,
  type VectorRegridder,
  type VectorRegridOptions,
  type VectorRotation,
  type VectorWay,
  vectorWays,
} from './vector-regrid.js';
export { statisticNames, type StatisticName } from './statistics/row-statistics.js';
export { multiplyMatrices, normaliseRows, transposeMatrix } from './statistics/transposed.js';
export { cachedWeights, forgetWeights, weightsFiles, weightsKey } from './weights-cache.js';
export { defaultMethod, prepareWeights, type WeightsOptions } from './weights.js';
