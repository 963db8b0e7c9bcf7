import type { Context, Disk, DteError } from '../../base/index.js';
import { configsFor, type FdbConfig } from '../config/index.js';
import { type Database, type IndexRef, lookupIndex, readIndexes } from '../database/index.js';
import type { IndexColumns } from '../format/index.js';
import { canonicalSelection, rulesFor, type RulePath, valuesOfText } from '../schema/index.js';
import { combinedKey, type Entry, type OnDamage, type Selection } from '../types.js';
import { type AskedCells, askedCells, type AskedPredicate, askedPredicate, type Dimension, type Meaning, meaningOf, meaningsOf, missingKeywords, sourceOf } from './asked-cells.js';
import { type WalkedGroup, walkIndexes } from './index-walk.js';
import { ListedEntry } from './listed-entry.js';
import { diskOf, matchedDatabases, report } from './matched-databases.js';
import { axisOf } from './overlap.js';
import { type Shortfall, shortfallOf } from './shortfall.js';

export interface PlanOptions {
  /** Told of databases that are locked (`auth.locked`) and of what is damaged, which is then left out; without it the first is thrown. */
  readonly onDamage?: OnDamage;
}

/** Which messages answer a request, and what of it has no answer. */
export interface RetrievePlan {
  /** One for each cell that has an answer: the keywords of the schema in its order, each with its values in the order of the request. */
  readonly entries: readonly Entry[];
  readonly totalBytes: number;
  readonly shortfall: Shortfall;
}

/** An answer: the entry, its place in the order of the request, and where it was found. */
interface Found {
  readonly entry: ListedEntry;
  /** By decreasing weight. */
  readonly place: readonly number[];
  /** Position of the index in the walk, and how far the text is from what was asked. */
  readonly position: number;
  readonly distance: number;
  /** Numbers of the request's cells that it answers. */
  readonly cells: readonly number[];
}

/**
 * Finds the messages of a request that names all mandatory keywords. Every cell has one answer, the newest, however many archives,
 * roots or rules hold one. Indexes that cannot have an asked element are not opened, and of a big one from which little is asked only
 * the pages on the way. Errors: `input.value`, `limit.range`, those of reading; see `PlanOptions` for the rest.
 */
export async function planRetrieve(context: Context, config: FdbConfig, request: Selection, { onDamage }: PlanOptions = {}): Promise<RetrievePlan> {
  const selection = canonicalSelection(config.schema, request, { todayMs: context.clock.now() });
  const schemas = [...new Set(configsFor(config, selection).map(({ schema }) => schema))];
  const rules = schemas.flatMap((schema) => rulesFor(schema, selection));
  const complete = rules.filter((rule) => missingKeywords(rule, selection).length === 0);
  const cells = askedCells(selection, keywordsOf(complete.length > 0 ? complete : rules, selection));
  const met: DteError[] = [];
  const damaged: OnDamage = (error) => {
    if (onDamage === undefined) throw error;
    met.push(error);
    onDamage(error);
  };
  const found: Found[] = [];
  const signatures = new Set<string>();
  let databases = 0;
  if (complete.length > 0) {
    for await (const same of matchedDatabases(context, config, selection, { purpose: 'retrieve', onDamage: damaged })) {
      databases += same.length;
      for (const lane of lanesOf(same, selection, cells, damaged)) {
        const before = found.length;
        await searchLane(diskOf(context), lane, found, damaged);
        if (found.length > before) signatures.add(signatureOf(lane.group.rule));
      }
    }
  }
  const answers = (signatures.size > 1 ? newestOfEach(found) : found).sort(byPlace);
  const answered = new Set(answers.flatMap((answer) => answer.cells));
  const entries = answers.map(({ entry }) => entry);
  return {
    entries,
    totalBytes: entries.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0),
    shortfall: shortfallOf({ schemas, selection, cells, answered, rules, databases, met }),
  };
}

/** Keywords of the request that rules look at: the others select nothing. */
function keywordsOf(rules: readonly RulePath[], selection: Selection): ReadonlySet<string> {
  const keywords = new Set<string>();
  for (const { database, group } of rules)
    for (const predicate of [...database.predicates, ...group.predicates, ...group.element.predicates]) {
      const source = sourceOf(predicate, selection);
      if (source !== undefined) keywords.add(source);
    }
  return keywords;
}

/** One group of a database, and what the request asks of its elements. */
interface Lane {
  readonly group: WalkedGroup;
  readonly elements: readonly AskedPredicate[];
  /** Place of the database and of the group in the order of the request. */
  readonly place: readonly number[];
  /** For keywords of the outer levels: the ranks of the request that they answer. */
  readonly outer: ReadonlyMap<Dimension, readonly number[]>;
  /** Dimensions that neither level decides on: any of their values is answered. */
  readonly free: readonly Dimension[];
}

function lanesOf(databases: readonly Database[], selection: Selection, cells: AskedCells, onDamage: OnDamage): readonly Lane[] {
  const groups = new Set(walkIndexes(databases, selection, { onDamage, byAxes: false }).map(({ group }) => group));
  return [...groups].flatMap((group) => laneOf(group, selection, cells) ?? []);
}

