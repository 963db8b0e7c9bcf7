import { DteError } from '../../base/index.js';
import { canonicalValue, type Predicate, type RulePath, storedValues, valueFits } from '../schema/index.js';
import { passesTest } from '../schema/level-matcher.js';
import { defaultText } from '../schema/match-value.js';
import type { Key, Selection } from '../types.js';

/** One keyword of a request: every cell has one of its values. */
export interface Dimension {
  readonly keyword: string;
  readonly values: readonly string[];
  /** How far apart two cells are that differ by one in this keyword. */
  readonly stride: number;
}

/** The cells of a request, numbered: keywords in the order of the request, the first one slowest. */
export interface AskedCells {
  readonly dimensions: ReadonlyMap<string, Dimension>;
  readonly count: number;
}

/** The cells over those keywords that count. `limit.range` for more cells than can be numbered. */
export function askedCells(selection: Selection, keywords: ReadonlySet<string>): AskedCells {
  const dimensions = new Map<string, Dimension>();
  let count = 1;
  for (const [keyword, values] of [...selection].reverse()) {
    if (!keywords.has(keyword)) continue;
    dimensions.set(keyword, { keyword, values, stride: count });
    count *= values.length;
  }
  if (count > Number.MAX_SAFE_INTEGER)
    throw new DteError('limit.range', `the request asks for ${count.toExponential(1)} fields`, {
      hint: 'ask for them in several requests',
    });
  return { dimensions: new Map([...dimensions].reverse()), count };
}

/** The cell of a number. */
export function cellAt({ dimensions }: AskedCells, number: number): Key {
  const cell = new Map<string, string>();
  for (const { keyword, values, stride } of dimensions.values())
    cell.set(keyword, values[Math.floor(number / stride) % values.length] as string);
  return cell;
}

/** The keyword of a selection that a predicate takes its values from. */
export function sourceOf(predicate: Predicate, selection: Selection): string | undefined {
  if (predicate.isIgnored) return undefined;
  if (selection.has(predicate.printed)) return predicate.printed;
  return selection.has(predicate.keyword) ? predicate.keyword : undefined;
}

/** Mandatory keywords of a rule that a selection lacks. */
export function missingKeywords({ database, group }: RulePath, selection: Selection): readonly string[] {
  const missing = new Set<string>();
  for (const { predicates } of [database, group, group.element])
    for (const predicate of predicates)
      if (!predicate.isOptional && !predicate.isIgnored && sourceOf(predicate, selection) === undefined) missing.add(predicate.keyword);
  return [...missing];
}

/** What a stored text means to a request: where it stands among the texts of its keyword, and which values of the request it answers. */
export interface Meaning {
  /** Rank in the order of the request. */
  readonly rank: number;
  /** 0 for the very text that is asked for, more for one that means the same (0-6 for 6): it counts where the other is not there. */
  readonly distance: number;
  readonly answers: readonly number[];
}

/** One predicate of a rule, and what is asked of it. */
export interface AskedPredicate {
  readonly predicate: Predicate;
  /** undefined where the selection does not name it: its default is meant. */
  readonly dimension: Dimension | undefined;
  /** Canonical for the predicate's type; undefined for a value that the rule's test refuses. */
  readonly asked: readonly (string | undefined)[];
  /** More than the highest rank. */
  readonly ranks: number;
}

export function askedPredicate(predicate: Predicate, selection: Selection, cells: AskedCells): AskedPredicate {
  const source = sourceOf(predicate, selection);
  const dimension = source === undefined ? undefined : cells.dimensions.get(source);
  if (dimension === undefined) return { predicate, dimension, asked: [defaultText(predicate)], ranks: 1 };
  const asked = dimension.values.map((text) => {
    const value = canonicalValue(predicate.type, text);
    return passesTest(predicate, value) ? value : undefined;
  });
  return { predicate, dimension, asked, ranks: 2 * asked.length };
}

/** What a single stored text means; undefined when it is not asked for. */
export function meaningOf({ predicate, asked, dimension }: AskedPredicate, stored: string): Meaning | undefined {
  const answers = asked.flatMap((value, rank) => (value !== undefined && valueFits(predicate, value, stored) ? [rank] : []));
  if (answers.length === 0) return undefined;
  return { rank: 2 * (answers[0] as number), distance: 0, answers: dimension === undefined ? [] : answers };
}

/**
 * What the texts of an axis mean. A wind component that is not there is answered by two, vorticity and divergence: both have the
 * value's rank, the second one step behind.
 */
export function meaningsOf(asked: AskedPredicate, axis: readonly string[] | undefined): ReadonlyMap<string, Meaning> {
  const { predicate, dimension } = asked;
  const meanings = new Map<string, { rank: number; distance: number; answers: number[] }>();
  const texts = new Set(axis ?? []);
  // Axes do not tell of elements without a value.
  if (predicate.isOptional || predicate.isIgnored) texts.add('');
  const isParam = predicate.type === 'Param' || predicate.type === 'ParamID';
  for (const [rank, value] of asked.asked.entries()) {
    if (value === undefined) continue;
    for (const [part, text] of storedValues(predicate, value, texts).entries()) {
      const known = meanings.get(text);
      if (known === undefined)
        meanings.set(text, {
          rank: 2 * rank + (isParam ? part : 0),
          distance: isParam ? 0 : part,
          answers: dimension === undefined ? [] : [rank],
        });
      else if (dimension !== undefined) known.answers.push(rank);
    }
  }
  return meanings;
}
