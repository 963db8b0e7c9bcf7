import type { Disk } from '../../base/index.js';
import type { Database, TreeCache } from '../database/index.js';
import type { IndexColumns, IndexRecord } from '../format/index.js';
import { OpenFiles } from './open-files.js';

export interface ReadCacheOptions {
  /** Octets of index trees to keep, about. */
  readonly treeBytes?: number;
  /** Indexes that the databases to keep may have together. */
  readonly mostIndexes?: number;
}

const defaultTreeBytes = 256 << 20;
const defaultMostIndexes = 1 << 18;
/** Of one entry: its text, three numbers, and places for them. */
const entryBytes = 100;
/** A data file that was removed takes its room on the disk until it is closed. */
const idleMs = 5000;

/**
 * What an open store remembers between calls, so that one that asks for a field at a time does not read tables of contents and
 * indexes each time. It never stands for looking: every call compares the stamps of the tables of contents, so that what was flushed,
 * wiped or locked before the call is seen.
 */
export class ReadCache {
  readonly trees: TreeCache;
  /** Data files. */
  readonly files: OpenFiles;
  /** The one used last comes last. */
  readonly #databases = new Map<string, Database>();
  readonly #mostIndexes: number;
  readonly #lookedUp = new WeakMap<IndexRecord, number>();
  #indexes = 0;

  constructor(disk: Pick<Disk, 'open'>, { treeBytes = defaultTreeBytes, mostIndexes = defaultMostIndexes }: ReadCacheOptions = {}) {
    this.trees = treesWithin(treeBytes);
    this.files = new OpenFiles((path) => disk.open(path), { idleMs });
    this.#mostIndexes = mostIndexes;
  }

  /** The database at a path as it was read last. */
  database(path: string): Database | undefined {
    return this.#databases.get(path);
  }

  /** Keeps what was read now. */
  keep(path: string, database: Database | undefined): void {
    const previous = this.#databases.get(path);
    if (previous !== undefined) {
      this.#databases.delete(path);
      this.#indexes -= sizeOf(previous);
      // Files of a database that was made anew may have the names of the old ones.
      if (database === undefined || firstRecord(database) !== firstRecord(previous)) this.files.forget();
    }
    if (database === undefined) return;
    this.#databases.set(path, database);
    this.#indexes += sizeOf(database);
    for (const [oldest, dropped] of this.#databases) {
      if (this.#indexes <= this.#mostIndexes || oldest === path) break;
      this.#databases.delete(oldest);
      this.#indexes -= sizeOf(dropped);
    }
  }

  /** Pages that were read of a tree to look something up in it, these ones included: where they are many, reading all of it is better. */
  pagesLookedUp(record: IndexRecord, pages: number): number {
    const sum = (this.#lookedUp.get(record) ?? 0) + pages;
    this.#lookedUp.set(record, sum);
    return sum;
  }

  async close(): Promise<void> {
    this.#databases.clear();
    this.#indexes = 0;
    await this.files.close();
  }
}

function sizeOf({ indexes }: Database): number {
  return indexes.length + 1;
}

function firstRecord({ tocs }: Database): unknown {
  return tocs[0]?.records[0];
}

/** Trees of so many octets, about; beyond them those go that were not used for longest. */
function treesWithin(mostBytes: number): TreeCache {
  const trees = new Map<IndexRecord, IndexColumns>();
  let bytes = 0;
  const drop = (record: IndexRecord, columns: IndexColumns): void => {
    trees.delete(record);
    bytes -= bytesOf(columns);
  };
  return {
    get(record) {
      const columns = trees.get(record);
      if (columns === undefined) return undefined;
      trees.delete(record);
      trees.set(record, columns);
      return columns;
    },
    set(record, columns) {
      const former = trees.get(record);
      if (former !== undefined) drop(record, former);
      if (bytesOf(columns) > mostBytes) return;
      trees.set(record, columns);
      bytes += bytesOf(columns);
      for (const [oldest, dropped] of trees) {
        if (bytes <= mostBytes) break;
        drop(oldest, dropped);
      }
    },
  };
}

function bytesOf({ count }: IndexColumns): number {
  return entryBytes * (count + 1);
}
