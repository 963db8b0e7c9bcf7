import { DteError } from '../../base/index.js';
import type { Database, IndexRef } from '../database/index.js';
import type { Predicate, RulePath } from '../schema/index.js';
import { formatKey, type Key, type OnDamage } from '../types.js';
import { report } from './matched-databases.js';
import { storedRule } from './stored-rule.js';

/** One group of a database (or of databases of one key in several roots), whatever is asked of it. */
export interface StoredGroup {
  readonly database: Database;
  readonly key: Key;
  readonly rule: RulePath;
  /** Of the element's rule. */
  readonly predicates: readonly Predicate[];
  /** Newest first, without those that a CLEAR hides. */
  readonly refs: readonly IndexRef[];
}

interface Groups {
  readonly groups: readonly StoredGroup[];
  readonly faults: readonly DteError[];
}

/** A database that is read again and has not changed is the same object. */
const known = new WeakMap<Database, Groups>();

/** The groups of a database, in the order of their newest indexes. `data.index` for one that no rule of the database's schema takes. */
export function storedGroups(databases: readonly Database[], onDamage: OnDamage | undefined): readonly StoredGroup[] {
  const [first] = databases;
  let found = databases.length === 1 ? known.get(first as Database) : undefined;
  if (found === undefined) {
    found = groupsOf(databases);
    if (databases.length === 1) known.set(first as Database, found);
  }
  for (const fault of found.faults) report(fault, onDamage);
  return found.groups;
}

function groupsOf(databases: readonly Database[]): Groups {
  const groups = new Map<string, (StoredGroup & { readonly refs: IndexRef[] }) | undefined>();
  const faults: DteError[] = [];
  for (const { database, ref } of newestFirst(databases)) {
    const name = groupName(ref);
    if (!groups.has(name)) {
      const rule = storedRule(database.schema, database.key, ref.group);
      if (rule === undefined) faults.push(withoutRule(database, ref));
      const group = rule && { database, key: ref.group, rule, predicates: rule.group.element.predicates, refs: [] };
      groups.set(name, group);
    }
    groups.get(name)?.refs.push(ref);
  }
  return { groups: [...groups.values()].filter((group) => group !== undefined), faults };
}

export function groupName(ref: IndexRef): string {
  return [...ref.group].join('\n');
}

export function withoutRule(database: Database, ref: IndexRef): DteError {
  const text = `no rule of the database's schema takes group ${formatKey(ref.group)} of ${formatKey(database.key)}`;
  return new DteError('data.index', text, { where: { file: ref.tocFile, offset: ref.record.header.start } });
}

/**
 * Indexes that no CLEAR hides, newest first. Those of several databases of one key: each database's in the order of its table of
 * contents, merged by the time of the flush.
 */
export function newestFirst(databases: readonly Database[]): readonly { readonly database: Database; readonly ref: IndexRef }[] {
  const queues = databases.map((database) => database.indexes.filter(({ isMasked }) => !isMasked).map((ref) => ({ database, ref })));
  if (queues.length === 1) return queues[0] as { database: Database; ref: IndexRef }[];
  const heads = queues.map(() => 0);
  const merged: { database: Database; ref: IndexRef }[] = [];
  for (;;) {
    let best: { database: Database; ref: IndexRef } | undefined;
    let bestQueue = 0;
    for (const [number, queue] of queues.entries()) {
      const head = queue[heads[number] as number];
      if (head === undefined || (best !== undefined && best.ref.flushedMs >= head.ref.flushedMs)) continue;
      best = head;
      bestQueue = number;
    }
    if (best === undefined) return merged;
    merged.push(best);
    heads[bestQueue] = (heads[bestQueue] as number) + 1;
  }
}
