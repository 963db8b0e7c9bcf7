import type { Grid } from '../../atlas/index.js';
import { frameOf, layoutOf } from '../layout.js';
import { cellParts } from './cell-parts.js';
import { boxAreas, rowCells } from './row-cells.js';

/**
 * Steradians of the cell around every point, the very areas that conservative weights conserve: sum over cells of area times value is
 * the integral on the unit sphere. `[points]` Boxes of a rotated grid are bounded by parallels and meridians of its own frame where
 * it meets a grid of the same frame or is the source, else (a target with another `source`) by great circles; all other grids
 * have the same areas with every source. Errors: `unsupported.grid` for a grid without cells, `input.grid` for a damaged cell.
 */
export function cellAreas(grid: Grid, source: Grid = grid): Float64Array {
  const frame = frameOf(source);
  const layout = layoutOf(grid, { cells: true, ...(frame === undefined ? {} : { frame }) });
  if (layout.cells !== undefined) return cellParts(layout.cells, false).area;
  return boxAreas(rowCells(layout.rows as NonNullable<typeof layout.rows>), grid.points);
}
