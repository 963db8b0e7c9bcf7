import type { RowLayout } from '../layout.js';
import type { Problem } from '../method.js';
import { bandOf, eastOf } from '../target-points.js';

/** Entries of a stencil: columns and weights, as many as `count`. The weights sum to 1. */
export interface Stencil {
  readonly column: Uint32Array;
  readonly weight: Float64Array;
  count: number;
}

/** Rows of points and where a target lies among them. */
interface Lattice {
  readonly rows: number;
  readonly closedNorth: boolean;
  readonly closedSouth: boolean;
  /** Whether the first (last) row lies on the pole, and is its own mirror image. */
  readonly poleNorth: boolean;
  readonly poleSouth: boolean;
  /** Descends with the row. */
  y(row: number): number;
  setTarget(point: number, lat: number, lon: number): void;
  /** Of the target set. */
  targetY(): number;
  /** The last row that is not below the target; -1 when it lies above the first. */
  band(): number;
  start(row: number): number;
  points(row: number): number;
  periodic: boolean;
  /** Position of the target among the points of a row, in steps from the first; `across`: seen over the pole, 180 degrees away. */
  position(row: number, across: boolean): number;
}

/** How many rows a stencil takes, and how many points of the inner two and of the outer rows. */
export interface StencilShape {
  readonly rows: 2 | 4;
  readonly inner: 2 | 4;
  readonly outer: 2 | 4;
}

/**
 * Makes stencils of Lagrange's polynomials: along each row in its own (even) steps, then across the rows at their own latitudes.
 * Beyond a pole the rows go on as their own mirror images half a circle away. At the edges of an open grid the stencil moves
 * inside, and has fewer points where the grid has; a target beyond the end of one of its rows takes the end.
 */
export function stencilMaker(problem: Problem, shape: StencilShape): (point: number, lat: number, lon: number) => Stencil {
  const lattice = problem.source.rows === undefined ? planeLattice(problem) : rowsLattice(problem.source.rows);
  const stencil: Stencil = { column: new Uint32Array(16), weight: new Float64Array(16), count: 0 };
  const y = new Float64Array(4);
  const across = new Float64Array(4);
  const along = new Float64Array(4);

  function addRow(row: number, mirrored: boolean, width: number, weight: number): void {
    const points = lattice.points(row);
    let position = lattice.position(row, mirrored);
    let first = Math.floor(position) - (width / 2 - 1);
    let used = width;
    if (!lattice.periodic) {
      position = Math.min(Math.max(position, 0), points - 1);
      used = Math.min(width, points);
      first = Math.min(Math.max(Math.floor(position) - (width / 2 - 1), 0), points - used);
    }
    evenLagrange(position - first, used, along);
    const start = lattice.start(row);
    for (let k = 0; k < used; k++) {
      const i = first + k;
      stencil.column[stencil.count] = start + (i < 0 || i >= points ? i - points * Math.floor(i / points) : i);
      stencil.weight[stencil.count++] = weight * along[k];
    }
  }

  return (point, lat, lon) => {
    lattice.setTarget(point, lat, lon);
    const { rows } = lattice;
    let used: number = shape.rows;
    let first = lattice.band() - (used / 2 - 1);
    if (!lattice.closedNorth) first = Math.max(first, 0);
    if (!lattice.closedSouth) {
      first = Math.min(first, rows - used);
      if (!lattice.closedNorth && first < 0) {
        first = 0;
        used = rows;
      }
    }
    for (let k = 0; k < used; k++) y[k] = virtualY(lattice, first + k);
    const target = lattice.targetY();
    lagrange(target, y, used, across);
    stencil.count = 0;
    for (let k = 0; k < used; k++) {
      const row = mirror(lattice, first + k);
      // Of four rows the first and the last are the outer ones, wherever the target lies.
      const width = used === 4 && (k === 0 || k === 3) ? shape.outer : shape.inner;
      addRow(row, row !== first + k, width, across[k]);
    }
    return stencil;
  };
}

/** The row that stands in for one beyond a pole. */
function mirror({ rows, poleNorth, poleSouth }: Lattice, row: number): number {
  if (row < 0) return Math.min(poleNorth ? -row : -row - 1, rows - 1);
  if (row >= rows) return Math.max(poleSouth ? 2 * rows - 2 - row : 2 * rows - 1 - row, 0);
  return row;
}

function virtualY(lattice: Lattice, row: number): number {
  const inside = mirror(lattice, row);
  if (row < 0) return 180 - lattice.y(inside);
  return row >= lattice.rows ? -180 - lattice.y(inside) : lattice.y(inside);
}

function rowsLattice(layout: RowLayout): Lattice {
  const { lats, counts, lonFirst, lonStep, pointStart, periodic, north, south } = layout;
  let [targetLat, targetLon, band] = [Number.NaN, 0, 0];
  return {
    rows: lats.length,
    closedNorth: north !== 'open',
    closedSouth: south !== 'open',
    poleNorth: north === 'row',
    poleSouth: south === 'row',
    periodic,
    y: (row) => lats[row],
    setTarget(_point, lat, lon) {
      targetLon = lon;
      if (lat === targetLat) return;
      targetLat = lat;
      band = bandOf(lats, lat);
    },
    targetY: () => targetLat,
    band: () => band,
    start: (row) => pointStart[row],
    points: (row) => counts[row],
    position(row, across) {
      const east = eastOf(lonFirst[row], across ? targetLon + 180 : targetLon) / lonStep[row];
      if (periodic) return east;
      // West of the first point of an uneven row, and not a circle east of it.
      const around = 360 / lonStep[row];
      return east > (counts[row] - 1 + around) / 2 ? east - around : east;
    },
  };
}

function planeLattice({ source, target }: Problem): Lattice {
  const { columns, rows } = source.plane as { columns: number; rows: number };
  const { column, row: rowOf } = target.inPlane as { column: Float64Array; row: Float64Array };
  let at = 0;
  return {
    rows,
    closedNorth: false,
    closedSouth: false,
    poleNorth: false,
    poleSouth: false,
    periodic: false,
    y: (row) => -row,
    setTarget(point) {
      at = point;
    },
    targetY: () => -rowOf[at],
    band: () => Math.floor(rowOf[at]),
    start: (row) => row * columns,
    points: () => columns,
    position: () => column[at],
  };
}

/** Lagrange's weights at x for the nodes 0, 1, ... `count` - 1, at most 4. */
function evenLagrange(x: number, count: number, weight: Float64Array): void {
  if (count === 4) {
    weight[0] = -((x - 1) * (x - 2) * (x - 3)) / 6;
    weight[1] = (x * (x - 2) * (x - 3)) / 2;
    weight[2] = -(x * (x - 1) * (x - 3)) / 2;
    weight[3] = (x * (x - 1) * (x - 2)) / 6;
  } else if (count === 3) {
    weight[0] = ((x - 1) * (x - 2)) / 2;
    weight[1] = x * (2 - x);
    weight[2] = (x * (x - 1)) / 2;
  } else {
    weight[0] = count === 2 ? 1 - x : 1;
    weight[1] = x;
  }
}

/** Lagrange's weights at `target` for any nodes. */
function lagrange(target: number, nodes: Float64Array, count: number, weight: Float64Array): void {
  for (let k = 0; k < count; k++) {
    let value = 1;
    for (let j = 0; j < count; j++) if (j !== k) value *= (target - nodes[j]) / (nodes[k] - nodes[j]);
    weight[k] = value;
  }
}
