// Residuals of a block of samples and what they cost.
import { bits, BLOCK, blockSize, codes, maximum, PAIR_CODES, preprocess, status, VALUE } from './stream';

/** Residuals of a block of u16 samples to BLOCK; answers true when all are zero. `top` collects the bits of all samples. */
export function map16(from: usize, reference: i32): bool {
  const size: usize = <usize>blockSize << 1;
  const top = i16x8.splat(<i16>maximum);
  let any = i16x8.splat(0);
  let seen = i16x8.splat(0);
  for (let i: usize = 0; i < size; i += 16) {
    const x = v128.load(from + i);
    seen = v128.or(seen, x);
    let d = x;
    if (preprocess) {
      const before = v128.load(from + i - 2);
      const high = i16x8.max_u(x, before);
      const gap = i16x8.sub(high, i16x8.min_u(x, before));
      const reach = i16x8.min_u(before, i16x8.sub(top, before));
      const twice = i16x8.add(i16x8.add(gap, gap), i16x8.ne(high, x)); // ne is -1 where x < before
      d = v128.bitselect(twice, i16x8.add(reach, gap), i16x8.le_u(gap, reach));
      if (reference && i == 0) d = i16x8.replace_lane(d, 0, 0);
    }
    v128.store(BLOCK + i, d);
    any = v128.or(any, d);
  }
  if (v128.any_true(i16x8.sub_sat_u(seen, top))) status = VALUE;
  return !v128.any_true(any);
}

export function map32(from: usize, reference: i32): bool {
  const size: usize = <usize>blockSize << 2;
  const top = i32x4.splat(maximum);
  let any = i32x4.splat(0);
  let seen = i32x4.splat(0);
  for (let i: usize = 0; i < size; i += 16) {
    const x = v128.load(from + i);
    seen = v128.or(seen, x);
    let d = x;
    if (preprocess) {
      const before = v128.load(from + i - 4);
      const high = i32x4.max_u(x, before);
      const gap = i32x4.sub(high, i32x4.min_u(x, before));
      const reach = i32x4.min_u(before, i32x4.sub(top, before));
      const twice = i32x4.add(i32x4.add(gap, gap), i32x4.ne(high, x));
      d = v128.bitselect(twice, i32x4.add(reach, gap), i32x4.le_u(gap, reach));
      if (reference && i == 0) d = i32x4.replace_lane(d, 0, 0);
    }
    v128.store(BLOCK + i, d);
    any = v128.or(any, d);
  }
  if (v128.any_true(i32x4.gt_u(seen, top))) status = VALUE;
  return !v128.any_true(any);
}

/** Sum of the residuals shifted right by k (low 32 bits) and of their odd ones after the shift (high 32 bits). */
export function sums16(k: i32): u64 {
  const size: usize = <usize>blockSize << 1;
  let sum = i32x4.splat(0);
  let odd = i16x8.splat(0);
  const one = i16x8.splat(1);
  for (let i: usize = 0; i < size; i += 16) {
    const v = i16x8.shr_u(v128.load(BLOCK + i), k);
    sum = i32x4.add(sum, i32x4.extadd_pairwise_i16x8_u(v));
    odd = i16x8.add(odd, v128.and(v, one));
  }
  let both = i32x4.extadd_pairwise_i16x8_u(odd);
  sum = i32x4.add(sum, i8x16.shuffle(sum, sum, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  both = i32x4.add(both, i8x16.shuffle(both, both, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  const total = i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1);
  const odds = i32x4.extract_lane(both, 0) + i32x4.extract_lane(both, 1);
  return <u64>(<u32>total) | (<u64>(<u32>odds) << 32);
}

/** As `sums16`, in 57 and 7 bits. */
export function sums32(k: i32): u64 {
  let sum: u64 = 0;
  let odd: u64 = 0;
  for (let i = 0; i < blockSize; i++) {
    const v = load<u32>(BLOCK + (<usize>i << 2)) >>> k;
    sum += v;
    odd += v & 1;
  }
  return sum | (odd << 56);
}

/** Cost of the block in second-extension codes, or -1 when a code is too large for other decoders. */
export function pairCost<T>(): i64 {
  let cost = 1;
  for (let i = 0; i < blockSize; i += 2) {
    const a = <u32>load<T>(BLOCK + <usize>i * sizeof<T>());
    const b = <u32>load<T>(BLOCK + <usize>(i + 1) * sizeof<T>());
    if ((a | b) > 15) return -1;
    const sum = a + b;
    const code = ((sum * (sum + 1)) >>> 1) + b;
    if (code >= <u32>PAIR_CODES) return -1;
    cost += code + 1;
  }
  return <i64>cost;
}

