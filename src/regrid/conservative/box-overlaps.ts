import { bandOf, coordinateTurn } from '../target-points.js';
import { addOverlap, type OverlapFinder, type Overlaps } from './overlaps.js';
import { boxArea, boxWidth, radians, type RowCells, rowOf } from './row-cells.js';

/**
 * Overlaps of boxes with boxes, in closed form: the area is a difference of sines times a difference of longitudes, the moment of the
 * unit vector (F (sin e - sin w), F (cos w - cos e), (n^2 - s^2) / 2 (e - w)), F the difference of `moments` between n and s.
 * Rows are found once per target row, the boxes of a row by division: no search at all.
 */
export function boxOverlaps(source: RowCells, target: RowCells): OverlapFinder {
  const bands = bandBuffer(source);
  let row = -1;
  let next = 0;
  const { pointStart, counts } = target.rows;
  return {
    targetArea: (point) => boxArea(target, rowOf(target.rows, point)),
    find(point, overlaps, withMoment) {
      if (row < 0 || point < pointStart[row] || point >= next) {
        row = rowOf(target.rows, point);
        next = pointStart[row] + counts[row];
        fillBands(source, target, row, bands);
      }
      overlaps.count = 0;
      const middle = target.rows.lonFirst[row] + (point - pointStart[row]) * target.rows.lonStep[row];
      const half = boxWidth(target.rows, row) / 2;
      for (let band = 0; band < bands.count; band++) bandOverlaps(source, bands, band, middle - half, middle + half, overlaps, withMoment);
    },
  };
}

/** The source rows that a target row meets: row, and integrals over the common band in z. */
interface Bands {
  count: number;
  readonly row: Uint32Array;
  readonly height: Float64Array;
  readonly horizontal: Float64Array;
  readonly vertical: Float64Array;
}

function bandBuffer({ edges }: RowCells): Bands {
  const values = (): Float64Array => new Float64Array(edges.length);
  return { count: 0, row: new Uint32Array(edges.length), height: values(), horizontal: values(), vertical: values() };
}

function fillBands(source: RowCells, target: RowCells, row: number, bands: Bands): void {
  const [north, south] = [target.edges[row], target.edges[row + 1]];
  bands.count = 0;
  for (let from = Math.max(bandOf(source.edges, north), 0); from < source.rows.lats.length && source.edges[from] > south; from++) {
    const [n, nMoment] = north < source.edges[from] ? [north, target.moments[row]] : [source.edges[from], source.moments[from]];
    const isTarget = south > source.edges[from + 1];
    const [s, sMoment] = isTarget ? [south, target.moments[row + 1]] : [source.edges[from + 1], source.moments[from + 1]];
    if (!(n > s)) continue;
    bands.row[bands.count] = from;
    bands.height[bands.count] = n - s;
    bands.horizontal[bands.count] = nMoment - sMoment;
    bands.vertical[bands.count] = ((n - s) * (n + s)) / 2;
    bands.count++;
  }
}

/** Appends the boxes of one source row between two meridians. */
function bandOverlaps(
  source: RowCells,
  bands: Bands,
  band: number,
  west: number,
  east: number,
  overlaps: Overlaps,
  withMoment: boolean,
): void {
  const { rows } = source;
  const row = bands.row[band];
  const step = rows.lonStep[row];
  const count = rows.counts[row];
  const edge = rows.lonFirst[row] - step / 2;
  if (rows.periodic) {
    boxesBetween(source, bands, band, west, east, overlaps, withMoment);
    return;
  }
  // An open row is met at most twice: from both sides of the seam when target box and row are wide.
  const end = Math.min(edge + count * step, edge + 360);
  const near = coordinateTurn((edge + end) / 2 - (west + east) / 2);
  for (const turn of [near - 360, near, near + 360]) {
    const [w, e] = [Math.max(west + turn, edge), Math.min(east + turn, end)];
    if (e > w) boxesBetween(source, bands, band, w, e, overlaps, withMoment);
  }
}

/** Appends the boxes of one source row between two meridians, the row continued all around. */
function boxesBetween(
  { rows }: RowCells,
  bands: Bands,
  band: number,
  west: number,
  east: number,
  overlaps: Overlaps,
  withMoment: boolean,
): void {
  const row = bands.row[band];
  const step = rows.lonStep[row];
  const count = rows.counts[row];
  const edge = rows.lonFirst[row] - step / 2;
  const last = Math.ceil((east - edge) / step) - 1;
  for (let box = Math.floor((west - edge) / step); box <= last; box++) {
    const w = Math.max(west, edge + box * step);
    const e = Math.min(east, edge + (box + 1) * step);
    if (!(e > w)) continue;
    const inRow = box < 0 || box >= count ? box - count * Math.floor(box / count) : box;
    addBox(overlaps, rows.pointStart[row] + inRow, bands, band, w * radians, e * radians, withMoment);
  }
}

function addBox(overlaps: Overlaps, cell: number, bands: Bands, band: number, w: number, e: number, withMoment: boolean): void {
  const area = bands.height[band] * (e - w);
  if (!withMoment) {
    addOverlap(overlaps, cell, area, 0, 0, 0);
    return;
  }
  // sin e - sin w = 2 cos(mean) sin(half), cos w - cos e = 2 sin(mean) sin(half)
  const chord = 2 * Math.sin((e - w) / 2) * bands.horizontal[band];
  const mean = (e + w) / 2;
  addOverlap(overlaps, cell, area, chord * Math.cos(mean), chord * Math.sin(mean), bands.vertical[band] * (e - w));
}
