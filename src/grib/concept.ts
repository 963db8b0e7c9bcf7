import type { ConceptRules } from './tables.js';

/** What a rule is compared with: the value of a header key, null for missing, undefined when there is no such key. */
export type Lookup = (key: string) => number | string | null | undefined;

interface CompiledRules {
  /** All keys that conditions name. */
  readonly keys: readonly string[];
  /** Those with the most conditions first, and of several the last: the first rule that holds is the one. */
  readonly rules: readonly CompiledRule[];
}

interface CompiledRule {
  readonly value: string;
  /** Number of the key among `keys`, and what it must be. */
  readonly conditions: readonly (readonly [number, number | string | null])[];
}

const compiled = new WeakMap<ConceptRules, CompiledRules>();
const unread = Symbol('not looked up');

/** The value of the rule with the most conditions that all hold; the last of several. Undefined when none holds. */
export function conceptValue(rules: ConceptRules, lookup: Lookup): string | undefined {
  const { keys, rules: ordered } = compile(rules);
  const found: (ReturnType<Lookup> | typeof unread)[] = new Array(keys.length).fill(unread);
  for (const { value, conditions } of ordered) {
    let holds = true;
    for (const [key, wanted] of conditions) {
      if (found[key] === unread) found[key] = lookup(keys[key] as string);
      if (found[key] !== wanted) {
        holds = false;
        break;
      }
    }
    if (holds) return value;
  }
  return undefined;
}

function compile(rules: ConceptRules): CompiledRules {
  const known = compiled.get(rules);
  if (known !== undefined) return known;
  const numbers = new Map<string, number>();
  const numberOf = (key: string): number => {
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    return number;
  };
  const list = rules.map(([value, conditions]) => ({
    value,
    conditions: Object.entries(conditions).map(([key, wanted]) => [numberOf(key), wanted] as const),
  }));
  // A stable sort keeps the reversed order of equals.
  const ordered = list.reverse().sort((a, b) => b.conditions.length - a.conditions.length);
  const result = { keys: [...numbers.keys()], rules: ordered };
  compiled.set(rules, result);
  return result;
}
