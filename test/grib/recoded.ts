import type { Field } from '../../src/atlas/index.js';
import { type Engine, missingValue } from '../../src/compute/index.js';
import { encode, type EncodeOptions, gridOf, type Message, prepareDecode } from '../../src/grib/index.js';
import type { Reals } from '../support/decoded.js';
import { type EccodesField, eccodesFields } from '../support/eccodes.js';

/** A field of one layer for each template, from host values; NaN is missing. */
export async function fieldOf(
  engine: Engine,
  templates: readonly Message[],
  values: readonly Reals[],
  grid = gridOf(templates[0] as Message),
): Promise<Field<Message>> {
  const lanes = values.length;
  const tile = new Float64Array(grid.points * lanes);
  for (const [lane, layer] of values.entries())
    layer.forEach((value: number, point: number) => (tile[point * lanes + lane] = Number.isNaN(value) ? missingValue : value));
  return { grid, layers: templates, tiles: [{ values: await engine.upload('f32', tile), firstLayer: 0, lanes }], mayBeMissing: true };
}

export async function recoded(engine: Engine, messages: readonly Message[], options: EncodeOptions = {}): Promise<readonly Uint8Array[]> {
  const written: Uint8Array[] = [];
  for (const message of messages) {
    const prepared = await prepareDecode(engine, [message], gridOf(message));
    const field = await engine.run((pass) => prepared.decodeInFileOrder(pass));
    written.push(...(await encode(engine, field, { inFileOrder: true, ...options })));
  }
  return written;
}

/** Where a file, as ecCodes reads it, is further than `step` from values (NaN: missing). */
export function valueFaults(path: string, values: readonly Reals[], step: (field: EccodesField) => number): readonly string[] {
  const fields = eccodesFields(path) as readonly EccodesField[];
  if (fields.length !== values.length) return [`${fields.length} fields for ${values.length}`];
  return fields.flatMap((field, index) => {
    const wanted = values[index] as Reals;
    const allowed = step(field);
    if (field.points !== wanted.length) return [`field ${index}: ${field.points} points for ${wanted.length}`];
    for (let point = 0; point < wanted.length; point++) {
      const value = field.values === undefined ? field.constant : (field.values[point] as number);
      const expected = wanted[point] as number;
      if (Number.isNaN(value) !== Number.isNaN(expected) || Math.abs(value - expected) > allowed)
        return [`field ${index}, point ${point}: ${value} for ${expected}, allowed ${allowed}`];
    }
    return [];
  });
}

/** Half a quantum of simple packing, with room for the rounding of the reference value to f32 or, in edition 1, to 24 bits of an IBM float. */
export function halfStep(values: Float64Array, bits: number): number {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const range = most - least + Math.abs(least) * 2 ** -20;
  // E is the next whole power of two above range / (2^bits - 1).
  return range / (2 ** bits - 1) || 0;
}
