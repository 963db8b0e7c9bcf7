import { assert, DteError } from '../../base/index.js';
import type { Grid, Rows } from '../grid.js';
import { rowsCoordinates, rowStarts } from '../rows.js';
import { joinRows } from './join-rows.js';
import { type Mesh, nodeFlag, noIndex } from './mesh.js';

export interface StructuredMeshOptions {
  /** Triangles only, as MIR's finite elements have them; else quadrilaterals where rows line up. */
  readonly triangulate?: boolean;
  /** Largest slant of a quadrilateral's sides against the meridian, degrees: 0 (default) to 30; -1 for none. */
  readonly angle?: number;
  /**
   * How a global grid without points on a pole is closed there: with triangles between the points of the nearest row (`patch`, the
   * default), with a node without a value and a fan around it (`node`), or not at all (`open`).
   */
  readonly pole?: 'patch' | 'node' | 'open';
  /** Rows on a pole count as their first point (default); else they keep all points, and cells without width. */
  readonly uniquePole?: boolean;
  /** Close rows around the globe with nodes that repeat the first of each row at its longitude + 360, instead of joining the last to the first. */
  readonly periodicNodes?: boolean;
}

/** Rows of a mesh: those of a grid that have points. */
export interface MeshRows {
  readonly lats: Float64Array;
  readonly counts: Int32Array;
  /** Index of the first point of each row. */
  readonly start: Float64Array;
  /** Longitude of the first point, and of its repetition a circle further. */
  readonly lonFirst: Float64Array;
  readonly periodic: boolean;
  readonly north: PoleEnd;
  readonly south: PoleEnd;
}

/** How rows end towards a pole: far from it, with a row on it, or next to it. */
export type PoleEnd = 'far' | 'on' | 'near';

/** Rounding of latitudes in grid descriptions, degrees. */
const tolerance = 1e-9;

/**
 * The mesh between the rows of a grid, by the rules of atlas' structured generator: two pointers walk east along neighbouring
 * rows and set quadrilaterals where both are level within `angle`, else the triangle with the shorter diagonal.
 *
 * Errors: `unsupported.grid` for a grid without rows, `input.option` for an angle outside its range, `input.grid` for fewer than two rows.
 *
 * @example structuredMesh(gridFromSpec('O32'), { triangulate: true, pole: 'node' }).triangles.length / 3 // 10496
 */
export function structuredMesh(grid: Grid, options: StructuredMeshOptions = {}): Mesh {
  const { angle = 0, pole = 'patch' } = options;
  if (angle !== -1 && !(angle >= 0 && angle <= 30)) {
    throw new DteError('input.option', `angle ${angle} is outside its range`, {
      hint: '0 to 30 degrees, or -1',
      where: { option: 'angle' },
    });
  }
  const rows = meshRows(grid);
  const closed = options.periodicNodes !== true;
  const nodes = placeNodes(grid, rows, { pole, repeated: rows.periodic && !closed });
  const cells = joinRows({
    rows,
    lon: nodes.lon,
    triangulate: options.triangulate ?? false,
    angle,
    uniquePole: closed && options.uniquePole !== false,
    poleNodes: nodes.poleNodes,
    repeatedStart: rows.periodic && !closed ? nodes.repeatedStart : undefined,
    patch: pole === 'patch',
  });
  return { centring: 'nodes', points: grid.points, nodes: nodes.lat.length, ...nodes.arrays, ...cells };
}

function meshRows(grid: Grid): MeshRows {
  const rows = grid.rows ?? grid.rotated?.rows;
  if (rows === undefined) {
    throw new DteError('unsupported.grid', `a grid of type ${grid.type} has no rows to join`, {
      hint: 'the Delaunay mesh takes any points',
    });
  }
  const starts = rowStarts(rows);
  const filled = Array.from(rows.counts.keys()).filter((row) => rows.counts[row] > 0);
  if (filled.length < 2) {
    throw new DteError('input.grid', `a grid of ${filled.length} rows has nothing to join`, { hint: 'at least two rows are needed' });
  }
  const take = (values: Float64Array): Float64Array => Float64Array.from(filled, (row) => values[row]);
  const lats = take(rows.lats);
  const spacing = (lats[0] - lats[lats.length - 1]) / (lats.length - 1);
  return {
    lats,
    counts: Int32Array.from(filled, (row) => rows.counts[row]),
    start: take(starts),
    lonFirst: take(rows.lonFirst),
    periodic: rows.periodic,
    north: poleEnd(90 - lats[0], spacing, rows),
    south: poleEnd(90 + lats[lats.length - 1], spacing, rows),
  };
}

/** A grid reaches the pole when its rows close and the nearest lies about a row spacing away (Gaussian latitudes: 0.77, the next 1.76; HEALPix: up to 1.16). */
function poleEnd(distance: number, spacing: number, rows: Rows): PoleEnd {
  if (distance < tolerance) return 'on';
  return rows.periodic && distance <= 1.25 * spacing ? 'near' : 'far';
}

interface PlacedNodes {
  readonly lat: Float64Array;
  /** Longitudes in which rows are compared: those of the frame in which rows are parallels. */
  readonly lon: Float64Array;
  readonly poleNodes: { readonly north?: number; readonly south?: number };
  readonly repeatedStart: number;
  readonly arrays: Pick<Mesh, 'lat' | 'lon' | 'flags' | 'pointOf'>;
}

function placeNodes(grid: Grid, rows: MeshRows, { pole, repeated }: { pole: string; repeated: boolean }): PlacedNodes {
  const coordinates = grid.coordinates();
  const frame = grid.rows === undefined && grid.rotated !== undefined ? grid.rotated : undefined;
  const withNorth = pole === 'node' && rows.north === 'near';
  const withSouth = pole === 'node' && rows.south === 'near';
  const repeatedStart = grid.points + (withNorth ? 1 : 0) + (withSouth ? 1 : 0);
  const nodes = repeatedStart + (repeated ? rows.counts.length : 0);
  const lat = new Float64Array(nodes);
  const lon = new Float64Array(nodes);
  const flags = new Uint8Array(nodes);
  const pointOf = new Uint32Array(nodes);
  lat.set(coordinates.lat);
  lon.set(coordinates.lon);
  for (let point = 0; point < grid.points; point++) pointOf[point] = point;
  for (let node = grid.points; node < repeatedStart; node++) {
    const north = withNorth && node === grid.points;
    // The longitude is upstream's; it is of no consequence but for lists in degrees.
    lat[node] = frame === undefined ? (north ? 90 : -90) : (north ? -1 : 1) * frame.southPoleLat;
    lon[node] = frame === undefined ? 180 : frame.southPoleLon + (north ? 180 : 0);
    flags[node] = nodeFlag.virtual;
    pointOf[node] = noIndex;
  }
  for (let node = repeatedStart; node < nodes; node++) {
    const first = rows.start[node - repeatedStart];
    lat[node] = lat[first];
    lon[node] = lon[first] + 360;
    flags[node] = nodeFlag.ghost | nodeFlag.periodic;
    pointOf[node] = first;
  }
  return {
    lat,
    lon: frame === undefined ? lon : frameLongitudes(frame.rows, grid.points),
    poleNodes: { ...(withNorth ? { north: grid.points } : {}), ...(withSouth ? { south: repeatedStart - 1 } : {}) },
    repeatedStart,
    arrays: { lat, lon, flags, pointOf },
  };
}

function frameLongitudes(rows: Rows, points: number): Float64Array {
  const { lon } = rowsCoordinates(rows);
  assert(lon.length === points, 'a rotated grid has the points of its rows');
  return lon;
}
