/** Ground floor: errors, context, files, log, progress. Imports nothing of the project. */
export * from './errors.js';
export type * from './context.js';
export * from './files.js';
export * from './hash.js';
export * from './log.js';
export * from './progress.js';
