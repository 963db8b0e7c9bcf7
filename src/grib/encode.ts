import type { Field, Grid, Tile } from '../atlas/index.js';
import { atPlace, concatenated, DteError } from '../base/index.js';
import { type DeviceArray, type Engine, gather, type Pass } from '../compute/index.js';
import { aecTasks } from './aec-tasks.js';
import { type EncodedData, messageParts } from './build-message.js';
import { type AecStream, type AecValues, decimalFactor, type PackingParameters, simplePackingParameters } from './codec/index.js';
import { compact } from './compact.js';
import { packingType } from './data-keys.js';
import { recordRanks } from './decode.js';
import type { Message } from './message.js';
import { writtenOrder } from './plane-section.js';
import { pack } from './pack.js';
import { presentWords } from './present-words.js';
import { rawNumber } from './raw-keys.js';
import { encodeSpectralTile } from './spectral/encode-tile.js';
import { packedFormat } from './unpack.js';
import { type LaneRange, valueRanges } from './value-ranges.js';

const packings = ['simple', 'ccsds', 'complex', 'keep'] as const;
export type Packing = (typeof packings)[number];

export interface EncodeOptions {
  /**
   * `keep` uses the packing of each layer's message where it can be written, else simple; for spectral fields `complex`, which is
   * for them only, as `ccsds` is for grids. Default `keep`.
   */
  readonly packing?: Packing;
  /** Bits per value, 1 to 32. Default: those of each layer's message, or 16 where that was constant. */
  readonly bits?: number;
  /** Spectral fields: coefficients up to this n stay floats (JS = KS = MS). Default: that of each layer's message, or 20. */
  readonly subset?: number;
  /** Spectral fields: power P of n (n + 1) by which packed coefficients are scaled. Default: fitted to the field. */
  readonly laplacianPower?: number;
  /** The field is in the messages' own order of points (`decodeInFileOrder`): their grid sections stay as they are. */
  readonly inFileOrder?: boolean;
}

/** ECMWF's choice: restricted set off, preprocessing on, most significant bit first. */
const ccsdsOptions = { flags: 14, blockSize: 32, rsi: 128 } as const;
const defaultBits = 16;

interface LanePlan {
  readonly message: Message;
  readonly packing: 'simple' | 'ccsds';
  readonly parameters: PackingParameters;
  readonly count: number;
  /** Bits of one integer as it comes from the device: the width itself for simple packing, 8, 16 or 32 for AEC. */
  readonly elementBits: number;
  readonly wordStart: number;
  readonly missing: number;
}

/**
 * GRIB messages of a field, one a layer, headers from the layer's message. The range of values, quantising and bit packing
 * happen on the device; only ranges, bitmaps and packed integers come to the host. Errors: `limit.range` for values that are
 * not finite, `input.option` for bits outside 1 to 32, `unsupported.template` for CCSDS in edition 1.
 *
 * On an f32 executor integers may be one quantum off the f64 ones; the exact path is the f64 CPU executor.
 */
export async function encode(engine: Engine, field: Field<Message>, options: EncodeOptions = {}): Promise<readonly Uint8Array[]> {
  const { messages, release } = await encodeInParts(engine, field, options);
  try {
    return messages.map(concatenated);
  } finally {
    release();
  }
}

/** Encoded messages in pieces that may lie in the engine's memory: write them, then `release` them. */
export interface EncodedMessages {
  readonly messages: readonly (readonly Uint8Array[])[];
  release(): void;
}

/** As `encode`, for a writer that takes pieces: packed integers go from the engine's memory to the file without another copy. */
export async function encodeInParts(engine: Engine, field: Field<Message>, options: EncodeOptions = {}): Promise<EncodedMessages> {
  checkOptions(options);
  const settled = await Promise.allSettled(field.tiles.map((tile) => encodeTile(engine, field, tile, options)));
  const tiles = settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const release = (): void => {
    for (const tile of tiles) tile.release();
  };
  const failed = settled.find((result) => result.status === 'rejected');
  if (failed !== undefined) {
    release();
    throw failed.reason;
  }
  return { messages: tiles.flatMap(({ messages }) => messages), release };
}