function laneOf(group: WalkedGroup, selection: Selection, cells: AskedCells): Lane | undefined {
  const { rule } = group;
  if (missingKeywords(rule, selection).length > 0) return undefined;
  const outer = new Map<Dimension, readonly number[]>();
  const place: number[] = [];
  const levels = [
    { level: rule.database, key: group.database.key },
    { level: rule.group, key: (group.refs[0] as IndexRef).group },
  ];
  for (const { level, key } of levels) {
    let weight = 0;
    for (const predicate of level.predicates) {
      if (predicate.isIgnored) continue;
      const asked = askedPredicate(predicate, selection, cells);
      const meaning = meaningOf(asked, key.get(predicate.printed) ?? '');
      if (meaning === undefined) return undefined;
      weight = weight * asked.ranks + meaning.rank;
      if (asked.dimension === undefined) continue;
      const known = outer.get(asked.dimension);
      outer.set(asked.dimension, known === undefined ? meaning.answers : known.filter((rank) => meaning.answers.includes(rank)));
    }
    place.push(level.line, weight);
  }
  const elements = rule.group.element.predicates.map((predicate) => askedPredicate(predicate, selection, cells));
  const decided = new Set([...outer.keys(), ...elements.flatMap(({ dimension }) => dimension ?? [])]);
  const free = [...cells.dimensions.values()].filter((dimension) => !decided.has(dimension));
  return { group, elements, place, outer, free };
}

/** Below so many pages, reading a tree whole costs no more than looking something up in it. */
const entriesPerPage = 800;
const mostCombinationsTried = 4096;
const mostIndexesTogether = 256;
const entriesTogether = 1 << 18;

async function searchLane(disk: Disk, lane: Lane, found: Found[], onDamage: OnDamage): Promise<void> {
  const search = new LaneSearch(lane, found);
  const { refs } = lane.group;
  for (let next = 0; next < refs.length; ) {
    const whole: OpenIndex[] = [];
    for (let entries = 0; next < refs.length && whole.length < mostIndexesTogether && entries < entriesTogether; next++) {
      const open = search.open(next);
      if (open === undefined) continue;
      const most = mostEntries(open.ref);
      if (open.combinations * 2 * entriesPerPage < most) await search.lookUp(disk, open, onDamage);
      else {
        whole.push(open);
        entries += most;
      }
    }
    if (whole.length === 0) continue;
    const refsToRead = whole.map(({ ref }) => ref);
    const read = await readIndexes(disk, refsToRead, { onDamage: (error) => onDamage(error) });
    for (const [number, columns] of read.entries()) search.take(whole[number] as OpenIndex, columns, onDamage);
  }
}

/** An index that may hold asked elements: what the texts of its axes mean, by predicate. */
interface OpenIndex {
  readonly ref: IndexRef;
  readonly position: number;
  readonly meanings: readonly ReadonlyMap<string, Meaning>[];
  readonly combinations: number;
}

class LaneSearch {
  readonly #lane: Lane;
  readonly #found: Found[];
  /** Rank of the element -> its place in `found`. */
  readonly #known = new Map<number, number>();
  readonly #meanings = new Map<string, ReadonlyMap<string, Meaning>>();

  constructor(lane: Lane, found: Found[]) {
    this.#lane = lane;
    this.#found = found;
  }

  /** undefined when the axes show that nothing asked for is in the index, or that newer ones have all of it. */
  open(position: number): OpenIndex | undefined {
    const ref = this.#lane.group.refs[position] as IndexRef;
    const meanings: ReadonlyMap<string, Meaning>[] = [];
    let combinations = 1;
    for (const [number, asked] of this.#lane.elements.entries()) {
      const known = this.#meaningsOf(number, asked, ref);
      if (known.size === 0) return undefined;
      combinations *= known.size;
      meanings.push(known);
    }
    const open = { ref, position, meanings, combinations };
    return this.#known.size > 0 && combinations <= mostCombinationsTried && this.#hasAll(open) ? undefined : open;
  }

  async lookUp(disk: Disk, open: OpenIndex, onDamage: OnDamage): Promise<void> {
    for (const texts of combinationsOf(open.meanings)) {
      try {
        const row = await lookupIndex(disk, open.ref, texts.join(':'));
        if (row === undefined) continue;
        const columns: IndexColumns = {
          count: 1,
          texts: [texts.join(':')],
          uriIds: Uint32Array.of(row.uriId),
          offsets: Float64Array.of(row.offset),
          lengths: Float64Array.of(row.length),
        };
        this.#add(open, columns, 0, texts);
      } catch (error) {
        report(error, onDamage);
        return;
      }
    }
  }

  take(open: OpenIndex, columns: IndexColumns, onDamage: OnDamage): void {
    const { predicates } = this.#lane.group;
    for (let row = 0; row < columns.count; row++) {
      const text = columns.texts[row] as string;
      let values: readonly string[] = text.split(':');
      if (values.length !== predicates.length) {
        try {
          values = valuesOfText(predicates, text);
        } catch (error) {
          report(error, onDamage);
          continue;
        }
      }
      this.#add(open, columns, row, values);
    }
  }

