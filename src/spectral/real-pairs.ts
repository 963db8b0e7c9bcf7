/**
 * Numbers as pairs [value, rest] that add up to more than an f32 holds: the f32 executor's twins compute polynomials in f64 from
 * them. In an array of f64 the rest is 0. `[2 * values]`
 */
export function realPairs(values: Float64Array, exact: boolean): Float64Array {
  const pairs = new Float64Array(2 * values.length);
  for (let i = 0; i < values.length; i++) {
    const high = exact ? values[i] : Math.fround(values[i]);
    pairs[2 * i] = high;
    pairs[2 * i + 1] = values[i] - high;
  }
  return pairs;
}

/** The same with all rests after all values. `[2, values]` */
export function valuesThenRests(values: Float64Array | Float32Array): Float64Array {
  const both = new Float64Array(2 * values.length);
  for (let i = 0; i < values.length; i++) {
    const high = Math.fround(values[i]);
    both[i] = high;
    both[values.length + i] = values[i] - high;
  }
  return both;
}
