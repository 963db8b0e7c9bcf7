import { DteError, sha256Hex } from '../base/index.js';
import { curvilinearCells } from './cells/curvilinear-cells.js';
import type { Area, Coordinates, Grid, GridSpec } from './grid.js';
import { gridHash } from './grid-hash.js';
import { checkPoints } from './rows.js';

export interface UnstructuredOptions {
  readonly points: number;
  /** What tells this grid from others of the same size (a GRIB uuidOfHGrid, say). */
  readonly identity?: string;
  /** Degrees, `[points]`; without them the grid has no coordinates. */
  readonly coordinates?: Coordinates;
  /** Points in a row, where the list is a net of rows (a curvilinear grid): it has cells then. */
  readonly columns?: number;
}

/**
 * Points without an order that could be named, or a net of them. `input.grid` for lists that do not fit, a latitude beyond a
 * pole or a coordinate that is not finite.
 */
export function unstructuredGrid(options: UnstructuredOptions): Grid {
  const { points, coordinates, columns } = options;
  if (!Number.isInteger(points) || points < 0) {
    throw new DteError('input.grid', `${points} is not a number of points`, { hint: 'an integer, 0 or more' });
  }
  const net = columns === undefined ? {} : { columns: checkColumns(columns, points) };
  const identity = options.identity ?? (coordinates === undefined ? undefined : digestOf(coordinates));
  const spec: GridSpec = { type: 'unstructured', points, ...(identity === undefined ? {} : { identity }), ...net };
  return pointGrid({ type: 'unstructured', points, spec, ...net }, coordinates);
}

/** Columns and rows of the ORCA family (NEMO): the numbers of points are what tells its members apart. */
const orcaSizes: Readonly<Record<string, readonly [columns: number, rows: number]>> = {
  ORCA2: [182, 149],
  ORCA1: [362, 292],
  ORCA025: [1442, 1021],
  ORCA12: [4322, 3059],
  eORCA1: [362, 332],
  eORCA025: [1442, 1207],
  eORCA12: [4322, 3606],
};
const orcaName = /^(e?)orca(2|1|025|12)_([tuvwf])$/i;

/** The canonical name of an ORCA grid; undefined for other words. */
export function orcaNameOf(text: string): string | undefined {
  const match = orcaName.exec(text);
  const name = match === null ? undefined : `${(match[1] as string).toLowerCase()}ORCA${match[2]}_${(match[3] as string).toUpperCase()}`;
  return name !== undefined && (name.split('_')[0] as string) in orcaSizes ? name : undefined;
}

/**
 * `{e}ORCA{2,1,025,12}_{T,U,V,W,F}`: the tripolar grids of NEMO, in its order of points. Their coordinates cannot be computed;
 * with them the grid has positions and cells. It is the same grid with and without.
 */
export function orcaGrid(text: string, coordinates?: Coordinates): Grid {
  const name = orcaNameOf(text);
  if (name === undefined) {
    throw new DteError('input.grid', `grid '${text}' is not an ORCA grid`, {
      hint: `accepted are ${Object.keys(orcaSizes).join(', ')}, each with _T, _U, _V, _W or _F`,
    });
  }
  const [columns, rows] = orcaSizes[name.split('_')[0] as string] as readonly [number, number];
  return pointGrid({ type: 'orca', name, points: columns * rows, spec: { grid: name }, columns }, coordinates);
}

/** The grid of a message or name with coordinates that were found elsewhere: same spec and hash. `input.grid` as `unstructuredGrid`. */
export function withCoordinates(grid: Grid, coordinates: Coordinates): Grid {
  if (grid.type === 'orca') return orcaGrid(grid.name as string, coordinates);
  if (grid.type !== 'unstructured') {
    throw new DteError('input.grid', `a grid of type ${grid.type} has coordinates of its own`, {
      hint: 'unstructured and orca grids take them',
    });
  }
  const columns = typeof grid.spec.columns === 'number' ? { columns: grid.spec.columns } : {};
  return pointGrid({ type: 'unstructured', points: grid.points, spec: grid.spec, ...columns }, coordinates);
}

/** Whether the positions of a grid are known: a name or header of an ORCA or unstructured grid does not state them. */
export function statesCoordinates({ type, points, area }: Grid): boolean {
  // A list of points has a box, but for an empty one.
  return (type !== 'orca' && type !== 'unstructured') || area !== undefined || points === 0;
}

const positions = new WeakMap<Grid, string>();

/**
 * A grid's hash, and where its positions were found elsewhere a digest of them: equal for grids that lie at the same places. What is
 * kept and depends on places goes by this.
 */
