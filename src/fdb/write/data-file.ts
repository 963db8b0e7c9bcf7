import { type DiskFile, DteError } from '../../base/index.js';
import type { BufferPool } from './buffer-pool.js';

/** From this length on the parts of a message are written from where they are; shorter ones are copied together first. */
const longBytes = 1 << 20;
/** Parts that the file owns are kept from this length on; copying a short one is cheaper than one more element of a write. */
const keptBytes = 1 << 14;

interface Write {
  readonly position: number;
  readonly parts: Uint8Array[];
  bytes: number;
  /** How many of them the pool counts as on their way. */
  counted: number;
  /** Of the pool, to be given back. */
  readonly buffers: Uint8Array[];
  /** Told when it is written; when it fails instead, the write is dropped, because its memory is the caller's again. */
  readonly caller?: { resolve(): void; reject(error: unknown): void };
}

export interface DataFile {
  /** Takes one message at the end of the file. A promise where the memory of `parts` is needed longer, or where too much is on its way. */
  append(
    parts: readonly Uint8Array[],
    isOwned: boolean,
  ): { readonly offset: number; readonly length: number; readonly taken: Promise<void> | undefined };
  /** Everything appended before the call is written; tries again what failed. */
  write(): Promise<void>;
  /** A sync that failed is not tried again: what it did not write is gone from memory, and a second would claim that all is well. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * A data file of one writer: messages one after another. Appending only fills memory; full buffers are written behind, one write at
 * a time, while the next buffer fills. A write that fails stops the file: it refuses messages until `write` has worked again, and
 * keeps in the meantime what it took.
 */
export function dataFile(file: DiskFile, pool: BufferPool): DataFile {
  let end = 0;
  /** Filling. */
  let open: Write | undefined;
  let buffer: Uint8Array | undefined;
  let filled = 0;
  let partStart = 0;
  /** Full, in order; the first may be under way. */
  const queue: Write[] = [];
  let pumping: Promise<void> | undefined;
  let failure: DteError | undefined;
  /** A sync failed: what is on the disk is not known. */
  let lost: DteError | undefined;

  const enqueue = (write: Write): void => {
    write.counted = write.bytes;
    pool.take(write.bytes);
    queue.push(write);
  };
  const seal = (): void => {
    if (open === undefined) return;
    partOfBuffer();
    buffer = undefined;
    enqueue(open);
    open = undefined;
  };
  /** What the buffer got since the last part of the open write becomes its next part. */
  const partOfBuffer = (): void => {
    if (buffer === undefined || open === undefined || filled === partStart) return;
    open.parts.push(buffer.subarray(partStart, filled));
    partStart = filled;
  };
  const pump = (): Promise<void> => {
    pumping ??= writeQueue().finally(() => {
      pumping = undefined;
    });
    return pumping;
  };
  const writeQueue = async (): Promise<void> => {
    for (let write = queue[0]; write !== undefined && failure === undefined; write = queue[0]) {
      try {
        await file.writeAt(write.position, write.parts);
        write.caller?.resolve();
      } catch (error) {
        failure = error instanceof DteError ? error : new DteError('fault.write', `'${file.path}' cannot be written`, { cause: error });
        // Nobody shall wait for room that only another flush can make.
        for (const held of queue) {
          pool.giveBack([], held.counted);
          held.counted = 0;
        }
        if (write.caller === undefined) break;
        write.caller.reject(failure);
      }
      queue.shift();
      pool.giveBack(write.buffers, write.counted);
    }
  };
  const append = (part: Uint8Array, keep: boolean): void => {
    open ??= { position: end, parts: [], bytes: 0, counted: 0, buffers: [] };
    open.bytes += part.length;
    end += part.length;
    if (keep) {
      partOfBuffer();
      open.parts.push(part);
      return;
    }
    for (let done = 0; done < part.length; ) {
      if (buffer === undefined) {
        buffer = pool.buffer();
        open.buffers.push(buffer);
        filled = 0;
        partStart = 0;
      }
      const count = Math.min(part.length - done, buffer.length - filled);
      buffer.set(done === 0 && count === part.length ? part : part.subarray(done, done + count), filled);
      filled += count;
      done += count;
      if (filled < buffer.length) continue;
      partOfBuffer();
      buffer = undefined;
    }
  };
  return {
    append(parts, isOwned) {
      if (lost !== undefined || failure !== undefined) throw lost ?? failure;
      const offset = end;
      let length = 0;
      for (const part of parts) length += part.length;
      let taken: Promise<void> | undefined;
      if (length >= longBytes && !isOwned) {
        seal();
        taken = new Promise((resolve, reject) => {
          enqueue({ position: end, parts: [...parts], bytes: length, counted: 0, buffers: [], caller: { resolve, reject } });
        });
        end += length;
        void pump();
      } else {
        for (const part of parts) append(part, isOwned && part.length >= keptBytes);
        if (open !== undefined && (open.bytes >= pool.writeBytes || open.parts.length >= 512)) {
          seal();
          void pump();
        }
        taken = pool.room();
      }
      return { offset, length, taken };
    },
    async write() {
      if (lost !== undefined) throw lost;
      seal();
      // What is under way may fail, and is then tried once more.
      await pumping;
      failure = undefined;
      await pump();
      if (failure !== undefined) throw failure as DteError;
    },
    async sync() {
      if (lost !== undefined) throw lost;
      await file.sync().catch((error: unknown) => {
        lost = notSafe(file.path, error);
        throw lost;
      });
    },
    async close() {
      await pumping;
      await file.close();
    },
  };
}

function notSafe(path: string, cause: unknown): DteError {
  const code = cause instanceof DteError ? cause.code : 'fault.write';
  return new DteError(code, 'the disk did not take what was written: what was archived since the last flush is not in the store', {
    where: { file: path },
    hint: 'archive the fields again with a new archiver',
    cause,
  });
}
