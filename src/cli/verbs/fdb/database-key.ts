import { DteError } from '../../../base/index.js';
import type { DatabaseRule, Key, Schema, Selection } from '../../../fdb/index.js';

export interface NamedDatabase {
  readonly key: Key;
  readonly rule: DatabaseRule;
}

/** Databases that a request names with one value for each keyword, by each rule that it satisfies. `input.keyword` when it satisfies none. */
export function namedDatabases(schema: Schema, selection: Selection, text: string): readonly NamedDatabase[] {
  const found: NamedDatabase[] = [];
  let fewest: readonly string[] | undefined;
  for (const rule of schema.rules) {
    if (rule.predicates.some((predicate) => !accepts(predicate, selection))) continue;
    const missing = rule.predicates
      .filter(({ keyword, isOptional }) => !isOptional && !selection.has(keyword))
      .map(({ keyword }) => keyword);
    if (missing.length > 0) {
      if (fewest === undefined || missing.length < fewest.length) fewest = missing;
      continue;
    }
    found.push({
      rule,
      key: new Map(rule.predicates.map(({ keyword, printed, default: otherwise }) => [printed, selection.get(keyword)?.[0] ?? otherwise])),
    });
  }
  if (found.length > 0) return found;
  throw new DteError('input.keyword', `${text} names no database${fewest === undefined ? '' : `: it has no ${fewest.join(', no ')}`}`, {
    hint: fewest === undefined ? "no rule fits; 'dte fdb schema' prints them" : 'give each keyword of a database one value',
  });
}

function accepts({ keyword, test, values }: DatabaseRule['predicates'][number], selection: Selection): boolean {
  const given = selection.get(keyword);
  if (given === undefined || test === 'any') return true;
  return values.includes(given[0] as string) === (test === 'one-of');
}
