import { concatenated, type ReadableFile, sharedBuffer } from '../base/index.js';

/** A moving window on a file that is read once from front to back. */
export interface ReadWindow {
  /** Reads on until octets [position, position + length) are held; false when the file ends before. What lies before `position` is let go. */
  hold(position: number, length: number): boolean | Promise<boolean>;
  /** Octets [position, position + length), for as long as the window says; undefined when the file ends before. */
  take(position: number, length: number): Uint8Array | undefined | Promise<Uint8Array | undefined>;
  /** Held octets, without a copy. */
  view(position: number, length: number): Uint8Array;
  /** All held octets from `position` on. */
  held(position: number): Uint8Array;
  /** Position after the last octet read so far. */
  end(): number;
  /** Waits for reads that are under way. */
  settle(): Promise<void>;
}

/** Read ahead while messages are short. After a long message little is: the next one will be read straight to its place. */
const BLOCK_BYTES = 2 << 20;
const SMALL_BLOCK_BYTES = 1 << 16;
const LONG_MESSAGE_BYTES = 1 << 18;

/** Shared memory for one long message. */
export type AllocateMessage = (octets: number) => Uint8Array;

const newMessageMemory: AllocateMessage = (octets) => new Uint8Array(sharedBuffer(octets));

/** A window whose `take` gives copies, in shared memory when they are long. */
export function readWindow(file: ReadableFile, allocate: AllocateMessage = newMessageMemory): ReadWindow {
  let start = 0;
  let buffer: Uint8Array = new Uint8Array(0);
  let blockBytes = BLOCK_BYTES;
  const end = (): number => start + buffer.length;
  const window: ReadWindow = {
    async hold(position, length) {
      if (position + length <= end()) return true;
      // After a long message was taken past the window, what is wanted begins beyond it.
      const kept =
        position >= end() && file.sizeBytes !== undefined
          ? buffer.subarray(buffer.length)
          : buffer.subarray(Math.min(position - start, buffer.length));
      const parts: Uint8Array[] = [kept];
      let have = kept.length;
      let readTo = kept.length === 0 && file.sizeBytes !== undefined ? position : end();
      let ended = false;
      while (have < length && !ended) {
        const part = await file.read(readTo, Math.max(blockBytes, length - have));
        ended = part.length === 0;
        parts.push(part);
        readTo += part.length;
        have += part.length;
      }
      start = readTo - have;
      buffer = parts.length === 2 && kept.length === 0 ? (parts[1] as Uint8Array) : concatenated(parts);
      return have >= length;
    },
    async take(position, length) {
      blockBytes = length < LONG_MESSAGE_BYTES ? BLOCK_BYTES : SMALL_BLOCK_BYTES;
      if (length < LONG_MESSAGE_BYTES || file.readInto === undefined) {
        return (await window.hold(position, length)) ? window.view(position, length).slice() : undefined;
      }
      const bytes = allocate(length);
      const known = buffer.subarray(position - start, position - start + length);
      bytes.set(known);
      const got = await file.readInto(position + known.length, bytes.subarray(known.length));
      return known.length + got === length ? bytes : undefined;
    },
    view: (position, length) => buffer.subarray(position - start, position - start + length),
    held: (position) => buffer.subarray(position - start),
    end,
    settle: async () => {},
  };
  return window;
}
