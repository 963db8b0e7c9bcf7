import { earthRadius } from '../atlas/index.js';
import { DteError } from '../base/index.js';
import type { Engine } from '../compute/index.js';
import { type CoefficientOperator, coefficientOperator } from './coefficient-operator.js';

/** Takes coefficients of truncation `from` to `to`: those beyond are dropped, those that were not there are 0. */
export function prepareTruncation(engine: Engine, from: number, to: number): Promise<CoefficientOperator> {
  return coefficientOperator(engine, from, to, () => ({ real: 1 }));
}

/** The Laplacian, -n (n + 1) / a^2; or its inverse, in which the mean becomes 0. */
export function prepareLaplacian(
  engine: Engine,
  truncation: number,
  options: { readonly inverse?: boolean; readonly radius?: number } = {},
): Promise<CoefficientOperator> {
  const { inverse = false, radius = earthRadius } = options;
  return coefficientOperator(engine, truncation, truncation, (_, n) => {
    const factor = (-n * (n + 1)) / (radius * radius);
    return { real: !inverse ? factor : n === 0 ? 0 : 1 / factor };
  });
}

export interface CesaroOptions {
  /** Order of the summation, 0 or more. Default 2. */
  readonly k?: number;
  /** Coefficients of smaller n are kept as they are; 1 to the truncation. Default 1. */
  readonly from?: number;
}

/** Cesaro summation: f(n) times the product over j = from..n of (T - j + 1) / (T - j + 1 + k). `input.option` for its options. */
export async function prepareCesaro(engine: Engine, truncation: number, options: CesaroOptions = {}): Promise<CoefficientOperator> {
  const { k = 2, from = 1 } = options;
  if (!(k >= 0) || k === Number.POSITIVE_INFINITY) throw refused('cesaro-k', k, 'a number, 0 or more');
  if (!Number.isInteger(from) || from < 1 || from > truncation)
    throw refused('cesaro-truncation', from, `an integer from 1 to ${truncation}`);
  const shares = new Float64Array(truncation + 1).fill(1);
  for (let n = from; n <= truncation; n++) shares[n] = (shares[n - 1] * (truncation - n + 1)) / (truncation - n + 1 + k);
  return coefficientOperator(engine, truncation, truncation, (_, n) => ({ real: shares[n] as number }));
}

/** Smallest and largest m, smallest and largest n. */
export type Band = readonly [number, number, number, number];

/** Keeps coefficients whose m and n lie in the band, ends included. `input.option` for one that is none. */
export async function prepareBandpass(engine: Engine, truncation: number, band: Band): Promise<CoefficientOperator> {
  const [leastM, mostM, leastN, mostN] = band;
  const isRange = (least: number, most: number): boolean =>
    Number.isInteger(least) && Number.isInteger(most) && least >= 0 && least <= most && most <= truncation;
  if (band.length !== 4 || !isRange(leastM, mostM) || !isRange(leastN, mostN)) {
    throw refused('bandpass', band.join('/'), `M min/M max/N min/N max, integers from 0 to ${truncation} in ascending order`);
  }
  return coefficientOperator(engine, truncation, truncation, (m, n) => ({
    real: m >= leastM && m <= mostM && n >= leastN && n <= mostN ? 1 : 0,
  }));
}

function refused(option: string, value: number | string, accepted: string): DteError {
  return new DteError('input.option', `${option} is ${value}`, { hint: `give ${accepted}`, where: { option } });
}
