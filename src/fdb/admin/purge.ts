import { type Context, type Disk, DteError } from '../../base/index.js';
import type { FdbConfig } from '../config/index.js';
import { type Database, readDatabase } from '../database/index.js';
import { formatKey, type Key, type Selection } from '../types.js';
import { appendRecords } from './append.js';
import { diskOf } from '../disk-of.js';
import { residualSelection } from './exact.js';
import { auxiliaryFiles, existing, removeFiles } from './folder-files.js';
import { quietMsByDefault, writerStillThere } from './in-use.js';
import { dataFilesOf, isOwned, maskedTocs, visibleIndexes } from './owned.js';
import { type IndexUsage, readUsage, type Usage } from './usage.js';
import { checkCreator, formatSelection, type Place, visitDatabases, type Visited, type VisitOptions } from './visit.js';
import type { IndexMask } from './wipe-plan.js';

export interface PurgeOptions extends VisitOptions {
  /** False, and so unless told: nothing is changed, the plan alone is given. */
  readonly doit?: boolean;
  /** Files of writers on other hosts stay when they changed within this time; 10 minutes unless told. */
  readonly quietMs?: number;
}

/** What a purge of one database would do, or did. Paths are absolute. */
export interface PurgeReport {
  readonly key: Key;
  readonly path: string;
  /** Newest first; of the database itself, not of those it overlays. */
  readonly indexes: readonly IndexUsage[];
  /** Index file (masked sub-tocs too) -> fields in it that a listing shows. */
  readonly indexFileUsage: ReadonlyMap<string, number>;
  /** Data file -> fields in it that a listing shows. */
  readonly dataFileUsage: ReadonlyMap<string, number>;
  /** Indexes of which every entry is hidden by a newer one. */
  readonly masks: readonly IndexMask[];
  /** Sorted; to be deleted, or deleted. */
  readonly dataFiles: readonly string[];
  readonly auxiliaryFiles: readonly string[];
  /** Index files, then sub-tocs. */
  readonly indexFiles: readonly string[];
  /** Data files elsewhere that nothing refers to any more: never deleted. */
  readonly adoptedFiles: readonly string[];
  /** Files that were to go, but that a writer may still have open. */
  readonly inUseFiles: readonly string[];
  readonly isDone: boolean;
  readonly removed: readonly string[];
}

/**
 * Finds what no listing shows any more: indexes whose every entry was archived again, data files without a visible entry. With `doit` those
 * indexes are masked and the files deleted; a file with one visible field stays whole. Nothing is deleted that any visible entry of any
 * index of the database refers to, sub-tocs and overlaid databases included; the tables of contents are read once more after the masking,
 * for writers that came in between. What cannot be known: other databases that adopted data files of this one.
 *
 * Errors: `absent.database`, `auth.locked` for a database that is locked for wipe, `input.keyword` for a selection that asks for less than
 * whole databases, `auth.access` for a database that another user made.
 */
export async function* purge(
  context: Context,
  config: FdbConfig,
  selection: Selection,
  options: PurgeOptions = {},
): AsyncGenerator<PurgeReport> {
  const locked: string[] = [];
  for await (const visited of visitDatabases(context, config, selection, 'wipe', options)) {
    const { database } = visited;
    const residual = residualSelection(database.schema, database.key, selection);
    if (residual === undefined || residual.size > 0)
      throw new DteError(
        'input.keyword',
        `${formatSelection(residual ?? selection)} asks for a part of the database ${formatKey(database.key)}`,
        {
          where: { file: database.path },
          hint: 'only whole databases can be purged',
        },
      );
    if (database.controls.has('wipe')) {
      locked.push(database.path);
      continue;
    }
    const plan = await planPurge(context, visited, options);
    if (options.doit !== true) yield plan;
    else {
      checkCreator(context, visited.config, database);
      yield await purgeNow(context, { plan, database, place: visited }, options);
    }
  }
  if (locked.length > 0)
    throw new DteError('auth.locked', `${locked.length === 1 ? 'a database is' : `${locked.length} databases are`} locked for wipe`, {
      where: { file: locked[0] as string },
      hint: "'dte fdb unlock --wipe' unlocks it",
    });
}

async function planPurge(context: Context, visited: Visited, options: PurgeOptions): Promise<PurgeReport> {
  const { database, ...place } = visited;
  const disk = diskOf(context);
  const usage = await readUsage(disk, database, {
    accept: (ref) => isOwned(place, ref.indexFile),
    ...(options.onDamage === undefined ? {} : { onDamage: options.onDamage }),
  });
  const gone = usage.indexes.filter((index) => index.isWhole && index.fields > 0 && index.fields === index.duplicates);
  const masks = gone.map(({ ref }) => {
    const { file, offset } = ref.record;
    return { tocFile: ref.tocFile, indexFile: ref.indexFile, offset, record: { kind: 'clear', file, offset } as const };
  });
  const hiding = new Set(gone.map(({ ref }) => ref));
  const stays = filesThatStay(place, database, usage, (index) => hiding.has(index.ref));
  const { adopted, ...counted } = candidates(place, database, usage, stays);
  const indexFileUsage = await withoutRemoved(disk, counted.indexFileUsage);
  const dataFileUsage = await withoutRemoved(disk, counted.dataFileUsage);
  const unused = (counts: ReadonlyMap<string, number>): string[] => [...counts.keys()].filter((file) => !stays.has(file));
  const quietMs = options.quietMs ?? quietMsByDefault;
  const inUse: string[] = [];
  const free = async (files: string[]): Promise<string[]> => {
    const there: string[] = [];
    for (const file of files.sort()) (await writerStillThere(context, file, quietMs)) === undefined ? there.push(file) : inUse.push(file);
    return there;
  };
  const dataFiles = await free(unused(dataFileUsage));
  const indexFiles = await free(unused(indexFileUsage));
  // A sub-toc stays as long as a file that it alone names: otherwise no later purge would find that file.
  const keeps = (path: string): boolean =>
    database.indexes.some((ref) => ref.tocFile === path && [ref.indexFile, ...dataFilesOf(ref)].some((file) => inUse.includes(file)));
  const subTocs = indexFiles.filter((file) => !file.endsWith('.index') && !keeps(file));
  return {
    key: database.key,
    path: place.path,
    indexes: usage.indexes,
    indexFileUsage,
    dataFileUsage,
    masks,
    dataFiles,
    auxiliaryFiles: await auxiliaryFiles(disk, dataFiles, place.config.auxiliaryExtensions),
    indexFiles: [...indexFiles.filter((file) => file.endsWith('.index')), ...subTocs],
    adoptedFiles: await existing(disk, adopted),
    inUseFiles: inUse,
    isDone: false,
    removed: [],
  };
}

