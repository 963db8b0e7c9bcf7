/**
 * Care of databases: what is locked, how much there is, what can go, where it lies, and whether it is sound. Everything that deletes tells first what it
 * would delete, and does it only when `doit` says so; nothing outside a database's own folders is ever deleted. A selection that matches nothing is an
 * error (`absent.database`) unless `ignoreNoData` says otherwise. Results that come as iterators act as they are iterated.
 *
 * What makes it safe to stop anything at any point: masks are on the disk before a file goes; a whole database is locked before its first file goes
 * and its table of contents goes last; a moved database appears in its new place whole; and files that a living process made are left alone, since its
 * next flush would refer to them. What cannot be known: other databases that refer to files of this one (overlays, adopted messages).
 *
 * Source: fdb, src/fdb5/toc/TocWipeVisitor.cc, TocPurgeVisitor.cc, TocStats.cc, src/fdb5/tools; differences are told where they are: remnants without
 * schema or table of contents can be wiped, a group of a hidden database can not wipe the rest of it, the index of an open writer is never deleted,
 * adopted data files do not keep a database from being wiped.
 */
export { adopt, type AdoptOptions, type AdoptReport, reindex } from './adopt.js';
export { check, checkDatabase, type CheckOptions, type CheckReport } from './check.js';
export { control, type DatabaseStatus, status } from './control.js';
export { type DatabaseDump, dump, type DumpedRecord, dumpIndex, type DumpOptions, dumpToc, type IndexDump } from './dump.js';
export { type Finding, type FindingKind, FINDINGS, type Severity } from './check/findings.js';
export { hide, type HideOptions, type HideReport } from './hide.js';
export { move, type MoveOptions, type MoveReport } from './move.js';
export { overlay, type OverlayOptions, type OverlayReport } from './overlay.js';
export { patch, type PatchReport } from './patch.js';
export { purge, type PurgeOptions, type PurgeReport } from './purge.js';
export { reconsolidate, type ReconsolidateOptions, type ReconsolidateReport } from './reconsolidate.js';
export { type DatabaseStats, type Stats, stats, sumStats } from './stats.js';
export type { IndexUsage } from './usage.js';
export { formatSelection, type VisitOptions } from './visit.js';
export { wipe, type WipeOptions, type WipeReport } from './wipe.js';
export { type IndexMask, wipedPaths, type WipePlan } from './wipe-plan.js';
