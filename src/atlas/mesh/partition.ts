import { DteError, nearestWord } from '../../base/index.js';
import type { Grid } from '../grid.js';
import { equalRegions } from './equal-regions.js';
import type { Partition } from './part.js';
import { radixOrder } from './radix-order.js';

/**
 * How points are shared out, by atlas' names: `serial` (one part), `bands` (runs of `blockSize` points), `equal_bands` (runs of points),
 * `regular_bands` (runs of whole rows of a regular grid), `checkerboard` (bands cut into columns; regular grids), `equal_regions`
 * (regions of equal area, cut by number of points: the default).
 */
export type Partitioner = (typeof partitioners)[number];
export const partitioners = ['serial', 'bands', 'equal_bands', 'regular_bands', 'checkerboard', 'equal_regions'] as const;

export interface PartitionOptions {
  readonly parts: number;
  readonly partitioner?: Partitioner;
  /** For `bands`: points that stay together; default 1. */
  readonly blockSize?: number;
  /** For `checkerboard`: number of bands; by default parts become about square. */
  readonly bands?: number;
  /** For `checkerboard`: cut between rows and columns only, at the price of balance. */
  readonly regular?: boolean;
}

/** A part is named in 16 bits. */
const mostParts = 65_535;

/**
 * Shares out the points of a grid: every point gets the part that owns it. `equal_regions`, `equal_bands` and `checkerboard` give
 * every part the same number of points, to one more or less. Errors: `input.option` (number of parts, name, options), `unsupported.grid`
 * (a partitioner of regular grids on another).
 *
 * @example partitionGrid(gridFromSpec('O32'), { parts: 4 }).partOf.length // 5248
 */
export function partitionGrid(grid: Grid, options: PartitionOptions): Partition {
  const { parts, partitioner = 'equal_regions' } = options;
  if (!Number.isInteger(parts) || parts < 1 || parts > Math.min(mostParts, grid.points)) {
    refuse(
      `${parts} parts do not share out ${grid.points} points`,
      `a whole number from 1 to ${Math.min(mostParts, grid.points)}`,
      'parts',
    );
  }
  const partOf = new Uint16Array(grid.points);
  if (partitioner === 'serial') {
    if (parts !== 1) refuse(`partitioner 'serial' makes one part, not ${parts}`, `others are ${partitioners.slice(1).join(', ')}`, 'parts');
  } else if (parts > 1) fill(grid, options, partitioner, partOf);
  return { parts, partOf };
}

function fill(grid: Grid, options: PartitionOptions, partitioner: Exclude<Partitioner, 'serial'>, partOf: Uint16Array): void {
  const { parts } = options;
  switch (partitioner) {
    case 'bands':
      return inBands(options.blockSize ?? 1, parts, partOf);
    case 'equal_bands':
      return inBands(1, parts, partOf);
    case 'regular_bands':
      return inBands(regularSize(grid, partitioner).columns, parts, partOf);
    case 'checkerboard':
      return inSquares(grid, options, partOf);
    case 'equal_regions':
      return inRegions(grid, parts, partOf);
    default: {
      const near = nearestWord(String(partitioner), partitioners);
      return refuse(
        `partitioner '${String(partitioner)}' is not known`,
        `known are ${partitioners.join(', ')}${near === undefined ? '' : `; did you mean '${near}'?`}`,
        'partitioner',
      );
    }
  }
}

function refuse(reason: string, hint: string, option: string): never {
  throw new DteError('input.option', reason, { hint, where: { option } });
}

function inBands(blockSize: number, parts: number, partOf: Uint16Array): void {
  const blocks = Math.ceil(partOf.length / blockSize);
  if (!Number.isInteger(blockSize) || blockSize < 1 || blocks < parts) {
    refuse(`blocks of ${blockSize} points do not make ${parts} parts of ${partOf.length}`, 'every part needs a block', 'blockSize');
  }
  for (let point = 0; point < partOf.length; point++) partOf[point] = Math.floor((Math.floor(point / blockSize) * parts) / blocks);
}

function regularSize(grid: Grid, partitioner: string): { readonly columns: number; readonly rows: number } {
  const rows = grid.rows ?? grid.rotated?.rows;
  if (grid.projected !== undefined) return { columns: grid.projected.columns, rows: grid.projected.rows };
  if (rows?.counts.every((count) => count === rows.counts[0]) !== true) {
    throw new DteError(
      'unsupported.grid',
      `partitioner '${partitioner}' needs rows of equal length, which a grid of type ${grid.type} has not`,
      {
        hint: 'equal_regions and equal_bands take any grid',
      },
    );
  }
  return { columns: rows.counts[0], rows: rows.counts.length };
}

