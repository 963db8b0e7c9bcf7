import { checkArea, type Grid, type Rows } from '../atlas/index.js';
import { DteError } from '../base/index.js';
import { gridText } from './step.js';

/** Which points of a grid keep their value: point 32 w + k in bit 31 - k of word w. `[points / 32]` */
export type Mask = Uint32Array;

export function emptyMask(points: number): Mask {
  return new Uint32Array(Math.ceil(points / 32));
}

export function setBit(mask: Mask, point: number): void {
  mask[point >>> 5] = (mask[point >>> 5] as number) | (1 << (31 - (point & 31)));
}

export function hasBit(mask: Mask, point: number): boolean {
  return (((mask[point >>> 5] as number) >>> (31 - (point & 31))) & 1) === 1;
}

/** The points that all masks keep. */
export function both(a: Mask, b: Mask): Mask {
  return a.map((word, index) => word & (b[index] as number));
}

const sameDegree = 1e-8;

/** The points inside an area, its edges included. `input.area` when it holds none. */
export function areaMask(grid: Grid, area: readonly number[]): Mask {
  const { north, west, south, east } = checkArea(area);
  const { lat, lon } = grid.coordinates();
  const mask = emptyMask(grid.points);
  let points = 0;
  for (let point = 0; point < grid.points; point++) {
    const latitude = lat[point] as number;
    if (latitude > north + sameDegree || latitude < south - sameDegree) continue;
    // How far east of the western edge; a hair west of it is on it.
    const eastwards = ((((lon[point] as number) - west + sameDegree) % 360) + 360) % 360;
    if (eastwards > east - west + 2 * sameDegree) continue;
    setBit(mask, point);
    points++;
  }
  if (points > 0) return mask;
  throw new DteError('input.area', `area ${area.join('/')} holds no point of ${gridText(grid)}`, { where: { option: 'area' } });
}

/** The outermost `size` rows and the outermost `size` points of each row. `unsupported.grid` for grids without rows. */
export function frameMask(grid: Grid, size: number): Mask {
  const counts = rowCounts(grid);
  const mask = emptyMask(grid.points);
  let point = 0;
  for (const [row, count] of counts.entries()) {
    const isEdge = row < size || row >= counts.length - size;
    for (let column = 0; column < count; column++, point++) if (isEdge || column < size || column >= count - size) setBit(mask, point);
  }
  return mask;
}

/** Points of each row, of the frame of the grid where it has one. */
function rowCounts(grid: Grid): Int32Array {
  const rows: Rows | undefined = grid.rotated?.rows ?? grid.rows;
  if (rows !== undefined) return rows.counts;
  if (grid.projected !== undefined) return new Int32Array(grid.projected.rows).fill(grid.projected.columns);
  throw new DteError('unsupported.grid', `a frame of ${gridText(grid)}, which has no rows`, {
    where: { option: 'frame' },
    hint: 'regular, Gaussian, HEALPix ring and projected grids have',
  });
}

/** All points but those at the poles. */
export function poleMask(grid: Grid): Mask {
  const { lat } = grid.coordinates();
  const mask = emptyMask(grid.points);
  for (let point = 0; point < grid.points; point++) if (Math.abs(lat[point] as number) < 90 - sameDegree) setBit(mask, point);
  return mask;
}
