/**
 * Places of spectral coefficients of triangular truncation T: rows m = 0..T, in each n = m..T, of every coefficient the real and the
 * imaginary part. A pair is one coefficient.
 */
import { exactPower } from './exact-power.js';

/** Pairs before row m. */
export function rowStart(truncation: number, m: number): number {
  return (m * (2 * truncation + 3 - m)) / 2;
}

/** Row of a pair. */
export function rowOf(truncation: number, pair: number): number {
  let low = 0;
  let high = truncation;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (rowStart(truncation, middle) <= pair) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Pairs with n < sub in the rows before m. */
export function subsetBefore(sub: number, m: number): number {
  const rows = Math.min(m, sub);
  return rows * sub - (rows * (rows - 1)) / 2;
}

/** (n (n + 1))^P for n = 0..truncation; 0 for n = 0, which is never packed. */
export function laplacianFactors(truncation: number, power: number): Float64Array {
  return Float64Array.from({ length: truncation + 1 }, (_, n) => (n === 0 ? 0 : exactPower(n * (n + 1), power)));
}
