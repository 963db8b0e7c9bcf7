import type { IndexRef } from '../database/index.js';
import type { IndexColumns } from '../format/index.js';
import { keyFromText, type Predicate, valuesOfText } from '../schema/index.js';
import { type Entry, formatKey, type Key, type Location } from '../types.js';

/** What all entries of one index have in common. */
export interface IndexContext {
  readonly database: Key;
  readonly group: Key;
  /** Of the element's rule. */
  readonly predicates: readonly Predicate[];
  readonly ref: IndexRef;
  readonly columns: IndexColumns;
}

/**
 * One row of an index. Key and location are made when they are asked for: a listing of a million entries would spend most of its
 * time on maps that nobody looks at.
 */
export class ListedEntry implements Entry {
  readonly #index: IndexContext;
  readonly #row: number;
  readonly isMasked: boolean;
  #keys: readonly [Key, Key, Key] | undefined;

  constructor(index: IndexContext, row: number, isMasked: boolean) {
    this.#index = index;
    this.#row = row;
    this.isMasked = isMasked;
  }

  get keys(): readonly [database: Key, group: Key, element: Key] {
    const { database, group, predicates } = this.#index;
    this.#keys ??= [database, group, keyFromText(predicates, this.elementText)];
    return this.#keys;
  }

  get location(): Location {
    const { ref, columns } = this.#index;
    const place = {
      file: ref.dataFile(columns.uriIds[this.#row] as number),
      offset: columns.offsets[this.#row] as number,
      length: this.lengthBytes,
    };
    return ref.remap === undefined ? place : { ...place, remap: ref.remap };
  }

  get flushedMs(): number {
    return this.#index.ref.flushedMs;
  }

  get lengthBytes(): number {
    return this.#index.columns.lengths[this.#row] as number;
  }

  /** Values of the element joined by `:`, as the index has them. */
  get elementText(): string {
    return this.#index.columns.texts[this.#row] as string;
  }

  /** `{step=0,number=1}` without making the key. */
  formatElement(): string {
    const { predicates } = this.#index;
    const values = valuesOfText(predicates, this.elementText);
    let text = '';
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as string;
      if (value !== '') text += `${text === '' ? '{' : ','}${(predicates[i] as Predicate).printed}=${value}`;
    }
    return text === '' ? '{}' : `${text}}`;
  }
}

/** The element's key as listings print it: that of `formatKey(entry.keys[2])`, made faster where the entry comes from a listing. */
export function formatElement(entry: Entry): string {
  return entry instanceof ListedEntry ? entry.formatElement() : formatKey(entry.keys[2]);
}
