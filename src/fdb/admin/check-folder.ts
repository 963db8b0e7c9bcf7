import { baseName, type Context, type Disk, DteError, folderOf, isDteError, joinPath, type ReadableFile } from '../../base/index.js';
import { gribTables, parseMessage } from '../../grib/index.js';
import type { FdbConfig } from '../config/index.js';
import { type Database, type IndexRef, openToc, readDatabase, readIndex } from '../database/index.js';
import { storedRule } from '../read/stored-rule.js';
import { type SplitKey, valuesOfText } from '../schema/index.js';
import { messageMetadata } from '../write/message-metadata.js';
import { checkTree } from './check-tree.js';
import { diskOf, stopIfCancelled } from './disk-of.js';
import { type FindingKind, type Findings, findingsList } from './findings.js';
import { filesIn } from './folder-files.js';
import { dataFilesOf, isOwned, maskedTocs, visibleIndexes } from './owned.js';
import { faultOfMessage, messageBytes, stretches } from './message-at.js';
import { adoptOrphans, rebuildIndex } from './rebuild-index.js';
import { scanMessages, splitterOf } from './scan-messages.js';
import { lockNames } from './wipe-plan.js';

export interface CheckDepth {
  /** `none`: places only. `ends`, and so unless told: beginning, stated length and end of every message. `keys`: its MARS keys against its entry, too. */
  readonly messages?: 'none' | 'ends' | 'keys';
}

/** A folder of a database. */
export interface CheckedPlace {
  readonly path: string;
  readonly store: string;
}

export interface FolderCheck {
  readonly database: Database | undefined;
  readonly findings: Findings;
  readonly counts: { tocRecords: number; indexes: number; entries: number; messages: number; dataFiles: number };
}

/** A lock that is older was left by a process that was stopped. */
const staleMs = 60_000;

/** Walks one database: every record, tree, entry and message, and every file of its folders. Nothing is changed; findings hold what would repair them. */
export async function checkFolder(context: Context, config: FdbConfig, place: CheckedPlace, depth: CheckDepth): Promise<FolderCheck> {
  const disk = diskOf(context);
  const findings = findingsList();
  const counts = { tocRecords: 0, indexes: 0, entries: 0, messages: 0, dataFiles: 0 };
  const walk: Walk = { context, config, disk, place, findings, counts, depth, extents: new Map(), damagedFiles: new Set() };
  let database: Database | undefined;
  try {
    database = await readDatabase(disk, place.path);
  } catch (error) {
    if (!isDteError(error)) throw error;
    const kind: FindingKind = error.where.file?.endsWith('/schema') === true ? 'schema.missing' : 'toc.key';
    findings.add({ kind, severity: 'error', message: error.reason, file: error.where.file ?? place.path, error });
  }
  await checkLeftovers(walk, database);
  if (database === undefined) return { database, findings, counts };
  checkTocs(walk, database);
  // Oldest first: indexes that are made anew in this order hide each other as the lost ones did.
  for (const ref of [...visibleIndexes(database)].reverse()) {
    stopIfCancelled(context);
    await checkIndex(walk, database, ref);
  }
  await checkData(walk, database);
  await checkOrphans(walk, database);
  return { database, findings, counts };
}

interface Walk {
  readonly context: Context;
  readonly config: FdbConfig;
  readonly disk: Disk;
  readonly place: CheckedPlace;
  readonly findings: Findings;
  readonly counts: FolderCheck['counts'];
  readonly depth: CheckDepth;
  /** Data file -> places that entries refer to. */
  readonly extents: Map<string, Extent[]>;
  /** Data files of which not every entry is known. */
  readonly damagedFiles: Set<string>;
}

interface Extent {
  readonly offset: number;
  readonly length: number;
  readonly text: string;
  readonly ref: IndexRef;
}

