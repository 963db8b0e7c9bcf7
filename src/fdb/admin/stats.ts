import { type Context, type Disk, DteError, joinPath } from '../../base/index.js';
import type { FdbConfig } from '../config/index.js';
import type { Database } from '../database/index.js';
import type { Key, Selection } from '../types.js';
import { diskOf } from '../disk-of.js';
import { isOwned, maskedTocs, visibleIndexes } from './owned.js';
import { readUsage } from './usage.js';
import { type Place, visitDatabases, type VisitOptions } from './visit.js';

/** Counts of one database, or of several together. What databases that it overlays hold counts too, as adopted. */
export interface Stats {
  readonly databases: number;
  readonly fields: number;
  readonly fieldBytes: number;
  /** Fields that a newer one of the same key hides. */
  readonly duplicates: number;
  readonly duplicateBytes: number;
  /** Records that a reader takes: those of unmasked indexes, and the first of the table of contents. */
  readonly tocRecords: number;
  /** With unmasked sub-tocs. */
  readonly tocBytes: number;
  readonly schemaBytes: number;
  readonly ownedDataFiles: number;
  readonly ownedDataBytes: number;
  readonly adoptedDataFiles: number;
  readonly adoptedDataBytes: number;
  readonly indexFiles: number;
  readonly indexBytes: number;
}

export interface DatabaseStats extends Stats {
  readonly key: Key;
  readonly path: string;
}

/** Counts of every database that the selection matches. `absent.database` when there is none. */
export async function* stats(
  context: Context,
  config: FdbConfig,
  selection: Selection,
  options: VisitOptions = {},
): AsyncGenerator<DatabaseStats> {
  const disk = diskOf(context);
  for await (const visited of visitDatabases(context, config, selection, 'list', options))
    yield { key: visited.database.key, path: visited.path, ...(await databaseStats(disk, visited, visited.database, options)) };
}

async function databaseStats(disk: Disk, place: Place, database: Database, options: VisitOptions): Promise<Stats> {
  const onDamage = options.onDamage ?? throwing;
  const usage = await readUsage(disk, database, { onDamage });
  const sizes = async (files: Iterable<string>): Promise<{ readonly count: number; readonly bytes: number }> => {
    let count = 0;
    let bytes = 0;
    for (const file of files) {
      const info = await disk.info(file);
      if (info === undefined) onDamage(new DteError('absent.file', `'${file}' of the database '${place.path}' does not exist`));
      count += 1;
      bytes += info?.sizeBytes ?? 0;
    }
    return { count, bytes };
  };
  const masked = maskedTocs(database);
  const owned = await sizes([...usage.dataFiles.keys()].filter((file) => isOwned(place, file)));
  const adopted = await sizes([...usage.dataFiles.keys()].filter((file) => !isOwned(place, file)));
  const indexes = await sizes(new Set(usage.indexes.filter(({ fields }) => fields > 0).map(({ ref }) => ref.indexFile)));
  const tocs = await sizes(new Set(database.tocs.map((toc) => toc.path).filter((path) => !masked.has(path))));
  const sum = (count: (index: (typeof usage.indexes)[number]) => number): number =>
    usage.indexes.reduce((total, index) => total + count(index), 0);
  return {
    databases: 1,
    fields: sum((index) => index.fields),
    fieldBytes: sum((index) => index.bytes),
    duplicates: sum((index) => index.duplicates),
    duplicateBytes: sum((index) => index.duplicateBytes),
    tocRecords: 1 + visibleIndexes(database).length,
    tocBytes: tocs.bytes,
    schemaBytes: (await disk.info(joinPath(place.path, 'schema')))?.sizeBytes ?? 0,
    ownedDataFiles: owned.count,
    ownedDataBytes: owned.bytes,
    adoptedDataFiles: adopted.count,
    adoptedDataBytes: adopted.bytes,
    indexFiles: indexes.count,
    indexBytes: indexes.bytes,
  };
}

function throwing(error: DteError): never {
  throw error;
}

const countNames = [
  'databases',
  'fields',
  'fieldBytes',
  'duplicates',
  'duplicateBytes',
  'tocRecords',
  'tocBytes',
  'schemaBytes',
  'ownedDataFiles',
  'ownedDataBytes',
  'adoptedDataFiles',
  'adoptedDataBytes',
  'indexFiles',
  'indexBytes',
] as const satisfies readonly (keyof Stats)[];

/** Several counts in one. */
export function sumStats(all: Iterable<Stats>): Stats {
  const total: Record<(typeof countNames)[number], number> = Object.fromEntries(countNames.map((name) => [name, 0])) as Record<
    keyof Stats,
    number
  >;
  for (const one of all) for (const name of countNames) total[name] += one[name];
  return total;
}
