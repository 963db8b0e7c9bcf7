import { type Field, type Grid, type Tile, tileLayout } from '../atlas/index.js';
import { assert, atPlace, DteError, type Where } from '../base/index.js';
import { type DeviceArray, type Engine, gather, type Pass, type Stage } from '../compute/index.js';
import { aecTasks } from './aec-tasks.js';
import type { AecValues } from './codec/index.js';
import { scanOrderOf } from './grid-of.js';
import { laneReals } from './lane-reals.js';
import type { Message } from './message.js';
import { type PackedValues, packedValues } from './packed.js';
import { prepareSpectralDecode } from './spectral/prepare-decode.js';
import { noBitmap, packedFormat, unpack } from './unpack.js';
import { unpackFloats } from './unpack-floats.js';
import { wordCounts, wordsPerChunk } from './word-counts.js';
import { wordRanks } from './word-ranks.js';

/** Messages whose packed integers are ready for the device. Use it in exactly one pass, or `discard` it. */
export interface PreparedDecode {
  readonly messages: readonly Message[];
  readonly grid: Grid;
  readonly mayBeMissing: boolean;
  /** Records the decoding: a field in canonical order, one layer a message. */
  decode(pass: Pass): Field<Message>;
  /** The same in the messages' own order of points. */
  decodeInFileOrder(pass: Pass): Field<Message>;
  discard(): void;
}

interface Lane {
  readonly packed: PackedValues;
  readonly wordStart: number;
  readonly elementBits: number;
}

interface PreparedTile {
  readonly firstLayer: number;
  readonly lanes: readonly Lane[];
  readonly integers: Stage<'u32'>;
  readonly bitmaps: Uint32Array | undefined;
}

/**
 * The host's part of decoding messages that share one grid: entropy decoding on worker threads, copies of plain bits. The values
 * themselves are made on the device. Spectral messages give their coefficients, in the order of the message. Errors: those of
 * `packedValues` and `spectralValues`, `data.codec` for a damaged AEC stream, `input.field`
 * when a message does not fit the grid; each names the message.
 */
export async function prepareDecode(engine: Engine, messages: readonly Message[], grid: Grid): Promise<PreparedDecode> {
  if (grid.type === 'sh') return prepareSpectralDecode(engine, messages, grid);
  const packed = messages.map((message) => checkedPacked(message, grid));
  const layout = tileLayout(grid.points, messages.length, Math.min(engine.info.maxBindingBytes, 2 ** 31));
  const tiles = layout.map(([firstLayer, lanes]) => prepareTile(engine, packed.slice(firstLayer, firstLayer + lanes), firstLayer));
  const discard = (): void => {
    for (const tile of tiles) tile.integers.array?.release();
  };
  const jobs = tiles.flatMap((tile) =>
    tile.lanes.flatMap((lane, index) =>
      lane.packed.ccsds === undefined ? [] : [{ tile, lane, where: (messages[tile.firstLayer + index] as Message).where }],
    ),
  );
  const settled = await Promise.allSettled(jobs.map(({ tile, lane, where }) => entropyDecode(engine, tile, lane, where, jobs.length)));
  const failed = settled.find((result) => result.status === 'rejected');
  if (failed !== undefined) {
    discard();
    throw failed.reason;
  }
  const mayBeMissing = packed.some(({ bitmap }) => bitmap !== undefined);
  const record = (pass: Pass): Field<Message> => ({
    grid,
    layers: messages,
    mayBeMissing,
    tiles: tiles.map((tile) => recordTile(engine, pass, tile, grid.points)),
  });
  return { messages, grid, mayBeMissing, discard, decodeInFileOrder: record, decode: (pass) => canonical(pass, record(pass)) };
}

/** A field of one layer for each message, in canonical order. See `prepareDecode`. */
export async function decode(engine: Engine, messages: readonly Message[], grid: Grid): Promise<Field<Message>> {
  const prepared = await prepareDecode(engine, messages, grid);
  return engine.run((pass) => prepared.decode(pass));
}

function checkedPacked(message: Message, grid: Grid): PackedValues {
  const packed = packedValues(message);
  if (packed.points !== grid.points) {
    throw new DteError('data.section', `the message states ${packed.points} points, its grid has ${grid.points}`, { where: message.where });
  }
  return packed;
}

