import { type Context, type Disk, DteError, nearestWord } from '../../base/index.js';
import { defaultSchema, parseSchema, type Schema } from '../schema/index.js';
import { CheckedMap, type Origin } from './checked-map.js';
import type { FdbConfig, Lane, Root, Space } from './config.js';
import { laneTest } from './lanes.js';
import type { NameRow } from './name-rows.js';
import { type Places, placesOf, variable } from './places.js';
import { posixRegex } from './posix-regex.js';
import type { Settings } from './settings.js';
import { checkEngines, handlerName, readDisks, readNames, readSpaces } from './tables.js';

const KEYS = [
  'type',
  'engine',
  'store',
  'schema',
  'spaces',
  'fdbs',
  'permissions',
  'tocSerialisationVersion',
  'statistics',
  'fdb_home',
  'configSource',
  'writable',
  'visitable',
  'list',
  'retrieve',
  'archive',
  'wipe',
];
/** Of a configuration within a list of lanes. */
const LANE_KEYS = ['select', 'excludes', ...KEYS];
const SPACE_KEYS = ['name', 'regex', 'handler', 'roots', 'catalogueRoots', 'storeRoots', 'marsDisks', 'path'];
const ROOT_KEYS = ['path', 'name', 'writable', 'visit', 'list', 'retrieve', 'archive', 'wipe'];
/** Kinds, engines and stores that upstream knows and this program does not. */
const ELSEWHERE = ['remote', 'random', 'dist', 'catalogue', 'store', 'daos', 'fam', 'rados', 'pmem', 's3'];

type Flags = Pick<Root, 'list' | 'retrieve' | 'archive' | 'wipe'>;

/** What parsing works with besides the document. */
interface Work {
  readonly context: Pick<Context, 'env' | 'asset'>;
  readonly disk: Disk;
  readonly origin: Origin;
  readonly settings: Settings;
  /** Schema and dbnames in their usual places under the FDB's home count. */
  readonly usesHome: boolean;
  /** Schemas that were read, by file. */
  readonly schemas: Map<string, Promise<Schema>>;
}

/** Checks a document (of kind local or select) and reads the schema and tables that it names. Unknown keys are `input.config`, other kinds `unsupported.engine`. */
export function parseConfig(value: unknown, work: Omit<Work, 'schemas'>): Promise<FdbConfig> {
  return parseLevel({ ...work, schemas: new Map() }, value, KEYS, 'the configuration', {});
}

/** Keys that lanes take over from the configuration around them. */
interface Outer {
  readonly schema?: string;
  readonly home?: string;
}

async function parseLevel(work: Work, value: unknown, keys: readonly string[], what: string, outer: Outer): Promise<FdbConfig> {
  checkKind(value);
  const map = new CheckedMap(value, what, keys, work.origin);
  const kind = choice(map, 'type', ['local', 'select']) ?? 'local';
  choice(map, 'engine', ['toc']);
  choice(map, 'store', ['file']);
  const places = await placesOf(work.context, work.disk, map.text('fdb_home') ?? outer.home);
  const schemaName = map.text('schema') ?? outer.schema;
  const { schema, schemaFile } = await schemaOf(work, places, schemaName);
  const flags = flagsOf(map, 'writable', 'visitable');
  const home = map.text('fdb_home') ?? outer.home;
  const inner = { ...(schemaName === undefined ? {} : { schema: schemaName }), ...(home === undefined ? {} : { home }) };
  const lanes = kind === 'select' ? await lanesOf(work, map, inner) : [];
  const spaces = kind === 'local' ? await spacesOf(work, map, places, flags) : [];
  const umask = umaskOf(map);
  const version = map.number('tocSerialisationVersion') ?? work.settings.tocVersion;
  if (version !== 1 && version !== 2 && version !== 3)
    throw map.error(`tocSerialisationVersion is ${version}`, '1, 2 or 3', 'tocSerialisationVersion');
  return Object.freeze({
    ...work.settings,
    source: map.text('configSource') ?? work.origin.source,
    kind,
    schema,
    schemaFile,
    spaces,
    lanes,
    names: await namesOf(work, places),
    umask,
    tocVersion: version,
    statistics: map.truth('statistics') ?? false,
    expverFile: places.absolute(variable(work.context.env, 'EXPVER_FILE') ?? '~fdb/etc/fdb/expver_to_fdb_root.map'),
  });
}

/** A kind of another place is told before its keys, which are others. */
function checkKind(value: unknown): void {
  if (value === null || typeof value !== 'object') return;
  for (const key of ['type', 'engine', 'store']) {
    const text = (value as Readonly<Record<string, unknown>>)[key];
    if (typeof text !== 'string' || !ELSEWHERE.includes(text)) continue;
    throw new DteError('unsupported.engine', `a configuration with ${key} '${text}'`, {
      hint: "type 'local' or 'select' with engine 'toc' and store 'file' is understood",
    });
  }
}

