import type { CellPolygons } from '../../atlas/index.js';
import { pointOnSphere } from './sphere.js';

/** The cells beside each cell, in compressed rows. */
export interface Neighbours {
  readonly start: Uint32Array;
  readonly cell: Uint32Array;
}

/** Corners of neighbours differ by rounding at most; boxes of this size (60 cm) tell them apart. */
const boxesPerUnit = 1e7;
/** Keeps round coordinates, which are common, off the edges of boxes. */
const offset = 0.3183;

/** For every cell those that share a corner with it. */
export function neighbourCells({ start, lat, lon }: CellPolygons): Neighbours {
  const cells = start.length - 1;
  const corner = cornerNumbers(lat, lon);
  const { first, holder } = holders(start, corner);
  const begin = new Uint32Array(cells + 1);
  const seen = new Uint32Array(cells).fill(0xffffffff);
  let found = new Uint32Array(8 * cells + 16);
  let used = 0;
  for (let cell = 0; cell < cells; cell++) {
    seen[cell] = cell;
    for (let vertex = start[cell]; vertex < start[cell + 1]; vertex++) {
      for (let at = first[corner[vertex]]; at < first[corner[vertex] + 1]; at++) {
        const other = holder[at];
        if (seen[other] === cell) continue;
        seen[other] = cell;
        if (used === found.length) {
          const longer = new Uint32Array(2 * used);
          longer.set(found);
          found = longer;
        }
        found[used++] = other;
      }
    }
    begin[cell + 1] = used;
  }
  return { start: begin, cell: found.subarray(0, used) };
}

/** The cells of every corner. */
function holders(start: Uint32Array, corner: Uint32Array): { readonly first: Uint32Array; readonly holder: Uint32Array } {
  const first = new Uint32Array(corner.length + 1);
  for (const number of corner) first[number + 1]++;
  for (let k = 0; k < corner.length; k++) first[k + 1] += first[k];
  const next = first.slice();
  const holder = new Uint32Array(corner.length);
  for (let cell = 0; cell < start.length - 1; cell++) {
    for (let vertex = start[cell]; vertex < start[cell + 1]; vertex++) holder[next[corner[vertex]]++] = cell;
  }
  return { first, holder };
}

/** Equal numbers for equal corners, by a hash table with open addresses. */
function cornerNumbers(lat: Float64Array, lon: Float64Array): Uint32Array {
  const size = 2 ** Math.ceil(Math.log2(2 * lat.length + 2));
  const table = new Uint32Array(size);
  const number = new Uint32Array(lat.length);
  const box = new Int32Array(3 * lat.length);
  for (let vertex = 0; vertex < lat.length; vertex++) {
    const at = 3 * vertex;
    for (const [axis, value] of pointOnSphere(lat[vertex], lon[vertex]).entries())
      box[at + axis] = Math.floor(value * boxesPerUnit + offset);
    let slot = (Math.imul(box[at], 73856093) ^ Math.imul(box[at + 1], 19349663) ^ Math.imul(box[at + 2], 83492791)) & (size - 1);
    // 0 is a free slot; else one more than the first vertex of a corner.
    while (table[slot] !== 0 && !sameBox(box, table[slot] - 1, vertex)) slot = (slot + 1) & (size - 1);
    if (table[slot] === 0) table[slot] = vertex + 1;
    number[vertex] = table[slot] - 1;
  }
  return number;
}

function sameBox(box: Int32Array, a: number, b: number): boolean {
  return box[3 * a] === box[3 * b] && box[3 * a + 1] === box[3 * b + 1] && box[3 * a + 2] === box[3 * b + 2];
}
