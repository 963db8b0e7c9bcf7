import { DteError } from '../../base/index.js';
import { type TreeLayout, pageHeaderBytes, treeLayout } from './tree-layout.js';
import type { IndexColumns } from './types.js';

/** What an entry of a tree says. */
export interface TreeValue {
  /** Number of the data file in the record of the index. */
  readonly uriId: number;
  readonly offset: number;
  readonly length: number;
}

/**
 * All entries of one tree. `bytes` begin where the tree does and may go on after it. When they end too early, how many octets are
 * needed at least (the caller reads more, and tries again). Errors: `data.index`.
 */
export function readTree(bytes: Uint8Array, type: string, file?: string): IndexColumns | { readonly needs: number } {
  const tree = openTree(bytes, treeLayout(type), file);
  let page = 1;
  for (let depth = 0; ; depth++) {
    const missing = tree.missing(page);
    if (missing !== undefined) return { needs: missing };
    if (!tree.isNode(page)) break;
    if (depth > mostLevels) throw tree.fault(page, 'lies below too many others');
    page = tree.left(page);
  }
  const leaves: number[] = [];
  let count = 0;
  for (; page !== 0; page = tree.right(page)) {
    const missing = tree.missing(page);
    if (missing !== undefined) return { needs: missing };
    if (tree.isNode(page)) throw tree.fault(page, 'is an inner page among the leaves');
    if (leaves.length > tree.mostPages) throw tree.fault(page, 'is linked in a circle');
    leaves.push(page);
    count += tree.count(page);
  }
  const columns = {
    count,
    texts: new Array<string>(count),
    uriIds: new Uint32Array(count),
    offsets: new Float64Array(count),
    lengths: new Float64Array(count),
  };
  let row = 0;
  for (const leaf of leaves) row = tree.readLeaf(leaf, columns, row);
  return columns;
}

/** Gives the octets of page `page`, from 1 on, of a tree; fewer at the end of the file. */
export type PageSource = (page: number, pageBytes: number) => Promise<Uint8Array>;

/** The entry with the text, if any; only the pages on the way to it are read. Errors: `data.index`. */
export async function lookupTree(source: PageSource, type: string, text: string, file?: string): Promise<TreeValue | undefined> {
  const layout = treeLayout(type);
  const wanted = encoder.encode(text);
  if (wanted.length > layout.keyBytes) return undefined;
  let page = 1;
  for (let depth = 0; depth <= mostLevels; depth++) {
    const tree = openTree(await source(page, layout.pageBytes), layout, file, page);
    if (tree.missing(page) !== undefined) throw tree.fault(page, 'is cut off');
    const place = tree.lowerBound(page, wanted);
    if (!tree.isNode(page)) return place.isEqual ? tree.value(page, place.entry) : undefined;
    page = place.isEqual ? tree.child(page, place.entry) : place.entry === 0 ? tree.left(page) : tree.child(page, place.entry - 1);
  }
  throw new DteError('data.index', `page ${page} lies below too many others`, { where: file === undefined ? {} : { file } });
}

/** Four levels hold 10^12 entries. */
const mostLevels = 8;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

// Texts of a leaf are brought together without their padding, decoded at once, and cut apart: five times as fast as one by one.
let packed = new Uint8Array(0);
let ends = new Uint32Array(0);

