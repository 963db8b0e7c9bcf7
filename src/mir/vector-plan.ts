import type { Grid } from '../atlas/index.js';
import type { MirOptions } from './options.js';
import { hasOwnAxes, type PlanInput, type VectorStep } from './step.js';

/**
 * How a pair is interpolated to a grid: u and v come out along its axes where it has some (a rotated or projected grid), else along east
 * and north. A target that does not ask for vectors gets two scalars as they are.
 */
export function vectorStep(options: MirOptions, { grid, axes = 'earth' }: PlanInput): ((to: Grid) => VectorStep) | undefined {
  const { uv, uv2uv, vod2uv, nabla = [] } = options;
  if (uv !== true && uv2uv !== true && vod2uv !== true && !nabla.some((operation) => operation.startsWith('uv-'))) return undefined;
  const way = options['vector-space'] === '1d-linear' ? 'components' : 'transport';
  // Of several interpolations the next one starts from what the one before gave.
  let from: 'earth' | 'grid' = grid.type === 'sh' ? 'earth' : axes;
  return (to) => {
    const step: VectorStep = { way, from, to: hasOwnAxes(to) ? 'grid' : 'earth' };
    from = step.to;
    return step;
  };
}
