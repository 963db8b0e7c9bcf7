import { earthRadius } from '../../atlas/index.js';
import { DteError } from '../../base/index.js';
import type { Layout, RowLayout } from '../layout.js';
import type { Problem } from '../method.js';
import type { ResolvedOptions } from '../method-options.js';
import { type PointSearch, tieFloor } from '../search/point-search.js';
import { unitVector } from '../search/point-tree.js';
import { bandOf } from '../target-points.js';

/**
 * Writes the weights of the first `count` points found, in their order, into `weights`: they sum to 1. Returns how many of them
 * are used: 1 for a target point on a source point in the weightings that tend to infinity there, 0 when there is no weight.
 */
export type Weighting = (search: PointSearch, count: number, weights: Float64Array, lat: number, lon: number) => number;

/** Squared chord in metres from the search's distance. */
const squareMetres = 4 * earthRadius ** 2;

/** The weighting that the option `distance-weighting` names. With `signed`, weights may be negative. */
export function weightingOf({ source, options }: Problem): { readonly weigh: Weighting; readonly signed: boolean } {
  const name = options['distance-weighting'] ?? 'inverse-distance-weighting-squared';
  if (name === 'pseudo-laplace') return { weigh: pseudoLaplace(source), signed: true };
  if (name === 'no') return { weigh: (_, count, weights) => normalise(weights.fill(1, 0, count), count), signed: false };
  if (name === 'nearest-neighbour') return { weigh: alone, signed: false };
  return { weigh: byDistance(name, options), signed: false };
}

/** Errors: `input.option` for options that contradict each other. */
export function checkWeighting(options: ResolvedOptions): void {
  const { distance = 1, 'climate-filter-delta': delta = 1000 } = options;
  if (options['distance-weighting'] !== 'climate-filter' || delta <= distance) return;
  throw new DteError('input.option', `climate-filter-delta ${delta} is more than the distance ${distance}`, {
    where: { option: 'climate-filter-delta' },
    hint: 'the edge of the filter lies around distance / 2: give a distance (m) greater than the delta',
  });
}

/** The nearest point alone. */
function alone(_search: PointSearch, _count: number, weights: Float64Array): number {
  weights[0] = 1;
  return 1;
}

function byDistance(name: string, options: ResolvedOptions): Weighting {
  const { distance = 1, 'distance-weighting-shepard-power': power = 2 } = options;
  if (name === 'cressman') return cressman(options);
  if (name === 'climate-filter') return climateFilter(distance, options['climate-filter-delta'] ?? 1000);
  if (name === 'gaussian') return gaussian(options['distance-weighting-gaussian-stddev'] ?? 1);
  if (name === 'inverse-distance-weighting-squared') return function_((square) => 1 / (1 + square));
  return inversePower(name === 'shepard' ? power : name === 'reciprocal' ? 2 : 1);
}

/** A weighting by a function of the squared distance in metres. */
function function_(weightOf: (square: number) => number): Weighting {
  return (search, count, weights) => {
    let sum = 0;
    for (let k = 0; k < count; k++) sum += weights[k] = weightOf(search.distance[k] * squareMetres);
    return sum > 0 ? normalise(weights, count) : 0;
  };
}

/** 1 / d^p; a target point on a source point takes that alone. */
function inversePower(power: number): Weighting {
  // Weights are relative: the radius of the Earth cancels.
  const half = -power / 2;
  return (search, count, weights) => {
    if (search.distance[0] <= tieFloor) return alone(search, count, weights);
    if (power === 1) for (let k = 0; k < count; k++) weights[k] = 1 / Math.sqrt(search.distance[k]);
    else if (power === 2) for (let k = 0; k < count; k++) weights[k] = 1 / search.distance[k];
    else for (let k = 0; k < count; k++) weights[k] = (search.distance[k] / search.distance[0]) ** half;
    return normalise(weights, count);
  };
}

/** exp(-d^2 / 2 s^2), relative to the nearest point: far from all points the sum would be 0 in f64. */
function gaussian(stddev: number): Weighting {
  const factor = -squareMetres / (2 * stddev * stddev);
  return (search, count, weights) => {
    for (let k = 0; k < count; k++) weights[k] = Math.exp((search.distance[k] - search.distance[0]) * factor);
    return normalise(weights, count);
  };
}

