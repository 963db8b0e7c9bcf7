import { type Field, type Grid, spectralGrid, tileLayout } from '../atlas/index.js';
import { DteError } from '../base/index.js';
import type { DeviceArray, Pass } from '../compute/index.js';
import { lanesTogether } from './lanes-together.js';
import { nameOf } from './triangle.js';

/**
 * Coefficients of several layers, each layer's side by side: the form that the Legendre sums work on. A model that steps in it saves a
 * transposition at either end of every transform.
 */
export interface LayersApart {
  /** `[layers, coefficients, 2]` in GRIB order. */
  readonly coefficients: DeviceArray<'f32'>;
  /** What is to be added to the first coefficient, in whole groups of `maxLanes`: kept out of f32 sums. `[layers]` */
  readonly mean: DeviceArray<'f32'>;
  readonly layers: number;
}

export function tooManyLayers(layers: number, grid: Grid): DteError {
  return new DteError('limit.binding', `${layers} layers on ${nameOf(grid)} are more than this device can transform at a time`, {
    hint: 'transform fewer layers at a time, or choose a smaller truncation or grid',
  });
}

/** Some layers as a field of type `sh`: `names.length` of them from layer `first` on. */
export function fieldOfApart<Layer>(
  pass: Pass,
  truncation: number,
  source: LayersApart,
  { first, names }: { readonly first: number; readonly names: readonly Layer[] },
): Field<Layer> {
  const grid = spectralGrid(truncation);
  const { points } = grid;
  const { coefficients: apart, mean, layers: lanesApart } = source;
  const tiles = tileLayout(points, names.length, pass.maxBindingBytes).map(([firstLayer, lanes]) => {
    const values = pass.allocate('f32', points * lanes);
    pass.run(lanesTogether, { points, lanes, lanesApart, firstApart: first + firstLayer, apart, mean, together: values });
    return { values, firstLayer, lanes };
  });
  return { grid, layers: names, tiles, mayBeMissing: false };
}
