/**
 * The field store: GRIB messages under MARS keys, in the very directories that FDB5 writes and reads.
 *
 * A schema lays the keywords out on three levels: those of a database (one directory, one model run), of a group (one index file and
 * one data file of each writer: what is read together) and of an element (the key within an index). A database is append only: data
 * files hold messages one after the other, index files hold trees of element -> (file, offset, length), and `toc` has one record for
 * each tree that was flushed. A flush writes data, then the tree, then the record, in this order: what a reader sees is complete.
 * Of several messages with one key the one flushed last counts. No locks, no server: any number of processes on any number of hosts
 * write one database, each its own files, and share the appends to `toc`.
 *
 *   const fdb = await openFdb(nodeContext());
 *   await fdb.archive(await ctx.fs.open('in.grib'));
 *   await fdb.flush();
 *   for await (const entries of fdb.list(new Map([['class', ['od']]]))) for (const entry of entries) shown.push(combinedKey(entry));
 *
 * Folders, from the ground: `format` (octets of records and trees), `schema`, `database` (one directory), `config` (which directories),
 * then `read`, `write`, `admin`, `jump` (parts of messages), and `openFdb` over all. `seam.ts` is where another kind of store or
 * catalogue would come in. Rejected: a format of our own (nobody could read it), a server in front (none is needed on a file system).
 *
 * Reference: ecmwf/fdb (src/fdb5), ecmwf/eckit (src/eckit/container, src/eckit/serialisation), release 5.10.8 as packaged by Debian.
 * Known differences: a torn or damaged table of contents is read as far as it goes, and repaired by the next writer; nothing that
 * is missing, locked or damaged passes without a word; overlapping rules give a field once; a named configuration must exist.
 */
export { sumStats } from './admin/stats.js';
export { folders, wipedPaths } from './admin/wipe-plan.js';
export type {
  AdoptOptions,
  AdoptReport,
  CheckOptions,
  CheckReport,
  DatabaseDump,
  DatabaseStats,
  DatabaseStatus,
  DumpedRecord,
  DumpOptions,
  Finding,
  HideReport,
  IndexDump,
  IndexUsage,
  MoveOptions,
  MoveReport,
  OverlayReport,
  PatchReport,
  PurgeReport,
  ReconsolidateReport,
  Stats,
  VisitOptions,
  WipeOptions,
  WipeReport,
} from './admin/index.js';
export { type ConfigOptions, type FdbConfig, type Purpose, readFdbConfig, type Root, type Space } from './config/index.js';
export type { IndexRecord, RecordHeader, TocRecord } from './format/index.js';
export * from './fdb.js';
export type {
  ExtractedArray,
  ExtractedField,
  ExtractOptions,
  ExtractRequest,
  GridPoint,
  IndexedJumps,
  IndexJumpsOptions,
  JumperOptions,
  Point,
} from './jump/index.js';
export type { ListOptions } from './read/list-entries.js';
export { formatElement } from './read/listed-entry.js';
export type { Retrieval, RetrievedMessage, RetrieveOptions } from './read/retrieve.js';
export type { Shortfall, ShortfallReason } from './read/shortfall.js';
export { type DatabaseRule, defaultSchema, formatSchema, parseSchema, type Schema } from './schema/index.js';
export type { Backend, Catalogue, Store } from './seam.js';
export { type FdbSource, fdbSource, type FdbSourceOptions } from './source.js';
export type { Sink, SinkOptions } from './sink.js';
export * from './types.js';
export { writeZarr, zarrHierarchy, zarrView } from './zarr/door.js';
export type * from './zarr/index.js';
export type { ArchivedMessages } from './write/archive-messages.js';
