import { DteError } from '../../base/index.js';
import type { Grid, Rows } from '../grid.js';
import type { Partition } from '../mesh/index.js';
import { rowStarts } from '../rows.js';
import { pointAreas } from './areas.js';
import { checkHalo, checkLevelCount, itemsOfParts } from './partition-lists.js';
import type { FunctionSpace, SpacePart } from './space.js';

/**
 * Places of one row in a part: columns `first` to `first + count - 1`, of which the part owns `ownedCount` from `ownedFirst` on.
 * Row -1 lies beyond the north pole, row `rows` beyond the south pole; columns below 0 and beyond the last one go around.
 */
export interface StructuredRow {
  readonly row: number;
  /** Longitude of column 0, degrees; column i lies i steps of the row further. A row beyond a pole with an odd number of points begins half a step off. */
  readonly lonFirst: number;
  readonly lonStep: number;
  readonly first: number;
  readonly count: number;
  readonly ownedFirst: number;
  readonly ownedCount: number;
  /** Place of column `ownedFirst`. */
  readonly ownedPlace: number;
  /** Place of the first column that is not owned; the others follow, west before east. */
  readonly haloPlace: number;
}

export interface StructuredPart extends SpacePart {
  /** North to south, without a gap. */
  readonly rows: readonly StructuredRow[];
}

/** Points of a row-structured grid in grid order, no mesh: stencils are found by row and column. */
export interface StructuredColumns extends FunctionSpace {
  readonly kind: 'StructuredColumns';
  readonly grid: Grid;
  readonly halo: number;
  readonly parts: readonly StructuredPart[];
}

export interface StructuredColumnsOptions {
  /** Which part owns each point. A part's points of a row must be neighbours. Default: one part. */
  readonly partition?: Partition;
  /** Rows to the north and south, columns to the west and east, that a part knows beyond its own. Default 0. */
  readonly halo?: number;
  readonly levels?: number;
}

/**
 * The space of a grid with rows. Halos go around in rows that close, and across a pole where the rows reach it: there a row is
 * its mirror image, half a circle further, and vectors change their sign. In open grids halos end at the edge.
 * Errors: `unsupported.grid` without rows; `input.option`.
 */
export function structuredColumns(grid: Grid, options: StructuredColumnsOptions = {}): StructuredColumns {
  const { rows } = grid;
  if (rows === undefined) {
    throw new DteError('unsupported.grid', `StructuredColumns need rows; a grid of type ${grid.type} has none`, {
      hint: 'use PointCloud or a mesh',
    });
  }
  const halo = checkHalo(options.halo ?? 0);
  const levels = checkLevelCount(options.levels);
  const layout = { rows, starts: rowStarts(rows), reaches: polesReached(rows), halo };
  const parts = itemsOfParts(grid.points, options.partition).map((items) => partOf(layout, items));
  const areas = pointAreas(grid);
  return { kind: 'StructuredColumns', grid, items: grid.points, levels, halo, parts, ...(areas === undefined ? {} : { areas }) };
}

/** Place of a row and column in a part, or -1 where the part does not have it. */
export function placeOf({ rows }: StructuredPart, row: number, column: number): number {
  const found = rows[row - (rows[0]?.row ?? 0)];
  if (found === undefined || column < found.first || column >= found.first + found.count) return -1;
  const offset = column - found.ownedFirst;
  if (offset < 0) return found.haloPlace + column - found.first;
  if (offset < found.ownedCount) return found.ownedPlace + offset;
  return found.haloPlace + column - found.first - found.ownedCount;
}

interface Layout {
  readonly rows: Rows;
  readonly starts: Float64Array;
  readonly reaches: readonly [north: boolean, south: boolean];
  readonly halo: number;
}

/** A closed row reaches a pole when it lies at most one spacing from it. */
function polesReached({ lats, periodic }: Rows): readonly [boolean, boolean] {
  const last = lats.length - 1;
  if (!periodic || last === 0) return [false, false];
  const within = (distance: number, spacing: number): boolean => distance <= spacing * (1 + 1e-6);
  return [
    within(90 - (lats[0] as number), (lats[0] as number) - (lats[1] as number)),
    within(90 + (lats[last] as number), (lats[last - 1] as number) - (lats[last] as number)),
  ];
}

/** Owned columns of a row. */
interface Segment {
  readonly row: number;
  readonly first: number;
  readonly count: number;
  readonly place: number;
}

function partOf(layout: Layout, items: Uint32Array): StructuredPart {
  const segments = segmentsOf(layout, items);
  const rows: StructuredRow[] = [];
  let place = items.length;
  const first = segments[0];
  const last = segments[segments.length - 1];
  if (first !== undefined && last !== undefined) {
    const [from, to] = rowRange(layout, first.row, last.row);
    for (let row = from; row <= to; row++) {
      const own = segments.find((segment) => segment.row === row);
      const made = rowPlaces(layout, segments, row, own, place);
      rows.push(made);
      place += made.count - made.ownedCount;
    }
  }
  return { owned: items.length, size: place, ...placesOf(layout, rows, items, place), rows };
}

