import type { CellParts } from './cell-parts.js';
import { clipToBand, clipToLune } from './clip-box.js';
import type { OverlapFinder, Overlaps } from './overlaps.js';
import { copyPolygon, polygonBuffer, type Polygon } from './polygon.js';
import { addMeasured, loadPart } from './polygon-overlaps.js';
import { radians, type RowCells } from './row-cells.js';
import { bandOf } from '../target-points.js';

const first = polygonBuffer();
const second = polygonBuffer();
const piece = polygonBuffer();
const spare = polygonBuffer();

/** Overlaps of source boxes with target polygons: each part of the target is cut into the rows it crosses, each piece into boxes. */
export function boxPolygonOverlaps(source: RowCells, target: CellParts): OverlapFinder {
  return {
    targetArea: (cell) => target.area[cell],
    find(cell, overlaps, withMoment) {
      overlaps.count = 0;
      for (let part = target.partStart[cell]; part < target.partStart[cell + 1]; part++) {
        partOverlaps(source, target, part, overlaps, withMoment);
      }
    },
  };
}

function partOverlaps(source: RowCells, target: CellParts, part: number, overlaps: Overlaps, withMoment: boolean): void {
  const { edges } = source;
  const lat = Math.atan2(target.cap[4 * part + 2], Math.hypot(target.cap[4 * part], target.cap[4 * part + 1]));
  const radius = target.cap[4 * part + 3] + 1e-12;
  const top = lat + radius >= Math.PI / 2 ? 1 : Math.sin(lat + radius);
  const bottom = lat - radius <= -Math.PI / 2 ? -1 : Math.sin(lat - radius);
  for (let row = Math.max(bandOf(edges, top), 0); row < edges.length - 1 && edges[row] > bottom; row++) {
    loadPart(target, part, first);
    const band = clipToBand(first, second, edges[row], edges[row + 1]);
    if (band.count >= 2) rowOverlaps(source, row, band, overlaps, withMoment);
  }
}

/** Cuts what lies in one row into its boxes. */
function rowOverlaps({ rows }: RowCells, row: number, band: Polygon, overlaps: Overlaps, withMoment: boolean): void {
  const [west, east] = longitudes(band);
  const step = rows.lonStep[row];
  const count = rows.counts[row];
  const edge = rows.lonFirst[row] - step / 2;
  // Boxes from the one that holds the west end on: as many as the circle has, counted in whole turns for open rows.
  const firstBox = Math.floor((west - edge) / step - 1e-9);
  const lastBox = Math.floor((east - edge) / step + 1e-9);
  const perTurn = rows.periodic ? count : undefined;
  if (perTurn !== undefined) {
    for (let box = firstBox; box <= Math.min(lastBox, firstBox + count - 1); box++) {
      cutBox(band, edge + box * step, step, rows.pointStart[row] + box - count * Math.floor(box / count), overlaps, withMoment);
    }
    return;
  }
  const end = Math.min(edge + count * step, edge + 360);
  for (const turn of [-720, -360, 0, 360, 720]) {
    const low = Math.max(0, Math.floor((west + turn - edge) / step - 1e-9));
    const high = Math.min(count - 1, Math.floor((east + turn - edge) / step + 1e-9));
    for (let box = low; box <= high; box++) {
      const from = edge + box * step;
      cutBox(band, from - turn, Math.min(step, end - from), rows.pointStart[row] + box, overlaps, withMoment);
    }
  }
}

function cutBox(band: Polygon, west: number, width: number, cell: number, overlaps: Overlaps, withMoment: boolean): void {
  const slices = Math.ceil(Math.min(width, 360) / 90 - 1e-9);
  for (let slice = 0; slice < slices; slice++) {
    copyPolygon(band, piece);
    const w = (west + (slice * width) / slices) * radians;
    const e = (west + ((slice + 1) * width) / slices) * radians;
    addMeasured(clipToLune(piece, spare, w, e), cell, overlaps, withMoment);
  }
}

/** The range of longitudes of a polygon that holds no pole inside, degrees, counted on from its first vertex off the poles. */
function longitudes({ count, x, y }: Polygon): readonly [number, number] {
  let start = 0;
  while (start < count - 1 && x[start] === 0 && y[start] === 0) start++;
  const reference = Math.atan2(y[start], x[start]) / radians;
  let [here, west, east] = [0, 0, 0];
  for (let step = 1; step < count; step++) {
    const k = (start + step) % count;
    if (x[k] === 0 && y[k] === 0) continue;
    const lon = Math.atan2(y[k], x[k]) / radians - reference - here;
    here += lon - 360 * Math.round(lon / 360);
    west = Math.min(west, here);
    east = Math.max(east, here);
  }
  return [reference + west, reference + east];
}
