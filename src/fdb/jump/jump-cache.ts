import { sharedBuffer } from '../../base/index.js';
import type { JumpRecord } from './jump-record.js';

const recordOverheadBytes = 600;

/** Jump infos in memory, least recently used out first. Their arrays lie in shared memory, so that threads take them without a copy. */
export interface JumpCache {
  get(file: string, offset: number): JumpRecord | undefined;
  set(file: string, record: JumpRecord): JumpRecord;
  delete(file: string, offset: number): void;
  readonly sizeBytes: number;
}

export function jumpCache(mostBytes: number): JumpCache {
  const records = new Map<string, JumpRecord>();
  let sizeBytes = 0;
  const keyOf = (file: string, offset: number): string => `${offset}:${file}`;
  const drop = (key: string): void => {
    const record = records.get(key);
    if (record === undefined) return;
    records.delete(key);
    sizeBytes -= bytesOf(record);
  };
  return {
    get sizeBytes() {
      return sizeBytes;
    },
    get(file, offset) {
      const key = keyOf(file, offset);
      const record = records.get(key);
      if (record === undefined) return undefined;
      records.delete(key);
      records.set(key, record);
      return record;
    },
    set(file, record) {
      const key = keyOf(file, record.offset);
      const shared = sharedRecord(record);
      drop(key);
      records.set(key, shared);
      sizeBytes += bytesOf(shared);
      while (sizeBytes > mostBytes && records.size > 1) drop(records.keys().next().value as string);
      return shared;
    },
    delete: (file, offset) => drop(keyOf(file, offset)),
  };
}

function bytesOf({ info }: JumpRecord): number {
  return recordOverheadBytes + (info.bitmap?.ranks.byteLength ?? 0) + (info.stream?.starts.byteLength ?? 0);
}

function sharedRecord({ offset, fingerprint, info }: JumpRecord): JumpRecord {
  const { bitmap, stream } = info;
  const shared = {
    ...info,
    ...(bitmap === undefined
      ? {}
      : { bitmap: { start: bitmap.start, ranks: inShared(bitmap.ranks, new Uint32Array(sharedBuffer(bitmap.ranks.byteLength))) } }),
    ...(stream === undefined
      ? {}
      : { stream: { ...stream, starts: inShared(stream.starts, new Float64Array(sharedBuffer(stream.starts.byteLength))) } }),
  };
  return { offset, fingerprint, info: shared };
}

function inShared<T extends Uint32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
