import { DteError, isDteError } from '../../base/index.js';
import { type Key, formatKey } from '../types.js';
import { canonicalValue } from './canonical-value.js';
import { formatPredicates } from './format-schema.js';
import { passesTest } from './level-matcher.js';
import { defaultText } from './match-value.js';
import type { DatabaseRule, Predicate, RulePath, Schema } from './schema.js';

/** Metadata on the three levels of the rule that takes it. */
export interface SplitKey {
  readonly database: Key;
  readonly group: Key;
  readonly element: Key;
  readonly rule: RulePath;
}

/** How near a rule came to a description that it does not take. */
interface Refusal {
  readonly depth: number;
  readonly reason: string;
  readonly line: number;
  readonly text: string;
}

/**
 * The three keys of a message's metadata, by the first rule whose keywords are all there with values that pass its tests. As upstream,
 * that rule must use every keyword of the metadata. `input.metadata` when no rule fits (the one that came closest is named) or keywords
 * are left over, `input.value` for a value that is not of its type or could not stand in a name of a file.
 */
export function splitForArchive(schema: Schema, metadata: Key): SplitKey {
  return split(planOf(ruleFor(schema, metadata)), metadata, undefined);
}

/** `splitForArchive` for many messages: the rule is looked for once for every shape of metadata, every text made canonical once; equal database and group keys are one object. */
export function archiveSplitter(schema: Schema): (metadata: Key) => SplitKey {
  const tested = testedKeywords(schema);
  const plans = new Map<string, Plan>();
  let last: SplitKey | undefined;
  return (metadata) => {
    let shape = '';
    for (const [keyword, value] of metadata) {
      if (value === '') continue;
      shape += tested.has(keyword) ? `${keyword}=${value};` : `${keyword};`;
    }
    let plan = plans.get(shape);
    if (plan === undefined) plans.set(shape, (plan = planOf(ruleFor(schema, metadata))));
    last = split(plan, metadata, last);
    return last;
  };
}

/** A predicate with what it made of texts so far. */
interface Slot {
  readonly predicate: Predicate;
  /** For an absent or ignored value. */
  readonly fallback: string;
  readonly texts: Map<string, string>;
}

interface Plan {
  readonly rule: RulePath;
  readonly database: readonly Slot[];
  readonly group: readonly Slot[];
  readonly element: readonly Slot[];
}

/** Memory of a keyword's texts is let go beyond this many. */
const mostTexts = 100_000;

function planOf(rule: RulePath): Plan {
  const slots = (predicates: readonly Predicate[]): readonly Slot[] =>
    predicates.map((predicate) => ({ predicate, fallback: defaultText(predicate), texts: new Map() }));
  const { database, group } = rule;
  return { rule, database: slots(database.predicates), group: slots(group.predicates), element: slots(group.element.predicates) };
}

function split(plan: Plan, metadata: Key, last: SplitKey | undefined): SplitKey {
  return {
    database: levelKey(plan.database, metadata, last?.database),
    group: levelKey(plan.group, metadata, last?.group),
    element: levelKey(plan.element, metadata, undefined),
    rule: plan.rule,
  };
}

/** `last` when it is the same key. */
function levelKey(slots: readonly Slot[], metadata: Key, last: Key | undefined): Key {
  if (
    last !== undefined &&
    last.size === slots.length &&
    slots.every((slot) => last.get(slot.predicate.printed) === textOf(slot, metadata))
  )
    return last;
  const key = new Map<string, string>();
  for (const slot of slots) key.set(slot.predicate.printed, textOf(slot, metadata));
  return key;
}

function textOf(slot: Slot, metadata: Key): string {
  const text = slot.predicate.isIgnored ? undefined : metadata.get(slot.predicate.keyword);
  if (text === undefined || text === '') return slot.fallback;
  const known = slot.texts.get(text);
  if (known !== undefined) return known;
  if (slot.texts.size >= mostTexts) slot.texts.clear();
  const value = archivedText(slot.predicate, text);
  slot.texts.set(text, value);
  return value;
}

function testedKeywords(schema: Schema): ReadonlySet<string> {
  const rules = schema.rules.flatMap((rule) => [rule, ...rule.groups, ...rule.groups.map((group) => group.element)]);
  return new Set(rules.flatMap((rule) => rule.predicates.filter((p) => p.test !== 'any').map((p) => p.keyword)));
}

function ruleFor(schema: Schema, metadata: Key): RulePath {
  let closest: Refusal | undefined;
  const refuse = (refusal: Refusal): void => {
    if (closest === undefined || refusal.depth > closest.depth) closest = refusal;
  };
  for (const database of schema.rules) {
    const path = groupFor(database, metadata, refuse);
    if (path !== undefined) return usingAll(path, metadata, schema);
  }
  // GRIB of other centres has no section of its own for these.
  const isMars = ['class', 'stream', 'expver'].some((keyword) => metadata.has(keyword));
  const rule = closest === undefined ? 'the schema has no rules' : `closest is [${closest.text}], where ${closest.reason}`;
  const nearest = isMars ? rule : `it has no MARS keys (class, stream, expver), modifiers can add them`;
  throw new DteError('input.metadata', `no rule of the schema takes ${formatKey(metadata)}`, {
    where: { ...(schema.file === undefined ? {} : { file: schema.file }), ...(closest === undefined ? {} : { line: closest.line }) },
    hint: nearest,
  });
}

