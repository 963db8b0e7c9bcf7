import type { DatabaseRule, GroupRule, Predicate, RulePath, Schema } from '../schema/index.js';
import { passesTest } from '../schema/level-matcher.js';
import type { Key } from '../types.js';

/** The first rule of a database's schema that the key of the database and that of one of its groups can have come from. */
export function storedRule(schema: Schema, database: Key, group: Key): RulePath | undefined {
  for (const rule of schema.rules) {
    if (!canHaveMade(rule, database)) continue;
    const found = rule.groups.find((candidate) => canHaveMade(candidate, group));
    if (found !== undefined) return { database: rule, group: found };
  }
  return undefined;
}

/** Whether a level of a rule can have made a stored key: the same keywords, and values that pass its tests. */
export function canHaveMade({ predicates }: Pick<DatabaseRule | GroupRule, 'predicates'>, key: Key): boolean {
  let seen = 0;
  for (const predicate of predicates) {
    const value = key.get(predicate.printed);
    if (value !== undefined) seen++;
    if (value === undefined || value === '') {
      if (!mayBeEmpty(predicate)) return false;
    } else if (!passesTest(predicate, value)) return false;
  }
  return seen === key.size;
}

function mayBeEmpty({ isOptional, isIgnored }: Predicate): boolean {
  return isOptional || isIgnored;
}
