import { DteError } from '../../base/index.js';
import { laplacianFactors } from './coefficients.js';
import { POWER_UNITS } from './spectral-values.js';

/** Norms below this count as this, and weigh next to nothing. */
const SMALLEST_NORM = 1e-15;
const LEAST_WEIGHT = 100 * SMALLEST_NORM;
/** Largest |P| of each edition, as it is stored; the most negative one means that P is not set. */
const LARGEST_STORED: Readonly<Record<1 | 2, number>> = { 1: 32_766, 2: 2_147_483_646 };
/** Packed numbers beyond these are not representable, or lose digits, in f32. */
const LARGEST_PACKED = 2 ** 120;
const SMALLEST_PACKED = 2 ** -90;

/**
 * The power P for which norm(n) (n (n + 1))^P is most level for subset < n <= truncation: minus the slope of a straight line through
 * log norm against log n (n + 1), fitted by least squares with weights that fall as 1, 1/2, 1/3, ... from the first n on. This is the
 * choice of ecCodes, whose fit also has a point at truncation + 1 that weighs next to nothing. Fewer than two n leave no choice: 1.
 */
export function estimatedPower(norms: ArrayLike<number>, subset: number, truncation: number): number {
  const first = subset + 1;
  const last = truncation + 1;
  if (last - first <= 1) return 1;
  const x: number[] = [];
  const y: number[] = [];
  const weights: number[] = [];
  for (let n = first; n <= last; n++) {
    const norm = n > truncation ? 0 : (norms[n] as number);
    x.push(Math.log(n * (n + 1)));
    y.push(Math.log(Math.max(norm, SMALLEST_NORM)));
    weights.push(norm <= SMALLEST_NORM ? LEAST_WEIGHT : (last - first + 1) / (n - first + 1));
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = (of: readonly number[]): number => of.reduce((sum, value, i) => sum + value * (weights[i] as number), 0) / total;
  const [meanX, meanY] = [mean(x), mean(y)];
  let mixed = 0;
  let square = 0;
  for (const [i, weight] of weights.entries()) {
    const dx = (x[i] as number) - meanX;
    mixed += weight * ((y[i] as number) - meanY) * dx;
    square += weight * (dx * dx);
  }
  return -mixed / square;
}

/** P of a field: the integer that is stored, its factors (n (n + 1))^P, and the largest number that will be packed. */
export interface StoredPower {
  readonly stored: number;
  readonly factors: Float64Array;
  readonly largest: number;
}

/**
 * P as the edition stores it, for norms by n. An estimate that would take packed numbers out of f32 is halved until it does not; a
 * `wanted` power is taken as it is. Errors: `input.option` for a power that the edition cannot state.
 */
export function storedPower(norms: ArrayLike<number>, subset: number, edition: 1 | 2, wanted: number | undefined): StoredPower {
  const truncation = norms.length - 1;
  const unit = POWER_UNITS[edition];
  const most = LARGEST_STORED[edition];
  if (wanted !== undefined && !(Math.abs(wanted * unit) <= most)) {
    throw new DteError('input.option', `a Laplacian power of ${wanted}`, { hint: `edition ${edition} holds at most ${most / unit}` });
  }
  let power = wanted ?? estimatedPower(norms, subset, truncation);
  for (;;) {
    const stored = Math.sign(power) * Math.floor(Math.min(Math.abs(power) * unit, most) + 0.5);
    const factors = laplacianFactors(truncation, stored / unit);
    let largest = 0;
    for (let n = subset + 1; n <= truncation; n++) {
      const norm = norms[n] as number;
      if (norm > 0) largest = Math.max(largest, norm * (factors[n] as number));
    }
    const fits = largest === 0 || (largest < LARGEST_PACKED && largest > SMALLEST_PACKED);
    if (fits || wanted !== undefined || stored === 0) return { stored: stored + 0, factors, largest };
    power /= 2;
  }
}
