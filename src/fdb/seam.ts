import type { ReadableFile } from '../base/index.js';
import type { AxesOptions } from './read/axes.js';
import type { ListOptions } from './read/list-entries.js';
import type { PlanOptions, RetrievePlan } from './read/plan-retrieve.js';
import type { Schema, SplitKey } from './schema/index.js';
import type { Entry, Key, Location, Selection } from './types.js';

/**
 * The seam of the field store: a `Store` keeps the octets of messages, a `Catalogue` knows which message lies where. Archiving,
 * listing and retrieving talk to nothing else (`openFdb`: `backend`), so either half can live elsewhere (a server, an object store)
 * while the other stays. Care of databases (admin) is the business of each kind; here it is that of folders.
 *
 * Order of a flush, whatever the halves are: the catalogue takes what was indexed so far, the store makes its octets safe (while the
 * catalogue may write what nobody sees yet), and only then the catalogue makes its entries visible. An entry that is visible therefore has its octets.
 */
export interface Backend {
  readonly store: Store;
  readonly catalogue: Catalogue;
}

/** Keeps octets. */
export interface Store {
  openForWriting(place: DatabasePlace): Promise<StoreWriter>;
  /** The octets of a file of messages, for reads at the offsets of locations. */
  open(file: string): Promise<ReadableFile>;
  /** False when it was not there. */
  remove(file: string): Promise<boolean>;
}

/** Where a database is, as its catalogue decided. */
export interface DatabasePlace {
  readonly database: Key;
  /** Identifies the database to its store: for local stores the folder of its data files. */
  readonly store: string;
}

export interface ArchiveOptions {
  /** The parts belong to the store from now on: they are not copied, and never change. */
  readonly isOwned?: boolean;
}

/** Octets of one database on their way into a store. */
export interface StoreWriter {
  /**
   * Takes the parts of one message. The caller may use their memory again when this returns a location, or when its promise is
   * settled. A promise is given where the location is not known at once, where a long message is written without a copy, and where
   * the caller must wait because more is on its way than memory is set aside for.
   */
  archive(group: string, parts: readonly Uint8Array[], options?: ArchiveOptions): Location | Promise<Location>;
  /** Everything archived before the call is safe afterwards. After a failure the call may be repeated. `absent.file` when others removed it, for good. */
  flush(): Promise<void>;
  /** Whether all that was flushed is still in its place: others may have wiped it. */
  isIntact(): Promise<boolean>;
  /** Lets go of files; what was not flushed is lost. With `discard` nothing of it shall stay, where that can be. */
  close(options?: { readonly discard?: boolean }): Promise<void>;
}

/** Knows which message lies where. */
export interface Catalogue {
  /** Makes the database when there is none. `auth.locked`, `auth.access`, `data.toc`. */
  openForWriting(split: SplitKey, schema: Schema): Promise<CatalogueWriter>;
  /** See `listEntries`. */
  list(selection: Selection, options?: ListOptions): AsyncGenerator<readonly Entry[]>;
  /** See `planRetrieve`. */
  plan(request: Selection, options?: PlanOptions): Promise<RetrievePlan>;
  /** See `axes`. */
  axes(selection: Selection, options?: AxesOptions): Promise<ReadonlyMap<string, readonly string[]>>;
}

/** The half of a catalogue that only reads. */
export type CatalogueReader = Pick<Catalogue, 'list' | 'plan' | 'axes'>;

/** New entries of one database. */
export interface CatalogueWriter {
  readonly place: DatabasePlace;
  /** The schema that governs the database; a split by another schema does not hold here. */
  readonly schema: Schema;
  /** Throws when the database was locked since it was opened. `auth.locked` */
  checkWritable(): Promise<void>;
  /** Throws when an element's text does not fit an index; nothing has been stored then. */
  check(split: SplitKey): void;
  /** Notes an entry; nothing is visible before the flush. Of two with the same key the one with the higher `sequence` counts. */
  index(split: SplitKey, location: Location, sequence: number): void;
  readonly isDirty: boolean;
  /** Whether the database is still the one that was opened: others may have wiped it, and made it anew. */
  isIntact(): Promise<boolean>;
  /**
   * Makes visible what was indexed before the call, after `stored` has made its octets safe: number of entries. When it fails
   * nothing of it is visible, all of it is kept, and the call may be repeated.
   */
  flush(stored: () => Promise<void>): Promise<number>;
  /** Lets go of files; what was not flushed is lost. */
  close(): Promise<void>;
}
