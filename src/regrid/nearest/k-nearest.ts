import type { Matrix } from '../matrix.js';
import type { Method, Problem } from '../method.js';
import { rowEntries } from '../row-entries.js';
import { pointSearch, prepareSearch } from '../search/point-search.js';
import { eachParallel, holdsPoint } from '../target-points.js';
import { pickOf } from './pick.js';
import { checkWeighting, weightingOf } from './weighting.js';

/**
 * MIR's `k-nearest`: some source points near the target point (`nearest-method`), weighted by their straight distance
 * (`distance-weighting`). Unlike upstream, whose default pick is the nearest point alone, the `nclosest` nearest are picked.
 */
export const kNearest: Method = {
  name: 'k-nearest',
  inOwnOrder: true,
  rowsPerThread: 250_000,
  check: (_source, _target, options) => checkWeighting(options),
  prepare: prepareSearch,
  rows: (problem, start, end) => kNearestRows(problem, start, end),
};

export function kNearestRows(problem: Problem, start: number, end: number): Matrix {
  const { source, target, shared, options, prepared } = problem;
  const search = pointSearch(source, prepared);
  const pick = pickOf(problem);
  const { weigh, signed } = weightingOf(problem);
  const entries = rowEntries({ rows: end - start, expected: options.nclosest ?? 4, signed });
  let weights = new Float64Array(64);
  eachParallel(target, start, end, (first, lat, lons, count) => {
    for (let k = 0; k < count; k++) {
      if (holdsPoint(problem, first + k, lat, lons[k])) {
        search.setPoint(lat, lons[k]);
        const picked = pick(search, first + k);
        if (picked > weights.length) weights = new Float64Array(2 * picked);
        const used = picked === 0 ? 0 : weigh(search, picked, weights, lat, lons[k]);
        entries.addRow(search.index, weights, used);
      }
      entries.endRow();
    }
  });
  return entries.pack(source.points, shared);
}
