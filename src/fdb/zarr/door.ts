import type { writeZarr as write } from './write-zarr.js';
import type { zarrHierarchy as hierarchy } from './zarr-hierarchy.js';
import type { zarrView as view } from './zarr-view.js';

// The same functions, loaded when they are called: who only lists fields does not wait for codecs and engines.

/** See `zarrView` of zarr-view.ts. */
export const zarrView = async (...given: Parameters<typeof view>): ReturnType<typeof view> =>
  (await import('./zarr-view.js')).zarrView(...given);

/** See `zarrHierarchy` of zarr-hierarchy.ts. */
export const zarrHierarchy = async (...given: Parameters<typeof hierarchy>): ReturnType<typeof hierarchy> =>
  (await import('./zarr-hierarchy.js')).zarrHierarchy(...given);

/** See `writeZarr` of write-zarr.ts. */
export const writeZarr = async (...given: Parameters<typeof write>): ReturnType<typeof write> =>
  (await import('./write-zarr.js')).writeZarr(...given);
