import type { IndexRef } from '../database/index.js';
import type { Predicate } from '../schema/index.js';

/** The values of a keyword that an index states. */
export function axisOf({ record }: IndexRef, { printed, keyword }: Predicate): readonly string[] | undefined {
  return record.axes.get(printed) ?? record.axes.get(keyword);
}

/** More entries an index cannot have: one for each combination of its values. */
export function mostEntries({ record }: IndexRef): number {
  let product = 1;
  for (const values of record.axes.values()) product *= Math.max(1, values.length);
  return product;
}
