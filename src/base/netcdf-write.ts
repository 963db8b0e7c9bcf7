import { DteError } from './errors.js';
import { netcdfSizes, netcdfTags, netcdfTypes } from './netcdf-classic.js';
import type { NetcdfAttribute, NetcdfType, NetcdfValues } from './netcdf.js';

export interface NetcdfVariableToWrite {
  readonly type: NetcdfType;
  readonly dimensions: readonly string[];
  readonly attributes?: Readonly<Record<string, NetcdfAttribute>>;
  readonly values: NetcdfValues | Uint32Array | Float64Array;
}

export interface NetcdfToWrite {
  readonly dimensions: Readonly<Record<string, number>>;
  readonly attributes?: Readonly<Record<string, NetcdfAttribute>>;
  readonly variables: Readonly<Record<string, NetcdfVariableToWrite>>;
}

/** Offsets and sizes that fit in 31 bits: the oldest format, which every reader knows. */
const largestClassic = 2 ** 31 - 4;

/**
 * A netCDF file in the oldest classic format that can hold it: CDF-1 below 2 GiB, CDF-2 (64-bit offset) as long as every variable is
 * below 4 GiB, then CDF-5 (64-bit data), which unsigned and 64-bit types ask for too. Dimensions have fixed lengths.
 * `limit.range` above the size of one array in memory.
 */
export function writeNetcdf(file: NetcdfToWrite): Uint8Array<ArrayBuffer> {
  const sizes = Object.values(file.variables).map(({ type, values }) => Math.ceil((values.length * netcdfSizes[type]) / 4) * 4);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const isNew = Object.values(file.variables).some(({ type }) => netcdfTypes.indexOf(type) > 6);
  const version = isNew || sizes.some((size) => size > 2 ** 32 - 8) ? 5 : total > largestClassic - 2 ** 20 ? 2 : 1;
  const headBytes = header(file, sizes, 0, version).length;
  const head = header(file, sizes, headBytes, version);
  const bytes = allocate(headBytes + total);
  bytes.set(head);
  let at = headBytes;
  for (const [index, variable] of Object.values(file.variables).entries()) {
    encode(bytes, at, variable);
    at += sizes[index];
  }
  return bytes;
}

function allocate(length: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(length);
  } catch (error) {
    throw new DteError('limit.range', `a netCDF file of ${length} octets does not fit in memory`, { cause: error });
  }
}

function header(file: NetcdfToWrite, sizes: readonly number[], dataStart: number, version: 1 | 2 | 5): Uint8Array {
  const octets: number[] = [0x43, 0x44, 0x46, version];
  const u32 = (value: number): void => void octets.push((value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
  const u64 = (value: number): void => {
    u32(Math.floor(value / 2 ** 32));
    u32(value % 2 ** 32);
  };
  const count = version === 5 ? u64 : u32;
  const text = (value: string): void => {
    const encoded = new TextEncoder().encode(value);
    count(encoded.length);
    octets.push(...encoded, ...new Array<number>((4 - (encoded.length % 4)) % 4).fill(0));
  };
  const list = (tag: number, length: number): void => {
    u32(length === 0 ? 0 : tag);
    count(length);
  };
  const attributes = (all: Readonly<Record<string, NetcdfAttribute>> = {}): void => {
    list(netcdfTags.attribute, Object.keys(all).length);
    for (const [name, value] of Object.entries(all)) {
      text(name);
      const type = typeof value === 'string' ? 'char' : value.every(Number.isInteger) ? 'int' : 'double';
      u32(netcdfTypes.indexOf(type));
      if (typeof value === 'string') {
        text(value);
        continue;
      }
      count(value.length);
      const raw = new Uint8Array(value.length * netcdfSizes[type]);
      encode(raw, 0, { type, dimensions: [], values: Float64Array.from(value) });
      octets.push(...raw);
    }
  };
  count(0); // records
  const names = Object.keys(file.dimensions);
  list(netcdfTags.dimension, names.length);
  for (const name of names) {
    text(name);
    count(file.dimensions[name]);
  }
  attributes(file.attributes);
  const variables = Object.entries(file.variables);
  list(netcdfTags.variable, variables.length);
  let begin = dataStart;
  for (const [index, [name, variable]] of variables.entries()) {
    text(name);
    count(variable.dimensions.length);
    for (const dimension of variable.dimensions) count(names.indexOf(dimension));
    attributes(variable.attributes);
    u32(netcdfTypes.indexOf(variable.type));
    count(Math.min(sizes[index], version === 5 ? Number.MAX_SAFE_INTEGER : 0xffffffff));
    if (version === 1) u32(begin);
    else u64(begin);
    begin += sizes[index];
  }
  return Uint8Array.from(octets);
}

/** Big-endian values. */
function encode(bytes: Uint8Array, start: number, { type, values }: NetcdfVariableToWrite): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const size = netcdfSizes[type];
  const writers: Readonly<Record<NetcdfType, (at: number, value: number) => void>> = {
    byte: (at, value) => view.setInt8(at, value),
    char: (at, value) => view.setUint8(at, value),
    ubyte: (at, value) => view.setUint8(at, value),
    short: (at, value) => view.setInt16(at, value),
    ushort: (at, value) => view.setUint16(at, value),
    int: (at, value) => view.setInt32(at, value),
    uint: (at, value) => view.setUint32(at, value),
    float: (at, value) => view.setFloat32(at, value),
    double: (at, value) => view.setFloat64(at, value),
    int64: (at, value) => view.setBigInt64(at, BigInt(value)),
    uint64: (at, value) => view.setBigUint64(at, BigInt(value)),
  };
  const write = writers[type];
  for (let k = 0; k < values.length; k++) write(start + k * size, values[k]);
}
