import { aecIntervals } from '../codec/index.js';
import { laneReals } from '../lane-reals.js';
import type { JumpInfo, JumpStream } from './jump-info.js';
import { PieceReader, Pieces } from './pieces.js';

/** Below this distance one read of both pieces is quicker than two. */
const nearbyBytes = 4096;

/** How values become reals: exactly in f64, or as the f32 executors have them. */
export type RangePrecision = 'f64' | 'f32';

/** Where the octets of coded values lie in the message. `bounds`: [start, end) of each range of coded values, ascending and apart. */
export function codedPieces(info: JumpInfo, bounds: Float64Array): Pieces {
  const pieces = new Pieces(nearbyBytes);
  const { bits, stream, dataStart } = info;
  if (bits === 0) return pieces;
  for (let range = 0; range < bounds.length; range += 2) {
    const start = bounds[range] as number;
    const end = bounds[range + 1] as number;
    if (end <= start) continue;
    if (stream === undefined) pieces.add(dataStart + Math.floor((start * bits) / 8), dataStart + Math.ceil((end * bits) / 8));
    else {
      const each = stream.rsi * stream.blockSize;
      // Intervals one by one: two ranges may be parts of the same one.
      for (let rsi = Math.floor(start / each); rsi * each < end; rsi++) {
        pieces.add(
          dataStart + Math.floor((stream.starts[rsi] as number) / 8),
          dataStart + Math.min(info.dataBytes, Math.ceil((stream.starts[rsi + 1] as number) / 8)),
        );
      }
    }
  }
  return pieces;
}

/** The coded values of the ranges, one range after another. */
export function codedValues(
  info: JumpInfo,
  bounds: Float64Array,
  pieces: Pieces,
  bytes: readonly Uint8Array[],
  precision: RangePrecision,
): Float64Array {
  let total = 0;
  for (let range = 0; range < bounds.length; range += 2) total += (bounds[range + 1] as number) - (bounds[range] as number);
  const values = new Float64Array(total);
  const reader = new PieceReader(pieces, bytes);
  if (info.packing === 'grid_ieee') {
    floats(info, bounds, reader, values);
    if (precision === 'f32') round(values);
    return values;
  }
  // The order of operations is that of the kernel `unpack`.
  const [reference, scale, decimal, decimalLow] = precision === 'f64' ? laneReals(info, true) : laneReals(info, false).map(Math.fround);
  const factor = (decimal as number) + (decimalLow as number);
  if (info.bits === 0) return values.fill(reference as number);
  if (info.stream === undefined) integers(info, bounds, reader, values);
  else streamed(info, info.stream, bounds, reader, values);
  for (let i = 0; i < total; i++) values[i] = ((values[i] as number) * (scale as number) + (reference as number)) * factor;
  if (precision === 'f32') round(values);
  return values;
}

function round(values: Float64Array): void {
  for (let i = 0; i < values.length; i++) values[i] = Math.fround(values[i] as number);
}

function floats({ bits, dataStart }: JumpInfo, bounds: Float64Array, reader: PieceReader, values: Float64Array): void {
  const octets = bits / 8;
  for (let range = 0, at = 0; range < bounds.length; range += 2) {
    const first = bounds[range] as number;
    const end = bounds[range + 1] as number;
    if (end <= first) continue;
    const { bytes, start } = reader.at(dataStart + first * octets);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let index = first, place = dataStart + first * octets - start; index < end; index++, place += octets) {
      values[at++] = octets === 8 ? view.getFloat64(place) : view.getFloat32(place);
    }
  }
}

function integers({ bits, dataStart }: JumpInfo, bounds: Float64Array, reader: PieceReader, values: Float64Array): void {
  for (let range = 0, at = 0; range < bounds.length; range += 2) {
    const first = bounds[range] as number;
    const end = bounds[range + 1] as number;
    if (end <= first) continue;
    const { bytes, start } = reader.at(dataStart + Math.floor((first * bits) / 8));
    for (let index = first; index < end; index++) {
      const bit = index * bits;
      let octet = dataStart + Math.floor(bit / 8) - start;
      let have = 8 - (bit % 8);
      // Up to 39 bits: arithmetic, not shifts.
      let integer = (bytes[octet] as number) % 2 ** have;
      while (have < bits) {
        integer = integer * 256 + (bytes[++octet] as number);
        have += 8;
      }
      values[at++] = Math.floor(integer / 2 ** (have - bits));
    }
  }
}

/** Interval by interval, each decoded once and no further than its last wanted value. */
function streamed(info: JumpInfo, stream: JumpStream, bounds: Float64Array, reader: PieceReader, values: Float64Array): void {
  const { bits, count, dataStart } = info;
  const { starts } = stream;
  const each = stream.rsi * stream.blockSize;
  const decode = aecIntervals({ bits, count, flags: stream.flags, blockSize: stream.blockSize, rsi: stream.rsi });
  let range = 0;
  let index = bounds[0] ?? 0;
  let at = 0;
  while (range < bounds.length) {
    if (index >= (bounds[range + 1] as number)) {
      range += 2;
      index = bounds[range] ?? 0;
      continue;
    }
    const rsi = Math.floor(index / each);
    const intervalStart = rsi * each;
    const intervalEnd = intervalStart + each;
    // The last value wanted of this interval: that of the last range which begins in it.
    let last = range;
    while (last + 2 < bounds.length && (bounds[last + 2] as number) < intervalEnd) last += 2;
    const wanted = Math.min(bounds[last + 1] as number, intervalEnd) - intervalStart;
    const startBit = starts[rsi] as number;
    const { bytes, start } = reader.at(dataStart + Math.floor(startBit / 8));
    const shift = (start - dataStart) * 8;
    const decoded = decode(bytes, startBit - shift, (starts[rsi + 1] as number) - shift, rsi, wanted);
    for (;;) {
      const end = Math.min(bounds[range + 1] as number, intervalEnd);
      for (; index < end; index++) values[at++] = decoded[index - intervalStart] as number;
      if (range === last) break;
      range += 2;
      index = bounds[range] as number;
    }
  }
}
