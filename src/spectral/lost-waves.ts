import type { Rows } from '../atlas/index.js';
import { epsilon } from './recurrence.js';

/** The recurrence is carried with values divided by this, once for each time that they would leave f64. */
const scale = 2 ** 512;

/** The largest magnitude of P(n, m) at a latitude over n = m..truncation; 0 where nothing reaches 2^-512. */
export function largestPolynomial(truncation: number, m: number, lat: number): number {
  const mu = Math.sin((lat * Math.PI) / 180);
  const cosine = Math.sin(((90 - Math.abs(lat)) * Math.PI) / 180);
  let value = 1;
  let exponent = 0;
  for (let k = 1; k <= m; k++) {
    value *= cosine * Math.sqrt((2 * k + 1) / (2 * k));
    if (value < 1 / scale && value > 0) {
      value *= scale;
      exponent++;
    }
  }
  let below = 0;
  let largest = exponent === 0 ? value : 0;
  for (let n = m; n < truncation && value !== 0; n++) {
    [below, value] = [value, (mu * value - epsilon(n, m) * below) / epsilon(n + 1, m)];
    if (exponent > 0 && Math.abs(value) > 1) {
      below /= scale;
      value /= scale;
      exponent--;
    }
    if (exponent === 0) largest = Math.max(largest, Math.abs(value));
  }
  return largest;
}

/**
 * The largest polynomial among the waves that some row cannot carry. Reduced rows are laid out so that it is small: next to nothing of
 * a wave is felt so near the pole.
 */
export function lostWaves(truncation: number, rows: Rows, carried: (length: number) => number): number {
  let largest = 0;
  let previous = -1;
  for (let row = 0; row < rows.lats.length; row++) {
    const first = carried(rows.counts[row] as number);
    const lat = Math.abs(rows.lats[row] as number);
    if (first > truncation || lat === previous) continue;
    previous = lat;
    largest = Math.max(largest, largestPolynomial(truncation, first, lat));
  }
  return largest;
}
