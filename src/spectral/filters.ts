import type { Engine } from '../compute/index.js';
import { type CoefficientOperator, coefficientOperator } from './coefficient-operator.js';
import { earthRadius } from './wind.js';

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
