import * as fs from 'node:fs';
import * as fsp from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { AtOnce } from './at-once.js';
import { concatenated } from './bytes.js';
import { DteError } from './errors.js';
import type { FileInfo, FileSystem, ReadableFile, WritableFile } from './files.js';

// Plain descriptors: a FileHandle costs several times as much for small reads.
const open = promisify(fs.open);
const close = promisify(fs.close);
const fstat = promisify(fs.fstat) as (fd: number) => Promise<fs.Stats>;
const read = promisify(fs.read) as (
  fd: number,
  target: Uint8Array,
  at: number,
  length: number,
  position: number,
) => Promise<{ bytesRead: number }>;

/** The machine's own files. */
export const nodeFiles: FileSystem = {
  open: (path) => (path === '-' ? Promise.resolve(standardInput()) : openFile(path)),
  create: (path) => (path === '-' ? Promise.resolve(standardOutput()) : createFile(path)),
  async info(path) {
    try {
      return infoOf(path, await fsp.stat(path));
    } catch (error) {
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
      throw readFault(path, error);
    }
  },
  async list(directory) {
    const found: FileInfo[] = [];
    let names: string[];
    try {
      names = await fsp.readdir(directory);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return found;
      throw readFault(directory, error);
    }
    for (const name of names.sort()) {
      const info = await nodeFiles.info(join(directory, name));
      if (info !== undefined) found.push(info);
    }
    return found;
  },
  async remove(path) {
    try {
      await fsp.rm(path, { force: true });
    } catch (error) {
      throw writeFault(path, error);
    }
  },
  async touch(path) {
    const now = new Date();
    await fsp.utimes(path, now, now).catch(() => {});
  },
};

/** Longer ones keep a thread busy for longer than it takes to ask it. */
const shortBytes = 128 << 10;

async function openFile(path: string): Promise<ReadableFile> {
  let fd: number;
  let stat: fs.Stats;
  try {
    fd = await open(path, 'r');
  } catch (error) {
    throw readFault(path, error);
  }
  try {
    stat = await fstat(fd);
  } catch (error) {
    await close(fd);
    throw readFault(path, error);
  }
  if (stat.isDirectory()) {
    await close(fd);
    throw new DteError('input.option', `'${path}' is a directory`, { hint: 'name a file, or a pattern such as DIR/*.grib2' });
  }
  // A pipe or a device has no length and no positions: it is read like standard input.
  if (!stat.isFile()) return streamFile(path, fs.createReadStream(path, { fd }));
  const short = new AtOnce();
  const readInto = async (position: number, target: Uint8Array): Promise<number> => {
    let have = 0;
    while (have < target.length) {
      let got: number;
      try {
        if (fd < 0) throw new Error('it was closed');
        const most = Math.min(target.length - have, 1 << 30);
        const threaded = async (): Promise<number> => (await read(fd, target, have, most, position + have)).bytesRead;
        got = most > shortBytes ? await threaded() : await short.do(() => fs.readSync(fd, target, have, most, position + have), threaded);
      } catch (error) {
        throw readFault(path, error);
      }
      if (got === 0) break;
      have += got;
    }
    return have;
  };
  return {
    path,
    sizeBytes: stat.size,
    async read(position, length) {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, stat.size - position)));
      const have = await readInto(position, bytes);
      return have === bytes.length ? bytes : bytes.slice(0, have);
    },
    readInto,
    async close() {
      const closing = fd;
      // The number may soon be that of another file.
      fd = -1;
      if (closing >= 0) await close(closing);
    },
  };
}

function standardInput(): ReadableFile {
  return streamFile('-', process.stdin);
}

function streamFile(path: string, stream: NodeJS.ReadableStream): ReadableFile {
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let pending: Uint8Array = new Uint8Array(0);
  let ended = false;
  return {
    path,
    sizeBytes: undefined,
    async read(_position, length) {
      const parts: Uint8Array[] = [];
      let have = 0;
      while (have < length && !(ended && pending.length === 0)) {
        if (pending.length === 0) {
          let next: IteratorResult<Buffer>;
          try {
            next = await chunks.next();
          } catch (error) {
            throw readFault(path, error);
          }
          if (next.done === true) {
            ended = true;
            continue;
          }
          pending = next.value;
        }
        const part = pending.subarray(0, length - have);
        parts.push(part);
        have += part.length;
        pending = pending.subarray(part.length);
      }
      return concatenated(parts);
    },
    async close() {},
  };
}