function choice<T extends string>(map: CheckedMap, key: string, values: readonly T[]): T | undefined {
  const text = map.text(key);
  const known = values.find((value) => value === text);
  if (text === undefined || known !== undefined) return known;
  const nearest = nearestWord(text, values);
  throw map.error(`${key} '${text}' is not known`, nearest === undefined ? values.join(', ') : `did you mean '${nearest}'?`, key);
}

/** `writable` stands for archive and wipe, `visit` for list and retrieve, unless these are given themselves. */
function flagsOf(map: CheckedMap, writable: string, visit: string): Flags {
  const [write, read] = [map.truth(writable) ?? true, map.truth(visit) ?? true];
  return {
    list: map.truth('list') ?? read,
    retrieve: map.truth('retrieve') ?? read,
    archive: map.truth('archive') ?? write,
    wipe: map.truth('wipe') ?? write,
  };
}

/** `0644` and `rw-,r--,r--` are what files may have: the mask is the rest. */
function umaskOf(map: CheckedMap): number | undefined {
  const text = map.text('permissions');
  if (text === undefined) return undefined;
  if (/^[0-7]{3,4}$/.test(text)) return 0o777 & ~Number.parseInt(text, 8);
  const bits = text.replaceAll(',', '');
  if (!/^([r-][w-][x-]),([r-][w-][x-]),([r-][w-][x-])$/.test(text)) {
    throw map.error(`permissions '${text}' are not understood`, "'0644' or 'rw-,r--,r--'", 'permissions');
  }
  let mask = 0;
  for (const bit of bits) mask = mask * 2 + (bit === '-' ? 1 : 0);
  return mask;
}

/** The file that is named must be there; of the usual places, the first that has one; else the schema that is built in. */
async function schemaOf(work: Work, places: Places, name: string | undefined): Promise<{ schema: Schema; schemaFile: string | undefined }> {
  const text = name ?? variable(work.context.env, 'SCHEMA_FILE');
  const file = places.absolute(text ?? '~fdb/etc/fdb/schema');
  const info = text === undefined && !work.usesHome ? undefined : await work.disk.info(file);
  if (info === undefined && text === undefined) return { schema: await defaultSchema(work.context), schemaFile: undefined };
  if (info === undefined || info.isDirectory) {
    throw new DteError('absent.file', `the schema '${file}' does not exist`, {
      where: { file: work.origin.source },
      hint: 'name a schema file, or leave the key out',
    });
  }
  let schema = work.schemas.get(file);
  if (schema === undefined) {
    schema = work.disk.read(file).then((bytes) => parseSchema(new TextDecoder().decode(bytes), file));
    work.schemas.set(file, schema);
  }
  return { schema: await schema, schemaFile: file };
}

async function namesOf(work: Work, places: Places): Promise<readonly NameRow[]> {
  const file = variable(work.context.env, 'DBNAMES_FILE');
  if (file === undefined && !work.usesHome) return [];
  const rows = await readNames(work.disk, places.absolute(file ?? '~fdb/etc/fdb/dbnames'));
  if (rows === undefined && file !== undefined) throw absentTable('dbnames', file);
  return rows ?? [];
}

async function lanesOf(work: Work, map: CheckedMap, outer: Outer): Promise<readonly Lane[]> {
  const list = map.list('fdbs');
  if (list === undefined || list.length === 0)
    throw map.error("type 'select' needs a list of lanes", 'fdbs: [{select: "class=od", ...}, ...]', 'fdbs');
  return Promise.all(
    list.map(async (value, index) => {
      const what = `lane ${index + 1}`;
      checkKind(value);
      const lane = new CheckedMap(value, what, LANE_KEYS, work.origin);
      const excludes = (lane.list('excludes') ?? []).map(String);
      const text = lane.text('select') ?? '';
      return { ...laneTest(text, excludes), text, config: await parseLevel(work, value, LANE_KEYS, what, outer) };
    }),
  );
}

async function spacesOf(work: Work, map: CheckedMap, places: Places, flags: Flags): Promise<readonly Space[]> {
  const { env } = work.context;
  const override = variable(env, 'ROOT_DIRECTORY');
  if (override !== undefined) return [singleSpace(places.absolute(override), flags, false)];
  const list = map.list('spaces');
  if (list !== undefined) {
    if (list.length === 0) throw map.error('spaces is an empty list', 'one space or more', 'spaces');
    return Promise.all(list.map((value, index) => spaceOf(work, places, value, `space ${index + 1}`, flags)));
  }
  if (!map.has('engine')) await checkEngines(work.disk, places.absolute(variable(env, 'ENGINES_FILE') ?? '~fdb/etc/fdb/engines'));
  const spaces = await tableSpaces(work, places);
  if (spaces === undefined) throw map.error('the configuration has no spaces', 'spaces: [{roots: [{path: /folder}]}]');
  return spaces.map((space) => ({ ...space, roots: space.roots.map((root) => limited(root, flags)) }));
}

