import type { Grid } from '../atlas/index.js';
import { gridText, type PlanInput, type Step, stepText } from './step.js';

/** What a field of the output is. */
export type Component = 'scalar' | 'u' | 'v' | 'vo' | 'd' | 'east' | 'north' | 'divergence' | 'vorticity';

/** Steps from an input to a target: plain data, made before any value is read. */
export interface Plan {
  readonly input: PlanInput;
  readonly steps: readonly Step[];
  readonly target: Grid;
  /** The fields that come out, in order. */
  readonly components: readonly Component[];
}

/** The plan as lines: the input, a line for each step, and what is written. */
export function planText({ input, steps, target, components }: Plan): readonly string[] {
  const what = {
    scalar: '',
    uv: ', pairs of u and v',
    vod: ', pairs of vorticity and divergence',
    wind: ', wind component times cos(lat)',
  };
  const written = components.length === 1 && components[0] === 'scalar' ? '' : `${components.join(' and ')} `;
  return [`from ${gridText(input.grid)}${what[input.kind]}`, ...steps.map(stepText), `write ${written}on ${gridText(target)}`];
}
