import { kernel, missingValue, type TwinArguments } from '../compute/index.js';
import { unpackWasm } from './unpack-wasm.js';

/** Formats of the packed integers: a bit stream, most significant bit first, or little-endian elements of 8, 16 or 32 bits. */
export const packedFormat = { stream: 0, elements: 1 } as const;
/** `bitmapStart` of a lane whose values are all present. */
export const noBitmap = 0xffffffff;

const params = { blocks: 'u32', points: 'u32', lanes: 'u32' } as const;
const inputs = { packed: 'u32', laneTable: 'u32', laneReals: 'f32', bitmap: 'u32', ranks: 'u32' } as const;
const outputs = { values: 'f32' } as const;

/**
 * Packed integers of up to eight messages -> values [points, lanes]: bit extraction, bitmap expansion, and
 * value = (R + X 2^E) 10^-D (WMO FM 92, regulation 92.9.4). One invocation does 32 points of one lane.
 *
 * A lane is a row of `laneTable` (word start, bits, format, bitmap start, count) and of `laneReals` (R, 2^E, 10^-D as high + low).
 */
export const unpack = kernel('grib/unpack', {
  params,
  inputs,
  outputs,
  threads: ({ blocks, lanes }) => [blocks, lanes],
  cpu: unpackHost,
  simd: {
    module: unpackWasm,
    run: ({ unpack: compiled }, a, start, end) =>
      compiled?.(start, end, a.points, a.lanes, a.packed, a.laneTable, a.laneReals, a.bitmap, a.ranks, a.values),
  },
  tolerance: 6e-8,
});

type Arguments = TwinArguments<typeof params, typeof inputs, typeof outputs>;

// Blocks of 32 points done for one lane before the next: 8 lanes of 512 values stay in the first-level cache while they
// are interleaved.
const blocksAtOnce = 16;

function unpackHost(args: Arguments, start: number, end: number): void {
  const { points, lanes, packed, laneTable, laneReals, values } = args;
  const bytes = new Uint8Array(packed.buffer, packed.byteOffset, packed.byteLength);
  const halves = new Uint16Array(packed.buffer, packed.byteOffset, packed.length * 2);
  for (let block = start; block < end; block += blocksAtOnce) {
    const first = block * 32;
    const last = Math.min(Math.min(block + blocksAtOnce, end) * 32, points);
    for (let lane = 0; lane < lanes; lane++) {
      const word = laneTable[lane * 5] as number;
      const bits = laneTable[lane * 5 + 1] as number;
      const format = laneTable[lane * 5 + 2] as number;
      const reference = laneReals[lane * 4] as number;
      const scale = laneReals[lane * 4 + 1] as number;
      const decimal = (laneReals[lane * 4 + 2] as number) + (laneReals[lane * 4 + 3] as number);
      if ((laneTable[lane * 5 + 3] as number) !== noBitmap) unpackMasked(args, bytes, lane, first, last);
      else if (bits === 0) for (let point = first; point < last; point++) values[point * lanes + lane] = reference;
      else if (format === packedFormat.elements && bits === 16) {
        for (let point = first, at = word * 2 + first; point < last; point++, at++) {
          values[point * lanes + lane] = ((halves[at] as number) * scale + reference) * decimal;
        }
      } else if (format === packedFormat.stream && bits === 16) {
        for (let point = first, at = (word * 2 + first) * 2; point < last; point++, at += 2) {
          values[point * lanes + lane] = ((((bytes[at] as number) << 8) | (bytes[at + 1] as number)) * scale + reference) * decimal;
        }
      } else if (format === packedFormat.stream && bits <= 24) {
        // At most 7 + 24 bits are wanted of a window of 32.
        const mask = 2 ** bits - 1;
        for (let point = first; point < last; point++) {
          const bit = point * bits;
          const at = word * 4 + Math.floor(bit / 8);
          const window =
            ((bytes[at] as number) << 24) |
            ((bytes[at + 1] as number) << 16) |
            ((bytes[at + 2] as number) << 8) |
            (bytes[at + 3] as number);
          const integer = (window >>> (32 - bits - (bit & 7))) & mask;
          values[point * lanes + lane] = (integer * scale + reference) * decimal;
        }
      } else {
        for (let point = first; point < last; point++) {
          values[point * lanes + lane] = (integerAt(bytes, word, bits, format, point) * scale + reference) * decimal;
        }
      }
    }
  }
}

function unpackMasked(args: Arguments, bytes: Uint8Array, lane: number, first: number, last: number): void {
  const { lanes, laneTable, laneReals, bitmap, ranks, values } = args;
  const word = laneTable[lane * 5] as number;
  const bits = laneTable[lane * 5 + 1] as number;
  const format = laneTable[lane * 5 + 2] as number;
  const bitmapStart = laneTable[lane * 5 + 3] as number;
  const reference = laneReals[lane * 4] as number;
  const scale = laneReals[lane * 4 + 1] as number;
  const decimal = (laneReals[lane * 4 + 2] as number) + (laneReals[lane * 4 + 3] as number);
  let coded = ranks[bitmapStart + (first >>> 5)] as number;
  for (let point = first; point < last; point++) {
    const present = ((bitmap[bitmapStart + (point >>> 5)] as number) >>> (31 - (point & 31))) & 1;
    let value = missingValue;
    if (present === 1) {
      value = bits === 0 ? reference : (integerAt(bytes, word, bits, format, coded) * scale + reference) * decimal;
      coded++;
    }
    values[point * lanes + lane] = value;
  }
}

/** The packed integer of one value, any width from 1 to 32 bits. */
function integerAt(bytes: Uint8Array, word: number, bits: number, format: number, index: number): number {
  if (format === packedFormat.elements) {
    const octets = bits / 8;
    let integer = 0;
    for (let octet = octets - 1; octet >= 0; octet--) integer = integer * 256 + (bytes[word * 4 + index * octets + octet] as number);
    return integer;
  }
  const bit = index * bits;
  let at = word * 4 + Math.floor(bit / 8);
  let have = 8 - (bit % 8);
  let integer = (bytes[at] as number) & (2 ** have - 1);
  while (have < bits) {
    integer = integer * 256 + (bytes[++at] as number);
    have += 8;
  }
  return Math.floor(integer / 2 ** (have - bits));
}
