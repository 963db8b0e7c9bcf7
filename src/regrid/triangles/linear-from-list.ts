import type { Matrix } from '../matrix.js';
import type { Problem } from '../method.js';
import { packSlots, pruneEntries, type RowSlots, rowSlots } from '../row-slots.js';
import { pointSearch } from '../search/point-search.js';
import { unitVector } from '../search/point-tree.js';
import { eachParallel, holdsPoint } from '../target-points.js';
import { type Located, locator, nearestCorner } from './locate.js';
import { quadWeights } from './quads.js';
import type { Triangulation } from './triangulation.js';

/**
 * Linear weights from a source without rows. Points of a plane's domain that the great circles of its outermost edges leave
 * outside take the nearest edge, as with rows; points beyond the hull of a list have no value.
 */
export function linearFromList(problem: Problem, start: number, end: number, quads: boolean): Matrix {
  const { source, target, shared, prepared } = problem;
  const triangulation = prepared as unknown as Triangulation;
  const nearest = source.plane === undefined ? nearestInList(problem, triangulation) : nearestInPlane(problem);
  const found = locator(triangulation);
  // Lists have no quadrilaterals.
  const plane = quads ? source.plane : undefined;
  const width = plane === undefined ? 3 : 4;
  const slots = rowSlots(end - start, width);
  eachParallel(target, start, end, (first, lat, lons, count) => {
    for (let k = 0; k < count; k++) {
      if (!holdsPoint(problem, first + k, lat, lons[k])) continue;
      const [x, y, z] = unitVector(lat, lons[k]);
      if (!found.find(x, y, z, nearest(first + k, lat, lons[k]))) {
        if (target.inPlane === undefined) continue;
        found.takeEdge();
      }
      const row = first - start + k;
      if (plane === undefined) {
        slots.column.set(found.corner, 3 * row);
        slots.weight.set(found.weight, 3 * row);
      } else quadrilateral(found, plane.columns, slots, 4 * row);
      slots.used[row] = pruneEntries(slots.column, slots.weight, width * row, width);
    }
  });
  return packSlots(slots, source.points, shared);
}

/** A corner of a triangle near a target point. */
type Nearest = (point: number, lat: number, lon: number) => number;

function nearestInList({ source, prepared }: Problem, triangulation: Triangulation): Nearest {
  const search = pointSearch(source, prepared);
  return (_point, lat, lon) => {
    search.setPoint(lat, lon);
    return nearestCorner(search, triangulation);
  };
}

/** In a plane the nearest column and row are known. */
function nearestInPlane({ source, target }: Problem): Nearest {
  const { columns } = source.plane as { columns: number };
  const { column, row } = target.inPlane as { column: Float64Array; row: Float64Array };
  return (point) => Math.round(row[point]) * columns + Math.round(column[point]);
}

/** The cell of the triangle that was found. */
function quadrilateral({ triangle, side }: Located, columns: number, { column, weight }: RowSlots, at: number): void {
  const cell = triangle() >>> 1;
  const northWest = Math.floor(cell / (columns - 1)) * columns + (cell % (columns - 1));
  const [southWest, southEast, northEast] = [northWest + columns, northWest + columns + 1, northWest + 1];
  const turn =
    side(northWest, southWest) + side(southWest, southEast) + side(southEast, northEast) + side(northEast, northWest) < 0 ? -1 : 1;
  const part = (a: number, b: number): number => turn * side(a, b);
  const second = part(southWest, northEast) < 0;
  const parts = second
    ? ([part(northEast, southWest), part(southWest, southEast), part(southEast, northEast)] as const)
    : ([part(southWest, northEast), part(northEast, northWest), part(northWest, southWest)] as const);
  column.set([northWest, southWest, southEast, northEast], at);
  quadWeights(second, parts, weight, at);
}
