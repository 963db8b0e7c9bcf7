const digitBits = 11;
const digits = 1 << digitBits;
const mask = digits - 1;

/** Items and their keys side by side, so that no pass reads keys from all over memory. */
interface Keyed {
  readonly items: Uint32Array;
  readonly keys: Uint32Array;
}

/**
 * The items of `order` sorted by `key` of each, ascending; equal keys keep their order. `key` is indexed by item. A sort by counting,
 * because comparing millions of points through a callback takes many seconds.
 */
export function radixOrder(order: Uint32Array, key: Uint32Array): Uint32Array {
  const count = order.length;
  let from: Keyed = { items: order.slice(), keys: new Uint32Array(count) };
  let to: Keyed = { items: new Uint32Array(count), keys: new Uint32Array(count) };
  const highest = takeKeys(from, key);
  for (let shift = 0; shift < 32 && highest >>> shift > 0; shift += digitBits) {
    sortByDigit(from, to, shift);
    const sorted = to;
    to = from;
    from = sorted;
  }
  return from.items;
}

/** Fills in the keys; the highest of them. */
function takeKeys({ items, keys }: Keyed, key: Uint32Array): number {
  let highest = 0;
  for (let at = 0; at < items.length; at++) {
    keys[at] = key[items[at]];
    if (keys[at] > highest) highest = keys[at];
  }
  return highest;
}

function sortByDigit(from: Keyed, to: Keyed, shift: number): void {
  const { items, keys } = from;
  const { items: toItems, keys: toKeys } = to;
  const next = new Uint32Array(digits + 1);
  for (let at = 0; at < keys.length; at++) next[((keys[at] >>> shift) & mask) + 1]++;
  for (let digit = 0; digit < digits; digit++) next[digit + 1] += next[digit];
  for (let at = 0; at < keys.length; at++) {
    const digit = (keys[at] >>> shift) & mask;
    const place = next[digit];
    toItems[place] = items[at];
    toKeys[place] = keys[at];
    next[digit] = place + 1;
  }
}
