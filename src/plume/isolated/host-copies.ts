import type { Field, Tile } from '../../atlas/index.js';
import { DteError } from '../../base/index.js';
import { type Engine, missingValue } from '../../compute/index.js';
import type { FieldHandle, OutputHandle } from '../types.js';
import type { Arrays, Reals32, Reals64 } from './messages.js';

type Values = Reals32 | Reals64;

interface Copy {
  readonly version: number;
  readonly values: Promise<Values>;
}

/** Copies of fields on the host, `[layers, points]`, by the device array of their first tile. */
const copies = new WeakMap<object, Copy>();

/**
 * The values of a field on the host, `[layers, points]`. Each version of a field is read from the device once, however many plugins
 * ask for it; the copy must not be written to.
 */
export function hostCopy(engine: Engine, { field, version }: FieldHandle): Promise<Values> {
  const key = field.tiles[0]?.values ?? field;
  const known = copies.get(key);
  if (known?.version === version) return known.values;
  const values = readLayers(engine, field);
  copies.set(key, { version, values });
  // A copy that could not be made is no copy; who asked hears of it.
  values.catch(() => copies.delete(key));
  return values;
}

async function readLayers(engine: Engine, { grid, layers, tiles }: Field): Promise<Values> {
  const parts = await engine.peek(...tiles.map(({ values }) => values));
  const { points } = grid;
  const length = points * layers.length;
  const result = parts[0] instanceof Float64Array ? new Float64Array(length) : new Float32Array(length);
  for (const [index, { firstLayer, lanes }] of tiles.entries()) {
    takeApart(parts[index] as Values, result.subarray(firstLayer * points, (firstLayer + lanes) * points), points, lanes);
  }
  return result;
}

/** apart[lane, point] = together[point, lane]. Points run slowest: a few streams are written, and what is read is read once. */
function takeApart(together: Values, apart: Values, points: number, lanes: number): void {
  for (let point = 0, at = 0; point < points; point++) {
    for (let to = point; to < points * lanes; to += points) apart[to] = together[at++] as number;
  }
}

function putTogether(apart: Values, together: Values, points: number, lanes: number): void {
  for (let point = 0, at = 0; point < points; point++) {
    for (let from = point; from < points * lanes; from += points) together[at++] = apart[from] as number;
  }
}

/** What is done about values of an output that are not finite: an error, or they count as missing. */
export type NonFinite = 'refuse' | 'missing';

/** An output with the values that it is to have, `[layers, points]`. */
export interface CheckedOutput {
  readonly output: OutputHandle;
  readonly values: Values;
}

/** `input.field` names the output that is absent, has another number of values than agreed, or holds values that are not finite. */
export function checkOutputs(outputs: readonly OutputHandle[], arrays: Arrays, nonFinite: NonFinite): readonly CheckedOutput[] {
  const undeclared = [...arrays.keys()].find((name) => !outputs.some((output) => output.name === name));
  if (undeclared !== undefined) throw new DteError('input.field', `it sent '${undeclared}', which is none of its outputs`);
  return outputs.map((output) => ({ output, values: checkedValues(output, arrays, nonFinite) }));
}

/** Brings the outputs of a plugin to the device: straight into its memory where the host sees that. */
export async function writeOutputs(engine: Engine, outputs: readonly CheckedOutput[]): Promise<void> {
  const uploads: { readonly tile: Tile; readonly values: Values }[] = [];
  for (const { output, values } of outputs) {
    const { grid, tiles } = output.field;
    for (const tile of tiles) {
      const { firstLayer, lanes } = tile;
      const apart = values.subarray(firstLayer * grid.points, (firstLayer + lanes) * grid.points);
      const memory = engine.hostMemory(tile.values);
      const together = memory ?? new Float32Array(tile.values.length);
      putTogether(apart, together, grid.points, lanes);
      if (memory === undefined) uploads.push({ tile, values: together });
    }
  }
  if (uploads.length === 0) return;
  await engine.run((pass) => {
    for (const { tile, values } of uploads) pass.copy(pass.upload('f32', values), tile.values, 0);
  });
}

function checkedValues({ name, field }: OutputHandle, arrays: Arrays, nonFinite: NonFinite): Values {
  const values = arrays.get(name);
  if (values === undefined) throw new DteError('input.field', `it did not send its output '${name}'`);
  const [layers, points] = [field.layers.length, field.grid.points];
  if (values.length !== layers * points) {
    throw new DteError('input.field', `output '${name}' has ${values.length} values`, {
      hint: `${layers} x ${points} are agreed: layers, then points`,
    });
  }
  const at = firstStrange(values);
  if (at < 0) return values;
  if (nonFinite === 'missing') return values.map((value) => (Number.isFinite(value) ? value : missingValue)) as Values;
  throw new DteError('input.field', `output '${name}' is ${values[at]} at point ${at % points} of layer ${Math.floor(at / points)}`, {
    hint: `say missing by ${missingValue}, or state non-finite: missing in core-config`,
  });
}

function firstStrange(values: Values): number {
  for (let at = 0; at < values.length; at++) if (!Number.isFinite(values[at])) return at;
  return -1;
}