/** Spaces of the tables spaces and roots; undefined when there are none. */
export async function tableSpaces(
  { context, disk }: { readonly context: Pick<Context, 'env'>; readonly disk: Disk },
  places: Places,
): Promise<readonly Space[] | undefined> {
  const { env } = context;
  const [spacesFile, rootsFile] = [variable(env, 'SPACES_FILE'), variable(env, 'ROOTS_FILE')];
  const [spaces, roots] = [places.absolute(spacesFile ?? '~fdb/etc/fdb/spaces'), places.absolute(rootsFile ?? '~fdb/etc/fdb/roots')];
  for (const [file, path] of [[spacesFile, spaces] as const, [rootsFile, roots] as const]) {
    if (file !== undefined && path !== '/dev/null' && (await disk.info(path)) === undefined) throw absentTable('roots and spaces', path);
  }
  return readSpaces(disk, places, spaces, roots);
}

/** One root for everything. */
export function singleSpace(folder: string, flags: Flags, isMadeOnWrite: boolean): Space {
  const root = { catalogue: folder, store: folder, name: '', ...flags, isMadeOnWrite };
  return { name: '', regex: '.*', pattern: /.*/, handler: 'Default', roots: [root], storeRoots: undefined };
}

async function spaceOf(work: Work, places: Places, value: unknown, what: string, flags: Flags): Promise<Space> {
  const map = new CheckedMap(value, what, SPACE_KEYS, work.origin);
  const name = map.text('name') ?? '';
  const regex = map.text('regex') ?? '.*';
  const base = {
    name,
    regex,
    pattern: posixRegex(regex, `${what} (${name})`),
    handler: handlerName(map.text('handler') ?? 'Default', { file: work.origin.source }),
  };
  if (map.truth('marsDisks') === true) {
    const disks = await readDisks(work.disk, places.absolute(map.text('path') ?? '~fdb/etc/disks/fdb'));
    return { ...base, roots: disks.map((path) => ({ ...rootAt(places.absolute(path)), name, ...flags })), storeRoots: undefined };
  }
  if (map.has('roots') === (map.has('catalogueRoots') || map.has('storeRoots')) || map.has('catalogueRoots') !== map.has('storeRoots')) {
    throw map.error(`${what} needs either roots, or catalogueRoots and storeRoots`, 'roots: [{path: /folder}]', 'roots');
  }
  const readRoots = (key: string): readonly Root[] => {
    const list = map.list(key) ?? [];
    if (list.length === 0) throw map.error(`${what} has no ${key}`, `${key}: [{path: /folder}]`, key);
    return list.map((root, index) => rootOf(work, places, root, `${what}, root ${index + 1}`, flags));
  };
  if (map.has('roots')) return { ...base, roots: readRoots('roots'), storeRoots: undefined };
  const storeRoots = readRoots('storeRoots');
  const first = (index: number): Root => (storeRoots[index] ?? storeRoots[0]) as Root;
  return { ...base, roots: readRoots('catalogueRoots').map((root, index) => ({ ...root, store: first(index).store })), storeRoots };
}

function rootOf(work: Work, places: Places, value: unknown, what: string, flags: Flags): Root {
  const map = new CheckedMap(value, what, ROOT_KEYS, work.origin);
  const path = map.text('path');
  if (path === undefined) throw map.error(`${what} has no path`, 'path: /folder');
  return limited({ ...rootAt(places.absolute(path)), name: map.text('name') ?? '', ...flagsOf(map, 'writable', 'visit') }, flags);
}

function rootAt(folder: string): Root {
  return { catalogue: folder, store: folder, name: '', list: true, retrieve: true, archive: true, wipe: true, isMadeOnWrite: false };
}

/** What a whole configuration forbids, its roots do not allow. */
function limited(root: Root, flags: Flags): Root {
  return {
    ...root,
    list: root.list && flags.list,
    retrieve: root.retrieve && flags.retrieve,
    archive: root.archive && flags.archive,
    wipe: root.wipe && flags.wipe,
  };
}

function absentTable(what: string, file: string): DteError {
  return new DteError('absent.file', `the table of ${what} '${file}' does not exist`, { hint: 'the environment names it (FDB_..._FILE)' });
}