/** Pages of a tree by number. `firstPage`: the page that `bytes` begin with. */
function openTree(bytes: Uint8Array, layout: TreeLayout, file: string | undefined, firstPage = 1) {
  const { pageBytes, keyBytes, leafEntryBytes, nodeEntryBytes } = layout;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const mostLeafEntries = Math.floor((pageBytes - pageHeaderBytes) / leafEntryBytes);
  const mostNodeEntries = Math.floor((pageBytes - pageHeaderBytes) / nodeEntryBytes);
  const startOf = (page: number): number => (page - firstPage) * pageBytes;
  const long = (at: number): number => view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
  const isNode = (page: number): boolean => long(startOf(page) + 16) !== 0;
  const count = (page: number): number => long(startOf(page) + 8);
  const fault = (page: number, reason: string): DteError =>
    new DteError('data.index', `page ${page} of an index ${reason}`, { where: file === undefined ? {} : { file } });

  /** How many octets are needed for the page, when there are too few; the page is checked when there are enough. */
  function missing(page: number): number | undefined {
    const at = startOf(page);
    // A page number beyond all sense must not make anybody read a whole disk.
    if (!(at >= 0 && at <= mostTreeBytes)) throw fault(page, 'does not exist');
    if (at + pageHeaderBytes > bytes.length) return at + pageHeaderBytes;
    if (long(at) !== page) throw fault(page, `has the number ${long(at)}`);
    const entries = count(page);
    const most = isNode(page) ? mostNodeEntries : mostLeafEntries;
    if (entries > most) throw fault(page, `has ${entries} entries, ${most} at most are possible`);
    if (isNode(page) && entries === 0) throw fault(page, 'is an inner page without entries');
    const end = at + pageHeaderBytes + entries * (isNode(page) ? nodeEntryBytes : leafEntryBytes);
    return end > bytes.length ? end : undefined;
  }

  function readLeaf(
    page: number,
    columns: { texts: string[] } & Pick<IndexColumns, 'uriIds' | 'offsets' | 'lengths'>,
    firstRow: number,
  ): number {
    const entries = count(page);
    if (packed.length < entries * keyBytes) packed = new Uint8Array(entries * keyBytes);
    if (ends.length < entries) ends = new Uint32Array(entries);
    let at = startOf(page) + pageHeaderBytes;
    let length = 0;
    let all = 0;
    for (let entry = 0; entry < entries; entry++, at += leafEntryBytes) {
      for (let octet = 0; octet < keyBytes; octet++) {
        const code = bytes[at + octet] as number;
        if (code === 0) break;
        packed[length++] = code;
        all |= code;
      }
      ends[entry] = length;
      const row = firstRow + entry;
      checkValue(page, at);
      columns.uriIds[row] = view.getUint32(at + keyBytes, true);
      columns.offsets[row] = long(at + keyBytes + 8);
      columns.lengths[row] = long(at + keyBytes + 16);
    }
    // Where all octets are ASCII, places in the text are those of the octets.
    const isAscii = all < 0x80;
    const text = isAscii ? decoder.decode(packed.subarray(0, length)) : '';
    let from = 0;
    for (let entry = 0; entry < entries; entry++) {
      const end = ends[entry] as number;
      columns.texts[firstRow + entry] = isAscii ? text.slice(from, end) : decoder.decode(packed.subarray(from, end));
      from = end;
    }
    return firstRow + entries;
  }

  /** Numbers of data files have 32 bits here, places 53. */
  function checkValue(page: number, at: number): void {
    const value = at + keyBytes;
    const high = view.getUint32(value + 4, true) | ((view.getUint32(value + 12, true) | view.getUint32(value + 20, true)) & 0xffe0_0000);
    if (high !== 0) throw fault(page, 'has an entry with an impossible data file, offset or length');
  }

  function valueAt(page: number, at: number): TreeValue {
    checkValue(page, at);
    const value = at + keyBytes;
    return { uriId: view.getUint32(value, true), offset: long(value + 8), length: long(value + 16) };
  }

  /** The first entry whose text is not below `wanted`. */
  function lowerBound(page: number, wanted: Uint8Array): { readonly entry: number; readonly isEqual: boolean } {
    const entryBytes = isNode(page) ? nodeEntryBytes : leafEntryBytes;
    const first = startOf(page) + pageHeaderBytes;
    let low = 0;
    let high = count(page);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compare(first + middle * entryBytes, wanted) < 0) low = middle + 1;
      else high = middle;
    }
    return { entry: low, isEqual: low < count(page) && compare(first + low * entryBytes, wanted) === 0 };
  }

  function compare(at: number, wanted: Uint8Array): number {
    for (let octet = 0; octet < keyBytes; octet++) {
      const difference = (bytes[at + octet] as number) - (wanted[octet] ?? 0);
      if (difference !== 0) return difference;
    }
    return 0;
  }

  return {
    mostPages: Math.ceil(bytes.length / pageBytes),
    missing,
    fault,
    isNode,
    count,
    left: (page: number) => long(startOf(page) + 24),
    right: (page: number) => long(startOf(page) + 32),
    child: (page: number, entry: number) => long(startOf(page) + pageHeaderBytes + entry * nodeEntryBytes + keyBytes),
    value: (page: number, entry: number) => valueAt(page, startOf(page) + pageHeaderBytes + entry * leafEntryBytes),
    readLeaf,
    lowerBound,
  };
}

/** Far more than any index has. */
const mostTreeBytes = 2 ** 40;
