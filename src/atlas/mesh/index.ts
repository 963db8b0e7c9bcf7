export type * from './part.js';
export { delaunay, type DelaunayOptions } from './delaunay.js';
export { type Connectivity, type Edges, type MedianDual, type Mesh, nodeFlag, noIndex } from './mesh.js';
export { structuredMesh, type StructuredMeshOptions } from './structured.js';
