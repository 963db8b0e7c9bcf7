import { type Disk, DteError, folderOf, isDteError, joinPath } from '../../base/index.js';
import type { IndexRecord } from '../format/index.js';
import { parseSchema, type Schema } from '../schema/index.js';
import type { Control, Key, OnDamage } from '../types.js';
import { controlFiles, readControls } from './controls.js';
import { keyOf, masksOf, maskOf, readTocFile, subTocPath, type TocContents } from './toc-file.js';
import type { Database, IndexRef, TocFile } from './types.js';

export interface ReadDatabaseOptions {
  /** Told of everything that is gone past; without it, the same is in `damage` of the result only. */
  readonly onDamage?: OnDamage;
  /** An earlier reading: only what was appended since is read. The same object is given back when nothing was. */
  readonly previous?: Database;
}

/**
 * The database in the folder `path`: its key, its schema, all its indexes with those of its sub-tocs and of databases that it
 * overlays, and what is masked. Undefined when there is no table of contents, or one that is only being begun. Damage does not stop the reading. Errors:
 * `data.toc` when nothing tells which database it is or its schema is missing or cannot be read, `auth.access`, `fault.read`.
 */
export async function readDatabase(disk: Disk, path: string, options: ReadDatabaseOptions = {}): Promise<Database | undefined> {
  const { previous } = options;
  const known = previous === undefined ? undefined : walks.get(previous);
  if (previous !== undefined && known !== undefined && (await isUnchanged(disk, path, previous, known))) {
    reportAll(previous.damage, options.onDamage);
    return previous;
  }
  const toc = await readTocFile(disk, joinPath(path, 'toc'), known?.contents.get(joinPath(path, 'toc')));
  if (toc === undefined) return undefined;
  const init = keyOf(toc);
  if (init === undefined) {
    if (toc.records.length === 0 && toc.damage.length === 0) return undefined;
    throw new DteError('data.toc', `the table of contents does not tell which database it is of`, {
      where: { file: toc.path },
      hint: 'its first record is damaged: run a check, or take the database from a backup',
    });
  }
  const walk: Walk = { disk, known, key: init.key, contents: new Map(), tocs: [], indexes: [], damage: [], absent: [] };
  await visit(walk, toc, { masks: [], isMasked: false, parent: undefined, above: [] });
  const controls = await readControls(disk, path);
  const schema =
    previous !== undefined && previous.tocs[0]?.records[0] === toc.records[0]
      ? previous.schema
      : await readSchema(disk, joinPath(path, 'schema'));
  const database: Database = {
    path,
    key: init.key,
    schema,
    indexes: walk.indexes.reverse(),
    tocs: walk.tocs,
    damage: walk.damage,
    controls,
    createdBy: init.uid,
  };
  const watched = [...walk.contents.keys(), ...walk.absent, ...controlFiles(path)];
  walks.set(database, { contents: walk.contents, absent: walk.absent, watched, stamps: [] });
  reportAll(walk.damage, options.onDamage);
  return database;
}

function reportAll(damage: readonly DteError[], onDamage: OnDamage | undefined): void {
  if (onDamage !== undefined) for (const error of damage) onDamage(error);
}

/** What a reading leaves for the next one. */
interface Known {
  readonly contents: ReadonlyMap<string, TocContents>;
  /** Tables of contents that were not there, or could not be read. */
  readonly absent: readonly string[];
  /** All files that tell whether the database is the same, and their stamps when it was found to be. */
  readonly watched: readonly string[];
  stamps: readonly (string | undefined)[];
}

/** As long as all names have the same stamps, no file is opened. Stamps are taken first, so that what changes meanwhile is seen the next time. */
async function isUnchanged(disk: Disk, path: string, previous: Database, known: Known): Promise<boolean> {
  const stamps = await disk.stamps(known.watched);
  if (stamps.length === known.stamps.length && stamps.every((stamp, index) => stamp === known.stamps[index])) return true;
  if (!(await hasSameContents(disk, path, previous, known))) return false;
  known.stamps = stamps;
  return true;
}

async function hasSameContents(disk: Disk, path: string, previous: Database, known: Known): Promise<boolean> {
  for (const toc of known.contents.values()) if ((await readTocFile(disk, toc.path, toc)) !== toc) return false;
  for (const missing of known.absent) if ((await disk.info(missing)) !== undefined) return false;
  return isEqualSet(await readControls(disk, path), previous.controls);
}

const walks = new WeakMap<Database, Known>();

interface Walk {
  readonly disk: Disk;
  readonly known: Known | undefined;
  /** Key of the database that is read, whatever the key of one that it overlays. */
  readonly key: Key;
  readonly contents: Map<string, TocContents>;
  readonly tocs: TocFile[];
  readonly indexes: IndexRef[];
  readonly damage: DteError[];
  readonly absent: string[];
}

interface Above {
  /** Masks of all tables of contents above: a purge masks an index of a sub-toc in the database's own. */
  readonly masks: readonly ReadonlySet<string>[];
  readonly isMasked: boolean;
  readonly parent: string | undefined;
  /** Their paths, so that databases that overlay each other end. */
  readonly above: readonly string[];
}

