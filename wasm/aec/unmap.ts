// Residuals back to values.
import { bits, BLOCK, maximum } from './stream';

/** Serial unmap of the 8 residuals at BLOCK from x; answers the last value. */
export function unmapSerial16(x: u32, out: usize): u32 {
  const top = maximum;
  for (let i: usize = 0; i < 16; i += 2) {
    const d = <u32>load<u16>(BLOCK + i);
    const below = top - x;
    const reach = min(x, below);
    const step = x + ((d >>> 1) ^ (0 - (d & 1)));
    const far = x <= below ? d : top - d;
    x = d <= reach + reach ? step : far;
    store<u16>(out + i, <u16>x);
  }
  return x;
}

export function unmapSerial32(x: u32, out: usize): u32 {
  const top = maximum;
  for (let i: usize = 0; i < 16; i += 4) {
    const d = load<u32>(BLOCK + 512 + i);
    const below = top - x;
    const reach = min(x, below);
    const step = x + ((d >>> 1) ^ (0 - (d & 1)));
    const far = x <= below ? d : top - d;
    x = d <= reach + reach ? step : far;
    store<u32>(out + i, x);
  }
  return x;
}

/** Values of 8 residuals after the value in all lanes of `carry`, to `out`; answers the new carry. */
// @ts-ignore: decorator
@inline
export function unmap16(d: v128, carry: v128, top: v128, out: usize): v128 {
  const zero = i16x8.splat(0);
  const one = i16x8.splat(1);
  const step = v128.xor(i16x8.shr_u(d, 1), i16x8.neg(v128.and(d, one)));
  let x = i16x8.add(step, i8x16.shuffle(zero, step, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29));
  x = i16x8.add(x, i8x16.shuffle(zero, x, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27));
  x = i16x8.add(x, i8x16.shuffle(zero, x, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23));
  x = i16x8.add(x, carry);
  const before = i16x8.sub(x, step);
  const reach = i16x8.min_u(before, i16x8.sub(top, before));
  v128.store(out, x);
  if (v128.any_true(i16x8.sub_sat_u(d, i16x8.add(reach, reach)))) {
    v128.store(BLOCK, d);
    return i16x8.splat(<i16>unmapSerial16(i16x8.extract_lane_u(carry, 0), out));
  }
  return i8x16.shuffle(x, x, 14, 15, 14, 15, 14, 15, 14, 15, 14, 15, 14, 15, 14, 15, 14, 15);
}

// @ts-ignore: decorator
@inline
export function unmap32(d: v128, carry: v128, top: v128, out: usize): v128 {
  const zero = i32x4.splat(0);
  const step = v128.xor(i32x4.shr_u(d, 1), i32x4.neg(v128.and(d, i32x4.splat(1))));
  let x = i32x4.add(step, i8x16.shuffle(zero, step, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27));
  x = i32x4.add(x, i8x16.shuffle(zero, x, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23));
  x = i32x4.add(x, carry);
  const before = i32x4.sub(x, step);
  const reach = i32x4.min_u(before, i32x4.sub(top, before));
  v128.store(out, x);
  if (v128.any_true(i32x4.gt_u(d, i32x4.add(reach, reach)))) {
    v128.store(BLOCK + 512, d);
    return i32x4.splat(unmapSerial32(i32x4.extract_lane(carry, 0), out));
  }
  return i8x16.shuffle(x, x, 12, 13, 14, 15, 12, 13, 14, 15, 12, 13, 14, 15, 12, 13, 14, 15);
}

/** 4 fields of k <= 25 bits. */
// @ts-ignore: decorator
@inline
export function fields4(from: usize, shuffle: v128, factor: v128, k: i32): v128 {
  return i32x4.shr_u(i32x4.mul(i8x16.swizzle(v128.load(from), shuffle), factor), 32 - k);
}

