import { DteError } from '../../base/index.js';
import type { Engine } from '../../compute/index.js';
import { dataName } from '../derived/derivations.js';
import type { FieldHandle, PluginContext, PluginData } from '../types.js';
import { hostCopy } from './host-copies.js';
import type { Arrays, FieldMeta, InputMeta, Moment, Reals, Reals32, Reals64, Scalar, ScalarValue } from './messages.js';

/** The fields that were agreed on with a plugin. */
export function agreedFields({ params, has, field }: PluginData): readonly FieldHandle[] {
  const names = params.filter(({ type }) => type === 'ATLAS_FIELD').map(dataName);
  // What the model did not provide the plugin misses when it asks for it.
  return [...new Set(names)].filter(has).map(field);
}

/** All that was agreed on, as it is now. */
export function momentOf({ step }: PluginContext, data: PluginData): Moment {
  const scalars: Record<string, Scalar> = {};
  for (const { name, type } of data.params) {
    if (type !== 'ATLAS_FIELD' && data.has(name))
      scalars[name] = { type, value: scalarOf(data, name, type), updated: data.isUpdated(name) };
  }
  return { step, scalars, inputs: agreedFields(data).map(inputMeta) };
}

function scalarOf(data: PluginData, name: string, type: string): ScalarValue {
  if (type === 'INT') return data.int(name);
  if (type === 'BOOL') return data.bool(name);
  if (type === 'FLOAT') return data.float(name);
  return type === 'DOUBLE' ? data.double(name) : data.string(name);
}

export function fieldMeta({ name, shortName, levtype, levels, grid, field }: FieldHandle): FieldMeta {
  const members = Math.max(1, Math.round(field.layers.length / Math.max(1, levels.length)));
  return { name, shortName, levtype, levels, members, points: grid.points, grid: grid.spec };
}

function inputMeta(handle: FieldHandle): InputMeta {
  const { version, updated, field } = handle;
  return { ...fieldMeta(handle), version, updated, mayBeMissing: field.mayBeMissing };
}

/** Copies of the fields whose version is another than `sent` says; `sent` is brought up to date. */
export async function freshArrays(
  engine: Engine,
  fields: readonly FieldHandle[],
  reals: Reals,
  sent: Map<string, number>,
): Promise<Arrays> {
  const arrays = new Map<string, Reals32 | Reals64>();
  for (const handle of fields) {
    // Before the first update there are no values.
    if (handle.version === (sent.get(handle.name) ?? 0)) continue;
    arrays.set(handle.name, asReals(await hostCopy(engine, handle), reals));
    sent.set(handle.name, handle.version);
  }
  return arrays;
}

function asReals(values: Reals32 | Reals64, reals: Reals): Reals32 | Reals64 {
  if (reals === 'f64') return values instanceof Float64Array ? values : Float64Array.from(values);
  return values instanceof Float32Array ? values : Float32Array.from(values);
}

/** Degrees. */
export function coordinatesOf(handle: FieldHandle): Arrays {
  const { lat, lon } = handle.grid.coordinates();
  return new Map([
    ['lat', lat],
    ['lon', lon],
  ]);
}

/** Hands on the outputs that are no fields. */
export function setScalars(context: PluginContext, scalars: Readonly<Record<string, ScalarValue>> | undefined): void {
  for (const [name, value] of Object.entries(scalars ?? {})) {
    if (name in context.outputs) {
      throw new DteError('input.plugin', `output '${name}' is a field`, { hint: 'its values are sent as an array' });
    }
    context.set(name, value);
  }
}
