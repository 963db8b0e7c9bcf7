import { combinedKey, type Entry, formatKey } from '../fdb/index.js';

/** One line of a listing. */
export interface ListElement {
  /** Of the database, the group and the element; fewer when the listing goes less deep. */
  readonly keys: readonly Readonly<Record<string, string>>[];
  /** All of them in one. */
  readonly combinedKey: Readonly<Record<string, string>>;
  /** Data file; undefined when the listing does not go down to fields. */
  readonly path: string | undefined;
  readonly offset: number;
  readonly length: number;
  /** When it was flushed, seconds since 1970. */
  readonly timestamp: number;
  /** A later archive of the same key hides it. */
  readonly isMasked: boolean;
  toString(): string;
}

export function listElement(entry: Entry, level: 1 | 2 | 3): ListElement {
  const { location, flushedMs, isMasked } = entry;
  const keys = entry.keys.slice(0, level);
  const isField = level === 3;
  return {
    keys: keys.map((key) => Object.fromEntries([...key].filter(([, value]) => value !== ''))),
    combinedKey: Object.fromEntries(combinedKey(entry)),
    path: isField ? location.file : undefined,
    offset: isField ? location.offset : 0,
    length: isField ? location.length : 0,
    timestamp: Math.floor(flushedMs / 1000),
    isMasked,
    toString: () => keys.map(formatKey).join('') + (isField ? `, length=${location.length}` : ''),
  };
}
