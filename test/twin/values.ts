// A twin's values on the host.
import { layerOf, releaseField, type Field } from '../../src/atlas/index.js';
import type { Engine } from '../../src/compute/index.js';
import { createTwin, type Twin, type TwinFields, type TwinLayer, type TwinOptions } from '../../src/twin/index.js';

export type Values = Record<'vo' | 'd' | 'z' | 'u' | 'v' | 'spectralVo' | 'spectralD' | 'spectralZ', readonly Float64Array[]>;

/** Every field, member by member. */
export async function valuesOf(engine: Engine, twin: Twin): Promise<Values> {
  const { vo, d, z, u, v, spectral }: TwinFields = await engine.run((pass) => twin.fields(pass));
  const read = async (field: Field<TwinLayer>): Promise<readonly Float64Array[]> => {
    const tiles = await engine.read(...field.tiles.map(({ values }) => values));
    const layers = field.layers.map((_, layer) => Float64Array.from(layerOf(field, tiles, layer)));
    releaseField(field);
    return layers;
  };
  return {
    ...{ vo: await read(vo), d: await read(d), z: await read(z), u: await read(u), v: await read(v) },
    ...{ spectralVo: await read(spectral.vo), spectralD: await read(spectral.d), spectralZ: await read(spectral.z) },
  };
}

/** The values after some hours. */
export async function valuesAfter(engine: Engine, options: TwinOptions, hours: number): Promise<Values> {
  const twin = await createTwin(engine, options);
  await twin.step(Math.round((hours * 3600) / twin.description.stepSeconds));
  const values = await valuesOf(engine, twin);
  twin.close();
  return values;
}

/** Root of the sum of squares of the differences over that of the values. */
export function relativeDistance(values: Float64Array | undefined, expected: Float64Array | undefined): number {
  let difference = 0;
  let size = 0;
  for (const [index, value] of (values ?? []).entries()) {
    difference += (value - (expected?.[index] ?? Number.NaN)) ** 2;
    size += (expected?.[index] ?? Number.NaN) ** 2;
  }
  return Math.sqrt(difference / size);
}

export function greatestDifference(values: Float64Array | undefined, expected: Float64Array | undefined): number {
  let most = 0;
  for (const [index, value] of (values ?? []).entries()) most = Math.max(most, Math.abs(value - (expected?.[index] ?? Number.NaN)));
  return most;
}

export function areSame(values: Values, expected: Values): boolean {
  return Object.entries(values).every(([name, layers]) =>
    layers.every((layer, index) => layer.every((value, place) => value === expected[name as keyof Values][index]?.[place])),
  );
}
