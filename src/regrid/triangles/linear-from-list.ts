import type { Matrix } from '../matrix.js';
import type { Problem } from '../method.js';
import { packSlots, pruneEntries, rowSlots } from '../row-slots.js';
import { pointSearch } from '../search/point-search.js';
import { unitVector } from '../search/point-tree.js';
import { eachParallel, holdsPoint } from '../target-points.js';
import { locator, nearestCorner } from './locate.js';
import type { Triangulation } from './triangulation.js';

/**
 * Linear weights from a source without rows. Points of a plane's domain that the great circles of its outermost edges leave
 * outside take the nearest edge, as with rows; points beyond the hull of a list have no value.
 */
export function linearFromList(problem: Problem, start: number, end: number): Matrix {
  const { source, target, shared, prepared } = problem;
  const triangulation = prepared as unknown as Triangulation;
  const search = pointSearch(source, prepared);
  const found = locator(triangulation);
  const slots = rowSlots(end - start, 3);
  eachParallel(target, start, end, (first, lat, lons, count) => {
    for (let k = 0; k < count; k++) {
      if (!holdsPoint(problem, first + k, lat, lons[k])) continue;
      search.setPoint(lat, lons[k]);
      const [x, y, z] = unitVector(lat, lons[k]);
      if (!found.find(x, y, z, nearestCorner(search, triangulation))) {
        if (target.inPlane === undefined) continue;
        found.takeEdge();
      }
      const row = first - start + k;
      slots.column.set(found.corner, 3 * row);
      slots.weight.set(found.weight, 3 * row);
      slots.used[row] = pruneEntries(slots.column, slots.weight, 3 * row, 3);
    }
  });
  return packSlots(slots, source.points, shared);
}
