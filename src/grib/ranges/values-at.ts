import { assert, DteError } from '../../base/index.js';
import { codedPieces, codedValues, type RangePrecision } from './coded-values.js';
import { bitsOf, type JumpInfo, pointsPerRank } from './jump-info.js';
import { PieceReader, Pieces } from './pieces.js';

/** Ranges [start, end) of indices in file order, ascending and apart. */
export type IndexRanges = readonly (readonly [start: number, end: number])[];

/** Octets [offset, offset + length) of the message. */
export type ReadOctets = (offset: number, length: number) => Promise<Uint8Array>;

export interface RangeValues {
  /** The values of all ranges, one after another; NaN where a point has none. */
  readonly all: Float64Array;
  /** Which of `all` are present, bit i % 64 of word i / 64; undefined when all are. */
  readonly present: BigUint64Array | undefined;
}

/** A read that is wanted: octets [starts[i], starts[i] + lengths[i]) of the message, ascending. */
export interface WantedOctets {
  readonly starts: readonly number[];
  readonly lengths: readonly number[];
}

/**
 * Values at index ranges of a field: only the octets that hold them are read, and of an AEC stream only the intervals they are in
 * are decoded, each up to the last value wanted. In f64 the very values of the full decode; in f32 those of the CPU executor.
 * Indices count points in the order of the message (`scanOrderOf` gives that of the canonical order).
 *
 * Errors: `input.option` for ranges that overlap, descend or leave the field, `data.truncated`, `data.codec`.
 */
export async function valuesAt(
  info: JumpInfo,
  ranges: IndexRanges,
  read: ReadOctets,
  precision: RangePrecision = 'f64',
): Promise<RangeValues> {
  const steps = rangeSteps(info, boundsOf(ranges, info.points), precision);
  let step = steps.next();
  while (step.done !== true) {
    const { starts, lengths } = step.value;
    step = steps.next(await Promise.all(starts.map((start, index) => read(start, lengths[index] as number))));
  }
  return step.value;
}

/** Ranges as one array [start, end, start, end, ...], checked. */
export function boundsOf(ranges: IndexRanges, points: number): Float64Array {
  const bounds = new Float64Array(ranges.length * 2);
  let previous = 0;
  for (const [index, [start, end]] of ranges.entries()) {
    if (!Number.isInteger(start) || !Number.isInteger(end) || start < previous || end <= start || end > points) {
      throw new DteError('input.option', `range ${start}-${end} after ${previous} in a field of ${points} points`, {
        hint: 'ranges [start, end) ascend, do not overlap, are not empty and stay inside the field',
      });
    }
    bounds[index * 2] = start;
    bounds[index * 2 + 1] = end;
    previous = end;
  }
  return bounds;
}

/**
 * The same work without its reads: gives the octets that are wanted and takes their contents, at most twice. For callers that
 * read in their own way, and for threads.
 */
export function* rangeSteps(
  info: JumpInfo,
  bounds: Float64Array,
  precision: RangePrecision,
): Generator<WantedOctets, RangeValues, readonly Uint8Array[]> {
  const masked = info.bitmap === undefined ? undefined : yield* presence(info.bitmap, bounds);
  const coded = masked === undefined ? bounds : masked.coded;
  const pieces = codedPieces(info, coded);
  const bytes = pieces.starts.length === 0 ? [] : checked(pieces, yield pieces);
  const values = codedValues(info, coded, pieces, bytes, precision);
  return masked === undefined ? { all: values, present: undefined } : { all: spread(values, masked), present: masked.present };
}

function checked(pieces: Pieces, bytes: readonly Uint8Array[]): readonly Uint8Array[] {
  for (const [index, { length }] of bytes.entries()) {
    if (length >= (pieces.lengths[index] as number)) continue;
    throw new DteError('data.truncated', `${length} octets where ${pieces.lengths[index]} were stated`, {
      where: { offset: pieces.starts[index] as number },
      hint: 'the file is shorter than the message that was indexed',
    });
  }
  return bytes;
}

interface Presence {
  readonly total: number;
  readonly present: BigUint64Array;
  /** Ranges of coded values: one for each range of points, empty ones included. */
  readonly coded: Float64Array;
}

function* presence(
  bitmap: NonNullable<JumpInfo['bitmap']>,
  bounds: Float64Array,
): Generator<WantedOctets, Presence, readonly Uint8Array[]> {
  const groupOctets = pointsPerRank / 8;
  const pieces = new Pieces(groupOctets * 8);
  let total = 0;
  for (let range = 0; range < bounds.length; range += 2) {
    const start = bounds[range] as number;
    const end = bounds[range + 1] as number;
    total += end - start;
    // From the group that the range begins in: its count is known.
    pieces.add(bitmap.start + Math.floor(start / pointsPerRank) * groupOctets, bitmap.start + Math.ceil(end / 8));
  }
  const words = new BigUint64Array(Math.ceil(total / 64));
  const present = new Uint8Array(words.buffer);
  const coded = new Float64Array(bounds.length);
  const reader = new PieceReader(pieces, checked(pieces, yield pieces));
  for (let range = 0, at = 0; range < bounds.length; range += 2) {
    const first = bounds[range] as number;
    const end = bounds[range + 1] as number;
    const group = Math.floor(first / pointsPerRank);
    const { bytes, start } = reader.at(bitmap.start + group * groupOctets);
    const shift = bitmap.start - start;
    let rank = bitmap.ranks[group] as number;
    for (let octet = group * groupOctets; octet < first >>> 3; octet++) rank += bitsOf[bytes[octet + shift] as number] as number;
    if (first % 8 !== 0) rank += bitsOf[(bytes[Math.floor(first / 8) + shift] as number) & (0xff00 >> (first % 8)) & 0xff] as number;
    coded[range] = rank;
    for (let point = first; point < end; point++, at++) {
      if ((((bytes[Math.floor(point / 8) + shift] as number) >> (7 - (point % 8))) & 1) === 0) continue;
      present[at >> 3] = (present[at >> 3] as number) | (1 << (at & 7));
      rank++;
    }
    coded[range + 1] = rank;
  }
  return { total, present: words, coded };
}

/** Coded values at their points, NaN between them. */
function spread(values: Float64Array, { total, present }: Presence): Float64Array {
  const bits = new Uint8Array(present.buffer);
  const all = new Float64Array(total).fill(Number.NaN);
  let coded = 0;
  for (let at = 0; at < total; at++) if (((bits[at >> 3] as number) >> (at & 7)) & 1) all[at] = values[coded++] as number;
  assert(coded === values.length, 'as many values are present as were decoded');
  return all;
}
