import { addToStencil, type Gradients, type Stencil } from './gradients.js';
import { boxArea, boxWidth, radians, type RowCells, rowOf } from './row-cells.js';

/** Centre of mass of the boxes of a row: distance from the axis and height over the equator's plane. */
interface Centres {
  readonly rho: Float64Array;
  readonly zeta: Float64Array;
}

/**
 * Gradients of boxes: to the east from the neighbours in the row, to the north from the rows beside, where the value on the cell's own
 * meridian lies between two points; on a row at a pole the neighbour across lies half a turn away in the same row. Central
 * differences of second order on any spacing, one-sided at the edge of an open grid. Positions are centres of mass: then a
 * linear function of x, y, z has its gradient exactly, but for the interpolation in the rows beside.
 */
export function rowGradients(cells: RowCells): Gradients {
  const centres = centresOf(cells);
  return (cell, stencil) => {
    const row = rowOf(cells.rows, cell);
    const lon = cells.rows.lonFirst[row] + (cell - cells.rows.pointStart[row]) * cells.rows.lonStep[row];
    stencil.count = 0;
    const [sin, cos] = [Math.sin(lon * radians), Math.cos(lon * radians)];
    stencil.centre.set([centres.rho[row] * cos, centres.rho[row] * sin, centres.zeta[row]]);
    addEastern(cells, centres, row, cell, sin, cos, stencil);
    addNorthern(cells, centres, row, cell, lon, stencil);
  };
}

function centresOf(cells: RowCells): Centres {
  const { rows, edges, moments } = cells;
  const rho = new Float64Array(rows.lats.length);
  const zeta = new Float64Array(rows.lats.length);
  for (let row = 0; row < rows.lats.length; row++) {
    const width = boxWidth(rows, row) * radians;
    rho[row] = ((moments[row] - moments[row + 1]) * 2 * Math.sin(width / 2)) / boxArea(cells, row);
    zeta[row] = (edges[row] + edges[row + 1]) / 2;
  }
  return { rho, zeta };
}

function addEastern(
  { rows }: RowCells,
  { rho }: Centres,
  row: number,
  cell: number,
  sin: number,
  cos: number,
  stencil: Stencil,
): void {
  const count = rows.counts[row];
  const start = rows.pointStart[row];
  const i = cell - start;
  const [west, east] = rows.periodic ? [(i + count - 1) % count, (i + 1) % count] : [Math.max(i - 1, 0), Math.min(i + 1, count - 1)];
  // Two points on a circle say nothing of the direction along it.
  if (west === east || (rows.periodic && count < 3)) return;
  const steps = rows.periodic ? 2 : east - west;
  const slope = 1 / (steps * rho[row] * Math.sin(rows.lonStep[row] * radians));
  if (!(slope > 0)) return;
  addToStencil(stencil, start + east, -sin * slope, cos * slope, 0);
  addToStencil(stencil, start + west, sin * slope, -cos * slope, 0);
}

function addNorthern(cells: RowCells, centres: Centres, row: number, cell: number, lon: number, stencil: Stencil): void {
  const { rho, zeta } = centres;
  const length = Math.hypot(rho[row], zeta[row]);
  const [cosLat, sinLat] = [rho[row] / length, zeta[row] / length];
  /** Distance to the north of a centre on this meridian. */
  const distance = (besideRho: number, besideZeta: number): number => (besideZeta - zeta[row]) * cosLat - (besideRho - rho[row]) * sinLat;
  const beside = (to: number, end: 'open' | string): Beside | undefined => {
    const exists = to >= 0 && to < rows.lats.length;
    if (!exists && end === 'open') return undefined;
    const at = exists ? placeInRow(rows, to, lon) : placeInRow(rows, row, lon + 180);
    return at && { ...at, distance: exists ? distance(rho[to], zeta[to]) : distance(-rho[row], zeta[row]) };
  };
  const { rows } = cells;
  const north = beside(row - 1, rows.north);
  const south = beside(row + 1, rows.south);
  const n = north?.distance ?? 0;
  const s = -(south?.distance ?? 0);
  // (s^2 (fN - f) + n^2 (f - fS)) / (n s (n + s))
  const northShare = north === undefined ? 0 : south === undefined ? 1 / n : s / (n * (n + s));
  const southShare = south === undefined ? 0 : north === undefined ? 1 / s : n / (s * (n + s));
  const [x, y, z] = [-sinLat * Math.cos(lon * radians), -sinLat * Math.sin(lon * radians), cosLat];
  const add = (column: number, share: number): void => addToStencil(stencil, column, share * x, share * y, share * z);
  if (north !== undefined) {
    add(north.left, northShare * (1 - north.share));
    add(north.right, northShare * north.share);
  }
  if (south !== undefined) {
    add(south.left, -southShare * (1 - south.share));
    add(south.right, -southShare * south.share);
  }
  add(cell, southShare - northShare);
}

/** Two points of a row and the share of the right one; `distance` to the north. */
interface Place {
  readonly left: number;
  readonly right: number;
  readonly share: number;
}

interface Beside extends Place {
  readonly distance: number;
}

/** Where a meridian meets a row; undefined when it is more than a step away from an open one. */
function placeInRow(rows: RowCells['rows'], row: number, lon: number): Place | undefined {
  const count = rows.counts[row];
  const start = rows.pointStart[row];
  const offset = lon - rows.lonFirst[row];
  if (rows.periodic) {
    const at = offset / rows.lonStep[row];
    const floor = Math.floor(at);
    const left = ((floor % count) + count) % count;
    return { left: start + left, right: start + ((left + 1) % count), share: at - floor };
  }
  if (count === 1) return { left: start, right: start, share: 0 };
  const middle = ((count - 1) * rows.lonStep[row]) / 2;
  const at = (offset - 360 * Math.round((offset - middle) / 360)) / rows.lonStep[row];
  const left = Math.min(Math.max(Math.floor(at), 0), count - 2);
  const share = at - left;
  return share < -1 || share > 2 ? undefined : { left: start + left, right: start + left + 1, share };
}
