import { type Disk, DteError } from '../../base/index.js';
import { folderMode } from '../database/init-database.js';
import type { Store, StoreWriter } from '../seam.js';
import type { BufferPool } from './buffer-pool.js';
import { type DataFile, dataFile } from './data-file.js';
import type { NewFiles } from './new-files.js';

export interface LocalStoreOptions {
  readonly pool: BufferPool;
  readonly files: NewFiles;
  readonly umask: number | undefined;
  /** Whether a flush waits until the octets are on the disk. */
  readonly sync: boolean;
}

interface OpenFile {
  readonly path: string;
  readonly data: DataFile;
  /** Holds something that was not flushed. */
  isDirty: boolean;
  /** Something in it was flushed: entries may refer to it. */
  isUsed: boolean;
}

/** The store on the machine's own file systems: one data file for each group and writer. */
export function localStore(disk: Disk, options: LocalStoreOptions): Store {
  return {
    openForWriting: async ({ store }) => {
      await disk.makeFolder(store, { mode: folderMode(options.umask) });
      return localStoreWriter(disk, store, options);
    },
    open: (file) => disk.open(file),
    remove: (file) => disk.remove(file),
  };
}

function localStoreWriter(disk: Disk, folder: string, { pool, files, sync }: LocalStoreOptions): StoreWriter {
  const groups = new Map<string, OpenFile>();
  const opening = new Map<string, Promise<OpenFile>>();

  const open = (group: string): Promise<OpenFile> => {
    let promise = opening.get(group);
    if (promise !== undefined) return promise;
    promise = files
      .create(disk, folder, group, '.data', 0o666)
      .then((file) => {
        const opened = { path: file.path, data: dataFile(file, pool), isDirty: false, isUsed: false };
        groups.set(group, opened);
        return opened;
      })
      .finally(() => opening.delete(group));
    opening.set(group, promise);
    return promise;
  };
  return {
    archive(group, parts, { isOwned = false } = {}) {
      const file = groups.get(group);
      return file === undefined ? open(group).then((opened) => append(opened, parts, isOwned)) : append(file, parts, isOwned);
    },
    async flush() {
      const dirty = [...groups.values()].filter(({ isDirty }) => isDirty);
      for (const file of dirty) file.isDirty = false;
      const settled = await Promise.allSettled(
        dirty.map(async (file) => {
          try {
            await file.data.write();
            if (sync) await file.data.sync();
            if ((await disk.info(file.path)) === undefined) throw removed(file.path);
            file.isUsed = true;
          } catch (error) {
            file.isDirty = true;
            throw error;
          }
        }),
      );
      for (const result of settled) if (result.status === 'rejected') throw result.reason;
    },
    async isIntact() {
      for (const { path } of groups.values()) if ((await disk.info(path)) === undefined) return false;
      return true;
    },
    async close({ discard = false } = {}) {
      await Promise.allSettled(opening.values());
      const settled = await Promise.allSettled(
        [...groups.values()].map(async ({ path, data, isUsed }) => {
          await data.close();
          if (discard && !isUsed) await disk.remove(path);
        }),
      );
      groups.clear();
      for (const result of settled) if (result.status === 'rejected') throw result.reason;
    },
  };
}

function append(file: OpenFile, parts: readonly Uint8Array[], isOwned: boolean): ReturnType<StoreWriter['archive']> {
  file.isDirty = true;
  const { offset, length, taken } = file.data.append(parts, isOwned);
  const location = { file: file.path, offset, length };
  return taken === undefined ? location : taken.then(() => location);
}

function removed(path: string): DteError {
  return new DteError(
    'absent.file',
    'a data file was removed while it was written to: what was archived since the last flush is not in the store',
    {
      where: { file: path },
      hint: 'archive the fields again with a new archiver',
    },
  );
}
