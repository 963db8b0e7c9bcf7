/**
 * One database: a folder with a table of contents, the schema that it was made with, index files and data files. Reading walks the
 * table of contents, those it continues in and those it overlays, and tells of every index whether a CLEAR masks it; writing makes a
 * database and appends records. A database that is read again costs what was appended since.
 *
 * Many processes append to one table of contents, each with one write at its end, and nobody changes what is there; one exception: a
 * writer removes the torn record that a stopped writer left at the end. Source: fdb, src/fdb5/toc/TocHandler.cc; differences: upstream gives up on
 * a torn or damaged record, here reading goes on past it and tells.
 */
export { controlFile, readControls, setControl } from './controls.js';
export { initDatabase, type InitDatabaseOptions, initSubToc, type InitSubTocOptions } from './init-database.js';
export { openToc, type TocWriter, type TocWriterOptions } from './open-toc.js';
export { readDatabase, type ReadDatabaseOptions } from './read-database.js';
export { lookupIndex, readIndex, readIndexes, type ReadIndexesOptions, type TreeCache } from './read-indexes.js';
export type * from './types.js';
