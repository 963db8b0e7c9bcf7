import type { Grid } from '../../atlas/index.js';
import { type Context, DteError, sha256Hex } from '../../base/index.js';
import type { Engine } from '../../compute/index.js';
import type { GribTables } from '../../grib/index.js';
import type { Entry } from '../types.js';
import { type ChunkGrid, chunkGrid, formatChunkKey, indexesOf, product } from './chunk-grid.js';
import { decodeInto, type PlacedEntry } from './field-values.js';
import type { Attributes, ArrayFacts, DataType } from './metadata.js';
import type { ZarrArrayInfo, ZarrValueInfo } from './types.js';

/** What decodes chunks. */
export interface Decoder {
  readonly context: Context;
  readonly tables: GribTables;
  engine(): Promise<Engine>;
}

/** An array of the hierarchy, and how its chunks are made. */
export interface ArrayNode {
  readonly name: string;
  readonly facts: ArrayFacts;
  /** Whether a chunk has a value; if not, it reads as fill values. */
  has(index: readonly number[]): boolean;
  /** Of a chunk that has a value. */
  infoOf(index: readonly number[]): ZarrValueInfo;
  chunk(index: readonly number[]): Promise<Uint8Array<ArrayBuffer>>;
  /** Indexes of chunks that have a value. */
  chunks(): Iterable<readonly number[]>;
  /** Of an array of fields. */
  readonly summary?: ZarrArrayInfo;
}

export interface FieldArrayOptions {
  readonly name: string;
  /** Dimensions over fields; the points of a field come after them. */
  readonly dimensions: readonly { readonly name: string; readonly size: number; readonly chunk: number }[];
  /** What is archived of each cell, the last dimension fastest. */
  readonly cells: readonly (Entry | undefined)[];
  readonly grid: Grid;
  /** Dimensions that the points of a field make, always whole in a chunk. */
  readonly points: readonly { readonly name: string; readonly size: number }[];
  readonly fill: number;
  readonly attributes: Attributes;
  readonly decoder: Decoder;
}

/** Octets of one chunk that can be made and sent as one piece of memory. */
const mostChunkBytes = 2 ** 31;

/** An array whose chunks are decoded from messages when they are asked for. `limit.range` for chunks that are too large. */
export function fieldArray(options: FieldArrayOptions): ArrayNode {
  const { name, dimensions, cells, grid, points, fill, attributes, decoder } = options;
  const whole = points.map(({ size }) => size);
  const outer = chunkGrid(
    dimensions.map(({ size }) => size),
    dimensions.map(({ chunk }) => chunk),
  );
  const chunked = chunkGrid([...outer.shape, ...whole], [...outer.chunkShape, ...whole]);
  const chunkBytes = 4 * product(chunked.chunkShape);
  if (chunkBytes > mostChunkBytes)
    throw new DteError('limit.range', `a chunk of ${name === '' ? 'the array' : `array '${name}'`} has ${chunkBytes} octets`, {
      hint: `choose shorter chunks; at most ${mostChunkBytes} octets are possible`,
    });
  const placedIn = (index: readonly number[]): readonly PlacedEntry[] => [...placedEntries(outer, cells, index, grid.points)];
  const tagStart = `${grid.hash} ${fill} ${chunked.chunkShape.join('/')}`;
  const outerOf = (index: readonly number[]): readonly number[] => index.slice(0, dimensions.length);
  const withFields = [...indexesOf(outer.counts)].filter((index) => hasEntry(outer, cells, index));
  const points0 = whole.map(() => 0);
  return {
    name,
    facts: {
      grid: chunked,
      dataType: 'float32',
      fill,
      dimensionNames: [...dimensions, ...points].map((dimension) => dimension.name),
      attributes,
    },
    has: (index) => hasEntry(outer, cells, outerOf(index)),
    infoOf(index) {
      const sources = placedIn(outerOf(index)).map(
        ({ entry, start }) => `${start} ${entry.location.file} ${entry.location.offset} ${entry.location.length} ${entry.flushedMs}`,
      );
      return { sizeBytes: chunkBytes, tag: tagOf([tagStart, ...sources].join('\n')) };
    },
    async chunk(index) {
      const target = new Float32Array(chunkBytes / 4);
      const placed = placedIn(outerOf(index));
      if (placed.length < product(outer.chunkShape)) target.fill(fill);
      const engine = await decoder.engine();
      await decodeInto(decoder.context, { engine, tables: decoder.tables, grid, fill }, placed, target);
      return littleEndian(target);
    },
    *chunks() {
      for (const index of withFields) yield [...index, ...points0];
    },
    summary: {
      name,
      dimensions: [...dimensions, ...points.map((dimension) => ({ ...dimension, chunk: dimension.size }))],
      chunks: withFields.length,
      allChunks: product(outer.counts),
      fields: cells.reduce((sum, cell) => sum + (cell === undefined ? 0 : 1), 0),
      allFields: product(outer.shape),
      chunkBytes,
      attributes,
    },
  };
}

/** The entries in a chunk, and at which point of the chunk each begins. */
function* placedEntries(
  { shape, chunkShape }: ChunkGrid,
  cells: readonly (Entry | undefined)[],
  index: readonly number[],
  points: number,
): Generator<PlacedEntry> {
  let place = 0;
  for (const inner of indexesOf(chunkShape)) {
    let cell = 0;
    for (let dimension = 0; dimension < shape.length; dimension++)
      cell = cell * shape[dimension] + index[dimension] * chunkShape[dimension] + inner[dimension];
    const entry = cells[cell];
    if (entry !== undefined) yield { entry, start: place * points };
    place++;
  }
}

function hasEntry(grid: ChunkGrid, cells: readonly (Entry | undefined)[], index: readonly number[]): boolean {
  return placedEntries(grid, cells, index, 1).next().done === false;
}

/** A small array of numbers in one chunk: coordinates. `shape` [] is a single number. */
export function numberArray(
  name: string,
  values: Int32Array | Float64Array,
  dimensions: readonly { readonly name: string; readonly size: number }[],
  attributes: Attributes,
): ArrayNode {
  const shape = dimensions.map(({ size }) => size);
  const bytes = littleEndian(values.slice());
  const info = { sizeBytes: bytes.length, tag: tagOf(bytes) };
  const dataType: DataType = values instanceof Int32Array ? 'int32' : 'float64';
  return {
    name,
    // A fill value is never met here; for whole numbers there is no NaN.
    facts: {
      grid: chunkGrid(shape, shape),
      dataType,
      fill: dataType === 'int32' ? 0 : Number.NaN,
      dimensionNames: dimensions.map((one) => one.name),
      attributes,
    },
    has: () => true,
    infoOf: () => info,
    chunk: async () => bytes.slice(),
    *chunks() {
      yield shape.map(() => 0);
    },
  };
}

export function keyOf(node: ArrayNode, part: string): `/${string}` {
  return node.name === '' ? `/${part}` : `/${node.name}/${part}`;
}

export function chunkKeyOf(node: ArrayNode, index: readonly number[]): `/${string}` {
  return keyOf(node, formatChunkKey(index));
}

/** 16 hexadecimal digits. */
export function tagOf(data: Uint8Array | string): string {
  return sha256Hex(data).slice(0, 16);
}

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** The octets of numbers, little-endian on every machine. */
function littleEndian(values: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Float64Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  if (isLittleEndian) return bytes;
  const size = values.BYTES_PER_ELEMENT;
  for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
  return bytes;
}
