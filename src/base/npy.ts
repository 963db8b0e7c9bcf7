import { DteError } from './errors.js';

/** Element types of the arrays that are written: numpy's name and the typed array. */
export type NpyType = 'f64' | 'f32' | 'i32' | 'i64';

export type NpyValues =
  | Float64Array<ArrayBufferLike>
  | Float32Array<ArrayBufferLike>
  | Int32Array<ArrayBufferLike>
  | BigInt64Array<ArrayBufferLike>;

export interface NpyArray {
  readonly type: NpyType;
  /** Slowest index first; empty for a scalar. */
  readonly shape: readonly number[];
  readonly values: NpyValues;
}

/** The header of a .npy file, any element type. */
export interface NpyHeader {
  /** numpy's description of an element, for example `<f8`. */
  readonly descr: string;
  readonly shape: readonly number[];
  /** Byte where the elements begin. */
  readonly dataStart: number;
  /** Elements lie in Fortran order: the first index runs fastest. Only where it was allowed. */
  readonly isFortran: boolean;
}

const descriptions: Readonly<Record<NpyType, string>> = { f64: '<f8', f32: '<f4', i32: '<i4', i64: '<i8' };
const magic = '\x93NUMPY';

/** A .npy file (format 1.0, little-endian, C order). Without a shape the array has one dimension. */
export function writeNpy(values: NpyValues, shape: readonly number[] = [values.length]): Uint8Array<ArrayBuffer> {
  const count = shape.reduce((product, extent) => product * extent, 1);
  if (count !== values.length) {
    throw new DteError('input.option', `an array of ${values.length} values cannot have the shape ${shape.join(' x ')}`, {
      where: { option: 'shape' },
    });
  }
  return npyFile(descriptions[typeOf(values)], shape, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}

/** A .npy file from raw elements of any numpy type. */
export function npyFile(descr: string, shape: readonly number[], data: Uint8Array): Uint8Array<ArrayBuffer> {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  // Magic, version and length take 10 bytes; the header ends in a newline at a multiple of 64.
  const headerBytes = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
  const bytes = new Uint8Array(10 + headerBytes + data.byteLength);
  const header = `${text.padEnd(headerBytes - 1)}\n`;
  for (let at = 0; at < magic.length; at++) bytes[at] = magic.charCodeAt(at);
  bytes[6] = 1;
  new DataView(bytes.buffer).setUint16(8, headerBytes, true);
  for (let at = 0; at < headerBytes; at++) bytes[10 + at] = header.charCodeAt(at);
  bytes.set(data, 10 + headerBytes);
  return bytes;
}

/** The array of a .npy file. `data.format` when damaged, of another element type, big-endian or in Fortran order. */
export function readNpy(bytes: Uint8Array, file?: string): NpyArray {
  const { descr, shape, dataStart } = readNpyHeader(bytes, file);
  const type = (Object.keys(descriptions) as NpyType[]).find((candidate) => descriptions[candidate] === descr);
  if (type === undefined) refuse(`element type ${descr}; accepted are ${Object.values(descriptions).join(', ')}`, file);
  const count = shape.reduce((product, extent) => product * extent, 1);
  const size = type === 'f64' || type === 'i64' ? 8 : 4;
  if (bytes.byteLength - dataStart < count * size) {
    refuse(`${count} elements of ${size} bytes do not fit in the ${bytes.byteLength - dataStart} bytes after the header`, file);
  }
  // A copy: the elements may begin anywhere in the buffer of `bytes`.
  const buffer = new Uint8Array(bytes.subarray(dataStart, dataStart + count * size)).buffer;
  const values =
    type === 'f64'
      ? new Float64Array(buffer)
      : type === 'f32'
        ? new Float32Array(buffer)
        : type === 'i32'
          ? new Int32Array(buffer)
          : new BigInt64Array(buffer);
  return { type, shape, values };
}

/** `data.format` when damaged, and for elements in Fortran order unless they are allowed. */
export function readNpyHeader(bytes: Uint8Array, file?: string, allowsFortran = false): NpyHeader {
  const text = (from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to));
  if (bytes.byteLength < 12 || text(0, 6) !== magic) refuse('no NUMPY magic at the start', file);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lengthBytes = bytes[6] === 1 ? 2 : 4;
  const headerBytes = lengthBytes === 2 ? view.getUint16(8, true) : view.getUint32(8, true);
  const headerStart = 8 + lengthBytes;
  const dataStart = headerStart + headerBytes;
  if (bytes.byteLength < dataStart || headerBytes > 65_536) refuse(`a header of ${headerBytes} bytes`, file);
  const header = text(headerStart, dataStart);
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(header)?.[1];
  const shape = /'shape'\s*:\s*\(([\d\s,]*)\)/.exec(header)?.[1];
  const fortran = /'fortran_order'\s*:\s*(True|False)/.exec(header)?.[1];
  if (descr === undefined || shape === undefined || fortran === undefined) refuse('the header has no descr, shape and fortran_order', file);
  const extents = shape
    .split(',')
    .filter((part) => part.trim() !== '')
    .map(Number);
  const isFortran = fortran === 'True' && extents.length > 1;
  if (isFortran && !allowsFortran) refuse('Fortran order; accepted is C order', file);
  return { descr, shape: extents, dataStart, isFortran };
}

function refuse(reason: string, file: string | undefined): never {
  throw new DteError('data.format', `not a readable npy array: ${reason}`, file === undefined ? {} : { where: { file } });
}

function typeOf(values: NpyValues): NpyType {
  if (values instanceof Float64Array) return 'f64';
  if (values instanceof Float32Array) return 'f32';
  return values instanceof Int32Array ? 'i32' : 'i64';
}
