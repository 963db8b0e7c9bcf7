import { type Context, type Disk, DteError, folderOf, joinPath } from '../../base/index.js';
import { type FdbConfig, findDatabases } from '../config/index.js';
import { type Database, readDatabase, setControl } from '../database/index.js';
import { keyFromText } from '../schema/index.js';
import { type Control, formatKey, type Selection } from '../types.js';
import { appendRecords } from './append.js';
import { diskOf } from '../disk-of.js';
import { stopIfCancelled } from './stop-if-cancelled.js';
import { residualSelection } from './exact.js';
import { removeFiles } from './folder-files.js';
import { quietMsByDefault, writerStillThere } from './in-use.js';
import { dataFilesOf, visibleIndexes } from './owned.js';
import { checkCreator, formatSelection, noDatabase, type Place, type VisitOptions } from './visit.js';
import { folders, isWorthIt, planRemnant, planWipe, type WipePlan } from './wipe-plan.js';

export interface WipeOptions extends VisitOptions {
  /** False, and so unless told: nothing is changed, the plan alone is given. */
  readonly doit?: boolean;
  /** Files that the database does not know go too, instead of blocking the wipe of a whole database. */
  readonly unsafeAll?: boolean;
  /** Of a group, files of writers on other hosts stay when they changed within this time; 10 minutes unless told. */
  readonly quietMs?: number;
}

export interface WipeReport extends WipePlan {
  /** Who made the database. */
  readonly owner: string;
  /** True: `doit` was given and all of the plan was done. */
  readonly isDone: boolean;
  /** Files and folders that were removed, in this order. */
  readonly removed: readonly string[];
  /** Files that were to go, but that a writer may still have open: masked, not removed. */
  readonly inUseFiles: readonly string[];
}

/**
 * Wipes whole databases, or whole groups of them, that the selection matches. A keyword of the elements matches nothing. Without `doit`
 * nothing changes.
 *
 * A whole database goes in an order in which a stop at any point leaves either the database as it was or a remnant that is locked for
 * archive, list and retrieve, and which a second wipe completes: locks, data, indexes, sub-tocs, table of contents, schema, locks, folder.
 * Groups are first masked in the table of contents, so that no listing ever shows an entry whose data are gone.
 *
 * Errors: `absent.database` when nothing matches, `auth.locked` for a database that is locked for wipe, or that holds unknown files and
 * `doit` was given without `unsafeAll`, `auth.access` for one that another user made.
 */
export async function* wipe(
  context: Context,
  config: FdbConfig,
  selection: Selection,
  options: WipeOptions = {},
): AsyncGenerator<WipeReport> {
  const disk = diskOf(context);
  let found = 0;
  const locked: string[] = [];
  const passedBy: string[] = [];
  const places: Place[] = [];
  for await (const place of findDatabases(config, disk, selection, 'wipe')) places.push(place);
  for (const place of places) {
    stopIfCancelled(context);
    const database = await readOrRemnant(disk, place, options);
    const plan =
      database === undefined
        ? isMeantByName(place, selection)
          ? await planRemnant(disk, place)
          : undefined
        : await planWipe(disk, { ...place, database }, selection, place.config.auxiliaryExtensions);
    if (plan === undefined || !isWorthIt(plan)) {
      if (database !== undefined) passedBy.push(place.path);
      continue;
    }
    if (database?.controls.has('wipe') === true) {
      locked.push(place.path);
      continue;
    }
    found += 1;
    const report = { owner: disk.userName(plan.createdBy), isDone: false, removed: [], inUseFiles: [] };
    if (options.doit !== true) yield { ...plan, ...report };
    else if (database === undefined) yield { ...(await wipeRemnant(disk, plan, options)), owner: report.owner };
    else {
      checkCreator(context, place.config, database);
      const done = plan.isWhole
        ? await wipeWhole(context, { place, database, plan, selection, auxiliary: place.config.auxiliaryExtensions }, options)
        : await wipeGroups(context, { place, database, plan }, options);
      yield { ...done, owner: report.owner };
    }
  }
  if (locked.length > 0)
    throw new DteError('auth.locked', `${locked.length === 1 ? 'a database is' : `${locked.length} databases are`} locked for wipe`, {
      where: { file: locked[0] as string },
      hint: "'dte fdb unlock --wipe' unlocks it",
    });
  if (found === 0 && options.ignoreNoData !== true) throw nothingToWipe(config, selection, passedBy);
}

function nothingToWipe(config: FdbConfig, selection: Selection, passedBy: readonly string[]): DteError {
  if (passedBy.length === 0) return noDatabase(config, selection);
  return new DteError('absent.database', `nothing of the database can be wiped by ${formatSelection(selection)}`, {
    where: { file: passedBy[0] as string },
    hint: 'whole databases and whole groups of them can be wiped, by all their values; what an overlay shows belongs to the other database: remove the overlay first',
  });
}

/** Undefined where the table of contents is gone or cannot be read for want of a schema, as after a wipe that was cut short. */
async function readOrRemnant(disk: Disk, place: Place, options: VisitOptions): Promise<Database | undefined> {
  if ((await disk.info(joinPath(place.path, 'schema'))) === undefined && (await planRemnant(disk, place)) !== undefined) return undefined;
  return readDatabase(disk, place.path, options.onDamage === undefined ? {} : { onDamage: options.onDamage });
}

