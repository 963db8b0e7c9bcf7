import { type Disk, DteError } from '../../base/index.js';
import { type NameRow, nameRow } from './name-rows.js';
import { posixRegex } from './posix-regex.js';
import type { Places } from './places.js';
import { HANDLERS, type HandlerName, type Root, type Space } from './config.js';

interface Row {
  readonly words: readonly string[];
  readonly file: string;
  readonly line: number;
}

/** Rows of a table file, words separated by blanks, without comments; undefined when there is no such file. */
export async function tableRows(disk: Disk, file: string): Promise<readonly Row[] | undefined> {
  const text = await textOf(disk, file);
  if (text === undefined) return undefined;
  const rows = text.split('\n').map((line, index) => ({ words: line.trim().split(/\s+/), file, line: index + 1 }));
  return rows.filter(({ words }) => words[0] !== '' && words[0]?.startsWith('#') === false);
}

/** `/dev/null` stands for an empty table, on disks without devices too. */
async function textOf(disk: Disk, file: string): Promise<string | undefined> {
  if (file === '/dev/null') return '';
  const info = await disk.info(file);
  if (info === undefined) return undefined;
  return info.sizeBytes === 0 ? '' : new TextDecoder().decode(await disk.read(file));
}

/** dbnames: how directories are named. */
export async function readNames(disk: Disk, file: string): Promise<readonly NameRow[] | undefined> {
  const rows = await tableRows(disk, file);
  return rows?.map(({ words, ...where }) => {
    expectWords(words, 2, 'keywords and template', where);
    return nameRow(words[0] as string, words[1] as string, where);
  });
}

/** spaces and roots: where databases are. Rows of spaces without roots are refused, as upstream refuses them. */
export async function readSpaces(disk: Disk, places: Places, spacesFile: string, rootsFile: string): Promise<readonly Space[] | undefined> {
  const [spaces, roots] = [await tableRows(disk, spacesFile), await tableRows(disk, rootsFile)];
  if (spaces === undefined || roots === undefined) return undefined;
  const read = roots.map((row) => rootOfRow(places, row));
  return spaces.map(({ words, ...where }) => {
    expectWords(words, 3, 'regex, space and handler', where);
    const [regex, name, handler] = words as readonly [string, string, string];
    const own = read.filter((root) => root.name === name);
    if (own.length === 0)
      throw new DteError('input.config', `space '${name}' has no roots`, { where, hint: `a row for '${name}' in '${rootsFile}'` });
    return {
      name,
      regex,
      pattern: posixRegex(regex, `space ${name}`),
      handler: handlerName(handler, where),
      roots: own,
      storeRoots: undefined,
    };
  });
}

/** engines: only toc is known here; a table whose every row is of another engine leaves nothing to do. */
export async function checkEngines(disk: Disk, file: string): Promise<void> {
  const rows = await tableRows(disk, file);
  if (rows === undefined || rows.length === 0 || rows.some(({ words }) => words[1] === 'toc')) return;
  const { words, ...where } = rows[0] as Row;
  throw new DteError('unsupported.engine', `engine '${words[1] ?? ''}'`, { where, hint: "engine 'toc' is understood" });
}

/** expver_to_fdb_root.map: experiment -> root; the first row of an experiment counts. */
export async function readExpverRoots(disk: Disk, file: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const { words, ...where } of (await tableRows(disk, file)) ?? []) {
    expectWords(words, 2, 'expver and root', where);
    if (!found.has(words[0] as string)) found.set(words[0] as string, words[1] as string);
  }
  return found;
}

/** Folders of a list of MARS disks, one in a line. */
export async function readDisks(disk: Disk, file: string): Promise<readonly string[]> {
  const rows = await tableRows(disk, file);
  if (rows === undefined) throw new DteError('absent.file', `the list of disks '${file}' does not exist`, { hint: 'one folder in a line' });
  return rows.flatMap(({ words }) => (words.length === 1 ? (words as [string]) : []));
}

export function handlerName(text: string, where: { readonly file?: string; readonly line?: number } = {}): HandlerName {
  const known = HANDLERS.find((name) => name === text);
  if (known !== undefined) return known;
  throw new DteError('input.config', `handler '${text}' is not known`, { where, hint: `handlers are ${HANDLERS.join(', ')}` });
}

function rootOfRow(places: Places, { words, ...where }: Row): Root {
  expectWords(words, 4, 'path, space, writable and visit', where);
  const [path, name, writable, visit] = words as readonly [string, string, string, string];
  const folder = places.absolute(path);
  const [isWritable, isVisited] = [truth(writable, where), truth(visit, where)];
  return {
    catalogue: folder,
    store: folder,
    name,
    list: isVisited,
    retrieve: isVisited,
    archive: isWritable,
    wipe: isWritable,
    isMadeOnWrite: false,
  };
}

function truth(text: string, where: { readonly file: string; readonly line: number }): boolean {
  const lower = text.toLowerCase();
  if (['yes', 'true', 'on', '1'].includes(lower)) return true;
  if (['no', 'false', 'off', '0'].includes(lower)) return false;
  throw new DteError('input.config', `'${text}' is neither yes nor no`, { where, hint: 'yes, true, on, 1, no, false, off, 0' });
}

function expectWords(words: readonly string[], count: number, what: string, where: { readonly file: string; readonly line: number }): void {
  if (words.length === count) return;
  throw new DteError('input.config', `'${words.join(' ')}' has ${words.length} words`, { where, hint: `${count} are expected: ${what}` });
}
