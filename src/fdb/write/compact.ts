import { baseName, type Disk, folderOf, joinPath } from '../../base/index.js';
import { type Database, type IndexRef, openToc, readDatabase, readIndexes, type TocWriterOptions } from '../database/index.js';
import type { ClearContent, IndexContent, TreeEntry, WritableTree } from '../format/index.js';
import type { Key } from '../types.js';
import type { IndexFile } from './index-file.js';

/** A group of the writer that closes. */
export interface OwnGroup {
  readonly key: Key;
  readonly index: { readonly treeType: WritableTree };
  readonly file: IndexFile;
  /** Indexes that it wrote. */
  flushes: number;
  /** Entries in them. */
  entries: number;
}

/** Trees of more entries are better left alone: opening one costs little beside reading it. */
const fewEntries = 128;

/** Whether a group was flushed so often, and so little at a time, that one index for all of it pays. */
export function isDue({ flushes, entries }: Pick<OwnGroup, 'flushes' | 'entries'>, compactAfter: number): boolean {
  return flushes >= compactAfter && entries <= flushes * fewEntries;
}

export interface CompactOptions {
  readonly disk: Disk;
  readonly path: string;
  readonly tocOptions: TocWriterOptions;
  readonly sync: boolean;
  /** Name of the writer's own table of contents, which a compaction replaces; undefined when it writes to that of the database. */
  readonly subToc: string | undefined;
  readonly compactAfter: number;
  now(): number;
}

/** A tree that takes the place of several. */
interface Merged {
  readonly group: OwnGroup;
  readonly content: IndexContent;
}

/**
 * One index for all flushes of a writer: trees are merged, and one write announces the new index and masks those that it holds.
 * What that gains: readers open one tree for a group instead of one for each flush. What it costs: the entries are written once
 * more, and every mask is a record.
 *
 * Only indexes that no other writer's newer index may hide entries of are merged: the new one comes last, and would bring what was
 * hidden back. Others may append while trees are merged: then all is done again, from the tables of contents as they are by then. They
 * may also append between that last look and the write, so there is one more afterwards, and what slipped in is announced once more
 * behind.
 *
 * What remains are the moments from the last look to the write, and from there to the second announcement. An index that slips in
 * is hidden by older entries for so long, and for good when this process is stopped in between. A mask that slips in (`hide`, the wipe of a
 * group) does not count for what was merged: the entries show again, and with their data, since files of a living writer are not removed.
 */
export async function compactDatabase(options: CompactOptions, groups: readonly OwnGroup[]): Promise<void> {
  for (let tries = 0; tries < mostTries; tries++) if (await tryToCompact(options, groups)) return;
}

/** Where others append all the time, the indexes stay as they are. */
const mostTries = 3;

/** False when others appended meanwhile. */
async function tryToCompact(options: CompactOptions, groups: readonly OwnGroup[]): Promise<boolean> {
  const { disk, path } = options;
  const before = await readDatabase(disk, path);
  if (before === undefined) return true;
  const due = groups.filter((group) => options.subToc !== undefined || isDue(group, options.compactAfter));
  const chosen = due.map((group) => ({ group, refs: mergeable(before, group, options) })).filter(({ refs }) => refs.length > 0);
  // A sub-toc can only be masked whole.
  if (options.subToc !== undefined && chosen.length < groups.filter(({ flushes }) => flushes > 0).length) return true;
  if (chosen.length === 0) return true;
  const merged: Merged[] = [];
  for (const { group, refs } of chosen) merged.push(await merge(options, group, refs));
  if ((await readDatabase(disk, path, { previous: before })) !== before) return false;
  const masks = options.subToc === undefined ? chosen.flatMap(({ refs }) => refs.map(clearOf)) : [clearAll(options.subToc)];
  await append(options, [...merged.map(({ content }) => content), ...masks]);
  for (const { group, content } of merged) await announceSlipped(options, before, group, content);
  return true;
}

/** Visible indexes of the group that this writer wrote and that may move to the end, oldest first. Too few are not worth it. */
function mergeable(database: Database, group: OwnGroup, { path, subToc, compactAfter }: CompactOptions): readonly IndexRef[] {
  const visible = visibleRefs(database).filter((ref) => sameKey(ref.group, group.key));
  const own = visible.filter((ref) => isOwn(ref, group, path));
  const others = visible.filter((ref) => !isOwn(ref, group, path));
  /** Indexes that keep their place: one may only move behind those of them that hold none of its keys. */
  const staying = [...others];
  const free: IndexRef[] = [];
  for (const ref of own.sort((a, b) => b.sequence - a.sequence)) {
    const isHeld = staying.some((other) => other.sequence > ref.sequence && mayShareKeys(other.record.axes, ref.record.axes));
    if (isHeld) staying.push(ref);
    else free.unshift(ref);
  }
  if (subToc !== undefined) return free.length === own.length ? free : [];
  return free.length >= compactAfter && free.length > 1 ? free : [];
}

