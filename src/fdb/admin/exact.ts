import { canonicalSelection, type Schema } from '../schema/index.js';
import type { Key, Selection } from '../types.js';

/**
 * What is left of a selection once the database key has answered its part: undefined when the database holds other values, or coarser ones
 * (`date=20240115` against a database of all of 2024: deleting it would delete more than was named).
 */
export function residualSelection(schema: Schema, key: Key, selection: Selection): Selection | undefined {
  const residual = new Map<string, readonly string[]>();
  for (const [keyword, values] of valuesOf(schema, selection)) {
    const stored = key.get(keyword) ?? key.get(printedAs(schema, key, keyword));
    if (stored === undefined) residual.set(keyword, values);
    else if (!values.includes(stored)) return undefined;
  }
  return residual;
}

/** True when the key has every keyword of the selection, with one of its values: text for text, since what follows may delete. */
export function fitsExactly(schema: Schema, key: Key, selection: Selection): boolean {
  for (const [keyword, values] of valuesOf(schema, selection)) {
    const stored = key.get(keyword) ?? key.get(printedAs(schema, key, keyword));
    if (stored === undefined || !values.includes(stored)) return false;
  }
  return true;
}

/** Values as they were given and in canonical form. */
function valuesOf(schema: Schema, selection: Selection): ReadonlyMap<string, readonly string[]> {
  const canonical = canonicalSelection(schema, selection);
  return new Map([...selection].map(([keyword, values]) => [keyword, [...values, ...(canonical.get(keyword) ?? [])]]));
}

/** The name under which the key holds a keyword: `year` for `date` where the schema has `date:Year`. */
function printedAs(schema: Schema, key: Key, keyword: string): string {
  for (const rule of schema.rules)
    for (const predicates of [rule.predicates, ...rule.groups.map((group) => group.predicates)])
      for (const predicate of predicates)
        if (predicate.keyword === keyword && predicate.printed !== keyword && key.has(predicate.printed)) return predicate.printed;
  return keyword;
}
