import type { RowLayout } from '../layout.js';
import type { Matrix } from '../matrix.js';
import type { Method, Problem } from '../method.js';
import { packSlots, rowSlots } from '../row-slots.js';
import { pointSearch, prepareSearch, tieFloor, tieTolerance } from '../search/point-search.js';
import { bandOf, eachParallel, eastOf, holdsLatitude, holdsLongitude, holdsPoint } from '../target-points.js';

const halfRadiansPerDegree = Math.PI / 360;

/**
 * MIR's `nearest-neighbour`: the source point at the smallest straight distance, weight 1; of points at equal distance the one
 * of the lowest index. (Upstream looks at four candidates only, so where more points tie, as around a pole, it may pick another.)
 * A quarter of the squared distance is sin^2(dlat/2) + cos(lat) cos(lat') sin^2(dlon/2).
 */
export const nearest: Method = {
  name: 'nearest-neighbour',
  inOwnOrder: true,
  prepare: prepareSearch,
  rows: (problem, start, end) => (problem.source.rows === undefined ? fromList(problem, start, end) : fromRows(problem, start, end)),
};

function fromRows({ source, target, shared }: Problem, start: number, end: number): Matrix {
  const rows = source.rows as RowLayout;
  const slots = rowSlots(end - start, 1);
  slots.weight.fill(1);
  const search = rowSearch(rows);
  eachParallel(target, start, end, (first, lat, lons, count) => {
    if (!holdsLatitude(source, lat)) return;
    search.setLatitude(lat);
    for (let k = 0; k < count; k++) {
      if (!holdsLongitude(source, lons[k])) continue;
      slots.column[first - start + k] = search.nearest(lons[k]);
      slots.used[first - start + k] = 1;
    }
  });
  return packSlots(slots, source.points, shared);
}

function fromList(problem: Problem, start: number, end: number): Matrix {
  const { source, target, shared, prepared } = problem;
  const slots = rowSlots(end - start, 1);
  slots.weight.fill(1);
  const search = pointSearch(source, prepared);
  eachParallel(target, start, end, (first, lat, lons, count) => {
    for (let k = 0; k < count; k++) {
      if (!holdsPoint(problem, first + k, lat, lons[k])) continue;
      search.setPoint(lat, lons[k]);
      slots.used[first - start + k] = search.nearest(1);
      slots.column[first - start + k] = search.index[0];
    }
  });
  return packSlots(slots, source.points, shared);
}

function rowSearch(rows: RowLayout): { setLatitude(lat: number): void; nearest(lon: number): number } {
  const { lats, counts, lonFirst, lonStep, pointStart, periodic, order } = rows;
  const size = lats.length;
  const cosine = lats.map((lat) => cosineOf(lat));
  /** Rows that can hold the nearest point of the latitude at hand, their sin^2(dlat/2) and cos cos'. */
  const candidate = new Int32Array(size);
  const across = new Float64Array(size);
  const along = new Float64Array(size);
  let candidates = 0;

  function add(row: number, lat: number, pointCosine: number): void {
    candidate[candidates] = row;
    across[candidates] = Math.sin((lats[row] - lat) * halfRadiansPerDegree) ** 2;
    along[candidates] = cosine[row] * pointCosine;
    candidates++;
  }

  /** No point of the parallel is farther from the row than this; the squared sine of half a step, or a whole one at a row's ends. */
  function farthest(k: number): number {
    const row = candidate[k];
    return across[k] + along[k] * Math.sin(Math.min(lonStep[row] * (periodic ? 0.5 : 180), 180) * halfRadiansPerDegree) ** 2;
  }

  return {
    setLatitude(lat) {
      const pointCosine = cosineOf(lat);
      const band = bandOf(lats, lat);
      candidates = 0;
      let bound = Infinity;
      let north = Math.min(Math.max(band, 0), size - 1);
      let south = north + 1;
      const inReach = (row: number): boolean =>
        Math.sin((lats[row] - lat) * halfRadiansPerDegree) ** 2 <= bound * (1 + tieTolerance) + tieFloor;
      while (north >= 0 && inReach(north)) {
        add(north--, lat, pointCosine);
        bound = Math.min(bound, farthest(candidates - 1));
      }
      while (south < size && inReach(south)) {
        add(south++, lat, pointCosine);
        bound = Math.min(bound, farthest(candidates - 1));
      }
    },
    nearest(lon) {
      // Above any quarter of a squared distance on the unit sphere.
      let best = 2;
      let bestIndex = 0;
      for (let k = 0; k < candidates; k++) {
        const row = candidate[k];
        if (across[k] > best * (1 + tieTolerance) + tieFloor) continue;
        const count = counts[row];
        const step = lonStep[row];
        const position = eastOf(lonFirst[row], lon) / step;
        let i = Math.floor(position);
        const rest = position - i;
        // Both neighbours only where they may tie; every point of a row is as near where one of the parallels is a pole.
        let tries = Math.abs(rest - 0.5) < 1e-6 ? 2 : 1;
        if (tries === 1 && rest > 0.5) i++;
        if (along[k] === 0) {
          i = 0;
          tries = 1;
        }
        for (; tries > 0; tries--, i++) {
          const inRow = periodic ? i % count : i < count ? i : nearerEnd(position, count, 360 / step);
          let degrees = lon - lonFirst[row] - inRow * step;
          degrees -= 360 * Math.round(degrees / 360);
          const h = Math.sin(degrees * halfRadiansPerDegree);
          const distance = across[k] + along[k] * h * h;
          const index = order === undefined ? pointStart[row] + inRow : order[pointStart[row] + inRow];
          const slack = best * tieTolerance + tieFloor;
          if (distance < best - slack || (distance <= best + slack && index < bestIndex)) {
            best = Math.min(distance, best);
            bestIndex = index;
          }
        }
      }
      return bestIndex;
    },
  };
}

/** Of an open row, for a position east of its last point: the last point, or the first when the way around the globe is shorter. */
function nearerEnd(position: number, count: number, around: number): number {
  return position - (count - 1) <= around - position ? count - 1 : 0;
}

function cosineOf(lat: number): number {
  return Math.abs(lat) >= 90 ? 0 : Math.cos(lat * 2 * halfRadiansPerDegree);
}
