import { baseName, type Context, DteError, folderOf } from '../../base/index.js';
import type { FdbConfig } from '../config/index.js';
import { type Database, type IndexRef, readDatabase, readIndex, type TocFile } from '../database/index.js';
import { maskOf, masksOf, readTocFile } from '../database/toc-file.js';
import type { IndexColumns, TocRecord } from '../format/index.js';
import type { Selection } from '../types.js';
import { diskOf } from '../disk-of.js';
import { noDatabase, readExisting, visitDatabases, type VisitOptions } from './visit.js';

/** One record, with the table of contents that holds it. */
export interface DumpedRecord {
  readonly toc: TocFile;
  readonly record: TocRecord;
  /** For an index: where its files are; undefined for other records. */
  readonly ref: IndexRef | undefined;
}

export interface DumpOptions extends VisitOptions {
  /** Sub-tocs and overlaid databases follow where they are named; masked indexes and sub-tocs are left out. Else the records of the table of contents as they stand. */
  readonly walk?: boolean;
}

export interface DatabaseDump {
  readonly database: Database;
  readonly records: readonly DumpedRecord[];
}

/** Records of every database that the selection matches. `absent.database` when there is none. */
export async function* dump(
  context: Context,
  config: FdbConfig,
  selection: Selection,
  options: DumpOptions = {},
): AsyncGenerator<DatabaseDump> {
  let found = 0;
  for await (const { database } of visitDatabases(context, config, selection, 'list', options)) {
    found += 1;
    yield { database, records: [...recordsOf(database, database.tocs[0], options.walk === true)] };
  }
  if (found === 0 && options.ignoreNoData !== true) throw noDatabase(config, selection);
}

/**
 * Records of one table of contents by its path: that of a database, a sub-toc, or a database's folder. What a table of contents above it
 * masks does not count: a masked sub-toc by its own path shows all that it has. `absent.file`, `absent.database`.
 */
export async function dumpToc(context: Context, path: string, options: DumpOptions = {}): Promise<DatabaseDump> {
  const disk = diskOf(context);
  const info = await disk.info(path);
  if (info === undefined) throw new DteError('absent.file', `'${path}' does not exist`);
  const folder = info.isDirectory ? path : folderOf(path);
  const database = await readExisting(disk, folder, options);
  const toc =
    info.isDirectory || baseName(path) === 'toc' ? database.tocs[0] : database.tocs.find((one) => baseName(one.path) === baseName(path));
  if (toc === undefined)
    throw new DteError('absent.file', `'${path}' is not a table of contents of the database in '${folder}'`, {
      hint: `it has ${database.tocs.map((one) => baseName(one.path)).join(', ')}`,
    });
  const contents = toc === database.tocs[0] ? undefined : await readTocFile(disk, toc.path);
  const own = contents === undefined ? undefined : masksOf(contents);
  return { database, records: [...recordsOf(database, toc, options.walk === true, own)] };
}

/** `masks`: what hides indexes, in place of all that hides them in the database. */
function* recordsOf(database: Database, toc: TocFile | undefined, walk: boolean, masks?: ReadonlySet<string>): Generator<DumpedRecord> {
  if (toc === undefined) return;
  const refs = new Map(database.indexes.filter((ref) => ref.tocFile === toc.path).map((ref) => [ref.record.header.start, ref]));
  for (const record of toc.records) {
    const ref = record.kind === 'index' ? refs.get(record.header.start) : undefined;
    if (!walk) {
      yield { toc, record, ref };
      continue;
    }
    if (ref !== undefined && (masks === undefined ? ref.isMasked : masks.has(maskOf(ref.record.file, ref.record.offset)))) continue;
    if (record.kind !== 'sub-toc') {
      yield { toc, record, ref };
      continue;
    }
    const below = database.tocs.find(
      (one) =>
        one.parent === toc.path &&
        baseName(one.path) === baseName(record.path) &&
        (!record.path.startsWith('/') || one.path === record.path || one.isSubToc),
    );
    if (below === undefined || (masks === undefined ? below.isMasked : masks.has(maskOf(record.path, 0)))) continue;
    yield { toc, record, ref };
    yield* recordsOf(database, below, walk, masks);
  }
}

export interface IndexDump {
  readonly ref: IndexRef;
  readonly columns: IndexColumns;
}

/**
 * The trees of an index file that the tables of contents of its folder name, oldest first, with their entries. Masked ones are left out unless
 * asked for. `absent.file`, `absent.database`, `data.index`.
 */
export async function dumpIndex(
  context: Context,
  path: string,
  options: { readonly masked?: boolean } & VisitOptions = {},
): Promise<readonly IndexDump[]> {
  const disk = diskOf(context);
  if ((await disk.info(path)) === undefined) throw new DteError('absent.file', `'${path}' does not exist`);
  const database = await readDatabase(disk, folderOf(path), options.onDamage === undefined ? {} : { onDamage: options.onDamage });
  if (database === undefined)
    throw new DteError(
      'absent.database',
      `there is no database in '${folderOf(path)}', so that nothing tells what '${baseName(path)}' holds`,
    );
  const named = database.indexes.filter(({ indexFile }) => baseName(indexFile) === baseName(path) && folderOf(indexFile) === database.path);
  if (named.length === 0)
    throw new DteError('absent.file', `'${path}' is not an index file of the database in '${folderOf(path)}'`, {
      hint: 'no record of its tables of contents names it',
    });
  const dumps: IndexDump[] = [];
  for (const ref of named.reverse()) if (options.masked === true || !ref.isMasked) dumps.push({ ref, columns: await readIndex(disk, ref) });
  return dumps;
}
