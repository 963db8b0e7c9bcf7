/** What of a request, half expanded, contexts and types look at. */
export interface Scope {
  readonly verb: string;
  readonly keywords: ReadonlyMap<string, readonly string[]>;
  /** Milliseconds since the epoch; undefined where no clock was given. */
  readonly todayMs: number | undefined;
}

/**
 * Conditions on other keywords, all of which must hold: a list of values one of which the keyword has, the same after '!' for none of them
 * (the keyword must be there), 'defined' or 'undefined'. `_verb` stands for the verb.
 */
export type Context = Readonly<Record<string, readonly string[] | string>>;

export function contextHolds(context: Context | undefined, scope: Scope): boolean {
  for (const keyword in context) if (!conditionHolds(keyword, context[keyword] as readonly string[] | string, scope)) return false;
  return true;
}

/** `levtype=sfc/o2d, number undefined`, for messages. */
export function contextText(context: Context): string {
  return Object.entries(context)
    .map(([keyword, rule]) =>
      typeof rule === 'string'
        ? `${keyword} ${rule}`
        : rule[0] === '!'
          ? `${keyword} none of ${rule.slice(1).join('/')}`
          : `${keyword}=${rule.join('/')}`,
    )
    .join(', ');
}

function conditionHolds(keyword: string, rule: readonly string[] | string, scope: Scope): boolean {
  const values = keyword === '_verb' ? [scope.verb] : scope.keywords.get(keyword);
  if (typeof rule === 'string') return (values === undefined) === (rule === 'undefined');
  if (values === undefined) return false;
  const excludes = rule[0] === '!';
  return values.some((value) => hasName(rule, value)) !== excludes;
}

/** Canonical values are partly in capitals (grid AV, resol N128), conditions as they are written in the tables. */
function hasName(names: readonly string[], value: string): boolean {
  return names.includes(value) || names.some((name) => name.toLowerCase() === value.toLowerCase());
}
