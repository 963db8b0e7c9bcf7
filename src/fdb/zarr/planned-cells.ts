import { DteError } from '../../base/index.js';
import type { Fdb } from '../fdb.js';
import type { Shortfall } from '../read/shortfall.js';
import { type Predicate, valueFits } from '../schema/index.js';
import type { Entry, OnDamage, Selection } from '../types.js';
import { product } from './chunk-grid.js';

/** A dimension over fields: each place along it is one combination of values of its keywords, in canonical text. */
export interface FieldAxis {
  readonly keywords: readonly string[];
  readonly values: readonly (readonly string[])[];
}

export interface PlannedCells {
  /** What is archived of each cell, the last axis fastest. */
  readonly cells: readonly (Entry | undefined)[];
  /** Fields that were found. */
  readonly found: number;
  readonly shortfall: Shortfall;
}

/** More cells than this cannot be an array in memory. */
const mostCells = 2 ** 27;

export function checkCells(count: number): void {
  if (count <= mostCells) return;
  throw new DteError('limit.range', `an array over ${count} fields is too large`, {
    hint: `at most ${mostCells} are possible; ask for less`,
  });
}

/** Searches the fields of a request once, and puts each into its cell. Nothing of them is read. */
export async function plannedCells(
  fdb: Fdb,
  request: Selection,
  axes: readonly FieldAxis[],
  onDamage: OnDamage | undefined,
): Promise<PlannedCells> {
  const sizes = axes.map(({ values }) => values.length);
  checkCells(product(sizes));
  const { entries, shortfall } = await fdb.retrieve(request, onDamage === undefined ? {} : { onDamage }).plan;
  const cells: (Entry | undefined)[] = new Array(product(sizes)).fill(undefined);
  const finders = axes.map((axis) => finderOf(axis, fdb));
  const other: (readonly [cell: number, entry: Entry])[] = [];
  for (const entry of entries) {
    let places: readonly Place[] = [{ at: 0, isExact: true }];
    for (const [number, find] of finders.entries()) {
      const found = find(entry);
      places = places.flatMap(({ at, isExact }) =>
        found.map((one) => ({ at: at * sizes[number] + one.at, isExact: isExact && one.isExact })),
      );
    }
    for (const { at, isExact } of places)
      if (isExact) cells[at] = entry;
      else other.push([at, entry]);
  }
  // A field under another text (0-6 for 6) counts where the very one is not there.
  for (const [cell, entry] of other) cells[cell] ??= entry;
  return { cells, found: cells.reduce((sum, cell) => sum + (cell === undefined ? 0 : 1), 0), shortfall };
}

interface Place {
  readonly at: number;
  readonly isExact: boolean;
}

/** Where an entry stands along an axis: mostly one place. */
function finderOf({ keywords, values }: FieldAxis, fdb: Fdb): (entry: Entry) => readonly Place[] {
  const known = new Map<string, readonly Place[]>();
  const predicates = keywords.map((keyword) => predicateOf(keyword, fdb));
  return (entry) => {
    const stored = keywords.map((keyword) => storedValue(entry, keyword));
    const text = stored.join('\n');
    let places = known.get(text);
    if (places === undefined) {
      const isExact = (value: readonly string[]): boolean => value.every((one, number) => one === stored[number]);
      const fits = (value: readonly string[]): boolean =>
        value.every((one, number) => valueFits(predicates[number] as Predicate, one, stored[number] as string));
      places = values.flatMap((value, at) => (isExact(value) ? { at, isExact: true } : fits(value) ? { at, isExact: false } : []));
      known.set(text, places);
    }
    return places;
  };
}

function storedValue({ keys }: Entry, keyword: string): string {
  return keys[2].get(keyword) ?? keys[1].get(keyword) ?? keys[0].get(keyword) ?? '';
}

/** A keyword as the head of the schema types it. */
export function predicateOf(keyword: string, { config: { schema } }: Fdb): Predicate {
  const type = schema.types.get(keyword) ?? 'Default';
  return { keyword, printed: keyword, type, ownType: undefined, test: 'any', values: [], isOptional: true, default: '', isIgnored: false };
}
