import { DteError, nearestWord } from '../../base/index.js';

/** How the pages of one type of tree are laid out. */
export interface TreeLayout {
  readonly pageBytes: number;
  /** Room for the text of an entry. */
  readonly keyBytes: number;
  /** Of an entry of a leaf: text, number of the data file, offset, length, and for points what a message's packing needs. */
  readonly leafEntryBytes: number;
  /** Of an entry of an inner page: text and page. */
  readonly nodeEntryBytes: number;
}

/** id, count, isNode, left, right: 8 octets each, the lowest first. */
export const pageHeaderBytes = 40;

function layout(keyBytes: number, pageBytes: number, detailBytes = 0): TreeLayout {
  return { pageBytes, keyBytes, leafEntryBytes: keyBytes + 24 + detailBytes, nodeEntryBytes: keyBytes + 8 };
}

const narrow = layout(32, 65536);
const wide = layout(64, 65536);
const large = layout(32, 4194304);
/** Nine numbers of 8 octets and a checksum of the grid. */
const point = layout(32, 65536, 104);

const layouts: ReadonlyMap<string, TreeLayout> = new Map([
  ['BTreeIndex', narrow],
  ['BTreeIndex64', wide],
  ['BTreeIndex4MB', large],
  ['PointDBIndex', point],
  ['BTreeIndex_32_65536_FieldRefReduced', narrow],
  ['BTreeIndex_64_65536_FieldRefReduced', wide],
  ['BTreeIndex_32_4194304_FieldRefReduced', large],
  ['BTreeIndex_32_65536_FieldRefFull', point],
]);

/** `data.index` for a type that is not known. */
export function treeLayout(type: string): TreeLayout {
  const found = layouts.get(type);
  if (found !== undefined) return found;
  const near = nearestWord(type, layouts.keys());
  throw new DteError('data.index', `'${type}' is not a type of index`, {
    hint: `known types: ${[...layouts.keys()].slice(0, 4).join(', ')}${near === undefined ? '' : `; did you mean '${near}'?`}`,
  });
}