function isOwn(ref: IndexRef, group: OwnGroup, path: string): boolean {
  return folderOf(ref.indexFile) === path && group.file.names.has(baseName(ref.indexFile));
}

/** Oldest first. */
function visibleRefs(database: Database): readonly IndexRef[] {
  const masked = new Set<string>();
  for (const toc of database.tocs) if (toc.isMasked || (toc.parent !== undefined && masked.has(toc.parent))) masked.add(toc.path);
  return database.indexes.filter((ref) => !ref.isMasked && !masked.has(ref.tocFile)).sort((a, b) => a.sequence - b.sequence);
}

type Axes = IndexContent['axes'];

/** Keys of two indexes differ for certain when a keyword has no value in both. */
function mayShareKeys(a: Axes, b: Axes): boolean {
  for (const [keyword, values] of a) {
    const other = b.get(keyword);
    if (other === undefined) continue;
    const known = new Set(values);
    if (!other.some((value) => known.has(value))) return false;
  }
  return true;
}

function sameKey(a: Key, b: Key): boolean {
  const filled = (key: Key): string => JSON.stringify([...key].filter(([, value]) => value !== '').sort(([x], [y]) => (x < y ? -1 : 1)));
  return filled(a) === filled(b);
}

/** One tree of all entries, the newest of each key, in the writer's index file. `refs` oldest first. */
async function merge({ disk, path, sync, now }: CompactOptions, group: OwnGroup, refs: readonly IndexRef[]): Promise<Merged> {
  const columns = await readIndexes(disk, refs);
  const entries = new Map<string, TreeEntry>();
  const numbers = new Map<string, number>();
  refs.forEach((ref, i) => {
    const { texts, uriIds, offsets, lengths } = columns[i] as (typeof columns)[number];
    const numberOf = new Map<number, number>();
    for (let e = 0; e < texts.length; e++) {
      const uriId = uriIds[e] as number;
      let number = numberOf.get(uriId);
      if (number === undefined) {
        const file = ref.dataFile(uriId);
        const name = folderOf(file) === path ? baseName(file) : file;
        number = numbers.get(name) ?? numbers.size;
        numbers.set(name, number);
        numberOf.set(uriId, number);
      }
      const text = texts[e] as string;
      entries.set(text, { text, uriId: number, offset: offsets[e] as number, length: lengths[e] as number });
    }
  });
  const sorted = [...entries.values()].sort((a, b) => (a.text < b.text ? -1 : 1));
  const { file, offset } = await group.file.write(sorted, group.index.treeType);
  if (sync) await group.file.sync();
  const dataFiles = new Map([...numbers].map(([name, number]) => [number, name]));
  const content: IndexContent = {
    kind: 'index',
    file,
    offset,
    treeType: group.index.treeType,
    dataFiles,
    axes: unionOf(refs.map(({ record }) => record.axes)),
    key: group.key,
    flushedMs: now(),
  };
  return { group, content };
}

function unionOf(all: readonly Axes[]): Axes {
  const union = new Map<string, Set<string>>();
  for (const axes of all) {
    for (const [keyword, values] of axes) {
      let known = union.get(keyword);
      if (known === undefined) union.set(keyword, (known = new Set()));
      for (const value of values) known.add(value);
    }
  }
  return new Map([...union].map(([keyword, values]) => [keyword, [...values].sort()]));
}

function clearOf({ record }: IndexRef): ClearContent {
  return { kind: 'clear', file: record.file, offset: record.offset };
}

function clearAll(subToc: string): ClearContent {
  return { kind: 'clear', file: subToc, offset: 0 };
}

async function append({ disk, path, tocOptions, sync }: CompactOptions, contents: readonly (IndexContent | ClearContent)[]): Promise<void> {
  const toc = await openToc(disk, joinPath(path, 'toc'), tocOptions);
  try {
    await toc.append(contents);
    if (sync) await toc.sync();
  } finally {
    await toc.close();
  }
}

/** Indexes of others that came between the look and the write are newer than what was merged, and yet lie before it. */
async function announceSlipped(options: CompactOptions, before: Database, group: OwnGroup, content: IndexContent): Promise<void> {
  const { disk, path } = options;
  const known = new Set(before.indexes.map(placeOf));
  for (;;) {
    const after = await readDatabase(disk, path);
    if (after === undefined) return;
    const ofGroup = visibleRefs(after).filter((ref) => sameKey(ref.group, group.key));
    const newest = Math.max(...ofGroup.filter((ref) => isOwn(ref, group, path)).map(({ sequence }) => sequence));
    const strangers = ofGroup.filter(
      (ref) => !isOwn(ref, group, path) && !known.has(placeOf(ref)) && mayShareKeys(ref.record.axes, content.axes),
    );
    if (!strangers.some(({ sequence }) => sequence < newest)) return;
    for (const ref of strangers) known.add(placeOf(ref));
    // Those that came after the write are newer still, so they are part of what is announced.
    const again = await merge(options, group, strangers);
    await append(options, [again.content]);
  }
}

function placeOf({ indexFile, record }: IndexRef): string {
  return `${indexFile}@${record.offset}`;
}
