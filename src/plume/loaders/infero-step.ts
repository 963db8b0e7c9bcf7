import type { Field, Grid, Tile } from '../../atlas/index.js';
import { DteError } from '../../base/index.js';
import type { DeviceArray, Engine } from '../../compute/index.js';
import {
  type Channel,
  type Model,
  type Packer,
  preparePack,
  prepareUnpack,
  type TensorArgument,
  type TensorInfo,
  type TensorOrder,
  type Unpacker,
} from '../../infero/index.js';
import type { FieldHandle, FieldLayer, OutputHandle, PluginSpec } from '../types.js';
import { channelsFor, type InferoPlan, type TensorField, type TensorPlan } from './infero-config.js';

/** A prepared step: tensors are allocated once, and no bytes of the host take part in packing and unpacking. */
export interface InferoStep {
  run(): Promise<void>;
  release(): void;
}

interface Input {
  readonly tensor: string;
  readonly packer: Packer;
  readonly into: DeviceArray<'f32'>;
  readonly shape: readonly number[];
  /** Layers as [members, channels], looked up in every step: a model may swap buffers. */
  readonly layers: () => readonly { readonly field: Field; readonly layer: number }[];
}

interface Output {
  readonly tensor: string;
  readonly unpacker: Unpacker;
  readonly values: DeviceArray<'f32'>;
  readonly shape: readonly number[];
  readonly into: () => Field<FieldLayer>;
}

export async function prepareInferoStep(
  engine: Engine,
  spec: PluginSpec,
  plan: InferoPlan,
  model: Model,
  fieldOf: (name: string) => FieldHandle,
  outputs: Readonly<Record<string, OutputHandle>>,
): Promise<InferoStep> {
  const first = fieldOf(plan.inputs[0]?.fields[0]?.name ?? '');
  const { grid } = first;
  const members = Math.max(...plan.inputs.flatMap(({ fields }) => fields.map(({ name }) => membersOf(fieldOf(name)))));
  const inputs: Input[] = [];
  const results: Output[] = [];
  const release = (): void => {
    for (const { packer, into } of inputs) {
      packer.release();
      into.release();
    }
    for (const { unpacker, values } of results) {
      unpacker.release();
      values.release();
    }
  };
  try {
    for (const tensor of plan.inputs) inputs.push(await inputOf(engine, tensor, infoOf(model.inputs, tensor), grid, members, fieldOf));
    for (const tensor of plan.outputs) results.push(await outputOf(engine, spec, tensor, infoOf(model.outputs, tensor), members, outputs));
  } catch (error) {
    release();
    throw error;
  }
  return { run: () => runStep(engine, model, inputs, results), release };
}

async function runStep(engine: Engine, model: Model, inputs: readonly Input[], outputs: readonly Output[]): Promise<void> {
  const missing = await engine.run((pass) =>
    inputs.map(({ packer, into, layers }) => packer.pack(pass, layers(), { into, markMissing: true }).missing),
  );
  try {
    const tensors = (
      list: readonly { readonly tensor: string; readonly shape: readonly number[]; readonly values: DeviceArray<'f32'> }[],
    ) => Object.fromEntries(list.map(({ tensor, shape, values }): [string, TensorArgument] => [tensor, { values, shape }]));
    await model.infer(tensors(inputs.map(({ tensor, shape, into }) => ({ tensor, shape, values: into }))), {
      only: outputs.map(({ tensor }) => tensor),
      outputs: tensors(outputs),
    });
    await engine.run((pass) => {
      for (const { unpacker, values, into } of outputs) {
        const field = into();
        // Where an input was missing at a point, so is what was made of it, if the tensors lie alike.
        const marks = missing.find((one) => one?.length === (field.layers.length / unpacker.channels) * unpacker.points);
        unpacker.unpack(pass, values, { layers: field.layers, into: field, ...(marks === undefined ? {} : { missing: marks }) });
      }
    });
  } finally {
    for (const array of missing) array?.release();
  }
}

