import { rowEdges } from '../cells/row-cells.js';
import type { CellPolygons, Grid, Rows } from '../grid.js';
import { rowStarts } from '../rows.js';

const degree = Math.PI / 180;

/** Solid angle that each point of a grid stands for, steradians, by the cells around the points; undefined where the grid has none. `[points]` */
export function pointAreas(grid: Grid): Float64Array | undefined {
  if (grid.healpix !== undefined) return new Float64Array(grid.points).fill((4 * Math.PI) / grid.points);
  const rows = grid.rows ?? grid.rotated?.rows;
  if (rows !== undefined) return rowAreas(rows, grid.gaussianNumber);
  if (grid.cells === undefined) return undefined;
  return polygonAreas(grid.cells());
}

/** Boxes between parallels: (sin north - sin south) times the step. */
function rowAreas(rows: Rows, gaussianNumber: number | undefined): Float64Array {
  const edges = rowEdges(rows, gaussianNumber);
  const starts = rowStarts(rows);
  const areas = new Float64Array(starts[rows.counts.length] as number);
  for (let row = 0; row < rows.counts.length; row++) {
    const north = edges[row] as number;
    const south = edges[row + 1] as number;
    // sin a - sin b as a product: nothing cancels in the thin rows at the poles.
    const height = 2 * Math.cos(((north + south) / 2) * degree) * Math.sin(((north - south) / 2) * degree);
    areas.fill(height * (rows.lonStep[row] as number) * degree, starts[row], starts[row + 1]);
  }
  return areas;
}

function polygonAreas({ start, lat, lon }: CellPolygons): Float64Array {
  const areas = new Float64Array(start.length - 1);
  for (let cell = 0; cell < areas.length; cell++) {
    const corners = Array.from({ length: (start[cell + 1] as number) - (start[cell] as number) }, (_, k) => {
      const vertex = (start[cell] as number) + k;
      return unitVector(lat[vertex] as number, lon[vertex] as number);
    });
    areas[cell] = solidAngle(corners);
  }
  return areas;
}

export type Vector = readonly [number, number, number];

/** Point on the unit sphere; degrees. */
export function unitVector(lat: number, lon: number): Vector {
  const across = Math.abs(lat) === 90 ? 0 : Math.cos(lat * degree);
  return [across * Math.cos(lon * degree), across * Math.sin(lon * degree), Math.sin(lat * degree)];
}

/** Solid angle of a polygon of great circles, counter-clockwise from outside: a fan of triangles by Oosterom and Strackee's formula. */
export function solidAngle(corners: readonly Vector[]): number {
  let sum = 0;
  const a = corners[0] as Vector;
  for (let k = 2; k < corners.length; k++) {
    const b = corners[k - 1] as Vector;
    const c = corners[k] as Vector;
    sum += 2 * Math.atan2(dot(a, cross(b, c)), 1 + dot(a, b) + dot(b, c) + dot(c, a));
  }
  return sum;
}

export function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function cross(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}
