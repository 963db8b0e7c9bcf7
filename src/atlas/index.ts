/**
 * Grids and fields: points on the sphere, their order, and values on them.
 *
 *     import { crop, gridFromSpec, gridFromText } from 'dte-webgpu/atlas';
 *     const grid = gridFromSpec('O640');                              // 1 661 440 points, type reduced_gg
 *     const asked = await gridFromText('{grid: 1/1, area: 70/-25/30/45}'); // what a person wrote: also YAML
 *     const { lat, lon } = grid.coordinates();                        // degrees, f64, north to south, west to east
 *     const { grid: europe, indices } = crop(grid, [70, -25, 30, 45]); // north, west, south, east
 *
 * Design. A `Grid` is plain data: type, number of points, canonical `spec` and a `hash` of it, and `rows` where the points lie
 * on parallels (latitude, count, first longitude and step of each row; that is all that structured methods need). Every
 * constructor ends in the same few numbers, so a grid read from a GRIB header and the same grid asked for by name have equal
 * spec and hash; the first longitude is always in [-180, 180). Coordinates are made on demand and are correctly rounded
 * fractions (`progression`): sums of rounded steps and tables of rounded latitudes were rejected, because weights and cropping
 * compare points of different rows. Gaussian latitudes are found by Newton's method in the colatitude, to full f64. The hash
 * is our own (`grid-hash.ts`); atlas's MD5 over the coordinate arrays would depend on the last bit of every engine's sine.
 *
 * Sub-areas. Multiples of the increments (counted from `reference`, default 0, 0) inside the area for regular grids; for
 * Gaussian grids the points of every whole row with west <= lon <= east, compared exactly; the canonical area is the bounding
 * box of the points that are left.
 *
 * Other frames. A grid that is not one of parallels says what it is regular in: `rotated` (rows of a rotated frame), `projected` (a
 * plane), `healpix`; a nested HEALPix or an order other than i+j- has `asRows`, which leads to the same points in rows. `cells`
 * gives the polygon around every point, `northAngle` the direction of the grid's own axes. ORCA, ICON and FESOM grids have their
 * positions from files (`gridFromText` with `PointFiles`, `withCoordinates`): they are the same grid with and without.
 * Not implemented: stretched and Schmidt grids, space view, CS-LFR-L (nodes), staggered grids of the UM (`unsupported.grid`).
 *
 * Upstream reference: atlas (src/atlas/grid, util/GaussianLatitudes), eckit geo gridspecs, mir (tests/unit/gridspec.cc),
 * ecCodes (geo iterators). Known differences: the area of a spec is always tight and its west in [-180, 180); increments
 * that do not divide 360 give a grid that does not close; a rotation of -90/0 is no rotation; rows of regional grids run from
 * north to south where atlas numbers them upwards. Projections are closed formulas of our own (`projection/`): proj4js, which the
 * tests compare with, ends its series for ellipsoids at 1e-8 degrees and throws where a place is off the map.
 */
export type * from './grid.js';
export type { AreaInput } from './area.js';
export { checkArea } from './area.js';
export { gridFromSpec, gridFromText } from './grid-from-spec.js';
export { type IncrementOptions, latLonFromIncrements, regularLatLon, type RegularLatLonOptions } from './regular-lat-lon.js';
export { reducedLatLon, type ReducedLatLonOptions } from './reduced-lat-lon.js';
export type { Rotation } from './rotated-lat-lon.js';
export { type HealpixOrder, healpixGrid } from './healpix/healpix-grid.js';
export { projectedGrid } from './projected-grid.js';
export { type Earth, earthRadius, sphere } from './projection/earth.js';
export {
  type LambertOptions,
  lambertConformalConic,
  type MercatorOptions,
  mercator,
  type PolarOptions,
  polarStereographic,
} from './projection/conformal.js';
export { albersEqualArea, type AzimuthalOptions, lambertAzimuthalEqualArea } from './projection/equal-area.js';
export { gaussianGrid, type GaussianGridOptions } from './gaussian-grid.js';
export { type CubedSphereKind, cubedSphereGrid } from './cubed-sphere.js';
export { spectralGrid, unknownGrid } from './other-grids.js';
export { orcaGrid, positionsHash, statesCoordinates, unstructuredGrid, type UnstructuredOptions, withCoordinates } from './point-grids.js';
export { pointPairs, pointValues } from './point-arrays.js';
export type { PointFiles } from './points-from-spec.js';
export { gaussianLatitudes, gaussianWeights } from './gaussian-latitudes.js';
export { classicGaussianNumbers, classicPl, octahedralPl } from './gaussian-pl.js';
export { crop, type Cropped } from './crop.js';
export { rowLongitudes, rowStarts } from './rows.js';
export { scanOrder, type ScanOrderOptions } from './scan-order.js';
export * from './field.js';
export * from './mesh/index.js';
export * from './functionspace/index.js';
export * from './fvm/index.js';
