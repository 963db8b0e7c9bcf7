import { DteError, type ReadableFile } from '../../../base/index.js';

/** How much of a data file is held: neighbouring short messages come with one read. */
const windowBytes = 1 << 17;

/** Gives short stretches of a file, mostly in order. */
export interface Stretches {
  read(position: number, length: number): Promise<Uint8Array>;
}

export function stretches(file: ReadableFile): Stretches {
  let start = 0;
  let held = new Uint8Array(0);
  return {
    async read(position, length) {
      if (position < start || position + length > start + held.length) {
        start = position;
        held = await file.read(position, Math.max(length, windowBytes));
      }
      return held.subarray(position - start, position - start + length);
    },
  };
}

/**
 * What is wrong with the GRIB message that is said to lie at a place; undefined when its beginning, its stated length and its end are
 * as they should be. Other kinds of message are told by their length only.
 */
export async function faultOfMessage(file: Stretches, offset: number, length: number): Promise<string | undefined> {
  const head = await file.read(offset, Math.min(16, length));
  if (head.length < 16) return `has ${head.length} octets`;
  if (textAt(head, 0) !== 'GRIB') return `begins with '${textAt(head, 0).replace(/[^\x20-\x7e]/g, '?')}', not with 'GRIB'`;
  const edition = head[7] as number;
  if (edition !== 1 && edition !== 2) return `is of GRIB edition ${edition}`;
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const stated = edition === 2 ? view.getUint32(8) * 2 ** 32 + view.getUint32(12) : view.getUint32(3) & 0xffffff;
  // Long GRIB1 messages state their length in units of 120.
  const isLong = edition === 1 && (stated & 0x800000) !== 0;
  if (!isLong && stated !== length) return `states ${stated} octets, its entry ${length}`;
  const end = await file.read(offset + length - 4, 4);
  return textAt(end, 0) === '7777' ? undefined : `does not end with '7777' after ${length} octets`;
}

function textAt(bytes: Uint8Array, start: number): string {
  return String.fromCharCode(...bytes.subarray(start, start + 4));
}

/** The octets of one message. `data.truncated`. */
export async function messageBytes(file: ReadableFile, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await file.read(offset, length);
  if (bytes.length === length) return bytes;
  throw new DteError('data.truncated', `the file ends after ${bytes.length} of ${length} octets`, { where: { file: file.path, offset } });
}
