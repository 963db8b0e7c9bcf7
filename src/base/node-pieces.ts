import * as fs from 'node:fs';
import { DteError } from './errors.js';

/**
 * Many small reads of files, each as short as the system call: for worker threads, because they block. (An asynchronous read costs
 * the thread about ten times as much as one from the page cache takes.) The last file stays open.
 */
export interface PieceFiles {
  /** Fills `target` from `position` of the file on: how many octets there were. `absent.file`, `auth.access`, `fault.read`. */
  readInto(path: string, position: number, target: Uint8Array): number;
  close(): void;
}

export function openPieceFiles(): PieceFiles {
  let open: { readonly path: string; readonly fd: number } | undefined;
  const close = (): void => {
    if (open !== undefined) fs.closeSync(open.fd);
    open = undefined;
  };
  const descriptor = (path: string): number => {
    if (open?.path === path) return open.fd;
    close();
    open = { path, fd: fs.openSync(path, 'r') };
    return open.fd;
  };
  return {
    readInto(path, position, target) {
      try {
        const fd = descriptor(path);
        let have = 0;
        while (have < target.length) {
          const got = fs.readSync(fd, target, have, Math.min(target.length - have, 1 << 30), position + have);
          if (got === 0) break;
          have += got;
        }
        return have;
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'ENOENT') throw new DteError('absent.file', `'${path}' does not exist`, { cause: error });
        if (code === 'EACCES' || code === 'EPERM') throw new DteError('auth.access', `'${path}' may not be read`, { cause: error });
        throw new DteError('fault.read', `'${path}' cannot be read: ${(error as Error).message}`, { cause: error });
      }
    },
    close,
  };
}