function checkOptions({ bits, packing }: EncodeOptions): void {
  if (bits !== undefined && (!Number.isInteger(bits) || bits < 1 || bits > 32)) {
    throw new DteError('input.option', `${bits} bits per value`, { hint: 'accepted are 1 to 32', where: { option: 'accuracy' } });
  }
  if (packing !== undefined && !packings.includes(packing)) {
    throw new DteError('input.option', `packing '${packing}' is not known`, {
      hint: `accepted are ${packings.join(', ')}`,
      where: { option: 'packing' },
    });
  }
}

async function encodeTile(engine: Engine, field: Field<Message>, tile: Tile, options: EncodeOptions): Promise<EncodedMessages> {
  if (field.grid.type === 'sh') return encodeSpectralTile(engine, field, tile, options);
  const { points } = field.grid;
  const layers = field.layers.slice(tile.firstLayer, tile.firstLayer + tile.lanes);
  const ranges = await valueRanges(engine, tile.values, points, layers);
  const plans = planLanes(layers, ranges, points, options);
  const hasMissing = ranges.some(({ missing }) => missing > 0);
  const order = options.inFileOrder === true ? undefined : writtenOrder(field.grid);
  const recorded = await engine.run((pass) => recordPacking(pass, reordered(pass, tile, points, order), plans, points, hasMissing));
  const arrays = recorded.bitmap === undefined ? ([recorded.packed] as const) : ([recorded.packed, recorded.bitmap] as const);
  const release = (): void => {
    for (const array of arrays) array.release();
  };
  const [packed, bitmap] = await engine.peek(...arrays).catch((error) => {
    release();
    throw error;
  });
  const grid = options.inFileOrder === true ? undefined : field.grid;
  const assembled = plans.map((plan, lane) =>
    assemble(engine, plan, grid, packed as Uint32Array, plan.missing === 0 ? undefined : bitmapOctets(bitmap as Uint32Array, lane, points)),
  );
  // All of them, even when one fails: worker threads still read the packed integers.
  const settled = await Promise.allSettled(assembled);
  const failed = settled.find((result) => result.status === 'rejected');
  if (failed !== undefined) {
    release();
    throw failed.reason;
  }
  return { messages: settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])), release };
}

/** The tile with its points in the order of the file. */
function reordered(pass: Pass, tile: Tile, points: number, order: Uint32Array | undefined): Tile {
  if (order === undefined) return tile;
  const { lanes } = tile;
  const gathered = pass.allocate('f32', points * lanes);
  pass.run(gather, { points, lanes, order: pass.upload('u32', order), source: tile.values, gathered });
  return { ...tile, values: gathered };
}

function planLanes(layers: readonly Message[], ranges: readonly LaneRange[], points: number, options: EncodeOptions): readonly LanePlan[] {
  let words = 0;
  return layers.map((message, lane) => {
    const { minimum, maximum, missing } = ranges[lane] as LaneRange;
    const packing = packingFor(message, options);
    const isEmpty = missing === points;
    try {
      const parameters = isEmpty
        ? { referenceValue: 0, binaryScale: 0, decimalScale: 0, bits: 0 }
        : simplePackingParameters(minimum, maximum, bitsFor(message, options), message.edition);
      const { bits } = parameters;
      const elementBits = packing === 'simple' ? bits : bits === 0 ? 0 : bits <= 8 ? 8 : bits <= 16 ? 16 : 32;
      const plan: LanePlan = { message, packing, parameters, count: points - missing, elementBits, wordStart: words, missing };
      // Whole blocks of 32 values, so that the last invocation of a lane stays in the lane's own words.
      words += Math.ceil(plan.count / 32) * elementBits;
      return plan;
    } catch (error) {
      throw atPlace(error, message.where);
    }
  });
}

function packingFor(message: Message, { packing = 'keep' }: EncodeOptions): 'simple' | 'ccsds' {
  if (packing === 'ccsds' && message.edition === 1) {
    throw new DteError('unsupported.template', 'CCSDS packing does not exist in GRIB edition 1', {
      where: message.where,
      hint: 'use --packing simple, or keep',
    });
  }
  if (packing === 'complex') {
    throw new DteError('unsupported.template', 'complex packing is written for spectral fields only', {
      where: message.where,
      hint: 'use simple or ccsds, or keep',
    });
  }
  if (packing !== 'keep') return packing;
  return packingType(message) === 'grid_ccsds' ? 'ccsds' : 'simple';
}

function bitsFor(message: Message, { bits }: EncodeOptions): number {
  if (bits !== undefined) return bits;
  const own = rawNumber(message, 'bitsPerValue') ?? 0;
  return own > 0 ? Math.min(own, 32) : defaultBits;
}