/** A remnant without table of contents is known by its name alone: all of its values, and nothing more, must be asked for. */
function isMeantByName(place: Place, selection: Selection): boolean {
  const name = place.path.slice(place.root.catalogue.length).replace(/^\/+/, '');
  return place.config.schema.rules.some(({ predicates }) => {
    if (name.split(':').length !== predicates.length) return false;
    return residualSelection(place.config.schema, keyFromText(predicates, name), selection)?.size === 0;
  });
}

type Done = Omit<WipeReport, 'owner'>;

const locksOfWipe: readonly Control[] = ['archive', 'list', 'retrieve'];

interface WholeWipe {
  readonly place: Place;
  readonly database: Database;
  readonly plan: WipePlan;
  readonly selection: Selection;
  readonly auxiliary: readonly string[];
}

async function wipeWhole(context: Context, work: WholeWipe, options: WipeOptions): Promise<Done> {
  const disk = diskOf(context);
  const { place, database } = work;
  refuseUnknown(work.plan, options);
  for (const control of locksOfWipe) await setControl(disk, place.path, control, true);
  await disk.syncFolder(place.path);
  // What was flushed between the plan and the locks belongs to the database too.
  const now = await readDatabase(disk, place.path);
  const plan =
    now === undefined ? await planRemnant(disk, place) : await planWipe(disk, { ...place, database: now }, work.selection, work.auxiliary);
  try {
    if (plan?.isWhole !== true)
      throw new DteError('auth.locked', `the database ${formatKey(database.key)} was written to while its wipe began`, {
        where: { file: place.path },
        hint: 'look at the plan again',
      });
    refuseUnknown(plan, options);
  } catch (error) {
    for (const control of locksOfWipe) if (!database.controls.has(control)) await setControl(disk, place.path, control, false);
    throw error;
  }
  return execute(disk, plan, options);
}

async function wipeRemnant(disk: Disk, plan: WipePlan, options: WipeOptions): Promise<Done> {
  refuseUnknown(plan, options);
  return execute(disk, plan, options);
}

function refuseUnknown(plan: WipePlan, options: WipeOptions): void {
  if (plan.unknownFiles.length === 0 || options.unsafeAll === true) return;
  throw new DteError(
    'auth.locked',
    `the folder holds ${plan.unknownFiles.length} file(s) that are not of the database, so that it cannot be wiped whole`,
    {
      where: { file: plan.unknownFiles[0] as string },
      hint: 'move them away, or have them wiped too: unsafeAll, or --unsafe-wipe-all on the command line',
    },
  );
}

async function execute(disk: Disk, plan: WipePlan, options: WipeOptions): Promise<Done> {
  const schema = plan.controlFiles.find((file) => file.endsWith('/schema'));
  // The lock by which a remnant is known.
  const mark = plan.controlFiles.find((file) => file.endsWith('/archive.lock'));
  const locks = plan.controlFiles.filter((file) => file !== schema && file !== mark);
  const [toc, ...subTocs] = plan.tocFiles;
  const removed = await removeFiles(disk, [
    ...(options.unsafeAll === true ? plan.unknownFiles : []),
    ...plan.dataFiles,
    ...plan.auxiliaryFiles,
  ]);
  removed.push(...(await removeFiles(disk, [...plan.indexFiles, ...subTocs, ...present(toc)])));
  for (const folder of folders(plan)) if ((await disk.info(folder)) !== undefined) await disk.syncFolder(folder);
  removed.push(...(await removeFiles(disk, [...present(schema), ...locks])));
  await disk.syncFolder(plan.path);
  removed.push(...(await removeFiles(disk, [...present(mark), ...folders(plan)])));
  // What came back after a failure of power would be a locked remnant.
  for (const folder of folders(plan)) await disk.syncFolder(folderOf(folder));
  return { ...plan, isDone: true, removed, inUseFiles: [] };
}

function present(file: string | undefined): string[] {
  return file === undefined ? [] : [file];
}

async function wipeGroups(context: Context, work: Pick<WholeWipe, 'place' | 'database' | 'plan'>, options: WipeOptions): Promise<Done> {
  const disk = diskOf(context);
  const { place, plan } = work;
  // The oldest first: a write that is cut short must not bring back what newer indexes hide.
  const masks = [...plan.masks].reverse();
  for (const tocFile of new Set(masks.map((mask) => mask.tocFile)))
    await appendRecords(
      context,
      place.config,
      tocFile,
      masks.filter((mask) => mask.tocFile === tocFile).map((mask) => mask.record),
      options.onDamage,
    );
  const needed = await neededFiles(disk, place.path);
  const inUse: string[] = [];
  const free: string[] = [];
  for (const file of [...plan.dataFiles, ...plan.indexFiles]) {
    if (needed.has(file)) continue;
    const writer = await writerStillThere(context, file, options.quietMs ?? quietMsByDefault);
    (writer === undefined ? free : inUse).push(file);
  }
  const auxiliary = plan.auxiliaryFiles.filter((file) => free.some((data) => file.startsWith(`${data}.`)));
  const data = free.filter((file) => plan.dataFiles.includes(file));
  const removed = await removeFiles(disk, [...data, ...auxiliary, ...free.filter((file) => !data.includes(file))]);
  return { ...plan, isDone: true, removed, inUseFiles: inUse };
}

/** Files that an unmasked index needs, as the tables of contents now stand. */
export async function neededFiles(disk: Disk, path: string): Promise<ReadonlySet<string>> {
  const database = await readDatabase(disk, path);
  const needed = new Set<string>();
  if (database === undefined) return needed;
  for (const ref of visibleIndexes(database)) {
    needed.add(ref.indexFile);
    for (const file of dataFilesOf(ref)) needed.add(file);
  }
  return needed;
}
