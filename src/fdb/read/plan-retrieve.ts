import type { Context, DteError } from '../../base/index.js';
import { configsFor, type FdbConfig } from '../config/index.js';
import { diskOf } from '../disk-of.js';
import type { Database } from '../database/index.js';
import { canonicalSelection, type RulePath, rulesFor } from '../schema/index.js';
import { combinedKey, type Entry, type OnDamage, type Selection } from '../types.js';
import { askedCells, missingKeywords, sourceOf } from './asked-cells.js';
import { lanesOf } from './lane.js';
import { matchedDatabases } from './matched-databases.js';
import type { ReadCache } from './read-cache.js';
import { type Found, searchLane } from './search-lane.js';
import { type Shortfall, shortfallOf } from './shortfall.js';
import { unnamedKeywords } from './unnamed-keywords.js';

export interface PlanOptions {
  /** Told of databases that are locked (`auth.locked`) and of what is damaged, which is then left out; without it the first is thrown. */
  readonly onDamage?: OnDamage;
  /** What an open store knows from earlier calls. */
  readonly cache?: ReadCache | undefined;
}

/** Which messages answer a request, and what of it has no answer. */
export interface RetrievePlan {
  /** One for each cell that has an answer: the keywords of the schema in its order, each with its values in the order of the request. */
  readonly entries: readonly Entry[];
  readonly totalBytes: number;
  readonly shortfall: Shortfall;
}

/**
 * Finds the messages of a request that names all mandatory keywords. Every cell has one answer, the newest, however many archives,
 * roots or rules hold one. Indexes that cannot have an asked element are not opened, and of a big one from which little is asked only
 * the pages on the way. Errors: `input.value`, `limit.range`, those of reading; see `PlanOptions` for the rest.
 */
export async function planRetrieve(
  context: Context,
  config: FdbConfig,
  request: Selection,
  { onDamage, cache }: PlanOptions = {},
): Promise<RetrievePlan> {
  const selection = canonicalSelection(config.schema, request, { todayMs: context.clock.now() });
  const schemas = [...new Set(configsFor(config, selection).map(({ schema }) => schema))];
  const rules = schemas.flatMap((schema) => rulesFor(schema, selection));
  const complete = rules.filter((rule) => missingKeywords(rule, selection).length === 0);
  const cells = askedCells(selection, keywordsOf(complete.length > 0 ? complete : rules, selection));
  const met: DteError[] = [];
  const damaged: OnDamage = (error) => {
    if (onDamage === undefined) throw error;
    met.push(error);
    onDamage(error);
  };
  const found: Found[] = [];
  const signatures = new Set<string>();
  const databases: (readonly Database[])[] = [];
  if (complete.length > 0) {
    for await (const same of matchedDatabases(context, config, selection, { purpose: 'retrieve', onDamage: damaged, cache })) {
      databases.push(same);
      for (const lane of lanesOf(same, selection, cells, damaged)) {
        const before = found.length;
        await searchLane(diskOf(context), lane, found, { onDamage: damaged, cache });
        if (found.length > before) signatures.add(signatureOf(lane.group.rule));
      }
    }
  }
  const answers = (signatures.size > 1 ? newestOfEach(found) : found).sort(byPlace);
  const answered = new Set(answers.flatMap((answer) => answer.cells));
  const entries = answers.map(({ entry }) => entry);
  const unnamed =
    databases.length > 0 && answered.size < cells.count
      ? await unnamedKeywords({ disk: diskOf(context), selection, cells, answered, databases, cache })
      : new Map<string, readonly string[]>();
  return {
    entries,
    totalBytes: entries.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0),
    shortfall: shortfallOf({ schemas, selection, cells, answered, rules, databases: databases.flat().length, met, unnamed }),
  };
}

/** Keywords of the request that rules look at: the others select nothing. */
function keywordsOf(rules: readonly RulePath[], selection: Selection): ReadonlySet<string> {
  const keywords = new Set<string>();
  for (const { database, group } of rules)
    for (const predicate of [...database.predicates, ...group.predicates, ...group.element.predicates]) {
      const source = sourceOf(predicate, selection);
      if (source !== undefined) keywords.add(source);
    }
  return keywords;
}

/** Rules of one signature make different keys of different fields; of two, the fields of one may be those of the other. */
function signatureOf({ database, group }: RulePath): string {
  return [database, group, group.element].map(({ predicates }) => predicates.map(({ printed }) => printed).join(',')).join('/');
}

/** Of entries that stand for the same field under different rules the newest, in the place of the first. */
function newestOfEach(found: readonly Found[]): Found[] {
  const newest = new Map<string, Found>();
  for (const one of found) {
    const name = [...combinedKey(one.entry)]
      .map(([keyword, value]) => `${keyword}=${value}`)
      .sort()
      .join(',');
    const other = newest.get(name);
    if (other === undefined) newest.set(name, one);
    else {
      const isNewer = one.entry.flushedMs > other.entry.flushedMs;
      const cells = [...new Set([...one.cells, ...other.cells])];
      newest.set(name, { ...(isNewer ? one : other), place: byPlace(one, other) < 0 ? one.place : other.place, cells });
    }
  }
  return [...newest.values()];
}

function byPlace(a: Pick<Found, 'place'>, b: Pick<Found, 'place'>): number {
  for (let i = 0; i < a.place.length; i++) {
    const difference = (a.place[i] as number) - (b.place[i] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}
