import { DteError } from './errors.js';
import type { Netcdf, NetcdfAttribute, NetcdfType, NetcdfValues, NetcdfVariable } from './netcdf.js';

/** Type numbers of the classic formats (netCDF classic format specification, `nc_type`). */
export const netcdfTypes: readonly (NetcdfType | undefined)[] = [
  undefined,
  'byte',
  'char',
  'short',
  'int',
  'float',
  'double',
  'ubyte',
  'ushort',
  'uint',
  'int64',
  'uint64',
];

export const netcdfSizes: Readonly<Record<NetcdfType, number>> = {
  byte: 1,
  char: 1,
  short: 2,
  int: 4,
  float: 4,
  double: 8,
  ubyte: 1,
  ushort: 2,
  uint: 4,
  int64: 8,
  uint64: 8,
};

/** Tags of the lists in a header; 0 and a count of 0 stand for an absent list. */
export const netcdfTags = { dimension: 10, variable: 11, attribute: 12 } as const;

/** The numbers of a header, in order. CDF-5 has 64-bit counts, CDF-2 and CDF-5 64-bit offsets. */
interface Cursor {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly version: number;
  readonly file: string | undefined;
  at: number;
}

/** Reads CDF-1, CDF-2 or CDF-5: a header of dimensions, attributes and variables, then big-endian values. */
export function readNetcdfClassic(bytes: Uint8Array, file?: string): Netcdf {
  const version = bytes[3];
  const cursor: Cursor = { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), version, file, at: 4 };
  if (version !== 1 && version !== 2 && version !== 5) throw damaged(cursor, `version ${version} of the classic format`);
  const records = readCount(cursor);
  const dimensions = readList(cursor, netcdfTags.dimension, () => ({ name: readName(cursor), length: readCount(cursor) }));
  const attributes = readAttributes(cursor);
  const heads = readList(cursor, netcdfTags.variable, () => readHead(cursor));
  const recordDimension = dimensions.findIndex(({ length }) => length === 0);
  const layout: RecordLayout = {
    records: streaming(cursor, records),
    recordDimension,
    bytesPerRecord: recordBytes(cursor, heads, recordDimension, dimensions),
  };
  const lengths = dimensions.map(({ length }, at) => (at === recordDimension ? layout.records : length));
  const variables = heads.map((head) => [head.name, readVariable(cursor, head, lengths, layout, dimensions)] as const);
  return {
    dimensions: Object.fromEntries(dimensions.map(({ name }, at) => [name, lengths[at]])),
    attributes,
    variables: Object.fromEntries(variables),
  };
}

function damaged({ file, at }: Cursor, reason: string): DteError {
  return new DteError('data.format', `a damaged netCDF file: ${reason}`, {
    where: { ...(file === undefined ? {} : { file }), offset: at },
  });
}

function need(cursor: Cursor, at: number, length: number): void {
  if (at + length <= cursor.bytes.length) return;
  throw new DteError('data.truncated', `a netCDF file of ${cursor.bytes.length} octets that needs ${at + length}`, {
    where: { ...(cursor.file === undefined ? {} : { file: cursor.file }), offset: at },
  });
}

function readU32(cursor: Cursor): number {
  need(cursor, cursor.at, 4);
  cursor.at += 4;
  return cursor.view.getUint32(cursor.at - 4);
}

function readU64(cursor: Cursor): number {
  const high = readU32(cursor);
  const value = high * 2 ** 32 + readU32(cursor);
  if (value > Number.MAX_SAFE_INTEGER) throw damaged(cursor, `the number ${value}`);
  return value;
}

function readCount(cursor: Cursor): number {
  // A number of records of all ones means that it is to be told from the file's length.
  if (cursor.version === 5 && cursor.at === 4 && cursor.view.getUint32(4) === 0xffffffff) {
    cursor.at += 8;
    return 0xffffffff;
  }
  return cursor.version === 5 ? readU64(cursor) : readU32(cursor);
}

function readName(cursor: Cursor): string {
  return readText(cursor, readCount(cursor));
}

function readText(cursor: Cursor, length: number): string {
  need(cursor, cursor.at, length);
  const text = new TextDecoder().decode(cursor.bytes.subarray(cursor.at, cursor.at + length));
  cursor.at += Math.ceil(length / 4) * 4;
  return text;
}

function readList<Item>(cursor: Cursor, tag: number, item: () => Item): Item[] {
  const found = readU32(cursor);
  const count = readCount(cursor);
  if (found === 0 && count === 0) return [];
  if (found !== tag) throw damaged(cursor, `list ${found} where list ${tag} belongs`);
  // Every item takes more than eight octets.
  need(cursor, cursor.at, 8 * count);
  return Array.from({ length: count }, item);
}

function readAttributes(cursor: Cursor): Readonly<Record<string, NetcdfAttribute>> {
  const pairs = readList(cursor, netcdfTags.attribute, () => {
    const name = readName(cursor);
    const type = readType(cursor);
    const count = readCount(cursor);
    if (type === 'char') return [name, readText(cursor, count)] as const;
    need(cursor, cursor.at, count * netcdfSizes[type]);
    const values = decode(cursor, cursor.at, type, count);
    cursor.at += Math.ceil((count * netcdfSizes[type]) / 4) * 4;
    return [name, Array.from(values)] as const;
  });
  return Object.fromEntries(pairs);
}

