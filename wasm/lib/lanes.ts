// Four lanes at once. A tile is [points, lanes] of f32; the rest of a tile whose lanes are no multiple of four is done one by one.

/** Rows a..d of four become columns. */
// @ts-ignore: decorator
@inline
export function transposed0(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  return v128.shuffle<i64>(ab, cd, 0, 2);
}

// @ts-ignore: decorator
@inline
export function transposed1(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  return v128.shuffle<i64>(ab, cd, 1, 3);
}

// @ts-ignore: decorator
@inline
export function transposed2(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const cd = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  return v128.shuffle<i64>(ab, cd, 0, 2);
}

// @ts-ignore: decorator
@inline
export function transposed3(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const cd = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  return v128.shuffle<i64>(ab, cd, 1, 3);
}

/** Octets of each 16-bit element swapped. */
// @ts-ignore: decorator
@inline
export function swapped16(a: v128): v128 {
  return v128.shuffle<i8>(a, a, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);
}

/** Bits of the sentinel for a missing value. */
export const missingBits: u32 = 0xff7fffff;
