import type { DteError } from '../../base/index.js';
import type { IndexRecord, TocRecord } from '../format/types.js';
import type { Schema } from '../schema/index.js';
import type { Control, Key } from '../types.js';

/** One index of a database, as its record in a table of contents describes it. */
export interface IndexRef {
  readonly record: IndexRecord;
  /** Absolute. */
  readonly indexFile: string;
  /** The table of contents that names it, absolute. */
  readonly tocFile: string;
  /** A later CLEAR hides it. */
  readonly isMasked: boolean;
  readonly group: Key;
  /** Keys of the database that differ from those under which the index was written: messages are to be rewritten with them. */
  readonly remap: Key | undefined;
  /** When it was flushed, milliseconds since the epoch. */
  readonly flushedMs: number;
  /** Order of the walk through the tables of contents: the newest has the highest. */
  readonly sequence: number;
  /** Absolute path of a data file. `data.index` for a number that the record does not list. */
  dataFile(uriId: number): string;
}

/** One table of contents of a database: its own, a sub-toc, or one of a database that it overlays. */
export interface TocFile {
  /** Absolute. */
  readonly path: string;
  readonly key: Key;
  readonly isSubToc: boolean;
  /** A CLEAR of the table of contents above hides it whole. */
  readonly isMasked: boolean;
  /** The table of contents that names it; undefined for the database's own. */
  readonly parent: string | undefined;
  readonly records: readonly TocRecord[];
  /** Length of the part that was understood: the next record will begin here. */
  readonly sizeBytes: number;
  /** Where a torn last record begins. */
  readonly tornAt: number | undefined;
}

export interface Database {
  /** Folder, absolute. */
  readonly path: string;
  readonly key: Key;
  /** The copy in the folder, which governs the database whatever is configured. */
  readonly schema: Schema;
  /** Newest first; masked ones included. */
  readonly indexes: readonly IndexRef[];
  /** Own table of contents first, then the others in the order of the walk. */
  readonly tocs: readonly TocFile[];
  /** What was met and gone past. */
  readonly damage: readonly DteError[];
  readonly controls: ReadonlySet<Control>;
  /** Number of the user who made it. */
  readonly createdBy: number;
}
