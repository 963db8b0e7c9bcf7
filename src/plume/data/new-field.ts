import { type Field, type Grid, releaseField, type Tile, tileLayout } from '../../atlas/index.js';
import type { Engine } from '../../compute/index.js';
import { fillMissing } from '../fill-missing.js';
import type { FieldLayer } from '../types.js';

/** A field of this shape on the device, missing everywhere. */
export async function newField(engine: Engine, grid: Grid, layers: readonly FieldLayer[]): Promise<Field<FieldLayer>> {
  const tiles: Tile[] = [];
  const field = { grid, layers, tiles, mayBeMissing: true };
  try {
    for (const [firstLayer, lanes] of tileLayout(grid.points, layers.length, engine.info.maxBindingBytes)) {
      tiles.push({ values: engine.allocate('f32', grid.points * lanes), firstLayer, lanes });
    }
    await engine.run((pass) => {
      for (const { values } of tiles) pass.run(fillMissing, { count: values.length, filled: values });
    });
    return field;
  } catch (error) {
    releaseField(field);
    throw error;
  }
}
