import type { Context, Disk } from '../../src/base/index.js';
import { nodeContext } from '../../src/base/node.js';
import { type FdbConfig, readFdbConfig } from '../../src/fdb/config/index.js';
import { readDatabase, readIndexes } from '../../src/fdb/database/index.js';
import type { Key } from '../../src/fdb/types.js';
import type { MemoryDisk } from '../support/memory-disk.js';
import { peerSchema } from '../support/fdb-peer.js';

export { peerSchema };

/** Folder of the one database that the tests write to. */
export const databasePath = '/r1/rd:xxxx:enfo:20240101:0000:g';

export function contextOn(disk: Disk, more: Partial<Context> = {}): Context {
  return { ...nodeContext(), env: {}, disk, ...more };
}

/** A configuration with one root, on a disk in memory. */
export async function memoryConfig(disk: MemoryDisk, more: Partial<FdbConfig> = {}): Promise<FdbConfig> {
  if (disk.contents('/schema') === undefined) {
    disk.put('/schema', new TextEncoder().encode(peerSchema));
    await disk.makeFolder('/r1');
  }
  const config = {
    type: 'local',
    engine: 'toc',
    schema: '/schema',
    spaces: [{ name: 'all', handler: 'Default', roots: [{ path: '/r1' }] }],
  };
  // A disk in memory has no working folder.
  const here = { ...disk, realPath: async (path: string) => (path === '.' ? '/' : path) };
  return { ...(await readFdbConfig(contextOn(here), { config })), ...more };
}

/** Metadata of an ensemble field. */
export function metadata(changes: Readonly<Record<string, string>> = {}): Key {
  const fixed = { class: 'rd', expver: 'xxxx', stream: 'enfo', date: '20240101', time: '0000', domain: 'g', type: 'pf', levtype: 'pl' };
  return new Map(Object.entries({ ...fixed, step: '0', number: '1', levelist: '500', param: '130', ...changes }));
}

export function octets(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** What a reader finds in a database: text of the element -> octets of the message, the newest of each key. */
export async function visible(disk: MemoryDisk, path = databasePath): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const database = await readDatabase(disk, path);
  if (database === undefined) return found;
  const masked = new Set(database.tocs.filter((toc) => toc.isMasked).map((toc) => toc.path));
  const refs = database.indexes.filter((ref) => !ref.isMasked && !masked.has(ref.tocFile));
  const columns = await readIndexes(disk, refs);
  refs.forEach((ref, r) => {
    const { count, texts, uriIds, offsets, lengths } = columns[r] as (typeof columns)[number];
    for (let i = 0; i < count; i++) {
      const text = texts[i] as string;
      if (found.has(text)) continue;
      const offset = offsets[i] as number;
      const data = disk.contents(ref.dataFile(uriIds[i] as number)) ?? new Uint8Array(0);
      found.set(text, new TextDecoder('latin1').decode(data.subarray(offset, offset + (lengths[i] as number))));
    }
  });
  return found;
}

/** Number of indexes that readers open. */
export async function visibleIndexes(disk: MemoryDisk, path = databasePath): Promise<number> {
  const database = await readDatabase(disk, path);
  const masked = new Set(database?.tocs.filter((toc) => toc.isMasked).map((toc) => toc.path));
  return database?.indexes.filter((ref) => !ref.isMasked && !masked.has(ref.tocFile)).length ?? 0;
}
