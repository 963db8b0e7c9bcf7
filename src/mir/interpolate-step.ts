import type { Grid } from '../atlas/index.js';
import { defaultLandSeaAdjustment } from '../regrid/index.js';
import { maskFile } from './lsm-plan.js';
import type { MirOptions } from './options.js';
import { regridOptions } from './regrid-options.js';
import type { Step, VectorStep } from './step.js';

/** The interpolation to a grid that options ask for, of vectors where `vector` is given; `method` in place of theirs. */
export function interpolateStep(options: MirOptions, to: Grid, vector?: (to: Grid) => VectorStep, method?: string): Step {
  const adjustment = options['lsm-weight-adjustment'] ?? defaultLandSeaAdjustment;
  const matrix = method === undefined ? options['interpolation-matrix'] : undefined;
  return {
    name: 'interpolate',
    to,
    ...(matrix === undefined ? {} : { matrix }),
    options: regridOptions(options, method),
    ...(vector === undefined ? {} : { vector: vector(to) }),
    ...(options.lsm === true
      ? { lsm: { input: maskFile(options, 'input', 'lsm'), output: maskFile(options, 'output', 'lsm'), adjustment } }
      : {}),
  };
}

/** Finds what is wrong with the options of an interpolation and its masks, whatever the grids. */
export function checkInterpolation(options: MirOptions): void {
  regridOptions(options);
  if (options['intermediate-interpolation'] !== undefined) regridOptions(options, options['intermediate-interpolation']);
  for (const side of ['input', 'output'] as const) {
    if (options.lsm === true) maskFile(options, side, 'lsm');
    if (options[`mask-${side}-lsm-value`] !== undefined) maskFile(options, side, `mask-${side}-lsm-value`);
  }
}
