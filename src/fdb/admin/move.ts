import { baseName, type Context, type Disk, DteError, folderOf, joinPath } from '../../base/index.js';
import { type FdbConfig, findDatabases, type Root } from '../config/index.js';
import { type Database, readControls, readDatabase, setControl } from '../database/index.js';
import { type Control, formatKey, type Key, type Selection } from '../types.js';
import { copyFile, sameBytes } from './move/copy-file.js';
import { diskOf } from '../disk-of.js';
import { residualSelection } from './exact.js';
import { filesIn, removeFiles } from './folder-files.js';
import { quietMsByDefault, writerStillThere } from './in-use.js';
import { isOwned } from './owned.js';
import { relocatedToc } from './move/relocated-toc.js';
import { checkCreator, formatSelection, noDatabase, type Place, type VisitOptions } from './visit.js';
import { folders, lockNames, planRemnant } from './wipe-plan.js';

export interface MoveOptions extends VisitOptions {
  /** Folder of a root of the configuration. */
  readonly to: string;
  /** True: the source stays, and can be written to again. */
  readonly keep?: boolean;
  /** False: only tells what would be moved. True unless told, as upstream. */
  readonly doit?: boolean;
  /** A file of another host counts as in use when it changed within this time; 10 minutes unless told. */
  readonly quietMs?: number;
}

export interface MoveReport {
  readonly key: Key;
  readonly from: string;
  readonly to: string;
  readonly files: number;
  readonly bytes: number;
  readonly isDone: boolean;
  /** What was removed of the source. */
  readonly removed: readonly string[];
}

/** In the target while it is being filled: where from, and the locks it is to have in the end. */
const markName = 'move.from';

/**
 * Moves one database to another root of the configuration. The source is locked for archive, every file is copied, compared and made durable,
 * and only then the table of contents appears in the new place, whole; the source goes last. Stopped at any point, either the source is
 * complete or the target is, and the same call again finishes the work. Databases that overlay this one refer to its old place: that cannot be seen
 * from here.
 *
 * `absent.database`; `input.keyword` unless exactly one whole database is meant; `input.option` for a root that is not in the configuration;
 * `auth.locked` when a writer may have it open, or it was locked for wipe; `data.toc` for a damaged one.
 */
export async function move(context: Context, config: FdbConfig, selection: Selection, options: MoveOptions): Promise<MoveReport> {
  const disk = diskOf(context);
  const root = rootOf(config, options.to);
  const { source, database } = await sourceOf(disk, config, selection, root);
  const target = targetOf(source, root);
  if (database === undefined) return finishRemnant(disk, source, target);
  checkCreator(context, config, database);
  const files = await filesToMove(disk, source);
  const sizes = await sizesOf(disk, files);
  const report = {
    key: database.key,
    from: source.path,
    to: target.path,
    files: files.length,
    bytes: [...sizes.values()].reduce((sum, size) => sum + size, 0),
  };
  if (options.doit === false) return { ...report, isDone: false, removed: [] };
  await checkMayMove(context, source, database, files, options);
  const toc = await relocatedToc(disk, database.tocs[0] as Database['tocs'][number], mapperOf(source, target));
  const already = await tocBytes(disk, target.path);
  if (already !== undefined && !sameBytes(already, toc))
    throw new DteError('input.option', `there is another database ${formatKey(database.key)} in '${target.path}'`, {
      where: { option: 'to' },
    });
  if (already === undefined) await copyDatabase(context, { source, target, database, toc, files, sizes });
  await finishTarget(disk, target);
  if (options.keep === true) {
    if (!(await readControls(disk, target.path)).has('archive')) await setControl(disk, source.path, 'archive', false);
    return { ...report, isDone: true, removed: [] };
  }
  for (const control of ['list', 'retrieve'] as const) await setControl(disk, source.path, control, true);
  // No reader may meet a source of which files are gone, after a failure of power neither.
  await disk.syncFolder(source.path);
  return { ...report, isDone: true, removed: await removeSource(disk, source, files) };
}

interface Target {
  readonly path: string;
  readonly store: string;
  readonly root: Root;
}

function rootOf(config: FdbConfig, to: string): Root {
  const roots = [config, ...config.lanes.map((lane) => lane.config)].flatMap((one) => one.spaces.flatMap((space) => space.roots));
  const wanted = to.replace(/\/+$/, '');
  const root = roots.find((one) => one.catalogue.replace(/\/+$/, '') === wanted);
  if (root?.archive === true) return root;
  throw new DteError(
    'input.option',
    root === undefined ? `'${to}' is not a root of ${config.source}` : `the root '${to}' takes no archives`,
    {
      hint: `its roots for archives are ${roots
        .filter((one) => one.archive)
        .map((one) => one.catalogue)
        .join(', ')}`,
    },
  );
}

