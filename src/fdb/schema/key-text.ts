import { DteError } from '../../base/index.js';
import type { Key } from '../types.js';
import type { Predicate } from './schema.js';

/** Values joined by `:` in the order of the rule: names of directories, beginnings of file names, texts of elements. Absent values leave their place empty. */
export function keyText(predicates: readonly Predicate[], key: Key): string {
  let text = '';
  for (let i = 0; i < predicates.length; i++) {
    if (i > 0) text += ':';
    text += key.get((predicates[i] as Predicate).printed) ?? '';
  }
  return text;
}

/** Values of a key text, in the order of the rule. Only `quantile` may hold a colon itself (`1:5`); `data.index` when the number of values cannot be. */
export function valuesOfText(predicates: readonly Predicate[], text: string): readonly string[] {
  const values = text.split(':');
  if (values.length === predicates.length || (predicates.length === 0 && text === '')) return values.slice(0, predicates.length);
  const quantile = predicates.findIndex((predicate) => predicate.keyword === 'quantile');
  if (quantile >= 0 && values.length === predicates.length + 1) {
    values.splice(quantile, 2, `${values[quantile]}:${values[quantile + 1]}`);
    return values;
  }
  throw new DteError('data.index', `key '${text}' has ${values.length} values`, {
    hint: `the rule has ${predicates.length}: ${predicates.map((predicate) => predicate.printed).join(', ')}`,
  });
}

/** Reads back what `keyText` wrote. */
export function keyFromText(predicates: readonly Predicate[], text: string): Key {
  const values = valuesOfText(predicates, text);
  const key = new Map<string, string>();
  for (let i = 0; i < predicates.length; i++) key.set((predicates[i] as Predicate).printed, values[i] as string);
  return key;
}
