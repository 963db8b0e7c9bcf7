import type { ReadableFile } from '../../src/base/index.js';

/** Octets in memory as a file; reads give views of them. */
export function memoryFile(bytes: Uint8Array, path: string): ReadableFile {
  return {
    path,
    sizeBytes: bytes.length,
    read: async (position, length) => bytes.subarray(position, position + length) as Uint8Array<ArrayBuffer>,
    async readInto(position, target) {
      const part = bytes.subarray(position, position + target.length);
      target.set(part);
      return part.length;
    },
    close: async () => {},
  };
}
