import { type Disk, DteError, isDteError, type ReadableFile } from '../../base/index.js';
import { type IndexColumns, type IndexRecord, lookupTree, readTree, treeLayout, type TreeValue } from '../format/index.js';
import type { IndexRef } from './types.js';

export interface ReadIndexesOptions {
  /** Told of an index that cannot be read, which then has no entries. Without it, the error is thrown. */
  readonly onDamage?: (error: DteError, ref: IndexRef) => void;
  /** Where trees that were read before are looked for and those that are read are put. */
  readonly cache?: TreeCache | undefined;
}

/** Trees that were read. One never changes, and its record is the same object as long as the table of contents was only appended to. */
export interface TreeCache {
  get(record: IndexRecord): IndexColumns | undefined;
  set(record: IndexRecord, columns: IndexColumns): void;
}

/** All entries of one index. Errors: `data.index`, `absent.file`, `auth.access`, `fault.read`. */
export async function readIndex(disk: Disk, ref: IndexRef): Promise<IndexColumns> {
  return (await readIndexes(disk, [ref]))[0] as IndexColumns;
}

/** All entries of several indexes, in their order. Trees that lie near each other in one file are read at once. */
export async function readIndexes(
  disk: Disk,
  refs: readonly IndexRef[],
  options: ReadIndexesOptions = {},
): Promise<readonly IndexColumns[]> {
  const columns = new Array<IndexColumns>(refs.length);
  const byFile = new Map<string, number[]>();
  for (const [row, ref] of refs.entries()) {
    const known = options.cache?.get(ref.record);
    if (known !== undefined) {
      columns[row] = known;
      continue;
    }
    const rows = byFile.get(ref.indexFile);
    if (rows === undefined) byFile.set(ref.indexFile, [row]);
    else rows.push(row);
  }
  const fail = (error: unknown, row: number): void => {
    const ref = refs[row] as IndexRef;
    if (!isDteError(error) || options.onDamage === undefined) throw error;
    options.onDamage(error, ref);
    columns[row] = noColumns;
  };
  for (const [path, rows] of byFile) {
    let file: ReadableFile;
    let window: Window | undefined;
    try {
      file = await disk.open(path);
    } catch (error) {
      for (const row of rows) fail(error, row);
      continue;
    }
    try {
      rows.sort((one, other) => offsetOf(refs, one) - offsetOf(refs, other));
      const memory = spare.pop() ?? new Uint8Array(windowBytes);
      window = { file, sizeBytes: file.sizeBytes ?? 0, start: 0, bytes: memory.subarray(0, 0), memory };
      const lasts = runEnds(rows.map((row) => offsetOf(refs, row)));
      for (const [index, row] of rows.entries()) {
        try {
          const ref = refs[row] as IndexRef;
          const read = await readTreeAt(window, ref, lasts[index] as number);
          columns[row] = read;
          options.cache?.set(ref.record, read);
        } catch (error) {
          fail(error, row);
        }
      }
    } finally {
      if (window !== undefined && spare.length < mostSpare) spare.push(window.memory);
      await file.close();
    }
  }
  return columns;
}

const noColumns: IndexColumns = {
  count: 0,
  texts: [],
  uriIds: new Uint32Array(0),
  offsets: new Float64Array(0),
  lengths: new Float64Array(0),
};

/** The part of an index file that is in memory. */
interface Window {
  readonly file: ReadableFile;
  readonly sizeBytes: number;
  start: number;
  bytes: Uint8Array;
  /** Where the bytes lie, unless they are too many. */
  readonly memory: Uint8Array;
}

/** A gap of so much is not worth another read. */
const nearBytes = 1 << 18;

/** What is read ahead at once, where more trees follow. */
const windowBytes = 2 << 20;

/** Memory of windows is used again: columns keep nothing of it, and fresh memory is touched, and collected, for each read. */
const spare: Uint8Array[] = [];
const mostSpare = 4;

/** For each of these sorted offsets the last one that is reached from it without a wide gap. */
function runEnds(offsets: readonly number[]): readonly number[] {
  const ends = [...offsets];
  for (let index = offsets.length - 2; index >= 0; index--)
    if ((offsets[index + 1] as number) - (offsets[index] as number) <= nearBytes) ends[index] = ends[index + 1] as number;
  return ends;
}

/** `last`: where the last tree begins that will be wanted soon. */
async function readTreeAt(window: Window, ref: IndexRef, last: number): Promise<IndexColumns> {
  const { offset, treeType } = ref.record;
  const { pageBytes } = treeLayout(treeType);
  if (offset >= window.sizeBytes)
    throw new DteError('data.index', `an index is said to begin at octet ${offset} of ${window.sizeBytes}`, {
      where: { file: ref.indexFile, offset: ref.record.offset },
    });
  let wanted = pageBytes;
  for (;;) {
    const end = Math.min(window.sizeBytes, offset + wanted);
    if (offset < window.start || end > window.start + window.bytes.length) {
      const ahead = Math.min(window.sizeBytes, Math.max(end, Math.min(last + pageBytes, offset + windowBytes)));
      window.bytes = await readWindow(window, offset, ahead - offset);
      window.start = offset;
      if (offset + window.bytes.length < end) throw truncated(ref, window.bytes.length);
    }
    const tree = readTree(window.bytes.subarray(offset - window.start), treeType, ref.indexFile);
    if (!('needs' in tree)) return tree;
    if (offset + tree.needs > window.sizeBytes) throw truncated(ref, window.sizeBytes - offset);
    // The leaves of a large tree lie anywhere in it: more and more of the file, and in the end all of it.
    wanted = Math.max(tree.needs, 4 * wanted);
  }
}

async function readWindow({ file, memory }: Window, offset: number, length: number): Promise<Uint8Array> {
  if (length > memory.length || file.readInto === undefined) return await file.read(offset, length);
  return memory.subarray(0, await file.readInto(offset, memory.subarray(0, length)));
}

function truncated(ref: IndexRef, bytes: number): DteError {
  return new DteError('data.index', `an index ends after ${bytes} octets`, { where: { file: ref.indexFile, offset: ref.record.offset } });
}

/** The entry with this text, reading no more than the pages on the way to it. Errors: as `readIndex`. */
export async function lookupIndex(disk: Disk, ref: IndexRef, text: string): Promise<TreeValue | undefined> {
  const file = await disk.open(ref.indexFile);
  try {
    const { offset, treeType } = ref.record;
    return await lookupTree((page, pageBytes) => file.read(offset + (page - 1) * pageBytes, pageBytes), treeType, text, ref.indexFile);
  } finally {
    await file.close();
  }
}

function offsetOf(refs: readonly IndexRef[], row: number): number {
  return (refs[row] as IndexRef).record.offset;
}
