import type { RowLayout } from '../layout.js';

/**
 * The cells of a grid with rows: boxes between parallels and meridians. Boxes meet half-way between points; Gaussian rows where the
 * quadrature weights put their edges. The outermost rows of a grid that closes around the globe reach the pole; all other grids
 * end half a step beyond their outermost points, so that no cell is half as large as its neighbours.
 */
export interface RowCells {
  readonly rows: RowLayout;
  /** Sine of the edges between rows, north to south. `[rows + 1]` */
  readonly edges: Float64Array;
  /** Integral of sqrt(1 - z^2) from 0 to each edge: the horizontal moment of a box per unit vector of longitude. `[rows + 1]` */
  readonly moments: Float64Array;
}

export const radians = Math.PI / 180;

export function rowCells(rows: RowLayout): RowCells {
  const edges = rowEdges(rows);
  return { rows, edges, moments: edges.map((z) => (z * Math.sqrt((1 - z) * (1 + z)) + Math.asin(z)) / 2) };
}

function rowEdges({ lats, lonStep, gaussianEdges, north, south }: RowLayout): Float64Array {
  const last = lats.length - 1;
  const edges = new Float64Array(lats.length + 1);
  for (let edge = 1; edge <= last; edge++) edges[edge] = sineOf((lats[edge - 1] + lats[edge]) / 2);
  // A single row is as high as its boxes are wide.
  const height = (row: number, beside: number): number => (last > 0 ? Math.abs(lats[row] - lats[beside]) : lonStep[0]);
  edges[0] = north === 'open' ? sineOf(lats[0] + height(0, 1) / 2) : 1;
  edges[last + 1] = south === 'open' ? sineOf(lats[last] - height(last, last - 1) / 2) : -1;
  return gaussianEdges ?? edges;
}

function sineOf(lat: number): number {
  return Math.abs(lat) >= 90 ? Math.sign(lat) : Math.sin(lat * radians);
}

/** Steradians of every box of a row. */
export function boxArea({ rows, edges }: RowCells, row: number): number {
  return (edges[row] - edges[row + 1]) * boxWidth(rows, row) * radians;
}

/** Degrees. A box is never wider than the circle. */
export function boxWidth({ lonStep }: RowLayout, row: number): number {
  return Math.min(lonStep[row], 360);
}

/** The row of a point. */
export function rowOf({ pointStart }: RowLayout, point: number): number {
  let low = 0;
  let high = pointStart.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (pointStart[middle] <= point) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The area of every cell, steradians. `[points]` */
export function boxAreas(cells: RowCells, points: number): Float64Array {
  const areas = new Float64Array(points);
  const { pointStart, counts } = cells.rows;
  for (let row = 0; row < counts.length; row++) areas.fill(boxArea(cells, row), pointStart[row], pointStart[row] + counts[row]);
  return areas;
}
