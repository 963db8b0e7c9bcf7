import type { Key, Selection } from '../types.js';
import { canonicalValue, type ValueOptions } from './canonical-value.js';
import { valueFits } from './match-value.js';
import type { Predicate } from './schema.js';

/** Whether stored keys of one level fit a selection. */
export interface LevelMatcher {
  matches(key: Key): boolean;
  /** The same for values in the order of the rule. */
  matchesValues(values: readonly string[]): boolean;
}

/**
 * A matcher for stored keys of one level. Keywords that the selection does not name accept anything; those that it names accept what
 * fits by type (see `valueFits`). Every text is looked at once: a listing asks for the same few values again and again.
 */
export function levelMatcher(predicates: readonly Predicate[], selection: Selection, options: ValueOptions = {}): LevelMatcher {
  const tests = predicates.map((predicate, index) => ({ index, predicate, asked: askedValues(predicate, selection, options) }));
  const used = tests.flatMap(({ index, predicate, asked }) =>
    asked === undefined ? [] : [{ index, predicate, asked, answers: new Map<string, boolean>() }],
  );
  type Test = (typeof used)[number];
  const fits = ({ predicate, asked, answers }: Test, stored: string): boolean => {
    const known = answers.get(stored);
    if (known !== undefined) return known;
    const answer = asked.some((value) => valueFits(predicate, value, stored));
    answers.set(stored, answer);
    return answer;
  };
  return {
    matches: (key) => used.every((test) => fits(test, key.get(test.predicate.printed) ?? key.get(test.predicate.keyword) ?? '')),
    matchesValues: (values) => {
      for (const test of used) if (!fits(test, values[test.index] ?? '')) return false;
      return true;
    },
  };
}

/** What a selection asks of a predicate, in canonical text and each value once; undefined when it asks nothing. */
export function askedValues(predicate: Predicate, selection: Selection, options: ValueOptions = {}): readonly string[] | undefined {
  if (predicate.isIgnored) return undefined;
  const asked = selection.get(predicate.printed) ?? selection.get(predicate.keyword);
  if (asked === undefined) return undefined;
  // A grid of several numbers is one value.
  const texts = predicate.type === 'Grid' && asked.length > 1 ? [asked.join('/')] : asked;
  return [...new Set(texts.map((text) => canonicalValue(predicate.type, text, options)))];
}

/** Whether a canonical value passes the test that the rule makes of it. The rule's values count as written and in canonical text. */
export function passesTest(predicate: Predicate, value: string): boolean {
  if (predicate.test === 'any') return true;
  return namedValues(predicate).has(value) === (predicate.test === 'one-of');
}

const named = new WeakMap<Predicate, ReadonlySet<string>>();

function namedValues(predicate: Predicate): ReadonlySet<string> {
  let values = named.get(predicate);
  if (values === undefined) {
    values = new Set(predicate.values.flatMap((text) => [text, ...canonicalText(predicate, text)]));
    named.set(predicate, values);
  }
  return values;
}

function canonicalText(predicate: Predicate, text: string): readonly string[] {
  try {
    return [canonicalValue(predicate.type, text)];
  } catch {
    // The rule names a text that is not of the type: nothing fits it.
    return [];
  }
}
