import { type CapIndex, eachBox } from './cell-index.js';
import type { CellParts } from './cell-parts.js';
import { clipToBand, clipToLune } from './clip-box.js';
import { type Measure, measure } from './measure.js';
import { addOverlap, type OverlapFinder, type Overlaps } from './overlaps.js';
import { addVertex, clipByPlane, polygonBuffer, type Polygon } from './polygon.js';
import { boxArea, boxWidth, radians, type RowCells, rowOf } from './row-cells.js';

const found: Measure = { area: 0, mx: 0, my: 0, mz: 0 };
const first = polygonBuffer();
const second = polygonBuffer();

/** Overlaps of polygons with polygons: each part of the target is cut by the edges of every source part near it. */
export function polygonOverlaps(source: CellParts, index: CapIndex, target: CellParts): OverlapFinder {
  const near = candidates(source, index);
  return {
    targetArea: (cell) => target.area[cell],
    find(cell, overlaps, withMoment) {
      overlaps.count = 0;
      for (let part = target.partStart[cell]; part < target.partStart[cell + 1]; part++) {
        near(target.cap, part, (candidate) => {
          loadPart(target, part, first);
          addMeasured(clipByPart(source, candidate), source.cellOf[candidate], overlaps, withMoment);
        });
      }
    },
  };
}

/** Overlaps of source polygons with target boxes: source parts near a box are cut by it. */
export function polygonBoxOverlaps(source: CellParts, index: CapIndex, target: RowCells): OverlapFinder {
  const near = candidates(source, index);
  const { rows, edges } = target;
  return {
    targetArea: (point) => boxArea(target, rowOf(rows, point)),
    find(point, overlaps, withMoment) {
      overlaps.count = 0;
      const row = rowOf(rows, point);
      const width = boxWidth(rows, row);
      const west = rows.lonFirst[row] + (point - rows.pointStart[row]) * rows.lonStep[row] - width / 2;
      // A lune is convex when it is narrower than half a turn; 90 degrees keep caps small.
      const slices = Math.ceil(width / 90 - 1e-9);
      for (let slice = 0; slice < slices; slice++) {
        const w = (west + (slice * width) / slices) * radians;
        const e = (west + ((slice + 1) * width) / slices) * radians;
        near(boxCap(edges[row], edges[row + 1], w, e), 0, (candidate) => {
          loadPart(source, candidate, first);
          // Meridians first: they leave great circles, and most candidates lie beside the box.
          clipToLune(first, second, w, e);
          if (first.count < 2) return;
          addMeasured(clipToBand(first, second, edges[row], edges[row + 1]), source.cellOf[candidate], overlaps, withMoment);
        });
      }
    },
  };
}

const capOfBox = new Float64Array(4);

/** A cap around a box at most 90 degrees wide: its corners are farthest from its middle. */
function boxCap(north: number, south: number, west: number, east: number): Float64Array {
  const lat = (Math.asin(north) + Math.asin(south)) / 2;
  const lon = (west + east) / 2;
  const centre = [Math.cos(lat) * Math.cos(lon), Math.cos(lat) * Math.sin(lon), Math.sin(lat)];
  let farthest = 0;
  for (const z of [north, south]) {
    const r = Math.sqrt((1 - z) * (1 + z));
    const chord2 = (r * Math.cos(west) - centre[0]) ** 2 + (r * Math.sin(west) - centre[1]) ** 2 + (z - centre[2]) ** 2;
    farthest = Math.max(farthest, chord2);
  }
  capOfBox.set(centre);
  capOfBox[3] = 2 * Math.asin(Math.min(1, Math.sqrt(farthest) / 2));
  return capOfBox;
}

/** Calls back once for every part whose cap meets a given one. */
function candidates(parts: CellParts, index: CapIndex): (cap: Float64Array, at: number, visit: (part: number) => void) => void {
  const seen = new Uint32Array(parts.cellOf.length);
  let round = 0;
  const { cap: caps } = parts;
  return (cap, at, visit) => {
    round++;
    const [x, y, z, r] = [cap[4 * at], cap[4 * at + 1], cap[4 * at + 2], cap[4 * at + 3]];
    eachBox(index, cap, at, (box) => {
      for (let entry = index.boxStart[box]; entry < index.boxStart[box + 1]; entry++) {
        const part = index.entry[entry];
        if (seen[part] === round) continue;
        seen[part] = round;
        const chord2 = (caps[4 * part] - x) ** 2 + (caps[4 * part + 1] - y) ** 2 + (caps[4 * part + 2] - z) ** 2;
        const reach = r + caps[4 * part + 3] + 1e-12;
        // A chord is never longer than its arc.
        if (chord2 <= reach * reach) visit(part);
      }
    });
  };
}

export function loadPart({ vertexStart, vertex }: CellParts, part: number, into: Polygon): void {
  into.count = 0;
  for (let k = vertexStart[part]; k < vertexStart[part + 1]; k++) addVertex(into, vertex[3 * k], vertex[3 * k + 1], vertex[3 * k + 2], 0);
}

/** What is left of `first` inside of a part: one cut for every edge. */
function clipByPart({ vertexStart, vertex }: CellParts, part: number): Polygon {
  let [from, into] = [first, second];
  const start = vertexStart[part];
  const end = vertexStart[part + 1];
  for (let k = start; k < end && from.count > 0; k++) {
    const a = 3 * k;
    const b = 3 * (k + 1 === end ? start : k + 1);
    const [dx, dy, dz] = [vertex[b] - vertex[a], vertex[b + 1] - vertex[a + 1], vertex[b + 2] - vertex[a + 2]];
    // a x b = a x (b - a), of unit length so that distances are distances
    const nx = vertex[a + 1] * dz - vertex[a + 2] * dy;
    const ny = vertex[a + 2] * dx - vertex[a] * dz;
    const nz = vertex[a] * dy - vertex[a + 1] * dx;
    const scale = 1 / Math.sqrt(nx * nx + ny * ny + nz * nz);
    clipByPlane(from, into, nx * scale, ny * scale, nz * scale);
    [from, into] = [into, from];
  }
  return from;
}

export function addMeasured(polygon: Polygon, cell: number, overlaps: Overlaps, withMoment: boolean): void {
  if (polygon.count < 2) return;
  measure(polygon, found, withMoment);
  if (found.area > 0) addOverlap(overlaps, cell, found.area, found.mx, found.my, found.mz);
}
