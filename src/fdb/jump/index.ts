/**
 * Partial reads: values at a few points or ranges of many fields, without reading or decoding the rest.
 *
 *     const jumper = openJumper(context);
 *     for await (const { key, values } of extract(context, config, [{ selection, points: [{ lat: 48.2, lon: 16.4 }] }], { jumper })) { ... }
 *     await jumper.close();
 *
 * A jump info says how a message is packed and where its values lie (`grib`: `jumpInfoOf`). Infos come from memory, from the sidecar of
 * the data file (`indexJumps`, or `openJumpWriter` at archive time), or, when lazy, from the message, which is read once as a whole.
 * Worker threads read the octets that are wanted and decode them; fields of one file are read together, in the order they lie there.
 *
 * A sidecar is a cache with a sum for each record and a fingerprint of each message: one that is damaged, torn, stale or of another
 * program is reported and not used. The format is in `jump-record.ts`.
 *
 * Upstream reference: gribjump (src/gribjump: info, jumper, Engine). Known differences: IEEE packing can be read too; sidecars have our own
 * form; a point without value is NaN, and masks say which are present; without a grid hash the fields of a request for indices or ranges
 * must share a grid.
 */
export { extract, type ExtractedArray, type ExtractOptions, type ExtractRequest, uploadExtracted } from './extract.js';
export { type FieldOrder, fieldOrderAt, type GridPoint, nearestPoints, type Point } from './field-points.js';
export { type IndexedJumps, indexJumps, indexJumpsOf, type IndexJumpsOptions, type JumpWriter, openJumpWriter } from './index-jumps.js';
export type { JumpRecord } from './jump-record.js';
export type { ExtractedField, FieldRequest, FoundField, Wanted } from './field-request.js';
export { type Jumper, type JumperOptions, openJumper } from './jumper.js';
export { sidecarEnding } from './sidecars.js';