/** `count` items over `parts`, the first ones taking what is left over. */
function shares(count: number, parts: number): number[] {
  const least = Math.floor(count / parts);
  return Array.from({ length: parts }, (_, part) => least + (part < count - least * parts ? 1 : 0));
}

/** Keys for sorting: longitudes as the grid states them, latitudes from the north on, in micro-degrees. */
function sortKeys(grid: Grid): { readonly west: Uint32Array; readonly north: Uint32Array } {
  const { lat, lon } = grid.coordinates();
  const west = new Uint32Array(lon.length);
  const north = new Uint32Array(lat.length);
  let first = Infinity;
  for (let point = 0; point < lon.length; point++) if (lon[point] < first) first = lon[point];
  for (let point = 0; point < lon.length; point++) {
    west[point] = Math.round((lon[point] - first) * 1e6);
    north[point] = Math.round((90 - lat[point]) * 1e6);
  }
  return { west, north };
}

/** Whether points run from north to south and each parallel from west to east, as those of grids with rows do. */
function isSouthwards(north: Uint32Array, west: Uint32Array): boolean {
  for (let point = 1; point < north.length; point++) {
    if (north[point] < north[point - 1] || (north[point] === north[point - 1] && west[point] < west[point - 1])) return false;
  }
  return true;
}

function inOrder(points: number): Uint32Array {
  const order = new Uint32Array(points);
  for (let point = 0; point < points; point++) order[point] = point;
  return order;
}

/** Zones of equal-area regions from north to south, each cut from west to east. */
function inRegions(grid: Grid, parts: number, partOf: Uint16Array): void {
  const { west, north } = sortKeys(grid);
  const all = inOrder(partOf.length);
  const southwards = isSouthwards(north, west) ? all : radixOrder(radixOrder(all, west), north);
  const sizes = shares(grid.points, parts);
  let part = 0;
  let start = 0;
  for (const regions of equalRegions(parts)) {
    const own = sizes.slice(part, part + regions);
    const end = start + own.reduce((sum, size) => sum + size, 0);
    // The sort keeps the order from north to south where longitudes are equal.
    dealOut(radixOrder(southwards.subarray(start, end), west), own, part, partOf);
    part += regions;
    start = end;
  }
}

function dealOut(points: Uint32Array, sizes: readonly number[], firstPart: number, partOf: Uint16Array): void {
  let at = 0;
  for (const [index, size] of sizes.entries()) for (const end = at + size; at < end; at++) partOf[points[at]] = firstPart + index;
}

/** Bands from south to north, as upstream counts them, each cut from west to east. */
function inSquares(grid: Grid, { parts, bands, regular = false }: PartitionOptions, partOf: Uint16Array): void {
  const { columns, rows } = regularSize(grid, 'checkerboard');
  const count = bands ?? squareBands(parts, columns, rows);
  if (!Number.isInteger(count) || count < 1 || parts % count !== 0 || (regular && (count > rows || parts / count > columns))) {
    refuse(`${parts} parts do not lie in ${count} equal bands`, 'the number of bands divides that of parts', 'bands');
  }
  const perBand = parts / count;
  const heights = regular ? shares(rows, count).map((height) => height * columns) : shares(grid.points, count);
  const { west, north } = sortKeys(grid);
  const south = north.map((value) => 180_000_000 - value);
  const northwards = radixOrder(radixOrder(inOrder(partOf.length), west), south);
  let start = 0;
  for (const [band, size] of heights.entries()) {
    const points = radixOrder(northwards.subarray(start, start + size), west);
    const widths = regular ? columnShares(columns, perBand).map((width) => (width * size) / columns) : shares(size, perBand);
    dealOut(points, widths, band * perBand, partOf);
    start += size;
  }
}

/** Whole columns over parts: of those left over the last goes to the last part, as upstream has it. */
function columnShares(columns: number, parts: number): number[] {
  const left = columns % parts;
  const sizes = shares(columns - Math.min(left, 1), parts);
  if (left > 0) sizes[parts - 1]++;
  return sizes;
}

/** The number of bands that makes parts about square and divides `parts`. */
function squareBands(parts: number, columns: number, rows: number): number {
  let bands = Math.min(parts, Math.max(1, Math.floor(Math.sqrt((parts * rows) / columns) + 0.5)));
  while (parts % bands !== 0) bands--;
  return bands;
}
