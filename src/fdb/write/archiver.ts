import { type Context, DteError } from '../../base/index.js';
import { type FdbConfig, configForArchive } from '../config/index.js';
import { archiveSplitter, keyText, type Schema, type SplitKey } from '../schema/index.js';
import type { ArchiveOptions } from '../seam.js';
import type { Key, Location, OnDamage } from '../types.js';
import { metadataOf } from './metadata-of.js';
import { type OpenDatabase, openDatabases } from './open-databases.js';
import { localBackend, type WriteBackend } from './local-backend.js';

/** Told of what an archiver does, at once, in the order of the calls. They must not throw. */
export interface ArchiverHooks {
  /** A message was taken; its place is known when `location` is settled. Nothing of it is visible before the next flush. */
  readonly onArchive?: (key: Key, parts: readonly Uint8Array[], length: number, location: Promise<Location>) => void;
  /** Everything archived before is visible. */
  readonly onFlush?: (fields: number) => void;
}

export interface ArchiverOptions extends ArchiverHooks {
  /**
   * A group that this archiver flushed so often or oftener, with few entries at a time, gets one index for all of them on close;
   * Infinity for never. Default 256.
   */
  readonly compactAfter?: number;
  /** Told of torn records that were repaired. */
  readonly onDamage?: OnDamage;
  /** Where messages and entries go. Default: the folders of the configuration. */
  readonly backend?: (config: FdbConfig) => WriteBackend;
}

/**
 * Puts messages into databases. Calls may overlap: a flush makes visible what was archived before it was called, and calls that come
 * meanwhile belong to the next. Of several messages with the same key the last one archived counts.
 *
 * Memory: the parts of a message may be used again once the promise of `archive` is settled.
 * Errors: those of splitting keys, `auth.locked`, `auth.access`, `limit.space`, `limit.range` (a key too long for an index),
 * `fault.write`, `fault.cancelled` (signal, or the archiver is closed). After a write that failed `archive` refuses further
 * messages; nothing that was taken is lost, and `flush` tries again. Where the disk failed to make octets safe that cannot be: what
 * was archived since the last flush is lost then, every `flush` says so, and another archiver has to take it.
 */
export interface Archiver {
  /** A message under a key that was split by `schema`. */
  archive(split: SplitKey, schema: Schema, parts: readonly Uint8Array[], options?: ArchiveOptions): Promise<Location>;
  /** A message under metadata in canonical text, which is not compared with the message. */
  archiveKey(metadata: Key, parts: readonly Uint8Array[], options?: ArchiveOptions): Promise<Location>;
  /** An entry for a message that lies somewhere already; it is not copied. */
  index(split: SplitKey, schema: Schema, location: Location): Promise<void>;
  /** Number of entries made visible. */
  flush(): Promise<number>;
  /** Something was archived or indexed and not flushed. */
  readonly isDirty: boolean;
  /**
   * Flushes, and lets go of everything. What could not be flushed is lost, and the error says so. With `flush: false`, and when the
   * signal was aborted, what was archived since the last flush is thrown away, and data files that hold nothing else are removed.
   */
  close(options?: CloseOptions): Promise<void>;
}

export interface CloseOptions {
  readonly flush?: boolean;
}

/** See `compactDatabase` for what it costs and gains. */
const defaultCompactAfter = 256;

