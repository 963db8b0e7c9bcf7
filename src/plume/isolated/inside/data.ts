import { DteError } from '../../../base/index.js';
import type { InputMeta, Moment, Reals32, Reals64, ScalarValue } from '../messages.js';
import type { IsolatedData, IsolatedField } from './types.js';

type Values = Reals32 | Reals64;
type PlacesOf = (field: string) => ReturnType<IsolatedField['coordinates']>;

/** What a plugin sees of a moment. Types are exact: FLOAT is not DOUBLE. */
export function dataOf(moment: Moment, inputs: ReadonlyMap<string, Values>, missing: number, placesOf: PlacesOf): IsolatedData {
  const { scalars } = moment;
  const fields = new Map(moment.inputs.map((meta) => [meta.name, meta]));
  const scalar = (name: string, type: string): ScalarValue => {
    const found = scalars[name];
    if (found === undefined) throw unknown(name, [...Object.keys(scalars), ...fields.keys()]);
    if (found.type === type) return found.value;
    throw new DteError('input.plugin', `parameter '${name}' is ${found.type} and was asked for as ${type}`);
  };
  return {
    has: (name) => name in scalars || fields.has(name),
    int: (name) => scalar(name, 'INT') as number,
    bool: (name) => scalar(name, 'BOOL') as boolean,
    float: (name) => scalar(name, 'FLOAT') as number,
    double: (name) => scalar(name, 'DOUBLE') as number,
    string: (name) => scalar(name, 'STRING') as string,
    field: (name) => {
      const meta = fields.get(name);
      const values = inputs.get(name);
      if (meta === undefined || values === undefined) throw unknown(name, [...fields.keys()]);
      return { ...meta, values, missing, coordinates: () => placesOf(name) };
    },
    isUpdated: (name) => updatedOf(name, scalars[name] ?? fields.get(name), [...Object.keys(scalars), ...fields.keys()]),
  };
}

function updatedOf(name: string, found: Pick<InputMeta, 'updated'> | undefined, names: readonly string[]): boolean {
  if (found === undefined) throw unknown(name, names);
  return found.updated;
}

function unknown(name: string, names: readonly string[]): DteError {
  return new DteError('input.plugin', `'${name}' was not agreed on`, {
    hint: names.length === 0 ? 'nothing was' : `agreed are ${names.join(', ')}`,
  });
}
