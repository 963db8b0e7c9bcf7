/**
 * Configurations: where databases are and how they are written. Found (argument, environment, files under the FDB's home, old tables),
 * checked into one frozen `FdbConfig`; then the directory of a new database (spaces, handlers, dbnames) and the directories that a
 * selection may concern. Source: fdb, src/fdb5/config, src/fdb5/toc (RootManager, FileSpace); differences are told where they are.
 */
export type { Chance } from './choose-root.js';
export * from './config.js';
export { type Directory, directoryFor } from './directory-for.js';
export { type FoundDatabase, findDatabases } from './find-databases.js';
export { configForArchive, configsFor } from './lanes.js';
export { databaseName, type NameRow } from './name-rows.js';
export { type ConfigOptions, readFdbConfig } from './read-fdb-config.js';
