import { type DeviceArray, missingValue } from '../compute/index.js';
import type { Grid } from './grid.js';

/** Up to eight layers side by side: values `[points, lanes]`, so that one gather serves all lanes of a point. */
export interface Tile {
  readonly values: DeviceArray<'f32'>;
  /** Index of lane 0 among the field's layers. */
  readonly firstLayer: number;
  readonly lanes: number;
}

/**
 * Layers on one grid, in canonical order of points, on the device. A layer is whatever its source says of it: for GRIB its
 * message. Missing values are `missingValue`.
 *
 * Tiles are arrays of their own rather than slices of one: each is bound whole, and no operator ever has to split layers.
 */
export interface Field<Layer = unknown> {
  readonly grid: Grid;
  readonly layers: readonly Layer[];
  readonly tiles: readonly Tile[];
  /** False when it is certain that no value is missing. */
  readonly mayBeMissing: boolean;
}

/**
 * Eight f32 are one sector of a GPU's memory and half a cache line. Sixteen apply weights no faster on two cores and hold twice
 * the memory, whose first touch costs more than the gather (`npm run bench -- regrid/apply`).
 */
export const maxLanes = 8;

/** How layers of `points` values are laid out in tiles, so that each tile can be bound whole. `[firstLayer, lanes]` each. */
export function tileLayout(points: number, layers: number, maxBindingBytes: number): readonly (readonly [number, number])[] {
  const fitting = Math.floor(maxBindingBytes / (4 * Math.max(1, points)));
  const lanes = Math.max(1, Math.min(maxLanes, 2 ** Math.floor(Math.log2(Math.max(1, fitting)))));
  const tiles: (readonly [number, number])[] = [];
  for (let first = 0; first < layers; first += lanes) tiles.push([first, Math.min(lanes, layers - first)]);
  return tiles;
}

/** Gives a field's memory back. */
export function releaseField(field: Field): void {
  for (const tile of field.tiles) tile.values.release();
}

/** One layer out of host copies of the tiles, `[points]`; missing values become `missing` (default: the sentinel). */
export function layerOf(
  field: Field,
  tiles: readonly (Float32Array | Float64Array)[],
  layer: number,
  missing = missingValue,
): Float32Array | Float64Array {
  const index = field.tiles.findIndex(({ firstLayer, lanes }) => layer >= firstLayer && layer < firstLayer + lanes);
  const { firstLayer, lanes } = field.tiles[index] as Tile;
  const values = tiles[index] as Float32Array | Float64Array;
  const { points } = field.grid;
  const result = values instanceof Float64Array ? new Float64Array(points) : new Float32Array(points);
  const lane = layer - firstLayer;
  for (let point = 0; point < points; point++) {
    const value = values[point * lanes + lane] as number;
    result[point] = value === missingValue ? missing : value;
  }
  return result;
}
