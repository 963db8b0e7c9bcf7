import type { Schema } from '../schema/index.js';
import type { NameRow } from './name-rows.js';

/** What is done with databases: roots and whole configurations may forbid each of them. */
export type Purpose = 'list' | 'retrieve' | 'archive' | 'wipe';

/** A folder that holds databases. */
export interface Root {
  /** Where tables of contents and indexes are. Absolute. */
  readonly catalogue: string;
  /** Where data files of new databases go: the same folder, unless the configuration separates them. */
  readonly store: string;
  readonly name: string;
  readonly list: boolean;
  readonly retrieve: boolean;
  readonly archive: boolean;
  readonly wipe: boolean;
  /** Made when it is first written to (the root that is used where none is configured). */
  readonly isMadeOnWrite: boolean;
}

/** How a space chooses the root of a new database. */
export const HANDLERS = [
  'Default',
  'First',
  'LeastUsed',
  'LeastUsedPercent',
  'RoundRobin',
  'PureRandom',
  'Random',
  'WeightedRandom',
  'WeightedRandomPercent',
  'expver',
  'envvar',
] as const;

export type HandlerName = (typeof HANDLERS)[number];

/** Roots for the databases whose level-1 values, joined by `:`, fit a pattern. */
export interface Space {
  readonly name: string;
  /** As written: a POSIX extended regular expression, found anywhere in the text. */
  readonly regex: string;
  readonly pattern: RegExp;
  readonly handler: HandlerName;
  readonly roots: readonly Root[];
  /** Roots of data files, chosen by the same handler on their own; undefined when data lie beside the catalogue. */
  readonly storeRoots: readonly Root[] | undefined;
}

/** `select` of a lane: every keyword must have a value that fits. */
export interface LaneTest {
  readonly select: ReadonlyMap<string, RegExp>;
  /** What fits one of these wholly is not the lane's. */
  readonly excludes: readonly ReadonlyMap<string, RegExp>[];
}

export interface Lane extends LaneTest {
  /** As written. */
  readonly text: string;
  readonly config: FdbConfig;
}

/** A checked configuration: frozen plain data. */
export interface FdbConfig {
  /** Where it came from, for messages. */
  readonly source: string;
  readonly kind: 'local' | 'select';
  readonly schema: Schema;
  /** Undefined for the schema that is built in. */
  readonly schemaFile: string | undefined;
  readonly spaces: readonly Space[];
  /** Of kind `select`. */
  readonly lanes: readonly Lane[];
  /** How directories are named: rows of dbnames; without a fitting row, level-1 values joined by `:`. */
  readonly names: readonly NameRow[];
  /** Bits that files do not get; undefined: the process decides. */
  readonly umask: number | undefined;
  readonly tocVersion: 1 | 2 | 3;
  readonly useSubToc: boolean;
  /** Data and index reach the disk before a flush is done. */
  readonly syncOnFlush: boolean;
  /** Write buffer of a data file, octets. */
  readonly bufferBytes: number;
  /** Records of tables of contents are filled up to a multiple of this, octets. */
  readonly roundTocRecords: number;
  readonly onlyCreatorCanWrite: boolean;
  /** Databases open for writing at once; the one not used for longest is flushed and closed. */
  readonly mostDatabasesOpen: number;
  /** Most octets that one read may gather. */
  readonly readLimitBytes: number;
  /** Endings of files beside data files that belong to them. */
  readonly auxiliaryExtensions: readonly string[];
  /** Timings of calls are logged. */
  readonly statistics: boolean;
  /** Handler `envvar`: name and value of its variable. */
  readonly rootVariable: { readonly name: string; readonly value: string | undefined };
  /** Handler `expver`: its table, and the root to put into it for a new experiment. */
  readonly expverFile: string;
  readonly expverRoot: string | undefined;
}
