import { concatenated } from './bytes.js';

/** An open file for reading. */
export interface ReadableFile {
  readonly path: string;
  /** Length in octets; undefined for a stream (standard input). */
  readonly sizeBytes: number | undefined;
  /** Octets [position, position + length), fewer at the end of the file. A stream must be read in order without gaps. */
  read(position: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Fills `target`, which may lie in shared memory, from `position` on; how many octets there were. Absent for a stream. */
  readInto?(position: number, target: Uint8Array): Promise<number>;
  close(): Promise<void>;
}

/** A file being written: it appears under its name only by `commit`, whole; `discard` leaves nothing behind. */
export interface WritableFile {
  readonly path: string;
  write(bytes: Uint8Array): Promise<void>;
  commit(): Promise<void>;
  discard(): Promise<void>;
}

export interface FileInfo {
  readonly name: string;
  readonly path: string;
  readonly sizeBytes: number;
  /** Milliseconds since the epoch. */
  readonly modifiedMs: number;
  readonly isDirectory: boolean;
}

/** Errors are `DteError`s: `absent.file`, `fault.read`, `fault.write`, and `input.option` for a directory in place of a file. `-` is standard input or output. */
export interface FileSystem {
  open(path: string): Promise<ReadableFile>;
  create(path: string): Promise<WritableFile>;
  info(path: string): Promise<FileInfo | undefined>;
  list(directory: string): Promise<readonly FileInfo[]>;
  remove(path: string): Promise<void>;
  /** Marks a file as just used (its modification time). */
  touch(path: string): Promise<void>;
}

/** A whole file. */
export async function readWhole(fs: FileSystem, path: string): Promise<Uint8Array<ArrayBuffer>> {
  const file = await fs.open(path);
  try {
    if (file.sizeBytes !== undefined) return await file.read(0, file.sizeBytes);
    const parts: Uint8Array[] = [];
    let position = 0;
    for (;;) {
      const part = await file.read(position, 1 << 20);
      if (part.length === 0) break;
      parts.push(part);
      position += part.length;
    }
    return concatenated(parts);
  } finally {
    await file.close();
  }
}

/** Writes a whole file; it appears under its name only when complete. */
export async function writeWhole(fs: FileSystem, path: string, bytes: Uint8Array): Promise<void> {
  const file = await fs.create(path);
  try {
    await file.write(bytes);
    await file.commit();
  } catch (error) {
    await file.discard();
    throw error;
  }
}
