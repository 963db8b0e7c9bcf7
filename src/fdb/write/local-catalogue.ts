import { type Context, type Disk, DteError, joinPath } from '../../base/index.js';
import { directoryFor, type FdbConfig } from '../config/index.js';
import { controlFile, initDatabase, initSubToc, openToc, type TocWriter } from '../database/index.js';
import { masksOf, maskOf, readTocFile, type TocContents } from '../database/toc-file.js';
import type { IndexContent } from '../format/index.js';
import { type GroupRule, keyText, parseSchema, type Schema, type SplitKey } from '../schema/index.js';
import type { CatalogueWriter, DatabasePlace } from '../seam.js';
import { formatKey, type Key, type OnDamage } from '../types.js';
import { compactDatabase, isDue, type OwnGroup } from './compact.js';
import { type GroupIndex, groupIndex, type PendingEntries, sortedEntries } from './group-index.js';
import { type IndexFile, indexFile } from './index-file.js';
import type { NewFiles } from './new-files.js';

export interface LocalCatalogueOptions {
  readonly files: NewFiles;
  /** Groups that were flushed so often or oftener get one index for all flushes when the writer closes; Infinity for never. */
  readonly compactAfter: number;
  readonly onDamage?: OnDamage;
}

interface OpenGroup extends OwnGroup {
  /** Values by the names of their keywords: groups of one flush are announced in this order, as upstream does. */
  readonly order: string;
  readonly index: GroupIndex;
  readonly file: IndexFile;
}

type Taken = readonly [OpenGroup, PendingEntries];

type WriterConfig = Pick<FdbConfig, 'tocVersion' | 'roundTocRecords' | 'syncOnFlush' | 'useSubToc' | 'umask'>;

/** Opens the database of a split in its folder, and makes it when there is none. */
export async function openLocalCatalogue(
  context: Context,
  disk: Disk,
  config: FdbConfig,
  split: SplitKey,
  options: LocalCatalogueOptions,
): Promise<CatalogueWriter> {
  const folders = await directoryFor(config, disk, split.database, split.rule.database);
  const path = folders.catalogue;
  await checkMayWrite(disk, config, path, split);
  await initDatabase(disk, path, {
    key: split.database,
    schemaText: config.schema.text,
    timeMs: context.clock.now(),
    version: config.tocVersion,
    roundTo: config.roundTocRecords,
    sync: config.syncOnFlush,
    ...umaskOf(config),
  });
  const schema = await schemaOf(disk, path, config.schema);
  const place: DatabasePlace = { database: split.database, store: folders.store };
  return localCatalogueWriter(context, disk, config, { path, place, schema }, options);
}

function umaskOf({ umask }: Pick<FdbConfig, 'umask'>): { readonly umask?: number } {
  return umask === undefined ? {} : { umask };
}

async function checkMayWrite(disk: Disk, config: FdbConfig, path: string, split: SplitKey): Promise<void> {
  const toc = joinPath(path, 'toc');
  if ((await disk.info(toc)) === undefined) return;
  await checkUnlocked(disk, path, split.database);
  if (!config.onlyCreatorCanWrite) return;
  const owner = await disk.owner(toc);
  if (owner === disk.self.uid) return;
  throw new DteError(
    'auth.access',
    `database ${formatKey(split.database)} belongs to ${disk.userName(owner)}, and '${disk.userName(disk.self.uid)}' may not add to it`,
    {
      where: { file: path },
      hint: 'fdbOnlyCreatorCanWrite=false in the environment lets others add',
    },
  );
}

async function checkUnlocked(disk: Disk, path: string, key: Key): Promise<void> {
  if ((await disk.info(controlFile(path, 'archive'))) === undefined) return;
  throw new DteError('auth.locked', `database ${formatKey(key)} is locked for archiving`, {
    where: { file: path },
    hint: "'dte fdb unlock --archive' unlocks it",
  });
}

/** The copy in the folder governs; it is read only to see whether it is another. */
async function schemaOf(disk: Disk, path: string, configured: Schema): Promise<Schema> {
  const file = joinPath(path, 'schema');
  const text = new TextDecoder().decode(await disk.read(file));
  return text === configured.text ? configured : parseSchema(text, file);
}

function orderOf(key: Key): string {
  return [...key]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, value]) => value)
    .join('\0');
}

interface OpenDatabase {
  readonly path: string;
  readonly place: DatabasePlace;
  readonly schema: Schema;
}

