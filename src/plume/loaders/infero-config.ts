import { DteError } from '../../base/index.js';
import type { Channel, Halo, ModelSetup, NonFinitePolicy, TensorOrder } from '../../infero/index.js';
import { modelSetup } from '../../infero/index.js';
import { type Entry, readDocument } from '../config/document.js';
import type { PluginSpec } from '../types.js';

/** A field whose levels are channels of a tensor. */
export interface TensorField {
  /** Name among the data: `u`, `u;hl;100`. */
  readonly name: string;
  /** Undefined: all of them. Of an output: 0 by default. */
  readonly levels: readonly number[] | undefined;
  readonly levtype: string | undefined;
  /** Mean, scale and fill value of each level, or one for all. */
  readonly channels: readonly Channel[];
}

export interface TensorPlan {
  readonly tensor: string;
  /** Undefined: `points` for a tensor of two extents, `nchw` for one of four. */
  readonly order: TensorOrder | undefined;
  readonly halo: Halo | undefined;
  readonly fields: readonly TensorField[];
}

/** What an infero plugin does in a step. */
export interface InferoPlan {
  readonly model: ModelSetup;
  readonly inputs: readonly TensorPlan[];
  readonly outputs: readonly TensorPlan[];
}

const tensorKeys = ['order', 'halo', 'fields'];
const inputKeys = ['name', 'levels', 'mean', 'scale', 'fill'];
const outputKeys = ['name', 'levels', 'levtype', 'mean', 'scale'];

/**
 * Reads the `core-config` of an infero plugin: `model` (as infero's own configuration; by default the plugin's `lib`), `inputs` and
 * `outputs`, each a map from tensors to the fields that they are made of or become, and `non-finite`.
 */
export async function parseInfero({ name, lib, folder, coreConfig, where }: PluginSpec): Promise<InferoPlan> {
  const document = await readDocument(`core-config of plugin '${name}'`, coreConfig, undefined, where);
  const map = document.map(['model', 'inputs', 'outputs', 'non-finite']);
  const [inputs, outputs] = [map.get('inputs'), map.get('outputs')];
  if (inputs === undefined) throw document.missing('inputs', 'inputs are a map from tensors of the model to fields');
  if (outputs === undefined) throw document.missing('outputs', 'outputs are a map from tensors of the model to new fields');
  const nonFinite = map.get('non-finite')?.oneOf<NonFinitePolicy>(['refuse', 'missing', 'allow']);
  const setup = modelSetup({ path: lib, type: 'onnx', ...(map.get('model')?.value() as object | undefined) }, () => where);
  const path = 'path' in setup.source ? setup.source.path : lib;
  return {
    model: {
      source: { path: path.startsWith('/') ? path : `${folder}${path}` },
      options: { ...setup.options, ...(nonFinite === undefined ? {} : { nonFinite }) },
    },
    inputs: tensorsOf(inputs, inputKeys),
    outputs: tensorsOf(outputs, outputKeys),
  };
}

function tensorsOf(entry: Entry, keys: readonly string[]): readonly TensorPlan[] {
  const tensors = [...entry.members()];
  if (tensors.length === 0) throw entry.error('names no tensor', 'at least one is expected');
  return tensors.map(([tensor, of]) => {
    const map = of.named(`tensor '${tensor}'`).map(tensorKeys);
    const fields = map.get('fields');
    if (fields === undefined) throw of.missing('fields', 'fields are a list of names, or of maps with name and levels');
    const items = fields.list();
    if (items.length === 0) throw fields.error('names no field', 'at least one is expected');
    return {
      tensor,
      order: map.get('order')?.oneOf<TensorOrder>(['nchw', 'nhwc', 'points']),
      halo: haloOf(map.get('halo')),
      fields: items.map((item) => fieldOf(item, keys)),
    };
  });
}

function haloOf(entry: Entry | undefined): Halo | undefined {
  if (entry === undefined) return undefined;
  const map = entry.map(['rows', 'columns', 'poles']);
  const poles = map.get('poles')?.oneOf(['fill', 'repeat', 'across']);
  const halo = { rows: map.get('rows')?.whole(0) ?? 0, columns: map.get('columns')?.whole(0) ?? 0 };
  return poles === undefined ? halo : { ...halo, poles };
}

function fieldOf(entry: Entry, keys: readonly string[]): TensorField {
  if (!entry.isMap()) return { name: entry.text(), levels: undefined, levtype: undefined, channels: [{}] };
  const map = entry.map(keys);
  const name = map.get('name')?.text();
  if (name === undefined) throw entry.missing('name', `keys are ${keys.join(', ')}`);
  const levels = map.get('levels');
  return {
    name,
    levels: levels === undefined ? undefined : numbersOf(levels),
    levtype: map.get('levtype')?.text(),
    channels: channelsOf(map, levels === undefined ? undefined : numbersOf(levels).length),
  };
}

/** One number for all levels, or a list with one for each. */
function channelsOf(map: ReadonlyMap<string, Entry>, levels: number | undefined): readonly Channel[] {
  const given = (['mean', 'scale', 'fill'] as const).flatMap((key) => {
    const entry = map.get(key);
    return entry === undefined ? [] : [[key, entry, numbersOf(entry)] as const];
  });
  const count = Math.max(1, ...given.map(([, , numbers]) => numbers.length));
  for (const [, entry, numbers] of given) {
    if (numbers.length === 1 || numbers.length === (levels ?? count)) continue;
    throw entry.error(`has ${numbers.length} numbers`, `one number, or one for each of ${levels ?? count} levels, is expected`);
  }
  return Array.from({ length: count }, (_, at) => Object.fromEntries(given.map(([key, , numbers]) => [key, numbers[at] ?? numbers[0]])));
}

function numbersOf(entry: Entry): readonly number[] {
  const items = entry.isList() ? entry.list() : [entry];
  return items.map((item) => item.number(Number.NEGATIVE_INFINITY, 'a number'));
}

/** Channels of a field that turned out to have so many levels. */
export function channelsFor({ name, channels }: TensorField, levels: number): readonly Channel[] {
  if (channels.length === levels) return channels;
  if (channels.length === 1) return Array.from({ length: levels }, () => channels[0] as Channel);
  throw new DteError('input.config', `field '${name}' has ${levels} levels and ${channels.length} normalisations`, {
    hint: 'one number for all levels, or one for each',
  });
}
