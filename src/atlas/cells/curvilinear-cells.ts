import type { CellPolygons, Coordinates } from '../grid.js';
import { quadrilaterals } from './plane-cells.js';

const degree = Math.PI / 180;

/**
 * Cells of a net of `columns` by `rows` points (ORCA and other curvilinear grids): corners are the middles of four neighbouring
 * points on the sphere, at the rim of the net continued by half a step. Cells come out counter-clockwise whichever way the net
 * runs.
 */
export function curvilinearCells({ lat, lon }: Coordinates, columns: number, rows: number): CellPolygons {
  const vector = (column: number, row: number): readonly [number, number, number] => {
    const point = row * columns + column;
    const cosLat = Math.cos(lat[point] * degree);
    return [cosLat * Math.cos(lon[point] * degree), cosLat * Math.sin(lon[point] * degree), Math.sin(lat[point] * degree)];
  };
  const corners = { lat: new Float64Array((columns + 1) * (rows + 1)), lon: new Float64Array((columns + 1) * (rows + 1)) };
  for (let row = 0, corner = 0; row <= rows; row++) {
    for (let column = 0; column <= columns; column++, corner++) {
      const sum = [0, 0, 0];
      for (const [c, cWeight] of sides(column, columns)) {
        for (const [r, rWeight] of sides(row, rows)) {
          const part = vector(c, r);
          for (let axis = 0; axis < 3; axis++) sum[axis] += cWeight * rWeight * part[axis];
        }
      }
      corners.lat[corner] = Math.atan2(sum[2], Math.hypot(sum[0], sum[1])) / degree;
      corners.lon[corner] = Math.atan2(sum[1], sum[0]) / degree;
    }
  }
  const cells = quadrilaterals(corners, columns, rows);
  for (let cell = 0; cell < columns * rows; cell++) if (runsClockwise(cells, 4 * cell)) reverse(cells, 4 * cell);
  return cells;
}

/** Points beside a line between points, with weights: half of each, or half a step beyond the last. */
function sides(line: number, count: number): readonly (readonly [number, number])[] {
  if (count === 1) return [[0, 1]];
  if (line === 0)
    return [
      [0, 1.5],
      [1, -0.5],
    ];
  if (line === count)
    return [
      [count - 1, 1.5],
      [count - 2, -0.5],
    ];
  return [
    [line - 1, 0.5],
    [line, 0.5],
  ];
}

/** By the cross product of the diagonals against the outward direction of the first corner. */
function runsClockwise({ lat, lon }: CellPolygons, start: number): boolean {
  const at = (corner: number): readonly [number, number, number] => {
    const cosLat = Math.cos(lat[corner] * degree);
    return [cosLat * Math.cos(lon[corner] * degree), cosLat * Math.sin(lon[corner] * degree), Math.sin(lat[corner] * degree)];
  };
  const [a, b, c, d] = [at(start), at(start + 1), at(start + 2), at(start + 3)];
  const [px, py, pz] = [c[0] - a[0], c[1] - a[1], c[2] - a[2]];
  const [qx, qy, qz] = [d[0] - b[0], d[1] - b[1], d[2] - b[2]];
  return a[0] * (py * qz - pz * qy) + a[1] * (pz * qx - px * qz) + a[2] * (px * qy - py * qx) < 0;
}

function reverse({ lat, lon }: CellPolygons, start: number): void {
  lat.subarray(start, start + 4).reverse();
  lon.subarray(start, start + 4).reverse();
}
