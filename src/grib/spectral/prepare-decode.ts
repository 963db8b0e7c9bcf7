import { type Field, type Grid, type Tile, tileLayout } from '../../atlas/index.js';
import { DteError } from '../../base/index.js';
import type { Engine, Pass, Stage } from '../../compute/index.js';
import { decimalFactor } from '../codec/index.js';
import type { PreparedDecode } from '../decode.js';
import { laneReals } from '../lane-reals.js';
import type { Message } from '../message.js';
import { spectralExpand } from '../spectral-expand.js';
import { noBitmap, packedFormat, unpack } from '../unpack.js';
import { laplacianFactors } from './coefficients.js';
import { type SpectralValues, spectralValues } from './spectral-values.js';

interface PreparedTile {
  readonly firstLayer: number;
  readonly lanes: readonly SpectralValues[];
  readonly wordsPerLane: number;
  readonly integers: Stage<'u32'>;
}

const largest = 3.4028234663852886e38;

/** As `prepareDecode`, for spectral messages of one truncation: `unpack` makes numbers of the integers, `spectralExpand` puts them in place. */
export function prepareSpectralDecode(engine: Engine, messages: readonly Message[], grid: Grid): PreparedDecode {
  const values = messages.map((message) => checked(message, grid));
  const layout = tileLayout(grid.points, messages.length, Math.min(engine.info.maxBindingBytes, 2 ** 31));
  const tiles: PreparedTile[] = [];
  const discard = (): void => {
    for (const tile of tiles) tile.integers.array?.release();
  };
  try {
    for (const [firstLayer, lanes] of layout) tiles.push(prepareTile(engine, values.slice(firstLayer, firstLayer + lanes), firstLayer));
  } catch (error) {
    discard();
    throw error;
  }
  const record = (pass: Pass): Field<Message> => ({
    grid,
    layers: messages,
    mayBeMissing: false,
    tiles: tiles.map((tile) => recordTile(engine, pass, tile, grid)),
  });
  return { messages, grid, mayBeMissing: false, discard, decode: record, decodeInFileOrder: record };
}

function checked(message: Message, grid: Grid): SpectralValues {
  const values = spectralValues(message);
  if (values.truncation === grid.truncation) return values;
  throw new DteError('input.field', `the message has truncation ${values.truncation}, its grid ${grid.truncation}`, {
    where: message.where,
  });
}

function prepareTile(engine: Engine, lanes: readonly SpectralValues[], firstLayer: number): PreparedTile {
  // As many words for every lane, plus one: `unpack` does as many values of all of them, and may look one word ahead.
  const wordsPerLane = lanes.reduce((most, { bits }) => Math.max(most, Math.ceil((mostCoded(lanes) * bits) / 32) + 1), 1);
  const integers = engine.stage('u32', wordsPerLane * lanes.length);
  const bytes = new Uint8Array(integers.data.buffer, integers.data.byteOffset, integers.data.byteLength);
  for (const [lane, { payload, count, bits }] of lanes.entries())
    bytes.set(payload.subarray(0, Math.ceil((count * bits) / 8)), lane * wordsPerLane * 4);
  return { firstLayer, lanes, wordsPerLane, integers };
}

function mostCoded(lanes: readonly SpectralValues[]): number {
  return lanes.reduce((most, { count }) => Math.max(most, count), 0);
}

