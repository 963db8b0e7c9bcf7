import { baseName, type Disk, folderOf, isDteError, joinPath } from '../../../base/index.js';
import { type Database, readIndex } from '../../database/index.js';
import type { Extent, Walk } from './check-walk.js';
import { filesIn } from '../folder-files.js';
import { dataFilesOf, isOwned, visibleIndexes } from '../owned.js';
import { adoptOrphans } from './rebuild-index.js';
import { scanMessages } from './scan-messages.js';
import { lockNames } from '../wipe-plan.js';

/** A lock that is older was left by a process that was stopped. */
const staleMs = 60_000;

/** What no record names, and ends of data files that no entry refers to. */
export async function checkOrphans(walk: Walk, database: Database): Promise<void> {
  const { context, config, disk, place, findings, extents, damagedFiles } = walk;
  const named = new Set(database.tocs.map((toc) => toc.path));
  for (const ref of database.indexes) {
    named.add(ref.indexFile);
    for (const file of dataFilesOf(ref)) named.add(file);
  }
  const adopt = (file: string, start: number) => async (): Promise<boolean> =>
    (await adoptOrphans(context, config, database, file, start)) > 0;
  for (const folder of new Set([place.path, place.store]))
    for (const file of await filesIn(disk, folder)) {
      const name = baseName(file);
      if (named.has(file) || folderOf(file) !== folder) continue;
      if (name.endsWith('.data')) {
        const { messages } = await messagesIn(walk, file, 0);
        findings.add({
          kind: 'orphan.data',
          severity: 'note',
          message: `no record names it; it holds ${messages} whole messages`,
          file,
          isOnRequest: true,
          fix: messages > 0 ? adopt(file, 0) : undefined,
        });
      } else if (name.endsWith('.index')) findings.add({ kind: 'orphan.index', severity: 'note', message: 'no record names it', file });
      else if (name.startsWith('toc.') && !name.endsWith('.lock'))
        findings.add({ kind: 'orphan.toc', severity: 'note', message: 'no record names it', file });
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
    if (last < size)
      findings.add({ kind: 'orphan.octets', severity: 'note', message: `${size - last} octets are no whole message`, file, offset: last });
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
        if (ref.record.dataFiles.has(uriIds[row] as number) && ref.dataFile(uriIds[row] as number) === file)
          end = Math.max(end, (offsets[row] as number) + (lengths[row] as number));
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
export async function checkLeftovers({ context, disk, place, findings }: Walk, database: Database | undefined): Promise<void> {
  const names = await disk.names(place.path);
  const isOld = async (file: string): Promise<boolean> => {
    const info = await disk.info(file);
    return info !== undefined && context.clock.now() - info.modifiedMs > staleMs;
  };
  const remove = (file: string) => (): Promise<boolean> => disk.remove(file);
  if (
    names.includes('archive.lock') &&
    (database === undefined || (names.includes('list.lock') && names.includes('retrieve.lock') && (await lacksData(disk, database))))
  )
    findings.add({
      kind: 'remnant.wipe',
      severity: 'warning',
      message: 'it is locked, and what it lists is gone in part or whole',
      file: place.path,
    });
  for (const name of names) {
    const file = joinPath(place.path, name);
    if (/^toc.*\.repair\.lock$/.test(name)) {
      if (await isOld(file))
        findings.add({ kind: 'lock.stale', severity: 'note', message: `older than ${staleMs / 1000} s`, file, fix: remove(file) });
    } else if (name === 'move.from' || name === 'move.from.toc')
      findings.add({ kind: 'remnant.move', severity: 'warning', message: 'a move into this place did not end', file });
    else if (/^schema[._].+/.test(name)) {
      if (await isOld(file))
        findings.add({
          kind: 'temporary.stale',
          severity: 'note',
          message: 'a schema that was never put in its place',
          file,
          fix: remove(file),
        });
    } else if (!isKnownName(name)) findings.add({ kind: 'unknown.file', severity: 'note', message: 'it blocks a wipe', file });
  }
}

async function lacksData(disk: Disk, database: Database): Promise<boolean> {
  for (const ref of visibleIndexes(database))
    for (const file of [ref.indexFile, ...dataFilesOf(ref)]) if ((await disk.info(file)) === undefined) return true;
  return false;
}

function isKnownName(name: string): boolean {
  return (
    name === 'schema' ||
    name === 'duplicates.allow' ||
    name === 'toc' ||
    name.startsWith('toc.') ||
    lockNames.includes(name) ||
    /\.(index|data)(\.\w+)?$/.test(name)
  );
}
