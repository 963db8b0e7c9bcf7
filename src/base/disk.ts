import type { FileInfo, ReadableFile } from './files.js';

/** Who writes: stores put it into names of files and into records, so that writers on several hosts never share a file. */
export interface Identity {
  readonly host: string;
  readonly pid: number;
  readonly uid: number;
}

/** A file that one process writes at positions of its choice. Nothing is durable before `sync`. */
export interface DiskFile {
  readonly path: string;
  sizeBytes(): Promise<number>;
  /** Puts the parts, one after the other, at `position`; the file grows as needed, and a gap reads as zeros. */
  writeAt(position: number, parts: readonly Uint8Array[]): Promise<void>;
  /** Makes the file longer or shorter. */
  resize(sizeBytes: number): Promise<void>;
  /** Data and length reach the disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** A file that several processes append to: every `append` is one write at the end of the file as it then is. */
export interface DiskLog {
  readonly path: string;
  sizeBytes(): Promise<number>;
  /** One write; gives the length of the log after it, in which others may have appended too. `limit.space` when they did not fit whole: the log then ends in a torn piece. */
  append(bytes: Uint8Array): Promise<number>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** How full a file system is. */
export interface DiskSpace {
  readonly totalBytes: number;
  readonly freeBytes: number;
}

/**
 * What a store needs of a file system beyond whole files: appending, syncing, folders and names. Errors are `DteError`s:
 * `absent.file`, `auth.access`, `limit.space`, `fault.read`, `fault.write`. Paths are absolute, parts separated by `/`.
 */
export interface Disk {
  readonly self: Identity;
  /** What lies at a path, links followed; undefined when nothing does. */
  info(path: string): Promise<FileInfo | undefined>;
  /**
   * For each path a text that is another one when another file lies there, or when the file has become longer or shorter or was
   * written to; undefined where nothing does. Together they cost little more than one.
   */
  stamps(paths: readonly string[]): Promise<readonly (string | undefined)[]>;
  /** Names in a folder, sorted; empty when there is no such folder. */
  names(folder: string): Promise<readonly string[]>;
  /** Opens for reading. */
  open(path: string): Promise<ReadableFile>;
  /** A whole small file, in one read. */
  read(path: string): Promise<Uint8Array<ArrayBuffer>>;
  /** Opens for writing, and makes the file when it is not there; with `exclusive`, undefined when it is there already. Mode before umask. */
  write(path: string, options?: { readonly mode?: number }): Promise<DiskFile>;
  write(path: string, options: { readonly mode?: number; readonly exclusive: true }): Promise<DiskFile | undefined>;
  /** Opens for appending; makes the file when it is not there. */
  log(path: string, options?: { readonly mode?: number }): Promise<DiskLog>;
  /** Makes a folder and those above it; false when it was there. */
  makeFolder(path: string, options?: { readonly mode?: number }): Promise<boolean>;
  rename(from: string, to: string): Promise<void>;
  /** Removes a file, or a folder that is empty; false when it was not there. A folder that is not empty is `fault.write`. */
  remove(path: string): Promise<boolean>;
  /** Names made, changed and removed in a folder reach the disk. */
  syncFolder(path: string): Promise<void>;
  /** The path without links. */
  realPath(path: string): Promise<string>;
  space(path: string): Promise<DiskSpace>;
  /** Who owns a path: number of the user. */
  owner(path: string): Promise<number>;
  /** Name of a user, or its number when it has no name. */
  userName(uid: number): string;
}

/** `folder/name`, with one slash between. An absolute `name` stands for itself. */
export function joinPath(folder: string, name: string): string {
  if (name.startsWith('/')) return name;
  return folder.endsWith('/') ? folder + name : `${folder}/${name}`;
}

/** The part after the last slash. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The part before the last slash; `/` for a name directly under the root, `.` for a bare name. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '.' : slash === 0 ? '/' : path.slice(0, slash);
}
