import type { Disk } from '../../base/index.js';
import type { Database } from '../database/index.js';
import type { Predicate } from '../schema/index.js';
import { defaultText } from '../schema/match-value.js';
import { combinedKey, type Selection } from '../types.js';
import { type AskedCells, askedCells, cellAt, sourceOf } from './asked-cells.js';
import { axisOf } from './index-axes.js';
import { lanesOf } from './lane.js';
import type { ReadCache } from './read-cache.js';
import { type Found, searchLane } from './search-lane.js';
import { storedGroups } from './stored-groups.js';

export interface UnnamedOptions {
  readonly disk: Disk;
  readonly selection: Selection;
  readonly cells: AskedCells;
  /** Numbers of cells that have an answer. */
  readonly answered: ReadonlySet<number>;
  /** Those that were searched. */
  readonly databases: readonly (readonly Database[])[];
  readonly cache: ReadCache | undefined;
}

/** Values of one keyword that are tried, and cells among which is searched: this only serves a message. */
const mostValues = 20;
const mostCells = 100_000;

/**
 * A request that does not name an optional keyword means its default. The optional keywords that it might have meant otherwise:
 * those that, named, would answer cells that have no answer, each with the values that do.
 */
export async function unnamedKeywords(options: UnnamedOptions): Promise<ReadonlyMap<string, readonly string[]>> {
  const { disk, selection, cells, answered, databases, cache } = options;
  const stored = databases.map((same) => unnamedValues(same, selection));
  const keywords = new Set([...cells.dimensions.keys(), ...stored.flatMap((values) => [...values.keys()])]);
  const helping = new Map<string, Set<string>>();
  for (const [number, same] of databases.entries()) {
    const values = stored[number] as ReadonlyMap<string, readonly string[]>;
    if (values.size === 0) continue;
    const named = new Map([...selection, ...values]);
    const wider = askedCells(named, keywords);
    if (wider.count > mostCells) continue;
    const found: Found[] = [];
    for (const lane of lanesOf(same, named, wider, ignore)) await searchLane(disk, lane, found, { onDamage: ignore, cache });
    for (const one of found) {
      if (one.cells.every((cell) => answered.has(numberIn(cells, cellAt(wider, cell))))) continue;
      const key = combinedKey(one.entry);
      for (const [keyword, tried] of values) {
        const value = key.get(keyword);
        // The default, which is tried too, is what was meant.
        if (value === undefined || value === tried[0]) continue;
        const known = helping.get(keyword);
        if (known === undefined) helping.set(keyword, new Set([value]));
        else known.add(value);
      }
    }
  }
  return new Map([...helping].map(([keyword, values]) => [keyword, [...values]]));
}

/** Damage has been told of by the search before. */
function ignore(): void {}

/** Values that optional keywords have in databases, groups and axes, where the selection does not name them: first the default. */
function unnamedValues(databases: readonly Database[], selection: Selection): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, Set<string>>();
  const add = (predicate: Predicate, stored: Iterable<string | undefined>): void => {
    if (!predicate.isOptional || predicate.isIgnored || sourceOf(predicate, selection) !== undefined) return;
    let known = values.get(predicate.keyword);
    if (known === undefined) values.set(predicate.keyword, (known = new Set([defaultText(predicate)])));
    for (const value of stored) if (value !== undefined && value !== '' && known.size < mostValues) known.add(value);
  };
  for (const { rule, database, key, refs, predicates } of storedGroups(databases, ignore)) {
    for (const predicate of rule.database.predicates) add(predicate, [database.key.get(predicate.printed)]);
    for (const predicate of rule.group.predicates) add(predicate, [key.get(predicate.printed)]);
    for (const predicate of predicates) for (const ref of refs) add(predicate, axisOf(ref, predicate) ?? []);
  }
  return new Map([...values].filter(([, { size }]) => size > 1).map(([keyword, found]) => [keyword, [...found]]));
}

function numberIn({ dimensions }: AskedCells, cell: ReadonlyMap<string, string>): number {
  let number = 0;
  for (const { keyword, values, stride } of dimensions.values()) number += stride * values.indexOf(cell.get(keyword) as string);
  return number;
}