async function visit(walk: Walk, toc: TocContents, above: Above): Promise<void> {
  const { disk } = walk;
  const init = keyOf(toc);
  const key = init?.key ?? walk.key;
  walk.contents.set(toc.path, toc);
  const isSubToc = init?.isSubToc === true || above.parent !== undefined;
  const { isMasked, parent } = above;
  walk.tocs.push({ path: toc.path, key, isSubToc, isMasked, parent, records: toc.records, sizeBytes: toc.end, tornAt: toc.tornAt });
  reportDamage(walk, toc);

  const masks = [...above.masks, masksOf(toc)];
  const hasMask = (name: string): boolean => masks.some((set) => set.has(name));
  const remap = remapOf(walk.key, key);
  for (const record of toc.records) {
    if (record.kind === 'index') {
      const isHidden = isMasked || hasMask(maskOf(record.file, record.offset));
      walk.indexes.push(indexRef(record, toc.path, isHidden, remap, walk.indexes.length));
    } else if (record.kind === 'sub-toc') {
      const path = await subTocPath(disk, toc.path, record.path);
      const isHidden = isMasked || hasMask(maskOf(record.path, 0)) || hasMask(maskOf(path, 0));
      if (toc.path === path || above.above.includes(path)) {
        walk.damage.push(
          new DteError('data.toc', `'${path}' continues in itself`, { where: { file: toc.path, offset: record.header.start } }),
        );
        continue;
      }
      const below = await readTocFile(disk, path, walk.known?.contents.get(path)).catch((error: unknown) => {
        if (!isDteError(error)) throw error;
        walk.damage.push(error);
        return undefined;
      });
      // What is masked may have been removed since.
      if (below === undefined) walk.absent.push(path);
      if (below !== undefined) await visit(walk, below, { masks, isMasked: isHidden, parent: toc.path, above: [...above.above, toc.path] });
      else if (!isHidden)
        walk.damage.push(
          new DteError('data.toc', `the table of contents '${path}' is missing`, {
            where: { file: toc.path, offset: record.header.start },
            hint: 'fields that only it lists are not found',
          }),
        );
    }
  }
}

function reportDamage(walk: Walk, toc: TocContents): void {
  for (const { start, end, reason } of toc.damage)
    walk.damage.push(
      new DteError('data.toc', `${end - start} octets are no record: ${reason}`, { where: { file: toc.path, offset: start } }),
    );
  if (toc.tornAt !== undefined)
    walk.damage.push(
      new DteError('data.torn', 'the last record is not complete', {
        where: { file: toc.path, offset: toc.tornAt },
        hint: 'it is being written, or its writer was stopped; the next writer removes it',
      }),
    );
}

/** Keys in which the database that is read differs from the one whose table of contents it uses. */
function remapOf(own: Key, theirs: Key): Key | undefined {
  const remap = new Map<string, string>();
  for (const [keyword, value] of own) if (theirs.get(keyword) !== value) remap.set(keyword, value);
  return remap.size === 0 ? undefined : remap;
}

function indexRef(record: IndexRecord, tocFile: string, isMasked: boolean, remap: Key | undefined, sequence: number): IndexRef {
  const folder = folderOf(tocFile);
  const indexFile = joinPath(folder, record.file);
  const paths = new Map<number, string>();
  return {
    record,
    indexFile,
    tocFile,
    isMasked,
    group: record.key,
    remap,
    flushedMs: record.flushedMs === 0 ? record.header.timeMs : record.flushedMs,
    sequence,
    dataFile(uriId) {
      const known = paths.get(uriId);
      if (known !== undefined) return known;
      const file = record.dataFiles.get(uriId);
      if (file === undefined)
        throw new DteError(
          'data.index',
          `an entry names the data file ${uriId}, its record lists ${[...record.dataFiles.keys()].join(', ')}`,
          {
            where: { file: indexFile, offset: record.offset },
          },
        );
      const path = joinPath(folder, withoutScheme(file, tocFile, record.header.start));
      paths.set(uriId, path);
      return path;
    },
  };
}

/** Data files are paths, or addresses of files. Names hold colons too, but no two slashes after one. */
function withoutScheme(file: string, tocFile: string, offset: number): string {
  const path = /^(?:file|unix):(?:\/\/)?(\/.*)$/s.exec(file)?.[1];
  if (path !== undefined) return path;
  if (!/^[a-z][a-z0-9]*:\/\//i.test(file)) return file;
  throw new DteError('unsupported.engine', `the data of an index lie in '${file}'`, {
    where: { file: tocFile, offset },
    hint: 'data in files can be read',
  });
}

/** Hundreds of databases have the same few schemas. */
const schemas = new Map<string, Schema>();
const mostSchemas = 32;
const decoder = new TextDecoder();

async function readSchema(disk: Disk, file: string): Promise<Schema> {
  let text: string;
  try {
    text = decoder.decode(await disk.read(file));
  } catch (error) {
    if (!isDteError(error, 'absent.file')) throw error;
    throw new DteError('data.toc', 'the database has lost its schema', {
      where: { file },
      hint: 'copy the schema that it was made with to this place',
      cause: error,
    });
  }
  const known = schemas.get(text);
  if (known !== undefined) return known;
  if (schemas.size >= mostSchemas) schemas.clear();
  let schema: Schema;
  try {
    schema = parseSchema(text, file);
  } catch (error) {
    // Nobody wrote this text for the call that met it: it is the database that is broken.
    if (!isDteError(error, 'input.syntax')) throw error;
    const hint = error.hint === undefined ? {} : { hint: error.hint };
    throw new DteError('data.toc', `the schema of the database cannot be read: ${error.reason}`, {
      where: error.where,
      ...hint,
      cause: error,
    });
  }
  schemas.set(text, schema);
  return schema;
}

function isEqualSet(one: ReadonlySet<Control>, other: ReadonlySet<Control>): boolean {
  return one.size === other.size && [...one].every((control) => other.has(control));
}
