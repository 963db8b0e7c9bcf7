import { earthRadius, type Field } from '../atlas/index.js';
import type { Engine, Pass } from '../compute/index.js';
import { type CoefficientOperator, coefficientOperator } from './coefficient-operator.js';
import { epsilon } from './recurrence.js';

export interface WindOptions {
  /** Metres. Default `earthRadius`. */
  readonly radius?: number;
  /**
   * Truncation of the result. Default: that of the source, as MIR has it; U and V are then exact but for their part at
   * n = T + 1, which one more degree would hold.
   */
  readonly target?: number;
}

/** Two fields with the same layers. */
export interface Pair<Layer> {
  readonly u: Field<Layer>;
  readonly v: Field<Layer>;
}

export interface WindFromVorticity {
  /** Truncation of the vorticity and divergence, and of the components. */
  readonly source: number;
  readonly target: number;
  /** Records U = u cos(lat) and V = v cos(lat), m/s, from relative vorticity and divergence, 1/s, layer by layer. */
  apply<Layer>(pass: Pass, vorticity: Field<Layer>, divergence: Field<Layer>): Pair<Layer>;
  release(): void;
}

/**
 * U(n) = a (-i m D(n) / (n (n + 1)) - eps(n) vo(n - 1) / n + eps(n + 1) vo(n + 1) / (n + 1)),
 * V(n) = a (-i m vo(n) / (n (n + 1)) + eps(n) D(n - 1) / n - eps(n + 1) D(n + 1) / (n + 1))   (Temperton 1991).
 */
export async function windFromVorticity(engine: Engine, truncation: number, options: WindOptions = {}): Promise<WindFromVorticity> {
  const { radius = earthRadius, target = truncation } = options;
  const component = (sign: 1 | -1): Promise<CoefficientOperator> =>
    coefficientOperator(engine, truncation, target, (m, n) => ({
      imaginary: n === 0 ? 0 : (-m * radius) / (n * (n + 1)),
      below: n === 0 ? 0 : (-sign * radius * epsilon(n, m)) / n,
      above: (sign * radius * epsilon(n + 1, m)) / (n + 1),
    }));
  const eastward = await component(1);
  const northward = await component(-1);
  return {
    source: truncation,
    target,
    apply: (pass, vorticity, divergence) => ({
      u: { ...eastward.apply(pass, divergence, vorticity), layers: vorticity.layers },
      v: { ...northward.apply(pass, vorticity, divergence), layers: divergence.layers },
    }),
    release() {
      eastward.release();
      northward.release();
    },
  };
}
