import type { RowLayout } from '../layout.js';
import type { Matrix } from '../matrix.js';
import type { Method, Prepared, Problem } from '../method.js';
import { linearFromList } from './linear-from-list.js';
import { isAligned, isOctahedral, quadWeights } from './quads.js';
import { rowMesh, type RowMesh } from './row-mesh.js';
import { packSlots, pruneEntries, type RowSlots, rowSlots } from '../row-slots.js';
import { bandOf, eachParallel, holdsLatitude, holdsLongitude } from '../target-points.js';
import { prepareTriangulation } from './triangulation.js';

const halfRadiansPerDegree = Math.PI / 360;

/** A weight may be this far below 0 before a point counts as outside its triangle; such weights are pruned anyway. */
const insideTolerance = 1e-10;

/**
 * MIR's `linear`: the ray from the centre of the Earth through the target point meets one planar triangle of the source mesh;
 * the weights are the barycentric coordinates of that meeting. With a, b, c the vertices minus the target p (unit vectors),
 * they are p.(b x c), p.(c x a), p.(a x b), divided by their sum.
 *
 * Seen from the centre the triangles tile the sphere, so the triangle is found by walking: along the band of triangles to the
 * two rungs that enclose the point, then over the row's edge into the next band if the point lies beyond it (edges are great
 * circles, which bulge polewards of their row).
 *
 * Points inside the bounding box of an open grid but outside its outermost edges (again the bulge; and the uneven ends of cropped
 * reduced rows, up to one step) belong to the nearest edge of their band. Upstream leaves these without a value.
 *
 * A source without rows is triangulated: Delaunay's triangles for lists of points, cut cells for grids of a map's plane.
 */
export const linear: Method = {
  name: 'linear',
  prepare: prepareElements,
  rows: (problem, start, end) => elementRows(problem, start, end, false),
};

/**
 * MIR's `bilinear`: like `linear`, but cells between aligned rows stay quadrilaterals (not in octahedral grids, which upstream cuts all
 * the same). A quadrilateral is met as one of two triangles; u and v of the meeting, towards the southern and the eastern corner, are
 * put into (1 - u)(1 - v), u (1 - v), u v, (1 - u) v: this is not the inverse of a bilinear map.
 */
export const bilinear: Method = {
  name: 'bilinear',
  prepare: prepareElements,
  rows: (problem, start, end) => elementRows(problem, start, end, true),
};

function prepareElements(problem: Problem): Prepared {
  return problem.source.rows === undefined ? prepareTriangulation(problem) : {};
}

function elementRows(problem: Problem, start: number, end: number, quads: boolean): Matrix {
  return problem.source.rows === undefined ? linearFromList(problem, start, end, quads) : linearRows(problem, start, end, quads);
}

function linearRows({ source, target, shared }: Problem, start: number, end: number, quads: boolean): Matrix {
  const rows = source.rows as RowLayout;
  const mesh = rowMesh(rows);
  const width = quads ? 4 : 3;
  const slots = rowSlots(end - start, width);
  const place = locator(mesh, rows, slots, quads && !isOctahedral(rows));
  eachParallel(
    target,
    start,
    end,
    (first, lat, lons, count) => {
      if (!holdsLatitude(source, lat)) return;
      place.setLatitude(lat);
      for (let k = 0; k < count; k++) {
        if (!holdsLongitude(source, lons[k])) continue;
        const row = first - start + k;
        const found = place.triangle(lons[k], width * row);
        slots.used[row] = pruneEntries(slots.column, slots.weight, width * row, found);
      }
    },
    (lat) => bandOf(mesh.lats, lat),
  );
  return packSlots(slots, source.points, shared);
}

interface Locator {
  setLatitude(lat: number): void;
  /** Writes columns and weights of the triangle around the point at `slot`; returns how many. */
  triangle(lon: number, slot: number): number;
}

