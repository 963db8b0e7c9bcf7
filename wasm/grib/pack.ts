// The compiled twin of src/grib/pack.ts; see there for the arrays. All arrays are byte addresses.
import { swapped16 } from '../lib/lanes';

// 512 points of a lane at a time: eight lanes of them stay in the first-level cache.
const blocksAtOnce: u32 = 16;

export function pack(start: u32, end: u32, lanes: u32, pointStride: u32, laneStride: u32, values: usize, laneTable: usize, laneReals: usize, packed: usize): void {
  for (let block = start; block < end; block += blocksAtOnce) {
    const first = block * 32;
    const last = min(block + blocksAtOnce, end) * 32;
    let lane: u32 = 0;
    while (lane < lanes) {
      if (pointStride == 1 && isAlike16(laneTable + lane * 20, 1)) {
        packRow(first, last, lane, laneStride, values, laneTable, laneReals, packed);
        lane++;
      } else if (laneStride == 1 && lane + 4 <= lanes && isAlike16(laneTable + lane * 20, 4)) {
        packFour(first, last, lane, pointStride, values, laneTable, laneReals, packed);
        lane += 4;
      } else {
        packOne(first, last, lane, pointStride, laneStride, values, laneTable, laneReals, packed);
        lane++;
      }
    }
  }
}

/** Lanes of 16 bits, in one format, with the same number of values. */
function isAlike16(laneTable: usize, lanes: u32): bool {
  const format = load<u32>(laneTable, 8);
  const count = load<u32>(laneTable, 12);
  for (let lane: u32 = 0; lane < lanes; lane++) {
    const row = laneTable + lane * 20;
    if (load<u32>(row, 4) != 16 || load<u32>(row, 8) != format || load<u32>(row, 12) != count) return false;
  }
  return true;
}

/** A lane whose values lie side by side: the only lane of its tile, or one without its missing values. */
function packRow(first: u32, last: u32, lane: u32, laneStride: u32, values: usize, laneTable: usize, laneReals: usize, packed: usize): void {
  const row = laneTable + lane * 20;
  const isStream = load<u32>(row, 8) == 0;
  const end = min(last, load<u32>(row, 12));
  const to = packed + (<usize>load<u32>(row) << 2);
  const largest = i32x4.splat(load<u32>(row, 16));
  const reals = laneReals + lane * 12;
  const reference = f64x2.splat(<f64>load<f32>(reals));
  const inverse = f64x2.splat(<f64>load<f32>(reals, 4));
  const decimal = f64x2.splat(<f64>load<f32>(reals, 8));
  const from = values + (<usize>lane * laneStride << 2);
  let point = first;
  for (; point + 8 <= end; point += 8) {
    const a = quantised(from + (point << 2), reference, reference, inverse, inverse, decimal, decimal, largest);
    const b = quantised(from + (point << 2) + 16, reference, reference, inverse, inverse, decimal, decimal, largest);
    put(to + (point << 1), i16x8.narrow_i32x4_u(a, b), isStream);
  }
  if (point < end) packOne(point, last, lane, 1, laneStride, values, laneTable, laneReals, packed);
}

function packFour(first: u32, last: u32, lane: u32, pointStride: u32, values: usize, laneTable: usize, laneReals: usize, packed: usize): void {
  const row = laneTable + lane * 20;
  const isStream = load<u32>(row, 8) == 0;
  const end = min(last, load<u32>(row, 12));
  const to0 = packed + (<usize>load<u32>(row) << 2);
  const to1 = packed + (<usize>load<u32>(row, 20) << 2);
  const to2 = packed + (<usize>load<u32>(row, 40) << 2);
  const to3 = packed + (<usize>load<u32>(row, 60) << 2);
  const largest = i32x4.replace_lane(i32x4.replace_lane(i32x4.replace_lane(i32x4.splat(load<u32>(row, 16)), 1, load<u32>(row, 36)), 2, load<u32>(row, 56)), 3, load<u32>(row, 76));
  const reals = laneReals + lane * 12;
  const referenceLow = pair(reals, 0);
  const referenceHigh = pair(reals, 24);
  const inverseLow = pair(reals, 4);
  const inverseHigh = pair(reals, 28);
  const decimalLow = pair(reals, 8);
  const decimalHigh = pair(reals, 32);
  const stride = pointStride << 2;
  let from = values + (first * pointStride + lane << 2);
  let point = first;
  for (; point + 8 <= end; point += 8) {
    const a = i16x8.narrow_i32x4_u(
      quantised(from, referenceLow, referenceHigh, inverseLow, inverseHigh, decimalLow, decimalHigh, largest),
      quantised(from + stride, referenceLow, referenceHigh, inverseLow, inverseHigh, decimalLow, decimalHigh, largest),
    );
    const b = i16x8.narrow_i32x4_u(
      quantised(from + 2 * stride, referenceLow, referenceHigh, inverseLow, inverseHigh, decimalLow, decimalHigh, largest),
      quantised(from + 3 * stride, referenceLow, referenceHigh, inverseLow, inverseHigh, decimalLow, decimalHigh, largest),
    );
    const c = i16x8.narrow_i32x4_u(
      quantised(from + 4 * stride, referenceLow, referenceHigh, inverseLow, inverseHigh, decimalLow, decimalHigh, largest),
      quantised(from + 5 * stride, referenceLow, referenceHigh, inverseLow, inverseHigh, decimalLow, decimalHigh, largest),
    );
    const d = i16x8.narrow_i32x4_u(
      quantised(from + 6 * stride, referenceLow, referenceHigh, inverseLow, inverseHigh, decimalLow, decimalHigh, largest),
      quantised(from + 7 * stride, referenceLow, referenceHigh, inverseLow, inverseHigh, decimalLow, decimalHigh, largest),
    );
    // a = points 0 and 1 of lanes 0-3, and so on; two rounds of shuffles give the eight points of each lane.
    const ab01 = v128.shuffle<i16>(a, b, 0, 4, 8, 12, 1, 5, 9, 13);
    const cd01 = v128.shuffle<i16>(c, d, 0, 4, 8, 12, 1, 5, 9, 13);
    const ab23 = v128.shuffle<i16>(a, b, 2, 6, 10, 14, 3, 7, 11, 15);
    const cd23 = v128.shuffle<i16>(c, d, 2, 6, 10, 14, 3, 7, 11, 15);
    const at = point << 1;
    put(to0 + at, v128.shuffle<i64>(ab01, cd01, 0, 2), isStream);
    put(to1 + at, v128.shuffle<i64>(ab01, cd01, 1, 3), isStream);
    put(to2 + at, v128.shuffle<i64>(ab23, cd23, 0, 2), isStream);
    put(to3 + at, v128.shuffle<i64>(ab23, cd23, 1, 3), isStream);
    from += 8 * stride;
  }
  if (point < end) for (let l = lane; l < lane + 4; l++) packOne(point, last, l, pointStride, 1, values, laneTable, laneReals, packed);
}

