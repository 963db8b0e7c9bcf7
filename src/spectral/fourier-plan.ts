import { DteError } from '../base/index.js';
import type { Rows } from '../atlas/index.js';

/** Numbers that describe a row to the Fourier kernels, in this order. */
export const rowWords = 12;

/**
 * How the rows of a grid lie on circles. A row's transform has `length` points; its own points are every `stride`-th from the
 * first, after a turn by `shift` / `fine` of the circle. Roots of unity are tabled once for each `fine`.
 */
export interface FourierPlan {
  /** `[rows, rowWords]` length, start of its roots, roots between two points, fine, shift, stride, points, first point, start in
   * the Fourier array, wavenumbers held, start of its factors, their number; then the factors of all lengths. */
  readonly table: Uint32Array;
  /** cos, sin of 2 pi k / fine, for every `fine` in turn. */
  readonly roots: Float64Array;
  /** Complex numbers in the Fourier array. */
  readonly complexes: number;
  readonly longestRow: number;
  /** The most wavenumbers that a row holds. */
  readonly mostHeld: number;
  /** Longest transform. */
  readonly longestCircle: number;
  /** Where each row starts in the Fourier array. `[rows]` */
  readonly start: Uint32Array;
}

/** The longest circle for which roots are tabled. */
const longestFine = 1 << 18;

/** `wavenumbers[row]` numbers of each row are held, those of m = 0, 1, ... */
export function fourierPlan(rows: Rows, circles: readonly Circle[], wavenumbers: Uint32Array): FourierPlan {
  const count = circles.length;
  const rootStarts = new Map<number, number>();
  let rootCount = 0;
  const factorStarts = new Map<number, { readonly at: number; readonly count: number }>();
  const factors: number[] = [];
  const table: number[] = [];
  const start = new Uint32Array(count);
  let complexes = 0;
  let firstPoint = 0;
  for (const [row, { length, fine, shift, stride }] of circles.entries()) {
    if (!rootStarts.has(fine)) {
      rootStarts.set(fine, rootCount);
      rootCount += fine;
    }
    if (!factorStarts.has(length)) {
      const own = factorsOf(length % 2 === 0 ? length / 2 : length);
      factorStarts.set(length, { at: count * rowWords + factors.length, count: own.length });
      factors.push(...own);
    }
    const { at, count: factorCount } = factorStarts.get(length) as { at: number; count: number };
    start[row] = complexes;
    const points = rows.counts[row] as number;
    table.push(length, rootStarts.get(fine) as number, fine / length, fine, shift, stride, points, firstPoint, complexes);
    table.push(wavenumbers[row] as number, at, factorCount);
    complexes += wavenumbers[row] as number;
    firstPoint += points;
  }
  const roots = new Float64Array(2 * rootCount);
  for (const [fine, at] of rootStarts) fillRoots(roots.subarray(2 * at, 2 * (at + fine)), fine);
  return {
    table: Uint32Array.from([...table, ...factors]),
    roots,
    complexes,
    longestRow: rows.counts.reduce((longest, points) => Math.max(longest, points), 0),
    mostHeld: wavenumbers.reduce((most, count) => Math.max(most, count), 0),
    longestCircle: circles.reduce((longest, { length }) => Math.max(longest, length), 0),
    start,
  };
}

/** Where the points of a row lie: every `stride`-th of `length` equal steps, turned by `shift` / `fine` of the circle. */
export interface Circle {
  readonly length: number;
  readonly fine: number;
  readonly shift: number;
  readonly stride: number;
}

const tolerance = 1e-7;

export function circlesOf(rows: Rows): readonly Circle[] {
  return Array.from(rows.counts, (_, row) => circleOf(rows, row));
}

function circleOf({ lats, counts, lonFirst, lonStep, periodic }: Rows, row: number): Circle {
  const points = counts[row] as number;
  if (points === 0) return { length: 1, fine: 1, shift: 0, stride: 1 };
  const [length, stride] = periodic ? [points, 1] : points === 1 ? [1, 1] : wholeCircles(lonStep[row] as number, lats[row] as number);
  const turn = ((((lonFirst[row] as number) % 360) + 360) % 360) / 360;
  for (let fine = length; fine <= longestFine; fine += length) {
    const shift = turn * fine;
    if (Math.abs(shift - Math.round(shift)) < tolerance) return { length, fine, shift: Math.round(shift) % fine, stride };
  }
  throw unsupported(`its first longitude ${lonFirst[row]}`, lats[row] as number);
}

/** The smallest number of equal steps around the globe among whose points those at multiples of `step` lie, and every how many. */
function wholeCircles(step: number, lat: number): readonly [number, number] {
  for (let stride = 1; (stride * 360) / step <= longestFine; stride++) {
    const length = (stride * 360) / step;
    if (Math.abs(length - Math.round(length)) < tolerance) return [Math.round(length), stride];
  }
  throw unsupported(`its increment ${step}`, lat);
}

function unsupported(what: string, lat: number): DteError {
  return new DteError(
    'unsupported.grid',
    `the row at latitude ${lat} is not part of a regular circle: ${what} does not divide 360 degrees`,
    {
      hint: `up to ${longestFine} equal steps around the globe are tried; transform to a Gaussian grid and interpolate`,
    },
  );
}

/** Radices of a transform, 4 first; primes as they are. */
export function factorsOf(length: number): number[] {
  const factors: number[] = [];
  let rest = length;
  for (const radix of [4, 2, 3, 5]) {
    while (rest % radix === 0) {
      factors.push(radix);
      rest /= radix;
    }
  }
  for (let prime = 7; rest > 1; prime += 2) {
    if (prime * prime > rest) prime = rest;
    while (rest % prime === 0) {
      factors.push(prime);
      rest /= prime;
    }
  }
  return factors;
}

/** By symmetry from the first eighth of the circle, so that equal numbers are equal bits. */
function fillRoots(roots: Float64Array, count: number): void {
  for (let k = 0; k < count; k++) {
    const [cosine, sine] = rootOf(k, count);
    roots[2 * k] = cosine;
    roots[2 * k + 1] = sine;
  }
}

function rootOf(k: number, count: number): readonly [number, number] {
  if (2 * k > count) {
    const [cosine, sine] = rootOf(count - k, count);
    return [cosine, -sine];
  }
  if (4 * k > count) {
    const [cosine, sine] = rootOf(count / 2 - k, count);
    return [-cosine, sine];
  }
  if (8 * k > count) {
    const [cosine, sine] = rootOf(count / 4 - k, count);
    return [sine, cosine];
  }
  const angle = (2 * Math.PI * k) / count;
  return [Math.cos(angle), Math.sin(angle)];
}
