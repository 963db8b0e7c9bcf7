import { type Context, type Disk, DteError, joinPath } from '../../base/index.js';
import type { FdbConfig } from '../config/index.js';
import { type Database, type IndexRef, readDatabase, readIndex } from '../database/index.js';
import type { IndexContent, RecordContent, TreeEntry, WritableTree } from '../format/index.js';
import { storedRule } from '../read/stored-rule.js';
import { keyText, type Predicate, valuesOfText } from '../schema/index.js';
import { formatKey, type Key, type Selection } from '../types.js';
import { indexFile } from '../write/index-file.js';
import { newFiles } from '../write/new-files.js';
import { appendRecords } from './append.js';
import { diskOf } from '../disk-of.js';
import { quietMsByDefault, writerStillThere } from './in-use.js';
import { isOwned, maskedTocs, visibleIndexes } from './owned.js';
import { byGroup } from './usage.js';
import { checkCreator, type Place, visitDatabases, type VisitOptions } from './visit.js';

export interface ReconsolidateOptions extends VisitOptions {
  /** A sub-toc of another host counts as in use when it changed within this time; 10 minutes unless told. */
  readonly quietMs?: number;
}

export interface ReconsolidateReport {
  readonly key: Key;
  readonly path: string;
  /** Groups that were given one index each. */
  readonly groups: number;
  readonly fields: number;
  /** Entries that newer ones hid, and that are no longer listed even among masked ones of those groups. */
  readonly hiddenFields: number;
  readonly indexesBefore: number;
  readonly subTocsMasked: number;
}

/**
 * Gives every group whose entries lie in several indexes or in sub-tocs one index with all that shows, and masks the old indexes and
 * sub-tocs, in one write. What a listing shows does not change; a purge then deletes the old files.
 *
 * `absent.database`, `auth.access`, `auth.locked` for a sub-toc whose writer may still be at work, `input.option` for a database that
 * overlays another (the order of the two would change), `data.index` for an index that cannot be read, after which nothing has changed.
 */
export async function* reconsolidate(
  context: Context,
  config: FdbConfig,
  selection: Selection,
  options: ReconsolidateOptions = {},
): AsyncGenerator<ReconsolidateReport> {
  for await (const visited of visitDatabases(context, config, selection, 'archive', options)) {
    checkCreator(context, visited.config, visited.database);
    yield await reconsolidateDatabase(context, visited.config, visited, visited.database, options);
  }
}

/** Others may flush while the new indexes are made: then it is done again. */
const mostTries = 5;

async function reconsolidateDatabase(
  context: Context,
  config: FdbConfig,
  place: Place,
  first: Database,
  options: ReconsolidateOptions,
): Promise<ReconsolidateReport> {
  const disk = diskOf(context);
  let database = first;
  for (let tries = 0; tries < mostTries; tries++) {
    const work = await prepare(context, place, database, options);
    if (work.groups.length === 0) return { ...work.counts, key: database.key, path: place.path };
    const written = await writeIndexes(context, place, work.groups);
    const now = await readDatabase(disk, place.path);
    if (now !== undefined && sameIndexes(database, now)) {
      await appendRecords(context, config, joinPath(place.path, 'toc'), [...written.records, ...work.masks], options.onDamage);
      await bringForward(context, config, database, written.records);
      return { ...work.counts, key: database.key, path: place.path };
    }
    for (const file of written.files) await disk.remove(file);
    if (now === undefined)
      throw new DteError('absent.database', `the database ${formatKey(first.key)} is gone`, { where: { file: place.path } });
    database = now;
  }
  throw new DteError('auth.locked', `the database ${formatKey(first.key)} is written to all the time`, {
    where: { file: place.path },
    hint: 'try again later',
  });
}

interface MergedGroup {
  readonly key: Key;
  readonly predicates: readonly Predicate[];
  readonly stem: string;
  readonly treeType: WritableTree;
  readonly entries: readonly TreeEntry[];
  readonly dataFiles: ReadonlyMap<number, string>;
}

interface Prepared {
  readonly groups: readonly MergedGroup[];
  readonly masks: readonly RecordContent[];
  readonly counts: Omit<ReconsolidateReport, 'key' | 'path'>;
}

async function prepare(context: Context, place: Place, database: Database, options: ReconsolidateOptions): Promise<Prepared> {
  const disk = diskOf(context);
  const visible = visibleIndexes(database);
  const foreign = visible.find((ref) => !isOwned(place, ref.indexFile));
  if (foreign !== undefined)
    throw new DteError('input.option', `the database ${formatKey(database.key)} overlays another and cannot be reconsolidated`, {
      where: { file: foreign.tocFile },
      hint: 'remove the overlay first',
    });
  const mainToc = joinPath(place.path, 'toc');
  const subTocs = new Set(visible.map((ref) => ref.tocFile).filter((path) => path !== mainToc));
  for (const path of subTocs) {
    const writer = await writerStillThere(context, path, options.quietMs ?? quietMsByDefault);
    if (writer !== undefined)
      throw new DteError('auth.locked', `process ${writer.pid} of ${writer.host} may still be writing`, {
        where: { file: path },
        hint: 'try again when it is done',
      });
  }
  const groups: MergedGroup[] = [];
  const merged: IndexRef[] = [];
  let hiddenFields = 0;
  for (const refs of byGroup(visible)) {
    if (refs.length === 1 && refs.every((ref) => ref.tocFile === mainToc)) continue;
    const { group, hidden } = await mergeGroup(disk, database, refs);
    groups.push(group);
    merged.push(...refs);
    hiddenFields += hidden;
  }
  const masks: RecordContent[] = merged
    .filter((ref) => ref.tocFile === mainToc)
    .map(({ record: { file, offset } }) => ({ kind: 'clear', file, offset }));
  masks.push(...subTocMasks(database, subTocs));
  const fields = groups.reduce((sum, group) => sum + group.entries.length, 0);
  return {
    groups,
    masks,
    counts: { groups: groups.length, fields, hiddenFields, indexesBefore: merged.length, subTocsMasked: subTocs.size },
  };
}