function recordTile(engine: Engine, pass: Pass, { firstLayer, lanes, wordsPerLane, integers }: PreparedTile, grid: Grid): Tile {
  const truncation = grid.truncation as number;
  const isExact = engine.info.precision === 'f64';
  const width = lanes.length;
  const points = mostCoded(lanes);
  const packed = engine.unstage(pass, integers);
  const coded = pass.allocate('f32', Math.max(1, points * width));
  const none = pass.upload('u32', new Uint32Array(1));
  if (points > 0) {
    const laneTable = new Uint32Array(
      lanes.flatMap(({ bits }, lane) => [lane * wordsPerLane, bits, packedFormat.stream, noBitmap, points]),
    );
    const reals = Float64Array.from(lanes.flatMap((lane) => laneReals(normal(lane, isExact), isExact)));
    const tables = { laneTable: pass.upload('u32', laneTable), laneReals: pass.upload('f32', reals) };
    pass.run(unpack, { blocks: Math.ceil(points / 32), points, lanes: width, packed, ...tables, bitmap: none, ranks: none, values: coded });
  }
  const starts = floatStarts(lanes);
  const values = pass.allocate('f32', grid.points * width);
  pass.run(spectralExpand, {
    pairs: grid.points / 2,
    lanes: width,
    truncation,
    coded,
    unpacked: pass.upload('f32', floatsOf(lanes)),
    laneTable: pass.upload('u32', new Uint32Array(lanes.flatMap(({ sub, lead }, lane) => [sub, lead, starts[lane] as number]))),
    factors: pass.upload('f32', factorsOf(lanes, truncation, isExact)),
    values,
  });
  return { values, firstLayer, lanes: width };
}

function floatStarts(lanes: readonly SpectralValues[]): readonly number[] {
  let start = 0;
  return lanes.map(({ unpacked }) => {
    start += unpacked.length;
    return start - unpacked.length;
  });
}

function floatsOf(lanes: readonly SpectralValues[]): Float64Array {
  const floats = new Float64Array(lanes.reduce((sum, { unpacked }) => sum + unpacked.length, 0));
  for (const [lane, start] of floatStarts(lanes).entries()) floats.set((lanes[lane] as SpectralValues).unpacked, start);
  return floats;
}

type Scales = Pick<SpectralValues, 'referenceValue' | 'binaryScale' | 'decimalScale' | 'bits'>;

/**
 * The scales for `unpack`. Packed numbers, which are coefficients times (n (n + 1))^P, may be far beyond f32 where coefficients are
 * not: there they are brought near 1, and the factors of the next kernel hold the rest.
 */
function normal(values: SpectralValues, isExact: boolean): Scales {
  const { referenceValue, binaryScale, decimalScale, bits } = values;
  if (isExact) {
    // A constant is not scaled by `unpack`.
    return bits === 0
      ? { ...values, referenceValue: referenceValue * constantFactor(values) }
      : { referenceValue, binaryScale, decimalScale, bits };
  }
  const exponent = exponentOf(values);
  return { referenceValue: referenceValue * 2 ** -exponent, binaryScale: binaryScale - exponent, decimalScale: 0, bits };
}

/** In simple packing a constant is R, whatever D says, as in gridded fields. */
function constantFactor({ lead, decimalScale }: SpectralValues): number {
  return lead === 1 ? 1 : decimalFactor(decimalScale);
}

/** Binary exponent of the largest packed number. */
function exponentOf({ referenceValue, binaryScale, bits }: SpectralValues): number {
  const largestMagnitude = Math.abs(referenceValue) + (bits === 0 ? 0 : 2 ** (binaryScale + bits));
  return largestMagnitude > 0 && largestMagnitude < Infinity ? Math.ceil(Math.log2(largestMagnitude)) : 0;
}

function factorsOf(lanes: readonly SpectralValues[], truncation: number, isExact: boolean): Float64Array {
  const rows = truncation + 1;
  const factors = new Float64Array(lanes.length * rows * 2);
  const known = new Map<number, Float64Array>();
  for (const [lane, values] of lanes.entries()) {
    const { power, lead, bits } = values;
    const rest = isExact ? 1 : (bits === 0 ? constantFactor(values) : decimalFactor(values.decimalScale)) * 2 ** exponentOf(values);
    let powers = known.get(power);
    if (powers === undefined) known.set(power, (powers = laplacianFactors(truncation, power)));
    for (let n = 0; n < rows; n++) {
      const own = powers[n] as number;
      const factor = (lead === 1 ? 1 : own === 0 ? 0 : 1 / own) * rest;
      const high = isExact ? factor : Math.max(-largest, Math.min(largest, Math.fround(factor)));
      factors[2 * (lane * rows + n)] = high;
      factors[2 * (lane * rows + n) + 1] = isExact ? 0 : factor - high;
    }
  }
  return factors;
}
