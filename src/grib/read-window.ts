import type { ReadableFile } from '../base/index.js';

/** A moving window on a file that is read once from front to back. */
export interface ReadWindow {
  /** Reads on until octets [position, position + length) are held; false when the file ends before. What lies before `position` is let go. */
  hold(position: number, length: number): Promise<boolean>;
  /** Held octets, without a copy. */
  view(position: number, length: number): Uint8Array;
  /** All held octets from `position` on. */
  held(position: number): Uint8Array;
  /** Position after the last octet read so far. */
  end(): number;
}

const BLOCK_BYTES = 2 << 20;

export function readWindow(file: ReadableFile): ReadWindow {
  let start = 0;
  let buffer: Uint8Array = new Uint8Array(0);
  const end = (): number => start + buffer.length;
  return {
    async hold(position, length) {
      if (position + length <= end()) return true;
      const kept = buffer.subarray(Math.min(position - start, buffer.length));
      const parts: Uint8Array[] = [kept];
      let have = kept.length;
      let readTo = end();
      let ended = false;
      while (have < length && !ended) {
        const part = await file.read(readTo, Math.max(BLOCK_BYTES, length - have));
        ended = part.length === 0;
        parts.push(part);
        readTo += part.length;
        have += part.length;
      }
      start = readTo - have;
      buffer = parts.length === 2 && kept.length === 0 ? (parts[1] as Uint8Array) : joined(parts, have);
      return have >= length;
    },
    view: (position, length) => buffer.subarray(position - start, position - start + length),
    held: (position) => buffer.subarray(position - start),
    end,
  };
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
