import { allocateMatrix, type Matrix } from './matrix.js';

/** Weights below this are dropped and their sum is shared by the others of the row (MIR `prune-epsilon`). */
export const pruneEpsilon = 1e-10;

/** Room for a fixed number of entries in every row of a block, filled in any order of rows. */
export interface RowSlots {
  readonly rows: number;
  /** Entries that fit in a row. */
  readonly width: number;
  /** Entries used in each row. `[rows]` */
  readonly used: Uint8Array;
  /** `[rows, width]` */
  readonly column: Uint32Array;
  /** `[rows, width]` */
  readonly weight: Float64Array;
}

export function rowSlots(rows: number, width: number): RowSlots {
  return { rows, width, used: new Uint8Array(rows), column: new Uint32Array(rows * width), weight: new Float64Array(rows * width) };
}

/**
 * Sorts the `count` entries at `start` by column, drops those below `pruneEpsilon` and gives what they held in equal parts
 * to the rest. Returns the number of entries left. The sum does not change.
 */
export function pruneEntries(column: Uint32Array, weight: Float64Array, start: number, count: number): number {
  let kept = 0;
  let removed = 0;
  for (let entry = 0; entry < count; entry++) {
    const c = column[start + entry];
    const w = weight[start + entry];
    if (w < pruneEpsilon) {
      removed += w;
      continue;
    }
    let place = start + kept;
    while (place > start && column[place - 1] > c) {
      column[place] = column[place - 1];
      weight[place] = weight[place - 1];
      place--;
    }
    column[place] = c;
    weight[place] = w;
    kept++;
  }
  if (removed > 0) for (let entry = start; entry < start + kept; entry++) weight[entry] += removed / kept;
  return kept;
}

/** The slots as a block of matrix rows. */
export function packSlots(slots: RowSlots, columns: number, shared: boolean): Matrix {
  const { rows, width, used } = slots;
  let entries = 0;
  for (let row = 0; row < rows; row++) entries += used[row];
  const matrix = allocateMatrix({ rows, columns, entries, shared });
  const { rowStart, column, weight } = matrix;
  let entry = 0;
  for (let row = 0; row < rows; row++) {
    for (let slot = row * width; slot < row * width + used[row]; slot++) {
      column[entry] = slots.column[slot];
      weight[entry] = slots.weight[slot];
      entry++;
    }
    rowStart[row + 1] = entry;
  }
  return matrix;
}
