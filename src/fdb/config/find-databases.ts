import { type Disk, joinPath } from '../../base/index.js';
import {
  askedValues,
  cellsOf,
  type DatabaseRule,
  type LevelMatcher,
  levelMatcher,
  passesTest,
  type Predicate,
  valuesOfText,
} from '../schema/index.js';
import type { Selection } from '../types.js';
import type { FdbConfig, Purpose, Root } from './config.js';
import { configsFor } from './lanes.js';
import { databaseName, type NamePart, type NameRow } from './name-rows.js';

/** A folder that may be a database that a selection asks for: its name fits, its table of contents is not read. */
export interface FoundDatabase {
  readonly path: string;
  /** Folder of its data files. */
  readonly store: string;
  readonly root: Root;
  /** The configuration (a lane) that it belongs to. */
  readonly config: FdbConfig;
}

/** With no more exact names than this, they are looked up; else folders are read. */
const mostLookups = 16;

/**
 * Folders of the databases that a selection may concern, in every root that allows the purpose, sorted by name within a root, each once.
 * Names are matched before any table of contents is opened; databases whose names have another shape than the schema's are given too, for
 * their tables to decide.
 * Only names that a folder has are followed, so nothing leads out of a root.
 */
export async function* findDatabases(config: FdbConfig, disk: Disk, selection: Selection, purpose: Purpose): AsyncGenerator<FoundDatabase> {
  const seen = new Set<string>();
  for (const local of configsFor(config, selection)) {
    const wanted = exactNames(local, selection);
    let shapes: Shapes | undefined;
    for (const { root, stores } of rootsOf(local, purpose)) {
      const names =
        (wanted === undefined ? undefined : await lookUp(disk, root, wanted)) ??
        (await scan(disk, root.catalogue, (shapes ??= shapesOf(local, selection))));
      for (const name of names) {
        const path = joinPath(root.catalogue, name);
        if (seen.has(path)) continue;
        seen.add(path);
        yield { path, store: await storeOf(disk, root, stores, name), root, config: local };
      }
    }
  }
}

function rootsOf(config: FdbConfig, purpose: Purpose): readonly { root: Root; stores: readonly Root[] | undefined }[] {
  return config.spaces.flatMap((space) => space.roots.filter((root) => root[purpose]).map((root) => ({ root, stores: space.storeRoots })));
}

async function storeOf(disk: Disk, root: Root, stores: readonly Root[] | undefined, name: string): Promise<string> {
  for (const { store } of stores ?? []) if ((await disk.info(joinPath(store, name)))?.isDirectory === true) return joinPath(store, name);
  return joinPath(root.store, name);
}

interface ExactNames {
  /** Keywords on the first level of the schema: the others have no say. */
  readonly keywords: readonly string[];
  readonly answers: Map<string, readonly string[] | undefined>;
}

const exact = new WeakMap<FdbConfig, ExactNames>();
const mostAnswers = 256;

/** Names of all databases that the selection can mean; undefined when it leaves too much open. */
function exactNames(config: FdbConfig, selection: Selection): readonly string[] | undefined {
  let known = exact.get(config);
  if (known === undefined) {
    const predicates = config.schema.rules.flatMap((rule) => rule.predicates);
    known = { keywords: [...new Set(predicates.flatMap(({ keyword, printed }) => [keyword, printed]))], answers: new Map() };
    exact.set(config, known);
  }
  const asked = known.keywords.map((keyword) => selection.get(keyword)?.join('\n') ?? '\0').join('\0\n');
  if (known.answers.has(asked)) return known.answers.get(asked);
  const names = namesOf(config, selection);
  if (known.answers.size === mostAnswers) known.answers.clear();
  known.answers.set(asked, names);
  return names;
}

function namesOf(config: FdbConfig, selection: Selection): readonly string[] | undefined {
  const names = new Set<string>();
  for (const database of config.schema.rules) {
    const group = database.groups[0];
    if (group === undefined) continue;
    // Only level 1 is asked: a rule of this one level gives its cells.
    const level = { database, group: { ...group, predicates: [], element: { predicates: [], line: group.line } } };
    if (database.predicates.some((predicate) => isExcluded(predicate, selection))) continue;
    const cells = cellsOf(level, selection);
    if ('missing' in cells || cells.count > mostLookups) return undefined;
    for (const cell of cells.cells()) {
      const name = databaseName(config.names, database.predicates, cell.database);
      if (!name.split('/').some((part) => part === '' || part === '.' || part === '..') && !name.includes('\0')) names.add(name);
    }
    if (names.size > mostLookups) return undefined;
  }
  return [...names].sort();
}

/** A rule that takes one of some values only is out when none of them is asked for. */
function isExcluded(predicate: Predicate, selection: Selection): boolean {
  if (predicate.test === 'any') return false;
  return askedValues(predicate, selection)?.every((value) => !passesTest(predicate, value)) ?? false;
}

/** The names, when all of them are there; when one is missing, its folder may have another spelling, which reading the folder shows. */
async function lookUp(disk: Disk, root: Root, names: readonly string[]): Promise<readonly string[] | undefined> {
  const found = await disk.stamps(names.map((name) => `${joinPath(root.catalogue, name)}/toc`));
  return names.length > 0 && !found.includes(undefined) ? names : undefined;
}