function groupFor(database: DatabaseRule, metadata: Key, refuse: (refusal: Refusal) => void): RulePath | undefined {
  const depth = fittingCount(database.predicates, metadata);
  const failed = database.predicates.find((predicate) => refusedBy(predicate, metadata) !== undefined);
  if (failed !== undefined) {
    refuse({ depth, reason: refusedBy(failed, metadata) as string, line: database.line, text: formatPredicates(database.predicates) });
    return undefined;
  }
  for (const group of database.groups) {
    const predicates = [...group.predicates, ...group.element.predicates];
    const wrong = predicates.find((predicate) => refusedBy(predicate, metadata) !== undefined);
    if (wrong === undefined) return { database, group };
    refuse({
      // A database rule that fits counts for more than any that does not.
      depth: 1000 + depth + fittingCount(predicates, metadata),
      reason: refusedBy(wrong, metadata) as string,
      line: group.line,
      text: `${formatPredicates(group.predicates)}[${formatPredicates(group.element.predicates)}]`,
    });
  }
  return undefined;
}

/** How much of the metadata a rule uses; what it names a value for counts for more. */
function fittingCount(predicates: readonly Predicate[], metadata: Key): number {
  const fitting = predicates.filter((predicate) => metadata.has(predicate.keyword) && refusedBy(predicate, metadata) === undefined);
  return fitting.reduce((count, { test }) => count + (test === 'any' ? 1 : 10), 0);
}

/** Why a predicate does not take the metadata; undefined when it does. */
function refusedBy(predicate: Predicate, metadata: Key): string | undefined {
  if (predicate.isOptional || predicate.isIgnored) return undefined;
  const text = metadata.get(predicate.keyword) ?? '';
  if (text === '') return `${predicate.keyword} is missing`;
  if (predicate.test === 'any' || passesTest(predicate, text) || passesTest(predicate, canonicalOrText(predicate, text))) return undefined;
  return `${predicate.keyword}=${text} is not ${predicate.test === 'one-of' ? 'one' : 'outside'} of ${predicate.values.join('/')}`;
}

function canonicalOrText(predicate: Predicate, text: string): string {
  try {
    return canonicalValue(predicate.type, text);
  } catch (error) {
    if (isDteError(error, 'input.value')) return text;
    throw error;
  }
}

/** Metadata that a rule would drop must not be lost silently. */
function usingAll(path: RulePath, metadata: Key, schema: Schema): RulePath {
  const predicates = [...path.database.predicates, ...path.group.predicates, ...path.group.element.predicates];
  const used = new Set(predicates.map((predicate) => predicate.keyword));
  const left = [...metadata]
    .filter(([keyword, value]) => value !== '' && !used.has(keyword))
    .map(([keyword, value]) => `${keyword}=${value}`);
  if (left.length === 0) return path;
  const { group } = path;
  throw new DteError('input.metadata', `the first rule that fits ${formatKey(metadata)} has no place for ${left.join(', ')}`, {
    where: { ...(schema.file === undefined ? {} : { file: schema.file }), line: group.line },
    hint: `the rule is [${formatPredicates(group.predicates)}[${formatPredicates(group.element.predicates)}]]; 'keyword?' in it keeps a keyword, 'keyword-' drops it`,
  });
}

function archivedText(predicate: Predicate, text: string): string {
  let value: string;
  try {
    value = canonicalValue(predicate.type, text);
  } catch (error) {
    if (isDteError(error, 'input.value')) throw valueError(predicate, error);
    throw error;
  }
  if (predicate.type === 'Expver' && value.length > 4) {
    throw new DteError('input.value', `expver '${text}' has ${value.length} characters`, { hint: 'experiment versions have four' });
  }
  checkName(predicate, value);
  return value;
}

function valueError({ keyword }: Predicate, cause: DteError): DteError {
  return new DteError('input.value', `${keyword}: ${cause.reason}`, { ...(cause.hint === undefined ? {} : { hint: cause.hint }), cause });
}

/** Values become parts of names of directories and files, joined by colons. */
function checkName(predicate: Predicate, value: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for
  const bad = /[/\u0000-\u001f\u007f]/.exec(value)?.[0] ?? (isColonRefused(predicate, value) ? ':' : undefined);
  if (bad === undefined && value !== '.' && value !== '..') return;
  const shown = JSON.stringify(value);
  throw new DteError('input.value', `${predicate.keyword}: ${shown} cannot be part of a name of a directory or file`, {
    hint: "no '/', ':', control characters, '.' or '..' (quantile may have one ':')",
  });
}

function isColonRefused(predicate: Predicate, value: string): boolean {
  const first = value.indexOf(':');
  return first >= 0 && (predicate.keyword !== 'quantile' || value.includes(':', first + 1));
}
