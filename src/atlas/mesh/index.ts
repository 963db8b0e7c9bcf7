/**
 * Meshes: the points of a grid joined to quadrilaterals and triangles, what finite volumes need of them, and their parts.
 *
 *     const grid = gridFromSpec('O32');
 *     const mesh = gridMesh(grid, { triangulate: true, pole: 'node' });       // 10 496 triangles, 5 250 nodes
 *     const { edges, normal, volume } = medianDual(gridMesh(grid));           // edges across the poles included
 *     const parts = meshParts(mesh, partitionGrid(grid, { parts: 4 }), { halo: 1 });
 *     const lists = haloExchange(parts);                                      // what each part sends and takes
 *
 * Design. A mesh is a handful of flat typed arrays; nodes are the points of the grid in their own order, so a field needs no
 * permutation, and what repeats or invents a node comes after them. Meshes are closed on the sphere unless asked otherwise: the
 * last point of a row is joined to the first, and longitudes are unwound cell by cell where a plane is needed, instead of nodes
 * repeated at 360 degrees. Everything is linear in the number of cells or sorts by counting: O1280 with its 13 M triangles is made
 * in under a second of processor time, its 20 M edges in some seconds. Parts are cut from the whole mesh (their dual meshes too), so
 * that they agree with it to the last bit; exchange and gathering are plain lists of indices, for kernels or messages. Objects per
 * cell, and a half-edge structure kept with every mesh, were rejected for their memory.
 *
 * Delaunay: see `delaunay.ts`; `delaunator` makes the planar part. A hull in space made point by point with exact arithmetic was not
 * chosen: it is slower, and ties on circles, of which grids are full, want a rule of their own anyway.
 *
 * Upstream reference: atlas (src/atlas/meshgenerator, mesh/actions, grid/detail/partitioner). Cells, partitions (`equal_regions`,
 * bands) and dual meshes follow it. Known differences: longitudes are rounded correctly, which decides a few diagonals of equal
 * length otherwise (N32: 6 of 8368 cells); a cell belongs to the part of most of its corners; the number of bands of a checkerboard is
 * that of atlas 0.44 (0.31 rounds it down); poles are patched, and unique, each for itself. Not here: meshes of ORCA grids with their
 * folds (their points have a Delaunay mesh), reordering, the partitioners that follow another mesh.
 */
export type * from './part.js';
export { delaunay, type DelaunayOptions } from './delaunay.js';
export { cellCount, type Connectivity, type Edges, type MedianDual, type Mesh, nodeFlag, noIndex } from './mesh.js';
export { cellNodes, nodeCells, nodeEdges } from './connectivity.js';
export { type EdgeOptions, meshEdges } from './edges.js';
export { medianDual } from './median-dual.js';
export { structuredMesh, type StructuredMeshOptions } from './structured.js';
export { partitionGrid, type Partitioner, partitioners, type PartitionOptions } from './partition.js';
export { meshParts, type PartOptions } from './mesh-parts.js';
export { cellGather, cellOwnership, haloExchange, nodeGather, type Ownership, partEdges, type PartEdges } from './halo-exchange.js';
export { equalRegions } from './equal-regions.js';
export { cellMesh } from './cell-mesh.js';
export { checkCells } from './check-cells.js';
export { dualMesh } from './dual-mesh.js';
export { cellAreas, cellCentres, nodeAreas } from './cell-geometry.js';
export { gridMesh, type MeshGenerator, meshGenerators, type MeshOptions } from './grid-mesh.js';
export { meshFile, type MeshFileOptions } from './mesh-file.js';
