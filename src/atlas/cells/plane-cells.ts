import { DteError } from '../../base/index.js';
import type { CellPolygons, Coordinates, ProjectedFrame } from '../grid.js';

/** Rectangles of the plane half a step around every point; corners are brought to the sphere, their edges are great circles. */
export function planeCells(frame: ProjectedFrame): CellPolygons {
  const { columns, rows, projection } = frame;
  const corners = planePoints(frame, 0.5, columns + 1, rows + 1);
  if (corners.lat.some((lat) => !Number.isFinite(lat))) {
    throw new DteError('unsupported.grid', `cells of this grid reach beyond the map of ${projection.name}`, {
      hint: 'a grid one row and column smaller on each side has cells',
    });
  }
  return quadrilaterals(corners, columns, rows);
}

/** Cells between the corners of a net of columns + 1 by rows + 1, canonical order: south-west, south-east, north-east, north-west. */
export function quadrilaterals(corners: Coordinates, columns: number, rows: number): CellPolygons {
  const points = columns * rows;
  const start = Uint32Array.from({ length: points + 1 }, (_, point) => 4 * point);
  const lat = new Float64Array(4 * points);
  const lon = new Float64Array(4 * points);
  const width = columns + 1;
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const upper = row * width + column;
      for (const corner of [upper + width, upper + width + 1, upper + 1, upper]) {
        lat[at] = corners.lat[corner];
        lon[at++] = corners.lon[corner];
      }
    }
  }
  return { start, lat, lon };
}

/** Positions of `columns` x `rows` points of the plane, row by row, the first `offset` steps before the grid's first in both directions. */
export function planePoints({ projection, x, y, dx, dy }: ProjectedFrame, offset: number, columns: number, rows: number): Coordinates {
  const lat = new Float64Array(columns * rows);
  const lon = new Float64Array(columns * rows);
  for (let row = 0, point = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, point++) {
      const place = projection.inverse(x + (column - offset) * dx, y + (row - offset) * dy);
      lat[point] = place[0];
      lon[point] = place[1];
    }
  }
  return { lat, lon };
}
