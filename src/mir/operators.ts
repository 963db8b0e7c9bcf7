import type { Field, Grid } from '../atlas/index.js';
import { crop } from '../atlas/index.js';
import type { DeviceArray, Engine, Pass } from '../compute/index.js';
import { gather } from '../compute/index.js';
import { keep } from './keep.js';
import { limit } from './limit.js';
import type { Mask } from './masks.js';

/** A step that is ready to run: it takes the fields of a plan (one, or the two of a pair) and gives those that come next. */
export interface Operator {
  apply<Layer>(pass: Pass, fields: readonly Field<Layer>[]): readonly Field<Layer>[];
  release(): void;
}

/** Memory of an operator that stays on the device between passes. */
function owning(arrays: readonly DeviceArray[], apply: Operator['apply']): Operator {
  return {
    apply,
    release() {
      for (const array of arrays) array.release();
    },
  };
}

/** What is done to each field by itself. */
export function eachField(one: <Layer>(pass: Pass, field: Field<Layer>) => Field<Layer>, release: () => void = () => {}): Operator {
  return { apply: (pass, fields) => fields.map((field) => one(pass, field)), release };
}

export async function cropOperator(engine: Engine, source: Grid, area: readonly number[]): Promise<Operator> {
  const { grid, indices } = crop(source, area);
  const order = await engine.upload('u32', indices);
  return owning([order], (pass, fields) =>
    fields.map((field) => ({
      ...field,
      grid,
      tiles: field.tiles.map((tile) => {
        const gathered = pass.allocate('f32', grid.points * tile.lanes);
        pass.run(gather, { points: grid.points, lanes: tile.lanes, order, source: tile.values, gathered });
        return { ...tile, values: gathered };
      }),
    })),
  );
}

export async function maskOperator(engine: Engine, words: Mask): Promise<Operator> {
  const mask = await engine.upload('u32', words);
  return owning([mask], (pass, fields) =>
    fields.map((field) => ({
      ...field,
      mayBeMissing: true,
      tiles: field.tiles.map((tile) => {
        const kept = pass.allocate('f32', tile.values.length);
        pass.run(keep, { points: field.grid.points, lanes: tile.lanes, mask, source: tile.values, kept });
        return { ...tile, values: kept };
      }),
    })),
  );
}

export function limitOperator(minimum: number, maximum: number): Operator {
  return eachField((pass, field) => ({
    ...field,
    tiles: field.tiles.map((tile) => {
      const limited = pass.allocate('f32', tile.values.length);
      pass.run(limit, { count: tile.values.length, minimum, maximum, source: tile.values, limited });
      return { ...tile, values: limited };
    }),
  }));
}

export function selectOperator(component: 0 | 1): Operator {
  return { apply: (_pass, fields) => fields.slice(component, component + 1), release() {} };
}
