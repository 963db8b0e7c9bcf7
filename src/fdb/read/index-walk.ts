import type { Database, IndexRef } from '../database/index.js';
import { type ElementRule, type LevelMatcher, levelMatcher, type Predicate, type RulePath } from '../schema/index.js';
import type { OnDamage, Selection } from '../types.js';
import { report } from './matched-databases.js';
import { axisOf } from './index-axes.js';
import { groupName, newestFirst, withoutRule } from './stored-groups.js';
import { storedRule } from './stored-rule.js';

/** One group of a database (or of databases of one key in several roots), as far as a selection concerns it. */
export interface WalkedGroup {
  readonly database: Database;
  readonly rule: RulePath;
  readonly predicates: readonly Predicate[];
  /** Undefined when the selection asks nothing of elements. */
  readonly matcher: LevelMatcher | undefined;
  /** Newest first. */
  readonly refs: IndexRef[];
}

/** One index that may hold what is asked for. */
export interface WalkedIndex {
  readonly group: WalkedGroup;
  readonly ref: IndexRef;
  /** Its place in `group.refs`. */
  readonly position: number;
}

/**
 * The indexes of a database that may hold selected elements, newest first. Those that a CLEAR hides are left out, those of groups
 * that the selection excludes, and those whose axes lack what it asks for.
 */
export function walkIndexes(databases: readonly Database[], selection: Selection, onDamage?: OnDamage): readonly WalkedIndex[] {
  const groups = new Map<string, WalkedGroup | undefined>();
  const walked: WalkedIndex[] = [];
  for (const { database, ref } of newestFirst(databases)) {
    const name = groupName(ref);
    if (!groups.has(name)) groups.set(name, groupOf(database, ref, selection, onDamage));
    const group = groups.get(name);
    if (group === undefined || !mayHold(ref, group.predicates, selection)) continue;
    walked.push({ group, ref, position: group.refs.length });
    group.refs.push(ref);
  }
  return walked;
}

function groupOf(database: Database, ref: IndexRef, selection: Selection, onDamage: OnDamage | undefined): WalkedGroup | undefined {
  const rule = storedRule(database.schema, database.key, ref.group);
  if (rule === undefined) {
    report(withoutRule(database, ref), onDamage);
    return undefined;
  }
  if (!levelMatcher(rule.group.predicates, selection).matches(ref.group)) return undefined;
  const { predicates } = rule.group.element;
  return {
    database,
    rule,
    predicates,
    matcher: isAsked(rule.group.element, selection) ? levelMatcher(predicates, selection) : undefined,
    refs: [],
  };
}

function isAsked({ predicates }: ElementRule, selection: Selection): boolean {
  return predicates.some((predicate) => !predicate.isIgnored && (selection.has(predicate.printed) || selection.has(predicate.keyword)));
}

/** False when the axes show that no element can fit. An axis that is not stated, or empty, shows nothing. */
function mayHold(ref: IndexRef, predicates: readonly Predicate[], selection: Selection): boolean {
  return predicates.every((predicate) => {
    if (predicate.isIgnored || (predicate.isOptional && predicate.default !== '')) return true;
    if (!selection.has(predicate.printed) && !selection.has(predicate.keyword)) return true;
    const axis = axisOf(ref, predicate);
    if (axis === undefined || axis.length === 0) return true;
    const matcher = levelMatcher([predicate], selection);
    return axis.some((value) => matcher.matchesValues([value]));
  });
}
