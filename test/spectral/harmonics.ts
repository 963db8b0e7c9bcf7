import { type Field, type Grid, spectralGrid, tileLayout } from '../../src/atlas/index.js';
import type { DeviceArray, Engine } from '../../src/compute/index.js';
import { seeded } from '../support/random.js';

/** Place of the real part of coefficient (m, n) in GRIB order. */
export function placeOf(truncation: number, m: number, n: number): number {
  return m * (2 * truncation - m + 3) + 2 * (n - m);
}

/**
 * P(n, m) at mu with half the integral of the square 1, from the textbook formula: P_mm = (2m - 1)!! cos^m, the recurrence of the
 * plain functions, then sqrt((2n + 1) (n - m)! / (n + m)!). Good up to n of about 80, and nothing of it is shared with the product.
 */
export function associatedLegendre(m: number, n: number, mu: number): number {
  const cosine = Math.sqrt((1 - mu) * (1 + mu));
  let below = 0;
  let value = 1;
  for (let k = 1; k <= m; k++) value *= (2 * k - 1) * cosine;
  for (let k = m + 1; k <= n; k++) [below, value] = [value, ((2 * k - 1) * mu * value - (k + m - 1) * below) / (k - m)];
  let ratio = 2 * n + 1;
  for (let k = n - m + 1; k <= n + m; k++) ratio /= k;
  return value * Math.sqrt(ratio);
}

/** Values at points of coefficients in several layers, summed as they stand. */
export function directSums(truncation: number, layers: readonly ArrayLike<number>[], lat: Float64Array, lon: Float64Array): Float64Array[] {
  const values = layers.map(() => new Float64Array(lat.length));
  let sums: { re: number; im: number }[][] = [];
  for (let point = 0; point < lat.length; point++) {
    if (point === 0 || lat[point] !== lat[point - 1]) sums = sumsAt(truncation, layers, Math.sin((lat[point]! * Math.PI) / 180));
    const angle = (lon[point]! * Math.PI) / 180;
    for (let m = 0; m <= truncation; m++) {
      const cosine = (m === 0 ? 1 : 2) * Math.cos(m * angle);
      const sine = m === 0 ? 0 : 2 * Math.sin(m * angle);
      for (const [layer, own] of sums.entries()) values[layer]![point] += own[m]!.re * cosine - own[m]!.im * sine;
    }
  }
  return values;
}

function sumsAt(truncation: number, layers: readonly ArrayLike<number>[], mu: number): { re: number; im: number }[][] {
  const sums = layers.map(() => Array.from({ length: truncation + 1 }, () => ({ re: 0, im: 0 })));
  for (let m = 0; m <= truncation; m++) {
    for (let n = m; n <= truncation; n++) {
      const p = associatedLegendre(m, n, mu);
      const at = placeOf(truncation, m, n);
      for (const [layer, coefficients] of layers.entries()) {
        sums[layer]![m]!.re += p * coefficients[at]!;
        sums[layer]![m]!.im += p * coefficients[at + 1]!;
      }
    }
  }
  return sums;
}

/** Coefficients of a field of a smooth kind: multiples of 2^-20 of the size (n + 1)^-1.5, no imaginary part at m = 0. */
export function randomCoefficients(truncation: number, seed: number): Float64Array {
  const random = seeded(seed);
  const coefficients = new Float64Array((truncation + 1) * (truncation + 2));
  for (let m = 0; m <= truncation; m++) {
    for (let n = m; n <= truncation; n++) {
      const at = placeOf(truncation, m, n);
      const size = (n + 1) ** -1.5;
      coefficients[at] = Math.round((random() - 0.5) * size * 2 ** 20) / 2 ** 20;
      coefficients[at + 1] = m === 0 ? 0 : Math.round((random() - 0.5) * size * 2 ** 20) / 2 ** 20;
    }
  }
  return coefficients;
}

/** A field of these layers, `[points]` each. */
export async function fieldOf(engine: Engine, grid: Grid, layers: readonly ArrayLike<number>[]): Promise<Field<number>> {
  const tiles = [];
  for (const [firstLayer, lanes] of tileLayout(grid.points, layers.length, engine.info.maxBindingBytes)) {
    const values = new Float64Array(grid.points * lanes);
    for (let point = 0; point < grid.points; point++) {
      for (let lane = 0; lane < lanes; lane++) values[point * lanes + lane] = layers[firstLayer + lane]![point]!;
    }
    tiles.push({ values: (await engine.upload('f32', values)) as DeviceArray<'f32'>, firstLayer, lanes });
  }
  return { grid, layers: layers.map((_, index) => index), tiles, mayBeMissing: false };
}

export function spectralField(engine: Engine, truncation: number, layers: readonly ArrayLike<number>[]): Promise<Field<number>> {
  return fieldOf(engine, spectralGrid(truncation), layers);
}

/** All layers of a field on the host, `[points]` each. */
export async function layersOf(engine: Engine, field: Field): Promise<Float64Array[]> {
  const layers: Float64Array[] = [];
  for (const { values, lanes } of field.tiles) {
    const [data] = await engine.read(values);
    for (let lane = 0; lane < lanes; lane++)
      layers.push(Float64Array.from({ length: field.grid.points }, (_, point) => data![point * lanes + lane]!));
  }
  return layers;
}

/** The largest difference, relative to the largest magnitude expected. */
export function relativeError(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (got.length !== expected.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i]!));
    const difference = Math.abs(got[i]! - expected[i]!);
    worst = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(worst, difference);
  }
  return worst / largest;
}
