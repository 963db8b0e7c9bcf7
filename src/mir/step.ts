import type { Grid } from '../atlas/index.js';
import type { RegridOptions } from '../regrid/index.js';
import type { NablaOperation } from './options.js';

/** What a plan starts from: fields on a grid, alone or as pairs. */
export interface PlanInput {
  readonly grid: Grid;
  readonly kind: InputKind;
}

/**
 * `scalar`: one field; `uv`: two components of a vector; `vod`: spectral vorticity and divergence; `wind`: one spectral wind
 * component, which is u cos(lat) or v cos(lat).
 */
export type InputKind = 'scalar' | 'uv' | 'vod' | 'wind';

/** One step of a plan: plain data, in words by `stepText`. Each takes what the one before it gives. */
export type Step =
  | { readonly name: 'mask-input-lsm'; readonly value: number }
  | SpectralStep
  | { readonly name: 'interpolate'; readonly to: Grid; readonly options: RegridOptions; readonly vector: boolean }
  | { readonly name: 'turn-wind'; readonly to: Grid }
  | { readonly name: 'nabla'; readonly operation: NablaOperation; readonly polesMissing: boolean }
  | { readonly name: 'crop'; readonly area: readonly number[]; readonly to: Grid }
  | { readonly name: 'mask-area'; readonly area: readonly number[] }
  | { readonly name: 'bitmap'; readonly file: string }
  | { readonly name: 'mask-output-lsm'; readonly value: number }
  | { readonly name: 'frame'; readonly size: number }
  | { readonly name: 'select'; readonly component: 'u' | 'v' }
  | { readonly name: 'limit'; readonly minimum: number; readonly maximum: number };

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
      return `${step.name} value=${step.value}`;
    case 'truncate':
      return `truncate to T${step.to.truncation}`;
    case 'cesaro':
      return `cesaro k=${step.k} from T${step.start}`;
    case 'bandpass':
      return `bandpass ${step.bounds.join('/')}`;
    case 'transform':
      return `transform to ${gridText(step.to)}${step.perCosine ? ', divided by cos(lat)' : ''}`;
    case 'interpolate':
      return `interpolate${step.vector ? ' vectors' : ''} to ${gridText(step.to)}${optionsText(step.options)}`;
    case 'turn-wind':
      return `turn-wind to the axes of ${gridText(step.to)}`;
    case 'nabla':
      return `nabla ${step.operation}${step.polesMissing ? ', poles missing' : ''}`;
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

function optionsText(options: RegridOptions): string {
  return Object.entries(options)
    .map(([name, value]) => ` ${name}=${String(value)}`)
    .join('');
}
