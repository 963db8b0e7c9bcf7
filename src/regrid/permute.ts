import { allocateMatrix, type Matrix, promiseOf } from './matrix.js';

/** The matrix whose column c becomes column `index[c]`; columns of a row stay ascending. */
export function permuteColumns(matrix: Matrix, index: Uint32Array | undefined): Matrix {
  if (index === undefined) return matrix;
  const { rows, columns, rowStart } = matrix;
  const column = matrix.column.map((c) => index[c]);
  const weight = matrix.weight.slice();
  for (let row = 0; row < rows; row++) sortEntries(column, weight, rowStart[row], rowStart[row + 1]);
  return { rows, columns, rowStart, column, weight, ...promiseOf(matrix) };
}

/** The matrix whose row r becomes row `index[r]`. */
export function permuteRows(matrix: Matrix, index: Uint32Array | undefined): Matrix {
  if (index === undefined) return matrix;
  const { rows, columns, rowStart, column, weight } = matrix;
  const result = allocateMatrix({ rows, columns, entries: column.length, shared: isShared(weight) });
  for (let row = 0; row < rows; row++) result.rowStart[index[row] + 1] = rowStart[row + 1] - rowStart[row];
  for (let row = 0; row < rows; row++) result.rowStart[row + 1] += result.rowStart[row];
  for (let row = 0; row < rows; row++) {
    result.column.set(column.subarray(rowStart[row], rowStart[row + 1]), result.rowStart[index[row]]);
    result.weight.set(weight.subarray(rowStart[row], rowStart[row + 1]), result.rowStart[index[row]]);
  }
  return { ...result, ...promiseOf(matrix) };
}

/** A page without isolation has no shared memory, and no name for it. */
function isShared({ buffer }: Float64Array): boolean {
  return typeof SharedArrayBuffer !== 'undefined' && buffer instanceof SharedArrayBuffer;
}

/** Brings the columns of the entries from `start` to `end` into ascending order. Rows are short: insertion. */
export function sortEntries(column: Uint32Array, weight: Float64Array, start: number, end: number): void {
  for (let entry = start + 1; entry < end; entry++) {
    const c = column[entry];
    const w = weight[entry];
    let place = entry;
    for (; place > start && column[place - 1] > c; place--) {
      column[place] = column[place - 1];
      weight[place] = weight[place - 1];
    }
    column[place] = c;
    weight[place] = w;
  }
}
