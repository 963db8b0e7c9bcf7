import { DteError } from '../../base/index.js';
import type { Key, Selection } from '../types.js';
import { canonicalValue, type ValueOptions } from './canonical-value.js';
import { askedValues, passesTest } from './level-matcher.js';
import { defaultText } from './match-value.js';
import type { Predicate, RulePath, Schema } from './schema.js';
import type { SplitKey } from './split-for-archive.js';

/** What a selection asks of a rule, cell by cell; or the keywords that it would need besides. */
export type Cells = { readonly missing: readonly string[] } | { readonly count: number; cells(): Iterable<SplitKey> };

/** One keyword of the selection: for every value that passes, the texts that it gives to the predicates that look at it. */
interface Dimension {
  /** Index among all predicates of the rule. */
  readonly targets: readonly number[];
  readonly values: readonly (readonly string[])[];
}

/**
 * The selection with values in canonical text: types are those of the head of the schema (a date stays whole here: each level keeps
 * its part of it). `input.value` names the keyword.
 */
export function canonicalSelection(schema: Schema, selection: Selection, options: ValueOptions = {}): Selection {
  const result = new Map<string, readonly string[]>();
  for (const [keyword, texts] of selection) {
    const type = schema.types.get(keyword) ?? 'Default';
    const whole = type === 'Grid' && texts.length > 1 ? [texts.join('/')] : texts;
    result.set(keyword, [...new Set(whole.map((text) => named(keyword, () => canonicalValue(type, text, options))))]);
  }
  return result;
}

/** Ways through the schema that the selection leaves open: no level of them excludes all that is asked of one of its keywords. */
export function rulesFor(schema: Schema, selection: Selection, options: ValueOptions = {}): readonly RulePath[] {
  const leavesOpen = (predicate: Predicate): boolean => {
    if (predicate.test === 'any') return true;
    const asked = askedNamed(predicate, selection, options);
    return asked === undefined || asked.some((value) => passesTest(predicate, value));
  };
  return schema.rules.flatMap((database) => {
    if (!database.predicates.every(leavesOpen)) return [];
    const groups = database.groups.filter((group) => [...group.predicates, ...group.element.predicates].every(leavesOpen));
    return groups.map((group) => ({ database, group }));
  });
}

/**
 * The cells that a selection asks of a rule: the product of its values, the selection's first keyword slowest. A part of a date and the
 * date itself go together. Absent optional keywords have their default. Keywords that the rule does not have do not count, as upstream.
 */
export function cellsOf(rule: RulePath, selection: Selection, options: ValueOptions = {}): Cells {
  const levels = [rule.database.predicates, rule.group.predicates, rule.group.element.predicates];
  const predicates = levels.flat();
  const sources = predicates.map((predicate) => sourceOf(predicate, selection));
  const missing = predicates.filter((p, i) => sources[i] === undefined && !p.isOptional && !p.isIgnored).map((p) => p.keyword);
  if (missing.length > 0) return { missing: [...new Set(missing)] };
  const dimensions: Dimension[] = [];
  for (const [keyword, texts] of selection) {
    const targets = predicates.flatMap((_, index) => (sources[index] === keyword ? [index] : []));
    if (targets.length > 0) dimensions.push(dimension(keyword, texts, predicates, targets, options));
  }
  const start = predicates.map((predicate) => defaultText(predicate));
  return {
    count: dimensions.reduce((count, { values }) => count * values.length, 1),
    cells: () => product(rule, levels, start, dimensions),
  };
}

/** The keyword of the selection that a predicate takes its value from. */
function sourceOf(predicate: Predicate, selection: Selection): string | undefined {
  if (predicate.isIgnored) return undefined;
  if (selection.has(predicate.printed)) return predicate.printed;
  return selection.has(predicate.keyword) ? predicate.keyword : undefined;
}

function dimension(
  keyword: string,
  texts: readonly string[],
  predicates: readonly Predicate[],
  targets: readonly number[],
  options: ValueOptions,
): Dimension {
  const isGrid = targets.some((index) => predicates[index]?.type === 'Grid');
  const whole = isGrid && texts.length > 1 ? [texts.join('/')] : texts;
  const rows = new Map<string, readonly string[]>();
  for (const text of whole) {
    const row = targets.map((index) => named(keyword, () => canonicalValue((predicates[index] as Predicate).type, text, options)));
    if (row.every((value, i) => passesTest(predicates[targets[i] as number] as Predicate, value))) rows.set(row.join('\n'), row);
  }
  return { targets, values: [...rows.values()] };
}

function* product(
  rule: RulePath,
  levels: readonly (readonly Predicate[])[],
  start: readonly string[],
  dimensions: readonly Dimension[],
): Generator<SplitKey> {
  if (dimensions.some(({ values }) => values.length === 0)) return;
  const texts = [...start];
  const at = dimensions.map(() => 0);
  const firsts = levels.map((_, level) => levels.slice(0, level).reduce((count, predicates) => count + predicates.length, 0));
  const put = (index: number): void => {
    const { targets, values } = dimensions[index] as Dimension;
    const row = values[at[index] as number] as readonly string[];
    for (let i = 0; i < targets.length; i++) texts[targets[i] as number] = row[i] as string;
  };
  for (let index = 0; index < dimensions.length; index++) put(index);
  // Keys of the outer levels are one object as long as they stay the same.
  const last: { text: string; key: Key }[] = [];
  const levelKey = (level: number): Key => {
    const predicates = levels[level] as readonly Predicate[];
    const first = firsts[level] as number;
    const text = texts.slice(first, first + predicates.length).join('\n');
    const known = last[level];
    if (known !== undefined && known.text === text) return known.key;
    const key = new Map(predicates.map((predicate, i) => [predicate.printed, texts[first + i] as string]));
    last[level] = { text, key };
    return key;
  };
  for (;;) {
    yield { database: levelKey(0), group: levelKey(1), element: levelKey(2), rule };
    let index = dimensions.length - 1;
    for (; index >= 0; index--) {
      at[index] = ((at[index] as number) + 1) % (dimensions[index] as Dimension).values.length;
      put(index);
      if (at[index] !== 0) break;
    }
    if (index < 0) return;
  }
}

function askedNamed(predicate: Predicate, selection: Selection, options: ValueOptions): readonly string[] | undefined {
  return named(predicate.keyword, () => askedValues(predicate, selection, options));
}

/** Puts the keyword in front of what is wrong with its value. */
function named<T>(keyword: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof DteError) || error.code !== 'input.value') throw error;
    throw new DteError('input.value', `${keyword}: ${error.reason}`, {
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      cause: error,
    });
  }
}
