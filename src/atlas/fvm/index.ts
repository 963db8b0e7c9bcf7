/**
 * Finite-volume operators on the nodes of a mesh: gradient, divergence, curl, laplacian, and the gradient of a vector.
 *
 *     const space = nodeColumns(mesh, { grid });
 *     const onDevice = await prepareSpace(engine, space);
 *     const nabla = await prepareNabla(engine, onDevice);
 *     const vorticity = await engine.run((pass) => nabla.curl(pass, onDevice.scatter(pass, u), onDevice.scatter(pass, v)));
 *
 * Design. All geometry ends in a few f64 numbers for each pair of neighbours (`Stencil`), made on the host; a kernel then sums
 * over the neighbours of a node, which needs no atomic operation, no edge array, and reads each neighbour's lanes in one go.
 * Sums are over differences of values, so a constant has no gradient, and f32 loses nothing to large means. Atlas' way (faces
 * first, then nodes) was rejected: it writes and reads two reals for every edge and layer.
 *
 * Upstream reference: atlas (src/atlas/numerics/fvm). Known differences: at the edge of an open mesh the missing face is taken
 * to have the node's own value, so constants have no gradient there either; nodes at the poles have no operators instead of
 * infinite ones; geometry `sphere` is ours.
 */
export { type Nabla, type NablaOptions, prepareNabla, type VectorGradient } from './nabla.js';
