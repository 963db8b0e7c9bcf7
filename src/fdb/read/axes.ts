import type { Context } from '../../base/index.js';
import type { FdbConfig } from '../config/index.js';
import { type IndexRef, readIndexes } from '../database/index.js';
import { diskOf } from '../disk-of.js';
import { levelMatcher, type Predicate, valuesOfText } from '../schema/index.js';
import type { Key, OnDamage, Selection } from '../types.js';
import { type WalkedIndex, walkIndexes } from './index-walk.js';
import { matchedDatabases, report } from './matched-databases.js';
import { axisOf } from './index-axes.js';
import type { ReadCache } from './read-cache.js';

export interface AxesOptions {
  /** Keywords of databases, of groups too, or all. Default: all. */
  readonly depth?: 1 | 2 | 3;
  readonly onDamage?: OnDamage;
  /** What an open store knows from earlier calls. */
  readonly cache?: ReadCache | undefined;
}

/**
 * The values that keywords have among the entries that fit a selection: what could be asked for. Keywords in the order of the schemas,
 * values in the order of numbers where they are such, else of texts. The values are those of visible entries, exactly: the axes that
 * tables of contents state are taken where the selection takes all of an index, and otherwise its entries are read.
 */
export async function axes(
  context: Context,
  config: FdbConfig,
  selection: Selection,
  { depth = 3, onDamage, cache }: AxesOptions = {},
): Promise<ReadonlyMap<string, readonly string[]>> {
  const values = new Map<string, Set<string>>();
  for await (const databases of matchedDatabases(context, config, selection, {
    purpose: 'list',
    cache,
    ...(onDamage === undefined ? {} : { onDamage }),
  })) {
    const partial: WalkedIndex[] = [];
    for (const index of walkIndexes(databases, selection, onDamage)) {
      const { group, ref } = index;
      const stated =
        group.matcher === undefined || takesAll(ref, group.predicates, selection) ? statedAxes(ref, group.predicates) : undefined;
      if (stated === undefined) {
        partial.push(index);
        continue;
      }
      addKey(values, group.database.key);
      if (depth > 1) addKey(values, ref.group);
      if (depth > 2) for (const [keyword, axis] of stated) addAll(values, keyword, axis);
    }
    await addEntries(context, values, partial, { depth, onDamage });
  }
  return new Map([...values].filter(([, axis]) => axis.size > 0).map(([keyword, axis]) => [keyword, [...axis].sort(byValue)]));
}

const indexesTogether = 64;

async function addEntries(
  context: Context,
  values: Map<string, Set<string>>,
  indexes: readonly WalkedIndex[],
  { depth, onDamage }: { readonly depth: number; readonly onDamage: OnDamage | undefined },
): Promise<void> {
  for (let first = 0; first < indexes.length; first += indexesTogether) {
    const part = indexes.slice(first, first + indexesTogether);
    const refs = part.map(({ ref }) => ref);
    const read = await readIndexes(diskOf(context), refs, onDamage === undefined ? {} : { onDamage: (error) => onDamage(error) });
    for (const [number, { texts }] of read.entries()) {
      const { group, ref } = part[number] as WalkedIndex;
      const seen = group.predicates.map(() => new Set<string>());
      for (const text of texts) {
        try {
          const parts = valuesOfText(group.predicates, text);
          if (group.matcher?.matchesValues(parts) === false) continue;
          for (const [i, value] of parts.entries()) seen[i]?.add(value);
        } catch (error) {
          report(error, onDamage);
        }
      }
      if (seen.every(({ size }) => size === 0)) continue;
      addKey(values, group.database.key);
      if (depth > 1) addKey(values, ref.group);
      if (depth > 2) for (const [i, axis] of seen.entries()) addAll(values, (group.predicates[i] as Predicate).printed, axis);
    }
  }
}

/** The axes of an index by keyword; undefined when it does not state them all. */
function statedAxes(ref: IndexRef, predicates: readonly Predicate[]): ReadonlyMap<string, readonly string[]> | undefined {
  const stated = new Map<string, readonly string[]>();
  for (const predicate of predicates) {
    if (predicate.isIgnored) continue;
    const axis = axisOf(ref, predicate);
    if (axis === undefined && !predicate.isOptional) return undefined;
    stated.set(predicate.printed, axis ?? []);
  }
  return stated;
}

/** Whether every entry fits, as far as the axes tell. An entry without an optional value does not fit where one is asked for. */
function takesAll(ref: IndexRef, predicates: readonly Predicate[], selection: Selection): boolean {
  return predicates.every((predicate) => {
    if (predicate.isIgnored || (!selection.has(predicate.printed) && !selection.has(predicate.keyword))) return true;
    const axis = axisOf(ref, predicate);
    if (axis === undefined || axis.length === 0 || predicate.isOptional) return false;
    const matcher = levelMatcher([predicate], selection);
    return axis.every((value) => matcher.matchesValues([value]));
  });
}

function addKey(values: Map<string, Set<string>>, key: Key): void {
  for (const [keyword, value] of key) addAll(values, keyword, [value]);
}

function addAll(values: Map<string, Set<string>>, keyword: string, added: Iterable<string>): void {
  let known = values.get(keyword);
  if (known === undefined) values.set(keyword, (known = new Set()));
  for (const value of added) if (value !== '') known.add(value);
}

function byValue(a: string, b: string): number {
  const difference = Number(a) - Number(b);
  return Number.isNaN(difference) || difference === 0 ? (a < b ? -1 : a > b ? 1 : 0) : difference;
}
