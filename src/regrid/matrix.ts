import { DteError } from '../base/index.js';

/**
 * Interpolation weights W in compressed sparse rows: target = W source. Row r holds entries `rowStart[r]` to `rowStart[r + 1]`,
 * columns strictly ascending. Every row sums to 1 and its weights lie in [0, 1], unless the matrix says otherwise (`signed`,
 * `anySum`); or it is empty: then the target point has no value (missing).
 * The arrays lie in shared memory when they are made for worker threads.
 */
export interface Matrix extends MatrixPromise {
  /** Points of the target grid. */
  readonly rows: number;
  /** Points of the source grid. */
  readonly columns: number;
  /** `[rows + 1]` */
  readonly rowStart: Uint32Array;
  /** `[entries]` */
  readonly column: Uint32Array;
  /** `[entries]` */
  readonly weight: Float64Array;
}

/** What is not promised of a matrix that other interpolation matrices promise. */
export interface MatrixPromise {
  /** Weights may be negative or above 1 (cubic, second order conservative): values may overshoot. */
  readonly signed?: true;
  /** Rows may sum to anything (a partly covered cell, a transposed matrix). */
  readonly anySum?: true;
}

export interface MatrixSize {
  readonly rows: number;
  readonly columns: number;
  readonly entries: number;
  /** In SharedArrayBuffers, so that threads can read it without a copy. */
  readonly shared?: boolean;
}

/** A row's sum may differ from 1 by rounding only: 100 units in the last place per entry-sized sum. */
const sumTolerance = 1e-12;

export function allocateMatrix({ rows, columns, entries, shared = false }: MatrixSize): Matrix {
  if (entries > 0xffffffff) {
    throw new DteError('limit.range', `the interpolation matrix would have ${entries} entries`, {
      hint: 'at most 4294967295 can be indexed',
    });
  }
  const buffer = (bytes: number): ArrayBuffer | SharedArrayBuffer => (shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes));
  return {
    rows,
    columns,
    rowStart: new Uint32Array(buffer(4 * (rows + 1))),
    column: new Uint32Array(buffer(4 * entries)),
    weight: new Float64Array(buffer(8 * entries)),
  };
}

/** The matrix that copies every point: what a regrid between equal grids is. */
export function identityMatrix(points: number, shared = false): Matrix {
  const matrix = allocateMatrix({ rows: points, columns: points, entries: points, shared });
  for (let row = 0; row < points; row++) {
    matrix.rowStart[row + 1] = row + 1;
    matrix.column[row] = row;
  }
  matrix.weight.fill(1);
  return matrix;
}

/** Blocks of consecutive rows, in order, as one matrix: one block is returned as it is. */
export function concatenateRows(blocks: readonly Matrix[], columns: number, shared = false): Matrix {
  if (blocks.length === 1) return blocks[0];
  let rows = 0;
  let entries = 0;
  for (const block of blocks) {
    rows += block.rows;
    entries += block.column.length;
  }
  const matrix = allocateMatrix({ rows, columns, entries, shared });
  let row = 0;
  let entry = 0;
  for (const block of blocks) {
    for (let r = 1; r <= block.rows; r++) matrix.rowStart[row + r] = entry + block.rowStart[r];
    matrix.column.set(block.column, entry);
    matrix.weight.set(block.weight, entry);
    row += block.rows;
    entry += block.column.length;
  }
  return { ...matrix, ...promiseOf({ signed: blocks.some((b) => b.signed), anySum: blocks.some((b) => b.anySum) }) };
}

export function promiseOf({ signed, anySum }: { readonly signed?: boolean; readonly anySum?: boolean }): MatrixPromise {
  return { ...(signed ? { signed } : {}), ...(anySum ? { anySum } : {}) };
}

/** What the weights of a checked matrix do not keep of the promises: for files whose writer made none. */
export function promiseKept({ rows, rowStart, weight }: Matrix): MatrixPromise {
  let [signed, anySum] = [false, false];
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let entry = rowStart[row]; entry < rowStart[row + 1]; entry++) {
      sum += weight[entry];
      signed ||= weight[entry] < 0 || weight[entry] > 1 + sumTolerance;
    }
    anySum ||= rowStart[row + 1] > rowStart[row] && Math.abs(sum - 1) > sumTolerance;
  }
  return promiseOf({ signed, anySum });
}

/**
 * The promises of `Matrix`, for matrices that come from outside (a file, a cache): sizes agree, columns ascend and exist,
 * weights lie in [0, 1], every row sums to 1 or is empty, as far as the matrix does not say otherwise. `data.format` names the
 * first row that breaks one.
 */
export function checkMatrix(matrix: Matrix, file?: string): void {
  const { rows, columns, rowStart, column, weight, signed = false, anySum = false } = matrix;
  const refuse = (reason: string): never => {
    throw new DteError('data.format', `not an interpolation matrix: ${reason}`, file === undefined ? {} : { where: { file } });
  };
  if (rowStart.length !== rows + 1 || rowStart[0] !== 0)
    refuse(`${rows} rows need ${rows + 1} row starts from 0, found ${rowStart.length}`);
  if (rowStart[rows] !== column.length || column.length !== weight.length) {
    refuse(`row starts end at ${rowStart[rows]}, but there are ${column.length} columns and ${weight.length} weights`);
  }
  for (let row = 0; row < rows; row++) {
    const end = rowStart[row + 1];
    if (end < rowStart[row]) refuse(`row ${row} ends before it starts`);
    let sum = 0;
    let before = -1;
    for (let entry = rowStart[row]; entry < end; entry++) {
      if (column[entry] <= before) refuse(`the columns of row ${row} do not ascend`);
      before = column[entry];
      if (!Number.isFinite(weight[entry])) refuse(`row ${row} has the weight ${weight[entry]}`);
      if (!signed && !(weight[entry] >= 0 && (anySum || weight[entry] <= 1 + sumTolerance))) {
        refuse(`row ${row} has the weight ${weight[entry]}, outside 0 to 1`);
      }
      sum += weight[entry];
    }
    if (before >= columns) refuse(`row ${row} uses column ${before} of ${columns}`);
    if (!anySum && end > rowStart[row] && !(Math.abs(sum - 1) <= sumTolerance)) refuse(`row ${row} sums to ${sum}, not 1`);
  }
}
