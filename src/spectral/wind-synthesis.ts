import type { Field, Grid } from '../atlas/index.js';
import type { Engine, Pass } from '../compute/index.js';
import { prepareSynthesis, type SynthesisOptions } from './synthesis.js';
import { type Pair, windFromVorticity, type WindOptions } from './wind.js';

export type WindSynthesisOptions = WindOptions & Pick<SynthesisOptions, 'coarse'>;

/** Takes spectral vorticity and divergence to u and v, m/s, at the points of a grid. */
export interface WindSynthesis {
  readonly truncation: number;
  readonly grid: Grid;
  apply<Layer>(pass: Pass, vorticity: Field<Layer>, divergence: Field<Layer>): Pair<Layer>;
  release(): void;
}

/**
 * Prepares `windFromVorticity` and the transform of its components to a grid, divided by the cosine of latitude. Unless `target`
 * says otherwise the components keep their part at n = T + 1, so that nothing is lost on the way.
 */
export async function prepareWindSynthesis(
  engine: Engine,
  truncation: number,
  grid: Grid,
  options: WindSynthesisOptions = {},
): Promise<WindSynthesis> {
  const target = options.target ?? truncation + 1;
  const wind = await windFromVorticity(engine, truncation, { ...options, target });
  try {
    const coarse = options.coarse ?? false;
    const synthesis = await prepareSynthesis(engine, target, grid, { perCosine: true, coarse });
    return {
      truncation,
      grid,
      apply(pass, vorticity, divergence) {
        const { u, v } = wind.apply(pass, vorticity, divergence);
        return { u: synthesis.apply(pass, u), v: synthesis.apply(pass, v) };
      },
      release() {
        wind.release();
        synthesis.release();
      },
    };
  } catch (error) {
    wind.release();
    throw error;
  }
}
