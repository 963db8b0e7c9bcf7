// Fields for tests of plugins: values by function, and back to arrays of layers.
import { type Field, type Grid, tileLayout } from '../../../src/atlas/index.js';
import type { DeviceArray, Engine } from '../../../src/compute/index.js';
import type { FieldLayer } from '../../../src/plume/index.js';
import type { LayeredField } from '../../../src/plume/generated/layers.js';

export interface FieldShape {
  readonly grid: Grid;
  readonly levels: readonly number[];
  readonly members?: number;
  /** Lanes of tiles, where they are not the usual ones. */
  readonly lanes?: number;
}

/** A field whose value at point p of layer l is `value(p, l)`. */
export async function makeField(
  engine: Engine,
  name: string,
  { grid, levels, members = 1, lanes = 8 }: FieldShape,
  value: (point: number, layer: number) => number,
  mayBeMissing = true,
): Promise<LayeredField & { readonly field: Field<FieldLayer> }> {
  const layers = Array.from({ length: members * levels.length }, (_, layer) => ({
    level: levels[layer % levels.length] as number,
    ...(members === 1 ? {} : { number: Math.floor(layer / levels.length) + 1 }),
  }));
  const layout = tileLayout(grid.points, layers.length, lanes * 4 * grid.points);
  const tiles = [];
  for (const [firstLayer, width] of layout) {
    const values = Float64Array.from({ length: grid.points * width }, (_, i) => value(Math.floor(i / width), firstLayer + (i % width)));
    tiles.push({ firstLayer, lanes: width, values: (await engine.upload('f32', values)) as DeviceArray<'f32'> });
  }
  return { name, levels, grid, field: { grid, layers, tiles, mayBeMissing } };
}

/** All layers of a field, one after the other: `[layers, points]`. */
export async function layersOf(engine: Engine, { field }: { readonly field: Field }): Promise<number[][]> {
  const values = await engine.read(...field.tiles.map((tile) => tile.values));
  return field.layers.map((_, layer) => {
    const index = field.tiles.findIndex(({ firstLayer, lanes }) => layer >= firstLayer && layer < firstLayer + lanes);
    const { firstLayer, lanes } = field.tiles[index] as (typeof field.tiles)[number];
    return Array.from({ length: field.grid.points }, (_, point) => values[index]?.[point * lanes + layer - firstLayer] as number);
  });
}
