import type { RowLayout } from '../layout.js';
import { bandOf, eastOf } from '../target-points.js';
import { emptyFound, type Found, offer, type PointSearch, sortFound, startFound } from './point-search.js';

const halfRadiansPerDegree = Math.PI / 360;

/**
 * Search among rows along parallels. A quarter of the squared chord is sin^2(dlat/2) + cos(lat) cos(lat') sin^2(dlon/2): rows are
 * met by their distance in latitude until that alone is too far, the points of a row from the target's meridian outwards to both
 * sides. No tree: two bisections and a handful of sines for a point.
 */
export function rowSearch(rows: RowLayout): PointSearch {
  const { lats, counts, lonFirst, lonStep, pointStart, periodic, order } = rows;
  const size = lats.length;
  const cosine = lats.map((lat) => cosineOf(lat));
  const half = lonStep.map((step) => step * halfRadiansPerDegree);
  // Rows by their distance from the latitude at hand, as far as they were needed; their sin^2(dlat/2) and cos cos'.
  const near = new Int32Array(size);
  const across = new Float64Array(size);
  const along = new Float64Array(size);
  let ordered = 0;
  let north = -1;
  let south = 0;
  let pointLat = Number.NaN;
  let pointLon = 0;
  let pointCosine = 0;
  const found: Found = emptyFound();

  function orderNext(): boolean {
    const toNorth = north >= 0 ? lats[north] - pointLat : Infinity;
    const toSouth = south < size ? pointLat - lats[south] : Infinity;
    if (toNorth === Infinity && toSouth === Infinity) return false;
    const row = toNorth < toSouth ? north-- : south++;
    near[ordered] = row;
    across[ordered] = Math.sin((lats[row] - pointLat) * halfRadiansPerDegree) ** 2;
    along[ordered] = cosine[row] * pointCosine;
    ordered++;
    return true;
  }

  function search(): number {
    for (let k = 0; k < ordered || orderNext(); k++) {
      if (across[k] > found.reach) break;
      if (along[k] > 0) scanRow(near[k], across[k], along[k]);
      else scanPole(near[k], across[k]);
    }
    return found.count;
  }

  function indexOf(point: number): number {
    return order === undefined ? point : order[point];
  }

  /** Every point of the row is as near: one of the two parallels is a pole. */
  function scanPole(row: number, distance: number): void {
    // In the order of rows the first points of the row have the lowest indices.
    const count = order === undefined ? Math.min(counts[row], found.most) : counts[row];
    for (let i = 0; i < count; i++) offer(found, indexOf(pointStart[row] + i), distance);
  }

  function scanRow(row: number, rowAcross: number, rowAlong: number): void {
    const count = counts[row];
    const start = pointStart[row];
    const halfStep = half[row];
    const position = eastOf(lonFirst[row], pointLon) / lonStep[row];
    // From the meridian to both sides, the nearer first. Beyond an end lies the other one, for open rows behind a gap.
    const around = periodic ? count : 360 / lonStep[row];
    let west = Math.min(Math.floor(position), count - 1);
    let toWest = position - west;
    let east = west + 1;
    let toEast = east - position;
    if (east === count) {
      east = 0;
      toEast += around - count;
    }
    for (let left = count; left > 0; left--) {
      const goWest = toWest <= toEast;
      const distance = rowAcross + rowAlong * sineSquared((goWest ? toWest : toEast) * halfStep);
      if (distance > found.reach) break;
      offer(found, indexOf(start + (goWest ? west : east)), distance);
      if (goWest) {
        toWest++;
        if (--west < 0) {
          west = count - 1;
          toWest += around - count;
        }
      } else {
        toEast++;
        if (++east === count) {
          east = 0;
          toEast += around - count;
        }
      }
    }
  }

  return {
    get index() {
      return found.index;
    },
    get distance() {
      return found.distance;
    },
    setPoint(lat, lon) {
      pointLon = lon;
      if (lat === pointLat) return;
      pointLat = lat;
      pointCosine = cosineOf(lat);
      ordered = 0;
      north = bandOf(lats, lat);
      south = north + 1;
    },
    nearest(count) {
      startFound(found, count, Infinity);
      return search();
    },
    within(distance) {
      startFound(found, Infinity, distance);
      search();
      sortFound(found);
      return found.count;
    },
  };
}

/** sin^2; angles are small or at least rarely large. */
function sineSquared(x: number): number {
  const z = x * x;
  if (z > 0.0036) {
    const sine = Math.sin(x);
    return sine * sine;
  }
  // Taylor to x^9: the next term is below 1e-18 of x here.
  const ratio = 1 + z * (-1 / 6 + z * (1 / 120 + z * (-1 / 5040 + z / 362880)));
  return z * ratio * ratio;
}

function cosineOf(lat: number): number {
  return Math.abs(lat) >= 90 ? 0 : Math.cos(lat * 2 * halfRadiansPerDegree);
}
