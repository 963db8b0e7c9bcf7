/** Ground floor: errors, context, files, log, progress. Imports nothing of the project. */
export { concatenated } from './bytes.js';
export { cacheFolder } from './cache-folder.js';
export * from './checksum.js';
export * from './disk.js';
export * from './errors.js';
export type * from './context.js';
export * from './files.js';
export * from './hash.js';
export * from './log.js';
export * from './netcdf.js';
export * from './netcdf-write.js';
export * from './npy.js';
export { ordered } from './ordered.js';
export * from './progress.js';
export { Recycler } from './recycler.js';
export { sharedBuffer } from './shared-buffer.js';
