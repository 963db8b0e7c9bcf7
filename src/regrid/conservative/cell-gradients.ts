import type { CellPolygons } from '../../atlas/index.js';
import { type CellParts, reals, words } from './cell-parts.js';
import type { Gradients } from './gradients.js';
import { neighbourCells } from './neighbours.js';

/** Gradients of all cells in compressed rows: what `gradientsOf` reads. */
export interface CellGradients {
  readonly start: Uint32Array;
  readonly column: Uint32Array;
  /** `[3 entries]` */
  readonly vector: Float64Array;
}

/**
 * The gradient of each polygon by least squares over the cells that share a corner with it, weighted by 1 / distance^2: exact for
 * linear functions however the neighbours lie, also at the edge of a grid. A cell whose neighbours lie on one line has none.
 */
export function cellGradients(polygons: CellPolygons, parts: CellParts, shared: boolean): CellGradients {
  const { start: besideStart, cell: beside } = neighbourCells(polygons);
  const start = words(parts.cells + 1, shared);
  const column = words(beside.length + parts.cells, shared);
  const vector = reals(3 * column.length, shared);
  const centre = new Float64Array(3 * parts.cells);
  for (let k = 0; k < centre.length; k++) centre[k] = parts.moment[k] / parts.area[Math.floor(k / 3)];
  let used = 0;
  for (let cell = 0; cell < parts.cells; cell++) {
    if (parts.area[cell] > 0) {
      const list = beside.subarray(besideStart[cell], besideStart[cell + 1]);
      used += fitted(cell, list, centre, column.subarray(used), vector.subarray(3 * used));
    }
    start[cell + 1] = used;
  }
  return { start, column: column.subarray(0, used), vector: vector.subarray(0, 3 * used) };
}

/** Writes the entries of one cell; the number of them. */
function fitted(cell: number, beside: Uint32Array, centre: Float64Array, column: Uint32Array, vector: Float64Array): number {
  const c = centre.subarray(3 * cell, 3 * cell + 3);
  const square = c[0] * c[0] + c[1] * c[1] + c[2] * c[2];
  const [e, n] = tangents(c, Math.sqrt(square));
  const along = new Float64Array(2 * beside.length);
  let [ee, en, nn] = [0, 0, 0];
  for (const [k, other] of beside.entries()) {
    const d = [0, 1, 2].map((axis) => centre[3 * other + axis] - c[axis]);
    const de = d[0] * e[0] + d[1] * e[1] + d[2] * e[2];
    const dn = d[0] * n[0] + d[1] * n[1] + d[2] * n[2];
    const weight = 1 / (de * de + dn * dn);
    ee += weight * de * de;
    en += weight * de * dn;
    nn += weight * dn * dn;
    along.set([weight * de, weight * dn], 2 * k);
  }
  const determinant = ee * nn - en * en;
  if (!(determinant > 1e-4 * (ee + nn) ** 2)) return 0;
  let own = [0, 0, 0];
  for (const [k, other] of beside.entries()) {
    const ge = (nn * along[2 * k] - en * along[2 * k + 1]) / determinant;
    const gn = (ee * along[2 * k + 1] - en * along[2 * k]) / determinant;
    const g = [0, 1, 2].map((axis) => ge * e[axis] + gn * n[axis]);
    column[k] = other;
    vector.set(g, 3 * k);
    own = own.map((value, axis) => value - g[axis]);
  }
  column[beside.length] = cell;
  vector.set(own, 3 * beside.length);
  return beside.length + 1;
}

/** Two unit vectors across a vector of a length. */
function tangents(c: Float64Array, length: number): readonly [readonly number[], readonly number[]] {
  const [x, y, z] = [c[0] / length, c[1] / length, c[2] / length];
  const r = Math.hypot(x, y);
  const e = r > 0 ? [-y / r, x / r, 0] : [1, 0, 0];
  return [e, [y * e[2] - z * e[1], z * e[0] - x * e[2], x * e[1] - y * e[0]]];
}

export function gradientsOf({ area: areas, moment }: CellParts, { start, column, vector }: CellGradients): Gradients {
  return (sum, cell, area, x, y, z) => {
    const share = area / areas[cell];
    const dx = x - share * moment[3 * cell];
    const dy = y - share * moment[3 * cell + 1];
    const dz = z - share * moment[3 * cell + 2];
    for (let k = start[cell]; k < start[cell + 1]; k++) {
      sum.add(column[k], vector[3 * k] * dx + vector[3 * k + 1] * dy + vector[3 * k + 2] * dz);
    }
  };
}