function locator(mesh: RowMesh, rows: RowLayout, { column, weight }: RowSlots, quads: boolean): Locator {
  const { sine, cosine, lonFirst, spread, parts, counts, pointStart, periodic, size } = mesh;
  const bands = size - 1;
  let homeBand = 0;
  let pointSine = 0;
  let pointCosine = 1;

  /**
   * p.(a x b) for point i of row r and point j of row q, with p at longitude `lon`: positive when p lies left of the way from a
   * to b. Written in differences from p, so that nothing cancels between neighbours: with h = sin(dlon / 2), the difference in
   * the frame of p's meridian is (cos_r - cos_p - 2 cos_r h^2, 2 cos_r h sqrt(1 - h^2), sin_r - sin_p).
   */
  function side(r: number, i: number, q: number, j: number, lon: number): number {
    const h = halfSine(lonFirst[r] + (spread[r] * i) / parts[r] - lon);
    const g = halfSine(lonFirst[q] + (spread[q] * j) / parts[q] - lon);
    const cosR = cosine[r];
    const cosQ = cosine[q];
    const ax = cosR - pointCosine - 2 * cosR * h * h;
    const ay = 2 * cosR * h * Math.sqrt(1 - h * h);
    const az = sine[r] - pointSine;
    const bx = cosQ - pointCosine - 2 * cosQ * g * g;
    const by = 2 * cosQ * g * Math.sqrt(1 - g * g);
    const bz = sine[q] - pointSine;
    return pointCosine * (ay * bz - az * by) + pointSine * (ax * by - ay * bx);
  }

  function pointIndex(row: number, i: number): number {
    return pointStart[row] + (periodic && i >= counts[row] ? i - counts[row] : i);
  }

  function triangle(lon: number, slot: number): number {
    let band = homeBand;
    for (let crossed = 0; crossed <= size; crossed++) {
      if (band < 0 || band >= bands) {
        const found = patch(band < 0 ? 0 : size - 1, lon, slot);
        if (found > 0) return found;
        band = band < 0 ? 0 : bands - 1;
      }
      const lower = band + 1;
      const rungs = mesh.rungs(band);
      const triangles = rungs.length - 1;
      if (triangles < 1) return 0;
      let t = guess(band, lon, triangles);
      let west = side(band, rungs[t], lower, t - rungs[t], lon);
      let east = 0;
      // At most once around: a bound for the walk, not a way it goes.
      let steps = triangles;
      if (west < 0) {
        while (west < 0 && steps-- > 0 && (t > 0 || periodic)) {
          t = t === 0 ? triangles - 1 : t - 1;
          west = side(band, rungs[t], lower, t - rungs[t], lon);
        }
        east = side(band, rungs[t + 1], lower, t + 1 - rungs[t + 1], lon);
      } else {
        east = side(band, rungs[t + 1], lower, t + 1 - rungs[t + 1], lon);
        while (east > 0 && steps-- > 0 && (t < triangles - 1 || periodic)) {
          t = t === triangles - 1 ? 0 : t + 1;
          west = east;
          east = side(band, rungs[t + 1], lower, t + 1 - rungs[t + 1], lon);
        }
      }
      const north1 = rungs[t];
      const north2 = rungs[t + 1];
      const south1 = t - north1;
      const leansSouth = north2 === north1;
      // Weights: west of the eastern vertex, east of the western one, across that of the vertex alone on its row.
      let across = leansSouth ? side(lower, south1, lower, south1 + 1, lon) : -side(band, north1, band, north2, lon);
      west = Math.max(west, 0);
      east = Math.max(-east, 0);
      const base = leansSouth ? lower : band;
      const baseFirst = leansSouth ? south1 : north1;
      if (across < -insideTolerance * (west + east)) {
        const next = leansSouth ? band + 1 : band - 1;
        const end = next < 0 ? rows.north : rows.south;
        if ((next >= 0 && next < bands) || end === 'patch') {
          band = next;
          continue;
        }
        // The outermost edge of an open grid: the point of the edge on the same meridian.
        west = Math.max(halfSine(2 * (lon - lonFirst[base] - (spread[base] * baseFirst) / parts[base])), 0);
        east = Math.max(halfSine(2 * (lonFirst[base] + (spread[base] * (baseFirst + 1)) / parts[base] - lon)), 0);
      }
      across = Math.max(across, 0);
      if (quads && isAligned(mesh, band)) return quadrilateral(band, t >>> 1, lon, slot);
      return store(
        slot,
        pointIndex(base, baseFirst),
        east,
        pointIndex(base, baseFirst + 1),
        west,
        leansSouth ? pointIndex(band, north1) : pointIndex(lower, south1),
        across,
      );
    }
    return 0;
  }

  /** Cell i between two rows whose points have the same longitudes. */
  function quadrilateral(band: number, i: number, lon: number, slot: number): number {
    const lower = band + 1;
    // North-west, south-west, north-east; else south-east, north-east, south-west.
    let [origin, u, v] = [side(lower, i, band, i + 1, lon), side(band, i + 1, band, i, lon), side(band, i, lower, i, lon)];
    const second = origin < 0;
    if (second) [origin, u, v] = [-origin, side(lower, i, lower, i + 1, lon), side(lower, i + 1, band, i + 1, lon)];
    const corners = [pointIndex(band, i), pointIndex(lower, i), pointIndex(lower, i + 1), pointIndex(band, i + 1)];
    quadWeights(second, [origin, u, v], weight, slot);
    for (let k = 0; k < 4; k++) column[slot + k] = corners[k];
    return 4;
  }

  /** A triangle that holds `lon` or is near it: each row's own position, rounded down, counts the triangles that lean on it. */
  function guess(band: number, lon: number, triangles: number): number {
    const lower = band + 1;
    const ahead = lon - lonFirst[band];
    const unwrapped = periodic
      ? ahead - 360 * Math.floor(ahead / 360)
      : ahead - 360 * Math.round((ahead - (counts[band] * spread[band]) / 2) / 360);
    const north = counts[band] === 1 ? 0 : Math.floor((unwrapped * parts[band]) / spread[band]);
    const south = counts[lower] === 1 ? 0 : Math.floor(((unwrapped + lonFirst[band] - lonFirst[lower]) * parts[lower]) / spread[lower]);
    const t = north + south;
    if (!periodic) return t < 0 ? 0 : t >= triangles ? triangles - 1 : t;
    return t < 0 ? t + triangles : t >= triangles ? t - triangles : t;
  }

  /**
   * The polygon of the row next to a pole, cut by chords that zig-zag between its two halves: 0-last, 1-last, 1-(last - 1), ...
   * Nothing is found (0) when the point lies outside the polygon, between its edge and the parallel.
   */
  function patch(row: number, lon: number, slot: number): number {
    const count = counts[row];
    // Bisection: the chords are ordered, and the point lies left of (north) all that it is beyond.
    const beyond = row === 0 ? -1 : 1;
    let low = 0;
    let high = count - 2;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      const crossed = beyond * side(row, (middle + 1) >>> 1, row, count - 1 - (middle >>> 1), lon) > 0;
      if (crossed) low = middle;
      else high = middle;
    }
    const a = (low + 1) >>> 1;
    const b = count - 1 - (low >>> 1);
    const c = (low & 1) === 0 ? a + 1 : b - 1;
    const sign = -beyond;
    const partA = sign * side(row, c, row, b, lon);
    const partB = sign * side(row, a, row, c, lon);
    const partC = sign * side(row, b, row, a, lon);
    if (Math.min(partA, partB, partC) < -insideTolerance * (Math.abs(partA) + Math.abs(partB) + Math.abs(partC))) return 0;
    return store(
      slot,
      pointIndex(row, a),
      Math.max(partA, 0),
      pointIndex(row, b),
      Math.max(partB, 0),
      pointIndex(row, c),
      Math.max(partC, 0),
    );
  }

  /**
   * Weights in proportion to the three parts. The part of a point without a value (on a pole, index below 0, always the last)
   * is given to the other two; exactly at the pole, where these have nothing, the first two points of the row share it.
   */
  function store(slot: number, a: number, partA: number, b: number, partB: number, c: number, partC: number): number {
    if (c < 0) {
      const sum = partA + partB;
      const atPole = sum <= Number.EPSILON * partC;
      const row = pointSine > 0 ? 1 : size - 2;
      column[slot] = atPole ? pointStart[row] : a;
      column[slot + 1] = atPole ? pointStart[row] + 1 : b;
      weight[slot] = atPole ? 0.5 : partA / sum;
      weight[slot + 1] = atPole ? 0.5 : partB / sum;
      return 2;
    }
    const sum = partA + partB + partC;
    column[slot] = a;
    column[slot + 1] = b;
    column[slot + 2] = c;
    weight[slot] = partA / sum;
    weight[slot + 1] = partB / sum;
    weight[slot + 2] = partC / sum;
    return 3;
  }

  return {
    setLatitude(lat) {
      const pole = Math.abs(lat) >= 90;
      pointSine = pole ? Math.sign(lat) : Math.sin(lat * 2 * halfRadiansPerDegree);
      pointCosine = pole ? 0 : Math.cos(lat * 2 * halfRadiansPerDegree);
      const band = bandOf(mesh.lats, lat);
      homeBand = band < 0 && rows.north !== 'patch' ? 0 : band >= bands && rows.south !== 'patch' ? bands - 1 : band;
    },
    triangle,
  };
}

/** sin(degrees / 2) for any difference of longitudes, taken to [-180, 180]. */
function halfSine(degrees: number): number {
  const d = degrees > 180 || degrees < -180 ? degrees - 360 * Math.round(degrees / 360) : degrees;
  const x = d * halfRadiansPerDegree;
  if (x > 0.06 || x < -0.06) return Math.sin(x);
  // Taylor to x^9: the next term is below 1e-18 of x here.
  const z = x * x;
  return x * (1 + z * (-1 / 6 + z * (1 / 120 + z * (-1 / 5040 + z / 362880))));
}