function recordPacking(
  pass: Pass,
  tile: Tile,
  plans: readonly LanePlan[],
  points: number,
  hasMissing: boolean,
): { readonly packed: DeviceArray<'u32'>; readonly bitmap: DeviceArray<'u32'> | undefined } {
  const { values, lanes } = tile;
  const last = plans.at(-1) as LanePlan;
  const packed = pass.allocate('u32', Math.max(1, last.wordStart + Math.ceil(last.count / 32) * last.elementBits));
  const table = tables(plans);
  const args = {
    blocks: Math.ceil(points / 32),
    lanes,
    laneTable: pass.upload('u32', table.integers),
    laneReals: pass.upload('f32', table.reals),
    packed,
  };
  if (!hasMissing) {
    pass.run(pack, { ...args, pointStride: lanes, laneStride: 1, values });
    return { packed, bitmap: undefined };
  }
  const words = Math.ceil(points / 32);
  const bitmap = pass.allocate('u32', words * lanes);
  pass.run(presentWords, { words, points, lanes, values, bitmap });
  const { ranks } = recordRanks(pass, bitmap, words, lanes);
  const coded = pass.allocate('f32', points * lanes);
  pass.run(compact, { words, points, lanes, values, bitmap, ranks, coded });
  pass.run(pack, { ...args, pointStride: 1, laneStride: points, values: coded });
  return { packed, bitmap };
}

function tables(plans: readonly LanePlan[]): { readonly integers: Uint32Array; readonly reals: Float64Array } {
  const integers = new Uint32Array(plans.length * 5);
  const reals = new Float64Array(plans.length * 3);
  for (const [lane, { packing, parameters, elementBits, wordStart, count }] of plans.entries()) {
    const { referenceValue, binaryScale, decimalScale, bits } = parameters;
    integers.set(
      [wordStart, bits === 0 ? 0 : elementBits, packing === 'simple' ? packedFormat.stream : packedFormat.elements, count, 2 ** bits - 1],
      lane * 5,
    );
    reals.set([referenceValue, 2 ** -binaryScale, decimalFactor(-decimalScale)], lane * 3);
  }
  return { integers, reals };
}

async function assemble(
  engine: Engine,
  plan: LanePlan,
  grid: Grid | undefined,
  packed: Uint32Array,
  bitmap: Uint8Array | undefined,
): Promise<readonly Uint8Array[]> {
  const { message, packing, parameters, count, elementBits, wordStart } = plan;
  const payload = new Uint8Array(packed.buffer, packed.byteOffset + wordStart * 4, Math.ceil((count * elementBits) / 8));
  const common = { ...parameters, count, ...(bitmap === undefined ? {} : { bitmap }) };
  const data: EncodedData =
    packing === 'simple'
      ? { ...common, packing, payload }
      : { ...common, packing, payload: await entropyEncode(engine, payload, parameters.bits), ccsds: ccsdsOptions };
  return messageParts(message, grid === undefined ? { data } : { grid, data });
}

async function entropyEncode(engine: Engine, integers: Uint8Array, bits: number): Promise<Uint8Array> {
  if (bits === 0) return new Uint8Array(0);
  // What a GPU gave lies in memory of this thread only: the part that belongs to this message goes to the worker.
  const { buffer, byteOffset, byteLength } = integers.buffer instanceof ArrayBuffer ? integers.slice() : integers;
  const values: AecValues =
    bits <= 8
      ? new Uint8Array(buffer, byteOffset, byteLength)
      : bits <= 16
        ? new Uint16Array(buffer, byteOffset, byteLength / 2)
        : new Uint32Array(buffer, byteOffset, byteLength / 4);
  const { bytes } = await engine.task<AecStream>({
    module: aecTasks,
    name: 'encodeAec',
    args: { values, options: { ...ccsdsOptions, bits } },
  });
  return bytes;
}

/** A lane's bitmap as octets, most significant bit first. */
function bitmapOctets(bitmap: Uint32Array, lane: number, points: number): Uint8Array {
  const words = Math.ceil(points / 32);
  const octets = new Uint8Array(Math.ceil(points / 8));
  for (let at = 0; at < octets.length; at++) octets[at] = ((bitmap[lane * words + (at >>> 2)] as number) >>> (24 - 8 * (at & 3))) & 0xff;
  return octets;
}
