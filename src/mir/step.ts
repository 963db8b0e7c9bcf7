import type { Grid } from '../atlas/index.js';
import type { RegridOptions } from '../regrid/index.js';
import type { NablaOperation } from './options.js';

/** What a plan starts from: fields on a grid, alone or as pairs. */
export interface PlanInput {
  readonly grid: Grid;
  readonly kind: InputKind;
  /** What the components of a pair are measured along: east and north (the default), or the axes of the grid. */
  readonly axes?: 'earth' | 'grid';
}

/** Equal for inputs that have the same plan. */
export function inputKey({ kind, axes = 'earth', grid }: PlanInput): string {
  return `${kind} ${axes} ${grid.hash}`;
}

/** Whether a grid has axes other than east and north. */
export function hasOwnAxes(grid: Grid): boolean {
  return grid.northAngle !== undefined || grid.rotated !== undefined || grid.projected !== undefined;
}

/**
 * `scalar`: one field; `uv`: two components of a vector; `vod`: spectral vorticity and divergence; `wind`: one spectral wind
 * component, which is u cos(lat) or v cos(lat).
 */
export type InputKind = 'scalar' | 'uv' | 'vod' | 'wind';

/** One step of a plan: plain data, in words by `stepText`. Each takes what the one before it gives. */
export type Step =
  | { readonly name: 'mask-input-lsm'; readonly value: number; readonly mask: MaskFile }
  | SpectralStep
  | {
      readonly name: 'interpolate';
      readonly to: Grid;
      /** File of weights, in place of those of the method in `options`. */
      readonly matrix?: string;
      readonly options: RegridOptions;
      readonly vector?: VectorStep;
      readonly lsm?: LandSea;
    }
  | { readonly name: 'nabla'; readonly operation: NablaOperation }
  | { readonly name: 'mask-poles' }
  | { readonly name: 'crop'; readonly area: readonly number[]; readonly to: Grid }
  | { readonly name: 'mask-area'; readonly area: readonly number[] }
  | { readonly name: 'bitmap'; readonly file: string }
  | { readonly name: 'mask-output-lsm'; readonly value: number; readonly mask: MaskFile }
  | { readonly name: 'frame'; readonly size: number }
  | { readonly name: 'select'; readonly component: 'u' | 'v' }
  | { readonly name: 'limit'; readonly minimum: number; readonly maximum: number };

/** A land-sea mask: the first field of a GRIB file, brought to the grid it is needed on; land from `threshold` on. */
export interface MaskFile {
  readonly file: string;
  readonly method: string;
  readonly threshold: number;
}

/** Masks of both sides of an interpolation, and the factor of weights between land and sea. */
export interface LandSea {
  readonly input: MaskFile;
  readonly output: MaskFile;
  readonly adjustment: number;
}

/** How vectors are interpolated: carried along great circles, or as two scalars; and what they are measured along before and after. */
export interface VectorStep {
  readonly way: 'transport' | 'components';
  readonly from: 'earth' | 'grid';
  readonly to: 'earth' | 'grid';
}

/** A step on spectral coefficients; the last of them leads to values. */
export type SpectralStep =
  | { readonly name: 'truncate'; readonly to: Grid }
  | { readonly name: 'cesaro'; readonly k: number; readonly start: number }
  | { readonly name: 'bandpass'; readonly bounds: readonly number[] }
  | { readonly name: 'wind-from-vorticity'; readonly to: Grid }
  | { readonly name: 'transform'; readonly to: Grid; readonly perCosine: boolean };

export type StepName = Step['name'];

/** A grid in few words: its name, or its gridspec without the quotes. */
export function gridText(grid: Grid): string {
  if (grid.truncation !== undefined) return `T${grid.truncation}`;
  if (grid.name !== undefined && grid.type !== 'regular_ll') return grid.name;
  const { pl, ...spec } = grid.spec;
  const text = JSON.stringify(pl === undefined ? spec : { ...spec, pl: `${pl.length} rows` }).replaceAll('"', '');
  return text.length <= 120 ? text : `${text.slice(0, 110)}...}`;
}

export function stepText(step: Step): string {
  switch (step.name) {
    case 'mask-input-lsm':
    case 'mask-output-lsm':
      return `${step.name} value=${step.value} file=${step.mask.file}`;
    case 'truncate':
      return `truncate to T${step.to.truncation}`;
    case 'cesaro':
      return `cesaro k=${step.k} from T${step.start}`;
    case 'bandpass':
      return `bandpass ${step.bounds.join('/')}`;
    case 'transform':
      return `transform to ${gridText(step.to)}${step.perCosine ? ', divided by cos(lat)' : ''}`;
    case 'interpolate':
      return `interpolate${vectorText(step.vector)} to ${gridText(step.to)}${step.matrix === undefined ? '' : ` matrix=${step.matrix}`}${optionsText(step.options)}${step.lsm === undefined ? '' : ` lsm=${step.lsm.input.file},${step.lsm.output.file}`}`;
    case 'nabla':
      return `nabla ${step.operation}`;
    case 'crop':
      return `crop area=${step.area.join('/')} to ${gridText(step.to)}`;
    case 'mask-area':
      return `mask-area area=${step.area.join('/')}`;
    case 'bitmap':
      return `bitmap ${step.file}`;
    case 'frame':
      return `frame size=${step.size}`;
    case 'select':
      return `select ${step.component}`;
    case 'limit':
      return `limit minimum=${step.minimum} maximum=${step.maximum}`;
    default:
      return step.name;
  }
}

function vectorText(vector: VectorStep | undefined): string {
  if (vector === undefined) return '';
  const along = (axes: 'earth' | 'grid'): string => (axes === 'grid' ? 'the axes of the grid' : 'east and north');
  const turn = vector.from === 'earth' && vector.to === 'earth' ? '' : `, from ${along(vector.from)} to ${along(vector.to)},`;
  return ` vectors${vector.way === 'components' ? ' as two scalars' : ''}${turn}`;
}

function optionsText(options: RegridOptions): string {
  return Object.entries(options)
    .map(([name, value]) => ` ${name}=${String(value)}`)
    .join('');
}
