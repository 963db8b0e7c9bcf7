import { DteError } from '../base/index.js';

/** Above this the O(N^2) roots take minutes; the finest grid in use is N = 8000. */
export const maxGaussianNumber = 16_000;

interface GaussianRoots {
  readonly lats: Float64Array;
  readonly weights: Float64Array;
}

const cache = new Map<number, GaussianRoots>();

/**
 * The 2N Gaussian latitudes, degrees, north to south: asin of the roots of the Legendre polynomial P_{2N}. `[2N]`
 * Accurate to 2 units in the last place of 90 degrees (compared with 40-digit arithmetic). The array is shared: do not write to it.
 */
export function gaussianLatitudes(gaussianNumber: number): Float64Array {
  return gaussianRoots(gaussianNumber).lats;
}

/** The 2N Gaussian quadrature weights, north to south; their sum is 2 (the length of [-1, 1]). `[2N]` Shared: do not write to it. */
export function gaussianWeights(gaussianNumber: number): Float64Array {
  return gaussianRoots(gaussianNumber).weights;
}

function gaussianRoots(gaussianNumber: number): GaussianRoots {
  const known = cache.get(gaussianNumber);
  if (known !== undefined) return known;
  checkGaussianNumber(gaussianNumber);
  const roots = computeRoots(gaussianNumber);
  cache.set(gaussianNumber, roots);
  return roots;
}

export function checkGaussianNumber(gaussianNumber: number): void {
  if (Number.isInteger(gaussianNumber) && gaussianNumber >= 1 && gaussianNumber <= maxGaussianNumber) return;
  throw new DteError('input.grid', `Gaussian number ${gaussianNumber} is not possible`, {
    hint: `it is the number of latitudes between pole and equator, from 1 to ${maxGaussianNumber}`,
  });
}

/**
 * Newton in the colatitude theta, n = 2N. First guess (Tricomi): theta = phi + cot(phi) / (8 (n + 1/2)^2) with
 * phi = pi (4i - 1) / (4n + 2); dP/dtheta = -n (P_{n-1} - cos(theta) P_n) / sin(theta); weight = 2 / (dP/dtheta)^2.
 * asin(z) of a root z near 1 would lose up to four digits next to the poles; in theta, with the recurrence written in
 * differences P_k - P_{k-1} and 1 - cos(theta) = 2 sin^2(theta/2), every latitude keeps full precision.
 * The southern half is the mirror image.
 */
function computeRoots(gaussianNumber: number): GaussianRoots {
  const degree = 2 * gaussianNumber;
  const lats = new Float64Array(degree);
  const weights = new Float64Array(degree);
  const keep = new Float64Array(degree + 1);
  const add = new Float64Array(degree + 1);
  for (let k = 1; k <= degree; k++) {
    keep[k] = (k - 1) / k;
    add[k] = (2 * k - 1) / k;
  }
  for (let i = 1; i <= gaussianNumber; i++) {
    const phi = (Math.PI * (4 * i - 1)) / (4 * degree + 2);
    let theta = phi + 1 / (8 * (degree + 0.5) ** 2 * Math.tan(phi));
    let slope = 0;
    for (let iteration = 0; iteration < 10; iteration++) {
      const sine = Math.sin(theta);
      const below = 2 * Math.sin(theta / 2) ** 2;
      let value = 1;
      let difference = 0;
      for (let k = 1; k <= degree; k++) {
        difference = keep[k] * difference - add[k] * below * value;
        value += difference;
      }
      // P_{n-1} - cos(theta) P_n = (P_n - difference) - (1 - below) P_n
      slope = (-degree * (below * value - difference)) / sine;
      const correction = value / slope;
      theta -= correction;
      // The error left is cot(theta)/2 times the correction squared; the slope follows to first order (P'' = -cot(theta) P' at a root).
      slope *= 1 + (Math.cos(theta) / Math.sin(theta)) * correction;
      if (Math.abs(correction) < 1e-11) break;
    }
    const lat = 90 - (theta * 180) / Math.PI;
    lats[i - 1] = lat;
    lats[degree - i] = -lat;
    weights[i - 1] = weights[degree - i] = 2 / (slope * slope);
  }
  return { lats, weights };
}