function segmentsOf({ rows, starts }: Layout, items: Uint32Array): readonly Segment[] {
  const segments: Segment[] = [];
  let row = 0;
  for (let at = 0; at < items.length; ) {
    const item = items[at] as number;
    while ((starts[row + 1] as number) <= item) row++;
    let end = at + 1;
    while (end < items.length && (items[end] as number) < (starts[row + 1] as number)) end++;
    if ((items[end - 1] as number) - item !== end - 1 - at) {
      throw new DteError('input.option', `a part owns ${end - at} points of row ${row} (of ${rows.counts[row]}) that are not neighbours`, {
        hint: 'StructuredColumns need one run of points in each row of a part',
        where: { option: 'partition' },
      });
    }
    segments.push({ row, first: item - (starts[row] as number), count: end - at, place: at });
    at = end;
  }
  return segments;
}

function rowRange({ rows, reaches, halo }: Layout, first: number, last: number): readonly [number, number] {
  const end = rows.lats.length - 1;
  return [reaches[0] ? first - halo : Math.max(0, first - halo), reaches[1] ? last + halo : Math.min(end, last + halo)];
}

/** The row of the grid that a row is or mirrors. */
function realRow({ lats }: Rows, row: number): number {
  const end = lats.length - 1;
  const real = row < 0 ? (lats[0] === 90 ? -row : -1 - row) : row > end ? 2 * end - row + (lats[end] === -90 ? 0 : 1) : row;
  if (real < 0 || real > end)
    throw new DteError('input.option', `a halo across the pole needs more rows than ${end + 1}`, { where: { option: 'halo' } });
  return real;
}

/** Columns that the part's own columns of the rows around reach, and the halo beyond them. */
function rowPlaces(layout: Layout, segments: readonly Segment[], row: number, own: Segment | undefined, haloPlace: number): StructuredRow {
  const { rows, halo } = layout;
  const real = realRow(rows, row);
  const points = rows.counts[real] as number;
  const step = rows.lonStep[real] as number;
  const start = (rows.lonFirst[real] as number) + (row !== real && points % 2 === 1 ? step / 2 : 0);
  let west = Number.POSITIVE_INFINITY;
  let east = Number.NEGATIVE_INFINITY;
  for (const segment of segments) {
    if (Math.abs(segment.row - row) > halo) continue;
    const lon = (rows.lonFirst[segment.row] as number) + segment.first * (rows.lonStep[segment.row] as number);
    west = Math.min(west, lon);
    // As far as the next point, so that what lies between the two finds both.
    east = Math.max(east, lon + segment.count * (rows.lonStep[segment.row] as number));
  }
  // A point that lies on a column up to rounding is on it.
  let first = Math.floor((west - start) / step + 1e-9) - halo;
  let last = Math.ceil((east - start) / step - 1e-9) + halo;
  if (halo === 0 && own !== undefined) [first, last] = [own.first, own.first + own.count - 1];
  if (!rows.periodic) [first, last] = [Math.max(0, first), Math.min(points - 1, last)];
  else last = Math.min(last, first + points + 2 * halo);
  const count = Math.max(0, last - first + 1);
  const line = { row, lonFirst: start, lonStep: step, first, count, haloPlace };
  if (own === undefined) return { ...line, ownedFirst: first, ownedCount: 0, ownedPlace: 0 };
  return { ...line, ownedFirst: own.first, ownedCount: own.count, ownedPlace: own.place };
}

function placesOf(layout: Layout, rows: readonly StructuredRow[], items: Uint32Array, size: number): Pick<SpacePart, 'item' | 'turned'> {
  const item = new Uint32Array(size);
  const turned = new Uint8Array(size);
  item.set(items);
  for (const { row, first, count, ownedFirst, ownedCount, haloPlace } of rows) {
    const real = realRow(layout.rows, row);
    const points = layout.rows.counts[real] as number;
    const isBeyond = row !== real;
    let place = haloPlace;
    for (let column = first; column < first + count; column++) {
      if (column >= ownedFirst && column < ownedFirst + ownedCount) continue;
      // Opposite a point lies a point, or in an odd row the middle between two.
      const shifted = column + (isBeyond ? (points + (points % 2)) / 2 : 0);
      item[place] = (layout.starts[real] as number) + (((shifted % points) + points) % points);
      turned[place] = isBeyond ? 1 : 0;
      place++;
    }
  }
  return turned.includes(1) ? { item, turned } : { item };
}
