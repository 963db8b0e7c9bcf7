import { checksum, DteError } from '../base/index.js';
import type { Matrix } from './matrix.js';

/**
 * A matrix on disk, all numbers little-endian:
 *
 *     octets 0-7    "DTEMATRX"
 *     8-11          version, 2
 *     12-27         checksum (16 ASCII digits) over everything from octet 28
 *     28-39         rows, columns, entries (u32)
 *     40-43         1 when weights may be negative, plus 2 when rows may sum to anything (u32)
 *     44-           row starts u32 [rows + 1], padding to 8, columns u32 [entries], padding to 8, weights f64 [entries]
 *
 * Plain arrays, so that reading is one read and one pass of the checksum.
 */
const magic = 'DTEMATRX';
const version = 2;
const headBytes = 44;

export function writeWeights({ rows, columns, rowStart, column, weight, signed, anySum }: Matrix): Uint8Array {
  const { columnStart, weightStart, sizeBytes } = places(rows, column.length);
  const bytes = new Uint8Array(sizeBytes);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(magic));
  view.setUint32(8, version, true);
  view.setUint32(28, rows, true);
  view.setUint32(32, columns, true);
  view.setUint32(36, column.length, true);
  view.setUint32(40, (signed ? 1 : 0) + (anySum ? 2 : 0), true);
  new Uint32Array(bytes.buffer, headBytes, rows + 1).set(rowStart);
  new Uint32Array(bytes.buffer, columnStart, column.length).set(column);
  new Float64Array(bytes.buffer, weightStart, weight.length).set(weight);
  bytes.set(new TextEncoder().encode(checksum(new Uint32Array(bytes.buffer, 28))), 12);
  return bytes;
}

/** Errors: `data.format` for another file or version, `data.checksum` for a damaged one. */
export function readWeights(bytes: Uint8Array<ArrayBuffer>, file: string): Matrix {
  const refuse = (reason: string): never => {
    throw new DteError('data.format', `not a weights file: ${reason}`, { where: { file } });
  };
  const text = (start: number, end: number): string => new TextDecoder().decode(bytes.subarray(start, end));
  if (bytes.length < headBytes || text(0, 8) !== magic) refuse(`it does not begin with ${magic}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  if (view.getUint32(8, true) !== version) refuse(`version ${view.getUint32(8, true)}, expected ${version}`);
  const [rows, columns, entries] = [28, 32, 36].map((at) => view.getUint32(at, true)) as [number, number, number];
  const { columnStart, weightStart, sizeBytes } = places(rows, entries);
  if (bytes.length !== sizeBytes || bytes.byteOffset % 8 !== 0) refuse(`${bytes.length} octets, expected ${sizeBytes}`);
  if (checksum(new Uint32Array(bytes.buffer, bytes.byteOffset + 28, (sizeBytes - 28) / 4)) !== text(12, 28)) {
    throw new DteError('data.checksum', 'a weights file is damaged', { where: { file }, hint: 'remove it; it is made again when needed' });
  }
  const promise = view.getUint32(40, true);
  return {
    ...((promise & 1) === 0 ? {} : { signed: true }),
    ...((promise & 2) === 0 ? {} : { anySum: true }),
    rows,
    columns,
    rowStart: new Uint32Array(bytes.buffer, bytes.byteOffset + headBytes, rows + 1),
    column: new Uint32Array(bytes.buffer, bytes.byteOffset + columnStart, entries),
    weight: new Float64Array(bytes.buffer, bytes.byteOffset + weightStart, entries),
  };
}

function places(rows: number, entries: number): { readonly columnStart: number; readonly weightStart: number; readonly sizeBytes: number } {
  const columnStart = Math.ceil((headBytes + 4 * (rows + 1)) / 8) * 8;
  const weightStart = Math.ceil((columnStart + 4 * entries) / 8) * 8;
  return { columnStart, weightStart, sizeBytes: weightStart + 8 * entries };
}
