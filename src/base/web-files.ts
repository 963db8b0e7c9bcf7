import { DteError } from './errors.js';
import type { FileInfo, FileSystem, ReadableFile } from './files.js';

/** What a page can hold of a file: a chosen or dropped `File`, another `Blob`, or bytes. */
export type WebFile = Blob | Uint8Array;

/**
 * The files of a page, by path. They are read only and in no folder of the machine; the map may be added to while in use. Errors:
 * `absent.file` for a path that is not in the map, `fault.read`, `fault.write` for everything that would write.
 */
export function webFiles(files: ReadonlyMap<string, WebFile>): FileSystem {
  return {
    async open(path) {
      const file = files.get(path);
      if (file === undefined) throw absent(path, files);
      return file instanceof Uint8Array ? bytesFile(path, file) : blobFile(path, file);
    },
    async create(path) {
      throw readOnly(path, 'written');
    },
    async info(path) {
      const file = files.get(path);
      return file === undefined ? undefined : infoOf(path, file);
    },
    async list(directory) {
      const prefix = directory.endsWith('/') ? directory : `${directory}/`;
      const inside = [...files].filter(([path]) => path.startsWith(prefix) && !path.slice(prefix.length).includes('/'));
      return inside.map(([path, file]) => infoOf(path, file)).sort((a, b) => (a.name < b.name ? -1 : 1));
    },
    async remove(path) {
      throw readOnly(path, 'removed');
    },
    // The time of last use matters to caches on disk only.
    async touch() {},
  };
}

function bytesFile(path: string, bytes: Uint8Array): ReadableFile {
  return {
    path,
    sizeBytes: bytes.length,
    read: async (position, length) => bytes.slice(position, position + length),
    async close() {},
  };
}

function blobFile(path: string, blob: Blob): ReadableFile {
  return {
    path,
    sizeBytes: blob.size,
    async read(position, length) {
      try {
        return new Uint8Array(await blob.slice(position, position + length).arrayBuffer());
      } catch (cause) {
        const reason = `'${path}' cannot be read: ${(cause as Error).message}`;
        throw new DteError('fault.read', reason, { cause, hint: 'choose the file again: it may have changed since' });
      }
    },
    async close() {},
  };
}

function infoOf(path: string, file: WebFile): FileInfo {
  const sizeBytes = file instanceof Uint8Array ? file.length : file.size;
  const modifiedMs = typeof File !== 'undefined' && file instanceof File ? file.lastModified : 0;
  return { name: path.slice(path.lastIndexOf('/') + 1), path, sizeBytes, modifiedMs, isDirectory: false };
}

function absent(path: string, files: ReadonlyMap<string, WebFile>): DteError {
  const some = [...files.keys()].slice(0, 5).join(', ');
  const hint = some === '' ? 'a page reads only what webContext is given as files' : `given were ${some}${files.size > 5 ? ', ...' : ''}`;
  return new DteError('absent.file', `'${path}' is not among the files of this page`, { hint });
}

function readOnly(path: string, verb: string): DteError {
  return new DteError('fault.write', `'${path}' cannot be ${verb}: the files of a page are read only`, {
    hint: 'keep the bytes, or offer them for download (new Blob([bytes]))',
  });
}
