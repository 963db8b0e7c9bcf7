import { DteError } from '../../base/index.js';
import { type IndexContent, longestText, type TreeEntry, treeTypeFor, type WritableTree } from '../format/index.js';
import { type GroupRule, keyText } from '../schema/index.js';
import type { Key, Location } from '../types.js';

/** An entry that is not flushed yet. */
interface PendingEntry extends TreeEntry {
  readonly sequence: number;
}

/** What one flush of a group makes visible. */
export interface PendingEntries {
  readonly entries: Map<string, PendingEntry>;
  /** Values of every keyword of the elements. */
  readonly axes: readonly Set<string>[];
}

/** New entries of one group of one writer. */
export interface GroupIndex {
  readonly key: Key;
  readonly rule: GroupRule;
  /** Values of the group joined by `:`. */
  readonly text: string;
  readonly treeType: WritableTree;
  /** Text of an element in trees. `limit.range` or `input.value` for one that a tree cannot hold. */
  elementText(element: Key): string;
  add(element: Key, location: Location, sequence: number): void;
  readonly count: number;
  /** Takes what is pending out. */
  take(): PendingEntries;
  /** Puts back what could not be flushed; entries that came in the meantime count more. */
  putBack(pending: PendingEntries): void;
  /** The record for a tree of `pending` that lies at `offset` of `file`. `nameOf` gives the name of a data file in records. */
  record(pending: PendingEntries, file: string, offset: number, nameOf: (dataFile: string) => string, flushedMs: number): IndexContent;
}

export function groupIndex(key: Key, rule: GroupRule): GroupIndex {
  const { predicates } = rule.element;
  const keywords = predicates.map(({ printed }) => printed);
  const treeType = treeTypeFor(keywords.length);
  const most = longestText(treeType);
  /** Numbers of data files in trees and records. */
  const numbers = new Map<string, number>();
  const fresh = (): PendingEntries => ({ entries: new Map(), axes: keywords.map(() => new Set<string>()) });
  let pending = fresh();

  const put = (entry: PendingEntry): void => {
    const known = pending.entries.get(entry.text);
    if (known === undefined || known.sequence <= entry.sequence) pending.entries.set(entry.text, entry);
  };
  return {
    key,
    rule,
    text: keyText(rule.predicates, key),
    treeType,
    elementText(element) {
      const text = keyText(predicates, element);
      // Trees hold UTF-8.
      let octets = text.length;
      for (let at = 0; at < text.length; at++) {
        const code = text.charCodeAt(at);
        if (code > 255) throw notLatin(text);
        if (code > 127) octets++;
      }
      if (octets > most) throw tooLong(text, octets, most, keywords);
      return text;
    },
    add(element, { file, offset, length }, sequence) {
      let uriId = numbers.get(file);
      if (uriId === undefined) numbers.set(file, (uriId = numbers.size));
      put({ text: keyText(predicates, element), uriId, offset, length, sequence });
      for (let i = 0; i < keywords.length; i++) pending.axes[i]?.add(element.get(keywords[i] as string) ?? '');
    },
    get count() {
      return pending.entries.size;
    },
    take() {
      const taken = pending;
      pending = fresh();
      return taken;
    },
    putBack(back) {
      const newer = pending;
      pending = back;
      for (const entry of newer.entries.values()) put(entry);
      newer.axes.forEach((values, i) => {
        for (const value of values) back.axes[i]?.add(value);
      });
    },
    record(taken, file, offset, nameOf, flushedMs) {
      const used = new Set<number>();
      for (const { uriId } of taken.entries.values()) used.add(uriId);
      const dataFiles = new Map([...numbers].filter(([, id]) => used.has(id)).map(([path, id]) => [id, nameOf(path)]));
      const axes = new Map(keywords.map((keyword, i) => [keyword, [...(taken.axes[i] as Set<string>)].sort()]));
      return { kind: 'index', file, offset, treeType, dataFiles, axes, key, flushedMs };
    },
  };
}

/** In the order of trees. */
export function sortedEntries(pending: PendingEntries): readonly TreeEntry[] {
  return [...pending.entries.values()].sort((a, b) => (a.text < b.text ? -1 : 1));
}

function tooLong(text: string, octets: number, most: number, keywords: readonly string[]): DteError {
  return new DteError('limit.range', `the key '${text}' (${keywords.join(':')}) has ${octets} octets`, {
    hint: `an index holds keys of up to ${most} octets; move a keyword of the schema to the group`,
  });
}

function notLatin(text: string): DteError {
  return new DteError('input.value', `the key '${text}' has characters outside Latin-1`, {
    hint: 'values of MARS keywords are plain letters and digits',
  });
}
