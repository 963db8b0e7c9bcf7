import type { Grid, ProjectedFrame } from '../atlas/index.js';
import { kept, type Layout, type PlanePositions } from './layout.js';
import { eachParallel } from './target-points.js';

/** Positions this far outside, in steps, are rounding. */
const edgeTolerance = 1e-6;

/** Where the points of a target lie in the plane of a source; undefined for a source without one. */
export function positionsInPlane(source: Grid, target: Layout, shared: boolean): PlanePositions | undefined {
  const { projected } = source;
  if (projected === undefined) return undefined;
  const column = new Float64Array(target.points).fill(-1);
  const row = new Float64Array(target.points).fill(-1);
  eachParallel(target, 0, target.points, (first, lat, lons, count) => {
    for (let k = 0; k < count; k++) {
      const [x, y] = projected.projection.forward(lat, lons[k]);
      const [c, r] = [snapped((x - projected.x) / projected.dx), snapped((y - projected.y) / projected.dy)];
      if (!holds(projected, c, r)) continue;
      column[first + k] = c;
      row[first + k] = r;
    }
  });
  return { column: kept(column, shared), row: kept(row, shared) };
}

/** A rounding error next to a whole number is taken away, so that a target on a source point is found there. */
function snapped(position: number): number {
  const whole = Math.round(position);
  return Math.abs(position - whole) < edgeTolerance ? whole : position;
}

function holds({ columns, rows }: ProjectedFrame, column: number, row: number): boolean {
  return column >= 0 && row >= 0 && column <= columns - 1 && row <= rows - 1;
}
