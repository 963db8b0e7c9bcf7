import { baseName, type Disk, DteError, folderOf, joinPath, type ReadableFile } from '../../base/index.js';
import { decodeRecords, type TocDamage, type TocRecord } from '../format/index.js';
import type { Key } from '../types.js';

/** One table of contents, as far as it was read. */
export interface TocContents {
  readonly path: string;
  readonly records: readonly TocRecord[];
  readonly damage: readonly TocDamage[];
  /** Where the next record will begin. */
  readonly end: number;
  readonly tornAt: number | undefined;
}

/**
 * Reads a table of contents; undefined when there is none. Of one that was read before, only what follows the records known: when
 * nothing does, `previous` itself is given back.
 */
export async function readTocFile(disk: Disk, path: string, previous?: TocContents): Promise<TocContents | undefined> {
  let file: ReadableFile;
  try {
    file = await disk.open(path);
  } catch (error) {
    if (error instanceof DteError && error.code === 'absent.file') return undefined;
    throw error;
  }
  try {
    const sizeBytes = file.sizeBytes ?? 0;
    if (previous !== undefined && sizeBytes >= previous.end && (await isSame(file, previous))) {
      if (sizeBytes === previous.end && previous.tornAt === undefined) return previous;
      const more = decodeRecords(await file.read(previous.end, sizeBytes - previous.end), { start: previous.end });
      return {
        path,
        records: more.records.length === 0 ? previous.records : [...previous.records, ...more.records],
        damage: more.damage.length === 0 ? previous.damage : [...previous.damage, ...more.damage],
        end: more.end,
        tornAt: more.tornAt,
      };
    }
    const { records, damage, end, tornAt } = decodeRecords(await file.read(0, sizeBytes));
    return { path, records, damage, end, tornAt };
  } finally {
    await file.close();
  }
}

/** Whether the file still begins with the same record: a database may have been wiped and made again under the same name. */
async function isSame(file: ReadableFile, previous: TocContents): Promise<boolean> {
  const first = previous.records[0];
  if (first === undefined || first.header.start !== 0) return false;
  const { record } = firstRecord(await file.read(0, first.header.sizeBytes));
  if (record === undefined) return false;
  const [now, then] = [record.header, first.header];
  return now.sizeBytes === then.sizeBytes && now.timeMs === then.timeMs && now.pid === then.pid && now.host === then.host;
}

function firstRecord(bytes: Uint8Array): { readonly record: TocRecord | undefined } {
  return { record: decodeRecords(bytes).records[0] };
}

/** The key that a table of contents is of: that of its INIT record. */
export function keyOf(toc: TocContents): { readonly key: Key; readonly uid: number; readonly isSubToc: boolean } | undefined {
  const init = toc.records.find((record) => record.kind === 'init');
  return init === undefined ? undefined : { key: init.key, uid: init.header.uid, isSubToc: init.isSubToc };
}

/**
 * Which records of a table of contents its own CLEAR records mask: `<file>\n<offset>`, 0 for a sub-toc. A `*` masks all that came
 * before it, any other whatever has that name, wherever it stands. Names are kept as they are written and as whole paths: two
 * overlays are both called `toc`, and only their folders tell them apart.
 */
export function masksOf(toc: TocContents): ReadonlySet<string> {
  const folder = folderOf(toc.path);
  const masks = new Set<string>();
  const add = (file: string, offset: number): void => {
    masks.add(maskOf(file, offset));
    masks.add(maskOf(joinPath(folder, file), offset));
    if (folderOf(file) === folder) masks.add(maskOf(baseName(file), offset));
  };
  let cleared = 0;
  for (const [index, record] of toc.records.entries()) {
    if (record.kind !== 'clear') continue;
    if (record.file !== '*') {
      add(record.file, record.offset);
      continue;
    }
    for (const earlier of toc.records.slice(cleared, index)) {
      if (earlier.kind === 'index') add(earlier.file, earlier.offset);
      if (earlier.kind === 'sub-toc') add(earlier.path, 0);
    }
    cleared = index;
  }
  return masks;
}

export function maskOf(file: string, offset: number): string {
  return `${file}\n${offset}`;
}

/** Where a sub-toc lies: names are relative to the folder of the table of contents, and so are absolute paths that are gone (a database that was moved). */
export async function subTocPath(disk: Disk, toc: string, path: string): Promise<string> {
  if (!path.startsWith('/')) return joinPath(folderOf(toc), path);
  return (await disk.info(path)) === undefined ? joinPath(folderOf(toc), baseName(path)) : path;
}
