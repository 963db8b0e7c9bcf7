/** Stores of the reliability tests: two roots with the schema of the peer tests, on a disk in memory or in a folder. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Context, Disk } from '../../../src/base/index.js';
import { nodeContext } from '../../../src/base/node.js';
import { type CheckOptions, type CheckReport, type Fdb, type FdbOptions, openFdb } from '../../../src/fdb/index.js';
import { peerSchema } from '../../support/fdb-peer.js';
import type { MemoryDisk } from '../../support/memory-disk.js';

export interface StoreOptions {
  readonly useSubToc?: boolean;
  /** 2 unless told: whatever was flushed twice is compacted on close. */
  readonly compactAfter?: number;
  readonly sync?: boolean;
}

export function configIn(folder: string): object {
  const roots = ['one', 'two'].map((name) => ({ path: `${folder}/${name}` }));
  return { type: 'local', engine: 'toc', schema: `${folder}/schema`, spaces: [{ name: 'all', handler: 'Default', roots }] };
}

export async function openStore(
  disk: Disk,
  folder: string,
  { useSubToc = false, compactAfter = 2, sync = true }: StoreOptions = {},
): Promise<Fdb> {
  const options: FdbOptions = { config: configIn(folder), userConfig: { useSubToc }, compactAfter };
  // Without a table of its own, Debian's packaged one nests the folders of databases.
  return openFdb(contextOn(disk, { FDB_DATA_SYNC_ON_FLUSH: sync ? '1' : '0', FDB_DBNAMES_FILE: `${folder}/dbnames` }), options);
}

export function contextOn(disk: Disk, env: Readonly<Record<string, string>> = {}): Context {
  // A disk in memory has no working folder.
  const realPath = async (path: string): Promise<string> => (path === '.' ? '/' : disk.realPath(path));
  const node = nodeContext();
  // One object for one disk: who has a file open is known by it.
  let usable = usableDisks.get(disk);
  if (usable === undefined) usableDisks.set(disk, (usable = { ...disk, realPath }));
  return { ...node, env, disk: usable, log: { ...node.log, warn: () => {} } };
}

const usableDisks = new WeakMap<Disk, Disk>();

/** Makes the schema and the roots. */
export async function layMemory(disk: MemoryDisk): Promise<void> {
  disk.put('/fdb/schema', new TextEncoder().encode(peerSchema));
  disk.put('/fdb/dbnames', new Uint8Array(0));
  for (const root of ['one', 'two']) await disk.makeFolder(`/fdb/${root}`);
}

export function layFolder(folder: string): void {
  for (const root of ['one', 'two']) mkdirSync(join(folder, root), { recursive: true });
  writeFileSync(join(folder, 'schema'), peerSchema);
  writeFileSync(join(folder, 'dbnames'), '');
}

/** A configuration file for upstream's tools, and their environment. */
export function peerEnv(folder: string): Readonly<Record<string, string>> {
  const file = join(folder, 'config.yaml');
  writeFileSync(file, JSON.stringify(configIn(folder)));
  return { FDB5_CONFIG_FILE: file, FDB_DBNAMES_FILE: join(folder, 'dbnames') };
}

export async function checked(fdb: Fdb, options: CheckOptions = {}): Promise<readonly CheckReport[]> {
  const reports: CheckReport[] = [];
  for await (const report of fdb.check(new Map(), { ...options, ignoreNoData: true })) reports.push(report);
  return reports;
}

export async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** The first argument of a long run: `node build/test/fdb/reliability/NAME.test.js --long`, or DTE_TORTURE=long for all. */
export const isLong = process.argv.includes('--long') || process.env['DTE_TORTURE'] === 'long';

/** Seed of a run: DTE_SEED repeats one. */
export const seed = Number(process.env['DTE_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
