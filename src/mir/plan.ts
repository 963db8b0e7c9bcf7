import { crop, type Grid } from '../atlas/index.js';
import { DteError, isDteError } from '../base/index.js';
import type { MirOptions, NablaOperation } from './options.js';
import { interpolateStep } from './interpolate-step.js';
import { maskFile } from './lsm-plan.js';
import { vectorStep } from './vector-plan.js';
import { spectralSteps } from './spectral-plan.js';
import type { Component, Plan } from './plan-text.js';
import { gridText, type PlanInput, type Step } from './step.js';
import { cropsLater, type Target, targetOf } from './target.js';

/**
 * The steps that options mean for an input, in MIR's order: masks of the input, spectral steps and transform or interpolation, winds,
 * derivatives, area, bitmap, masks of the output, frame, choice of a component, bounds. A step that would change nothing is left out.
 * `fixed` is the target where it is known already. Errors: those of the target grid; `input.option` and `input.field` for options that do not fit the input.
 */
export async function compilePlan(options: MirOptions, input: PlanInput, fixed?: Target): Promise<Plan> {
  checkInput(options, input);
  const isSpectral = input.grid.type === 'sh';
  const target = fixed ?? (await targetOf(options, input.grid));
  const steps: Step[] = [];
  const inputMask = options['mask-input-lsm-value'];
  if (inputMask !== undefined && !isSpectral)
    steps.push({ name: 'mask-input-lsm', value: inputMask, mask: maskFile(options, 'input', 'mask-input-lsm-value') });
  const staysSpectral = isSpectral && (target === undefined || target.whole.type === 'sh');
  if (isSpectral) steps.push(...(await spectralSteps(options, input, staysSpectral ? undefined : target)));
  else if (target !== undefined) steps.push(...(await griddedSteps(options, input, target)));
  checkMatrix(options, steps);
  const gridded = staysSpectral ? undefined : (target ?? { whole: input.grid, part: input.grid });
  if (gridded !== undefined) steps.push(...shapeSteps(options, gridded, gridAfter(steps, input.grid)));
  return finished(options, input, steps);
}

function finished(options: MirOptions, input: PlanInput, steps: Step[]): Plan {
  let components: readonly Component[] = ['scalar'];
  if (input.kind === 'uv' || (input.kind === 'vod' && options.vod2uv === true)) components = ['u', 'v'];
  else if (input.kind === 'vod') components = ['vo', 'd'];
  for (const step of steps) if (step.name === 'nabla') components = componentsAfter(step.operation, components);
  const component = options['u-only'] === true ? 'u' : options['v-only'] === true ? 'v' : undefined;
  if (component !== undefined && components.includes(component)) {
    steps.push({ name: 'select', component });
    components = [component];
  }
  if (options.limiter === true) {
    steps.push({ name: 'limit', minimum: options['limiter-minimum'] ?? -1e30, maximum: options['limiter-maximum'] ?? 1e30 });
  }
  return { input, steps, target: gridAfter(steps, input.grid), components };
}

/** What derivatives are, in the order that `nablaOperator` gives them. */
function componentsAfter(operation: NablaOperation, before: readonly Component[]): readonly Component[] {
  if (operation === 'scalar-laplacian') return before;
  if (operation === 'scalar-gradient') return before.flatMap(() => ['east', 'north'] as const);
  if (before.length !== 2) {
    throw new DteError('input.field', `${operation} of ${before.length === 1 ? 'a field by itself' : `${before.length} fields`}`, {
      where: { option: 'nabla' },
      hint: 'it takes the two components of a vector',
    });
  }
  if (operation === 'uv-gradient') return ['east', 'north', 'east', 'north'];
  return [operation === 'uv-divergence' ? 'divergence' : 'vorticity'];
}

/** The grid that a field is on after steps. */
function gridAfter(steps: readonly Step[], before: Grid): Grid {
  return steps.reduce((grid, step) => ('to' in step ? step.to : grid), before);
}

function checkInput(options: MirOptions, { grid, kind }: PlanInput): void {
  if (options.vod2uv === true && kind === 'vod' && grid.type !== 'sh') {
    throw new DteError('input.field', `vorticity and divergence on ${gridText(grid)} cannot become wind`, {
      hint: 'vod2uv takes spectral fields',
    });
  }
  if (grid.type !== 'sh' || !((options.nabla?.length ?? 0) > 0) || options.grid !== undefined) return;
  throw new DteError('input.option', 'nabla on spectral fields without a grid', { where: { option: 'nabla' }, hint: 'give grid, too' });
}

function checkMatrix(options: MirOptions, steps: readonly Step[]): void {
  if (options['interpolation-matrix'] === undefined || steps.some(({ name }) => name === 'interpolate')) return;
  throw new DteError('input.option', 'an interpolation matrix without a target', {
    where: { option: 'interpolation-matrix' },
    hint: 'give grid: the one that the rows of the matrix are points of',
  });
}

async function griddedSteps(options: MirOptions, input: PlanInput, target: Target): Promise<readonly Step[]> {
  const { whole, part } = target;
  const { grid: source, kind } = input;
  const wanted = cropsLater(options) ? whole : part;
  // A matrix may do more than to bring a field to its own grid.
  if (options['interpolation-matrix'] === undefined && (source.hash === wanted.hash || holdsPart(source, part, options.area))) return [];
  const vector = kind === 'uv' ? vectorStep(options, input) : undefined;
  if (kind === 'scalar' && input.axes === 'grid') {
    throw new DteError(
      'input.field',
      `a component of a vector along the axes of ${gridText(source)} has no meaning on another grid by itself`,
      {
        where: { option: 'uv' },
        hint: 'with uv, pairs are turned as they are interpolated',
      },
    );
  }
  const between = options['intermediate-interpolation'];
  const steps: Step[] = [];
  if (between !== undefined && options.intgrid !== undefined) {
    const middle = await targetOf({ grid: options.intgrid }, source);
    if (middle !== undefined && middle.whole.hash !== source.hash) steps.push(interpolateStep(options, middle.whole, vector, between));
  }
  steps.push(interpolateStep(options, wanted, vector));
  return steps;
}

/** Whether the points of `part` are points of `source` that an area cuts out: then nothing is interpolated. */
function holdsPart(source: Grid, part: Grid, area: readonly number[] | undefined): boolean {
  if (area === undefined || source.type !== part.type) return false;
  try {
    return crop(source, area).grid.hash === part.hash;
  } catch (error) {
    if (isDteError(error, 'input.area', 'unsupported.grid')) return false;
    throw error;
  }
}

function shapeSteps(options: MirOptions, { part }: Target, now: Grid): readonly Step[] {
  const steps: Step[] = [];
  const { area, bitmap, frame, nabla = [] } = options;
  for (const operation of nabla) steps.push({ name: 'nabla', operation });
  if (options['nabla-poles-missing-values'] === true) steps.push({ name: 'mask-poles' });
  if (area !== undefined && options['area-mode'] === 'mask') steps.push({ name: 'mask-area', area });
  else if (area !== undefined && now.hash !== part.hash) steps.push({ name: 'crop', area, to: part });
  if (bitmap !== undefined) steps.push({ name: 'bitmap', file: bitmap });
  const mask = options['mask-output-lsm-value'];
  if (mask !== undefined) steps.push({ name: 'mask-output-lsm', value: mask, mask: maskFile(options, 'output', 'mask-output-lsm-value') });
  if (frame !== undefined) steps.push({ name: 'frame', size: frame });
  return steps;
}
