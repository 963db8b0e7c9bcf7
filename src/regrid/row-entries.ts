import { allocateMatrix, type Matrix } from './matrix.js';
import { pruneEntries } from './row-slots.js';

/** Rows of a block, appended in order, each of any number of entries. */
export interface RowEntries {
  /** Appends an entry to the row at hand. */
  add(column: number, weight: number): void;
  /** Appends the first `count` of some columns and weights. */
  addRow(columns: Uint32Array, weights: Float64Array, count: number): void;
  /** Ends the row at hand: columns in order, weights below the epsilon dropped (`pruneEntries`) unless they are merged. */
  endRow(): void;
  /** The block, once all rows are ended. */
  pack(columns: number, shared: boolean): Matrix;
}

export interface RowEntriesOptions {
  readonly rows: number;
  /** Entries that rows are expected to have; room is made for more. */
  readonly expected: number;
  /** The block promises nothing of the sign of its weights. */
  readonly signed?: boolean;
  /** Entries of one column are added up, and nothing is dropped except weights that are 0 up to rounding. */
  readonly merge?: boolean;
}

export function rowEntries({ rows, expected, signed = false, merge = signed }: RowEntriesOptions): RowEntries {
  const rowStart = new Uint32Array(rows + 1);
  let column = new Uint32Array(Math.max(rows * expected, 64));
  let weight = new Float64Array(column.length);
  let row = 0;
  let begin = 0;
  let count = 0;

  function grow(): void {
    const [oldColumn, oldWeight] = [column, weight];
    column = new Uint32Array(2 * oldColumn.length);
    weight = new Float64Array(column.length);
    column.set(oldColumn);
    weight.set(oldWeight);
  }

  return {
    add(c, w) {
      if (count === column.length) grow();
      column[count] = c;
      weight[count++] = w;
    },
    addRow(columns, weights, added) {
      while (count + added > column.length) grow();
      for (let k = 0; k < added; k++) {
        column[count] = columns[k];
        weight[count++] = weights[k];
      }
    },
    endRow() {
      const kept = merge ? orderEntries(column, weight, begin, count - begin) : pruneEntries(column, weight, begin, count - begin);
      count = begin + kept;
      begin = count;
      rowStart[++row] = count;
    },
    pack(columns, shared) {
      const matrix = allocateMatrix({ rows, columns, entries: count, shared });
      matrix.rowStart.set(rowStart);
      matrix.column.set(column.subarray(0, count));
      matrix.weight.set(weight.subarray(0, count));
      return signed ? { ...matrix, signed } : matrix;
    },
  };
}

/** Weights of this size are what rounding leaves of 0. */
const zeroWeight = 1e-15;

/** Sorts by column, adds what falls on the same column, drops zeros. Returns the number of entries left. */
function orderEntries(column: Uint32Array, weight: Float64Array, start: number, count: number): number {
  let kept = 0;
  for (let entry = start; entry < start + count; entry++) {
    const c = column[entry];
    const w = weight[entry];
    let place = start + kept;
    while (place > start && column[place - 1] > c) place--;
    if (place > start && column[place - 1] === c) {
      weight[place - 1] += w;
      continue;
    }
    column.copyWithin(place + 1, place, start + kept);
    weight.copyWithin(place + 1, place, start + kept);
    column[place] = c;
    weight[place] = w;
    kept++;
  }
  let left = start;
  for (let entry = start; entry < start + kept; entry++) {
    if (Math.abs(weight[entry]) < zeroWeight) continue;
    column[left] = column[entry];
    weight[left++] = weight[entry];
  }
  return left - start;
}
