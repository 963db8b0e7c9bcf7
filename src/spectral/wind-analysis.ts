import { earthRadius, type Field, type Grid } from '../atlas/index.js';
import type { Engine, Pass } from '../compute/index.js';
import { checkAnalysis, prepareAnalysis } from './analysis.js';
import { coefficientOperator } from './coefficient-operator.js';
import { epsilon } from './recurrence.js';

/** Takes u and v on a Gaussian grid to spectral vorticity and divergence. */
export interface WindAnalysis {
  readonly grid: Grid;
  readonly truncation: number;
  /** Records relative vorticity and divergence, 1/s, of winds in m/s towards east and north. */
  apply<Layer>(pass: Pass, u: Field<Layer>, v: Field<Layer>): { readonly vorticity: Field<Layer>; readonly divergence: Field<Layer> };
  release(): void;
}

/**
 * With u(n), v(n) the coefficients of u / cos(lat), v / cos(lat), integrated by parts over latitude:
 * vo(n) = (i m v(n) + (n + 1) eps(n) u(n - 1) - n eps(n + 1) u(n + 1)) / a,
 * D(n) = (i m u(n) - (n + 1) eps(n) v(n - 1) + n eps(n + 1) v(n + 1)) / a. Errors: those of `prepareAnalysis`.
 */
export async function prepareWindAnalysis(
  engine: Engine,
  grid: Grid,
  truncation: number,
  options: { readonly radius?: number } = {},
): Promise<WindAnalysis> {
  const { radius = earthRadius } = options;
  checkAnalysis(grid, truncation);
  const analysis = await prepareAnalysis(engine, grid, truncation + 1, { perCosine: true });
  // The part along the parallel of one component, and the part across it of the other.
  const derivative = (sign: 1 | -1): ReturnType<typeof coefficientOperator> =>
    coefficientOperator(engine, truncation + 1, truncation, (m, n) => ({
      imaginary: m / radius,
      below: (-sign * (n + 1) * epsilon(n, m)) / radius,
      above: (sign * n * epsilon(n + 1, m)) / radius,
    }));
  const curl = await derivative(-1);
  const divergent = await derivative(1);
  return {
    grid,
    truncation,
    apply(pass, u, v) {
      const eastward = analysis.apply(pass, u);
      const northward = analysis.apply(pass, v);
      return { vorticity: curl.apply(pass, northward, eastward), divergence: divergent.apply(pass, eastward, northward) };
    },
    release() {
      for (const part of [analysis, curl, divergent]) part.release();
    },
  };
}