export function openArchiver(context: Context, config: FdbConfig, options: ArchiverOptions = {}): Archiver {
  const { onArchive, onFlush, compactAfter = defaultCompactAfter, onDamage } = options;
  const local = { compactAfter, ...(onDamage === undefined ? {} : { onDamage }) };
  const databases = openDatabases(config.mostDatabasesOpen, options.backend ?? localBackend(context, local));
  const splitters = new Map<Schema, (metadata: Key) => SplitKey>();
  /** Calls that wait for something; a flush waits for them. */
  const inProgress = new Set<Promise<unknown>>();
  let sequence = 0;
  let isClosed = false;
  /** Flushes come one after another. */
  let last: Promise<unknown> = Promise.resolve();

  const checkOpen = (): void => {
    if (context.signal?.aborted === true)
      throw new DteError('fault.cancelled', 'archiving was cancelled; what was not flushed is not in the store', {
        cause: context.signal.reason,
      });
    if (isClosed) throw new DteError('fault.cancelled', 'the archiver is closed', { hint: 'open another' });
  };
  const splitter = (schema: Schema): ((metadata: Key) => SplitKey) => {
    let known = splitters.get(schema);
    if (known === undefined) splitters.set(schema, (known = archiveSplitter(schema)));
    return known;
  };
  const track = <T>(promise: Promise<T>): Promise<T> => {
    inProgress.add(promise);
    const done = (): void => void inProgress.delete(promise);
    promise.then(done, done);
    return promise;
  };
  const withinLater = async <T>(lane: FdbConfig, split: SplitKey, work: (database: OpenDatabase) => T | Promise<T>): Promise<T> => {
    for (;;) {
      const database = await databases.open(lane, split);
      if (databases.isOpen(database)) return databases.use(database, () => work(database));
    }
  };
  /** Runs `work` in the database of a key. Synchronously when it is open: archiving many small messages is a matter of microseconds. */
  const within = <T>(lane: FdbConfig, split: SplitKey, work: (database: OpenDatabase) => T | Promise<T>): T | Promise<T> => {
    const database = databases.find(lane, split.database);
    return database === undefined ? withinLater(lane, split, work) : databases.use(database, () => work(database));
  };
  const put = (
    lane: FdbConfig,
    split: SplitKey,
    metadata: Key | undefined,
    parts: readonly Uint8Array[],
    given: ArchiveOptions,
  ): Location | Promise<Location> => {
    const number = sequence++;
    return within(lane, split, (database) => {
      const own = resplit(database, lane.schema, split, metadata);
      database.catalogue.check(own);
      const stored = database.store.archive(keyText(own.rule.group.predicates, own.group), parts, given);
      if (!(stored instanceof Promise)) {
        database.catalogue.index(own, stored, number);
        return stored;
      }
      return stored.then((location) => {
        database.catalogue.index(own, location, number);
        return location;
      });
    });
  };
  /** The schema in the folder of a database governs it, and may be older than the configured one. */
  const resplit = ({ catalogue }: OpenDatabase, schema: Schema, split: SplitKey, metadata: Key | undefined): SplitKey =>
    catalogue.schema === schema ? split : splitter(catalogue.schema)(metadata ?? metadataOf(split));

  const archive = async (
    lane: FdbConfig,
    split: SplitKey,
    metadata: Key | undefined,
    parts: readonly Uint8Array[],
    given: ArchiveOptions,
  ): Promise<Location> => {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    if (length === 0) throw new DteError('data.message', 'a message without octets cannot be archived');
    const taken = put(lane, split, metadata, parts, given);
    const location = taken instanceof Promise ? track(taken) : taken;
    onArchive?.(metadata ?? metadataOf(split), parts, length, Promise.resolve(location));
    return location;
  };
  const laneOf = (split: SplitKey, schema: Schema): FdbConfig =>
    config.schema === schema && config.kind === 'local' ? config : configForArchive(config, metadataOf(split));

  const flushAll = async (): Promise<number> => {
    await Promise.allSettled([...inProgress]);
    const fields = await databases.flush();
    onFlush?.(fields);
    return fields;
  };
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work, work);
    last = turn.catch(() => {});
    return turn;
  };
  return {
    async archive(split, schema, parts, given = {}) {
      checkOpen();
      return archive(laneOf(split, schema), split, undefined, parts, given);
    },
    async archiveKey(metadata, parts, given = {}) {
      checkOpen();
      const lane = configForArchive(config, metadata);
      return archive(lane, splitter(lane.schema)(metadata), metadata, parts, given);
    },
    async index(split, schema, location) {
      checkOpen();
      const number = sequence++;
      const lane = laneOf(split, schema);
      const done = within(lane, split, (database) => {
        const own = resplit(database, lane.schema, split, undefined);
        database.catalogue.check(own);
        database.catalogue.index(own, location, number);
      });
      if (done instanceof Promise) await track(done);
    },
    async flush() {
      checkOpen();
      return inTurn(flushAll);
    },
    get isDirty() {
      return inProgress.size > 0 || databases.isDirty;
    },
    async close({ flush = true } = {}) {
      if (isClosed) return;
      isClosed = true;
      await inTurn(async () => {
        const isDiscarding = !flush || context.signal?.aborted === true;
        try {
          await (isDiscarding ? Promise.allSettled([...inProgress]) : flushAll());
        } finally {
          await databases.close({ discard: isDiscarding });
        }
      });
    },
  };
}
