import { aecEncodePlain, aecEncodeShape, type AecStream, aecTooLarge } from './aec-encode-plain.js';
import { AEC_MEMORY, AEC_STATUS, aecMachine, reserve } from './aec-machine.js';
import type { AecOptions, AecValues } from './aec-options.js';

const CALL_VALUES = 65536;
const align = (address: number): number => Math.ceil(address / 64) * 64;

/**
 * Encodes packed integers as a CCSDS 121.0-B (AEC) stream for GRIB2 template 5.42, readable by ecCodes and libaec.
 *
 * Per block the cheapest of zero run, second extension, split and uncompressed. The start bits of the reference sample intervals
 * come along as a side list for parallel decoding and partial reads. Throws `limit.range` for a value of more than `bits` bits,
 * `input.option` for options outside the format and for flags 1 (signed) and 32 (padded intervals: ecCodes cannot read them).
 */
export function aecEncode(values: AecValues, options: AecOptions): AecStream {
  const shape = aecEncodeShape(options);
  const coder = aecMachine();
  if (coder === undefined) return aecEncodePlain(values, options);
  const { bits, blockSize, rsiValues } = shape;
  const intervals = Math.ceil(values.length / rsiValues);
  const rsiOffsets = new Float64Array(intervals + 1);
  const callIntervals = Math.min(AEC_MEMORY.maximumOffsets, Math.max(1, Math.floor(CALL_VALUES / rsiValues)));
  const callValues = callIntervals * rsiValues;
  const Width = bits <= 16 ? Uint16Array : Uint32Array;
  const worstBytes = (count: number): number => Math.ceil((Math.ceil(count / blockSize) * (blockSize * bits + 8)) / 8) + 64;
  // samples | stream, reversed, from `end` down | stream, forward, to `forwardEnd`
  const samples = AEC_MEMORY.free + 64;
  const end = align(samples + callValues * Width.BYTES_PER_ELEMENT + worstBytes(callValues));
  const forwardEnd = end + align(worstBytes(callValues)) + 2048;
  reserve(coder, forwardEnd + 64);
  coder.configure(bits, blockSize, shape.rsi, shape.idBits, shape.preprocess ? 1 : 0, 0);
  const bytes = new Uint8Array(worstBytes(values.length));
  let bit = 0;
  for (let start = 0, rsi = 0; start < values.length; start += callValues) {
    const count = Math.min(callValues, values.length - start);
    const blocks = Math.ceil(count / blockSize);
    const target = new Width(coder.memory.buffer, samples, blocks * blockSize);
    target.set(bits <= 16 && values instanceof Uint32Array ? narrowed(values, start, count, bits) : values.subarray(start, start + count));
    target.fill(target[count - 1], count);
    const at = bit % 8;
    if (AEC_STATUS[coder.encode(samples, blocks, end, at)] !== 'done') {
      const large = values.subarray(start, start + count).find((value) => value > shape.maximum);
      throw aecTooLarge(large ?? Number.NaN, bits);
    }
    const position = coder.getPosition();
    const length = Math.ceil(position / 8);
    coder.reverse(end - length, length, forwardEnd);
    bytes.set(new Uint8Array(coder.memory.buffer, forwardEnd - length, length), (bit - at) / 8);
    const found = new Float64Array(coder.memory.buffer, AEC_MEMORY.offsets, Math.ceil(blocks / shape.rsi));
    for (const local of found) rsiOffsets[rsi++] = bit - at + local;
    bit += position - at;
  }
  rsiOffsets[intervals] = bit;
  return { bytes: bytes.slice(0, Math.ceil(bit / 8)), rsiOffsets };
}

/** Values of a wide array that go to 16-bit samples: none may lose bits on the way. */
function narrowed(values: Uint32Array<ArrayBufferLike>, start: number, count: number, bits: number): AecValues {
  const part = values.subarray(start, start + count);
  for (const value of part) if (value > 0xffff) throw aecTooLarge(value, bits);
  return part;
}
