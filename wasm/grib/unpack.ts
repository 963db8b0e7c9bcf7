// The compiled twin of src/grib/unpack.ts; see there for the arrays. All arrays are byte addresses.
import { missingBits, swapped16, transposed0, transposed1, transposed2, transposed3 } from '../lib/lanes';

// 512 points of a lane at a time: eight lanes of them stay in the first-level cache while they are interleaved.
const blocksAtOnce: u32 = 16;
const noBitmap: u32 = 0xffffffff;

export function unpack(start: u32, end: u32, points: u32, lanes: u32, packed: usize, laneTable: usize, laneReals: usize, bitmap: usize, ranks: usize, values: usize): void {
  for (let block = start; block < end; block += blocksAtOnce) {
    const first = block * 32;
    const last = min(min(block + blocksAtOnce, end) * 32, points);
    let lane: u32 = 0;
    while (lane < lanes) {
      if (lanes == 1 && isPlain16(laneTable, 1)) {
        unpackRow(first, last, packed, laneTable, laneReals, values);
        lane++;
      } else if (lane + 4 <= lanes && isPlain16(laneTable + lane * 20, 4)) {
        unpackFour(first, last, lanes, lane, packed, laneTable, laneReals, values);
        lane += 4;
      } else {
        unpackOne(first, last, lanes, lane, packed, laneTable, laneReals, bitmap, ranks, values);
        lane++;
      }
    }
  }
}

/** Lanes of 16 bits in one format, without bitmaps. */
function isPlain16(laneTable: usize, lanes: u32): bool {
  const format = load<u32>(laneTable, 8);
  for (let lane: u32 = 0; lane < lanes; lane++) {
    const row = laneTable + lane * 20;
    if (load<u32>(row, 4) != 16 || load<u32>(row, 8) != format || load<u32>(row, 12) != noBitmap) return false;
  }
  return true;
}

/** The only lane of its tile: values lie side by side. Eight at a time, with the lane's numbers held in registers. */
function unpackRow(first: u32, last: u32, packed: usize, laneTable: usize, laneReals: usize, values: usize): void {
  const isStream = load<u32>(laneTable, 8) == 0;
  const from = packed + (<usize>load<u32>(laneTable) << 2);
  let point = first;
  if (decimalOf(laneReals) == 1) {
    const reference = v128.load32_splat(laneReals);
    const scale = v128.load32_splat(laneReals, 4);
    for (; point + 8 <= last; point += 8) {
      const eight = v128.load(from + (point << 1));
      const integers = isStream ? swapped16(eight) : eight;
      const to = values + (point << 2);
      v128.store(to, scaled(i32x4.extend_low_i16x8_u(integers), scale, reference));
      v128.store(to, scaled(i32x4.extend_high_i16x8_u(integers), scale, reference), 16);
    }
  }
  for (; point + 4 <= last; point += 4) v128.store(values + (point << 2), decimated(integersAt(from + (point << 1), isStream), laneReals));
  unpackOne(point, last, 1, 0, packed, laneTable, laneReals, 0, 0, values);
}

function unpackFour(first: u32, last: u32, lanes: u32, lane: u32, packed: usize, laneTable: usize, laneReals: usize, values: usize): void {
  const isStream = load<u32>(laneTable + lane * 20, 8) == 0;
  const from0 = packed + (<usize>load<u32>(laneTable + lane * 20) << 2);
  const from1 = packed + (<usize>load<u32>(laneTable + lane * 20, 20) << 2);
  const from2 = packed + (<usize>load<u32>(laneTable + lane * 20, 40) << 2);
  const from3 = packed + (<usize>load<u32>(laneTable + lane * 20, 60) << 2);
  const reals = laneReals + lane * 16;
  const stride = lanes << 2;
  let to = values + ((first * lanes + lane) << 2);
  let point = first;
  if (decimalOf(reals) == 1 && decimalOf(reals + 16) == 1 && decimalOf(reals + 32) == 1 && decimalOf(reals + 48) == 1) {
    const reference0 = v128.load32_splat(reals);
    const reference1 = v128.load32_splat(reals, 16);
    const reference2 = v128.load32_splat(reals, 32);
    const reference3 = v128.load32_splat(reals, 48);
    const scale0 = v128.load32_splat(reals, 4);
    const scale1 = v128.load32_splat(reals, 20);
    const scale2 = v128.load32_splat(reals, 36);
    const scale3 = v128.load32_splat(reals, 52);
    for (; point + 4 <= last; point += 4, to += 4 * stride) {
      const at = point << 1;
      const a = scaled(integersAt(from0 + at, isStream), scale0, reference0);
      const b = scaled(integersAt(from1 + at, isStream), scale1, reference1);
      const c = scaled(integersAt(from2 + at, isStream), scale2, reference2);
      const d = scaled(integersAt(from3 + at, isStream), scale3, reference3);
      putFour(to, stride, a, b, c, d);
    }
  }
  for (; point + 4 <= last; point += 4, to += 4 * stride) {
    const at = point << 1;
    const a = decimated(integersAt(from0 + at, isStream), reals);
    const b = decimated(integersAt(from1 + at, isStream), reals + 16);
    const c = decimated(integersAt(from2 + at, isStream), reals + 32);
    const d = decimated(integersAt(from3 + at, isStream), reals + 48);
    putFour(to, stride, a, b, c, d);
  }
  for (let l = lane; l < lane + 4; l++) unpackOne(point, last, lanes, l, packed, laneTable, laneReals, 0, 0, values);
}

