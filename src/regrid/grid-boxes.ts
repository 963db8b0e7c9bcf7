import type { Layout, RowLayout } from './layout.js';

/**
 * Every point of a row-structured grid stands for a rectangle in longitude and latitude. Rows of boxes meet half-way between
 * parallels (Gaussian grids: where the quadrature weights put it), the outermost end at the pole or at the grid's area; in a
 * row they meet half-way between points, in open grids cut at the first and last point.
 * Areas are taken as (sin north - sin south)(east - west) with longitudes in degrees: the common factor cancels in every weight.
 */
export interface GridBoxes {
  readonly rows: RowLayout;
  /** Sine of the edges between rows of boxes, north to south. `[rows + 1]` */
  readonly edges: Float64Array;
  /** Boxes of open grids are cut here; undefined for periodic grids. Degrees. */
  readonly cut: { readonly west: number; readonly east: number } | undefined;
}

const radiansPerDegree = Math.PI / 180;

/**
 * The boxes of a layout. `halfBox`: as upstream (atlas GridBoxes), the first box of a row has its point on the first multiple of
 * the step at or east of the row's first point: half a box too far east for the shifted rows of HEALPix.
 */
export function gridBoxes(layout: Layout, halfBox = false): GridBoxes {
  const rows = halfBox ? shifted(layout.rows as RowLayout) : (layout.rows as RowLayout);
  const { lats, gaussianEdges, periodic } = rows;
  const edges = new Float64Array(lats.length + 1);
  for (let edge = 1; edge < lats.length; edge++) {
    edges[edge] = gaussianEdges === undefined ? sineOf((lats[edge - 1] + lats[edge]) / 2) : gaussianEdges[edge];
  }
  edges[0] = sineOf(layout.domain.north);
  edges[lats.length] = sineOf(layout.domain.south);
  return { rows, edges, cut: periodic ? undefined : layout.domain };
}

function shifted(rows: RowLayout): RowLayout {
  return { ...rows, lonFirst: rows.lonFirst.map((first, row) => Math.ceil(first / rows.lonStep[row] - 1e-9) * rows.lonStep[row]) };
}

function sineOf(lat: number): number {
  return Math.abs(lat) >= 90 ? Math.sign(lat) : Math.sin(lat * radiansPerDegree);
}