function checkTocs({ context, config, disk, findings, counts }: Walk, database: Database): void {
  const masked = maskedTocs(database);
  for (const toc of database.tocs) {
    if (masked.has(toc.path)) continue;
    counts.tocRecords += toc.records.length;
    if (toc.tornAt !== undefined)
      findings.add({
        kind: 'toc.torn',
        severity: 'warning',
        message: `the last record is not complete: ${toc.sizeBytes} octets are`,
        file: toc.path,
        offset: toc.tornAt,
        fix: () => cutTornTail(context, config, disk, toc.path),
      });
    for (const record of toc.records)
      if (record.kind === 'index' && storedRule(database.schema, database.key, record.key) === undefined)
        findings.add({ kind: 'toc.group', severity: 'error', message: `no rule of the schema makes the group ${[...record.key].join(';')}`, file: toc.path, offset: record.header.start });
  }
  const torn = new Set(database.tocs.map((toc) => `${toc.path}\0${toc.tornAt}`));
  for (const error of database.damage) {
    if (torn.has(`${error.where.file}\0${error.where.offset}`)) continue;
    const isSubToc = error.message.includes('is missing');
    findings.add({
      kind: isSubToc ? 'toc.sub-toc' : 'toc.record',
      severity: 'error',
      message: error.reason,
      file: error.where.file ?? database.path,
      offset: error.where.offset,
      error,
    });
  }
}

async function cutTornTail(context: Context, config: FdbConfig, disk: Disk, tocFile: string): Promise<boolean> {
  const toc = await openToc(disk, tocFile, { version: config.tocVersion, roundTo: config.roundTocRecords, now: () => context.clock.now() });
  try {
    await toc.append([]);
    await toc.sync();
    return true;
  } finally {
    await toc.close();
  }
}

async function checkIndex(walk: Walk, database: Database, ref: IndexRef): Promise<void> {
  const { context, config, disk, place, findings, counts } = walk;
  counts.indexes += 1;
  const { indexFile, record } = ref;
  const fix = isOwned(place, indexFile) ? async (): Promise<boolean> => (await rebuildIndex(context, config, database, ref)) >= 0 : undefined;
  const lose = (): void => {
    for (const file of dataFilesOf(ref)) walk.damagedFiles.add(file);
  };
  let file: ReadableFile;
  try {
    file = await disk.open(indexFile);
  } catch (error) {
    if (!isDteError(error)) throw error;
    lose();
    findings.add({ kind: 'index.missing', severity: 'error', message: `the index of ${ref.tocFile}: ${error.reason}`, file: indexFile, offset: record.offset, error, fix });
    return;
  }
  try {
    const faults = await checkTree(file, record.offset, record.treeType);
    if (faults.length > 0) {
      lose();
      faults.forEach((fault, index) => findings.add({ ...fault, severity: 'error', file: indexFile, fix: index === 0 ? fix : undefined }));
      return;
    }
  } finally {
    await file.close();
  }
  await checkEntries(walk, database, ref);
}

async function checkEntries(walk: Walk, database: Database, ref: IndexRef): Promise<void> {
  const { disk, findings, counts, extents } = walk;
  const { record, indexFile } = ref;
  const { count, texts, uriIds, offsets, lengths } = await readIndex(disk, ref);
  counts.entries += count;
  const predicates = storedRule(database.schema, database.key, ref.group)?.group.element.predicates;
  const axes = predicates?.map(({ printed }) => {
    const values = record.axes.get(printed);
    return values === undefined ? undefined : new Set(values);
  });
  const files = new Map<number, Extent[]>();
  for (const id of record.dataFiles.keys()) {
    const path = ref.dataFile(id);
    let list = extents.get(path);
    if (list === undefined) extents.set(path, (list = []));
    files.set(id, list);
  }
  const error = (kind: FindingKind, message: string): void => findings.add({ kind, severity: 'error', message, file: indexFile, offset: record.offset });
  for (let row = 0; row < count; row++) {
    const text = texts[row] as string;
    const list = files.get(uriIds[row] as number);
    if (list === undefined) error('index.data-file', `the entry '${text}' names the data file ${uriIds[row]}, its record lists ${[...record.dataFiles.keys()].join(', ')}`);
    else list.push({ offset: offsets[row] as number, length: lengths[row] as number, text, ref });
    if (predicates === undefined) continue;
    let values: readonly string[];
    try {
      values = valuesOfText(predicates, text);
    } catch (fault) {
      error('index.key', (fault as DteError).reason);
      continue;
    }
    for (let i = 0; i < values.length; i++)
      if (axes?.[i]?.has(values[i] as string) === false) error('index.axis', `the entry '${text}' has ${predicates[i]?.printed}=${values[i]}, which its record does not list`);
  }
}

