import { type Disk, type DiskLog, DteError, isDteError } from '../../base/index.js';
import { decodeRecords, encodeRecord, type RecordContent, type RecordVersion } from '../format/index.js';
import type { OnDamage } from '../types.js';
import { pause } from './pause.js';

export interface TocWriterOptions {
  readonly version: RecordVersion;
  /** Records are padded to a multiple of it; 1024 unless told. */
  readonly roundTo?: number;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Waits so many milliseconds; for tests that do not. */
  sleep?(ms: number): Promise<void>;
  /** Told of a torn record that was removed. */
  readonly onDamage?: OnDamage;
}

/** A table of contents that records are appended to. */
export interface TocWriter {
  readonly path: string;
  /**
   * Appends all records in one write, so that readers see all of them or none. Before it, what others appended is looked at, and
   * a torn record of a writer that was stopped is removed. `limit.space`, `auth.access`, `data.toc` when a repair by another does not end.
   */
  append(contents: readonly RecordContent[]): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a table of contents, which exists, for appending. */
export async function openToc(disk: Disk, tocFile: string, options: TocWriterOptions): Promise<TocWriter> {
  if ((await disk.info(tocFile)) === undefined) throw new DteError('absent.file', `'${tocFile}' does not exist`);
  const log = await disk.log(tocFile);
  const tail: Tail = { disk, log, options, sleep: options.sleep ?? pause, known: 0 };
  return {
    path: tocFile,
    async append(contents) {
      const records = contents.map((content) => encodeRecord(content, { ...options, self: disk.self, timeMs: options.now() }));
      const bytes = new Uint8Array(records.reduce((sum, record) => sum + record.length, 0));
      let at = 0;
      for (const record of records) {
        bytes.set(record, at);
        at += record.length;
      }
      await seeToTail(tail);
      const before = tail.known;
      try {
        const after = await log.append(bytes);
        // What others appended in between is looked at next time.
        if (after === before + bytes.length) tail.known = after;
      } catch (error) {
        // A part may have been written. Readers of upstream stop at it, so it goes at once; a failure here changes nothing.
        if (isDteError(error, 'limit.space')) await cutTail(tail).catch(() => {});
        throw error;
      }
    },
    sync: () => log.sync(),
    close: () => log.close(),
  };
}

interface Tail {
  readonly disk: Disk;
  readonly log: DiskLog;
  readonly options: TocWriterOptions;
  readonly sleep: (ms: number) => Promise<void>;
  /** Up to here there are whole records, or damage that is no torn end. */
  known: number;
}

/** A write that has begun is given so long to end. */
const graceMs = 100;

/** A lock that is older was left by a process that was stopped. */
const staleMs = 60_000;

/** Somewhat longer than it takes until a lock is stale. */
const mostTries = 700;

/** Goes past what was appended since, and removes a torn end when it stays torn. */
async function seeToTail(tail: Tail): Promise<void> {
  let torn = await tornAt(tail);
  for (let tries = 0; torn !== undefined; tries++) {
    if (tries > mostTries)
      throw new DteError('data.toc', 'the last record is not complete and is not being repaired', {
        where: { file: tail.log.path, offset: torn },
        hint: `remove '${lockOf(tail)}' when no process works on the database`,
      });
    await tail.sleep(graceMs);
    const again = await tornAt(tail);
    if (again === torn && (await cutTail(tail))) return;
    torn = await tornAt(tail);
  }
}

/** Where a torn record begins that the file ends with; `known` is moved up to it, or to the end. */
async function tornAt(tail: Tail): Promise<number | undefined> {
  const sizeBytes = await tail.log.sizeBytes();
  // Someone may have removed a torn end that we had gone past as damage.
  if (sizeBytes < tail.known) tail.known = 0;
  if (sizeBytes === tail.known) return undefined;
  const file = await tail.disk.open(tail.log.path);
  try {
    const bytes = await file.read(tail.known, sizeBytes - tail.known);
    const { end, tornAt: torn } = decodeRecords(bytes, { start: tail.known });
    tail.known = end;
    return torn;
  } finally {
    await file.close();
  }
}

/** Removes a torn end under a lock. False when another process holds the lock. */
async function cutTail(tail: Tail): Promise<boolean> {
  const { disk, log, options } = tail;
  const lockFile = lockOf(tail);
  const lock = await disk.write(lockFile, { exclusive: true });
  if (lock === undefined) {
    const info = await disk.info(lockFile);
    if (info !== undefined && options.now() - info.modifiedMs > staleMs) await disk.remove(lockFile);
    return false;
  }
  await lock.close();
  try {
    const torn = await tornAt(tail);
    if (torn === undefined) return true;
    const sizeBytes = await log.sizeBytes();
    const file = await disk.write(log.path);
    try {
      // Looked at last of all: nobody has appended since.
      if ((await file.sizeBytes()) !== sizeBytes) return false;
      await file.resize(torn);
      await file.sync();
    } finally {
      await file.close();
    }
    options.onDamage?.(
      new DteError('data.toc', `${sizeBytes - torn} octets of a record that was not complete were removed`, {
        where: { file: log.path, offset: torn },
        hint: 'its writer was stopped before the fields became visible',
      }),
    );
    return true;
  } finally {
    await disk.remove(lockFile);
  }
}

function lockOf(tail: Tail): string {
  return `${tail.log.path}.repair.lock`;
}
