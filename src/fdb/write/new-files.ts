import { type Context, type Disk, type DiskFile, DteError, joinPath } from '../../base/index.js';
import { uniqueFileName } from '../format/index.js';

/** Makes files under names that no other process uses. */
export interface NewFiles {
  name(disk: Disk, stem: string, suffix: string): string;
  /** Empty, open for writing. */
  create(disk: Disk, folder: string, stem: string, suffix: string, mode: number): Promise<DiskFile>;
}

/** Counts the names of this process: two archivers of one process never make the same. */
let count = 0;

/** Files that this process has open for writing: nothing may remove them, for what comes next would be written to a file without a name. */
const openHere = new WeakMap<Disk, Set<string>>();

/** Whether a writer of this very process has the file open. */
export function isOpenHere(disk: Disk, path: string): boolean {
  return openHere.get(disk)?.has(path) === true;
}

function notedOpen(disk: Disk, file: DiskFile): DiskFile {
  let paths = openHere.get(disk);
  if (paths === undefined) openHere.set(disk, (paths = new Set()));
  const known = paths.add(file.path);
  return {
    ...file,
    close() {
      known.delete(file.path);
      return file.close();
    },
  };
}

/** Twins of a process (same host name and number, as containers have) are told apart by what is there already. */
const mostTries = 1000;

/** `umask` is taken off the modes in addition to that of the process. */
export function newFiles(context: Pick<Context, 'clock'>, umask = 0): NewFiles {
  const name: NewFiles['name'] = (disk, stem, suffix) =>
    uniqueFileName(stem, suffix, { self: disk.self, timeMs: context.clock.now(), count: count++ });
  return {
    name,
    async create(disk, folder, stem, suffix, mode) {
      for (let tries = 0; tries < mostTries; tries++) {
        const path = joinPath(folder, name(disk, stem, suffix));
        const file = await disk.write(path, { mode: mode & ~umask, exclusive: true });
        if (file !== undefined) return notedOpen(disk, file);
      }
      throw new DteError('fault.write', `'${folder}' holds ${mostTries} files of this very process`, {
        hint: 'look for a process with the same number on a host of the same name',
      });
    },
  };
}