  #add({ ref, position, meanings }: OpenIndex, columns: IndexColumns, row: number, values: readonly string[]): void {
    const { elements, group, place } = this.#lane;
    let rank = 0;
    let distance = 0;
    for (let i = 0; i < elements.length; i++) {
      const meaning = (meanings[i] as ReadonlyMap<string, Meaning>).get(values[i] as string);
      if (meaning === undefined) return;
      rank = rank * (elements[i] as AskedPredicate).ranks + meaning.rank;
      distance += meaning.distance;
    }
    const known = this.#known.get(rank);
    if (known !== undefined) {
      const other = this.#found[known] as Found;
      if (other.position !== position || other.distance <= distance) return;
    }
    const cells = this.#cellsOf(meanings, values);
    if (cells.length === 0) return;
    const entry = new ListedEntry({ database: group.database.key, group: ref.group, predicates: group.predicates, ref, columns }, row, false);
    this.#known.set(rank, known ?? this.#found.length);
    this.#found[known ?? this.#found.length] = { entry, place: [...place, rank], position, distance, cells };
  }

  /** Numbers of the request's cells that an element answers: one, but for wind, parts of dates and keywords that the rule lacks. */
  #cellsOf(meanings: readonly ReadonlyMap<string, Meaning>[], values: readonly string[]): readonly number[] {
    const { elements, outer, free } = this.#lane;
    let cells: number[] = [0];
    const spread = ({ stride }: Dimension, ranks: readonly number[]): void => {
      if (ranks.length === 1 && cells.length === 1) cells[0] = (cells[0] as number) + stride * (ranks[0] as number);
      else cells = cells.flatMap((cell) => ranks.map((rank) => cell + stride * rank));
    };
    const inner = new Set<Dimension>();
    for (let i = 0; i < elements.length; i++) {
      const { dimension } = elements[i] as AskedPredicate;
      if (dimension === undefined) continue;
      const { answers } = (meanings[i] as ReadonlyMap<string, Meaning>).get(values[i] as string) as Meaning;
      const outside = outer.get(dimension);
      if (outside !== undefined) inner.add(dimension);
      spread(dimension, outside === undefined ? answers : answers.filter((rank) => outside.includes(rank)));
    }
    for (const [dimension, ranks] of outer) if (!inner.has(dimension)) spread(dimension, ranks);
    for (const dimension of free) spread(dimension, [...dimension.values.keys()]);
    return cells;
  }

  #hasAll({ meanings }: OpenIndex): boolean {
    for (const texts of combinationsOf(meanings)) {
      let rank = 0;
      for (const [i, text] of texts.entries())
        rank = rank * (this.#lane.elements[i] as AskedPredicate).ranks + ((meanings[i] as ReadonlyMap<string, Meaning>).get(text) as Meaning).rank;
      if (!this.#known.has(rank)) return false;
    }
    return true;
  }

  /** Indexes mostly repeat the axes of others. */
  #meaningsOf(number: number, asked: AskedPredicate, ref: IndexRef): ReadonlyMap<string, Meaning> {
    const axis = axisOf(ref, asked.predicate);
    const name = `${number} ${axis?.join('/')}`;
    let meanings = this.#meanings.get(name);
    if (meanings === undefined) this.#meanings.set(name, (meanings = meaningsOf(asked, axis)));
    return meanings;
  }
}

function* combinationsOf(meanings: readonly ReadonlyMap<string, Meaning>[]): Generator<readonly string[]> {
  const [first, ...others] = meanings;
  if (first === undefined) yield [];
  else for (const text of first.keys()) for (const rest of combinationsOf(others)) yield [text, ...rest];
}

function mostEntries({ record }: IndexRef): number {
  let product = 1;
  for (const values of record.axes.values()) product *= Math.max(1, values.length);
  return product;
}

/** Rules of one signature make different keys of different fields; of two, the fields of one may be those of the other. */
function signatureOf({ database, group }: RulePath): string {
  return [database, group, group.element].map(({ predicates }) => predicates.map(({ printed }) => printed).join(',')).join('/');
}

/** Of entries that stand for the same field under different rules the newest, in the place of the first. */
function newestOfEach(found: readonly Found[]): Found[] {
  const newest = new Map<string, Found>();
  for (const one of found) {
    const name = [...combinedKey(one.entry)].map(([keyword, value]) => `${keyword}=${value}`).sort().join(',');
    const other = newest.get(name);
    if (other === undefined) newest.set(name, one);
    else {
      const isNewer = one.entry.flushedMs > other.entry.flushedMs;
      const cells = [...new Set([...one.cells, ...other.cells])];
      newest.set(name, { ...(isNewer ? one : other), place: byPlace(one, other) < 0 ? one.place : other.place, cells });
    }
  }
  return [...newest.values()];
}

function byPlace(a: Pick<Found, 'place'>, b: Pick<Found, 'place'>): number {
  for (let i = 0; i < a.place.length; i++) {
    const difference = (a.place[i] as number) - (b.place[i] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}
