import { coefficientCount, coefficientIndex, epsilon } from '../spectral/index.js';
import { radius, rotation } from './cases/index.js';
import { seededNumbers } from './random.js';

/** Degrees that are perturbed: synoptic and longer waves. */
const mostDegree = 21;
const leastDegree = 2;

/** Spectral coefficients, `[coefficients, 2]`. */
export interface Perturbation {
  readonly vorticity: Float64Array;
  /** In linear balance with it: a perturbation of the wind alone would set off gravity waves. */
  readonly phi: Float64Array;
}

/**
 * A random rotational wind with the same energy in every degree from 2 to 21 (or the truncation), of root mean square `wind` m/s over
 * the sphere. It depends on seed, member and wind alone: the coefficients of a degree are the same in every truncation that has all 21.
 */
export function perturbationOf(truncation: number, seed: number, member: number, wind: number): Perturbation {
  const last = Math.min(mostDegree, truncation);
  const random = seededNumbers(seed, member);
  const stream = new Float64Array(2 * coefficientCount(truncation));
  for (let n = leastDegree; n <= last; n++) addDegree(stream, truncation, n, random, wind / Math.sqrt(last - leastDegree + 1));
  const vorticity = new Float64Array(stream.length);
  for (let m = 0; m <= truncation; m++) {
    for (let n = m; n <= truncation; n++) {
      const at = 2 * coefficientIndex(truncation, m, n);
      const factor = (-n * (n + 1)) / (radius * radius);
      vorticity[at] = factor * (stream[at] as number);
      vorticity[at + 1] = factor * (stream[at + 1] as number);
    }
  }
  return { vorticity, phi: balanced(stream, truncation) };
}

/** Random coefficients of one degree of the stream function, whose wind has root mean square `wind`. */
function addDegree(stream: Float64Array, truncation: number, n: number, random: () => number, wind: number): void {
  // Mean of |grad psi|^2 = n (n + 1) / a^2 times the mean of psi^2, which is the sum of (2 - [m = 0]) |psi(m, n)|^2.
  const values: [number, number][] = Array.from({ length: n + 1 }, (_, m) => [random(), m === 0 ? 0 : random()]);
  const square = values.reduce((sum, [re, im], m) => sum + (m === 0 ? 1 : 2) * (re * re + im * im), 0);
  const scale = (wind * radius) / Math.sqrt(n * (n + 1) * square);
  for (const [m, [re, im]] of values.entries()) {
    stream.set([scale * re, scale * im], 2 * coefficientIndex(truncation, m, n));
  }
}

/**
 * Laplacian of phi = div(f grad psi): n (n + 1) phi(n) = 2 Omega ((n - 1)(n + 1) eps(n) psi(n - 1) + n (n + 2) eps(n + 1) psi(n + 1)).
 */
function balanced(stream: Float64Array, truncation: number): Float64Array {
  const phi = new Float64Array(stream.length);
  for (let m = 0; m <= truncation; m++) {
    for (let n = Math.max(m, 1); n <= truncation; n++) {
      const at = 2 * coefficientIndex(truncation, m, n);
      for (let part = 0; part < 2; part++) {
        const below = n > m ? (n - 1) * (n + 1) * epsilon(n, m) * (stream[at - 2 + part] as number) : 0;
        const above = n < truncation ? n * (n + 2) * epsilon(n + 1, m) * (stream[at + 2 + part] as number) : 0;
        phi[at + part] = (2 * rotation * (below + above)) / (n * (n + 1));
      }
    }
  }
  return phi;
}
