import type { Grid } from '../atlas/index.js';
import { assert, type Context } from '../base/index.js';
import type { Engine } from '../compute/index.js';
import { cachedWeights, landSeaWeights, type Matrix } from '../regrid/index.js';
import { fileWeights, weightsFiles } from './file-weights.js';
import { interpolateStep } from './interpolate-step.js';
import { landSeaMasks } from './land-sea.js';
import type { MirOptions } from './options.js';

/** See `mirWeights` of `mir.ts`. */
export async function weightsOf(context: Context, source: Grid, target: Grid, options: MirOptions, engine?: Engine): Promise<Matrix> {
  const step = interpolateStep(options, target);
  assert(step.name === 'interpolate', 'weights are those of an interpolation');
  const { missing: _, lsm: __, ...weights } = step.options;
  const matrix =
    step.matrix === undefined
      ? await cachedWeights(context, source, target, weights)
      : await fileWeights(weightsFiles(context), step.matrix, source, target);
  if (step.lsm === undefined) return matrix;
  assert(engine !== undefined, 'masks are brought to the grids on an engine');
  return landSeaWeights(matrix, await landSeaMasks(engine, step.lsm, source, target));
}
