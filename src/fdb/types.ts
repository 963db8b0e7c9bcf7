import type { DteError } from '../base/index.js';

/** Keyword -> value in canonical text, in the order of the schema. Absent optional keywords have the empty text as value. */
export type Key = ReadonlyMap<string, string>;

/** Keyword -> values that are asked for, in canonical text; a keyword that is not there accepts anything. */
export type Selection = ReadonlyMap<string, readonly string[]>;

/** Where a message lies. */
export interface Location {
  /** Absolute path of the data file. */
  readonly file: string;
  readonly offset: number;
  /** Octets. */
  readonly length: number;
  /** Keys to write into the message when it is read (a database that overlays another); undefined for none. */
  readonly remap?: Key;
}

/** One archived message: its key on the three levels of the schema, and where it lies. */
export interface Entry {
  /** Database (directory), group (index and data file), element (within the index). */
  readonly keys: readonly [database: Key, group: Key, element: Key];
  readonly location: Location;
  /** When it was flushed, milliseconds since the epoch. */
  readonly flushedMs: number;
  /** True when a later archive of the same key hides it; only listings that ask for masked entries give such. */
  readonly isMasked: boolean;
}

/** What a database can be locked for. */
export type Control = 'list' | 'retrieve' | 'archive' | 'wipe' | 'unique-root';

/** What a walk or a listing met and went past. Nothing is skipped without one. */
export type OnDamage = (error: DteError) => void;

/** All keywords of the three levels in one map, without empty values. */
export function combinedKey(entry: Pick<Entry, 'keys'>): Key {
  const combined = new Map<string, string>();
  for (const key of entry.keys) for (const [keyword, value] of key) if (value !== '') combined.set(keyword, value);
  return combined;
}

/** `{class=od,expver=0001}`: the form of listings; keywords without value are not shown. */
export function formatKey(key: Key): string {
  const parts: string[] = [];
  for (const [keyword, value] of key) if (value !== '') parts.push(`${keyword}=${value}`);
  return `{${parts.join(',')}}`;
}
