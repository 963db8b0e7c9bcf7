import { unzipSync, zipSync } from 'fflate';
import { DteError, npyFile, readNpy, readNpyHeader, writeNpy } from '../base/index.js';
import { allocateMatrix, checkMatrix, type Matrix, type MatrixPromise, promiseKept } from './matrix.js';
import { sortEntries } from './permute.js';

export interface NpzOptions {
  /** Deflate the arrays: about half the size, many times slower. Default false (stored). */
  readonly compressed?: boolean;
}

/** scipy's indices are signed: i32 as long as everything fits, else i64. */
const largestI32 = 0x7fffffff;

/**
 * A matrix as scipy writes it (`scipy.sparse.save_npz`, format csr): a zip of the arrays data (f64), indices, indptr (i32 or i64),
 * shape (i64) and the text `csr`. `scipy.sparse.load_npz` reads it. A matrix that makes fewer promises than others says so in
 * an array more, which scipy passes over: `promise`, the text `signed` and `anySum` where they hold.
 */
export function writeNpz(matrix: Matrix, { compressed = false }: NpzOptions = {}): Uint8Array<ArrayBuffer> {
  const wide = matrix.columns > largestI32 || matrix.column.length > largestI32;
  const files = {
    'indices.npy': writeNpy(indices(matrix.column, wide)),
    'indptr.npy': writeNpy(indices(matrix.rowStart, wide)),
    'format.npy': npyFile('|S3', [], new TextEncoder().encode('csr')),
    'shape.npy': writeNpy(BigInt64Array.of(BigInt(matrix.rows), BigInt(matrix.columns))),
    'data.npy': writeNpy(matrix.weight),
    ...promiseFile(matrix),
  };
  return zipSync(files, { level: compressed ? 6 : 0, mtime: new Date(1980, 0, 1) });
}

function promiseFile({ signed, anySum }: MatrixPromise): Record<string, Uint8Array> {
  const text = [...(signed ? ['signed'] : []), ...(anySum ? ['anySum'] : [])].join(' ');
  return text === '' ? {} : { 'promise.npy': npyFile(`|S${text.length}`, [], new TextEncoder().encode(text)) };
}

export interface NpzReading {
  /** Take weights of any sign and sum, and say so in the matrix: for files of other programs, which promise nothing. Default false. */
  readonly anyWeights?: boolean;
}

/** The matrix of a scipy CSR file. `data.format` when damaged, not CSR, or not an interpolation matrix. */
export function readNpz(bytes: Uint8Array, file?: string, { anyWeights = false }: NpzReading = {}): Matrix {
  const where = file === undefined ? {} : { where: { file } };
  let files: Readonly<Record<string, Uint8Array>>;
  try {
    files = unzipSync(bytes);
  } catch (error) {
    throw new DteError('data.format', 'not a readable npz file: the zip is damaged', { ...where, cause: error });
  }
  const member = (name: string): Uint8Array => {
    const found = files[`${name}.npy`];
    if (found !== undefined) return found;
    throw new DteError('data.format', `not a scipy CSR file: no array '${name}'`, {
      ...where,
      hint: 'it must hold data, indices, indptr, shape and format',
    });
  };
  const textOf = (array: Uint8Array): string =>
    new TextDecoder().decode(array.subarray(readNpyHeader(array, file).dataStart)).replaceAll('\0', '');
  const formatText = textOf(member('format'));
  const promise = files['promise.npy'] === undefined ? [] : textOf(member('promise')).split(' ');
  if (formatText !== 'csr')
    throw new DteError('data.format', `a sparse matrix of format '${formatText}'`, { ...where, hint: 'only csr is read' });
  const shape = Array.from(readNpy(member('shape'), file).values, Number);
  const column = readNpy(member('indices'), file).values;
  const rowStart = readNpy(member('indptr'), file).values;
  const weight = readNpy(member('data'), file).values;
  const [rows, columns] = shape as [number, number];
  if (shape.length !== 2 || rowStart.length !== rows + 1 || column.length !== weight.length) {
    throw new DteError('data.format', `a CSR file whose shape ${shape.join(' x ')} and arrays do not agree`, where);
  }
  const matrix: Matrix = {
    ...allocateMatrix({ rows, columns, entries: weight.length }),
    ...(promise.includes('signed') ? { signed: true } : {}),
    ...(promise.includes('anySum') ? { anySum: true } : {}),
  };
  for (let row = 0; row <= rows; row++) matrix.rowStart[row] = Number(rowStart[row]);
  for (let entry = 0; entry < weight.length; entry++) {
    matrix.column[entry] = Number(column[entry]);
    matrix.weight[entry] = Number(weight[entry]);
  }
  for (let row = 0; row < rows; row++) {
    if (matrix.rowStart[row + 1] > weight.length)
      throw new DteError('data.format', `a CSR file whose row ${row} ends outside of its arrays`, where);
    sortEntries(matrix.column, matrix.weight, matrix.rowStart[row], matrix.rowStart[row + 1]);
  }
  checkMatrix(anyWeights ? { ...matrix, signed: true, anySum: true } : matrix, file);
  return anyWeights ? { ...matrix, ...promiseKept(matrix) } : matrix;
}

function indices(values: Uint32Array, wide: boolean): Int32Array | BigInt64Array {
  // Below 2^31 the bits of u32 and i32 agree.
  if (!wide) return new Int32Array(values.buffer, values.byteOffset, values.length);
  return BigInt64Array.from(values, BigInt);
}
