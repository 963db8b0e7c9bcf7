import { baseName, type Disk, joinPath } from '../../base/index.js';
import type { ClearContent } from '../format/index.js';
import type { Key, Selection } from '../types.js';
import { fitsExactly, residualSelection } from './exact.js';
import { auxiliaryFiles, existing, filesIn } from './folder-files.js';
import { dataFilesOf, isOwned, visibleIndexes } from './owned.js';
import type { Place, Visited } from './visit.js';

/** An index to be masked, in the table of contents that names it. */
export interface IndexMask {
  readonly tocFile: string;
  /** Absolute. */
  readonly indexFile: string;
  readonly offset: number;
  readonly record: ClearContent;
}

/** What a wipe of one database would do. All paths absolute, each list sorted. */
export interface WipePlan {
  /** Undefined for what a wipe that was cut short has left without a table of contents. */
  readonly key: Key | undefined;
  readonly path: string;
  readonly store: string;
  /** Number of the user who made it. */
  readonly createdBy: number;
  /** True: nothing of the database is to stay. False: some groups only. */
  readonly isWhole: boolean;
  /** The table of contents first, then sub-tocs. */
  readonly tocFiles: readonly string[];
  /** The schema first, then locks. */
  readonly controlFiles: readonly string[];
  readonly indexFiles: readonly string[];
  readonly dataFiles: readonly string[];
  /** Files that go with data files. */
  readonly auxiliaryFiles: readonly string[];
  /** What stays because other groups, or a database that this one overlays, need it. */
  readonly protectedFiles: readonly string[];
  /** In the folders, but not of the database; they block a whole wipe. */
  readonly unknownFiles: readonly string[];
  /** Newest first; only when not the whole database goes. */
  readonly masks: readonly IndexMask[];
}

export const lockNames: readonly string[] = ['archive.lock', 'list.lock', 'retrieve.lock', 'wipe.lock'];

/** True when there is something to do. */
export function isWorthIt(plan: WipePlan): boolean {
  return [plan.tocFiles, plan.controlFiles, plan.indexFiles, plan.dataFiles, plan.masks].some((list) => list.length > 0);
}

/** In the order of upstream's porcelain listing. */
export function wipedPaths(plan: WipePlan, withUnknown: boolean): readonly string[] {
  const [toc, ...subTocs] = plan.tocFiles;
  return [
    ...(withUnknown ? plan.unknownFiles : []),
    ...plan.dataFiles,
    ...plan.auxiliaryFiles,
    ...plan.indexFiles,
    ...plan.controlFiles.slice(0, 1),
    ...subTocs,
    ...(toc === undefined ? [] : [toc]),
    ...plan.controlFiles.slice(1),
    ...(plan.isWhole ? folders(plan) : []),
  ];
}

/** The database's folders, the one with the table of contents last. */
export function folders(place: Pick<WipePlan, 'path' | 'store'>): readonly string[] {
  return place.store === place.path ? [place.path] : [place.store, place.path];
}

/**
 * Undefined when the selection does not mean this database. Only whole databases and whole groups can be wiped: a selection with a
 * keyword of the elements matches no group. What belongs to a database that this one overlays is never touched, and then the whole cannot go.
 */
export async function planWipe(
  disk: Disk,
  visited: Visited,
  selection: Selection,
  auxiliary: readonly string[],
): Promise<WipePlan | undefined> {
  const { database } = visited;
  const residual = residualSelection(database.schema, database.key, selection);
  if (residual === undefined) return undefined;
  const indexFiles = new Set<string>();
  const dataFiles = new Set<string>();
  const safe = new Set<string>();
  const masks: IndexMask[] = [];
  for (const ref of visibleIndexes(database)) {
    const isMeant = isOwned(visited, ref.indexFile) && fitsExactly(database.schema, ref.group, residual);
    if (isMeant) {
      indexFiles.add(ref.indexFile);
      const { file, offset } = ref.record;
      masks.push({ tocFile: ref.tocFile, indexFile: ref.indexFile, offset, record: { kind: 'clear', file, offset } });
    } else safe.add(ref.indexFile);
    for (const file of dataFilesOf(ref)) (isMeant && isOwned(visited, file) ? dataFiles : safe).add(file);
  }
  // Data files elsewhere that this database only adopted are no reason to keep the rest.
  const keepsSome = visibleIndexes(database).some(
    (ref) => !isOwned(visited, ref.indexFile) || !fitsExactly(database.schema, ref.group, residual),
  );
  const isWhole = !keepsSome && (residual.size === 0 || masks.length > 0);
  if (isWhole) return wholePlan(disk, visited, { indexFiles, dataFiles, safe, auxiliary });
  for (const file of safe) {
    indexFiles.delete(file);
    dataFiles.delete(file);
  }
  const data = await existing(disk, dataFiles);
  return {
    key: database.key,
    path: visited.path,
    store: visited.store,
    createdBy: database.createdBy,
    isWhole: false,
    tocFiles: [],
    controlFiles: [],
    indexFiles: await existing(disk, indexFiles),
    dataFiles: data,
    auxiliaryFiles: await auxiliaryFiles(disk, data, auxiliary),
    protectedFiles: [...safe].sort(),
    unknownFiles: [],
    masks,
  };
}

