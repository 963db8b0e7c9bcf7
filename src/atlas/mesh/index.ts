export type * from './part.js';
export { type Connectivity, type Edges, type MedianDual, type Mesh, nodeFlag, noIndex } from './mesh.js';
