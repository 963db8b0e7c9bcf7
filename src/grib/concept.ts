import type { ConceptRules } from './tables.js';

/** What a rule is compared with: the value of a header key, null for missing, undefined when there is no such key. */
export type Lookup = (key: string) => number | string | null | undefined;

interface CompiledRule {
  readonly value: string;
  readonly conditions: readonly (readonly [string, number | string | null])[];
}

const compiled = new WeakMap<ConceptRules, readonly CompiledRule[]>();

/** The value of the rule with the most conditions that all hold; the last of several. Undefined when none holds. */
export function conceptValue(rules: ConceptRules, lookup: Lookup): string | undefined {
  const found: Record<string, number | string | null | undefined> = {};
  let best: CompiledRule | undefined;
  for (const rule of compile(rules)) {
    if (best !== undefined && rule.conditions.length < best.conditions.length) continue;
    const holds = rule.conditions.every(([key, wanted]) => (key in found ? found[key] : (found[key] = lookup(key))) === wanted);
    if (holds) best = rule;
  }
  return best?.value;
}

function compile(rules: ConceptRules): readonly CompiledRule[] {
  let list = compiled.get(rules);
  if (list === undefined)
    compiled.set(rules, (list = rules.map(([value, conditions]) => ({ value, conditions: Object.entries(conditions) }))));
  return list;
}
