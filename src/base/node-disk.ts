import * as fs from 'node:fs';
import * as fsp from 'node:fs/promises';
import { hostname } from 'node:os';
import { promisify } from 'node:util';
import { AtOnce } from './at-once.js';
import { type Disk, type DiskFile, type DiskLog, folderOf } from './disk.js';
import { DteError } from './errors.js';
import { makeFolder, nodeFiles } from './node-files.js';

// Plain descriptors: a FileHandle costs several times as much for the small reads and writes of a store.
const open = promisify(fs.open);
const close = promisify(fs.close);
const read = promisify(fs.read) as (
  fd: number,
  target: Uint8Array,
  at: number,
  length: number,
  position: number,
) => Promise<{ bytesRead: number }>;
const writev = promisify(fs.writev) as (
  fd: number,
  parts: readonly NodeJS.ArrayBufferView[],
  position: number | null,
) => Promise<{ bytesWritten: number }>;
const fdatasync = promisify(fs.fdatasync);
const fsync = promisify(fs.fsync);
const ftruncate = promisify(fs.ftruncate);
const fstat = promisify(fs.fstat);
const stat = promisify(fs.stat) as (path: string) => Promise<fs.Stats>;

/** Linux reads and writes at most 0x7ffff000 octets at once, and IOV_MAX parts. */
const mostBytesAtOnce = 0x7fff_f000;
const mostParts = 1024;

/** The machine's own file systems. */
export const nodeDisk: Disk = {
  self: { host: hostname(), pid: process.pid, uid: process.getuid?.() ?? 0 },
  info: (path) => nodeFiles.info(path).catch(rethrow('read', path)),
  stamps,
  names: (folder) =>
    fsp.readdir(folder).then(
      (names) => names.sort(),
      (error: unknown) => {
        if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return [];
        throw fault('read', folder, error);
      },
    ),
  open: (path) => nodeFiles.open(path).catch(rethrow('read', path)),
  async read(path) {
    const fd = await open(path, 'r').catch(rethrow('read', path));
    try {
      const { size } = await fstat(fd);
      const bytes = new Uint8Array(size);
      let have = 0;
      while (have < size) {
        const { bytesRead } = await read(fd, bytes, have, Math.min(size - have, mostBytesAtOnce), have);
        if (bytesRead === 0) break;
        have += bytesRead;
      }
      return have === size ? bytes : bytes.slice(0, have);
    } catch (error) {
      throw fault('read', path, error);
    } finally {
      await close(fd);
    }
  },
  write: writeFile,
  log: openLog,
  async makeFolder(path, options = {}) {
    if ((await nodeFiles.info(path))?.isDirectory === true) return false;
    await makeFolder(folderOf(path)).catch(rethrow('write', path));
    try {
      await fsp.mkdir(path, options.mode ?? 0o777);
      return true;
    } catch (error) {
      if (codeOf(error) === 'EEXIST' && (await nodeFiles.info(path))?.isDirectory === true) return false;
      throw fault('write', path, error);
    }
  },
  rename: (from, to) => fsp.rename(from, to).catch(rethrow('write', to)),
  async remove(path) {
    try {
      const isFolder = (await fsp.lstat(path)).isDirectory();
      await (isFolder ? fsp.rmdir(path) : fsp.unlink(path));
      return true;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return false;
      throw fault('remove', path, error);
    }
  },
  async syncFolder(path) {
    const fd = await open(path, 'r').catch(rethrow('read', path));
    try {
      await fsync(fd);
    } catch (error) {
      // Some file systems cannot sync a folder, and need not.
      if (!['EINVAL', 'ENOTSUP'].includes(codeOf(error))) throw fault('write', path, error);
    } finally {
      await close(fd);
    }
  },
  realPath: (path) => fsp.realpath(path).catch(rethrow('read', path)),
  async space(path) {
    const { blocks, bavail, bsize } = await fsp.statfs(path).catch(rethrow('read', path));
    return { totalBytes: blocks * bsize, freeBytes: bavail * bsize };
  },
  owner: async (path) => (await fsp.stat(path).catch(rethrow('read', path))).uid,
  userName,
};

const stamping = new AtOnce();
const noThrow = { throwIfNoEntry: false };

function stamps(paths: readonly string[]): Promise<readonly (string | undefined)[]> {
  return stamping.do(
    () =>
      paths.map((path) => {
        try {
          const info = fs.statSync(path, noThrow);
          return info === undefined ? undefined : stampOf(info as fs.Stats);
        } catch (error) {
          return noStamp(path, error);
        }
      }),
    () => Promise.all(paths.map((path) => stat(path).then(stampOf, (error: unknown) => noStamp(path, error)))),
  );
}

function stampOf({ dev, ino, size, mtimeMs, birthtimeMs }: fs.Stats): string {
  return `${dev}:${ino}:${size}:${mtimeMs}:${birthtimeMs}`;
}

function noStamp(path: string, error: unknown): undefined {
  if (!['ENOENT', 'ENOTDIR'].includes(codeOf(error))) throw fault('read', path, error);
}

