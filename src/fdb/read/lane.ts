import type { Database } from '../database/index.js';
import type { OnDamage, Selection } from '../types.js';
import { type AskedCells, type AskedPredicate, askedPredicate, type Dimension, meaningOf, missingKeywords } from './asked-cells.js';
import { type StoredGroup, storedGroups } from './stored-groups.js';

/** One group of a database, and what the request asks of its elements. */
export interface Lane {
  readonly group: StoredGroup;
  readonly elements: readonly AskedPredicate[];
  /** Place of the database and of the group in the order of the request. */
  readonly place: readonly number[];
  /** For keywords of the outer levels: the ranks of the request that they answer. */
  readonly outer: ReadonlyMap<Dimension, readonly number[]>;
  /** Dimensions that neither level decides on: any of their values is answered. */
  readonly free: readonly Dimension[];
}

/** The groups of databases of one key that a request reaches into. */
export function lanesOf(databases: readonly Database[], selection: Selection, cells: AskedCells, onDamage: OnDamage): readonly Lane[] {
  return storedGroups(databases, onDamage).flatMap((group) => laneOf(group, selection, cells) ?? []);
}

function laneOf(group: StoredGroup, selection: Selection, cells: AskedCells): Lane | undefined {
  const { rule } = group;
  if (missingKeywords(rule, selection).length > 0) return undefined;
  const outer = new Map<Dimension, readonly number[]>();
  const place: number[] = [];
  const levels = [
    { level: rule.database, key: group.database.key },
    { level: rule.group, key: group.key },
  ];
  for (const { level, key } of levels) {
    let weight = 0;
    for (const predicate of level.predicates) {
      if (predicate.isIgnored) continue;
      const asked = askedPredicate(predicate, selection, cells);
      const meaning = meaningOf(asked, key.get(predicate.printed) ?? '');
      if (meaning === undefined) return undefined;
      weight = weight * asked.ranks + meaning.rank;
      if (asked.dimension === undefined) continue;
      const known = outer.get(asked.dimension);
      outer.set(asked.dimension, known === undefined ? meaning.answers : known.filter((rank) => meaning.answers.includes(rank)));
    }
    place.push(level.line, weight);
  }
  const elements = rule.group.element.predicates.map((predicate) => askedPredicate(predicate, selection, cells));
  const decided = new Set([...outer.keys(), ...elements.flatMap(({ dimension }) => dimension ?? [])]);
  const free = [...cells.dimensions.values()].filter((dimension) => !decided.has(dimension));
  return { group, elements, place, outer, free };
}
