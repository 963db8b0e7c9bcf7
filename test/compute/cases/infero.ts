type Made = {
  readonly inputs: Readonly<Record<string, number | Float64Array | Uint32Array>>;
  readonly outputs: Readonly<Record<string, number>>;
};

/** Extents that all differ, the outermost one open. */
export function reorderCase(n0: number, random: () => number): Made {
  const inner = { n1: 2, n2: 1, n3: 3, n4: 2, n5: 5 };
  const count = n0 * 2 * 1 * 3 * 2 * 5;
  const source = Float64Array.from({ length: count }, () => Math.floor(random() * 2 ** 20));
  return { inputs: { n0, ...inner, source }, outputs: { reordered: count } };
}

/** Outputs begin as zeros: what it does to values that are not finite is shown in test/infero/non-finite.test.ts. */
export function markStrangeCase(points: number): Made {
  return { inputs: { points }, outputs: { values: points } };
}