/** One folder of a nested name: how its own name is read, and what the values in it must be. */
interface Level {
  readonly pattern: RegExp;
  readonly matcher: LevelMatcher;
}

/** Names of a rule's databases, values joined by colons. */
interface FlatShape {
  readonly predicates: readonly Predicate[];
  /** Whether values are ones that the rule itself takes. */
  readonly isOfRule: (values: readonly string[]) => boolean;
  readonly matcher: LevelMatcher;
}

/** How names of databases look. */
interface Shapes {
  /** Names without slashes: by their number of values. */
  readonly flat: ReadonlyMap<number, readonly FlatShape[]>;
  readonly nested: readonly (readonly Level[])[];
}

function shapesOf(config: FdbConfig, selection: Selection): Shapes {
  const flat = new Map<number, FlatShape[]>();
  for (const { predicates } of config.schema.rules) {
    const shape = { predicates, isOfRule: ruleTest(predicates), matcher: levelMatcher(predicates, selection) };
    // A quantile has a colon of its own.
    const counts = predicates.some(({ keyword }) => keyword === 'quantile')
      ? [predicates.length, predicates.length + 1]
      : [predicates.length];
    for (const count of counts) flat.set(count, [...(flat.get(count) ?? []), shape]);
  }
  const nested = config.names.flatMap((row) => config.schema.rules.flatMap((rule) => nestedLevels(row, rule, selection)));
  return { flat, nested };
}

/** The one way in which a row names the databases of a rule; none when its keywords are others. */
function nestedLevels(row: NameRow, rule: DatabaseRule, selection: Selection): readonly (readonly Level[])[] {
  const byName = new Map(rule.predicates.map((predicate) => [predicate.printed, predicate]));
  if (byName.size !== row.keywords.size || ![...row.keywords.keys()].every((keyword) => byName.has(keyword))) return [];
  return [row.folders.map((parts) => nestedLevel(parts, byName, selection))];
}

function nestedLevel(parts: readonly NamePart[], byName: ReadonlyMap<string, Predicate>, selection: Selection): Level {
  const predicates = parts.flatMap((part) => ('keyword' in part ? [byName.get(part.keyword) as Predicate] : []));
  const source = parts.map((part) => ('text' in part ? part.text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') : '([^:/]*)')).join('');
  return { pattern: new RegExp(`^${source}$`), matcher: levelMatcher(predicates, selection) };
}

/** Names relative to the root, of folders whose names fit. */
async function scan(disk: Disk, root: string, shapes: Shapes): Promise<readonly string[]> {
  const found = new Set<string>();
  const listings = new Map<string, Promise<readonly string[]>>();
  const namesIn = (folder: string): Promise<readonly string[]> => {
    let names = listings.get(folder);
    if (names === undefined) listings.set(folder, (names = disk.names(folder === '' ? root : joinPath(root, folder))));
    return names;
  };
  const descend = async (folder: string, levels: readonly Level[]): Promise<void> => {
    const [level, ...rest] = levels;
    if (level === undefined) {
      if ((await namesIn(folder)).includes('toc')) found.add(folder);
      return;
    }
    for (const name of await namesIn(folder)) {
      const values = level.pattern.exec(name);
      if (values !== null && level.matcher.matchesValues(values.slice(1))) await descend(folder === '' ? name : `${folder}/${name}`, rest);
    }
  };
  /** A folder of unknown shape: a database, or a tree that another table of names has made. */
  const explore = async (folder: string, depth: number): Promise<void> => {
    const names = await namesIn(folder);
    if (names.includes('toc')) found.add(folder);
    else if (depth > 0) for (const name of names) if (!name.includes('.')) await explore(`${folder}/${name}`, depth - 1);
  };
  for (const levels of shapes.nested) await descend('', levels);
  for (const name of await namesIn('')) {
    const fit = fitsFlat(name, shapes);
    if (fit === 'yes') found.add(name);
    else if (fit === 'unknown' && !name.startsWith('.') && !shapes.nested.some(([first]) => first?.pattern.test(name)))
      await explore(name, deepest);
  }
  return [...found].sort();
}

/** Unknown trees are followed so far down. */
const deepest = 5;

/** Another number of values is another schema's. */
function fitsFlat(name: string, { flat }: Shapes): 'yes' | 'no' | 'unknown' {
  const plain = name.split(':');
  const candidates = flat.get(plain.length);
  if (candidates === undefined) return 'unknown';
  let isKnown = false;
  for (const { predicates, isOfRule, matcher } of candidates) {
    const values = plain.length === predicates.length ? plain : valuesOfText(predicates, name);
    if (!isOfRule(values)) continue;
    if (matcher.matchesValues(values)) return 'yes';
    isKnown = true;
  }
  // Values that no rule takes come from another schema.
  return isKnown ? 'no' : 'yes';
}

function ruleTest(predicates: readonly Predicate[]): FlatShape['isOfRule'] {
  const tests = predicates.flatMap((predicate, index) =>
    predicate.test === 'any' ? [] : [{ predicate, index, answers: new Map<string, boolean>() }],
  );
  return (values) =>
    tests.every(({ predicate, index, answers }) => {
      const value = values[index] ?? '';
      const known = answers.get(value) ?? passesTest(predicate, value);
      answers.set(value, known);
      return known;
    });
}