function localCatalogueWriter(
  context: Context,
  disk: Disk,
  config: WriterConfig,
  { path, place, schema }: OpenDatabase,
  { files, compactAfter, onDamage }: LocalCatalogueOptions,
): CatalogueWriter {
  const groups = new Map<GroupRule, Map<string, OpenGroup>>();
  const mainToc = joinPath(path, 'toc');
  const tocOptions = {
    version: config.tocVersion,
    roundTo: config.roundTocRecords,
    now: () => context.clock.now(),
    ...(onDamage === undefined ? {} : { onDamage }),
  };
  let toc: TocWriter | undefined;
  let subToc: string | undefined;
  /** The sub-toc stands in the table of contents of the database. */
  let isAnnounced = false;
  /** Files whose names are known to be safe. */
  let safeFiles = 0;
  /** The database's own table of contents, as it was read last. */
  let read: TocContents | undefined;

  const groupOf = ({ group, rule }: SplitKey): OpenGroup => {
    let ofRule = groups.get(rule.group);
    if (ofRule === undefined) groups.set(rule.group, (ofRule = new Map()));
    const text = keyText(rule.group.predicates, group);
    let open = ofRule.get(text);
    if (open === undefined) {
      const index = groupIndex(group, rule.group);
      open = { index, key: group, order: orderOf(group), file: indexFile(disk, path, text, files), flushes: 0, entries: 0 };
      ofRule.set(text, open);
    }
    return open;
  };
  const openGroups = (): readonly OpenGroup[] => [...groups.values()].flatMap((ofRule) => [...ofRule.values()]);
  /** Names in records are relative to the folder where they can be. */
  const nameOf = (file: string): string =>
    file.startsWith(`${path}/`) && !file.includes('/', path.length + 1) ? file.slice(path.length + 1) : file;

  const openOwnToc = async (): Promise<TocWriter> => {
    // A database that was wiped meanwhile must not take fields that nobody will find.
    await checkThere(mainToc);
    if (isAnnounced && (await isSubTocHidden())) {
      await toc?.close();
      toc = undefined;
      isAnnounced = false;
    }
    if (toc !== undefined) return toc;
    if (!config.useSubToc) return (toc = await openToc(disk, mainToc, tocOptions));
    const name = files.name(disk, 'toc', '');
    await initSubToc(disk, joinPath(path, name), {
      key: place.database,
      timeMs: context.clock.now(),
      version: config.tocVersion,
      roundTo: config.roundTocRecords,
      sync: config.syncOnFlush,
      ...umaskOf(config),
    });
    toc = await openToc(disk, joinPath(path, name), tocOptions);
    subToc = name;
    return toc;
  };

  const checkThere = async (file: string): Promise<void> => {
    if ((await disk.info(file)) !== undefined) return;
    throw new DteError('absent.database', `database ${formatKey(place.database)} was removed while fields were archived to it`, {
      where: { file: path },
      hint: 'archive the fields again with a new archiver',
    });
  };
  /** Someone hid all that the database held: what a hidden sub-toc takes would never show. */
  const isSubTocHidden = async (): Promise<boolean> => {
    read = await readTocFile(disk, mainToc, read);
    return subToc !== undefined && read !== undefined && masksOf(read).has(maskOf(subToc, 0));
  };

  const writeRecords = async (contents: readonly IndexContent[]): Promise<void> => {
    const own = await openOwnToc();
    const madeFiles = openGroups().reduce((sum, { file }) => sum + file.names.size, 0);
    if (config.syncOnFlush && madeFiles > safeFiles) {
      await disk.syncFolder(path);
      if (place.store !== path) await disk.syncFolder(place.store);
      safeFiles = madeFiles;
    }
    await own.append(contents);
    if (config.syncOnFlush) await own.sync();
    if (subToc === undefined || isAnnounced) return;
    const main = await openToc(disk, mainToc, tocOptions);
    try {
      await main.append([{ kind: 'sub-toc', path: subToc }]);
      if (config.syncOnFlush) await main.sync();
      isAnnounced = true;
    } finally {
      await main.close();
    }
  };

  const writeTree = async ([group, pending]: Taken, flushedMs: number): Promise<IndexContent> => {
    const { file, offset } = await group.file.write(sortedEntries(pending), group.index.treeType);
    if (config.syncOnFlush) await group.file.sync();
    return group.index.record(pending, file, offset, nameOf, flushedMs);
  };
  const commit = async (taken: readonly Taken[], stored: () => Promise<void>): Promise<void> => {
    const flushedMs = context.clock.now();
    // Nobody knows of a tree before its record is there: messages and trees reach the disk at the same time, and records after both.
    const [safe, ...trees] = await Promise.allSettled([stored(), ...taken.map((one) => writeTree(one, flushedMs))] as const);
    if (safe.status === 'rejected') throw safe.reason;
    const contents = trees.map((tree) => {
      if (tree.status === 'rejected') throw tree.reason;
      return tree.value;
    });
    if (contents.length === 0) return;
    await writeRecords(contents);
    // A wipe that came in between has made them names of nothing.
    for (const { file } of contents) await checkThere(joinPath(path, file));
    await checkThere(mainToc);
  };
  return {
    place,
    schema,
    checkWritable: () => checkUnlocked(disk, path, place.database),
    check: (split) => void groupOf(split).index.elementText(split.element),
    index(split, location, sequence) {
      groupOf(split).index.add(split.element, location, sequence);
    },
    get isDirty() {
      return openGroups().some(({ index }) => index.count > 0);
    },
    async isIntact() {
      for (const file of [mainToc, ...(subToc === undefined ? [] : [joinPath(path, subToc)])])
        if ((await disk.info(file)) === undefined) return false;
      return true;
    },
    async flush(stored) {
      const taken = openGroups()
        .filter(({ index }) => index.count > 0)
        .sort((a, b) => (a.order < b.order ? -1 : 1))
        .map((group) => [group, group.index.take()] as const);
      try {
        await commit(taken, stored);
      } catch (error) {
        for (const [group, pending] of taken) group.index.putBack(pending);
        throw error;
      }
      for (const [group, { entries }] of taken) {
        group.flushes++;
        group.entries += entries.size;
      }
      return taken.reduce((sum, [, { entries }]) => sum + entries.size, 0);
    },
    async close() {
      try {
        const own = openGroups();
        const isWanted = isAnnounced || own.some((group) => isDue(group, compactAfter));
        const now = (): number => context.clock.now();
        if (isWanted) await compactDatabase({ disk, path, tocOptions, sync: config.syncOnFlush, subToc, compactAfter, now }, own);
      } catch (error) {
        // What was flushed stays as it is.
        context.log.warn('fdb.compact', { database: path, error: error instanceof Error ? error.message : String(error) });
      } finally {
        await toc?.close();
        for (const { file } of openGroups()) await file.close();
      }
    },
  };
}
