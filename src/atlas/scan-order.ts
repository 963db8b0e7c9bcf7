import { assert, DteError } from '../base/index.js';

export interface ScanOrderOptions {
  /** GRIB flag table 3.4 (edition 1: table 8): 128 rows run west, 64 columns run north, 32 columns are consecutive, 16 every other row runs back. */
  readonly scanningMode: number;
  /** Points in each row, for a regular grid. */
  readonly columns?: number;
  readonly rows?: number;
  /** Points in each row, north to south, for a reduced grid. `[rows]` */
  readonly counts?: ArrayLike<number>;
}

const westward = 128;
const northward = 64;
const columnsFirst = 32;
const alternating = 16;

/**
 * Where the points of the canonical order (north to south, west to east) lie in a message: canonical index -> message index.
 * Undefined when the message is canonical already. `unsupported.grid` for consecutive columns of a reduced grid and for
 * the staggered modes (flag bits 5 to 8).
 */
export function scanOrder(options: ScanOrderOptions): Uint32Array | undefined {
  const { scanningMode } = options;
  if (!Number.isInteger(scanningMode) || scanningMode < 0 || scanningMode > 255 || (scanningMode & 15) !== 0) {
    throw new DteError('unsupported.grid', `scanning mode ${scanningMode} is not implemented`, {
      hint: 'combinations of 128, 64, 32 and 16 are',
    });
  }
  if (scanningMode === 0) return undefined;
  const isByColumns = (scanningMode & columnsFirst) !== 0;
  if (isByColumns && options.counts !== undefined) {
    throw new DteError('unsupported.grid', `scanning mode ${scanningMode} (consecutive columns) has no meaning for a reduced grid`);
  }
  const order = isByColumns ? orderByColumns(scanningMode, options) : orderByRows(scanningMode, options);
  return order.every((messageIndex, index) => messageIndex === index) ? undefined : order;
}

function orderByRows(scanningMode: number, options: ScanOrderOptions): Uint32Array {
  const counts = options.counts ?? new Int32Array(checkedSize(options).rows).fill(checkedSize(options).columns);
  const rows = counts.length;
  const isSouthFirst = (scanningMode & northward) !== 0;
  const starts = new Float64Array(rows + 1);
  for (let scan = 0; scan < rows; scan++) starts[scan + 1] = starts[scan] + counts[isSouthFirst ? rows - 1 - scan : scan];
  const order = new Uint32Array(starts[rows]);
  let index = 0;
  for (let row = 0; row < rows; row++) {
    const scan = isSouthFirst ? rows - 1 - row : row;
    const isBack = isBackwards(scanningMode, westward, scan);
    const start = starts[scan];
    const count = counts[row];
    for (let i = 0; i < count; i++) order[index++] = isBack ? start + count - 1 - i : start + i;
  }
  return order;
}

function orderByColumns(scanningMode: number, options: ScanOrderOptions): Uint32Array {
  const { columns, rows } = checkedSize(options);
  const isEastFirst = (scanningMode & westward) !== 0;
  const order = new Uint32Array(columns * rows);
  for (let column = 0; column < columns; column++) {
    const scan = isEastFirst ? columns - 1 - column : column;
    const isBack = isBackwards(scanningMode, northward, scan);
    for (let row = 0; row < rows; row++) order[row * columns + column] = scan * rows + (isBack ? rows - 1 - row : row);
  }
  return order;
}

/** The direction flag holds for the first run; with bit 16 every other run goes the opposite way. */
function isBackwards(scanningMode: number, directionFlag: number, run: number): boolean {
  const isTurned = (scanningMode & alternating) !== 0 && run % 2 === 1;
  return ((scanningMode & directionFlag) !== 0) !== isTurned;
}

function checkedSize(options: ScanOrderOptions): { readonly columns: number; readonly rows: number } {
  const { columns, rows } = options;
  assert(columns !== undefined && rows !== undefined, 'scanOrder is given columns and rows, or counts');
  return { columns, rows };
}
