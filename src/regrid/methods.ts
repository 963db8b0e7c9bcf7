import { DteError, nearestWord } from '../base/index.js';
import type { MethodOptionName } from './method-options.js';
import type { Method } from './method.js';

/** The methods of this package by MIR's names; `conservative` is atlas's and CDO's. */
export const builtinMethods: ReadonlyMap<string, () => Promise<Method>> = new Map([
  ['linear', async () => (await import('./triangles/linear.js')).linear],
  ['bilinear', async () => (await import('./triangles/linear.js')).bilinear],
  ['nearest-neighbour', async () => (await import('./nearest/nearest.js')).nearest],
  ['k-nearest', async () => (await import('./nearest/k-nearest.js')).kNearest],
  ['structured-bilinear', async () => (await import('./structured/structured.js')).structuredBilinear],
  ['structured-bicubic', async () => (await import('./structured/structured.js')).structuredBicubic],
  ['structured-biquasicubic', async () => (await import('./structured/structured.js')).structuredBiquasicubic],
  ['grid-box-average', async () => (await import('./grid-box-average.js')).gridBoxAverage],
  ['k-nearest-statistics', async () => (await import('./statistics/samples.js')).kNearestStatistics],
  ['grid-box-statistics', async () => (await import('./statistics/samples.js')).gridBoxStatistics],
  ['voronoi-statistics', async () => (await import('./statistics/samples.js')).voronoiStatistics],
  ['binning', async () => (await import('./statistics/binning.js')).binning],
  ['conservative', async () => (await import('./conservative/conservative.js')).conservative],
  ['conservative-2', async () => (await import('./conservative/conservative.js')).conservativeSecond],
]);

/** All methods. Callers may `set` their own; these run on the caller's thread. */
export const methods = new Map<string, () => Promise<Method>>(builtinMethods);

/** The options that a method takes. Callers may `set` those of their own methods. */
export const optionsOfMethods = new Map<string, readonly MethodOptionName[]>([
  ['linear', ['outside']],
  ['nearest-neighbour', ['outside']],
  [
    'k-nearest',
    [
      'outside',
      'nearest-method',
      'nclosest',
      'distance',
      'distance-tolerance',
      'distance-weighting',
      'distance-weighting-shepard-power',
      'distance-weighting-gaussian-stddev',
      'cressman-model-extension-power',
      'cressman-as-upstream',
      'climate-filter-delta',
    ],
  ],
  ['bilinear', ['outside']],
  ['structured-bilinear', ['outside']],
  ['structured-bicubic', ['outside']],
  ['structured-biquasicubic', ['outside']],
  ['grid-box-average', ['outside', 'healpix-half-box']],
  ['k-nearest-statistics', ['outside', 'interpolation-statistics', 'nearest-method', 'nclosest', 'distance', 'distance-tolerance']],
  ['grid-box-statistics', ['outside', 'interpolation-statistics']],
  ['voronoi-statistics', ['outside', 'interpolation-statistics']],
  ['binning', ['outside', 'of']],
  ['conservative', ['outside', 'normalise', 'least-covered']],
  ['conservative-2', ['outside', 'normalise', 'least-covered']],
]);

/** Other spellings, of MIR, atlas and CDO -> our name. */
export const methodAliases: ReadonlyMap<string, string> = new Map([
  ['nearest', 'nearest-neighbour'],
  ['nn', 'nearest-neighbour'],
  ['k-nearest-neighbours', 'k-nearest'],
  ['k-nearest-neighbors', 'k-nearest'],
  ['regional-linear-2d', 'structured-bilinear'],
  ['finite-element', 'linear'],
  ['gba', 'grid-box-average'],
  ['conservative-spherical-polygon', 'conservative'],
  ['con', 'conservative'],
  ['remapcon', 'conservative'],
  ['con2', 'conservative-2'],
  ['remapcon2', 'conservative-2'],
]);

/** Names that MIR knows and that are not implemented here. */
const upstreamMethods: ReadonlySet<string> = new Set(
  'nearest-lsm healpix-resample healpix-statistics grid-box-average-matrix-free grid-box-maximum-matrix-free'.split(' '),
);

/** The full name of a method. `unsupported.method` for one that only MIR has, `input.option` for an unknown one. */
export function methodName(name: string): string {
  const full = methodAliases.get(name) ?? name;
  if (methods.has(full)) return full;
  const known = [...methods.keys(), ...methodAliases.keys()];
  const accepted = `the methods are ${[...methods.keys()].join(', ')}`;
  if (upstreamMethods.has(name)) {
    throw new DteError('unsupported.method', `interpolation method '${name}' is not implemented`, {
      where: { option: 'method' },
      hint: accepted,
    });
  }
  const meant = nearestWord(name, known);
  throw new DteError('input.option', `'${name}' is not an interpolation method`, {
    where: { option: 'method' },
    hint: meant === undefined ? accepted : `${accepted}; did you mean '${meant}'?`,
  });
}
