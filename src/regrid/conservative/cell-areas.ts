import type { Grid } from '../../atlas/index.js';
import { layoutOf } from '../layout.js';
import { cellParts } from './cell-parts.js';
import { boxAreas, rowCells } from './row-cells.js';

/**
 * Steradians of the cell around every point, the very areas that conservative weights conserve: sum over cells of area times value is
 * the integral on the unit sphere. `[points]` Errors: `unsupported.grid` for a grid without cells, `input.grid` for a damaged cell.
 */
export function cellAreas(grid: Grid): Float64Array {
  // A grid in nested order has its cells in that order.
  const layout = layoutOf(grid, { cells: true });
  if (layout.cells !== undefined) return cellParts(layout.cells, false).area;
  return boxAreas(rowCells(layout.rows as NonNullable<typeof layout.rows>), grid.points);
}