async function checkData(walk: Walk, database: Database): Promise<void> {
  const { context, disk, place, findings, counts, depth, extents } = walk;
  const what = depth.messages ?? 'ends';
  const split = splitterOf(database.schema);
  const tables = what === 'keys' ? await gribTables(context) : undefined;
  for (const [path, list] of extents) {
    stopIfCancelled(context);
    counts.dataFiles += 1;
    let file: ReadableFile;
    try {
      file = await disk.open(path);
    } catch (error) {
      if (!isDteError(error)) throw error;
      findings.add({ kind: 'data.missing', severity: 'error', message: `${list.length} entries refer to it: ${error.reason}`, file: path, error });
      continue;
    }
    try {
      const size = file.sizeBytes ?? 0;
      const window = stretches(file);
      let last = -1;
      for (const { offset, length, text, ref } of list.sort((a, b) => a.offset - b.offset)) {
        if (offset + length > size) {
          findings.add({ kind: 'data.short', severity: 'error', message: `the entry '${text}' ends at ${offset + length}, the file at ${size}`, file: path, offset });
          continue;
        }
        if (what === 'none' || offset === last) continue;
        last = offset;
        counts.messages += 1;
        const fault = await faultOfMessage(window, offset, length);
        if (fault !== undefined) {
          findings.add({ kind: 'data.message', severity: 'error', message: `the message of '${text}' ${fault}`, file: path, offset });
          continue;
        }
        if (tables === undefined || ref.remap !== undefined) continue;
        const difference = await differenceOfKeys(file, database, { offset, length, text, ref }, (bytes) => {
          const message = parseMessage(bytes, tables)[0];
          return message === undefined ? undefined : split(messageMetadata(message));
        });
        // Messages that were adopted under other keys are meant to differ.
        const severity = isOwned(place, path) ? 'error' : 'warning';
        if (difference !== undefined) findings.add({ kind: 'data.key', severity, message: `the message of '${text}' ${difference}`, file: path, offset });
      }
    } finally {
      await file.close();
    }
  }
}

type KeysOfBytes = (bytes: Uint8Array) => SplitKey | undefined;

async function differenceOfKeys(file: ReadableFile, database: Database, { offset, length, text, ref }: Extent, keysOf: KeysOfBytes): Promise<string | undefined> {
  let keys: ReturnType<KeysOfBytes>;
  try {
    keys = keysOf(await messageBytes(file, offset, length));
  } catch (error) {
    if (isDteError(error)) return `cannot be read: ${error.reason}`;
    throw error;
  }
  if (keys === undefined) return 'has metadata that no rule of the schema takes';
  for (const [keyword, value] of database.key) if ((keys.database.get(keyword) ?? '') !== value) return `has ${keyword}=${keys.database.get(keyword) ?? ''}, its database ${value}`;
  for (const [keyword, value] of ref.group) if ((keys.group.get(keyword) ?? '') !== value) return `has ${keyword}=${keys.group.get(keyword) ?? ''}, its index ${value}`;
  const values = valuesOfText(keys.rule.group.element.predicates, text);
  for (const [index, { printed }] of keys.rule.group.element.predicates.entries())
    if ((keys.element.get(printed) ?? '') !== values[index]) return `has ${printed}=${keys.element.get(printed) ?? ''}, its entry ${values[index]}`;
  return undefined;
}

/** What no record names, and ends of data files that no entry refers to. */
async function checkOrphans(walk: Walk, database: Database): Promise<void> {
  const { context, config, disk, place, findings, extents, damagedFiles } = walk;
  const named = new Set(database.tocs.map((toc) => toc.path));
  for (const ref of database.indexes) {
    named.add(ref.indexFile);
    for (const file of dataFilesOf(ref)) named.add(file);
  }
  const adopt = (file: string, start: number) => async (): Promise<boolean> => (await adoptOrphans(context, config, database, file, start)) > 0;
  for (const folder of new Set([place.path, place.store]))
    for (const file of await filesIn(disk, folder)) {
      const name = baseName(file);
      if (named.has(file) || folderOf(file) !== folder) continue;
      if (name.endsWith('.data')) {
        const { messages } = await messagesIn(walk, file, 0);
        findings.add({ kind: 'orphan.data', severity: 'note', message: `no record names it; it holds ${messages} whole messages`, file, isOnRequest: true, fix: messages > 0 ? adopt(file, 0) : undefined });
      } else if (name.endsWith('.index')) findings.add({ kind: 'orphan.index', severity: 'note', message: 'no record names it', file });
      else if (name.startsWith('toc.') && !name.endsWith('.lock')) findings.add({ kind: 'orphan.toc', severity: 'note', message: 'no record names it', file });
    }
  for (const [file, list] of extents) {
    const size = (await disk.info(file))?.sizeBytes;
    if (size === undefined || damagedFiles.has(file) || !isOwned(place, file)) continue;
    const end = await endOfEntries(walk, database, file, list);
    if (end === undefined || size <= end) continue;
    const { messages, end: last } = await messagesIn(walk, file, end);
    if (messages > 0)
      findings.add({
        kind: 'orphan.messages',
        severity: 'note',
        message: `${messages} whole messages have no entry: they were archived and not flushed, or are being written`,
        file,
        offset: end,
        isOnRequest: true,
        fix: adopt(file, end),
      });
    if (last < size) findings.add({ kind: 'orphan.octets', severity: 'note', message: `${size - last} octets are no whole message`, file, offset: last });
  }
}

