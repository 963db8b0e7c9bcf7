import { DteError, npyFile, readNpyHeader } from '../base/index.js';
import { isReordered, reorderOnHost } from './reorder.js';
import { countOf, hostTypes, newHostValues } from './tensor-types.js';
import type { HostTensor, HostValues, TensorLayout, TensorType } from './types.js';

/** Element type -> numpy's description of it. */
const descriptions: Readonly<Record<TensorType, string>> = {
  f32: '<f4',
  f64: '<f8',
  i32: '<i4',
  u32: '<u4',
  i64: '<i8',
  u64: '<u8',
  i16: '<i2',
  u16: '<u2',
  i8: '|i1',
  u8: '|u1',
  bool: '|b1',
};

/** Upstream's flags of layouts. */
const layouts: readonly TensorLayout[] = ['row-major', 'column-major'];

export const tensorFormats = ['npy', 'csv'] as const;
export type TensorFormat = (typeof tensorFormats)[number];

/** The format that the ending of a name tells. `input.option` for others. */
export function tensorFormatOf(file: string): TensorFormat {
  const format = tensorFormats.find((candidate) => file.toLowerCase().endsWith(`.${candidate}`));
  if (format !== undefined) return format;
  throw new DteError('input.option', `'${file}' has no ending of a tensor file`, { hint: `endings are ${tensorFormats.join(', ')}` });
}

/**
 * A tensor from a file: `.npy` in either order, or upstream's `.csv`, whose numbers are layout (0 row-major, 1 column-major), rank, extents,
 * and values (f32), separated by commas or white space. Upstream reads the flag of the layout and does not heed it; here it counts.
 */
export function readTensor(bytes: Uint8Array, file: string): HostTensor {
  return tensorFormatOf(file) === 'npy' ? fromNpy(bytes, file) : fromCsv(new TextDecoder().decode(bytes), file);
}

/** A tensor as a file, in row-major order. */
export function writeTensor({ values, shape, layout }: HostTensor, type: TensorType, format: TensorFormat): Uint8Array {
  const ordered = inRows({ values, shape, layout });
  if (format === 'csv') return new TextEncoder().encode(`0,${[shape.length, ...shape].join(',')},${ordered.join(',')}\n`);
  return npyFile(descriptions[type], shape, new Uint8Array(ordered.buffer, ordered.byteOffset, ordered.byteLength));
}

/** The values of a tensor in row-major order. */
export function inRows({ values, shape, layout }: HostTensor): HostValues {
  return isReordered(layout, shape) ? reorderOnHost(values, shape, 'row-major') : values;
}

function fromNpy(bytes: Uint8Array, file: string): HostTensor {
  const { descr, shape, dataStart, isFortran } = readNpyHeader(bytes, file, true);
  const type = (Object.keys(descriptions) as TensorType[]).find((candidate) => descriptions[candidate] === descr);
  if (type === undefined) refuse(file, `element type ${descr}; accepted are ${Object.values(descriptions).join(', ')}`);
  const count = countOf(shape);
  const size = count * hostTypes[type].BYTES_PER_ELEMENT;
  if (bytes.byteLength - dataStart < size)
    refuse(file, `${count} elements need ${size} octets and ${bytes.byteLength - dataStart} are there`);
  // A copy: the elements may begin anywhere in the buffer of `bytes`.
  const values = new hostTypes[type](new Uint8Array(bytes.subarray(dataStart, dataStart + size)).buffer);
  return { values, shape, layout: isFortran ? 'column-major' : 'row-major' };
}

function fromCsv(text: string, file: string): HostTensor {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  const whole = (index: number, what: string, most: number): number => {
    const word = words[index];
    const value = Number(word);
    if (word === undefined || !Number.isInteger(value) || value < 0 || value > most) refuse(file, `${what} is '${word ?? ''}'`);
    return value;
  };
  const layout = layouts[whole(0, 'the layout (0 row-major, 1 column-major)', 1)] as TensorLayout;
  const rank = whole(1, 'the rank', 32);
  const shape = Array.from({ length: rank }, (_, axis) => whole(2 + axis, `extent ${axis + 1}`, 2 ** 31));
  const count = countOf(shape);
  if (words.length - 2 - rank !== count)
    refuse(file, `${words.length - 2 - rank} values for the shape ${shape.join(' x ')}, which has ${count}`);
  const values = newHostValues('f32', count) as Float32Array;
  for (let i = 0; i < count; i++) {
    const word = words[2 + rank + i] as string;
    const value = numberOf(word);
    if (value === undefined) refuse(file, `value ${i + 1} is '${word}', which is no number`);
    values[i] = value;
  }
  return { values, shape, layout };
}

/** Also the spellings of C++ for what is not finite. */
function numberOf(word: string): number | undefined {
  const special = /^([+-]?)(nan|inf(?:inity)?)$/i.exec(word);
  if (special !== null) return (special[2] as string).toLowerCase() === 'nan' ? Number.NaN : special[1] === '-' ? -Infinity : Infinity;
  const value = Number(word);
  return Number.isNaN(value) ? undefined : value;
}

function refuse(file: string, reason: string): never {
  throw new DteError('data.format', `not a readable tensor: ${reason}`, { where: { file } });
}
