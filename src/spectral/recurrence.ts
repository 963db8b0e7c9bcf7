import { sharedBuffer } from '../base/index.js';
import { coefficientCount } from './triangle.js';

/** eps(n, m) = sqrt((n^2 - m^2) / (4 n^2 - 1)): mu P(n) = eps(n+1) P(n+1) + eps(n) P(n-1) at fixed m. */
export function epsilon(n: number, m: number): number {
  return Math.sqrt(((n - m) * (n + m)) / (4 * n * n - 1));
}

/**
 * Factors of the recurrence P(n+1) = a(n) mu P(n) - b(n) P(n-1), in GRIB order of (m, n): pairs (a, b). `[coefficients, 2]`
 * Normalised so that the integral of P^2 over mu from -1 to 1 is 2; no Condon-Shortley phase.
 */
export function recurrenceFactors(truncation: number): Float64Array {
  const factors = new Float64Array(sharedBuffer(16 * coefficientCount(truncation)));
  let at = 0;
  for (let m = 0; m <= truncation; m++) {
    for (let n = m; n <= truncation; n++) {
      const next = epsilon(n + 1, m);
      factors[at++] = 1 / next;
      factors[at++] = n === m ? 0 : epsilon(n, m) / next;
    }
  }
  return factors;
}
