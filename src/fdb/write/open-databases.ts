import type { FdbConfig } from '../config/index.js';
import type { SplitKey } from '../schema/index.js';
import type { CatalogueWriter, StoreWriter } from '../seam.js';
import type { Key } from '../types.js';
import type { WriteBackend } from './local-backend.js';

/** A database that an archiver writes to. */
export interface OpenDatabase {
  readonly id: string;
  readonly catalogue: CatalogueWriter;
  readonly store: StoreWriter;
  /** Calls under way. */
  users: number;
  /** Higher is later. */
  lastUsed: number;
  /** Someone may have locked it since it was looked at last. */
  isStale: boolean;
}

/** The databases that an archiver has open: so many at most, the one not used for longest is flushed and closed first. */
export interface OpenDatabases {
  /** Undefined when `open` has to be asked. */
  find(config: FdbConfig, key: Key): OpenDatabase | undefined;
  /** It may have had to make room again by the time the caller goes on (`isOpen`). */
  open(config: FdbConfig, split: SplitKey): Promise<OpenDatabase>;
  isOpen(database: OpenDatabase): boolean;
  /** Keeps the database open while `work` is under way. */
  use<T>(database: OpenDatabase, work: () => T | Promise<T>): T | Promise<T>;
  /** Number of entries made visible; the first error, after all databases were tried. */
  flush(): Promise<number>;
  readonly isDirty: boolean;
  close(options?: { readonly discard?: boolean }): Promise<void>;
}

/** Databases flushed at the same time. */
const flushesAtOnce = 8;

function isBusy({ users, catalogue }: OpenDatabase): boolean {
  return users > 0 || catalogue.isDirty;
}

async function isIntact({ catalogue, store }: OpenDatabase): Promise<boolean> {
  return (await catalogue.isIntact()) && (await store.isIntact());
}

export function openDatabases(most: number, backendOf: (config: FdbConfig) => WriteBackend): OpenDatabases {
  const byId = new Map<string, OpenDatabase>();
  const opening = new Map<string, Promise<OpenDatabase>>();
  /** Also those that had to make room and could not be flushed. */
  const all = new Set<OpenDatabase>();
  const backends = new Map<FdbConfig, { readonly number: number; readonly backend: WriteBackend }>();
  const flushing = new Map<OpenDatabase, Promise<number>>();
  let uses = 0;
  /** Databases that are being opened. */
  let coming = 0;
  let lastKey: Key | undefined;
  let lastConfig: FdbConfig | undefined;
  let lastId = '';

  const backend = (config: FdbConfig): { readonly number: number; readonly backend: WriteBackend } => {
    let known = backends.get(config);
    if (known === undefined) backends.set(config, (known = { number: backends.size, backend: backendOf(config) }));
    return known;
  };
  const idOf = (config: FdbConfig, key: Key): string => {
    if (key === lastKey && config === lastConfig) return lastId;
    let id = String(backend(config).number);
    for (const [keyword, value] of key) id += `,${keyword}=${value}`;
    lastKey = key;
    lastConfig = config;
    lastId = id;
    return id;
  };
  /** One after another for one database: whoever asks for a flush waits for one that is under way. */
  const flushOne = (database: OpenDatabase): Promise<number> => {
    const flush = (): Promise<number> => database.catalogue.flush(() => database.store.flush());
    const turn = (flushing.get(database) ?? Promise.resolve()).then(flush, flush);
    flushing.set(database, turn);
    const done = (): void => {
      if (flushing.get(database) === turn) flushing.delete(database);
    };
    turn.then(done, done);
    return turn;
  };
  const closeOne = async (database: OpenDatabase, options?: { readonly discard?: boolean }): Promise<void> => {
    all.delete(database);
    const settled = await Promise.allSettled([database.store.close(options), database.catalogue.close()]);
    for (const result of settled) if (result.status === 'rejected') throw result.reason;
  };
  const makeRoom = async (): Promise<void> => {
    while (byId.size + coming > most) {
      let oldest: OpenDatabase | undefined;
      for (const database of byId.values())
        if (database.users === 0 && (oldest === undefined || database.lastUsed < oldest.lastUsed)) oldest = database;
      if (oldest === undefined) return;
      byId.delete(oldest.id);
      await flushOne(oldest);
      await closeOne(oldest);
    }
  };
  const openNew = async (config: FdbConfig, split: SplitKey, id: string): Promise<OpenDatabase> => {
    const known = byId.get(id);
    if (known !== undefined && (isBusy(known) || (await isIntact(known)))) {
      await known.catalogue.checkWritable();
      known.isStale = false;
      return known;
    }
    if (known !== undefined) {
      // Wiped since the last flush: what comes now is for a new database.
      byId.delete(id);
      await closeOne(known);
    }
    coming++;
    try {
      await makeRoom();
      const { backend: own } = backend(config);
      const catalogue = await own.catalogue.openForWriting(split, config.schema);
      const store = await own.store.openForWriting(catalogue.place);
      const database = { id, catalogue, store, users: 0, lastUsed: uses++, isStale: false };
      all.add(database);
      byId.set(id, database);
      return database;
    } finally {
      coming--;
    }
  };
  return {
    find(config, key) {
      const known = byId.get(idOf(config, key));
      return known?.isStale === false ? known : undefined;
    },
    open(config, split) {
      const id = idOf(config, split.database);
      let promise = opening.get(id);
      if (promise === undefined) {
        promise = openNew(config, split, id).finally(() => opening.delete(id));
        opening.set(id, promise);
      }
      return promise;
    },
    isOpen: (database) => byId.get(database.id) === database,
    use(database, work) {
      database.lastUsed = uses++;
      database.users++;
      let isLater = false;
      try {
        const result = work();
        if (!(result instanceof Promise)) return result;
        isLater = true;
        return result.finally(() => {
          database.users--;
        });
      } finally {
        if (!isLater) database.users--;
      }
    },
    async flush() {
      const queue = [...all].filter((database) => database.catalogue.isDirty || flushing.has(database));
      const errors: unknown[] = [];
      let fields = 0;
      const work = async (): Promise<void> => {
        for (let database = queue.shift(); database !== undefined; database = queue.shift()) {
          try {
            // Not `fields += await`: others add to it meanwhile.
            const made = await flushOne(database);
            fields += made;
            database.isStale = true;
          } catch (error) {
            errors.push(error);
          }
        }
      };
      await Promise.all(Array.from({ length: flushesAtOnce }, work));
      if (errors.length > 0) throw errors[0];
      return fields;
    },
    get isDirty() {
      for (const { catalogue } of all) if (catalogue.isDirty) return true;
      return flushing.size > 0;
    },
    async close(options) {
      await Promise.allSettled(opening.values());
      const settled = await Promise.allSettled([...all].map((database) => closeOne(database, options)));
      byId.clear();
      for (const result of settled) if (result.status === 'rejected') throw result.reason;
    },
  };
}
