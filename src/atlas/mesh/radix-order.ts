const digitBits = 11;
const digits = 1 << digitBits;

/**
 * The items of `order` sorted by `key` of each, ascending; equal keys keep their order. `key` is indexed by item. A sort by counting,
 * because comparing millions of points through a callback takes many seconds.
 */
export function radixOrder(order: Uint32Array, key: Uint32Array): Uint32Array {
  let from = order.slice();
  let to = new Uint32Array(order.length);
  let highest = 0;
  for (let at = 0; at < order.length; at++) if (key[order[at]] > highest) highest = key[order[at]];
  for (let shift = 0; shift < 32 && highest >>> shift > 0; shift += digitBits) {
    const next = new Uint32Array(digits + 1);
    for (let at = 0; at < from.length; at++) next[((key[from[at]] >>> shift) & (digits - 1)) + 1]++;
    for (let digit = 0; digit < digits; digit++) next[digit + 1] += next[digit];
    for (let at = 0; at < from.length; at++) to[next[(key[from[at]] >>> shift) & (digits - 1)]++] = from[at];
    [from, to] = [to, from];
  }
  return from;
}
