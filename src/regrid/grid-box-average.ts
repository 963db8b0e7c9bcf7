import { earthRadius } from '../atlas/index.js';
import { gridBoxes, type GridBoxes } from './grid-boxes.js';
import { allocateMatrix, type Matrix } from './matrix.js';
import type { Method, Problem } from './method.js';
import { pruneEntries } from './row-slots.js';
import { bandOf, coordinateTurn } from './target-points.js';

/** Earth radius squared over the areas' unit (degrees of longitude), m^2: a box counts as covered when less than 1 m^2 is not. */
const squareMetresPerUnit = (earthRadius ** 2 * Math.PI) / 180;
const uncoveredSquareMetres = 1;

/** Overlaps in longitude below this are rounding, degrees (0.1 mm on the ground). */
const overlapTolerance = 1e-9;

/**
 * MIR's `grid-box-average`: the weight of a source point is the share of the target point's box that its own box covers.
 * Target boxes that the source boxes do not cover get no value. Rows are divided by the covered area, not the box's area: the two
 * differ by rounding, and so the sum is 1 to the last place.
 */
export const gridBoxAverage: Method = {
  name: 'grid-box-average',
  needs: ['source-rows', 'target-rows'],
  rows: (problem, start, end) => boxRows(problem, start, end),
};

function boxRows({ source, target, shared, options }: Problem, start: number, end: number): Matrix {
  const from = gridBoxes(source, options['healpix-half-box']);
  const to = gridBoxes(target);
  const rowStart = new Uint32Array(end - start + 1);
  const { rows } = to;
  const entries = roomFor(mostEntries(from, to, start, end));
  for (let row = 0; row < rows.lats.length; row++) {
    const first = rows.pointStart[row];
    const last = first + rows.counts[row];
    if (last <= start) continue;
    if (first >= end) break;
    const bands = overlappingRows(from, to.edges[row], to.edges[row + 1]);
    for (let point = Math.max(first, start); point < Math.min(last, end); point++) {
      boxRow(from, to, row, point - first, bands, entries);
      rowStart[point - start + 1] = entries.count;
    }
  }
  const matrix = allocateMatrix({ rows: end - start, columns: source.points, entries: entries.count, shared });
  matrix.rowStart.set(rowStart);
  matrix.column.set(entries.column.subarray(0, entries.count));
  matrix.weight.set(entries.weight.subarray(0, entries.count));
  return matrix;
}

/** Source rows that overlap a band, and by how much (difference of sines). */
interface Bands {
  readonly first: number;
  readonly height: Float64Array;
}

function overlappingRows({ edges }: GridBoxes, north: number, south: number): Bands {
  const first = Math.max(bandOf(edges, north), 0);
  const heights: number[] = [];
  for (let row = first; row < edges.length - 1 && edges[row] > south; row++) {
    heights.push(Math.min(north, edges[row]) - Math.max(south, edges[row + 1]));
  }
  return { first, height: Float64Array.from(heights) };
}

interface Entries {
  count: number;
  readonly column: Uint32Array;
  readonly weight: Float64Array;
}

function roomFor(entries: number): Entries {
  return { count: 0, column: new Uint32Array(entries), weight: new Float64Array(entries) };
}

/** A bound of the entries of the target points from `start` to `end`: a box of width w meets at most w / step + 2 boxes of a row. */
function mostEntries(from: GridBoxes, to: GridBoxes, start: number, end: number): number {
  const { rows, edges } = to;
  let most = 0;
  for (let row = 0; row < rows.lats.length; row++) {
    const points = Math.min(rows.pointStart[row] + rows.counts[row], end) - Math.max(rows.pointStart[row], start);
    if (points <= 0) continue;
    const { first, height } = overlappingRows(from, edges[row], edges[row + 1]);
    for (let band = 0; band < height.length; band++) {
      if (height[band] > 0) most += points * (Math.ceil(rows.lonStep[row] / from.rows.lonStep[first + band]) + 1);
    }
  }
  return most;
}

/** Appends the weights of one target box. */
function boxRow(from: GridBoxes, to: GridBoxes, targetRow: number, i: number, bands: Bands, entries: Entries): void {
  const { lonFirst, lonStep, counts, pointStart, periodic } = from.rows;
  const targetStep = to.rows.lonStep[targetRow];
  const middle = to.rows.lonFirst[targetRow] + i * targetStep;
  let west = middle - targetStep / 2;
  let east = middle + targetStep / 2;
  if (to.cut !== undefined) {
    west = Math.max(west, to.cut.west);
    east = Math.min(east, to.cut.east);
  }
  const area = (to.edges[targetRow] - to.edges[targetRow + 1]) * (east - west);
  const begin = entries.count;
  let covered = 0;
  for (let band = 0; band < bands.height.length; band++) {
    const height = bands.height[band];
    if (height <= 0) continue;
    const row = bands.first + band;
    const step = lonStep[row];
    const count = counts[row];
    // Position of the target box from the western edge of the row's first box; whole turns away when the row is open.
    const edge = lonFirst[row] - step / 2;
    const turn = periodic ? 0 : coordinateTurn(middle - (edge + (count * step) / 2));
    const firstBox = Math.floor((west - turn - edge + overlapTolerance) / step);
    const lastBox = Math.ceil((east - turn - edge - overlapTolerance) / step) - 1;
    const low = periodic ? firstBox : Math.max(firstBox, 0);
    const high = periodic ? lastBox : Math.min(lastBox, count - 1);
    for (let box = low; box <= high; box++) {
      let boxWest = edge + box * step;
      let boxEast = edge + (box + 1) * step;
      if (from.cut !== undefined) {
        boxWest = Math.max(boxWest, from.cut.west);
        boxEast = Math.min(boxEast, from.cut.east);
      }
      const width = Math.min(east - turn, boxEast) - Math.max(west - turn, boxWest);
      if (width <= 0) continue;
      entries.column[entries.count] = pointStart[row] + (periodic ? box - count * Math.floor(box / count) : box);
      entries.weight[entries.count] = height * width;
      entries.count++;
      covered += height * width;
    }
  }
  finishRow(entries, begin, covered, area);
}

/** Divides a row by the covered area and prunes it; takes it back when the box is not covered. */
function finishRow(entries: Entries, begin: number, covered: number, area: number): void {
  if (!(covered > 0) || Math.abs(covered - area) * squareMetresPerUnit > uncoveredSquareMetres) {
    entries.count = begin;
    return;
  }
  const { weight, column } = entries;
  const scale = 1 / covered;
  for (let entry = begin; entry < entries.count; entry++) weight[entry] *= scale;
  entries.count = begin + pruneEntries(column, weight, begin, entries.count - begin);
  let kept = begin;
  for (let entry = begin + 1; entry < entries.count; entry++) {
    // A box as wide as the row meets the same source box at both of its ends.
    if (column[entry] === column[kept]) weight[kept] += weight[entry];
    else {
      kept++;
      column[kept] = column[entry];
      weight[kept] = weight[entry];
    }
  }
  if (entries.count > begin) entries.count = kept + 1;
}
