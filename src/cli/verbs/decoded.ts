import { layerOf, releaseField } from '../../atlas/index.js';
import type { Engine } from '../../compute/index.js';
import { gridOf, type Message, prepareDecode } from '../../grib/index.js';

/** The values of one field on the host, `[points]`; missing ones are `missing`, by default the sentinel. */
export async function decoded(
  engine: Engine,
  message: Message,
  order: 'canonical' | 'file',
  missing?: number,
): Promise<Float32Array | Float64Array> {
  const prepared = await prepareDecode(engine, [message], gridOf(message));
  const field = await engine.run((pass) => (order === 'file' ? prepared.decodeInFileOrder(pass) : prepared.decode(pass)));
  try {
    const tiles = await engine.read(...field.tiles.map(({ values }) => values));
    return missing === undefined ? layerOf(field, tiles, 0) : layerOf(field, tiles, 0, missing);
  } finally {
    releaseField(field);
  }
}
