/**
 * Archived fields as Zarr v3 arrays, without a copy: metadata is made from what is archived, and a chunk is read and decoded when
 * it is asked for. `zarrView` is one array over requests, as z3fdb builds it; `zarrHierarchy` a group of arrays with coordinates.
 *
 *   const fdb = await openFdb(context);
 *   const store = await zarrHierarchy(context, fdb, { requests: [new Map([['class', ['od']], ['expver', ['0001']]])] });
 *   const t = await zarr.open(zarr.root(store).resolve('t'), { kind: 'array' });   // zarrita, in the same process
 *   await writeZarr(context, store, 'forecast.zarr');
 *   await store.close();
 *
 * A store is a snapshot: its fields were searched once, when it was opened, so that all chunks agree with each other and a chunk costs
 * no search. Chunks are plain f32, little-endian: decoded fields are noise to a compressor, and what is served is decoded by the reader
 * at once. Rejected: the packed integers of messages as chunks with a scale_offset codec (each field has its own scale), one search
 * for each chunk as z3fdb does (slower, and chunks of one array could be of different times).
 *
 * Reference: Zarr core specification 3.0 (zarr-specs), CF conventions 1.8, ecmwf/fdb (src/z3fdb).
 * Known differences from z3fdb: points come in canonical order (north to south, west to east) and not in that of the messages; fields that are
 * archived later are not seen; messages of several fields are refused; groups, coordinates and attributes are ours.
 */
export type { Attributes } from './metadata.js';
export type { StoreOptions } from './open-store.js';
export type * from './types.js';
export { writeZarr } from './write-zarr.js';
export { zarrHierarchy, type ZarrHierarchyOptions } from './zarr-hierarchy.js';
export { type ZarrAxis, type ZarrPart, zarrView, type ZarrViewOptions } from './zarr-view.js';
