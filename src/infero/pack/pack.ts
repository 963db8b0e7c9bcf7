import type { Grid } from '../../atlas/index.js';
import { DteError } from '../../base/index.js';
import type { DeviceArray, Engine, Pass } from '../../compute/index.js';
import { type Arrangement, arrange, type Halo, shapeOf, stridesOf, type TensorOrder } from './arrangement.js';
import { type Channel, normalTable } from './normal.js';
import { type FieldLayer, type Run, runsOf } from './runs.js';
import { toTensor } from './to-tensor.js';

export interface PackLayout {
  readonly order: TensorOrder;
  /** One for every channel, in order. */
  readonly channels: readonly Channel[];
  readonly halo?: Halo;
}

export interface PackOptions {
  /** An array of the caller's, as long as the tensor or longer, instead of a new one. */
  readonly into?: DeviceArray<'f32'>;
  /** Count missing values by batch and point, so that `unpack` can put them back. Nothing is counted where none can be missing. */
  readonly markMissing?: boolean;
  /** Only grid points from this one, `count` of them: a large grid in pieces. Order `points` only. */
  readonly from?: number;
  readonly count?: number;
}

export interface Packed {
  readonly tensor: DeviceArray<'f32'>;
  readonly shape: readonly number[];
  /** How many channels were missing, `[batch, points of the tensor]`. */
  readonly missing: DeviceArray<'u32'> | undefined;
}

/** Fields on one grid -> a model's input. Its tables are on the device: recording `pack` moves no bytes of the host. */
export interface Packer {
  readonly grid: Grid;
  readonly channels: number;
  /** Points of the tensor, halo included. */
  readonly points: number;
  /** The tensor's shape for a number of samples. */
  shape(batch: number): readonly number[];
  /**
   * Layers as [batch, channels]: levels or fields are channels when they are given side by side, members are samples when each begins a
   * new row. `input.field` when they do not fill whole samples, or lie on another grid.
   */
  pack(pass: Pass, layers: readonly FieldLayer[], options?: PackOptions): Packed;
  release(): void;
}

/** Prepares the way from fields on `grid` to tensors. Release it when no more passes use it. */
export async function preparePack(engine: Engine, grid: Grid, layout: PackLayout): Promise<Packer> {
  const arrangement = arrange(grid, layout.order, layout.halo);
  const channels = layout.channels.length;
  const table = normalTable(layout.channels, 'to');
  const { order, normal, none } = await uploadTables(engine, arrangement.gridPoints, table);
  const shape = (batch: number): readonly number[] => shapeOf(arrangement, channels, batch, arrangement.points);
  return {
    grid,
    channels,
    points: arrangement.points,
    shape,
    pack(pass, layers, options = {}) {
      const batch = batchOf(grid, layers, channels);
      const piece = pieceOf(arrangement, options);
      const tensor = options.into ?? pass.allocate('f32', batch * channels * piece.count);
      checkRoom(tensor, batch * channels * piece.count);
      const marks = options.markMissing === true && layers.some(({ field }) => field.mayBeMissing);
      const missing = marks ? pass.allocate('u32', batch * piece.count) : undefined;
      if (missing !== undefined) pass.clear(missing);
      const strides = stridesOf(arrangement, channels, piece.count);
      for (const run of runsOf(layers, channels)) {
        pass.run(toTensor, {
          ...placeOf(run, strides, piece),
          gathers: arrangement.gridPoints === undefined ? 0 : 1,
          marks: missing === undefined ? 0 : 1,
          field: run.tile.values,
          order,
          normal,
          tensor,
          absent: missing ?? none,
        });
      }
      return { tensor, shape: shapeOf(arrangement, channels, batch, piece.count), missing };
    },
    release() {
      for (const array of [order, normal, none]) array.release();
    },
  };
}

export interface Tables {
  readonly order: DeviceArray<'u32'>;
  readonly normal: DeviceArray<'f32'>;
  /** Bound where nothing is counted. */
  readonly none: DeviceArray<'u32'>;
}

export function uploadTables(engine: Engine, order: Uint32Array | undefined, normal: Float64Array): Promise<Tables> {
  return engine.run((pass) => ({
    order: pass.upload('u32', order ?? new Uint32Array(1)),
    normal: pass.upload('f32', normal),
    none: pass.upload('u32', new Uint32Array(1)),
  }));
}

export interface Piece {
  readonly from: number;
  readonly count: number;
}

/** The points that a call takes. */
export function pieceOf({ order, points }: Arrangement, { from = 0, count = points - from }: { from?: number; count?: number }): Piece {
  if (from === 0 && count === points) return { from, count };
  if (order !== 'points') {
    throw new DteError('input.option', `order '${order}' takes all ${points} points at once; only order 'points' can be cut`, {
      where: { option: 'from' },
    });
  }
  const fits = Number.isInteger(from) && Number.isInteger(count) && from >= 0 && count >= 0 && from + count <= points;
  if (!fits) {
    throw new DteError('input.option', `${count} points from ${from} do not lie within the ${points} points of the grid`, {
      where: { option: 'from' },
    });
  }
  return { from, count };
}

/** What both kernels are told of a run. */
export function placeOf(run: Run, strides: { batch: number; channel: number; point: number }, { from, count: points }: Piece) {
  const { tile, firstLane, count, batch, batchStep, channel, channelStep } = run;
  return {
    points,
    lanes: tile.lanes,
    firstLane,
    count,
    pointStart: from,
    pointStride: strides.point,
    start: batch * strides.batch + channel * strides.channel,
    step: batchStep * strides.batch + channelStep * strides.channel,
    channel,
    channelStep,
    markStart: batch * points,
    markStep: batchStep * points,
  };
}

export function checkRoom(tensor: DeviceArray<'f32'>, needed: number): void {
  if (tensor.length < needed) {
    throw new DteError('input.option', `the array holds ${tensor.length} elements and the tensor has ${needed}`, {
      where: { option: 'tensor' },
    });
  }
}

function batchOf(grid: Grid, layers: readonly FieldLayer[], channels: number): number {
  if (layers.length === 0 || layers.length % channels !== 0) {
    throw new DteError('input.field', `${layers.length} layers do not fill samples of ${channels} channels`);
  }
  const other = layers.find(({ field }) => field.grid.hash !== grid.hash);
  if (other !== undefined) {
    const names = [other.field.grid, grid].map(({ name, type, points }) => `${name ?? type} of ${points} points`);
    throw new DteError('input.field', `a field on grid ${names[0]} was given where ${names[1]} is expected`, { hint: 'regrid it first' });
  }
  return layers.length / channels;
}