function prepareTile(engine: Engine, packed: readonly PackedValues[], firstLayer: number): PreparedTile {
  let words = 0;
  const lanes = packed.map((values): Lane => {
    const { bits, count, ccsds, floatOctets } = values;
    const elementBits =
      floatOctets !== undefined && !isExact(engine) ? 32 : ccsds === undefined ? bits : bits <= 8 ? 8 : bits <= 16 ? 16 : 32;
    const lane = { packed: values, wordStart: words, elementBits };
    // One word more: the reader of a bit stream may look one word ahead.
    words += Math.ceil((count * elementBits) / 32) + 1;
    return lane;
  });
  const integers = engine.stage('u32', words);
  const bytes = new Uint8Array(integers.data.buffer, integers.data.byteOffset, integers.data.byteLength);
  for (const { packed: values, wordStart, elementBits } of lanes) {
    if (values.bits === 64 && elementBits === 32) putRounded(values, bytes, wordStart * 4);
    else if (values.ccsds === undefined && values.bits > 0)
      bytes.set(values.payload.subarray(0, Math.ceil((values.count * values.bits) / 8)), wordStart * 4);
  }
  return { firstLayer, lanes, integers, bitmaps: bitmapWords(packed) };
}

/** Floats of 8 octets as floats of 4, big-endian. */
function putRounded({ payload, count }: PackedValues, bytes: Uint8Array, start: number): void {
  const source = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const target = new DataView(bytes.buffer, bytes.byteOffset + start, count * 4);
  for (let index = 0; index < count; index++) target.setFloat32(index * 4, source.getFloat64(index * 8));
}

/** The bitmaps of a tile's lanes, `[lanes, words]`, all bits set for a lane without one; undefined when no lane has one. */
function bitmapWords(packed: readonly PackedValues[]): Uint32Array | undefined {
  if (packed.every(({ bitmap }) => bitmap === undefined)) return undefined;
  const words = Math.ceil((packed[0] as PackedValues).points / 32);
  const result = new Uint32Array(words * packed.length).fill(0xffffffff);
  for (const [lane, { bitmap }] of packed.entries()) {
    if (bitmap === undefined) continue;
    for (let word = 0; word < words; word++) {
      const at = word * 4;
      result[lane * words + word] =
        (((bitmap[at] ?? 0) << 24) | ((bitmap[at + 1] ?? 0) << 16) | ((bitmap[at + 2] ?? 0) << 8) | (bitmap[at + 3] ?? 0)) >>> 0;
    }
  }
  return result;
}

// Below this a message is not worth being split between threads.
const worthSplitting = 1 << 20;

async function entropyDecode(
  engine: Engine,
  tile: PreparedTile,
  { packed, wordStart, elementBits }: Lane,
  where: Where,
  jobs: number,
): Promise<void> {
  const { ccsds, count } = packed;
  assert(ccsds !== undefined, 'only AEC streams are entropy decoded');
  const options = { ...ccsds, count };
  const { buffer, byteOffset } = tile.integers.data;
  const at = byteOffset + 4 * wordStart;
  const out: AecValues =
    elementBits === 8
      ? new Uint8Array(buffer, at, count)
      : elementBits === 16
        ? new Uint16Array(buffer, at, count)
        : new Uint32Array(buffer, at, count);
  // A view of plain memory would take the whole message along to another thread, so its part is copied; long messages are
  // read into shared memory to begin with.
  const bytes = packed.payload.buffer instanceof ArrayBuffer ? packed.payload.slice() : packed.payload;
  const { threads } = engine.team;
  try {
    if (jobs >= threads || count < worthSplitting) {
      await engine.task({ module: aecTasks, name: 'decodeAec', args: { bytes, options, out } });
      return;
    }
    const starts = await engine.task<Float64Array>({ module: aecTasks, name: 'scanAec', args: { bytes, options } });
    const intervals = starts.length - 1;
    const intervalValues = ccsds.blockSize * ccsds.rsi;
    const parts = Math.min(intervals, 2 * threads);
    await Promise.all(
      Array.from({ length: parts }, (_, part) => {
        const firstRsi = Math.floor((intervals * part) / parts);
        const endRsi = Math.floor((intervals * (part + 1)) / parts);
        const range = { firstRsi, endRsi, startBit: starts[firstRsi] as number };
        const piece = out.subarray(firstRsi * intervalValues, Math.min(count, endRsi * intervalValues));
        return engine.task({ module: aecTasks, name: 'decodeAec', args: { bytes, options: { ...options, range }, out: piece } });
      }),
    );
  } catch (error) {
    throw atPlace(error, where);
  }
}

