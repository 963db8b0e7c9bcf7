import type { CellPolygons } from '../../atlas/index.js';
import { rotateInto } from '../frame.js';
import type { Frame, RowLayout } from '../layout.js';
import { boxWidth, radians, rowCells } from './row-cells.js';

/** Vertices this near (degrees) are one: corners of boxes of different rows that meet. */
const sameVertex = 1e-9;

/**
 * Whether the boxes of neighbouring rows share their corners. Where they do not, polygons of great circles through the corners of each
 * box alone would overlap and leave gaps.
 */
export function haveCommonCorners({ counts, lonFirst, lonStep }: RowLayout): boolean {
  return counts.every((count, row) => count === counts[0] && lonFirst[row] === lonFirst[0] && lonStep[row] === lonStep[0]);
}

/**
 * The boxes of rows as polygons that fit together seen from another frame: an edge along a parallel has the corners of the boxes on
 * its other side as vertices too, so that both sides follow the same great circles. `own` is the frame of the rows; degrees on
 * the globe come out.
 */
export function rowPolygons(rows: RowLayout, own: Frame | undefined): CellPolygons {
  const edges = Array.from(rowCells(rows).edges, (z) => (Math.abs(z) === 1 ? 90 * z : Math.asin(z) / radians));
  const points = rows.counts.reduce((sum, count) => sum + count, 0);
  const start = new Uint32Array(points + 1);
  const lat: number[] = [];
  const lon: number[] = [];
  for (let row = 0; row < rows.counts.length; row++) {
    const half = boxWidth(rows, row) / 2;
    for (let i = 0; i < rows.counts[row]; i++) {
      const middle = rows.lonFirst[row] + i * rows.lonStep[row];
      addEdge(rows, row + 1, edges[row + 1], middle - half, middle + half, lat, lon);
      // The north edge runs back to the west.
      const [northLat, northLon]: [number[], number[]] = [[], []];
      addEdge(rows, row - 1, edges[row], middle - half, middle + half, northLat, northLon);
      lat.push(...northLat.reverse());
      lon.push(...northLon.reverse());
      start[rows.pointStart[row] + i + 1] = lat.length;
    }
  }
  const cells = { start, lat: Float64Array.from(lat), lon: Float64Array.from(lon) };
  if (own !== undefined) rotateOut(own, cells.lat, cells.lon);
  return cells;
}

/** Vertices from west to east: both ends, and between them the corners of the row on the other side; one at a pole. */
function addEdge(rows: RowLayout, beside: number, edge: number, west: number, east: number, lat: number[], lon: number[]): void {
  const push = (at: number): void => {
    lat.push(edge);
    lon.push(at);
  };
  if (Math.abs(edge) >= 90) {
    if (east - west < 360) push((west + east) / 2);
    return;
  }
  push(west);
  if (beside >= 0 && beside < rows.counts.length) {
    const [step, count] = [rows.lonStep[beside], rows.counts[beside]];
    const first = rows.lonFirst[beside] - step / 2;
    const turn = rows.periodic ? 0 : 360 * Math.round((first + (count * step) / 2 - (west + east) / 2) / 360);
    for (let k = Math.ceil((west + turn + sameVertex - first) / step); first + k * step < east + turn - sameVertex; k++) {
      if (rows.periodic || (k >= 0 && k <= count)) push(first + k * step - turn);
    }
  }
  if (east - west < 360 - sameVertex) push(east);
}

/** From a rotated frame to the globe, in place: the turn of `rotateInto` the other way. */
function rotateOut({ southPoleLat, southPoleLon }: Frame, lat: Float64Array, lon: Float64Array): void {
  rotateInto({ southPoleLat: 180 - southPoleLat, southPoleLon: 0 }, lat, lon);
  for (let vertex = 0; vertex < lon.length; vertex++) lon[vertex] += southPoleLon;
}