async function sourceOf(
  disk: Disk,
  config: FdbConfig,
  selection: Selection,
  root: Root,
): Promise<{ readonly source: Place; readonly database: Database | undefined }> {
  const found: { readonly source: Place; readonly database: Database | undefined }[] = [];
  const remnants: typeof found = [];
  for await (const source of findDatabases(config, disk, selection, 'wipe')) {
    const database = await readDatabase(disk, source.path);
    if (database !== undefined) {
      const residual = residualSelection(database.schema, database.key, selection);
      if (residual === undefined || residual.size > 0)
        throw new DteError('input.keyword', `${formatSelection(selection)} asks for a part of ${formatKey(database.key)}`, {
          hint: 'only whole databases can be moved',
        });
      found.push({ source, database });
    } else if ((await planRemnant(disk, source)) !== undefined) remnants.push({ source, database });
  }
  // A move that was cut short leaves the same database twice: the one in the target root is its work.
  const sources = found.filter(({ source }) => !isIn(source, root));
  const all = sources.length > 0 ? sources : found.length > 0 ? remnants.filter(({ source }) => !isIn(source, root)) : [];
  if (all.length === 1) return all[0] as (typeof all)[number];
  if (found.length === 0) throw noDatabase(config, selection);
  throw new DteError(
    'input.keyword',
    `${formatSelection(selection)} means ${all.length} databases that lie elsewhere than in '${root.catalogue}'`,
    {
      hint: 'name exactly one database that lies in another root',
    },
  );
}

function isIn(place: Place, root: Root): boolean {
  return place.root.catalogue === root.catalogue;
}

function targetOf(source: Place, root: Root): Target {
  const name = source.path.slice(source.root.catalogue.length).replace(/^\/+/, '');
  const path = joinPath(root.catalogue, name);
  return { path, store: source.store === source.path ? path : joinPath(root.store, name), root };
}

function mapperOf(source: Place, target: Target): (path: string) => string {
  return (path) => {
    if (path.startsWith(`${source.path}/`)) return path.slice(source.path.length + 1);
    return path.startsWith(`${source.store}/`) ? joinPath(target.store, path.slice(source.store.length + 1)) : path;
  };
}

/** All files of the database's folders but locks. */
async function filesToMove(disk: Disk, source: Place): Promise<readonly string[]> {
  const files: string[] = [];
  for (const folder of folders(source))
    for (const file of await filesIn(disk, folder))
      if ((await disk.info(file))?.isDirectory === false && !(folderOf(file) === source.path && lockNames.includes(baseName(file))))
        files.push(file);
  return [...new Set(files)];
}

async function sizesOf(disk: Disk, files: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const sizes = new Map<string, number>();
  for (const file of files) sizes.set(file, (await disk.info(file))?.sizeBytes ?? 0);
  return sizes;
}

async function checkMayMove(
  context: Context,
  source: Place,
  database: Database,
  files: readonly string[],
  options: MoveOptions,
): Promise<void> {
  const where = { file: source.path };
  if (database.controls.has('wipe'))
    throw new DteError('auth.locked', `the database ${formatKey(database.key)} is locked for wipe, and so cannot leave its place`, {
      where,
      hint: 'unlock it first',
    });
  if (database.damage.length > 0)
    throw new DteError('data.toc', `the database ${formatKey(database.key)} is damaged`, {
      where,
      hint: "'dte fdb check --repair' it first",
      cause: database.damage[0],
    });
  for (const file of files) {
    const writer = await writerStillThere(context, file, options.quietMs ?? quietMsByDefault);
    if (writer !== undefined)
      throw new DteError('auth.locked', `process ${writer.pid} of ${writer.host} may still be writing`, {
        where: { file },
        hint: 'try again when it is done',
      });
  }
}

async function tocBytes(disk: Disk, folder: string): Promise<Uint8Array | undefined> {
  const path = joinPath(folder, 'toc');
  return (await disk.info(path)) === undefined ? undefined : disk.read(path);
}

interface CopyWork {
  readonly source: Place;
  readonly target: Target;
  readonly database: Database;
  readonly toc: Uint8Array;
  readonly files: readonly string[];
  readonly sizes: ReadonlyMap<string, number>;
}

