import { type Field, type Grid, type Tile, tileLayout } from '../../atlas/index.js';
import { DteError } from '../../base/index.js';
import type { DeviceArray, Engine, Pass } from '../../compute/index.js';
import { arrange, shapeOf, stridesOf } from './arrangement.js';
import { fromTensor } from './from-tensor.js';
import { normalTable } from './normal.js';
import { checkRoom, pieceOf, placeOf, type PackLayout, uploadTables } from './pack.js';
import { layersOf, runsOf } from './runs.js';

export interface UnpackOptions<Layer> {
  /** What the new layers are, `[batch, channels]`. */
  readonly layers: readonly Layer[];
  /** Counts of `pack`, of an arrangement with the same points: where one is above 0, all channels become missing. */
  readonly missing?: DeviceArray<'u32'> | undefined;
  /** A field of an earlier piece to go on with, instead of a new one. */
  readonly into?: Field<Layer>;
  /** Only grid points from this one, `count` of them. Order `points` only. */
  readonly from?: number;
  readonly count?: number;
}

/** A model's output -> a field. */
export interface Unpacker {
  readonly grid: Grid;
  readonly channels: number;
  readonly points: number;
  shape(batch: number): readonly number[];
  /** A field with a layer for every sample and channel: field = tensor x scale + mean. */
  unpack<Layer>(pass: Pass, tensor: DeviceArray<'f32'>, options: UnpackOptions<Layer>): Field<Layer>;
  release(): void;
}

/** Prepares the way from tensors to fields on `grid`; a halo of the tensor is left out. */
export async function prepareUnpack(engine: Engine, grid: Grid, layout: PackLayout): Promise<Unpacker> {
  const arrangement = arrange(grid, layout.order, layout.halo);
  const channels = layout.channels.length;
  const table = normalTable(layout.channels, 'from');
  const { order, normal, none } = await uploadTables(engine, arrangement.tensorPoints, table);
  return {
    grid,
    channels,
    points: arrangement.points,
    shape: (batch) => shapeOf(arrangement, channels, batch, arrangement.points),
    unpack(pass, tensor, options) {
      const batch = batchOf(options.layers.length, channels);
      const piece = pieceOf(arrangement, options);
      checkRoom(tensor, batch * channels * piece.count);
      const { missing } = options;
      checkMarks(missing, batch * piece.count);
      const field = options.into ?? newField(pass, grid, options.layers, missing !== undefined);
      // The grid's points are asked for one by one, and each knows its place in the tensor.
      const points = arrangement.tensorPoints === undefined ? piece : { from: 0, count: grid.points };
      const strides = stridesOf(arrangement, channels, piece.count);
      for (const run of runsOf(layersOf(field), channels)) {
        pass.run(fromTensor, {
          ...placeOf(run, strides, points),
          markStart: run.batch * piece.count,
          markStep: run.batchStep * piece.count,
          gathers: arrangement.tensorPoints === undefined ? 0 : 1,
          marks: missing === undefined ? 0 : 1,
          tensor,
          order,
          normal,
          absent: missing ?? none,
          field: run.tile.values,
        });
      }
      return field;
    },
    release() {
      for (const array of [order, normal, none]) array.release();
    },
  };
}

function newField<Layer>(pass: Pass, grid: Grid, layers: readonly Layer[], mayBeMissing: boolean): Field<Layer> {
  const tiles = tileLayout(grid.points, layers.length, pass.maxBindingBytes).map(
    ([firstLayer, lanes]): Tile => ({ firstLayer, lanes, values: pass.allocate('f32', grid.points * lanes) }),
  );
  return { grid, layers, tiles, mayBeMissing };
}

function batchOf(layers: number, channels: number): number {
  if (layers === 0 || layers % channels !== 0) {
    throw new DteError('input.field', `${layers} layers are not samples of ${channels} channels`, { where: { option: 'layers' } });
  }
  return layers / channels;
}

function checkMarks(missing: DeviceArray<'u32'> | undefined, needed: number): void {
  if (missing !== undefined && missing.length !== needed) {
    throw new DteError(
      'input.option',
      `missing values were counted at ${missing.length} points of samples, and the tensor has ${needed}: its halo or its batch is another`,
      { where: { option: 'missing' } },
    );
  }
}
