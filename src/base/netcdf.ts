import { DteError } from './errors.js';
import { readNetcdfClassic } from './netcdf-classic.js';

export type NetcdfType = 'byte' | 'char' | 'short' | 'int' | 'float' | 'double' | 'ubyte' | 'ushort' | 'uint' | 'int64' | 'uint64';

/** 64-bit integers are read as doubles: exact to 2^53. */
export type NetcdfValues = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | Float32Array | Float64Array;

/** Text, or one number or more. */
export type NetcdfAttribute = string | readonly number[];

export interface NetcdfVariable {
  readonly type: NetcdfType;
  /** Names of the dimensions, slowest first; empty for a scalar. A file in HDF5 may not tell names: then `shape` alone counts. */
  readonly dimensions: readonly string[];
  readonly shape: readonly number[];
  readonly attributes: Readonly<Record<string, NetcdfAttribute>>;
  readonly values: NetcdfValues;
}

/** A netCDF file as a whole: no groups, no types of the user's. */
export interface Netcdf {
  readonly dimensions: Readonly<Record<string, number>>;
  readonly attributes: Readonly<Record<string, NetcdfAttribute>>;
  readonly variables: Readonly<Record<string, NetcdfVariable>>;
}

/**
 * A netCDF file: the classic formats (CDF-1, 64-bit offset, 64-bit data) by our own reader, netCDF-4 (HDF5) by jsfive, which is loaded
 * then. `data.format` for anything else and for a damaged file, `data.truncated` for one that ends early.
 */
export async function readNetcdf(bytes: Uint8Array, file?: string): Promise<Netcdf> {
  const where = file === undefined ? {} : { where: { file } };
  const starts = (...magic: readonly number[]): boolean => magic.every((octet, at) => bytes[at] === octet);
  if (starts(0x43, 0x44, 0x46)) return readNetcdfClassic(bytes, file);
  if (starts(0x89, 0x48, 0x44, 0x46)) return (await import('./netcdf-hdf5.js')).readNetcdfHdf5(bytes, file);
  const found = Array.from(bytes.subarray(0, 4), (octet) => octet.toString(16).padStart(2, '0')).join(' ');
  throw new DteError('data.format', `not a netCDF file: it begins with ${found === '' ? 'nothing' : found}`, {
    ...where,
    hint: 'the classic formats (CDF) and netCDF-4 (HDF5) are read',
  });
}