async function wholePlan(
  disk: Disk,
  visited: Visited,
  {
    indexFiles,
    dataFiles,
    safe,
    auxiliary,
  }: { indexFiles: Set<string>; dataFiles: Set<string>; safe: ReadonlySet<string>; auxiliary: readonly string[] },
): Promise<WipePlan> {
  const { database } = visited;
  for (const ref of database.indexes) {
    if (isOwned(visited, ref.indexFile)) indexFiles.add(ref.indexFile);
    for (const file of dataFilesOf(ref)) if (isOwned(visited, file)) dataFiles.add(file);
  }
  const subTocs = database.tocs
    .slice(1)
    .map((toc) => toc.path)
    .filter((path) => isOwned(visited, path));
  const data = await existing(disk, dataFiles);
  const known = {
    tocFiles: [...(await existing(disk, [joinPath(visited.path, 'toc')])), ...(await existing(disk, new Set(subTocs)))],
    controlFiles: await controlFiles(disk, visited.path),
    indexFiles: await existing(disk, indexFiles),
    dataFiles: data,
    auxiliaryFiles: await auxiliaryFiles(disk, data, auxiliary),
  };
  return {
    key: database.key,
    path: visited.path,
    store: visited.store,
    createdBy: database.createdBy,
    isWhole: true,
    ...known,
    protectedFiles: [...safe].filter((file) => !isOwned(visited, file)).sort(),
    unknownFiles: await unknownFiles(disk, visited, Object.values(known).flat()),
    masks: [],
  };
}

/**
 * What a wipe that was cut short has left: a folder with the lock against archiving, whose table of contents or schema is gone. Its files
 * are told by their names, since nothing lists them any more. Undefined for any other folder.
 */
export async function planRemnant(disk: Disk, place: Place): Promise<WipePlan | undefined> {
  if ((await disk.info(joinPath(place.path, 'archive.lock'))) === undefined) return undefined;
  const files = (await Promise.all(folders(place).map((folder) => filesIn(disk, folder)))).flat();
  const byName = (fits: (name: string) => boolean): string[] =>
    [...new Set(files)].filter((file) => isOwned(place, file) && fits(baseName(file)));
  const known = {
    tocFiles: byName((name) => name === 'toc' || (name.startsWith('toc.') && !isControlName(name))),
    controlFiles: await controlFiles(disk, place.path),
    indexFiles: byName((name) => name.endsWith('.index')),
    dataFiles: byName((name) => name.endsWith('.data')),
    auxiliaryFiles: byName((name) => /\.data\.\w+$/.test(name)),
  };
  return {
    key: undefined,
    path: place.path,
    store: place.store,
    createdBy: await disk.owner(place.path),
    isWhole: true,
    ...known,
    protectedFiles: [],
    unknownFiles: await unknownFiles(disk, place, Object.values(known).flat()),
    masks: [],
  };
}

/** The schema first. */
async function controlFiles(disk: Disk, path: string): Promise<string[]> {
  const names = await disk.names(path);
  return [...names.filter((name) => name === 'schema'), ...names.filter(isControlName)].map((name) => joinPath(path, name));
}

function isControlName(name: string): boolean {
  return lockNames.includes(name) || name === 'duplicates.allow' || /^toc.*\.repair\.lock$/.test(name);
}

async function unknownFiles(disk: Disk, place: Pick<Place, 'path' | 'store'>, known: readonly string[]): Promise<string[]> {
  const told = new Set([...known, place.path, place.store]);
  const found = new Set<string>();
  for (const folder of folders(place)) for (const file of await filesIn(disk, folder)) if (!told.has(file)) found.add(file);
  return [...found];
}
