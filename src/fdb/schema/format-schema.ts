import type { GroupRule, Predicate, Schema } from './schema.js';

/** The normal form: one line for a type, one for a database rule, values sorted; what `fdb-schema` prints. Reads back as the same schema. */
export function formatSchema(schema: Schema): string {
  const types = [...schema.types].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const lines = types.map(([keyword, type]) => `${keyword}:${type};\n`);
  for (const rule of schema.rules) lines.push(`[${formatPredicates(rule.predicates)}${rule.groups.map(formatGroup).join('')}]\n`);
  return lines.join('');
}

function formatGroup(group: GroupRule): string {
  return `[${formatPredicates(group.predicates)}[${formatPredicates(group.element.predicates)}]]`;
}

/** `class=od/rd,expver,domain?g`: also for messages that name a rule. */
export function formatPredicates(predicates: readonly Predicate[]): string {
  return predicates.map(formatPredicate).join(',');
}

function formatPredicate(predicate: Predicate): string {
  const name = predicate.ownType === undefined ? predicate.keyword : `${predicate.keyword}:${predicate.ownType}`;
  if (predicate.isOptional) return `${name}?${predicate.default}`;
  if (predicate.isIgnored) return `${name}-${predicate.default}`;
  if (predicate.test === 'any') return name;
  return `${name}=${predicate.test === 'none-of' ? '!' : ''}${predicate.values.join('/')}`;
}
