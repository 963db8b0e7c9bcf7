import { DteError } from '../base/index.js';
import { type AreaInput, checkArea, edgesOf, formatArea } from './area.js';
import { rowCells } from './cells/row-cells.js';
import type { Area, Grid, GridSpec, Rows } from './grid.js';
import { gridHash } from './grid-hash.js';
import { progression } from './progression.js';
import { checkPoints, countPoints, rowsArea, rowsCoordinates } from './rows.js';

export interface ReducedLatLonOptions {
  /** Points in each row, north to south, 0 or more. */
  readonly pl: ArrayLike<number>;
  /** Latitudes of the first and last row; meridians between which the points of each row lie. Default: pole to pole, all round. */
  readonly area?: AreaInput;
}

/**
 * Rows at equal distances in latitude with a number of points of each row's own (wave models). A row that goes round the globe
 * has its points 360/n apart; else they run from west to east, both included. `input.grid` when `pl` does not fit.
 */
export function reducedLatLon(options: ReducedLatLonOptions): Grid {
  const counts = Int32Array.from(options.pl);
  counts.forEach((count, row) => {
    if (count >= 0 && count === options.pl[row]) return;
    throw new DteError('input.grid', `pl[${row}] is ${options.pl[row]}`, { hint: 'points per row are integers, 0 or more' });
  });
  const most = counts.reduce((max, count) => Math.max(max, count), 0);
  if (counts.length < 2 || most === 0) {
    throw new DteError('input.grid', `a reduced_ll grid of ${counts.length} rows with up to ${most} points is not possible`, {
      hint: '2 rows or more, and a point',
    });
  }
  const box = checkArea(options.area ?? [90, 0, -90, 360]);
  // A header states the last point of the widest row; with its step the circle is full.
  const periodic = box.east - box.west >= 360 - 360 / most - 2e-3;
  const rows = layOut(counts, box, periodic);
  checkPoints(countPoints(rows), 'a reduced_ll grid');
  const { north, west, south } = box;
  const edges: readonly [number, number, number, number] = periodic ? [north, west, south, west + 360] : edgesOf(box);
  const isGlobal = periodic && north === 90 && west === 0 && south === -90;
  const spec: GridSpec = { type: 'reduced_ll', pl: Array.from(counts), ...(isGlobal ? {} : { area: edges }) };
  return {
    type: 'reduced_ll',
    points: countPoints(rows),
    spec,
    hash: gridHash(spec),
    area: filledArea(rows),
    rows,
    coordinates: () => rowsCoordinates(rows),
    cells: () => rowCells(rows),
  };
}

function layOut(counts: Int32Array, box: Area, periodic: boolean): Rows {
  const { north, west, south, east } = box;
  if (!(north > south)) throw new DteError('input.area', `area ${formatArea(box)} has no height`, { hint: 'north above south' });
  const lats = new Float64Array(counts.length);
  // From both ends, so that the last row is as exact as the first.
  const step = (north - south) / (counts.length - 1);
  progression(north, -step).fill(lats, 0, counts.length);
  lats[counts.length - 1] = south;
  return {
    lats,
    counts,
    lonFirst: new Float64Array(counts.length).fill(west),
    lonStep: Float64Array.from(counts, (count) => (periodic ? 360 / Math.max(1, count) : (east - west) / Math.max(1, count - 1))),
    periodic,
  };
}

/** Bounding box of the points: rows without any do not count. */
function filledArea(rows: Rows): Area {
  const filled = rows.lats.filter((_, row) => rows.counts[row] > 0);
  return { ...rowsArea(rows), north: filled[0], south: filled[filled.length - 1] };
}