async function inputOf(
  engine: Engine,
  plan: TensorPlan,
  info: TensorInfo,
  grid: Grid,
  members: number,
  fieldOf: (name: string) => FieldHandle,
): Promise<Input> {
  const fields = plan.fields.map((field) => ({ field, handle: fieldOf(field.name), levels: levelsOf(field, fieldOf(field.name)) }));
  const channels = fields.flatMap(({ field, levels }) => channelsFor(field, levels.length));
  const packer = await preparePack(engine, grid, layoutOf(plan, info, channels));
  const shape = packer.shape(members);
  return {
    tensor: plan.tensor,
    packer,
    shape,
    into: engine.allocate(
      'f32',
      shape.reduce((product, extent) => product * extent, 1),
    ),
    layers: () =>
      Array.from({ length: members }, (_, member) =>
        fields.flatMap(({ handle, levels }) => {
          const start = membersOf(handle) === 1 ? 0 : member * handle.levels.length;
          return levels.map((level) => ({ field: handle.field as Field, layer: start + level }));
        }),
      ).flat(),
  };
}

async function outputOf(
  engine: Engine,
  spec: PluginSpec,
  plan: TensorPlan,
  info: TensorInfo,
  members: number,
  outputs: Readonly<Record<string, OutputHandle>>,
): Promise<Output> {
  const handles = plan.fields.map(({ name }) => outputs[name] as OutputHandle);
  const channels = plan.fields.flatMap((field, index) => channelsFor(field, (handles[index] as OutputHandle).levels.length));
  if (handles.length > 1 && members > 1) {
    throw new DteError(
      'unsupported.method',
      `plugin '${spec.name}': tensor '${plan.tensor}' of ${members} members cannot become several fields`,
      {
        where: spec.where,
        hint: 'let it become one field with several levels',
      },
    );
  }
  const [first] = handles as [OutputHandle];
  const unpacker = await prepareUnpack(engine, first.grid, layoutOf(plan, info, channels));
  const shape = unpacker.shape(members);
  return {
    tensor: plan.tensor,
    unpacker,
    shape,
    values: engine.allocate(
      'f32',
      shape.reduce((product, extent) => product * extent, 1),
    ),
    into: () => sideBySide(handles.map(({ field }) => field)),
  };
}

/** Several fields seen as one: their tiles in a row. */
function sideBySide(fields: readonly Field<FieldLayer>[]): Field<FieldLayer> {
  const [first] = fields as [Field<FieldLayer>];
  if (fields.length === 1) return first;
  const layers: FieldLayer[] = [];
  const tiles: Tile[] = [];
  for (const field of fields) {
    for (const tile of field.tiles) tiles.push({ ...tile, firstLayer: layers.length + tile.firstLayer });
    layers.push(...field.layers);
  }
  return { ...first, layers, tiles };
}

/** Positions of the wanted levels among those of one member. */
function levelsOf({ name, levels }: TensorField, handle: FieldHandle): readonly number[] {
  if (levels === undefined) return handle.levels.map((_, index) => index);
  return levels.map((level) => {
    const index = handle.levels.indexOf(level);
    if (index >= 0) return index;
    throw new DteError('input.field', `field '${name}' has no level ${level}`, { hint: `it has ${handle.levels.join(', ')}` });
  });
}

function membersOf({ field, levels }: FieldHandle): number {
  return field.layers.length / levels.length;
}

function layoutOf(plan: TensorPlan, { shape }: TensorInfo, channels: readonly Channel[]) {
  const order: TensorOrder = plan.order ?? (shape.length === 2 ? 'points' : 'nchw');
  return { order, channels, ...(plan.halo === undefined ? {} : { halo: plan.halo }) };
}

function infoOf(infos: readonly TensorInfo[], { tensor }: TensorPlan): TensorInfo {
  return infos.find(({ name }) => name === tensor) as TensorInfo;
}
