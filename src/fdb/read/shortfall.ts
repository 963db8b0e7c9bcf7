import { DteError } from '../../base/index.js';
import { canonicalValue, type Predicate, type RulePath, type Schema } from '../schema/index.js';
import { passesTest } from '../schema/level-matcher.js';
import { formatKey, type Key, type Selection } from '../types.js';
import { type AskedCells, cellAt, missingKeywords, sourceOf } from './asked-cells.js';

/** Why cells have no answer. `element`: databases were found, and do not hold them. */
export interface ShortfallReason {
  readonly kind: 'keyword' | 'value' | 'database' | 'locked' | 'damage' | 'element';
  readonly text: string;
}

/** What of a request has no answer. */
export interface Shortfall {
  /** Cells: combinations of the request's values. */
  readonly count: number;
  /** Cells of the whole request. */
  readonly asked: number;
  /** The first of them (100 at most), with the keywords that the schema looks at. */
  readonly cells: readonly Key[];
  /** Empty when nothing is missing. */
  readonly reasons: readonly ShortfallReason[];
  /** Keywords of the request that are in no rule of the schema: they select nothing. */
  readonly unused: readonly string[];
}

export interface ShortfallFacts {
  /** Those that are configured: one, unless lanes have their own. */
  readonly schemas: readonly Schema[];
  readonly selection: Selection;
  readonly cells: AskedCells;
  /** Numbers of cells that have an answer. */
  readonly answered: ReadonlySet<number>;
  /** Rules that the selection does not exclude. */
  readonly rules: readonly RulePath[];
  /** How many databases were searched. */
  readonly databases: number;
  /** Locks and damage that were met. */
  readonly met: readonly DteError[];
  /** Optional keywords that the selection does not name, with the values that would answer something of it. */
  readonly unnamed: ReadonlyMap<string, readonly string[]>;
}

const mostCells = 100;
const mostReasons = 20;
const mostValues = 5;

export function shortfallOf(facts: ShortfallFacts): Shortfall {
  const { cells, answered, selection, schemas } = facts;
  const count = cells.count - answered.size;
  const missing: Key[] = [];
  for (let number = 0; missing.length < Math.min(count, mostCells); number++)
    if (!answered.has(number)) missing.push(cellAt(cells, number));
  const known = schemas.map(keywordsIn);
  return {
    count,
    asked: cells.count,
    cells: missing,
    reasons: count === 0 ? [] : reasonsOf(facts).slice(0, mostReasons),
    unused: [...selection.keys()].filter((keyword) => !known.some((keywords) => keywords.has(keyword))),
  };
}

/**
 * Throws when less was found than was expected: `absent.field` names cells and reasons (`absent.database` when there is no database at
 * all, `auth.locked` when it is only that one is locked). A number is that of the messages.
 */
export function checkExpected(expect: 'all' | number | undefined, found: number, shortfall: Shortfall): void {
  if (expect === undefined || (expect === 'all' ? shortfall.count === 0 : found === expect)) return;
  const { reasons, cells, count } = shortfall;
  const kinds = new Set(reasons.map(({ kind }) => kind));
  const isAlone = kinds.size === 1 && found === 0;
  const code = isAlone && kinds.has('database') ? 'absent.database' : isAlone && kinds.has('locked') ? 'auth.locked' : 'absent.field';
  const wanted =
    expect === 'all' ? `${count} of ${shortfall.asked} fields are not there` : `${found} fields are there, expected are ${expect}`;
  const named = cells.slice(0, 3).map(formatKey).join(', ');
  const text = named === '' ? wanted : `${wanted}: ${named}${count > 3 ? ', ...' : ''}`;
  const hint = reasons
    .slice(0, 3)
    .map((reason) => reason.text)
    .join('; ');
  throw new DteError(code, text, hint === '' ? {} : { hint });
}

function reasonsOf(facts: ShortfallFacts): readonly ShortfallReason[] {
  const { schemas, selection, rules, databases, met } = facts;
  const reasons: ShortfallReason[] = met.map((error) => ({
    kind: error.code === 'auth.locked' ? 'locked' : 'damage',
    text: error.message,
  }));
  reasons.push(...refusedValues(schemas, selection));
  const incomplete = rules.flatMap((rule) => {
    const missing = missingKeywords(rule, selection);
    return missing.length === 0 ? [] : [{ rule, missing }];
  });
  if (schemas.length === 0) reasons.push({ kind: 'value', text: 'no lane of the configuration takes the request' });
  for (const { rule, missing } of incomplete) {
    const text = `the rule at line ${rule.group.line} of ${fileOf(rule, schemas)} needs ${missing.map((keyword) => `'${keyword}'`).join(' and ')}`;
    reasons.push({ kind: 'keyword', text });
  }
  if (rules.length === 0 || incomplete.length === rules.length) return reasons;
  for (const [keyword, values] of facts.unnamed)
    reasons.push({
      kind: 'keyword',
      text: `'${keyword}' is not named, and ${keyword}=${values.slice(0, mostValues).join('/')}${values.length > mostValues ? '/...' : ''} would find some`,
    });
  if (databases > 0)
    reasons.push({
      kind: 'element',
      text: databases === 1 ? 'the database that fits does not hold them' : `none of the ${databases} databases that fit holds them`,
    });
  else if (!met.some(({ code }) => code === 'auth.locked'))
    reasons.push({ kind: 'database', text: `no database fits ${databaseText(facts)}` });
  return reasons;
}

/** Values that no rule takes, whatever the others are. */
function refusedValues(schemas: readonly Schema[], selection: Selection): readonly ShortfallReason[] {
  const reasons: ShortfallReason[] = [];
  for (const [keyword, values] of selection) {
    const predicates = predicatesOf(schemas).filter((predicate) => sourceOf(predicate, selection) === keyword);
    if (predicates.length === 0) continue;
    const refused = values.filter((value) => !predicates.some((predicate) => passesTest(predicate, canonicalValue(predicate.type, value))));
    if (refused.length > 0) reasons.push({ kind: 'value', text: `no rule of the schema takes ${keyword}=${refused.join('/')}` });
  }
  return reasons;
}

/** The part of the request that names databases. */
function databaseText({ rules, selection }: ShortfallFacts): string {
  const complete = rules.filter((rule) => missingKeywords(rule, selection).length === 0);
  const keywords = new Set(complete.flatMap(({ database }) => database.predicates.map((predicate) => sourceOf(predicate, selection))));
  return formatKey(
    new Map([...selection].filter(([keyword]) => keywords.has(keyword)).map(([keyword, values]) => [keyword, values.join('/')])),
  );
}

const keywordsBySchema = new WeakMap<Schema, ReadonlySet<string>>();

function keywordsIn(schema: Schema): ReadonlySet<string> {
  let keywords = keywordsBySchema.get(schema);
  if (keywords === undefined) {
    keywords = new Set(predicatesOf([schema]).flatMap(({ keyword, printed }) => [keyword, printed]));
    keywordsBySchema.set(schema, keywords);
  }
  return keywords;
}

function predicatesOf(schemas: readonly Schema[]): readonly Predicate[] {
  const rules = schemas.flatMap((schema) => schema.rules);
  return rules.flatMap((rule) => [
    ...rule.predicates,
    ...rule.groups.flatMap((group) => [...group.predicates, ...group.element.predicates]),
  ]);
}

function fileOf({ database }: RulePath, schemas: readonly Schema[]): string {
  return schemas.find(({ rules }) => rules.includes(database))?.file ?? 'the schema';
}
