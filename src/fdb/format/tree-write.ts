import { DteError, assert } from '../../base/index.js';
import { pageHeaderBytes, treeLayout } from './tree-layout.js';
import type { TreeEntry } from './types.js';

/** Types of trees that can be written. Versions of upstream before the wide one cannot read it. */
export type WritableTree = 'BTreeIndex' | 'BTreeIndex64';

/** The type that upstream takes for elements of so many keywords. */
export function treeTypeFor(keywords: number): WritableTree {
  return keywords >= 8 ? 'BTreeIndex64' : 'BTreeIndex';
}

/** Longest text of an entry, in octets. */
export function longestText(type: WritableTree): number {
  return treeLayout(type).keyBytes;
}

export interface BuiltTree {
  /** From the tree's begin to the last octet that is in use. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Whole pages: the file must reach so far from the tree's begin before a record names it. */
  readonly spanBytes: number;
}

/**
 * A tree over entries that are sorted by text, each text once. Pages are filled one after the other: upstream inserts one by one,
 * and leaves them half full. Page 1 is the root, then come the inner pages level by level, then the leaves, so that the page
 * with room left at its end is the last one. `input.value` for a text longer than `longestText`.
 */
export function buildTree(entries: readonly TreeEntry[], type: WritableTree): BuiltTree {
  const { pageBytes, keyBytes, leafEntryBytes, nodeEntryBytes } = treeLayout(type);
  // One less than would fit: upstream splits a page before it is full, so that no page of its own ever is.
  const mostInLeaf = Math.floor((pageBytes - pageHeaderBytes) / leafEntryBytes) - 1;
  const mostChildren = Math.floor((pageBytes - pageHeaderBytes) / nodeEntryBytes);
  const levels = [groupSizes(entries.length, mostInLeaf, 1)];
  while ((levels[0] as readonly number[]).length > 1) levels.unshift(groupSizes((levels[0] as readonly number[]).length, mostChildren, 2));

  const pages = levels.reduce((sum, level) => sum + level.length, 0);
  const lastLeaf = (levels.at(-1) as readonly number[]).at(-1) as number;
  const bytes = new Uint8Array((pages - 1) * pageBytes + pageHeaderBytes + lastLeaf * leafEntryBytes);
  const view = new DataView(bytes.buffer);
  const putLong = (at: number, value: number): void => {
    view.setUint32(at, value % 2 ** 32, true);
    view.setUint32(at + 4, Math.floor(value / 2 ** 32), true);
  };
  const putText = (at: number, text: string): void => {
    const { read, written } = encoder.encodeInto(text, bytes.subarray(at, at + keyBytes));
    if (read < text.length)
      throw new DteError('input.value', `the element '${text}' is longer than ${keyBytes} octets`, {
        hint: `${written} octets fit an index of type ${type}: shorten values, or move keywords to another level of the schema`,
      });
  };

  const leaves = levels.at(-1) as readonly number[];
  const firstLeafPage = pages - leaves.length + 1;
  /** First entry below every page of the level in hand. */
  let firsts: number[] = [];
  let entry = 0;
  for (const [leaf, size] of leaves.entries()) {
    const page = firstLeafPage + leaf;
    const at = (page - 1) * pageBytes;
    putLong(at, page);
    putLong(at + 8, size);
    putLong(at + 24, leaf === 0 ? 0 : page - 1);
    putLong(at + 32, leaf === leaves.length - 1 ? 0 : page + 1);
    firsts.push(entry);
    for (let slot = at + pageHeaderBytes; slot < at + pageHeaderBytes + size * leafEntryBytes; slot += leafEntryBytes, entry++) {
      const { text, uriId, offset, length } = entries[entry] as TreeEntry;
      putText(slot, text);
      putLong(slot + keyBytes, uriId);
      putLong(slot + keyBytes + 8, offset);
      putLong(slot + keyBytes + 16, length);
    }
  }

  let firstChildPage = firstLeafPage;
  for (const level of levels.slice(0, -1).reverse()) {
    const firstPage = firstChildPage - level.length;
    const levelFirsts: number[] = [];
    let child = 0;
    for (const [node, children] of level.entries()) {
      const at = (firstPage + node - 1) * pageBytes;
      putLong(at, firstPage + node);
      putLong(at + 8, children - 1);
      putLong(at + 16, 1);
      putLong(at + 24, firstChildPage + child);
      levelFirsts.push(firsts[child++] as number);
      for (
        let slot = at + pageHeaderBytes;
        slot < at + pageHeaderBytes + (children - 1) * nodeEntryBytes;
        slot += nodeEntryBytes, child++
      ) {
        putText(slot, (entries[firsts[child] as number] as TreeEntry).text);
        putLong(slot + keyBytes, firstChildPage + child);
      }
    }
    firsts = levelFirsts;
    firstChildPage = firstPage;
  }
  assertSorted(entries);
  return { bytes, spanBytes: pages * pageBytes };
}

const encoder = new TextEncoder();

/** Sizes of groups of at most `most`, all but the last two full, none below `least`; one empty group for nothing. */
function groupSizes(count: number, most: number, least: number): readonly number[] {
  const groups = Math.max(1, Math.ceil(count / most));
  const sizes = new Array<number>(groups).fill(most);
  sizes[groups - 1] = count - (groups - 1) * most;
  const lacking = Math.max(0, least - (sizes[groups - 1] as number));
  if (groups > 1 && lacking > 0) {
    (sizes[groups - 2] as number) -= lacking;
    (sizes[groups - 1] as number) += lacking;
  }
  return sizes;
}

function assertSorted(entries: readonly TreeEntry[]): void {
  for (let entry = 1; entry < entries.length; entry++)
    assert(
      (entries[entry - 1] as TreeEntry).text < (entries[entry] as TreeEntry).text,
      'entries of an index are sorted by text, each text once',
    );
}

/**
 * Where the next tree may begin in an index file, when the octets of the last one end at `end`: at the next block of 4096.
 *
 * Upstream gives every tree whole pages of 64 KiB of its own. Its readers load whole pages too, but look at no octet after a
 * page's last entry and ask nothing of a page's place in the file, so the unused end of a tree's last page may hold the trees
 * that follow. The file has to reach to the end of the last page, which a hole costs nothing for.
 *
 * A reader that loads a page while the next tree is written into its end sees its entries, which nobody writes again, and is not
 * concerned with the rest. A crash in between leaves octets that no record names. Trees could follow each other without gaps;
 * they begin at a new block so that no block that holds entries already committed is ever written again, whatever a failing
 * machine does to a block that it is writing.
 */
export function nextTreeStart(end: number): number {
  return Math.ceil(end / blockBytes) * blockBytes;
}

const blockBytes = 4096;