/** The same column of this lane's and the next lane's reals. */
// @ts-ignore: decorator
@inline
function pair(reals: usize, column: usize): v128 {
  return f64x2.replace_lane(f64x2.splat(<f64>load<f32>(reals + column)), 1, <f64>load<f32>(reals + column + 12));
}

// @ts-ignore: decorator
@inline
function put(address: usize, eight: v128, isStream: bool): void {
  v128.store(address, isStream ? swapped16(eight) : eight);
}

/** X of four lanes at a point. Below zero and NaN become 0 by the conversion, above `largest` by the minimum. */
// @ts-ignore: decorator
@inline
function quantised(from: usize, referenceLow: v128, referenceHigh: v128, inverseLow: v128, inverseHigh: v128, decimalLow: v128, decimalHigh: v128, largest: v128): v128 {
  const value = v128.load(from);
  const half = f64x2.splat(0.5);
  const low = f64x2.add(f64x2.mul(f64x2.sub(f64x2.mul(f64x2.promote_low_f32x4(value), decimalLow), referenceLow), inverseLow), half);
  const upper = v128.shuffle<i64>(value, value, 1, 0);
  const high = f64x2.add(f64x2.mul(f64x2.sub(f64x2.mul(f64x2.promote_low_f32x4(upper), decimalHigh), referenceHigh), inverseHigh), half);
  const four = v128.shuffle<i64>(i32x4.trunc_sat_f64x2_u_zero(low), i32x4.trunc_sat_f64x2_u_zero(high), 0, 2);
  return i32x4.min_u(four, largest);
}

function packOne(first: u32, last: u32, lane: u32, pointStride: u32, laneStride: u32, values: usize, laneTable: usize, laneReals: usize, packed: usize): void {
  const row = laneTable + lane * 20;
  const width = load<u32>(row, 4);
  const end = min(last, load<u32>(row, 12));
  if (width == 0 || first >= end) return;
  const isStream = load<u32>(row, 8) == 0;
  const largest = <f64>load<u32>(row, 16);
  const reals = laneReals + lane * 12;
  const reference = <f64>load<f32>(reals);
  const inverse = <f64>load<f32>(reals, 4);
  const decimal = <f64>load<f32>(reals, 8);
  let to = packed + (<usize>load<u32>(row) << 2) + <usize>((<u64>first * width) >> 3);
  let held: u64 = 0;
  let heldBits: u32 = 0;
  for (let index = first; index < end; index++) {
    const value = <f64>load<f32>(values + ((index * pointStride + lane * laneStride) << 2));
    const scaled = floor<f64>((value * decimal - reference) * inverse + 0.5);
    const integer = <u32>max<f64>(0, min<f64>(scaled, largest));
    if (isStream) {
      held = (held << width) | integer;
      heldBits += width;
      while (heldBits >= 8) {
        heldBits -= 8;
        store<u8>(to++, <u8>(held >> heldBits));
      }
    } else if (width == 8) store<u8>(to++, <u8>integer);
    else if (width == 16) {
      store<u16>(to, <u16>integer);
      to += 2;
    } else {
      store<u32>(to, integer);
      to += 4;
    }
  }
  if (heldBits > 0) store<u8>(to++, <u8>(held << (8 - heldBits)));
  // The rest of the lane's last word.
  while ((to & 3) != 0) store<u8>(to++, 0);
}