async function copyDatabase(context: Context, { source, target, database, toc, files, sizes }: CopyWork): Promise<void> {
  const disk = diskOf(context);
  const mapPath = mapperOf(source, target);
  const targetFile = (file: string): string => joinPath(target.path, mapPath(file));
  for (const folder of folders(target)) await disk.makeFolder(folder);
  const mark = joinPath(target.path, markName);
  if (!(await isWhole(disk, mark))) {
    await writeWhole(disk, mark, new TextEncoder().encode(`${source.path}\n${[...database.controls].join(' ')}\n`));
    // Before the source is locked: a second try must not take that lock for one of the database's own.
    await syncNames(disk, target);
  }
  await setControl(disk, source.path, 'archive', true);
  const mainToc = joinPath(source.path, 'toc');
  const subTocs = new Map(
    database.tocs
      .slice(1)
      .filter((one) => isOwned(source, one.path))
      .map((one) => [one.path, one]),
  );
  const made: string[] = [];
  try {
    for (const file of files) {
      if (file === mainToc) continue;
      const to = targetFile(file);
      made.push(to);
      await disk.makeFolder(folderOf(to));
      const subToc = subTocs.get(file);
      if (subToc === undefined) await copyFile(disk, file, to);
      else await writeWhole(disk, to, await relocatedToc(disk, subToc, mapPath));
    }
    const now = await filesToMove(disk, source);
    const nowSizes = await sizesOf(disk, now);
    const grown = now.find((file) => nowSizes.get(file) !== sizes.get(file));
    if (grown !== undefined || now.length !== files.length)
      throw new DteError('auth.locked', 'the database was written to while it was copied', {
        where: { file: grown ?? source.path },
        hint: 'try again when its writers are done',
      });
  } catch (error) {
    await removeFiles(disk, [...made, mark]);
    for (const folder of folders(target)) await disk.remove(folder).catch(() => false);
    if (!database.controls.has('archive')) await setControl(disk, source.path, 'archive', false);
    throw error;
  }
  for (const folder of folders(target)) await disk.syncFolder(folder);
  const passing = joinPath(target.path, `${markName}.toc`);
  await writeWhole(disk, passing, toc);
  await disk.rename(passing, joinPath(target.path, 'toc'));
  await syncNames(disk, target);
}

/** The mark ends with a line: one that was being written does not. */
async function isWhole(disk: Disk, mark: string): Promise<boolean> {
  return (await disk.info(mark)) !== undefined && (await disk.read(mark)).at(-1) === 10;
}

/** What is in the target's folder, and the folders' own names, up to the roots that were there before. */
async function syncNames(disk: Disk, target: Target): Promise<void> {
  await disk.syncFolder(target.path);
  for (const [folder, root] of [
    [target.path, target.root.catalogue],
    [target.store, target.store === target.path ? target.root.catalogue : target.root.store],
  ] as const)
    for (let above = folderOf(folder); above.length >= root.length && above.startsWith(root); above = folderOf(above)) {
      await disk.syncFolder(above);
      if (above === '/') break;
    }
}

async function writeWhole(disk: Disk, path: string, bytes: Uint8Array): Promise<void> {
  const file = await disk.write(path);
  try {
    await file.writeAt(0, [bytes]);
    await file.resize(bytes.length);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Gives the target the locks that the source had. */
async function finishTarget(disk: Disk, target: Target): Promise<void> {
  const mark = joinPath(target.path, markName);
  if ((await disk.info(mark)) === undefined) return;
  const controls = new TextDecoder().decode(await disk.read(mark)).split('\n')[1] ?? '';
  for (const control of controls.split(' ').filter((name) => name !== '')) await setControl(disk, target.path, control as Control, true);
  await disk.syncFolder(target.path);
  await disk.remove(mark);
  await disk.syncFolder(target.path);
}

/** The table of contents after all else, so that the same call again still knows what this is; the lock by which a remnant is known last. */
async function removeSource(disk: Disk, source: Place, files: readonly string[]): Promise<readonly string[]> {
  const toc = joinPath(source.path, 'toc');
  const schema = joinPath(source.path, 'schema');
  const removed = await removeFiles(
    disk,
    files.filter((file) => file !== toc && file !== schema),
  );
  await disk.syncFolder(source.path);
  const [mark, ...locks] = lockNames.map((name) => joinPath(source.path, name));
  removed.push(...(await removeFiles(disk, [toc])));
  // A table of contents without its schema could not be told from a damaged database.
  await disk.syncFolder(source.path);
  removed.push(...(await removeFiles(disk, [schema, ...locks])));
  await disk.syncFolder(source.path);
  removed.push(...(await removeFiles(disk, [mark as string])));
  const left = (await Promise.all(folders(source).map((folder) => filesIn(disk, folder)))).flat();
  const leftFolders: string[] = [];
  for (const path of left) if ((await disk.info(path))?.isDirectory === true) leftFolders.push(path);
  removed.push(...(await removeFiles(disk, [...leftFolders, ...folders(source)])));
  // What came back after a failure of power would be a locked remnant.
  for (const folder of folders(source)) await disk.syncFolder(folderOf(folder));
  return removed;
}

/** Source without table of contents, target complete: what is left of the source goes. */
async function finishRemnant(disk: Disk, source: Place, target: Target): Promise<MoveReport> {
  const there = await readDatabase(disk, target.path);
  const remnant = await planRemnant(disk, source);
  // A move removes the table of contents last: data without one are those of a wipe that was cut short.
  if (
    there === undefined ||
    remnant === undefined ||
    remnant.dataFiles.length + remnant.indexFiles.length + remnant.unknownFiles.length > 0
  )
    throw new DteError('absent.database', `there is no whole database in '${source.path}'`, {
      hint: 'a wipe that was cut short is completed by another wipe',
    });
  await finishTarget(disk, target);
  const removed = await removeSource(disk, source, await filesToMove(disk, source));
  return { key: there.key, from: source.path, to: target.path, files: 0, bytes: 0, isDone: true, removed };
}
