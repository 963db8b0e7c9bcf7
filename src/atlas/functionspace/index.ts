/**
 * Function spaces: which items (points, nodes, cells, coefficients) carry values, in one part or several, and what can be done
 * with values on them without knowing what they mean: halo exchange, gather and scatter, statistics, checksums.
 *
 *     const space = structuredColumns(gridFromSpec('O96'), { halo: 2, partition });
 *     const onDevice = await prepareSpace(engine, space);
 *     const inParts = await engine.run((pass) => onDevice.scatter(pass, field));
 *     const [{ mean }] = await onDevice.statistics(inParts);            // area-weighted
 *
 * Design. A space is plain data: for each part the items that it owns, then its halo, and for every place the item it holds
 * (`SpacePart.item`). Everything else follows from that one map: routes of the halo exchange, their transpose, gathering and
 * scattering are index lists for two kernels (`move-points`, `add-points`), the same for every kind of space. Parts may live on
 * one device or on several; between devices the exchange's messages travel as arrays. Sums are sums of integers (`moments`):
 * compensated sums of reals were rejected, because their last bits depend on the order of the parts, and a shader compiler may
 * undo the compensation. So a mean is the same number on one part or a hundred, on a GPU or a CPU.
 *
 * Upstream reference: atlas (src/atlas/functionspace, src/atlas/parallel). Known differences: halo places follow all owned ones
 * in every space; means are area-weighted unless `weighting: 'items'` is asked for (atlas: unweighted over nodes); a checksum
 * does not depend on the partition.
 */
export { cellColumns, type CellColumns, type ColumnsOptions, nodeColumns, type NodeColumns } from './columns.js';
export type { ExchangeOptions } from './halo-exchange.js';
export { type HaloRoute, haloRoutes } from './halo-routes.js';
export { prepareSpace, type SpaceOnDevice, type SpaceOptions, type StatisticsOptions } from './on-device.js';
export { pointAreas } from './areas.js';
export { pointCloud, type PointCloud, type PointCloudOptions } from './point-cloud.js';
export * from './space.js';
export { spectralNorm, type SpectralSpace, spectralSpace, type SpectralSpaceOptions } from './spectral-space.js';
export type { Statistics } from './statistics.js';
export {
  placeOf,
  structuredColumns,
  type StructuredColumns,
  type StructuredColumnsOptions,
  type StructuredPart,
  type StructuredRow,
} from './structured-columns.js';