/** Records keep the names of files that an earlier purge has removed. A file that is missed stays in. */
async function withoutRemoved(disk: Disk, counts: ReadonlyMap<string, number>): Promise<ReadonlyMap<string, number>> {
  const unseen = [...counts].filter(([, fields]) => fields === 0).map(([file]) => file);
  const there = new Set(await existing(disk, unseen));
  return new Map([...counts].filter(([file, fields]) => fields > 0 || there.has(file)));
}

/** Files that some visible entry needs, or whose index cannot be read, or that an overlaid database shows. */
function filesThatStay(place: Place, database: Database, usage: Usage, isGone: (index: IndexUsage) => boolean): ReadonlySet<string> {
  const stays = new Set<string>(usage.doubtfulDataFiles);
  for (const [file, fields] of usage.dataFiles) if (fields > 0) stays.add(file);
  for (const index of usage.indexes) if (!isGone(index)) stays.add(index.ref.indexFile);
  for (const ref of visibleIndexes(database))
    if (!isOwned(place, ref.indexFile)) {
      stays.add(ref.indexFile);
      for (const file of dataFilesOf(ref)) stays.add(file);
    }
  return stays;
}

/** All files that the database's own records name: those of masked indexes and masked sub-tocs have no visible field. */
function candidates(
  place: Place,
  database: Database,
  usage: Usage,
  stays: ReadonlySet<string>,
): {
  readonly indexFileUsage: ReadonlyMap<string, number>;
  readonly dataFileUsage: ReadonlyMap<string, number>;
  readonly adopted: readonly string[];
} {
  const indexFileUsage = new Map<string, number>();
  const dataFileUsage = new Map<string, number>();
  const adopted = new Set<string>();
  for (const ref of database.indexes) {
    if (!isOwned(place, ref.indexFile)) continue;
    indexFileUsage.set(ref.indexFile, usage.indexFiles.get(ref.indexFile) ?? 0);
    for (const file of dataFilesOf(ref))
      if (isOwned(place, file)) dataFileUsage.set(file, usage.dataFiles.get(file) ?? 0);
      else if (!stays.has(file)) adopted.add(file);
  }
  for (const path of maskedTocs(database)) if (isOwned(place, path)) indexFileUsage.set(path, 0);
  return { indexFileUsage, dataFileUsage, adopted: [...adopted] };
}

interface Work {
  readonly plan: PurgeReport;
  readonly database: Database;
  readonly place: Place;
}

async function purgeNow(context: Context, { plan, database, place }: Work, options: PurgeOptions): Promise<PurgeReport> {
  const disk: Disk = diskOf(context);
  for (const tocFile of new Set(plan.masks.map((mask) => mask.tocFile)))
    await appendRecords(
      context,
      place.config,
      tocFile,
      plan.masks.filter((mask) => mask.tocFile === tocFile).map((mask) => mask.record),
      options.onDamage,
    );
  const needed = await neededSince(disk, place, database);
  const isFree = (file: string): boolean => !needed.has(file);
  const dataFiles = plan.dataFiles.filter(isFree);
  const auxiliary = plan.auxiliaryFiles.filter((file) => dataFiles.some((data) => file.startsWith(`${data}.`)));
  const indexFiles = plan.indexFiles.filter(isFree);
  const removed = await removeFiles(disk, [...dataFiles, ...auxiliary, ...indexFiles]);
  return { ...plan, dataFiles, auxiliaryFiles: auxiliary, indexFiles, isDone: true, removed };
}

/** Files that indexes need which appeared since `before` was read. */
async function neededSince(disk: Disk, place: Place, before: Database): Promise<ReadonlySet<string>> {
  const now = await readDatabase(disk, place.path);
  const needed = new Set<string>();
  if (now === undefined) return needed;
  const known = new Set(before.indexes.map(recordName));
  for (const ref of visibleIndexes(now))
    if (!known.has(recordName(ref))) {
      needed.add(ref.indexFile);
      for (const file of dataFilesOf(ref)) needed.add(file);
    }
  // A sub-toc that is no longer masked cannot come back by itself, but one that was made since is none of the plan.
  for (const toc of now.tocs) if (!toc.isMasked) needed.add(toc.path);
  return needed;
}

function recordName(ref: Database['indexes'][number]): string {
  return `${ref.tocFile}\0${ref.record.header.start}`;
}
