import type { Field, Grid, Tile } from '../../atlas/index.js';
import { DteError } from '../../base/index.js';
import type { DeviceArray, Engine, Pass } from '../../compute/index.js';
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
import { copyLanes } from '../copy-lanes.js';
import type { FieldHandle, FieldLayer, OutputHandle } from '../types.js';
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
  /** The fields that its channels become, in order. */
  readonly handles: readonly OutputHandle[];
  readonly layers: readonly FieldLayer[];
}

export async function prepareInferoStep(
  engine: Engine,
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
    for (const tensor of plan.outputs) results.push(await outputOf(engine, tensor, infoOf(model.outputs, tensor), members, outputs));
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
      for (const { unpacker, values, handles, layers } of outputs) {
        // Where an input was missing at a point, so is what was made of it, if the tensors lie alike.
        const marks = missing.find((one) => one?.length === (layers.length / unpacker.channels) * unpacker.points);
        const into = handles.length === 1 ? handles[0]?.field : undefined;
        const made = unpacker.unpack(pass, values, {
          layers,
          ...(into === undefined ? {} : { into }),
          ...(marks === undefined ? {} : { missing: marks }),
        });
        if (into === undefined) spread(pass, made, handles, unpacker.channels);
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
  plan: TensorPlan,
  info: TensorInfo,
  members: number,
  outputs: Readonly<Record<string, OutputHandle>>,
): Promise<Output> {
  const handles = plan.fields.map(({ name }) => outputs[name] as OutputHandle);
  const channels = plan.fields.flatMap((field, index) => channelsFor(field, (handles[index] as OutputHandle).levels.length));
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
    handles,
    layers: handles.length === 1 ? first.field.layers : Array.from({ length: members * channels.length }, () => ({ level: 0 })),
  };
}

/** Hands the channels of every member out to the fields that they belong to, neighbouring lanes together. */
function spread(pass: Pass, made: Field<FieldLayer>, handles: readonly OutputHandle[], channels: number): void {
  const members = made.layers.length / channels;
  let channel = 0;
  for (const { field, levels } of handles) {
    for (let member = 0; member < members; member++) {
      for (let level = 0; level < levels.length; ) {
        const source = placeOf(made, member * channels + channel + level);
        const target = placeOf(field, member * levels.length + level);
        const count = Math.min(levels.length - level, source.tile.lanes - source.lane, target.tile.lanes - target.lane);
        pass.run(copyLanes, {
          points: made.grid.points,
          count,
          sourceLanes: source.tile.lanes,
          sourceStart: source.lane,
          targetLanes: target.tile.lanes,
          targetStart: target.lane,
          source: source.tile.values,
          copied: target.tile.values,
        });
        level += count;
      }
    }
    channel += levels.length;
  }
}

function placeOf({ tiles }: Field, layer: number): { readonly tile: Tile; readonly lane: number } {
  const tile = tiles.find(({ firstLayer, lanes }) => layer >= firstLayer && layer < firstLayer + lanes) as Tile;
  return { tile, lane: layer - tile.firstLayer };
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