function writeFile(path: string, options?: { readonly mode?: number }): Promise<DiskFile>;
function writeFile(path: string, options: { readonly mode?: number; readonly exclusive: true }): Promise<DiskFile | undefined>;
async function writeFile(path: string, options: { readonly mode?: number; readonly exclusive?: true } = {}): Promise<DiskFile | undefined> {
  const flags = fs.constants.O_RDWR | fs.constants.O_CREAT | (options.exclusive === true ? fs.constants.O_EXCL : 0);
  let fd: number;
  try {
    fd = await open(path, flags, options.mode ?? 0o666);
  } catch (error) {
    if (options.exclusive === true && codeOf(error) === 'EEXIST') return undefined;
    throw fault('write', path, error);
  }
  return {
    ...common(fd, path),
    async writeAt(position, parts) {
      let at = position;
      for (const group of groups(parts)) {
        let rest: readonly Uint8Array[] = group;
        while (rest.length > 0) {
          const { bytesWritten } = await writev(fd, rest, at).catch(rethrow('write', path));
          if (bytesWritten === 0) throw new DteError('limit.space', `'${path}' takes no more octets`, { hint: 'free some space' });
          at += bytesWritten;
          rest = after(rest, bytesWritten);
        }
      }
    },
    resize: (sizeBytes) => ftruncate(fd, sizeBytes).catch(rethrow('write', path)),
  };
}

async function openLog(path: string, options: { readonly mode?: number } = {}): Promise<DiskLog> {
  const flags = fs.constants.O_RDWR | fs.constants.O_CREAT | fs.constants.O_APPEND;
  const fd = await open(path, flags, options.mode ?? 0o666).catch(rethrow('write', path));
  return {
    ...common(fd, path),
    async append(bytes) {
      try {
        const written = fs.writeSync(fd, bytes);
        if (written !== bytes.length)
          throw new DteError('limit.space', `'${path}' took ${written} of ${bytes.length} octets`, { hint: 'free some space' });
        return fs.fstatSync(fd).size;
      } catch (error) {
        throw fault('write', path, error);
      }
    },
  };
}

function common(fd: number, path: string): Pick<DiskFile, 'path' | 'sizeBytes' | 'sync' | 'close'> {
  return {
    path,
    sizeBytes: async () => (await fstat(fd)).size,
    sync: () => fdatasync(fd).catch(rethrow('write', path)),
    close: () => close(fd),
  };
}

/** As many parts at once as one call takes. */
function* groups(parts: readonly Uint8Array[]): Generator<readonly Uint8Array[]> {
  let group: Uint8Array[] = [];
  let bytes = 0;
  for (const part of parts) {
    if (part.length === 0) continue;
    if (group.length === mostParts || bytes + part.length > mostBytesAtOnce) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(part);
    bytes += part.length;
  }
  if (group.length > 0) yield group;
}

/** What is left to write after a short write. */
function after(parts: readonly Uint8Array[], written: number): readonly Uint8Array[] {
  let rest = written;
  const first = parts.findIndex((part) => {
    if (rest < part.length) return true;
    rest -= part.length;
    return false;
  });
  if (first < 0) return [];
  return [(parts[first] as Uint8Array).subarray(rest), ...parts.slice(first + 1)];
}

let users: ReadonlyMap<number, string> | undefined;

function userName(uid: number): string {
  users ??= readUsers();
  return users.get(uid) ?? String(uid);
}

function readUsers(): ReadonlyMap<number, string> {
  try {
    const lines = fs.readFileSync('/etc/passwd', 'utf8').split('\n');
    return new Map(lines.map((line) => line.split(':')).map(([name, , uid]) => [Number(uid), name as string]));
  } catch {
    return new Map();
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException | undefined)?.code ?? '';
}

function rethrow(work: 'read' | 'write' | 'remove', path: string): (error: unknown) => never {
  return (error) => {
    throw fault(work, path, error);
  };
}

function fault(work: 'read' | 'write' | 'remove', path: string, error: unknown): DteError {
  // What the file system without folders says does not tell access from other failures; its cause does.
  if (error instanceof DteError) return codeOf(error.cause) === '' ? error : fault(work, path, error.cause);
  const code = codeOf(error);
  const done = { read: 'read', write: 'written', remove: 'removed' }[work];
  const text = `'${path}' cannot be ${done}: ${(error as Error).message}`;
  if (['ENOENT', 'ENOTDIR'].includes(code) && work === 'read')
    return new DteError('absent.file', `'${path}' does not exist`, { cause: error });
  if (['ENOSPC', 'EDQUOT', 'EFBIG'].includes(code)) return new DteError('limit.space', text, { cause: error, hint: 'free some space' });
  if (['EACCES', 'EPERM', 'EROFS'].includes(code))
    return new DteError('auth.access', text, { cause: error, hint: 'ask the owner for access, or name another place' });
  return new DteError(work === 'read' ? 'fault.read' : 'fault.write', text, { cause: error });
}
