import { kernel, missingValue, type TwinArguments } from '../compute/index.js';
import { noBitmap } from './unpack.js';
import { setBits } from './word-counts.js';

const params = { points: 'u32', lanes: 'u32', floatLanes: 'u32' } as const;
const inputs = { packed: 'u32', laneTable: 'u32', bitmap: 'u32', ranks: 'u32' } as const;
const outputs = { values: 'f32' } as const;

/**
 * Big-endian IEEE floats of template 5.4 -> values [points, lanes], those lanes only that have a row in `laneTable`: lane, word
 * start, octets of a value, bitmap start. Bits are copied. Values of 8 octets are for the f64 executor: shaders have no f64, so
 * the host rounds them to 4 octets for all others.
 */
export const unpackFloats = kernel('grib/unpack-floats', {
  params,
  inputs,
  outputs,
  threads: ({ points, floatLanes }) => [points, floatLanes],
  cpu: unpackFloatsHost,
  tolerance: 0,
});

function unpackFloatsHost(args: TwinArguments<typeof params, typeof inputs, typeof outputs>, start: number, end: number): void {
  const { lanes, floatLanes, packed, laneTable, bitmap, ranks, values } = args;
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  for (let row = 0; row < floatLanes; row++) {
    const lane = laneTable[row * 4] as number;
    const first = (laneTable[row * 4 + 1] as number) * 4;
    const octets = laneTable[row * 4 + 2] as number;
    const bitmapStart = laneTable[row * 4 + 3] as number;
    const floatAt = (index: number): number => (octets === 8 ? view.getFloat64(first + index * 8) : view.getFloat32(first + index * 4));
    if (bitmapStart === noBitmap) {
      for (let point = start; point < end; point++) values[point * lanes + lane] = floatAt(point);
      continue;
    }
    for (let point = start; point < end; point++) {
      const word = bitmap[bitmapStart + (point >>> 5)] as number;
      const bit = point & 31;
      const before = setBits((word & ~(0xffffffff >>> bit)) >>> 0);
      const isPresent = ((word >>> (31 - bit)) & 1) === 1;
      values[point * lanes + lane] = isPresent ? floatAt((ranks[bitmapStart + (point >>> 5)] as number) + before) : missingValue;
    }
  }
}
