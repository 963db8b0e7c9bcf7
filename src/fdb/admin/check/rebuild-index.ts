import { type Context, joinPath } from '../../../base/index.js';
import type { FdbConfig } from '../../config/index.js';
import { type Database, type IndexRef, readDatabase, readIndexes } from '../../database/index.js';
import type { RecordContent } from '../../format/index.js';
import { storedRule } from '../../read/stored-rule.js';
import { keyText } from '../../schema/index.js';
import type { Key } from '../../types.js';
import { groupIndex, sortedEntries } from '../../write/group-index.js';
import { indexFile } from '../../write/index-file.js';
import { newFiles } from '../../write/new-files.js';
import { appendRecords } from '../append.js';
import { diskOf } from '../../disk-of.js';
import { dataFilesOf, visibleIndexes } from '../owned.js';
import { nameIn } from '../reconsolidate.js';
import { scanMessages, splitterOf } from './scan-messages.js';
import { groupText } from '../usage.js';

/** Entries of one group that are to be found again. */
interface Found {
  readonly element: Key;
  readonly text: string;
  readonly file: string;
  readonly offset: number;
  readonly length: number;
}

/**
 * Makes a new index for one that is lost, out of the messages of the data files that its record lists: those of its group, with values that the record
 * lists, which no other index refers to, and whose key no newer index has. The lost one is masked in the same write. Number of entries.
 */
export async function rebuildIndex(context: Context, config: FdbConfig, database: Database, lost: IndexRef): Promise<number> {
  const disk = diskOf(context);
  const split = splitterOf(database.schema);
  const others = database.indexes.filter((ref) => ref !== lost);
  const taken = await takenPlaces(context, others, new Set(dataFilesOf(lost)));
  const newer = [
    ...visibleIndexes(database).filter((ref) => ref !== lost && ref.sequence > lost.sequence),
    ...(await newcomers(context, database)),
  ].filter((ref) => groupText(ref) === groupText(lost));
  const hidden = new Set<string>();
  for (const columns of await readIndexes(disk, newer, { onDamage: () => {} })) for (const text of columns.texts) hidden.add(text);
  const found = new Map<string, Found>();
  for (const file of dataFilesOf(lost)) {
    if ((await disk.info(file)) === undefined) continue;
    for await (const { offset, length, metadata } of scanMessages(context, file)) {
      const keys = split(metadata);
      if (keys === undefined || taken.has(placeName(file, offset))) continue;
      if (groupText({ group: keys.group }) !== groupText(lost) || !isOnAxes(lost, keys.element)) continue;
      const text = keyText(keys.rule.group.element.predicates, keys.element);
      if (!hidden.has(text)) found.set(text, { element: keys.element, text, file, offset, length });
    }
  }
  const mask: RecordContent = { kind: 'clear', file: lost.record.file, offset: lost.record.offset };
  await writeFound(context, config, { database, group: lost.group, tocFile: lost.tocFile, entries: [...found.values()] }, [mask]);
  return found.size;
}

/**
 * Indexes messages that lie in a data file of the database and that no index refers to, from `start` on, unless their key is visible already: which of the
 * two is newer cannot be told. Number of entries.
 */
export async function adoptOrphans(context: Context, config: FdbConfig, database: Database, file: string, start: number): Promise<number> {
  const disk = diskOf(context);
  const split = splitterOf(database.schema);
  const taken = await takenPlaces(context, database.indexes, new Set([file]));
  const groups = new Map<string, { readonly group: Key; readonly entries: Map<string, Found> }>();
  for await (const { offset, length, metadata } of scanMessages(context, file, start)) {
    const keys = split(metadata);
    if (keys === undefined || taken.has(placeName(file, offset)) || !sameKey(keys.database, database.key)) continue;
    const name = groupText({ group: keys.group });
    const text = keyText(keys.rule.group.element.predicates, keys.element);
    let group = groups.get(name);
    if (group === undefined) groups.set(name, (group = { group: keys.group, entries: new Map() }));
    group.entries.set(text, { element: keys.element, text, file, offset, length });
  }
  let count = 0;
  for (const [name, { group, entries }] of groups) {
    const visible = visibleIndexes(database).filter((ref) => groupText(ref) === name);
    for (const columns of await readIndexes(disk, visible, { onDamage: () => {} })) for (const text of columns.texts) entries.delete(text);
    count += entries.size;
    await writeFound(context, config, { database, group, tocFile: joinPath(database.path, 'toc'), entries: [...entries.values()] }, []);
  }
  return count;
}

/** Indexes that other processes made visible since; what this process made anew itself does not count. */
async function newcomers(context: Context, before: Database): Promise<readonly IndexRef[]> {
  const disk = diskOf(context);
  const now = await readDatabase(disk, before.path);
  const known = new Set(before.indexes.map(({ tocFile, record }) => `${tocFile}\0${record.header.start}`));
  return now === undefined
    ? []
    : visibleIndexes(now).filter(
        ({ tocFile, record }) =>
          !known.has(`${tocFile}\0${record.header.start}`) &&
          (record.header.pid !== disk.self.pid || record.header.host !== disk.self.host),
      );
}

async function takenPlaces(context: Context, refs: readonly IndexRef[], files: ReadonlySet<string>): Promise<ReadonlySet<string>> {
  const taken = new Set<string>();
  const sharing = refs.filter((ref) => dataFilesOf(ref).some((file) => files.has(file)));
  const all = await readIndexes(diskOf(context), sharing, { onDamage: () => {} });
  all.forEach(({ count, uriIds, offsets }, index) => {
    const ref = sharing[index] as IndexRef;
    for (let row = 0; row < count; row++)
      if (ref.record.dataFiles.has(uriIds[row] as number))
        taken.add(placeName(ref.dataFile(uriIds[row] as number), offsets[row] as number));
  });
  return taken;
}

function placeName(file: string, offset: number): string {
  return `${offset}\0${file}`;
}

function isOnAxes(ref: IndexRef, element: Key): boolean {
  for (const [keyword, values] of ref.record.axes) if (!values.includes(element.get(keyword) ?? '')) return false;
  return true;
}

export function sameKey(one: Key, other: Key): boolean {
  const filled = (key: Key): string => groupText({ group: key });
  return filled(one) === filled(other);
}

interface NewIndex {
  readonly database: Database;
  readonly group: Key;
  readonly tocFile: string;
  readonly entries: readonly Found[];
}

/** Index and record, the record together with `more`. */
async function writeFound(
  context: Context,
  config: FdbConfig,
  { database, group, tocFile, entries }: NewIndex,
  more: readonly RecordContent[],
): Promise<void> {
  const disk = diskOf(context);
  const rule = storedRule(database.schema, database.key, group)?.group;
  if (rule === undefined || entries.length === 0) {
    await appendRecords(context, config, tocFile, more);
    return;
  }
  const index = groupIndex(group, rule);
  entries.forEach(({ element, file, offset, length }, sequence) => index.add(element, { file, offset, length }, sequence));
  const pending = index.take();
  const file = indexFile(disk, database.path, index.text, newFiles(context));
  try {
    const place = await file.write(sortedEntries(pending), index.treeType);
    await file.sync();
    await disk.syncFolder(database.path);
    const record = index.record(pending, place.file, place.offset, (path) => nameIn(database.path, path), context.clock.now());
    await appendRecords(context, config, tocFile, [record, ...more]);
  } finally {
    await file.close();
  }
}