/** Clears by the very names that the main table of contents gives its sub-tocs. */
function subTocMasks(database: Database, subTocs: ReadonlySet<string>): RecordContent[] {
  const own = database.tocs[0];
  const masks: RecordContent[] = [];
  for (const record of own?.records ?? [])
    if (record.kind === 'sub-toc' && subTocs.has(joinPath(database.path, record.path.slice(record.path.lastIndexOf('/') + 1))))
      masks.push({ kind: 'clear', file: record.path, offset: 0 });
  return masks;
}

/** Trees that hold more than places of messages are left alone. */
const plainTrees: readonly string[] = ['BTreeIndex', 'BTreeIndex64', 'BTreeIndex4MB'];

async function mergeGroup(
  disk: Disk,
  database: Database,
  refs: readonly IndexRef[],
): Promise<{ readonly group: MergedGroup; readonly hidden: number }> {
  const newest = refs[0] as IndexRef;
  const rule = storedRule(database.schema, database.key, newest.group)?.group;
  if (rule === undefined)
    throw new DteError('data.index', `no rule of the database's schema makes the group ${formatKey(newest.group)}`, {
      where: { file: newest.tocFile },
    });
  const odd = refs.find((ref) => !plainTrees.includes(ref.record.treeType));
  if (odd !== undefined)
    throw new DteError('unsupported.engine', `an index of type ${odd.record.treeType} cannot be merged`, {
      where: { file: odd.indexFile },
    });
  const entries = new Map<string, TreeEntry>();
  const numbers = new Map<string, number>();
  let hidden = 0;
  for (const ref of refs) {
    const { count, texts, uriIds, offsets, lengths } = await readIndex(disk, ref);
    for (let row = 0; row < count; row++) {
      const text = texts[row] as string;
      if (entries.has(text)) {
        hidden += 1;
        continue;
      }
      const file = ref.dataFile(uriIds[row] as number);
      let uriId = numbers.get(file);
      if (uriId === undefined) numbers.set(file, (uriId = numbers.size));
      entries.set(text, { text, uriId, offset: offsets[row] as number, length: lengths[row] as number });
    }
  }
  return {
    group: {
      key: newest.group,
      predicates: rule.element.predicates,
      stem: keyText(rule.predicates, newest.group),
      treeType: refs.some((ref) => ref.record.treeType === 'BTreeIndex64') ? 'BTreeIndex64' : 'BTreeIndex',
      entries: [...entries.values()].sort((a, b) => (a.text < b.text ? -1 : 1)),
      dataFiles: new Map([...numbers].map(([file, id]) => [id, file])),
    },
    hidden,
  };
}

async function writeIndexes(
  context: Context,
  place: Place,
  groups: readonly MergedGroup[],
): Promise<{ readonly records: readonly IndexContent[]; readonly files: readonly string[] }> {
  const disk = diskOf(context);
  const names = newFiles(context);
  const records: IndexContent[] = [];
  for (const group of groups) {
    const file = indexFile(disk, place.path, group.stem, names);
    try {
      const at = await file.write(group.entries, group.treeType);
      await file.sync();
      records.push({
        kind: 'index',
        ...at,
        treeType: group.treeType,
        dataFiles: new Map([...group.dataFiles].map(([id, path]) => [id, nameIn(place.path, path)])),
        axes: axesOf(group),
        key: group.key,
        flushedMs: context.clock.now(),
      });
    } finally {
      await file.close();
    }
  }
  await disk.syncFolder(place.path);
  return { records, files: records.map((record) => joinPath(place.path, record.file)) };
}

/** Names in records are relative to the folder where they can be. */
export function nameIn(folder: string, file: string): string {
  return file.startsWith(`${folder}/`) && !file.includes('/', folder.length + 1) ? file.slice(folder.length + 1) : file;
}

function axesOf({ predicates, entries }: MergedGroup): ReadonlyMap<string, readonly string[]> {
  const axes = predicates.map(() => new Set<string>());
  for (const { text } of entries) valuesOfText(predicates, text).forEach((value, index) => axes[index]?.add(value));
  return new Map(predicates.map(({ printed }, index) => [printed, [...(axes[index] as Set<string>)].sort()]));
}

function sameIndexes(before: Database, now: Database): boolean {
  const names = (database: Database): string =>
    visibleIndexes(database)
      .map(({ tocFile, record }) => `${tocFile}\0${record.header.start}`)
      .join('\n');
  return names(before) === names(now) && [...maskedTocs(before)].join('\n') === [...maskedTocs(now)].join('\n');
}

/**
 * An index that another process made visible in the moment between the last look and our write stands before ours and would be hidden by
 * older entries: naming it once more puts it in front again.
 */
async function bringForward(context: Context, config: FdbConfig, before: Database, ours: readonly IndexContent[]): Promise<void> {
  const disk = diskOf(context);
  const now = await readDatabase(disk, before.path);
  const seen = before.tocs[0]?.sizeBytes ?? 0;
  const own = new Set(ours.map((record) => record.file));
  const main = now?.tocs[0];
  const ourStart = main?.records.find((record) => record.kind === 'index' && own.has(record.file))?.header.start ?? 0;
  const between = (main?.records ?? []).filter(
    (record) => record.kind === 'index' && record.header.start >= seen && record.header.start < ourStart,
  );
  if (main !== undefined && between.length > 0) await appendRecords(context, config, main.path, between);
}
