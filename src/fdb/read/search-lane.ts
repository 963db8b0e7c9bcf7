import type { Disk } from '../../base/index.js';
import { type IndexRef, lookupIndex, readIndexes } from '../database/index.js';
import type { IndexColumns } from '../format/index.js';
import { valuesOfText } from '../schema/index.js';
import type { OnDamage } from '../types.js';
import type { AskedPredicate, Dimension, Meaning } from './asked-cells.js';
import { type Answers, answersOf, commonPositions } from './group-answers.js';
import { mostEntries } from './index-axes.js';
import type { Lane } from './lane.js';
import { type IndexContext, ListedEntry } from './listed-entry.js';
import { report } from './matched-databases.js';
import type { ReadCache } from './read-cache.js';

/** An answer: the entry, its place in the order of the request, and where it was found. */
export interface Found {
  readonly entry: ListedEntry;
  /** By decreasing weight. */
  readonly place: readonly number[];
  /** Position of the index in the walk, and how far the text is from what was asked. */
  readonly position: number;
  readonly distance: number;
  /** Numbers of the request's cells that it answers. */
  readonly cells: readonly number[];
}

/** Below so many pages, reading a tree whole costs no more than looking something up in it. */
const entriesPerPage = 800;
/** Looking an entry up in a tree in memory costs as much as looking at so many. */
const lookUpsPerEntry = 4;
const mostCombinationsTried = 4096;
const mostIndexesTogether = 256;
const entriesTogether = 1 << 18;

export interface SearchOptions {
  readonly onDamage: OnDamage;
  readonly cache?: ReadCache | undefined;
}

/** Adds to `found` what a lane has of the request, the newest of each. */
export async function searchLane(disk: Disk, lane: Lane, found: Found[], { onDamage, cache }: SearchOptions): Promise<void> {
  const search = new LaneSearch(lane, found);
  const positions = search.positions();
  for (let next = 0; next < positions.length; ) {
    const whole: OpenIndex[] = [];
    for (let entries = 0; next < positions.length && whole.length < mostIndexesTogether && entries < entriesTogether; next++) {
      const open = search.open(positions[next] as number);
      if (open === undefined) continue;
      const most = mostEntries(open.ref);
      if (isForLookUp(open, most, cache)) await search.lookUp(disk, open, onDamage);
      else {
        whole.push(open);
        entries += most;
      }
    }
    if (whole.length === 0) continue;
    const refsToRead = whole.map(({ ref }) => ref);
    const read = await readIndexes(disk, refsToRead, { onDamage: (error) => onDamage(error), cache: cache?.trees });
    for (const [number, columns] of read.entries()) search.take(whole[number] as OpenIndex, columns, onDamage);
  }
}

/** Whether so little is asked of a tree that is not in memory that its pages on the way cost less than all of them. */
function isForLookUp({ ref, combinations }: OpenIndex, most: number, cache: ReadCache | undefined): boolean {
  const pages = combinations * 2;
  if (pages * entriesPerPage >= most) return false;
  if (cache === undefined) return true;
  return cache.trees.get(ref.record) === undefined && cache.pagesLookedUp(ref.record, pages) * entriesPerPage < most;
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
  /** Of the index that is looked at. */
  #shared: IndexContext | undefined;
  /** By predicate. */
  readonly #answers: readonly Answers[];

  constructor(lane: Lane, found: Found[]) {
    this.#lane = lane;
    this.#found = found;
    this.#answers = lane.elements.map((asked, number) => answersOf(lane.group, number, asked));
  }

  /** Indexes whose axes have something of all that is asked for. */
  positions(): readonly number[] {
    return commonPositions(this.#answers, this.#lane.group.refs.length);
  }

  /** undefined when newer indexes have all of what is asked for. */
  open(position: number): OpenIndex | undefined {
    const meanings = this.#answers.map((answers) => answers.meaningsAt(position));
    const combinations = meanings.reduce((product, { size }) => product * size, 1);
    const open = { ref: this.#lane.group.refs[position] as IndexRef, position, meanings, combinations };
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
    if (open.combinations * lookUpsPerEntry <= columns.count && isSorted(columns)) {
      for (const values of combinationsOf(open.meanings)) {
        const row = rowOf(columns.texts, values.join(':'));
        if (row !== undefined) this.#add(open, columns, row, values);
      }
      return;
    }
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
      // Look-ups are done before the newer trees that are read with others.
      if (other.position < position || (other.position === position && other.distance <= distance)) return;
    }
    const cells = this.#cellsOf(meanings, values);
    if (cells.length === 0) return;
    if (this.#shared?.columns !== columns)
      this.#shared = { database: group.database.key, group: ref.group, predicates: group.predicates, ref, columns };
    const entry = new ListedEntry(this.#shared, row, false);
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
        rank =
          rank * (this.#lane.elements[i] as AskedPredicate).ranks +
          ((meanings[i] as ReadonlyMap<string, Meaning>).get(text) as Meaning).rank;
      if (!this.#known.has(rank)) return false;
    }
    return true;
  }
}

const sorted = new WeakMap<IndexColumns, boolean>();

/** Whether texts rise as strings do: octets that are no UTF-8 may stand elsewhere. */
function isSorted(columns: IndexColumns): boolean {
  let answer = sorted.get(columns);
  if (answer === undefined) {
    const { texts } = columns;
    answer = true;
    for (let row = 1; row < texts.length && answer; row++) answer = (texts[row - 1] as string) < (texts[row] as string);
    sorted.set(columns, answer);
  }
  return answer;
}

function rowOf(texts: readonly string[], wanted: string): number | undefined {
  let low = 0;
  let high = texts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((texts[middle] as string) < wanted) low = middle + 1;
    else high = middle;
  }
  return texts[low] === wanted ? low : undefined;
}

function* combinationsOf(meanings: readonly ReadonlyMap<string, Meaning>[]): Generator<readonly string[]> {
  const [first, ...others] = meanings;
  if (first === undefined) yield [];
  else for (const text of first.keys()) for (const rest of combinationsOf(others)) yield [text, ...rest];
}
