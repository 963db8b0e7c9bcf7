import { earthRadius, type Field, type Grid } from '../atlas/index.js';
import type { Engine, Pass } from '../compute/index.js';
import { coefficientOperator } from './coefficient-operator.js';
import { epsilon } from './recurrence.js';
import { prepareSynthesis } from './synthesis.js';
import type { Pair } from './wind.js';
import type { WindSynthesisOptions } from './wind-synthesis.js';

/** Takes spectral coefficients of a scalar to its gradient at the points of a grid. */
export interface GradientSynthesis {
  readonly truncation: number;
  readonly grid: Grid;
  /** Records the derivatives along the parallel (u, towards east) and the meridian (v, towards north), per metre. */
  apply<Layer>(pass: Pass, field: Field<Layer>): Pair<Layer>;
  release(): void;
}

/**
 * Prepares gradients: i m f(n) / a, and (1 - mu^2) df/dmu / a = (-(n - 1) eps(n) f(n - 1) + (n + 2) eps(n + 1) f(n + 1)) / a, both
 * divided by the cosine of latitude at the points.
 */
export async function prepareGradient(
  engine: Engine,
  truncation: number,
  grid: Grid,
  options: WindSynthesisOptions = {},
): Promise<GradientSynthesis> {
  const { radius = earthRadius, target = truncation + 1, coarse = false } = options;
  const synthesis = await prepareSynthesis(engine, target, grid, { perCosine: true, coarse });
  const eastward = await coefficientOperator(engine, truncation, target, (m) => ({ imaginary: m / radius }));
  const northward = await coefficientOperator(engine, truncation, target, (m, n) => ({
    below: n === 0 ? 0 : (-(n - 1) * epsilon(n, m)) / radius,
    above: ((n + 2) * epsilon(n + 1, m)) / radius,
  }));
  const parts = [synthesis, eastward, northward];
  return {
    truncation,
    grid,
    apply: (pass, field) => ({
      u: synthesis.apply(pass, eastward.apply(pass, field)),
      v: synthesis.apply(pass, northward.apply(pass, field)),
    }),
    release() {
      for (const part of parts) part.release();
    },
  };
}
