import { type Grid, gridFromText, spectralGrid } from '../atlas/index.js';
import { DteError } from '../base/index.js';
import type { MirOptions } from './options.js';
import { interpolateStep } from './interpolate-step.js';
import { gridText, type PlanInput, type Step } from './step.js';
import { vectorStep } from './vector-plan.js';
import { cropsLater, type Target } from './target.js';

/** Points of a Gaussian grid for each wave, by the name of the order. */
const orders = { linear: 1, quadratic: 2, cubic: 3, quartic: 4 } as const;

type Order = keyof typeof orders;

/** Largest wavenumber that a Gaussian grid of N latitudes to the equator resolves: T = ceil(4 N / (order + 1)) - 1. */
export function truncationOf(gaussianNumber: number, order: Order): number {
  return Math.ceil((4 * gaussianNumber) / (orders[order] + 1)) - 1;
}

/** The Gaussian number for a truncation: N = floor((T + 1) (order + 1) / 4). */
export function gaussianNumberOf(truncation: number, order: Order): number {
  return Math.floor(((truncation + 1) * (orders[order] + 1)) / 4);
}

/** What MIR takes for a grid whose resolution it does not know. */
const unknownGaussianNumber = 64;

/** Rows of a target from pole to equator, as they bound the truncation. */
function targetNumber(grid: Grid): number {
  if (grid.gaussianNumber !== undefined) return grid.gaussianNumber;
  const increments = grid.spec.grid;
  if (typeof increments !== 'object') return unknownGaussianNumber;
  return Math.floor(Math.floor(180 / increments[1] + 1e-9) / 2);
}

/**
 * Truncation, filters and transform of a spectral input. The transform goes to a Gaussian grid that is as fine as input and target
 * allow (`intgrid` automatic), from where the field is interpolated to the target, or to the target itself. Without a target the
 * field stays spectral.
 */
export async function spectralSteps(options: MirOptions, input: PlanInput, target: Target | undefined): Promise<readonly Step[]> {
  const have = input.grid.truncation as number;
  const wanted = target === undefined ? undefined : cropsLater(options) ? target.whole : target.part;
  const between = target === undefined ? undefined : await intermediateGrid(options, have, target.whole);
  const number =
    between?.gaussianNumber ?? Math.min(target === undefined ? Infinity : targetNumber(target.whole), gaussianNumberOf(have, 'cubic'));
  const keep = truncationFor(options, have, number);
  const steps: Step[] = [];
  if (keep < have) steps.push({ name: 'truncate', to: spectralGrid(keep) });
  steps.push(...filterSteps(options, keep));
  const makesWind = options.vod2uv === true && input.kind === 'vod';
  // On the way to values the part of U and V at n = T + 1 is kept, as upstream does: it makes them exact.
  if (makesWind) steps.push({ name: 'wind-from-vorticity', to: spectralGrid(wanted === undefined ? keep : keep + 1) });
  if (wanted === undefined) return steps;
  const transformTo = between ?? wanted;
  steps.push({ name: 'transform', to: transformTo, perCosine: makesWind || input.kind === 'uv' || input.kind === 'wind' });
  if (transformTo.hash !== wanted.hash || options['interpolation-matrix'] !== undefined) {
    const vector = input.kind === 'uv' || makesWind ? vectorStep(options, input) : undefined;
    steps.push(interpolateStep(options, wanted, vector));
  }
  return steps;
}

/** The grid of the transform; undefined for a transform straight to the target. */
async function intermediateGrid(options: MirOptions, have: number, target: Grid): Promise<Grid | undefined> {
  const { intgrid = 'automatic', truncation } = options;
  switch (intgrid.toLowerCase()) {
    case 'none':
      return undefined;
    case 'automatic':
    case 'auto':
      return await gridFromText(`F${Math.min(targetNumber(target), gaussianNumberOf(have, 'cubic'))}`);
    case 'source':
      return await gridFromText(`O${gaussianNumberOf(typeof truncation === 'number' ? truncation : have, 'cubic')}`);
    default: {
      const grid = await gridFromText(intgrid);
      if (grid.gaussianNumber !== undefined && grid.spec.area === undefined) return grid;
      throw new DteError('input.option', `${gridText(grid)} as grid of a spectral transform`, {
        where: { option: 'intgrid' },
        hint: 'a global Gaussian grid (O320, F64), automatic, source, or none',
      });
    }
  }
}

function truncationFor(
  { truncation = 'automatic', 'spectral-order': order = 'linear' }: MirOptions,
  have: number,
  gaussianNumber: number,
): number {
  if (truncation === 'none') return have;
  if (truncation === 'automatic') return Math.min(have, truncationOf(gaussianNumber, order));
  if (truncation <= have) return truncation;
  throw new DteError('input.option', `a truncation of T${truncation} of fields that have T${have}`, {
    where: { option: 'truncation' },
    hint: `at most ${have}; waves can only be taken away`,
  });
}

function filterSteps(options: MirOptions, truncation: number): readonly Step[] {
  const steps: Step[] = [];
  const { cesaro, bandpass, 'cesaro-k': k = 2, 'cesaro-truncation': from = 1 } = options;
  if (cesaro === true) {
    if (from >= truncation) {
      throw new DteError('input.option', `cesaro-truncation ${from} of fields of T${truncation}`, {
        where: { option: 'cesaro-truncation' },
        hint: `from 1 to ${truncation - 1}`,
      });
    }
    steps.push({ name: 'cesaro', k, start: from });
  }
  if (bandpass !== undefined) steps.push({ name: 'bandpass', bounds: checkedBounds(bandpass, truncation) });
  return steps;
}

function checkedBounds(bounds: readonly number[], truncation: number): readonly number[] {
  const [leastM, mostM, leastN, mostN] = bounds as [number, number, number, number];
  const isRange = (least: number, most: number): boolean => Number.isInteger(least) && least >= 0 && most >= least && most <= truncation;
  if (isRange(leastM, mostM) && isRange(leastN, mostN)) return bounds;
  throw new DteError('input.option', `bandpass ${bounds.join('/')} of fields of T${truncation}`, {
    where: { option: 'bandpass' },
    hint: `two ranges of whole numbers from 0 to ${truncation}: zonal wavenumbers, total wavenumbers`,
  });
}