function recordTile(engine: Engine, pass: Pass, tile: PreparedTile, points: number): Tile {
  const lanes = tile.lanes.length;
  const words = Math.ceil(points / 32);
  const laneTable = new Uint32Array(lanes * 5);
  const reals = new Float64Array(lanes * 4);
  const floatTable: number[] = [];
  for (const [lane, { packed, wordStart, elementBits }] of tile.lanes.entries()) {
    const format = packed.ccsds === undefined ? packedFormat.stream : packedFormat.elements;
    const bitmapStart = packed.bitmap === undefined ? noBitmap : lane * words;
    if (packed.floatOctets === undefined) {
      laneTable.set([wordStart, elementBits, format, bitmapStart, packed.count], lane * 5);
      reals.set(laneReals(packed, isExact(engine)), lane * 4);
      continue;
    }
    // A constant to the first kernel, which writes all lanes; the second puts the floats over it.
    laneTable.set([wordStart, 0, packedFormat.stream, noBitmap, packed.count], lane * 5);
    floatTable.push(lane, wordStart, elementBits / 8, bitmapStart);
  }
  const values = pass.allocate('f32', points * lanes);
  const { bitmap, ranks } = recordRanks(pass, tile.bitmaps, words, lanes);
  const packed = engine.unstage(pass, tile.integers);
  const floatLanes = floatTable.length / 4;
  if (floatLanes < lanes) {
    const tables = { laneTable: pass.upload('u32', laneTable), laneReals: pass.upload('f32', reals) };
    pass.run(unpack, { blocks: words, points, lanes, packed, ...tables, bitmap, ranks, values });
  }
  if (floatLanes > 0) {
    const table = pass.upload('u32', Uint32Array.from(floatTable));
    pass.run(unpackFloats, { points, lanes, floatLanes, packed, laneTable: table, bitmap, ranks, values });
  }
  return { values, firstLayer: tile.firstLayer, lanes };
}

function isExact(engine: Engine): boolean {
  return engine.info.precision === 'f64';
}

/** Bitmaps on the device with the rank of each word; one unused word each where no lane has a bitmap. */
export function recordRanks(
  pass: Pass,
  bitmaps: Uint32Array | DeviceArray<'u32'> | undefined,
  words: number,
  lanes: number,
): { readonly bitmap: DeviceArray<'u32'>; readonly ranks: DeviceArray<'u32'> } {
  if (bitmaps === undefined) return { bitmap: pass.upload('u32', new Uint32Array(1)), ranks: pass.upload('u32', new Uint32Array(1)) };
  const bitmap = bitmaps instanceof Uint32Array ? pass.upload('u32', bitmaps) : bitmaps;
  const chunks = Math.ceil(words / wordsPerChunk);
  const counts = pass.allocate('u32', chunks * lanes);
  const ranks = pass.allocate('u32', words * lanes);
  pass.run(wordCounts, { chunks, words, lanes, bitmap, counts });
  pass.run(wordRanks, { chunks, words, lanes, bitmap, counts, ranks });
  return { bitmap, ranks };
}

/** Brings layers to the canonical order where their message has another. */
function canonical(pass: Pass, field: Field<Message>): Field<Message> {
  const orders = field.layers.map((message) => scanOrderOf(message));
  if (orders.every((order) => order === undefined)) return field;
  const tiles = field.tiles.map(({ values, firstLayer, lanes }) => {
    const order = orders[firstLayer];
    if (!orders.slice(firstLayer, firstLayer + lanes).every((other) => sameOrder(other, order))) {
      throw new DteError('input.field', 'messages of different scanning modes cannot be decoded into one tile', {
        hint: 'group them by scanning mode',
      });
    }
    if (order === undefined) return { values, firstLayer, lanes };
    const gathered = pass.allocate('f32', values.length);
    pass.run(gather, { points: field.grid.points, lanes, order: pass.upload('u32', order), source: values, gathered });
    return { values: gathered, firstLayer, lanes };
  });
  return { ...field, tiles };
}

function sameOrder(a: Uint32Array | undefined, b: Uint32Array | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && a.length === b.length && a.every((index, at) => index === b[at]));
}
