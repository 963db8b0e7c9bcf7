import { type Context, type DteError, ordered } from '../../base/index.js';
import type { FdbConfig } from '../config/index.js';
import { type Database, readIndexes } from '../database/index.js';
import { diskOf } from '../disk-of.js';
import type { IndexColumns } from '../format/index.js';
import { valuesOfText } from '../schema/index.js';
import type { Entry, Key, OnDamage, Selection } from '../types.js';
import { mostEntries } from './index-axes.js';
import { type WalkedGroup, type WalkedIndex, walkIndexes } from './index-walk.js';
import { ListedEntry } from './listed-entry.js';
import { matchedDatabases, report } from './matched-databases.js';
import type { ReadCache } from './read-cache.js';
import { type Overlap, overlaps } from './overlap.js';

export interface ListOptions {
  /** Databases, groups of them, or elements. Default: elements. */
  readonly depth?: 1 | 2 | 3;
  /** Entries that a later archive of the same key hides: left out (default), marked, or these alone. Indexes that a CLEAR hides never come. */
  readonly masked?: 'hide' | 'include' | 'only';
  /** Told of databases that are locked (`auth.locked`) and of what is damaged, which is then left out; without it the first is thrown. */
  readonly onDamage?: OnDamage;
  /** What an open store knows from earlier calls. */
  readonly cache?: ReadCache | undefined;
}

// Read together: enough for reads of neighbouring trees to become one, little enough to hold two such sets.
const entriesWanted = 1 << 16;
const mostIndexes = 256;
const readsInFlight = 2;

/**
 * Entries that fit a selection, in batches: databases in the order of their paths, in each the newest index first, in each index the
 * order of its tree (texts, so 12 before 6). That is the order of `fdb-list`. A keyword that the selection does not name accepts
 * anything. All entries of a batch have the same keys of database and group, and no batch is empty. Memory is that of a few indexes, and the texts of those that may hide entries of older ones.
 *
 * Errors: those of reading; `auth.locked`, `data.toc` and `data.index` go to `onDamage` where it is given.
 */
export async function* listEntries(
  context: Context,
  config: FdbConfig,
  selection: Selection,
  options: ListOptions = {},
): AsyncGenerator<readonly Entry[]> {
  const { depth = 3, masked = 'hide', onDamage, cache } = options;
  const passed = onDamage === undefined ? {} : { onDamage };
  for await (const databases of matchedDatabases(context, config, selection, { purpose: 'list', cache, ...passed })) {
    const walked = walkIndexes(databases, selection, onDamage);
    if (depth < 3) {
      const entries = masked === 'only' ? [] : depth === 1 ? databaseEntries(databases, walked, selection) : groupEntries(walked);
      for (const entry of entries) yield [entry];
      continue;
    }
    yield* elementEntries(context, walked, masked, onDamage);
  }
}

async function* elementEntries(
  context: Context,
  walked: readonly WalkedIndex[],
  masked: 'hide' | 'include' | 'only',
  onDamage: OnDamage | undefined,
): AsyncGenerator<readonly Entry[]> {
  const disk = diskOf(context);
  const hiding = new Map<WalkedGroup, Hiding>();
  for (const { group } of walked) {
    if (!hiding.has(group)) hiding.set(group, { overlaps: overlaps(group.refs, group.predicates), seen: new Set() });
  }
  const read = async (part: readonly WalkedIndex[]): Promise<readonly IndexColumns[]> => {
    const refs = part.map(({ ref }) => ref);
    return await readIndexes(disk, refs, onDamage === undefined ? {} : { onDamage: (error: DteError) => onDamage(error) });
  };
  const parts = partsOf(walked);
  let part = 0;
  for await (const columns of ordered(parts, read, readsInFlight)) {
    context.signal?.throwIfAborted();
    for (const [number, index] of (parts[part] as readonly WalkedIndex[]).entries()) {
      const entries = entriesOf(index, columns[number] as IndexColumns, hiding.get(index.group) as Hiding, { masked, onDamage });
      if (entries.length > 0) yield entries;
    }
    part++;
  }
}

/** What is known of a group on the way from its newest index to its oldest. */
interface Hiding {
  readonly overlaps: readonly Overlap[];
  /** Texts of newer indexes, as far as older ones may have them too. */
  readonly seen: Set<string>;
}

function entriesOf(
  { group, ref, position }: WalkedIndex,
  columns: IndexColumns,
  { overlaps: overlapping, seen }: Hiding,
  { masked, onDamage }: { readonly masked: 'hide' | 'include' | 'only'; readonly onDamage: OnDamage | undefined },
): readonly Entry[] {
  const { mayBeHidden, mayHide } = overlapping[position] as Overlap;
  if (masked === 'only' && !mayBeHidden && !mayHide) return [];
  const { predicates, matcher, database } = group;
  const { texts, count } = columns;
  const shared = { database: database.key, group: ref.group, predicates, ref, columns };
  const entries: Entry[] = [];
  for (let row = 0; row < count; row++) {
    const text = texts[row] as string;
    if (matcher !== undefined) {
      try {
        if (!matcher.matchesValues(valuesOfText(predicates, text))) continue;
      } catch (error) {
        report(error, onDamage);
        continue;
      }
    }
    const isMasked = mayBeHidden && seen.has(text);
    if (mayHide && !isMasked) seen.add(text);
    if (masked === 'include' || isMasked === (masked === 'only')) entries.push(new ListedEntry(shared, row, isMasked));
  }
  return entries;
}

/** Indexes that are read together. Axes tell how many entries an index can have at most. */
function partsOf(walked: readonly WalkedIndex[]): readonly (readonly WalkedIndex[])[] {
  const parts: WalkedIndex[][] = [];
  let entries = entriesWanted;
  for (const index of walked) {
    const part = parts.at(-1);
    if (part === undefined || entries >= entriesWanted || part.length >= mostIndexes) {
      parts.push([index]);
      entries = 0;
    } else part.push(index);
    entries += mostEntries(index.ref);
  }
  return parts;
}

const nothing: Key = new Map();

function databaseEntries(databases: readonly Database[], walked: readonly WalkedIndex[], selection: Selection): readonly Entry[] {
  const { key, path } = databases[0] as Database;
  // A database without any index is there, too; one that has nothing of what is asked for is not.
  const isEmpty = databases.every(({ indexes }) => indexes.length === 0);
  const asksMore = [...selection.keys()].some((keyword) => !key.has(keyword));
  if (walked.length === 0 && (!isEmpty || asksMore)) return [];
  const flushedMs = walked.reduce((latest, { ref }) => Math.max(latest, ref.flushedMs), 0);
  return [{ keys: [key, nothing, nothing], location: { file: path, offset: 0, length: 0 }, flushedMs, isMasked: false }];
}

function groupEntries(walked: readonly WalkedIndex[]): readonly Entry[] {
  return walked
    .filter(({ position }) => position === 0)
    .map(({ group, ref }) => ({
      keys: [group.database.key, ref.group, nothing],
      location: { file: ref.indexFile, offset: 0, length: 0 },
      flushedMs: ref.flushedMs,
      isMasked: false,
    }));
}
