/** Memory for what is on its way to disk, shared by all data files of an archiver. */
export interface BufferPool {
  /** A write is begun when it holds this much. */
  readonly writeBytes: number;
  /** A buffer whose contents are not defined. */
  buffer(): Uint8Array;
  /** So many octets are on their way. */
  take(bytes: number): void;
  /** They have arrived, and their buffers are free. */
  giveBack(buffers: readonly Uint8Array[], bytes: number): void;
  /** Settles when no more than the allowed octets are on their way; undefined when that is so already. */
  room(): Promise<void> | undefined;
}

/** Small enough to stay in the processor's cache between filling and writing. */
const bufferBytes = 1 << 19;
/** Large enough that the calls do not count: 10 000 messages of 64 kB took a third less time than with 1 MiB at once. */
const writeBytes = 1 << 21;
/**
 * More memory on its way than a few writes only drives buffers out of the cache (64 MiB took 1.26 s of CPU where 4 MiB took 0.82 s);
 * what the disk cannot take at once waits in the system's own cache.
 */
const mostUnderWay = 1 << 23;
/** Freed buffers that are kept: memory that was touched before is several times faster than new memory. */
const mostKept = (mostUnderWay + writeBytes) / bufferBytes;

/** `limitBytes`: octets that may be on their way before callers are made to wait. */
export function bufferPool(limitBytes: number): BufferPool {
  const mostBytes = Math.min(limitBytes, mostUnderWay);
  const free: Uint8Array[] = [];
  let underWay = 0;
  let waiting: { readonly promise: Promise<void>; resolve(): void } | undefined;
  return {
    writeBytes: Math.max(1, Math.min(writeBytes, Math.floor(mostBytes / 2))),
    buffer: () => free.pop() ?? new Uint8Array(bufferBytes),
    take(bytes) {
      underWay += bytes;
    },
    giveBack(buffers, bytes) {
      for (const buffer of buffers) if (free.length < mostKept) free.push(buffer);
      underWay -= bytes;
      if (waiting === undefined || underWay > mostBytes) return;
      waiting.resolve();
      waiting = undefined;
    },
    room() {
      if (underWay <= mostBytes) return undefined;
      if (waiting === undefined) {
        let resolve = (): void => {};
        const promise = new Promise<void>((done) => {
          resolve = done;
        });
        waiting = { promise, resolve };
      }
      return waiting.promise;
    },
  };
}
