import { rowEdges } from '../cells/row-cells.js';
import type { CellPolygons, Grid, Rows } from '../grid.js';
import { excess } from '../mesh/cell-geometry.js';
import { unitVectors } from '../mesh/unit-vectors.js';
import { rowStarts } from '../rows.js';

const degree = Math.PI / 180;

/** Solid angle that each point of a grid stands for, steradians, by the cells around the points; undefined where the grid has none. `[points]` */
export function pointAreas(grid: Grid): Float64Array | undefined {
  if (grid.healpix !== undefined) return new Float64Array(grid.points).fill((4 * Math.PI) / grid.points);
  const rows = grid.rows ?? grid.rotated?.rows;
  if (rows !== undefined) return rowAreas(rows, grid.gaussianNumber);
  if (grid.cells === undefined) return undefined;
  return polygonAreas(grid.cells());
}

/** Boxes between parallels: (sin north - sin south) times the step. */
function rowAreas(rows: Rows, gaussianNumber: number | undefined): Float64Array {
  const edges = rowEdges(rows, gaussianNumber);
  const starts = rowStarts(rows);
  const areas = new Float64Array(starts[rows.counts.length] as number);
  for (let row = 0; row < rows.counts.length; row++) {
    const north = edges[row] as number;
    const south = edges[row + 1] as number;
    // sin a - sin b as a product: nothing cancels in the thin rows at the poles.
    const height = 2 * Math.cos(((north + south) / 2) * degree) * Math.sin(((north - south) / 2) * degree);
    areas.fill(height * (rows.lonStep[row] as number) * degree, starts[row], starts[row + 1]);
  }
  return areas;
}

function polygonAreas({ start, lat, lon }: CellPolygons): Float64Array {
  const vectors = unitVectors(lat, lon);
  const areas = new Float64Array(start.length - 1);
  for (let cell = 0; cell < areas.length; cell++) {
    // A fan of triangles from the first vertex.
    for (let vertex = start[cell] + 1; vertex + 1 < start[cell + 1]; vertex++)
      areas[cell] += excess(vectors, start[cell], vertex, vertex + 1);
  }
  return areas;
}
