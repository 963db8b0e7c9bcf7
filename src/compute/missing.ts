/**
 * The one sentinel for a missing value in every array of values: the most negative finite f32 (bits 0xff7fffff).
 * It is the same number in f32 and f64, so `x === missingValue` is exact on both executors, and shaders compare bits
 * (`lib/missing.wgsl`). It is never NaN, and it never enters arithmetic: test first, then compute.
 */
export const missingValue = -3.4028234663852886e38;
