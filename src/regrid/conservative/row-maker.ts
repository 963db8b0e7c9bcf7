import type { Gradients, RowSum } from './gradients.js';
import { type OverlapFinder, overlapBuffer } from './overlaps.js';

export interface RowOptions {
  /** Divide by the covered area; else by the whole area of the target cell. */
  readonly normalise: boolean;
  /** Least share of a target cell that source cells must cover; below, the row is empty. */
  readonly leastCovered: number;
}

/** Entries of rows of weights, in order; grows as needed. */
export interface Entries {
  count: number;
  column: Uint32Array;
  weight: Float64Array;
}

export function entryBuffer(room: number): Entries {
  return { count: 0, column: new Uint32Array(room), weight: new Float64Array(room) };
}

/** Weights below this are rounding of cells that only touch. */
const sliver = 1e-13;

/**
 * A function that appends the row of one target cell T: weight |T n S| / |T| for every source cell S, and for second order (with
 * `gradients`) also the gradient of S times the first moment of T n S about the centre of mass of S. These moments sum to zero
 * over all T, so second order conserves exactly what first order does.
 */
export function rowMaker(
  finder: OverlapFinder,
  gradients: Gradients | undefined,
  columns: number,
  options: RowOptions,
): (target: number, entries: Entries) => void {
  const overlaps = overlapBuffer();
  const row = scatterBuffer(columns);
  return (target, entries) => {
    finder.find(target, overlaps, gradients !== undefined);
    let covered = 0;
    for (let k = 0; k < overlaps.count; k++) covered += overlaps.area[k];
    const area = finder.targetArea(target);
    if (!(covered > sliver * area) || covered < (options.leastCovered - 1e-10) * area) return;
    row.begin();
    for (let k = 0; k < overlaps.count; k++) row.add(overlaps.cell[k], overlaps.area[k]);
    if (gradients !== undefined) {
      const { area: part, cell, moment } = overlaps;
      for (let k = 0; k < overlaps.count; k++) gradients(row, cell[k], part[k], moment[3 * k], moment[3 * k + 1], moment[3 * k + 2]);
    }
    row.append(entries, 1 / (options.normalise ? covered : area));
  };
}

interface Scatter extends RowSum {
  begin(): void;
  append(entries: Entries, scale: number): void;
}

function scatterBuffer(columns: number): Scatter {
  const value = new Float64Array(columns);
  const stamp = new Uint32Array(columns);
  let touched = new Uint32Array(64);
  let count = 0;
  let round = 0;
  return {
    begin() {
      round++;
      count = 0;
    },
    add(column, amount) {
      if (stamp[column] === round) {
        value[column] += amount;
        return;
      }
      stamp[column] = round;
      value[column] = amount;
      if (count === touched.length) {
        const longer = new Uint32Array(2 * count);
        longer.set(touched);
        touched = longer;
      }
      touched[count++] = column;
    },
    append(entries, scale) {
      sortColumns(touched, count);
      makeRoom(entries, count);
      for (let k = 0; k < count; k++) {
        const weight = value[touched[k]] * scale;
        if (Math.abs(weight) < sliver) continue;
        entries.column[entries.count] = touched[k];
        entries.weight[entries.count] = weight;
        entries.count++;
      }
    },
  };
}

/** Overlaps come almost in order; long lists need not. */
function sortColumns(columns: Uint32Array, count: number): void {
  if (count > 64) {
    columns.subarray(0, count).sort();
    return;
  }
  for (let k = 1; k < count; k++) {
    const column = columns[k];
    let place = k;
    for (; place > 0 && columns[place - 1] > column; place--) columns[place] = columns[place - 1];
    columns[place] = column;
  }
}

function makeRoom(entries: Entries, more: number): void {
  const needed = entries.count + more;
  if (needed <= entries.column.length) return;
  const room = Math.ceil(needed * 1.5);
  const column = new Uint32Array(room);
  column.set(entries.column.subarray(0, entries.count));
  const weight = new Float64Array(room);
  weight.set(entries.weight.subarray(0, entries.count));
  entries.column = column;
  entries.weight = weight;
}
