import type { RowLayout } from '../layout.js';
import { bandOf, eastOf } from '../target-points.js';
import { type PointSearch, tieFloor, tieTolerance } from './point-search.js';

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
  const perStep = lonStep.map((step) => 1 / step);
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
  let index = new Uint32Array(16);
  let distance = new Float64Array(16);

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

  /**
   * The nearest `most` points not farther than `limit`, in order, into `index` and `distance` (a distance of the square, as everywhere).
   * One long function with its state in locals: the innermost loop is most of the time of making weights.
   */
  function collect(most: number, limit: number): number {
    let count = 0;
    let reach = limit;
    for (let k = 0; k < ordered || orderNext(); k++) {
      const rowAcross = across[k];
      if (rowAcross > reach) break;
      const rowAlong = along[k];
      const row = near[k];
      const points = counts[row];
      const start = pointStart[row];
      const halfStep = half[row];
      const position = eastOf(lonFirst[row], pointLon) * perStep[row];
      // From the meridian to both sides, the nearer first. Beyond an end lies the other one, for open rows behind a gap. Where a parallel
      // is a pole all points of the row are as near: there the first ones are met first.
      const onPole = rowAlong === 0;
      const gap = periodic ? 0 : 360 * perStep[row] - points;
      let west = onPole ? points - 1 : Math.min(Math.floor(position), points - 1);
      let toWest = onPole ? Infinity : position - west;
      let east = west + 1;
      let toEast = onPole ? 0 : east - position;
      if (east === points) {
        east = 0;
        toEast += gap;
      }
      for (let left = points; left > 0; left--) {
        const goWest = toWest <= toEast;
        const x = (goWest ? toWest : toEast) * halfStep;
        const z = x * x;
        let squared = 0;
        if (onPole) squared = 0;
        else if (z > 0.0036) squared = Math.sin(x) ** 2;
        else {
          // Taylor to x^9: the next term is below 1e-18 of x here.
          const ratio = 1 + z * (-1 / 6 + z * (1 / 120 + z * (-1 / 5040 + z / 362880)));
          squared = z * ratio * ratio;
        }
        const d = rowAcross + rowAlong * squared;
        if (d > reach) break;
        const point = start + (goWest ? west : east);
        const id = order === undefined ? point : order[point];
        const slack = d * tieTolerance + tieFloor;
        let place = count;
        while (place > 0) {
          const before = distance[place - 1];
          if (before < d - slack || (before <= d + slack && index[place - 1] < id)) break;
          place--;
        }
        if (place < most) {
          if (count === index.length) grow();
          if (count < most) count++;
          for (let at = count - 1; at > place; at--) {
            index[at] = index[at - 1];
            distance[at] = distance[at - 1];
          }
          index[place] = id;
          distance[place] = d;
          // A point that ties with the last one may still replace it.
          if (count === most) reach = Math.min(reach, distance[count - 1] * (1 + 2 * tieTolerance) + 2 * tieFloor);
        } else if (onPole && order === undefined) break;
        if (goWest) {
          toWest++;
          if (--west < 0) {
            west = points - 1;
            toWest += gap;
          }
        } else {
          toEast++;
          if (++east === points) {
            east = 0;
            toEast += gap;
          }
        }
      }
    }
    return count;
  }

  function grow(): void {
    const [oldIndex, oldDistance] = [index, distance];
    index = new Uint32Array(2 * oldIndex.length);
    distance = new Float64Array(index.length);
    index.set(oldIndex);
    distance.set(oldDistance);
  }

  return {
    get index() {
      return index;
    },
    get distance() {
      return distance;
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
    nearest: (count) => collect(count, Infinity),
    within: (limit) => collect(Infinity, limit),
  };
}

function cosineOf(lat: number): number {
  return Math.abs(lat) >= 90 ? 0 : Math.cos(lat * 2 * halfRadiansPerDegree);
}