function readType(cursor: Cursor): NetcdfType {
  const number = readU32(cursor);
  const type = netcdfTypes[number];
  if (type === undefined) throw damaged(cursor, `type ${number}`);
  return type;
}

interface Head {
  readonly name: string;
  readonly dimensions: readonly number[];
  readonly attributes: Readonly<Record<string, NetcdfAttribute>>;
  readonly type: NetcdfType;
  readonly begin: number;
}

function readHead(cursor: Cursor): Head {
  const name = readName(cursor);
  const rank = readCount(cursor);
  need(cursor, cursor.at, 4 * rank);
  const dimensions = Array.from({ length: rank }, () => readCount(cursor));
  const attributes = readAttributes(cursor);
  const type = readType(cursor);
  readCount(cursor); // vsize: follows from the shape, and is too small for large variables
  const begin = cursor.version === 1 ? readU32(cursor) : readU64(cursor);
  return { name, dimensions, attributes, type, begin };
}

interface RecordLayout {
  readonly records: number;
  readonly recordDimension: number;
  readonly bytesPerRecord: number;
}

function streaming(cursor: Cursor, records: number): number {
  if (records === 0xffffffff) throw damaged(cursor, 'its number of records was never written');
  return records;
}

type Dimension = { readonly name: string; readonly length: number };

/** A record holds the slabs of all record variables, each padded to 4 octets unless there is one only. */
function recordBytes(cursor: Cursor, heads: readonly Head[], recordDimension: number, dimensions: readonly Dimension[]): number {
  const own = heads.filter((head) => recordDimension >= 0 && head.dimensions[0] === recordDimension);
  const sizes = own.map((head) => slabCount(cursor, head, dimensions) * netcdfSizes[head.type]);
  return sizes.length === 1 ? sizes[0] : sizes.reduce((sum, size) => sum + Math.ceil(size / 4) * 4, 0);
}

/** Values of a variable in one record. */
function slabCount(cursor: Cursor, head: Head, dimensions: readonly Dimension[]): number {
  return head.dimensions.slice(1).reduce((product, at) => {
    if (dimensions[at] === undefined) throw damaged(cursor, `variable '${head.name}' has dimension ${at} of ${dimensions.length}`);
    return product * dimensions[at].length;
  }, 1);
}

function readVariable(
  cursor: Cursor,
  head: Head,
  lengths: readonly number[],
  layout: RecordLayout,
  dimensions: readonly Dimension[],
): NetcdfVariable {
  const { name, type, begin, attributes } = head;
  const shape = head.dimensions.map((at) => {
    if (lengths[at] === undefined) throw damaged(cursor, `variable '${name}' has dimension ${at} of ${lengths.length}`);
    return lengths[at];
  });
  const count = shape.reduce((product, length) => product * length, 1);
  const common = { type, dimensions: head.dimensions.map((at) => dimensions[at].name), shape, attributes };
  if (head.dimensions[0] !== layout.recordDimension || layout.recordDimension < 0) {
    need(cursor, begin, count * netcdfSizes[type]);
    return { ...common, values: decode(cursor, begin, type, count) };
  }
  const slab = layout.records === 0 ? 0 : count / layout.records;
  if (layout.records > 0) need(cursor, begin, (layout.records - 1) * layout.bytesPerRecord + slab * netcdfSizes[type]);
  const values = emptyValues(type, count);
  for (let record = 0; record < layout.records; record++) {
    const at = begin + record * layout.bytesPerRecord;
    values.set(decode(cursor, at, type, slab), record * slab);
  }
  return { ...common, values };
}

function emptyValues(type: NetcdfType, count: number): NetcdfValues {
  const makers = {
    byte: Int8Array,
    char: Uint8Array,
    ubyte: Uint8Array,
    short: Int16Array,
    ushort: Uint16Array,
    int: Int32Array,
    uint: Uint32Array,
    float: Float32Array,
    double: Float64Array,
    int64: Float64Array,
    uint64: Float64Array,
  } as const;
  return new makers[type](count);
}

function decode({ bytes, view }: Cursor, start: number, type: NetcdfType, count: number): NetcdfValues {
  const size = netcdfSizes[type];
  const values = emptyValues(type, count);
  if (type === 'int64' || type === 'uint64') {
    const read = (at: number): bigint => (type === 'int64' ? view.getBigInt64(at) : view.getBigUint64(at));
    for (let k = 0; k < count; k++) values[k] = Number(read(start + 8 * k));
    return values;
  }
  // Same octets in the other order.
  const raw = new Uint8Array(values.buffer);
  for (let k = 0; k < count * size; k += size)
    for (let octet = 0; octet < size; octet++) raw[k + octet] = bytes[start + k + size - 1 - octet];
  return values;
}
