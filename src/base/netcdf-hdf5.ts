import { type Dataset, File } from 'jsfive';
import { DteError } from './errors.js';
import type { Netcdf, NetcdfAttribute, NetcdfType, NetcdfValues, NetcdfVariable } from './netcdf.js';

const makers = {
  i1: ['byte', Int8Array],
  u1: ['ubyte', Uint8Array],
  i2: ['short', Int16Array],
  u2: ['ushort', Uint16Array],
  i4: ['int', Int32Array],
  u4: ['uint', Uint32Array],
  f4: ['float', Float32Array],
  f8: ['double', Float64Array],
  i8: ['int64', Float64Array],
  u8: ['uint64', Float64Array],
} as const satisfies Readonly<Record<string, readonly [NetcdfType, unknown]>>;

type Guarded = <Result>(read: () => Result) => Result;

/**
 * The numeric variables of the root group of a netCDF-4 file. Names of dimensions are references that jsfive does not follow:
 * variables have their shapes alone, and every array of one dimension counts as a dimension of its name, as HDF5 keeps them.
 * Values and attributes are decoded when they are asked for.
 */
export function readNetcdfHdf5(bytes: Uint8Array, file?: string): Netcdf {
  const guarded: Guarded = (read) => {
    try {
      return read();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new DteError('data.format', `a damaged netCDF-4 file, or one of a kind that is not read: ${reason}`, {
        ...(file === undefined ? {} : { where: { file } }),
        hint: "'nccopy -k cdf5' makes a file of the classic format",
        cause: error,
      });
    }
  };
  return guarded(() => {
    const root = new File(bytes.slice().buffer, file);
    const variables: Record<string, NetcdfVariable> = {};
    const dimensions: Record<string, number> = {};
    for (const name of root.keys) {
      const dataset = root.get(name);
      const kind = 'dtype' in dataset && typeof dataset.dtype === 'string' ? dataset.dtype.slice(1) : '';
      if (!Object.hasOwn(makers, kind)) continue;
      const variable = variableOf(dataset as Dataset, kind as keyof typeof makers, guarded);
      if (variable.shape.length === 1) dimensions[name] = variable.shape[0];
      variables[name] = variable;
    }
    return { dimensions, attributes: attributesOf(root.attrs), variables };
  });
}

function variableOf(dataset: Dataset, kind: keyof typeof makers, guarded: Guarded): NetcdfVariable {
  const shape = [...dataset.shape];
  let values: NetcdfValues | undefined;
  return {
    type: makers[kind][0],
    dimensions: [],
    shape,
    get attributes() {
      return guarded(() => attributesOf(dataset.attrs));
    },
    get values() {
      return (values ??= guarded(() => valuesOf(dataset, kind)));
    },
  };
}

function valuesOf(dataset: Dataset, kind: keyof typeof makers): NetcdfValues {
  const source = dataset.value;
  const values: NetcdfValues = new makers[kind][1](source.length);
  for (let k = 0; k < values.length; k++) values[k] = Number(source[k]);
  const count = dataset.shape.reduce((product, length) => product * length, 1);
  if (count !== values.length) throw new Error(`${values.length} values of ${count}`);
  return values;
}

function attributesOf(all: Readonly<Record<string, unknown>>): Readonly<Record<string, NetcdfAttribute>> {
  const attributes: Record<string, NetcdfAttribute> = {};
  for (const [name, value] of Object.entries(all)) {
    if (typeof value === 'string') attributes[name] = value;
    else if (typeof value === 'number') attributes[name] = [value];
    else if (Array.isArray(value) && value.every((one) => typeof one === 'number')) attributes[name] = value;
  }
  return attributes;
}
