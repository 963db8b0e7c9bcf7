import { type Context, DteError } from '../../base/index.js';
import { type FdbConfig, findDatabases } from '../config/index.js';
import { readDatabase } from '../database/index.js';
import type { Key, Selection } from '../types.js';
import { checkFolder } from './check/check-folder.js';
import type { CheckDepth, CheckedPlace } from './check/check-walk.js';
import { diskOf } from '../disk-of.js';
import type { Finding, OpenFinding } from './check/findings.js';
import { fits, formatSelection } from './visit.js';
import { planRemnant } from './wipe-plan.js';

export interface CheckOptions extends CheckDepth {
  /** Repairs what can be repaired without losing anything that was flushed. */
  readonly repair?: boolean;
  /** With `repair`: whole messages that nothing refers to become visible, unless their key is visible already. They were never flushed. */
  readonly adopt?: boolean;
  /** True: a selection that matches nothing is not an error. */
  readonly ignoreNoData?: boolean;
}

/** What the check of one database found. */
export interface CheckReport {
  /** Undefined where nothing tells which database it is. */
  readonly key: Key | undefined;
  readonly path: string;
  readonly tocRecords: number;
  readonly indexes: number;
  readonly entries: number;
  /** Messages that were looked at. */
  readonly messages: number;
  readonly dataFiles: number;
  readonly findings: readonly Finding[];
  /** True: no finding is an error, or all that were have been repaired. */
  readonly isSound: boolean;
}

/**
 * Checks every database that the selection matches: each record of its tables of contents, each page of its indexes, each entry, each message, each file.
 * What octets within a message's data section say cannot be checked: GRIB has no checksum.
 *
 * Repairs (`repair`): torn ends of tables of contents are cut, stale locks and temporary files go, and an index that is lost or damaged is made
 * anew out of the messages that it must have held. Nothing that was flushed is ever removed.
 */
export async function* check(
  context: Context,
  config: FdbConfig,
  selection: Selection,
  options: CheckOptions = {},
): AsyncGenerator<CheckReport> {
  const disk = diskOf(context);
  let found = 0;
  for await (const place of findDatabases(config, disk, selection, 'list')) {
    try {
      const database = await readDatabase(disk, place.path);
      if (database === undefined ? (await planRemnant(disk, place)) === undefined : !fits(database, selection)) continue;
    } catch (error) {
      // What cannot be read is what a check is for.
      if (!(error instanceof DteError)) throw error;
    }
    found += 1;
    yield await checkPlace(context, place.config, place, options);
  }
  if (found === 0 && options.ignoreNoData !== true)
    throw new DteError('absent.database', `no database matches ${formatSelection(selection)}`, {
      hint: `the roots and the schema are those of ${config.source}`,
    });
}

/** Checks the database in a folder. `absent.database` when there is no such folder. */
export async function checkDatabase(context: Context, config: FdbConfig, path: string, options: CheckOptions = {}): Promise<CheckReport> {
  if ((await diskOf(context).info(path))?.isDirectory !== true) throw new DteError('absent.database', `there is no folder '${path}'`);
  return checkPlace(context, config, { path, store: path }, options);
}

async function checkPlace(context: Context, config: FdbConfig, place: CheckedPlace, options: CheckOptions): Promise<CheckReport> {
  const { database, findings, counts } = await checkFolder(context, config, place, options);
  const closed: Finding[] = [];
  for (const finding of findings.all) closed.push(await closeFinding(finding, options));
  closed.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : (a.offset ?? 0) - (b.offset ?? 0)));
  const isSound = closed.every((finding) => finding.severity !== 'error' || finding.repair === 'done');
  return { key: database?.key, path: place.path, ...counts, findings: closed, isSound };
}

async function closeFinding({ fix, isOnRequest = false, ...finding }: OpenFinding, options: CheckOptions): Promise<Finding> {
  const { kind, severity, message, file, offset, error } = finding;
  const closed = { kind, severity, message, file, offset, error };
  if (fix === undefined) return { ...closed, repair: 'none' };
  if (options.repair !== true || (isOnRequest && options.adopt !== true))
    return { ...closed, repair: isOnRequest ? 'on-request' : 'possible' };
  return { ...closed, repair: (await fix()) ? 'done' : 'none' };
}
