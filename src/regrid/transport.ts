import type { Grid } from '../atlas/index.js';
import { DteError } from '../base/index.js';
import type { Matrix } from './matrix.js';

/** What u and v are measured along: true east and north, or the axes of the grid. */
export type VectorAxes = 'earth' | 'grid';

const radians = Math.PI / 180;

/** Sines and cosines of the coordinates of points, and the cosine and sine of the turn from the grid's axes to east and north. */
interface Frames {
  readonly sinLat: Float64Array;
  readonly cosLat: Float64Array;
  readonly sinLon: Float64Array;
  readonly cosLon: Float64Array;
  readonly axes: Float64Array | undefined;
}

export interface TurnOptions {
  /** Carry vectors along great circles; else components are taken as they are. */
  readonly transport: boolean;
  readonly from: VectorAxes;
  readonly to: VectorAxes;
}

/**
 * The cosine and sine by which every entry of a matrix turns a vector. `[entries, 2]` Parallel transport from p to q is the turn of
 * space about p x q that takes p to q: a -> (p.q) a + (p x q) x a + (p x q) ((p x q).a) / (1 + p.q). It needs no angle at a pole: there,
 * east and north are those of the longitude that the point is given.
 */
export function entryTurns(matrix: Matrix, source: Grid, target: Grid, { transport, from, to }: TurnOptions): Float64Array {
  const [p, q] = [framesOf(source, from), framesOf(target, to)];
  const turns = new Float64Array(2 * matrix.column.length);
  const turn = new Float64Array(2);
  for (let row = 0; row < matrix.rows; row++) {
    for (let entry = matrix.rowStart[row]; entry < matrix.rowStart[row + 1]; entry++) {
      turn[0] = 1;
      turn[1] = 0;
      if (transport) transported(p, matrix.column[entry], q, row, turn);
      if (p.axes !== undefined) multiply(turn, p.axes, matrix.column[entry], 1);
      if (q.axes !== undefined) multiply(turn, q.axes, row, -1);
      turns.set(turn, 2 * entry);
    }
  }
  return turns;
}

/**
 * The cosine and sine that take vectors at the points of a grid from its own axes to east and north, `[points, 2]`; undefined where
 * these are the same. `northAngle` a is the direction of the grid's north, clockwise from true north: east and north components are
 * (u cos a + v sin a, v cos a - u sin a).
 */
export function axesTurns(grid: Grid): Float64Array | undefined {
  const angles = grid.northAngle?.();
  if (angles === undefined) {
    if (grid.rotated === undefined && grid.projected === undefined) return undefined;
    throw new DteError('unsupported.grid', `the directions of the axes of a grid of type ${grid.type} are not known`);
  }
  const turns = new Float64Array(2 * angles.length);
  for (let point = 0; point < angles.length; point++) {
    turns[2 * point] = Math.cos(angles[point] * radians);
    turns[2 * point + 1] = -Math.sin(angles[point] * radians);
  }
  return turns;
}

function framesOf(grid: Grid, axes: VectorAxes): Frames {
  const { lat, lon } = grid.coordinates();
  // Exactly 0 at a pole, where the cosine of the rounded angle is not.
  const cosine = (value: number): number => (Math.abs(value) >= 90 ? 0 : Math.cos(value * radians));
  return {
    sinLat: lat.map((value) => Math.sin(value * radians)),
    cosLat: lat.map(cosine),
    sinLon: lon.map((value) => Math.sin(value * radians)),
    cosLon: lon.map((value) => Math.cos(value * radians)),
    axes: axes === 'grid' ? axesTurns(grid) : undefined,
  };
}

/** turn times (direction 1) or over (-1) the turn of a point. */
function multiply(turn: Float64Array, turns: Float64Array, point: number, direction: 1 | -1): void {
  const [cos, sin] = turn;
  const c = turns[2 * point];
  const s = turns[2 * point + 1] * direction;
  turn[0] = cos * c - sin * s;
  turn[1] = cos * s + sin * c;
}

function transported(p: Frames, from: number, q: Frames, to: number, turn: Float64Array): void {
  // In the frame whose longitude 0 is that of p: p = (cp, 0, sp), its east (0, 1, 0).
  const [cp, sp, cq, sq] = [p.cosLat[from], p.sinLat[from], q.cosLat[to], q.sinLat[to]];
  const cosLon = q.cosLon[to] * p.cosLon[from] + q.sinLon[to] * p.sinLon[from];
  const sinLon = q.sinLon[to] * p.cosLon[from] - q.cosLon[to] * p.sinLon[from];
  const [qx, qy, qz] = [cq * cosLon, cq * sinLon, sq];
  const dot = cp * qx + sp * qz;
  // k = p x q
  const [kx, ky, kz] = [-sp * qy, sp * qx - cp * qz, cp * qy];
  // East of p carried to q: dot e + k x e + k (k.e) / (1 + dot), with e = (0, 1, 0). Opposite points have no one way between them.
  const share = 1 + dot > 1e-12 ? ky / (1 + dot) : 0;
  const [ax, ay, az] = [-kz + kx * share, dot + ky * share, kx + kz * share];
  // Its components along east (-sinLon, cosLon, 0) and north (-sq cosLon, -sq sinLon, cq) of q.
  const east = ay * cosLon - ax * sinLon;
  const north = az * cq - sq * (ax * cosLon + ay * sinLon);
  const length = Math.hypot(east, north);
  turn[0] = length > 0 ? east / length : 1;
  turn[1] = length > 0 ? north / length : 0;
}
