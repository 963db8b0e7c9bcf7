import { type Context, type Disk, DteError } from '../../base/index.js';
import { type FdbConfig, findDatabases, type FoundDatabase } from '../config/index.js';
import { type Database, readDatabase } from '../database/index.js';
import { canHaveMade } from '../read/stored-rule.js';
import { levelMatcher } from '../schema/index.js';
import { formatKey, type OnDamage, type Selection } from '../types.js';
import { diskOf } from '../disk-of.js';
import { stopIfCancelled } from './stop-if-cancelled.js';

/** What every call of the administration takes. */
export interface VisitOptions {
  /** Told of what is damaged and was gone past. */
  readonly onDamage?: OnDamage;
  /** True: a selection that matches nothing is not an error. */
  readonly ignoreNoData?: boolean;
}

/** A folder whose name the selection matches: that of the table of contents and the indexes, and that of the data. */
export type Place = FoundDatabase;

export interface Visited extends Place {
  readonly database: Database;
}

/** Every database that the selection matches on level 1; keywords of lower levels do not restrict. `absent.database` when there is none. */
export async function* visitDatabases(
  context: Context,
  config: FdbConfig,
  selection: Selection,
  purpose: 'list' | 'retrieve' | 'archive' | 'wipe',
  options: VisitOptions = {},
): AsyncGenerator<Visited> {
  const disk = diskOf(context);
  let found = 0;
  for await (const place of findDatabases(config, disk, selection, purpose)) {
    stopIfCancelled(context);
    const database = await readDatabase(disk, place.path, onDamageOf(options));
    if (database === undefined || !fits(database, selection)) continue;
    found += 1;
    yield { ...place, database };
  }
  if (found === 0 && options.ignoreNoData !== true) throw noDatabase(config, selection);
}

/** Names only tell so much: the key in the table of contents decides. */
export function fits({ schema, key }: Database, selection: Selection): boolean {
  const rules = schema.rules.filter((rule) => canHaveMade(rule, key));
  if (rules.length === 0) return [...key].every(([keyword, value]) => selection.get(keyword)?.includes(value) ?? true);
  return rules.some((rule) => levelMatcher(rule.predicates, selection).matches(key));
}

/** The database in a folder. `absent.database` when there is none. */
export async function readExisting(disk: Disk, path: string, options: VisitOptions = {}): Promise<Database> {
  const database = await readDatabase(disk, path, onDamageOf(options));
  if (database !== undefined) return database;
  throw new DteError('absent.database', `there is no database in '${path}'`, {
    hint: "a database is a folder with a file 'toc'",
    where: { file: path },
  });
}

export function noDatabase(config: FdbConfig, selection: Selection): DteError {
  return new DteError('absent.database', `no database matches ${formatSelection(selection)}`, {
    hint: `the roots and the schema are those of ${config.source}`,
  });
}

/** `class=od,expver=0001/0002`; `everything` for an empty one. */
export function formatSelection(selection: Selection): string {
  const parts = [...selection].map(([keyword, values]) => `${keyword}=${values.join('/')}`);
  return parts.length === 0 ? 'everything' : parts.join(',');
}

/** Only who made a database may change it, where the configuration says so. `auth.access`. */
export function checkCreator(context: Context, config: FdbConfig, database: Database): void {
  const disk = diskOf(context);
  if (!config.onlyCreatorCanWrite || database.createdBy === disk.self.uid) return;
  const maker = disk.userName(database.createdBy);
  throw new DteError(
    'auth.access',
    `only user '${maker}' may change the database ${formatKey(database.key)}, not '${disk.userName(disk.self.uid)}'`,
    {
      where: { file: database.path },
      hint: `ask '${maker}', or set fdbOnlyCreatorCanWrite to false`,
    },
  );
}

function onDamageOf(options: VisitOptions): { readonly onDamage?: OnDamage } {
  return options.onDamage === undefined ? {} : { onDamage: options.onDamage };
}
