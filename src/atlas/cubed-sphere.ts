import { DteError } from '../base/index.js';
import type { CellPolygons, Coordinates, Grid, GridSpec } from './grid.js';
import { gridHash } from './grid-hash.js';
import { checkPoints } from './rows.js';

/** Where the lines of a tile lie: at equal angles (EA, LFR) or equal distances on the cube (ED). */
type Spacing = 'angle' | 'distance';

/** A tile's own axes on the cube: the vector of the point (1, a, b) of tile 0, whose middle lies at 0 N 0 E. */
type Turn = (a: number, b: number) => readonly [x: number, y: number, z: number];

interface Tile {
  readonly turn: Turn;
  /** Columns run along the tile's second axis, and rows or columns backwards: place [u, v] of point i of row j, in steps. */
  readonly place: (i: number, j: number, n: number) => readonly [u: number, v: number];
}

const straight: Tile['place'] = (i, j) => [i, j];
/** The first point in the upper left, rows running down. */
const downwards: Tile['place'] = (i, j, n) => [j, n - 1 - i];
/** The first point in the lower right, rows running up. */
const upwards: Tile['place'] = (i, j, n) => [n - 1 - j, i];

/** Round the equator eastwards. */
const equator: readonly Turn[] = [(a, b) => [1, a, b], (a, b) => [-a, 1, b], (a, b) => [-1, -a, b], (a, b) => [a, -1, b]];

/** Order of tiles and of points in them as the FV3 model has it, and as the LFRic model. */
const tiles: Readonly<Record<'fv3' | 'lfric', readonly Tile[]>> = {
  fv3: [
    { turn: equator[0] as Turn, place: straight },
    { turn: equator[1] as Turn, place: straight },
    { turn: (a, b) => [-a, -b, 1], place: straight },
    { turn: equator[2] as Turn, place: downwards },
    { turn: equator[3] as Turn, place: downwards },
    { turn: (a, b) => [a, -b, -1], place: downwards },
  ],
  lfric: [
    { turn: equator[0] as Turn, place: straight },
    { turn: equator[1] as Turn, place: straight },
    { turn: equator[2] as Turn, place: upwards },
    { turn: equator[3] as Turn, place: upwards },
    { turn: (a, b) => [-b, a, 1], place: straight },
    { turn: (a, b) => [b, a, -1], place: downwards },
  ],
};

/** `CS-<letters>-<n>`: tiles and spacing of each kind, as in atlas. */
const kinds: Readonly<Record<string, { readonly tiles: readonly Tile[]; readonly spacing: Spacing }>> = {
  EA: { tiles: tiles.fv3, spacing: 'angle' },
  ED: { tiles: tiles.fv3, spacing: 'distance' },
  LFR: { tiles: tiles.lfric, spacing: 'angle' },
};

export type CubedSphereKind = 'EA' | 'ED' | 'LFR';

/**
 * Cubed sphere: six tiles of n by n cells, a point in the middle of each (in the middle of its angles, or of its distances on the
 * cube's face). `input.grid` for an n that is not possible.
 */
export function cubedSphereGrid(kind: CubedSphereKind, n: number): Grid {
  if (!Number.isInteger(n) || n < 1) {
    throw new DteError('input.grid', `grid CS-${kind}-${n} is not possible`, {
      hint: 'CS-<kind>-<n> with n cells along an edge, 1 or more',
    });
  }
  const points = 6 * n * n;
  checkPoints(points, `grid CS-${kind}-${n}`);
  const name = `CS-${kind}-${n}`;
  const spec: GridSpec = { grid: name };
  return {
    type: 'cubedsphere',
    name,
    points,
    spec,
    hash: gridHash(spec),
    area: { north: 90, west: 0, south: -90, east: 360 },
    coordinates: () => centres(kind, n),
    cells: () => cubedSphereCells(kind, n),
  };
}

/** Lines of a face at half steps, from -1 to 1: odd entries are middles, even ones edges. The second half mirrors the first, bit by bit. `[2n + 1]` */
function lines(spacing: Spacing, n: number): Float64Array {
  const found = new Float64Array(2 * n + 1);
  for (let k = 0; k < n; k++) {
    const part = (n - k) / n;
    found[k] = k === 0 ? -1 : spacing === 'angle' ? -Math.tan((part * Math.PI) / 4) : -part;
    found[2 * n - k] = -found[k];
  }
  return found;
}

function centres(kind: CubedSphereKind, n: number): Coordinates {
  const { tiles, spacing } = kinds[kind] as (typeof kinds)[string];
  const at = lines(spacing, n);
  const lat = new Float64Array(6 * n * n);
  const lon = new Float64Array(6 * n * n);
  let point = 0;
  for (const { turn, place } of tiles) {
    for (let j = 0; j < n; j++) {
      for (let i = 0; i < n; i++, point++) {
        const [u, v] = place(i, j, n);
        putPosition(turn(at[2 * u + 1], at[2 * v + 1]), lat, lon, point);
      }
    }
  }
  return { lat, lon };
}

/** Corners are found from the same numbers on either side of an edge of the cube: cells that share one state the same bits. */
function cubedSphereCells(kind: CubedSphereKind, n: number): CellPolygons {
  const { tiles, spacing } = kinds[kind] as (typeof kinds)[string];
  const at = lines(spacing, n);
  const points = 6 * n * n;
  const start = Uint32Array.from({ length: points + 1 }, (_, point) => 4 * point);
  const lat = new Float64Array(4 * points);
  const lon = new Float64Array(4 * points);
  let corner = 0;
  for (const { turn, place } of tiles) {
    for (let j = 0; j < n; j++) {
      for (let i = 0; i < n; i++) {
        const [u, v] = place(i, j, n);
        const [west, east, south, north] = [at[2 * u], at[2 * u + 2], at[2 * v], at[2 * v + 2]];
        putPosition(turn(west, south), lat, lon, corner++);
        putPosition(turn(east, south), lat, lon, corner++);
        putPosition(turn(east, north), lat, lon, corner++);
        putPosition(turn(west, north), lat, lon, corner++);
      }
    }
  }
  return { start, lat, lon };
}

function putPosition([x, y, z]: readonly [number, number, number], lat: Float64Array, lon: Float64Array, index: number): void {
  const degree = Math.PI / 180;
  lat[index] = Math.atan2(z, Math.sqrt(x * x + y * y)) / degree;
  const east = x === 0 && y === 0 ? 0 : Math.atan2(y, x) / degree;
  lon[index] = east < 0 ? east + 360 : Math.abs(east);
}
