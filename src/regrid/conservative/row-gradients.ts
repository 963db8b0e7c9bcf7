import type { RowLayout } from '../layout.js';
import type { Gradients, RowSum } from './gradients.js';
import { boxArea, boxWidth, radians, type RowCells, rowOf } from './row-cells.js';

/** What the boxes of a row have in common. `[rows]` each */
interface RowForms {
  /** Centre of mass: distance from the axis, height over the plane of the equator. */
  readonly rho: Float64Array;
  readonly zeta: Float64Array;
  /** Direction of the centre. */
  readonly sinLat: Float64Array;
  readonly cosLat: Float64Array;
  /** 1 / distance of two neighbours next to each other in the row, 0 where there are none. */
  readonly eastward: Float64Array;
  /** Coefficients of the value beside to the north and to the south, minus the cell's own. */
  readonly northward: Float64Array;
  readonly southward: Float64Array;
}

/**
 * Gradients of boxes: to the east from the neighbours in the row, to the north from the rows beside, where the value on the cell's own
 * meridian lies between two points; on a row at a pole the neighbour across lies half a turn away in the same row. Central
 * differences of second order on any spacing, one-sided at the edge of an open grid. Positions are centres of mass: then a
 * linear function of x, y, z has its gradient exactly, but for the interpolation in the rows beside.
 */
export function rowGradients(cells: RowCells): Gradients {
  const forms = rowForms(cells);
  const { rows } = cells;
  const last = rows.lats.length - 1;
  let row = 0;
  return (sum, cell, area, x, y, z) => {
    if (cell < rows.pointStart[row] || cell >= rows.pointStart[row] + rows.counts[row]) row = rowOf(rows, cell);
    const lon = rows.lonFirst[row] + (cell - rows.pointStart[row]) * rows.lonStep[row];
    const sin = Math.sin(lon * radians);
    const cos = Math.cos(lon * radians);
    // The moment about the centre, along the tangents: the centre itself has none to the east.
    const outward = x * cos + y * sin - area * forms.rho[row];
    const east = y * cos - x * sin;
    const north = (z - area * forms.zeta[row]) * forms.cosLat[row] - outward * forms.sinLat[row];
    addEastern(sum, rows, row, cell, east * forms.eastward[row]);
    const northShare = north * forms.northward[row];
    const southShare = north * forms.southward[row];
    if (northShare !== 0) addBeside(sum, rows, row > 0 ? row - 1 : row, row > 0 ? lon : lon + 180, northShare, cell);
    if (southShare !== 0) addBeside(sum, rows, row < last ? row + 1 : row, row < last ? lon : lon + 180, southShare, cell);
  };
}

function rowForms(cells: RowCells): RowForms {
  const { rows, edges, moments } = cells;
  const values = (of: (row: number) => number): Float64Array => Float64Array.from(rows.lats, (_, row) => of(row));
  const rho = values((row) => {
    const width = boxWidth(rows, row) * radians;
    return ((moments[row] - moments[row + 1]) * 2 * Math.sin(width / 2)) / boxArea(cells, row);
  });
  const zeta = values((row) => (edges[row] + edges[row + 1]) / 2);
  const sinLat = values((row) => zeta[row] / Math.hypot(rho[row], zeta[row]));
  const cosLat = values((row) => rho[row] / Math.hypot(rho[row], zeta[row]));
  const eastward = values((row) => {
    // Two points on a circle say nothing of the direction along it.
    if (rows.counts[row] < (rows.periodic ? 3 : 2)) return 0;
    return Math.max(0, 1 / (rho[row] * Math.sin(rows.lonStep[row] * radians)));
  });
  /** Distance to the north of the row beside, on the same meridian; 0 where there is none. */
  const distance = (row: number, beside: number, end: string): number => {
    const exists = beside >= 0 && beside < rho.length;
    if (!exists && end === 'open') return 0;
    const [besideRho, besideZeta] = exists ? [rho[beside], zeta[beside]] : [-rho[row], zeta[row]];
    return (besideZeta - zeta[row]) * cosLat[row] - (besideRho - rho[row]) * sinLat[row];
  };
  // (s^2 (fN - f) + n^2 (f - fS)) / (n s (n + s)), one-sided where n or s is 0
  const share = (own: number, other: number): number => (own === 0 ? 0 : other === 0 ? 1 / own : other / (own * (own + other)));
  const north = values((row) => distance(row, row - 1, rows.north));
  const south = values((row) => -distance(row, row + 1, rows.south));
  const northward = values((row) => share(north[row], south[row]));
  const southward = values((row) => -share(south[row], north[row]));
  return { rho, zeta, sinLat, cosLat, eastward, northward, southward };
}

function addEastern(sum: RowSum, rows: RowLayout, row: number, cell: number, amount: number): void {
  if (amount === 0) return;
  const first = rows.pointStart[row];
  const last = first + rows.counts[row] - 1;
  const west = cell > first ? cell - 1 : rows.periodic ? last : cell;
  const east = cell < last ? cell + 1 : rows.periodic ? first : cell;
  // One-sided at the end of an open row: the neighbours are one step apart, not two.
  const share = west === cell || east === cell ? amount : amount / 2;
  sum.add(east, share);
  sum.add(west, -share);
}

/** Adds the value of a row at a meridian, minus the cell's own; nothing more than a step away from an open row. */
function addBeside(sum: RowSum, rows: RowLayout, row: number, lon: number, amount: number, cell: number): void {
  const count = rows.counts[row];
  const start = rows.pointStart[row];
  let at = (lon - rows.lonFirst[row]) / rows.lonStep[row];
  let left = Math.floor(at);
  if (!rows.periodic) {
    const middle = (count - 1) / 2;
    const turn = 360 / rows.lonStep[row];
    at -= turn * Math.round((at - middle) / turn);
    left = Math.min(Math.max(Math.floor(at), 0), Math.max(count - 2, 0));
    if (at < left - 1 || at > left + 2) return;
  }
  const share = count > 1 ? at - left : 0;
  const turns = rows.periodic ? Math.floor(left / count) : 0;
  const first = left - turns * count;
  sum.add(start + first, amount * (1 - share));
  if (share !== 0) sum.add(start + (first + 1 === count ? 0 : first + 1), amount * share);
  sum.add(cell, -amount);
}
