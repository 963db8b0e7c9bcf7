import type { CellPolygons } from '../../atlas/index.js';
import { DteError } from '../../base/index.js';
import { type Measure, measure } from './measure.js';
import { addVertex, polygonBuffer, type Polygon } from './polygon.js';
import { pointOnSphere } from './sphere.js';
import { convexParts } from './split-cell.js';

/**
 * Cells as convex pieces with great-circle edges, none of which holds a pole inside (a pole may be a corner): what clipping asks
 * for. A convex cell away from the poles is one part. Flat arrays, so that threads share them.
 */
export interface CellParts {
  readonly cells: number;
  /** First part of each cell; a cell without parts has no area. `[cells + 1]` */
  readonly partStart: Uint32Array;
  /** The cell of each part. `[parts]` */
  readonly cellOf: Uint32Array;
  /** First vertex of each part. `[parts + 1]` */
  readonly vertexStart: Uint32Array;
  /** Unit vectors, counter-clockwise seen from outside. `[3 vertices]` */
  readonly vertex: Float64Array;
  /** Centre of a cap around each part and its radius (radians). `[4 parts]` */
  readonly cap: Float64Array;
  /** Steradians. `[cells]` */
  readonly area: Float64Array;
  /** Integral of the unit vector over each cell. `[3 cells]` */
  readonly moment: Float64Array;
}

/** Corners nearer than this (radians; 6 um on the ground) are one: formats pad cells by repeating corners. */
const sameCorner = 1e-12;
/** Cells below this area (steradians; a square of 6 cm) are degenerate. */
const leastArea = 1e-16;

/**
 * The parts of the cells of a grid. A cell without vertices is no cell: its point takes part in nothing. Corners may run either way
 * around. Errors `input.grid`, with the point: coordinates that are not finite, fewer than three different corners, no area, edges
 * that cross, a cell that does not fit into a hemisphere.
 */
export function cellParts({ start, lat, lon }: CellPolygons, shared: boolean): CellParts {
  const cells = start.length - 1;
  const builder = partsBuilder(cells, lat.length, shared);
  const corners = polygonBuffer(longest(start) + 1);
  for (let cell = 0; cell < cells; cell++) {
    if (start[cell] < start[cell + 1]) {
      readCorners(corners, lat, lon, start[cell], start[cell + 1], cell);
      builder.add(cell, corners);
    }
    builder.endCell(cell);
  }
  return builder.finish();
}

function longest(start: Uint32Array): number {
  let most = 0;
  for (let cell = 1; cell < start.length; cell++) most = Math.max(most, start[cell] - start[cell - 1]);
  return most;
}

function refuse(cell: number, reason: string): never {
  throw new DteError('input.grid', `the cell around point ${cell} ${reason}`, {
    hint: 'a cell is a polygon of at least three corners whose edges do not cross',
  });
}

/** The corners of a cell without repetitions. */
function readCorners(corners: Polygon, lat: Float64Array, lon: Float64Array, start: number, end: number, cell: number): void {
  corners.count = 0;
  for (let vertex = start; vertex < end; vertex++) {
    if (!(Math.abs(lat[vertex]) <= 90 + 1e-9) || !Number.isFinite(lon[vertex])) {
      refuse(cell, `has a corner at latitude ${lat[vertex]}, longitude ${lon[vertex]}`);
    }
    const [x, y, z] = pointOnSphere(lat[vertex], lon[vertex]);
    if (corners.count > 0 && isSame(corners, corners.count - 1, x, y, z)) continue;
    addVertex(corners, x, y, z, 0);
  }
  while (corners.count > 1 && isSame(corners, 0, corners.x[corners.count - 1], corners.y[corners.count - 1], corners.z[corners.count - 1]))
    corners.count--;
  if (corners.count < 3) refuse(cell, `is degenerate: it has ${corners.count} different corners`);
}

function isSame({ x, y, z }: Polygon, at: number, px: number, py: number, pz: number): boolean {
  return (x[at] - px) ** 2 + (y[at] - py) ** 2 + (z[at] - pz) ** 2 < sameCorner * sameCorner;
}

