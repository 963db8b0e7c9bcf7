import { baseName, type Disk, type DiskFile, DteError, folderOf, joinPath } from '../../base/index.js';
import { encodeRecord, type RecordVersion, uniqueFileName } from '../format/index.js';
import { formatKey, type Key } from '../types.js';
import { pause } from './pause.js';
import { keyOf, readTocFile } from './toc-file.js';

export interface InitSubTocOptions {
  /** Key of the database, in the order of the schema. */
  readonly key: Key;
  /** Milliseconds since the epoch. */
  readonly timeMs: number;
  readonly version: RecordVersion;
  /** Records are padded to a multiple of it; 1024 unless told. */
  readonly roundTo?: number;
  /** Whether names and octets must have reached the disk afterwards. */
  readonly sync: boolean;
  /** Taken off the modes of files and folders in addition to that of the process. */
  readonly umask?: number;
  /** Waits so many milliseconds; for tests that do not. */
  readonly sleep?: (ms: number) => Promise<void>;
}

export interface InitDatabaseOptions extends InitSubTocOptions {
  /** The schema that will govern the database. */
  readonly schemaText: string;
}

/**
 * Makes the folder, the schema in it and the table of contents with its INIT record, or whatever of these is missing. Several
 * processes may do so at once: the one that makes the table of contents begins it, the others wait for it a moment; when its
 * maker was stopped before it wrote the record, each of them writes one in the same place, which is the same but for the time.
 * A database with another key in this folder is `data.toc`.
 */
export async function initDatabase(disk: Disk, path: string, options: InitDatabaseOptions): Promise<void> {
  const tocFile = joinPath(path, 'toc');
  const schemaFile = joinPath(path, 'schema');
  if (await hasInit(disk, tocFile, options.key)) {
    // Its maker may be about to do so; what the caller appends must not depend on that.
    if (options.sync) await syncNames(disk, path, folderOf(path));
    return;
  }
  const above = await firstExisting(disk, folderOf(path));
  await disk.makeFolder(path, { mode: folderMode(options.umask) });
  if ((await disk.info(schemaFile)) === undefined) {
    const temporary = uniqueFileName(schemaFile, '', {
      self: disk.self,
      timeMs: options.timeMs,
      count: Math.floor(Math.random() * 2 ** 32),
    });
    await writeAll(
      await disk.write(temporary, { mode: fileMode(options.umask) }),
      new TextEncoder().encode(options.schemaText),
      options.sync,
    );
    await disk.rename(temporary, schemaFile);
  }
  // After a failure of power there may be a schema alone, but no table of contents without one.
  if (options.sync) await disk.syncFolder(path);
  const made = await disk.write(tocFile, { mode: fileMode(options.umask), exclusive: true });
  if (made !== undefined) await writeAll(made, initRecord(disk, options, false), options.sync);
  else {
    for (let waited = 0; waited < mostWaitMs; waited += waitMs) {
      if (await hasInit(disk, tocFile, options.key)) return;
      await (options.sleep ?? pause)(waitMs);
    }
    if (await hasInit(disk, tocFile, options.key)) return;
    await writeAll(await disk.write(tocFile), initRecord(disk, options, false), options.sync);
  }
  if (options.sync) await syncNames(disk, path, above);
}

/** The folders from `path` up to `top`, whose names must be safe too where they are new. */
async function syncNames(disk: Disk, path: string, top: string): Promise<void> {
  for (let folder = path; ; folder = folderOf(folder)) {
    await disk.syncFolder(folder);
    if (folder === top || folder === folderOf(folder)) return;
  }
}

async function firstExisting(disk: Disk, path: string): Promise<string> {
  let folder = path;
  while (folder !== folderOf(folder) && (await disk.info(folder)) === undefined) folder = folderOf(folder);
  return folder;
}

/** Makes a sub-toc, which must not exist, with its INIT record. Readers look at it when the table of contents above names it. */
export async function initSubToc(disk: Disk, tocFile: string, options: InitSubTocOptions): Promise<void> {
  const made = await disk.write(tocFile, { mode: fileMode(options.umask), exclusive: true });
  if (made === undefined)
    throw new DteError('fault.write', `'${tocFile}' exists already`, { hint: 'every writer has a table of contents of its own' });
  await writeAll(made, initRecord(disk, options, true), options.sync);
  if (options.sync) await disk.syncFolder(folderOf(tocFile));
}

/** Who may read a folder may also enter it: permissions of files alone, such as 0644, make folders that can be used. */
export function folderMode(umask = 0): number {
  const mode = 0o777 & ~umask;
  return mode | ((mode & 0o444) >> 2);
}

function fileMode(umask = 0): number {
  return 0o666 & ~umask;
}

const waitMs = 20;
const mostWaitMs = 200;

function initRecord(disk: Disk, options: InitSubTocOptions, isSubToc: boolean): Uint8Array {
  return encodeRecord({ kind: 'init', key: options.key, isSubToc }, { ...options, self: disk.self });
}

async function hasInit(disk: Disk, tocFile: string, key: Key): Promise<boolean> {
  const file = await disk.info(tocFile);
  if (file === undefined || file.sizeBytes === 0) return false;
  const toc = await readTocFile(disk, tocFile);
  const found = toc === undefined ? undefined : keyOf(toc);
  if (found === undefined) {
    // Only its beginning, or zeros: the writer of the record was stopped.
    if (toc === undefined || toc.damage.length === 0) return false;
    throw new DteError('data.toc', 'the table of contents does not tell which database it is of', {
      where: { file: tocFile },
      hint: 'its first record is damaged: run a check, or take the database from a backup',
    });
  }
  if (!isSameKey(found.key, key))
    throw new DteError('data.toc', `${formatKey(key)} would be written to the database ${formatKey(found.key)}`, {
      where: { file: tocFile },
      hint: `two databases share the folder name '${baseName(folderOf(tocFile))}': change the table of folder names or the schema`,
    });
  return true;
}

/** Absent optional keywords may be left out, or have an empty value. */
function isSameKey(one: Key, other: Key): boolean {
  const differs = (a: Key, b: Key): boolean => [...a].some(([keyword, value]) => (b.get(keyword) ?? '') !== value);
  return !differs(one, other) && !differs(other, one);
}

async function writeAll(file: DiskFile, bytes: Uint8Array, sync: boolean): Promise<void> {
  try {
    await file.writeAt(0, [bytes]);
    if (sync) await file.sync();
  } finally {
    await file.close();
  }
}
