import { type Field, type Grid, layerOf, type Partition, type SpaceField } from '../../src/atlas/index.js';
import type { Engine } from '../../src/compute/index.js';

export const degree = Math.PI / 180;

/** A value at a latitude and longitude, radians. */
export type PointFunction = (lat: number, lon: number) => number;

/** Layers of functions at the points of a grid; tiles of eight. */
export async function fieldOf(engine: Engine, grid: Grid, functions: readonly PointFunction[]): Promise<Field<number>> {
  const { lat, lon } = grid.coordinates();
  const layers = functions.map((of) => Float64Array.from(lat, (value, point) => of(value * degree, (lon[point] as number) * degree)));
  return fieldOfValues(engine, grid, layers);
}

export async function fieldOfValues(
  engine: Engine,
  grid: Grid,
  layers: readonly ArrayLike<number>[],
  mayBeMissing = false,
): Promise<Field<number>> {
  const tiles = [];
  for (let firstLayer = 0; firstLayer < layers.length; firstLayer += 8) {
    const lanes = Math.min(8, layers.length - firstLayer);
    const values = new Float64Array(grid.points * lanes);
    for (let index = 0; index < values.length; index++) values[index] = layers[firstLayer + (index % lanes)]![Math.floor(index / lanes)]!;
    tiles.push({ values: await engine.upload('f32', values), firstLayer, lanes });
  }
  return { grid, layers: layers.map((_, layer) => layer), tiles, mayBeMissing };
}

/** Values of every layer of one part, halo included. `[layers][size]` */
export async function partValues(engine: Engine, field: SpaceField, part: number): Promise<readonly Float64Array[]> {
  const tiles = field.parts[part]!;
  const read = await engine.read(...tiles.map(({ values }) => values));
  const { size } = field.space.parts[part]!;
  return field.layers.map((_, layer) => {
    const tile = tiles.findIndex(({ firstLayer, lanes }) => layer >= firstLayer && layer < firstLayer + lanes);
    const { firstLayer, lanes } = tiles[tile]!;
    return Float64Array.from({ length: size }, (__, place) => read[tile]![place * lanes + layer - firstLayer] as number);
  });
}

export async function layersOf(engine: Engine, field: Field): Promise<readonly Float64Array[]> {
  const read = await engine.read(...field.tiles.map(({ values }) => values));
  return field.layers.map((_, layer) => Float64Array.from(layerOf(field, read, layer)));
}

/** Runs of points, as even as they can be. */
export function bands(points: number, parts: number): Partition {
  return { parts, partOf: Uint16Array.from({ length: points }, (_, point) => Math.floor((point * parts) / points)) };
}

/** Quarters of longitude in bands of latitude. */
export function blocks(grid: Grid, rows: number, columns: number): Partition {
  const { lat, lon } = grid.coordinates();
  const partOf = Uint16Array.from(lat, (value, point) => {
    const row = Math.min(rows - 1, Math.floor(((90 - value) / 180) * rows));
    const column = Math.floor(((((lon[point]! % 360) + 360) % 360) / 360) * columns);
    return row * columns + column;
  });
  return { parts: rows * columns, partOf };
}

export function rootMeanSquare(values: ArrayLike<number>, weights: ArrayLike<number>): number {
  let sum = 0;
  let total = 0;
  for (let index = 0; index < values.length; index++) {
    sum += weights[index]! * values[index]! ** 2;
    total += weights[index]!;
  }
  return Math.sqrt(sum / total);
}