interface PartsBuilder {
  add(cell: number, corners: Polygon): void;
  endCell(cell: number): void;
  finish(): CellParts;
}

function partsBuilder(cells: number, vertices: number, shared: boolean): PartsBuilder {
  const partStart = words(cells + 1, shared);
  const area = reals(cells, shared);
  const moment = reals(3 * cells, shared);
  const cellOf: number[] = [];
  const vertexStart: number[] = [0];
  let vertex = new Float64Array(3 * vertices + 3);
  let used = 0;
  const sum: Measure = { area: 0, mx: 0, my: 0, mz: 0 };
  const addPart = (cell: number, part: Polygon): void => {
    if (3 * (used + part.count) > vertex.length) vertex = extended(vertex);
    for (let k = 0; k < part.count; k++, used++) {
      vertex[3 * used] = part.x[k];
      vertex[3 * used + 1] = part.y[k];
      vertex[3 * used + 2] = part.z[k];
    }
    cellOf.push(cell);
    vertexStart.push(used);
    measure(part, sum, true);
    area[cell] += sum.area;
    moment[3 * cell] += sum.mx;
    moment[3 * cell + 1] += sum.my;
    moment[3 * cell + 2] += sum.mz;
  };
  return {
    add(cell, corners) {
      for (const part of convexParts(corners, (reason) => refuse(cell, reason))) addPart(cell, part);
      if (!(area[cell] >= leastArea)) refuse(cell, `is degenerate: its area is ${area[cell]} steradians`);
    },
    endCell: (cell) => {
      partStart[cell + 1] = cellOf.length;
    },
    finish() {
      const kept = reals(3 * used, shared);
      kept.set(vertex.subarray(0, 3 * used));
      const starts = filled(words(vertexStart.length, shared), vertexStart);
      const owners = filled(words(cellOf.length, shared), cellOf);
      return { cells, partStart, cellOf: owners, vertexStart: starts, vertex: kept, cap: capsOf(starts, kept, shared), area, moment };
    },
  };
}

export function words(length: number, shared: boolean): Uint32Array {
  return new Uint32Array(shared ? new SharedArrayBuffer(4 * length) : new ArrayBuffer(4 * length));
}

export function reals(length: number, shared: boolean): Float64Array {
  return new Float64Array(shared ? new SharedArrayBuffer(8 * length) : new ArrayBuffer(8 * length));
}

function filled(array: Uint32Array, values: readonly number[]): Uint32Array {
  array.set(values);
  return array;
}

function extended(values: Float64Array): Float64Array<ArrayBuffer> {
  const longer = new Float64Array(Math.ceil(values.length * 1.5) + 300);
  longer.set(values);
  return longer;
}

/** Around the mean of the vertices; a great-circle edge between two points of a cap smaller than a hemisphere stays in it. */
function capsOf(vertexStart: Uint32Array, vertex: Float64Array, shared: boolean): Float64Array {
  const parts = vertexStart.length - 1;
  const cap = reals(4 * parts, shared);
  for (let part = 0; part < parts; part++) {
    let [x, y, z] = [0, 0, 0];
    for (let k = 3 * vertexStart[part]; k < 3 * vertexStart[part + 1]; k += 3) {
      x += vertex[k];
      y += vertex[k + 1];
      z += vertex[k + 2];
    }
    const length = Math.hypot(x, y, z);
    cap.set([x / length, y / length, z / length], 4 * part);
    let farthest = 0;
    for (let k = 3 * vertexStart[part]; k < 3 * vertexStart[part + 1]; k += 3) {
      const chord2 = (vertex[k] - x / length) ** 2 + (vertex[k + 1] - y / length) ** 2 + (vertex[k + 2] - z / length) ** 2;
      farthest = Math.max(farthest, chord2);
    }
    cap[4 * part + 3] = 2 * Math.asin(Math.min(Math.sqrt(farthest) / 2, 1));
  }
  return cap;
}
