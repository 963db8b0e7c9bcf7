import type { Key } from '../types.js';

/** What every record of a table of contents begins with. */
export interface RecordHeader {
  /** Where the record begins in its file. */
  readonly start: number;
  /** With padding. */
  readonly sizeBytes: number;
  /** Serialisation version of the payload. */
  readonly version: number;
  /** Version of the program that wrote it, as 51008 for 5.10.8. */
  readonly fdbVersion: number;
  /** Milliseconds since the epoch, with the microseconds as fraction. */
  readonly timeMs: number;
  readonly pid: number;
  readonly uid: number;
  readonly host: string;
}

/** First record of every table of contents: which database it is. */
export interface InitContent {
  readonly kind: 'init';
  readonly key: Key;
  /** Version 1 does not tell and reads as false. */
  readonly isSubToc: boolean;
}

/** One index: a tree in an index file, and what is needed to decide whether to open it. */
export interface IndexContent {
  readonly kind: 'index';
  /** Name of the index file in the folder of the table of contents; an absolute path stands for itself. */
  readonly file: string;
  /** Where the tree begins in the file; less than 4 GiB. */
  readonly offset: number;
  /** `BTreeIndex`, `BTreeIndex64`, ... */
  readonly treeType: string;
  /** Number in the tree -> data file: a name in the folder of the table of contents, or an absolute path. */
  readonly dataFiles: ReadonlyMap<number, string>;
  /** Every keyword of the elements with all its values, sorted. */
  readonly axes: ReadonlyMap<string, readonly string[]>;
  /** Key of the group. */
  readonly key: Key;
  /** When it was flushed, milliseconds since the epoch: whole seconds from version 3 on, 0 before (the header's time then stands for it). */
  readonly flushedMs: number;
}

/** Masks one index (its file and offset), a sub-toc (its name and 0), or with `*` all that came before. */
export interface ClearContent {
  readonly kind: 'clear';
  readonly file: string;
  readonly offset: number;
}

/** Another table of contents to be read at this point: a name in the folder, or an absolute path (a database that overlays another). */
export interface SubTocContent {
  readonly kind: 'sub-toc';
  readonly path: string;
}

/** What a record says, without its header. */
export type RecordContent = InitContent | IndexContent | ClearContent | SubTocContent;

export type InitRecord = InitContent & { readonly header: RecordHeader };
export type IndexRecord = IndexContent & { readonly header: RecordHeader };
export type ClearRecord = ClearContent & { readonly header: RecordHeader };
export type SubTocRecord = SubTocContent & { readonly header: RecordHeader };
export type TocRecord = InitRecord | IndexRecord | ClearRecord | SubTocRecord;

/** Octets of a table of contents that are no record. */
export interface TocDamage {
  readonly start: number;
  readonly end: number;
  readonly reason: string;
}

export interface DecodedRecords {
  readonly records: readonly TocRecord[];
  readonly damage: readonly TocDamage[];
  /** Where an incomplete last record begins: torn by a crash, or still being written. */
  readonly tornAt: number | undefined;
  /** Where the next record will begin: after the last whole one. */
  readonly end: number;
}

/** One entry of a tree. Texts are Latin-1: one character an octet. */
export interface TreeEntry {
  readonly text: string;
  readonly uriId: number;
  readonly offset: number;
  readonly length: number;
}

/** All entries of one tree, in its order (that of the octets of the texts), as columns. */
export interface IndexColumns {
  readonly count: number;
  /** Values of the element key joined by ':'. */
  readonly texts: readonly string[];
  readonly uriIds: Uint32Array;
  readonly offsets: Float64Array;
  readonly lengths: Float64Array;
}
