import type { Engine } from '../../src/compute/index.js';
import { layerOf, releaseField } from '../../src/atlas/index.js';
import { gridOf, type Message, prepareDecode } from '../../src/grib/index.js';

export type Reals = Float32Array | Float64Array;

/** The values of messages on an engine, missing ones NaN: in their own order of points, or in the canonical one. */
export async function decoded(
  engine: Engine,
  messages: readonly Message[],
  order: 'file' | 'canonical' = 'file',
): Promise<readonly Reals[]> {
  const values: Reals[] = [];
  for (let start = 0; start < messages.length; ) {
    const grid = gridOf(messages[start] as Message);
    let end = start + 1;
    while (end < messages.length && end - start < 64 && gridOf(messages[end] as Message).hash === grid.hash) end++;
    const prepared = await prepareDecode(engine, messages.slice(start, end), grid);
    const field = await engine.run((pass) => (order === 'file' ? prepared.decodeInFileOrder(pass) : prepared.decode(pass)));
    const tiles = await engine.read(...field.tiles.map((tile) => tile.values));
    for (let layer = 0; layer < end - start; layer++) values.push(layerOf(field, tiles as Reals[], layer, Number.NaN));
    releaseField(field);
    start = end;
  }
  return values;
}

const word = new DataView(new ArrayBuffer(8));

/** Steps between two f32 numbers on the line of all f32 numbers; both zeros are one. */
export function ulpsApart(a: number, b: number): number {
  word.setFloat32(0, a);
  word.setFloat32(4, b);
  const place = (bits: number): number => (bits < 0 ? -(bits & 0x7fffffff) : bits);
  return Math.abs(place(word.getInt32(0)) - place(word.getInt32(4)));
}

/** The first point where f64 values are not the very same numbers; undefined when there is none. */
export function firstInexact(got: Reals, expected: Reals): string | undefined {
  if (got.length !== expected.length) return `${got.length} values for ${expected.length}`;
  for (let point = 0; point < got.length; point++) {
    if (!Object.is(got[point], expected[point])) return `point ${point}: ${got[point]} for ${expected[point]}`;
  }
  return undefined;
}

/** The first point where f32 values are more than `ulps` from f64 ones rounded to f32. */
export function firstFar(got: Reals, expected: Reals, ulps = 1): string | undefined {
  if (got.length !== expected.length) return `${got.length} values for ${expected.length}`;
  for (let point = 0; point < got.length; point++) {
    const value = got[point] as number;
    const wanted = expected[point] as number;
    if (Number.isNaN(value) && Number.isNaN(wanted)) continue;
    if (!(ulpsApart(value, wanted) <= ulps)) return `point ${point}: ${value} for ${wanted}`;
  }
  return undefined;
}
