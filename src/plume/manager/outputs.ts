import { type Grid, gridFromText } from '../../atlas/index.js';
import { DteError } from '../../base/index.js';
import type { Engine } from '../../compute/index.js';
import { type FieldEntry, ScalarEntry } from '../data/entries.js';
import type { ModelData } from '../data/model-data.js';
import { newField } from '../data/new-field.js';
import { layersOf, type Scalar } from '../data/value.js';
import { dataName } from '../derived/derivations.js';
import type { Param, ShapeRule } from '../protocol.js';
import type { OutputHandle } from '../types.js';

/** What one plugin makes: its fields and scalars among the data. */
export interface Outputs {
  readonly params: readonly Param[];
  readonly fields: Readonly<Record<string, OutputHandle>>;
  set(name: string, value: Scalar): void;
  /** Declares all of them updated, or none. */
  mark(updated: boolean): void;
  release(): void;
}

/** What stands before a plugin first set a scalar. */
const initial: Readonly<Record<Exclude<Param['type'], 'ATLAS_FIELD'>, Scalar>> = { INT: 0, BOOL: false, FLOAT: 0, DOUBLE: 0, STRING: '' };

/** Why outputs cannot be had, given what the plugin sees; before there are data. */
export function outputProblems(outputs: readonly Param[], required: readonly Param[], taken: readonly Param[]): readonly string[] {
  const agreed = new Map(required.map((param) => [dataName(param), param.type]));
  return outputs.flatMap(({ name, type, shape }) => {
    if (taken.some((param) => dataName(param) === name)) return [`its output '${name}' is on offer already`];
    if (type !== 'ATLAS_FIELD') return [];
    if (shape?.like === undefined && shape?.grid === undefined)
      return [`its output '${name}' has no shape (like: FIELD or grid: GRIDSPEC)`];
    return namesLike(shape)
      .filter((like) => agreed.get(like) !== 'ATLAS_FIELD')
      .map((like) => `its output '${name}' is like '${like}', which is no field agreed on`);
  });
}

function namesLike(shape: ShapeRule | undefined): readonly string[] {
  return shape?.like === undefined ? [] : [shape.like].flat();
}

/** Allocates outputs and puts them among the data. */
export async function makeOutputs(engine: Engine, plugin: string, params: readonly Param[], data: ModelData): Promise<Outputs> {
  const fields: Record<string, OutputHandle> = {};
  const made: string[] = [];
  const release = (): void => {
    for (const name of made) data.drop(name);
  };
  try {
    for (const param of params) {
      if (param.type === 'ATLAS_FIELD') fields[param.name] = outputHandle(plugin, await makeField(engine, param, data));
      else data.create(param.name, param.type, initial[param.type]);
      made.push(param.name);
    }
  } catch (error) {
    release();
    throw error;
  }
  return {
    params,
    fields,
    set(name, value) {
      const entry = made.includes(name) ? data.entry(name) : undefined;
      if (entry instanceof ScalarEntry) return entry.set(value);
      const scalars = params.filter(({ type }) => type !== 'ATLAS_FIELD').map((param) => param.name);
      throw new DteError('input.plugin', `plugin '${plugin}' set '${name}', which it did not declare`, {
        hint: `its scalar outputs are ${scalars.join(', ') || 'none'}`,
      });
    },
    mark(updated) {
      for (const name of made) data.entry(name).mark?.(updated);
    },
    release,
  };
}

async function makeField(engine: Engine, { name, shape }: Param, data: ModelData): Promise<FieldEntry> {
  const [like] = namesLike(shape)
    .map((other) => data.fieldEntry(other))
    .toSorted((a, b) => b.field.layers.length - a.field.layers.length);
  const grid = shape?.grid === undefined ? (like?.grid as Grid) : await gridFromText(shape.grid);
  const levels = shape?.levels ?? like?.levels ?? [0];
  const levtype = shape?.levtype ?? like?.levtype;
  const field = await newField(engine, grid, layersOf(like?.members ?? [undefined], levels));
  return data.createField(name, field, levtype === undefined ? {} : { levtype }) as FieldEntry;
}

/** The entry itself with its maker's name: a live view. */
function outputHandle(plugin: string, entry: FieldEntry): OutputHandle {
  return {
    plugin,
    name: entry.name,
    shortName: entry.shortName,
    levtype: entry.levtype,
    levels: entry.levels,
    grid: entry.grid,
    get field() {
      return entry.field;
    },
    get version() {
      return entry.version;
    },
    get updated() {
      return entry.updated;
    },
  };
}
