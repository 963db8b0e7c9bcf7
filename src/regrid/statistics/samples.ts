import { gridBoxes } from '../grid-boxes.js';
import type { Layout } from '../layout.js';
import { allocateMatrix, type Matrix } from '../matrix.js';
import type { Method, Problem } from '../method.js';
import { kNearestRows } from '../nearest/k-nearest.js';
import { pointSearch, prepareSearch } from '../search/point-search.js';
import { bandOf, eachParallel, eastOf } from '../target-points.js';
import { preparedMatrix, rowsOfPrepared } from './transposed.js';

/**
 * Methods that say which source points a target point is made from, all with the same weight: what is made of them is
 * `interpolation-statistics`. Applied as weights they give the mean.
 */

/** MIR's `k-nearest-statistics`: the points that `nearest-method` picks. */
export const kNearestStatistics: Method = {
  name: 'k-nearest-statistics',
  inOwnOrder: true,
  rowsPerThread: 250_000,
  prepare: prepareSearch,
  rows: (problem, start, end) => kNearestRows({ ...problem, options: { ...problem.options, 'distance-weighting': 'no' } }, start, end),
};

/** MIR's `grid-box-statistics`: the source points inside the box of the target point; on an edge of boxes, in both. */
export const gridBoxStatistics: Method = {
  name: 'grid-box-statistics',
  needs: ['target-rows'],
  prepare: (problem) => preparedMatrix(pairsMatrix(problem, pointsInBoxes(problem))),
  rows: ({ source, prepared }, start, end) => rowsOfPrepared(prepared, source.points, [start, end]),
};

/** MIR's `voronoi-statistics`: the source points to which the target point is the nearest; where there are none, its nearest source point. */
export const voronoiStatistics: Method = {
  name: 'voronoi-statistics',
  prepare: (problem) => preparedMatrix(pairsMatrix(problem, nearestPairs(problem))),
  rows: ({ source, prepared }, start, end) => rowsOfPrepared(prepared, source.points, [start, end]),
};

/** Pairs of target and source points, grouped by source points in ascending order (but for those at the end). */
interface Pairs {
  readonly target: number[];
  readonly source: number[];
}

function eachPoint(layout: Layout, visit: (point: number, lat: number, lon: number) => void): void {
  eachParallel(layout, 0, layout.points, (first, lat, lons, count) => {
    for (let k = 0; k < count; k++) visit(first + k, lat, lons[k]);
  });
}

const edgeTolerance = 1e-9;

function pointsInBoxes({ source, target }: Problem): Pairs {
  const { rows, edges, cut } = gridBoxes(target);
  const pairs: Pairs = { target: [], source: [] };
  const lastRow = rows.lats.length - 1;
  eachPoint(source, (point, lat, lon) => {
    const sine = Math.abs(lat) >= 90 ? Math.sign(lat) : Math.sin((lat * Math.PI) / 180);
    const band = bandOf(edges, sine);
    for (let row = Math.max(band - 1, 0); row <= Math.min(band + 1, lastRow); row++) {
      if (sine > edges[row] + edgeTolerance || sine < edges[row + 1] - edgeTolerance) continue;
      const count = rows.counts[row];
      // Position from the western edge of the first box.
      const position = eastOf(rows.lonFirst[row] - rows.lonStep[row] / 2, lon) / rows.lonStep[row];
      for (let box = Math.floor(position - edgeTolerance); box <= position + edgeTolerance; box++) {
        if (
          !rows.periodic &&
          (box < 0 || box >= count || (cut !== undefined && eastOf(cut.west, lon) > cut.east - cut.west + edgeTolerance))
        )
          continue;
        pairs.target.push(rows.pointStart[row] + (((box % count) + count) % count));
        pairs.source.push(point);
      }
    }
  });
  return pairs;
}

function nearestPairs({ source, target }: Problem): Pairs {
  const pairs: Pairs = { target: [], source: [] };
  const taken = new Uint8Array(target.points);
  const toTarget = pointSearch(target, prepareSearch({ source: target, shared: false }));
  eachPoint(source, (point, lat, lon) => {
    toTarget.setPoint(lat, lon);
    toTarget.nearest(1);
    taken[toTarget.index[0]] = 1;
    pairs.target.push(toTarget.index[0]);
    pairs.source.push(point);
  });
  const toSource = pointSearch(source, prepareSearch({ source, shared: false }));
  eachPoint(target, (point, lat, lon) => {
    if (taken[point] === 1) return;
    toSource.setPoint(lat, lon);
    toSource.nearest(1);
    pairs.target.push(point);
    pairs.source.push(toSource.index[0]);
  });
  return pairs;
}

/** Rows of equal weights. A target with pairs has them in ascending order of sources. */
function pairsMatrix({ source, target, shared }: Problem, pairs: Pairs): Matrix {
  const matrix = allocateMatrix({ rows: target.points, columns: source.points, entries: pairs.target.length, shared });
  const { rowStart, column, weight } = matrix;
  for (const row of pairs.target) rowStart[row + 1]++;
  for (let row = 0; row < target.points; row++) rowStart[row + 1] += rowStart[row];
  const next = rowStart.slice(0, target.points);
  pairs.target.forEach((row, pair) => {
    column[next[row]] = pairs.source[pair];
    weight[next[row]++] = 1 / (rowStart[row + 1] - rowStart[row]);
  });
  return matrix;
}
