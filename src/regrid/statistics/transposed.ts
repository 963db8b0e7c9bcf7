import { allocateMatrix, type Matrix, promiseOf } from '../matrix.js';
import type { Prepared } from '../method.js';

/** The adjoint of a matrix: rows become columns. Its rows sum to anything. */
export function transposeMatrix(matrix: Matrix): Matrix {
  const { rows, columns, rowStart, column, weight } = matrix;
  const result = allocateMatrix({ rows: columns, columns: rows, entries: column.length });
  for (const c of column) result.rowStart[c + 1]++;
  for (let row = 0; row < columns; row++) result.rowStart[row + 1] += result.rowStart[row];
  const next = result.rowStart.slice(0, columns);
  for (let row = 0; row < rows; row++) {
    for (let entry = rowStart[row]; entry < rowStart[row + 1]; entry++) {
      const place = next[column[entry]]++;
      result.column[place] = row;
      result.weight[place] = weight[entry];
    }
  }
  return { ...result, ...promiseOf({ signed: matrix.signed === true, anySum: true }) };
}

/** Two regriddings after one another as one: `second` takes what `first` makes. A row that meets an empty one is empty. */
export function multiplyMatrices(second: Matrix, first: Matrix): Matrix {
  const at = new Float64Array(first.columns);
  const touched = new Uint8Array(first.columns);
  const blocks: { readonly column: number[]; readonly weight: number[] }[] = [];
  let entries = 0;
  for (let row = 0; row < second.rows; row++) {
    const columns: number[] = [];
    let whole = true;
    for (let e = second.rowStart[row]; e < second.rowStart[row + 1]; e++) {
      const middle = second.column[e];
      if (first.rowStart[middle] === first.rowStart[middle + 1]) whole = false;
      for (let f = first.rowStart[middle]; f < first.rowStart[middle + 1]; f++) {
        const c = first.column[f];
        if (touched[c] === 0) columns.push(c);
        touched[c] = 1;
        at[c] += second.weight[e] * first.weight[f];
      }
    }
    columns.sort((a, b) => a - b);
    blocks.push(whole ? { column: columns, weight: columns.map((c) => at[c]) } : { column: [], weight: [] });
    entries += whole ? columns.length : 0;
    for (const c of columns) at[c] = touched[c] = 0;
  }
  const result = allocateMatrix({ rows: second.rows, columns: first.columns, entries });
  let entry = 0;
  blocks.forEach(({ column, weight }, row) => {
    result.column.set(column, entry);
    result.weight.set(weight, entry);
    entry += column.length;
    result.rowStart[row + 1] = entry;
  });
  return { ...result, ...promiseOf({ signed: !!(first.signed || second.signed), anySum: !!(first.anySum || second.anySum) }) };
}

/** Every row divided by its sum; rows that sum to 0 become empty. */
export function normaliseRows(matrix: Matrix): Matrix {
  const { rows, columns, rowStart, column } = matrix;
  const weight = matrix.weight.slice();
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let entry = rowStart[row]; entry < rowStart[row + 1]; entry++) sum += weight[entry];
    for (let entry = rowStart[row]; entry < rowStart[row + 1]; entry++) weight[entry] /= sum;
  }
  return { rows, columns, rowStart, column, weight, ...promiseOf({ signed: matrix.signed === true }) };
}

/** A matrix that `prepare` made as a whole, to travel with the problem. */
export function preparedMatrix({ rowStart, column, weight }: Matrix): Prepared {
  return { rowStart, column, weight };
}

/** Rows `start` to `end` of a prepared matrix. */
export function rowsOfPrepared(prepared: Prepared | undefined, columns: number, [start, end]: readonly [number, number]): Matrix {
  const { rowStart, column, weight } = prepared as unknown as Pick<Matrix, 'rowStart' | 'column' | 'weight'>;
  const [first, last] = [rowStart[start], rowStart[end]];
  return {
    rows: end - start,
    columns,
    rowStart: rowStart.slice(start, end + 1).map((entry) => entry - first),
    column: column.slice(first, last),
    weight: weight.slice(first, last),
  };
}