/** Where what entries refer to ends, those of masked indexes included; undefined when one of these cannot be read. */
async function endOfEntries(walk: Walk, database: Database, file: string, list: readonly Extent[]): Promise<number | undefined> {
  let end = list.reduce((most, { offset, length }) => Math.max(most, offset + length), 0);
  const visible = new Set(visibleIndexes(database));
  for (const ref of database.indexes) {
    if (visible.has(ref) || !dataFilesOf(ref).includes(file)) continue;
    try {
      const { count, uriIds, offsets, lengths } = await readIndex(walk.disk, ref);
      for (let row = 0; row < count; row++)
        if (ref.record.dataFiles.has(uriIds[row] as number) && ref.dataFile(uriIds[row] as number) === file) end = Math.max(end, (offsets[row] as number) + (lengths[row] as number));
    } catch (error) {
      if (isDteError(error)) return undefined;
      throw error;
    }
  }
  return end;
}

async function messagesIn({ context }: Walk, file: string, start: number): Promise<{ readonly messages: number; readonly end: number }> {
  let messages = 0;
  let end = start;
  for await (const { offset, length } of scanMessages(context, file, start)) {
    messages += 1;
    end = offset + length;
  }
  return { messages, end };
}

/** Locks, files of work that was cut short, and files that are none of the database. */
async function checkLeftovers({ context, disk, place, findings }: Walk, database: Database | undefined): Promise<void> {
  const names = await disk.names(place.path);
  const isOld = async (file: string): Promise<boolean> => {
    const info = await disk.info(file);
    return info !== undefined && context.clock.now() - info.modifiedMs > staleMs;
  };
  const remove = (file: string) => (): Promise<boolean> => disk.remove(file);
  if (names.includes('archive.lock') && (database === undefined || (names.includes('list.lock') && names.includes('retrieve.lock') && (await lacksData(disk, database)))))
    findings.add({ kind: 'remnant.wipe', severity: 'warning', message: 'it is locked, and what it lists is gone in part or whole', file: place.path });
  for (const name of names) {
    const file = joinPath(place.path, name);
    if (/^toc.*\.repair\.lock$/.test(name)) {
      if (await isOld(file)) findings.add({ kind: 'lock.stale', severity: 'note', message: `older than ${staleMs / 1000} s`, file, fix: remove(file) });
    } else if (name === 'move.from' || name === 'move.from.toc') findings.add({ kind: 'remnant.move', severity: 'warning', message: 'a move into this place did not end', file });
    else if (/^schema[._].+/.test(name)) {
      if (await isOld(file)) findings.add({ kind: 'temporary.stale', severity: 'note', message: 'a schema that was never put in its place', file, fix: remove(file) });
    } else if (!isKnownName(name)) findings.add({ kind: 'unknown.file', severity: 'note', message: 'it blocks a wipe', file });
  }
}

async function lacksData(disk: Disk, database: Database): Promise<boolean> {
  for (const ref of visibleIndexes(database)) for (const file of [ref.indexFile, ...dataFilesOf(ref)]) if ((await disk.info(file)) === undefined) return true;
  return false;
}

function isKnownName(name: string): boolean {
  return name === 'schema' || name === 'duplicates.allow' || name === 'toc' || name.startsWith('toc.') || lockNames.includes(name) || /\.(index|data)(\.\w+)?$/.test(name);
}
