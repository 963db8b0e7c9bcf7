import { baseName, type Context, type Disk, DteError, ordered } from '../../base/index.js';
import { type FdbConfig, findDatabases } from '../config/index.js';
import { type Database, readDatabase } from '../database/index.js';
import { diskOf } from '../disk-of.js';
import { type DatabaseRule, levelMatcher } from '../schema/index.js';
import { type Key, formatKey, type OnDamage, type Selection } from '../types.js';
import type { ReadCache } from './read-cache.js';
import { canHaveMade } from './stored-rule.js';

export interface MatchedOptions {
  readonly purpose: 'list' | 'retrieve';
  /** Told of databases that are locked or damaged, which are then left out as far as need be; without it the first is thrown. */
  readonly onDamage?: OnDamage;
  /** What is known of databases from earlier calls. */
  readonly cache?: ReadCache | undefined;
}

// Opening one is a handful of small reads: several at once hide their waiting.
const databasesInFlight = 8;

/**
 * The databases that a selection can concern, in the order of their paths. Databases of one key in several roots come together.
 * Each table of contents is read once, so what is made visible later stays invisible to the walk.
 */
export async function* matchedDatabases(
  context: Context,
  config: FdbConfig,
  selection: Selection,
  options: MatchedOptions,
): AsyncGenerator<readonly Database[]> {
  const disk = diskOf(context);
  // Names of one key are alike in all roots; what is below them is read only as the walk gets there.
  const folders = new Map<string, string[]>();
  for await (const { path, root } of findDatabases(config, disk, selection, options.purpose)) {
    const name = path.startsWith(root.catalogue) ? path.slice(root.catalogue.length) : baseName(path);
    const same = folders.get(name);
    if (same === undefined) folders.set(name, [path]);
    else if (!same.includes(path)) same.push(path);
  }
  const groups = [...folders.values()].map((paths) => paths.sort()).sort((a, b) => ((a[0] as string) < (b[0] as string) ? -1 : 1));
  const readings = ordered(groups, (paths) => Promise.all(paths.map((path) => openDatabase(disk, path, options))), databasesInFlight);
  for await (const opened of readings) {
    context.signal?.throwIfAborted();
    const fitting: Database[] = [];
    for (const database of opened) {
      if (database === undefined || !fits(database, selection)) continue;
      if (!database.controls.has(options.purpose)) fitting.push(database);
      else report(lockedError(database, options.purpose), options.onDamage);
    }
    if (fitting.length > 0) yield fitting;
  }
}

/** Hands an error to who wants to go past it, or throws it. */
export function report(error: unknown, onDamage: OnDamage | undefined): void {
  if (!(error instanceof DteError) || onDamage === undefined || error.code.startsWith('fault.internal')) throw error;
  onDamage(error);
}

async function openDatabase(disk: Disk, path: string, { onDamage, cache }: MatchedOptions): Promise<Database | undefined> {
  const previous = cache?.database(path);
  try {
    const options = { ...(onDamage === undefined ? {} : { onDamage }), ...(previous === undefined ? {} : { previous }) };
    const database = await readDatabase(disk, path, options);
    cache?.keep(path, database);
    return database;
  } catch (error) {
    report(error, onDamage);
    return undefined;
  }
}

function fits(database: Database, selection: Selection): boolean {
  const { key } = database;
  const rules = rulesOf(database);
  return rules.length === 0 ? fitsByText(key, selection) : rules.some((rule) => levelMatcher(rule.predicates, selection).matches(key));
}

const rulesByDatabase = new WeakMap<Database, readonly DatabaseRule[]>();

/** Rules that its key can have come from. */
function rulesOf(database: Database): readonly DatabaseRule[] {
  let rules = rulesByDatabase.get(database);
  if (rules === undefined) {
    rules = database.schema.rules.filter((rule) => canHaveMade(rule, database.key));
    rulesByDatabase.set(database, rules);
  }
  return rules;
}

/** For a database whose schema does not know its own key. */
function fitsByText(key: Key, selection: Selection): boolean {
  return [...key].every(([keyword, value]) => selection.get(keyword)?.includes(value) ?? true);
}

function lockedError({ path, key }: Database, purpose: 'list' | 'retrieve'): DteError {
  const work = purpose === 'list' ? 'listing' : 'retrieval';
  return new DteError('auth.locked', `database ${formatKey(key)} is locked for ${work}`, {
    where: { file: path },
    hint: `remove ${purpose}.lock there (dte fdb unlock --${purpose})`,
  });
}
