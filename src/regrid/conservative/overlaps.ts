/** The source cells that one target cell meets: area and moment of each common part. Grows as needed and is used again. */
export interface Overlaps {
  count: number;
  cell: Uint32Array;
  /** Steradians. */
  area: Float64Array;
  /** Integral of the unit vector over the common part; filled only for second order. `[3 count]` */
  moment: Float64Array;
}

export function overlapBuffer(): Overlaps {
  return { count: 0, cell: new Uint32Array(64), area: new Float64Array(64), moment: new Float64Array(192) };
}

export function addOverlap(overlaps: Overlaps, cell: number, area: number, mx: number, my: number, mz: number): void {
  const at = overlaps.count++;
  if (at === overlaps.cell.length) {
    overlaps.cell = grown(overlaps.cell, new Uint32Array(2 * at));
    overlaps.area = grown(overlaps.area, new Float64Array(2 * at));
    overlaps.moment = grown(overlaps.moment, new Float64Array(6 * at));
  }
  overlaps.cell[at] = cell;
  overlaps.area[at] = area;
  overlaps.moment[3 * at] = mx;
  overlaps.moment[3 * at + 1] = my;
  overlaps.moment[3 * at + 2] = mz;
}

export function grown<A extends Uint32Array | Float64Array>(old: A, larger: A): A {
  larger.set(old);
  return larger;
}

/** Finds the overlaps of cells of one grid with those of another. */
export interface OverlapFinder {
  /** Steradians of a target cell; 0 for a point without a cell. */
  targetArea(target: number): number;
  /** Replaces the contents of `overlaps` by those of the target cell, in any order; a source cell may come several times. */
  find(target: number, overlaps: Overlaps, withMoment: boolean): void;
}
