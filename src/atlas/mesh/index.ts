export type * from './part.js';
export { delaunay, type DelaunayOptions } from './delaunay.js';
export { cellCount, type Connectivity, type Edges, type MedianDual, type Mesh, nodeFlag, noIndex } from './mesh.js';
export { cellNodes, nodeCells, nodeEdges } from './connectivity.js';
export { type EdgeOptions, meshEdges } from './edges.js';
export { medianDual } from './median-dual.js';
export { structuredMesh, type StructuredMeshOptions } from './structured.js';