/** Written beside the target under a temporary name, then renamed: readers see the old file or the whole new one. */
async function createFile(path: string): Promise<WritableFile> {
  const existing = await nodeFiles.info(path);
  if (existing?.isDirectory === true) throw new DteError('input.option', `'${path}' is a directory`, { hint: 'name an output file' });
  // /dev/null, a pipe: there is nothing to rename onto.
  if (existing !== undefined && !(await fsp.stat(path)).isFile()) return directFile(path);
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.${crypto.randomUUID().slice(0, 8)}.part`);
  let handle: fsp.FileHandle;
  try {
    await makeFolder(dirname(path));
    handle = await fsp.open(temporary, 'wx');
  } catch (error) {
    throw writeFault(path, error);
  }
  // An interrupted process removes what it had not finished.
  const removeOnExit = (): void => unlinkQuietly(temporary);
  process.once('exit', removeOnExit);
  const discard = async (): Promise<void> => {
    await handle.close().catch(() => {});
    await fsp.rm(temporary, { force: true }).catch(() => {});
    process.removeListener('exit', removeOnExit);
  };
  return {
    path,
    async write(bytes) {
      try {
        await writeAll(handle, bytes);
      } catch (error) {
        throw writeFault(path, error);
      }
    },
    async commit() {
      try {
        await handle.close();
        await fsp.rename(temporary, path);
        process.removeListener('exit', removeOnExit);
      } catch (error) {
        await discard();
        throw writeFault(path, error);
      }
    },
    discard,
  };
}

/** Folder by folder: the recursive `mkdir` of Node 20 never returns where a folder cannot be made in an existing one, as in /proc. */
export async function makeFolder(folder: string): Promise<void> {
  const isFolder = await fsp.stat(folder).then(
    (stat) => stat.isDirectory(),
    () => false,
  );
  if (isFolder) return;
  const parent = dirname(folder);
  if (parent !== folder) await makeFolder(parent);
  try {
    await fsp.mkdir(folder);
  } catch (error) {
    // Another process may have been quicker; where a file has the name, opening what is below it says so.
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

async function directFile(path: string): Promise<WritableFile> {
  const handle = await fsp.open(path, 'w').catch((error) => {
    throw writeFault(path, error);
  });
  return {
    path,
    write: (bytes) =>
      writeAll(handle, bytes).catch((error) => {
        throw writeFault(path, error);
      }),
    commit: () => handle.close(),
    discard: () => handle.close(),
  };
}

function standardOutput(): WritableFile {
  return {
    path: '-',
    write: (bytes) =>
      new Promise((resolve, reject) => {
        process.stdout.write(bytes, (error) => (error ? reject(writeFault('standard output', error)) : resolve()));
      }),
    async commit() {},
    async discard() {},
  };
}

async function writeAll(handle: fsp.FileHandle, bytes: Uint8Array): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, done, Math.min(bytes.length - done, 1 << 30));
    done += bytesWritten;
  }
}

function infoOf(path: string, stat: { size: number; mtimeMs: number; isDirectory(): boolean }): FileInfo {
  return { name: basename(path), path, sizeBytes: stat.size, modifiedMs: stat.mtimeMs, isDirectory: stat.isDirectory() };
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

function readFault(path: string, error: unknown): DteError {
  const code = codeOf(error);
  if (code === 'ENOENT') return new DteError('absent.file', `'${path}' does not exist`, { cause: error });
  if (code === 'EISDIR') return new DteError('input.option', `'${path}' is a directory`, { cause: error });
  return new DteError('fault.read', `'${path}' cannot be read: ${(error as Error).message}`, { cause: error });
}

function writeFault(path: string, error: unknown): DteError {
  return new DteError('fault.write', `'${path}' cannot be written: ${(error as Error).message}`, {
    cause: error,
    hint: 'name a place that can be written',
  });
}

function unlinkQuietly(path: string): void {
  try {
    fs.rmSync(path, { force: true });
  } catch {
    // The process is ending; there is nobody left to tell.
  }
}