export function positionsHash(grid: Grid): string {
  if ((grid.type !== 'orca' && grid.type !== 'unstructured') || !statesCoordinates(grid)) return grid.hash;
  const known = positions.get(grid) ?? `${grid.hash} ${digestOf(grid.coordinates())}`;
  positions.set(grid, known);
  return known;
}

interface Definition {
  readonly type: 'unstructured' | 'orca';
  readonly name?: string;
  readonly points: number;
  readonly spec: GridSpec;
  readonly columns?: number;
}

function pointGrid({ columns, ...definition }: Definition, coordinates: Coordinates | undefined): Grid {
  const { type, name, points, spec } = definition;
  checkPoints(points, `a grid of type ${type}`);
  const common = { ...definition, hash: gridHash(spec) };
  if (coordinates === undefined) {
    return {
      ...common,
      coordinates() {
        throw new DteError(
          'unsupported.grid',
          `${name === undefined ? `this grid of type ${type}` : `grid '${name}'`} states no coordinates`,
          {
            hint: 'give a file that holds them: --coordinates FILE of dte regrid, weights and plot, or coordinates, or latitudes and longitudes, in a gridspec',
          },
        );
      },
    };
  }
  const { lat, lon } = checked(coordinates, points);
  const copy = (): Coordinates => ({ lat: lat.slice(), lon: lon.slice() });
  const area = boxOf(lat, lon);
  return {
    ...common,
    ...(area === undefined ? {} : { area }),
    coordinates: copy,
    ...(columns === undefined ? {} : { cells: () => curvilinearCells({ lat, lon }, columns, points / columns) }),
  };
}

function checkColumns(columns: number, points: number): number {
  if (Number.isInteger(columns) && columns >= 1 && points % columns === 0) return columns;
  throw new DteError('input.grid', `${points} points do not make rows of ${columns}`, { hint: 'columns divides the number of points' });
}

function checked(coordinates: Coordinates, points: number): Coordinates {
  const lat = Float64Array.from(coordinates.lat);
  const lon = Float64Array.from(coordinates.lon);
  if (lat.length !== points || lon.length !== points) {
    throw new DteError('input.grid', `${lat.length} latitudes and ${lon.length} longitudes were given for ${points} points`);
  }
  for (let point = 0; point < points; point++) {
    if (Math.abs(lat[point]) <= 90 && Math.abs(lon[point]) <= 720) continue;
    throw new DteError('input.grid', `point ${point + 1} lies at latitude ${lat[point]}, longitude ${lon[point]}`, {
      hint: 'degrees, latitudes from -90 to 90, finite longitudes within two turns',
    });
  }
  return { lat, lon };
}

function digestOf(coordinates: Coordinates): string {
  const octets = (values: Float64Array): Uint8Array => new Uint8Array(Float64Array.from(values).buffer);
  return sha256Hex(sha256Hex(octets(coordinates.lat)) + sha256Hex(octets(coordinates.lon))).slice(0, 32);
}

/** In tenths of a degree: the box in longitude is what the widest gap between points leaves over. */
const slots = 3600;

function boxOf(lat: Float64Array, lon: Float64Array): Area | undefined {
  if (lat.length === 0) return undefined;
  let [north, south] = [-90, 90];
  // The westernmost and easternmost point of each slot, so that the box is tight.
  const west = new Float64Array(slots).fill(Number.POSITIVE_INFINITY);
  const east = new Float64Array(slots).fill(Number.NEGATIVE_INFINITY);
  for (let point = 0; point < lat.length; point++) {
    north = Math.max(north, lat[point]);
    south = Math.min(south, lat[point]);
    const turned = lon[point] - 360 * Math.floor(lon[point] / 360);
    const slot = Math.min(slots - 1, Math.floor((turned / 360) * slots));
    west[slot] = Math.min(west[slot], turned);
    east[slot] = Math.max(east[slot], turned);
  }
  const filled = Array.from(west.keys()).filter((slot) => west[slot] < Number.POSITIVE_INFINITY);
  let gap = { width: -1, next: filled[0] as number, before: filled[filled.length - 1] as number };
  for (let k = 0; k < filled.length; k++) {
    const [slot, next] = [filled[k] as number, filled[(k + 1) % filled.length] as number];
    const width = west[next] - east[slot] + (k + 1 === filled.length ? 360 : 0);
    if (width > gap.width) gap = { width, next, before: slot };
  }
  const from = west[gap.next] >= 180 ? west[gap.next] - 360 : west[gap.next];
  return { north, west: from, south, east: from + 360 - gap.width };
}