/**
 * ((r^2 - d^2) / (r^2 + d^2))^p inside the radius. Upstream has the sign of the numerator the other way round: with an odd power
 * no weight is above 0 and the point has no value; with an even one nothing changes.
 */
function cressman(options: ResolvedOptions): Weighting {
  const { distance = 1, 'cressman-model-extension-power': power = 1, 'cressman-as-upstream': asUpstream = false } = options;
  const square = distance ** 2;
  const sign = asUpstream ? -1 : 1;
  return function_((d2) => (d2 < square ? ((sign * (square - d2)) / (square + d2)) ** power : 0));
}

/** 1 near the target, 0 far from it, between them half a cosine wave of the width 2 delta around distance / 2. */
function climateFilter(distance: number, delta: number): Weighting {
  const middle = distance / 2;
  return function_((square) => {
    const d = Math.sqrt(square);
    if (d < middle - delta) return 1;
    return d > middle + delta ? 0 : 0.5 + 0.5 * Math.cos((Math.PI / 2) * ((d - middle + delta) / delta));
  });
}

/**
 * Pseudo-Laplacian: weights 1 + L . D that are nearest to equal ones among those that reproduce linear functions of x, y and z,
 * sum(w D) = 0 with D the points minus the target. They may be negative. Where the moments are singular (points on a line), the
 * nearest point alone.
 */
function pseudoLaplace(source: Layout): Weighting {
  const position = positionOf(source);
  return (search, count, weights, lat, lon) => {
    const target = unitVector(lat, lon);
    const offsets = Array.from({ length: count }, (_, k) => {
      const vector = unitVector(...position(search.index[k]));
      return [vector[0] - target[0], vector[1] - target[1], vector[2] - target[2]];
    });
    const sum = (i: number, j?: number): number => offsets.reduce((total, d) => total + d[i] * (j === undefined ? 1 : d[j]), 0);
    const [xx, xy, xz, yy, yz, zz] = [sum(0, 0), sum(0, 1), sum(0, 2), sum(1, 1), sum(1, 2), sum(2, 2)];
    const [rx, ry, rz] = [sum(0), sum(1), sum(2)];
    const determinant = xx * (yy * zz - yz * yz) - xy * (xy * zz - yz * xz) + xz * (xy * yz - yy * xz);
    // Relative to the cube of the moments' trace: a set of points has no volume at all when it is on a line.
    if (!(Math.abs(determinant) > 1e-14 * (xx + yy + zz) ** 3 * 1e-6)) return alone(search, count, weights);
    const lx = -(rx * (yy * zz - yz * yz) - xy * (ry * zz - yz * rz) + xz * (ry * yz - yy * rz)) / determinant;
    const ly = -(xx * (ry * zz - yz * rz) - rx * (xy * zz - yz * xz) + xz * (xy * rz - ry * xz)) / determinant;
    const lz = -(xx * (yy * rz - ry * yz) - xy * (xy * rz - ry * xz) + rx * (xy * yz - yy * xz)) / determinant;
    for (let k = 0; k < count; k++) weights[k] = 1 + lx * offsets[k][0] + ly * offsets[k][1] + lz * offsets[k][2];
    return normalise(weights, count) || alone(search, count, weights);
  };
}

/** Latitude and longitude of a point of a layout. */
function positionOf({ rows, lat, lon }: Layout): (point: number) => readonly [lat: number, lon: number] {
  if (rows === undefined) return (point) => [(lat as Float64Array)[point], (lon as Float64Array)[point]];
  const { pointStart, lats, lonFirst, lonStep, order } = rows as RowLayout;
  const place = order === undefined ? undefined : inverse(order);
  // bandOf wants a descending order.
  const descending = pointStart.map((start) => -start);
  return (index) => {
    const point = place === undefined ? index : place[index];
    const row = bandOf(descending, -point);
    return [lats[row], lonFirst[row] + (point - pointStart[row]) * lonStep[row]];
  };
}

function inverse(order: Uint32Array): Uint32Array {
  const place = new Uint32Array(order.length);
  for (let point = 0; point < order.length; point++) place[order[point]] = point;
  return place;
}

function normalise(weights: Float64Array, count: number): number {
  let sum = 0;
  for (let k = 0; k < count; k++) sum += weights[k];
  if (!(Math.abs(sum) > 0) || !Number.isFinite(sum)) return 0;
  for (let k = 0; k < count; k++) weights[k] /= sum;
  return count;
}