/** Four points of four lanes, to four points' places. */
// @ts-ignore: decorator
@inline
function putFour(to: usize, stride: usize, a: v128, b: v128, c: v128, d: v128): void {
  v128.store(to, transposed0(a, b, c, d));
  v128.store(to + stride, transposed1(a, b, c, d));
  v128.store(to + 2 * stride, transposed2(a, b, c, d));
  v128.store(to + 3 * stride, transposed3(a, b, c, d));
}

// @ts-ignore: decorator
@inline
function integersAt(address: usize, isStream: bool): v128 {
  const four = v128.load64_zero(address);
  return i32x4.extend_low_i16x8_u(isStream ? swapped16(four) : four);
}

// @ts-ignore: decorator
@inline
function decimalOf(reals: usize): f64 {
  return <f64>load<f32>(reals, 8) + <f64>load<f32>(reals, 12);
}

/** R + X s without a decimal factor: 16-bit X times a power of two is exact in f32, and the sum is rounded once. */
// @ts-ignore: decorator
@inline
function scaled(integers: v128, scale: v128, reference: v128): v128 {
  return f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(integers), scale), reference);
}

/** (R + X s) d of four values of a lane, in f64 and rounded once. */
// @ts-ignore: decorator
@inline
function decimated(integers: v128, reals: usize): v128 {
  const reference = f64x2.splat(<f64>load<f32>(reals));
  const scale = f64x2.splat(<f64>load<f32>(reals, 4));
  const decimal = f64x2.splat(decimalOf(reals));
  const low = f64x2.mul(f64x2.add(f64x2.mul(f64x2.convert_low_i32x4_u(integers), scale), reference), decimal);
  const upper = v128.shuffle<i64>(integers, integers, 1, 0);
  const high = f64x2.mul(f64x2.add(f64x2.mul(f64x2.convert_low_i32x4_u(upper), scale), reference), decimal);
  return v128.shuffle<i64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}

function unpackOne(first: u32, last: u32, lanes: u32, lane: u32, packed: usize, laneTable: usize, laneReals: usize, bitmap: usize, ranks: usize, values: usize): void {
  const row = laneTable + lane * 20;
  const from = packed + (<usize>load<u32>(row) << 2);
  const bits = load<u32>(row, 4);
  const isStream = load<u32>(row, 8) == 0;
  const bitmapStart = load<u32>(row, 12);
  const reals = laneReals + lane * 16;
  const reference = <f64>load<f32>(reals);
  const scale = <f64>load<f32>(reals, 4);
  const decimal = decimalOf(reals);
  const stride = lanes << 2;
  let to = values + ((first * lanes + lane) << 2);
  if (bits == 0 && bitmapStart == noBitmap) {
    for (let point = first; point < last; point++, to += stride) store<f32>(to, <f32>reference);
    return;
  }
  let coded = first;
  if (bitmapStart != noBitmap && first < last) coded = rankOf(bitmap, ranks, bitmapStart, first);
  for (let point = first; point < last; point++, to += stride) {
    if (bitmapStart != noBitmap && ((load<u32>(bitmap + ((bitmapStart + (point >> 5)) << 2)) >> (31 - (point & 31))) & 1) == 0) {
      store<u32>(to, missingBits);
      continue;
    }
    const integer = isStream ? streamInteger(from, bits, coded) : elementInteger(from, bits, coded);
    store<f32>(to, bits == 0 ? <f32>reference : <f32>((<f64>integer * scale + reference) * decimal));
    coded++;
  }
}

/** Coded values before a point. */
function rankOf(bitmap: usize, ranks: usize, bitmapStart: u32, point: u32): u32 {
  const word = (bitmapStart + (point >> 5)) << 2;
  const before = point & 31;
  const set = before == 0 ? 0 : popcnt<u32>(load<u32>(bitmap + word) >> (32 - before));
  return load<u32>(ranks + word) + set;
}

// A window of eight octets holds any 32 bits from any bit on; it may reach past the lane, and its end is then not used.
// @ts-ignore: decorator
@inline
function streamInteger(from: usize, bits: u32, index: u32): u32 {
  if (bits == 0) return 0;
  const bit = <u64>index * bits;
  return <u32>((bswap<u64>(load<u64>(from + <usize>(bit >> 3))) << (bit & 7)) >> (64 - bits));
}

// @ts-ignore: decorator
@inline
function elementInteger(from: usize, bits: u32, index: u32): u32 {
  if (bits == 8) return load<u8>(from + index);
  if (bits == 16) return load<u16>(from + (index << 1));
  return bits == 0 ? 0 : load<u32>(from + (index << 2));
}
