import { DteError, nearestWord } from '../../base/index.js';
import type { Grid } from '../grid.js';
import { cellMesh } from './cell-mesh.js';
import { checkCells } from './check-cells.js';
import { delaunay, type DelaunayOptions } from './delaunay.js';
import { dualMesh } from './dual-mesh.js';
import type { Mesh } from './mesh.js';
import { structuredMesh, type StructuredMeshOptions } from './structured.js';

/**
 * How a mesh is made: `structured` between rows; `regular` between the rows and columns of a plane; `delaunay` from the points
 * alone; `cells` with the cells around the points (atlas' `healpix` and `cubedsphere`); `dual` with the points where those meet
 * (atlas' `cubedsphere_dual`).
 */
export type MeshGenerator = (typeof meshGenerators)[number];
export const meshGenerators = ['structured', 'regular', 'delaunay', 'cells', 'dual'] as const;

export interface MeshOptions extends StructuredMeshOptions, DelaunayOptions {
  /** By default what suits the grid: rows, a plane, the cells of a cubed sphere, else the points alone. */
  readonly generator?: MeshGenerator;
}

/**
 * The mesh of any grid that has coordinates. Options of the structured generator and of Delaunay count where those are used.
 * Errors: those of the generators; `input.option` for a generator that is not known.
 *
 * @example gridMesh(gridFromSpec('H4'), { generator: 'cells' }).quads.length / 4 // 192
 */
export function gridMesh(grid: Grid, options: MeshOptions = {}): Mesh {
  const generator = options.generator ?? suitable(grid);
  switch (generator) {
    case 'structured':
      return grid.rows === undefined && grid.asRows !== undefined ? reordered(grid, options) : structuredMesh(grid, options);
    case 'regular':
      return planeMesh(grid);
    case 'cells':
      return cellMesh(grid);
    case 'dual':
      return dualMesh(cellMesh(grid), grid.coordinates());
    case 'delaunay':
      return delaunayMesh(grid, options);
    default: {
      const near = nearestWord(String(generator), meshGenerators);
      throw new DteError('input.option', `mesh generator '${String(generator)}' is not known`, {
        hint: `known are ${meshGenerators.join(', ')}${near === undefined ? '' : `; did you mean '${near}'?`}`,
        where: { option: 'generator' },
      });
    }
  }
}

function suitable(grid: Grid): MeshGenerator {
  if (grid.rows !== undefined || grid.rotated !== undefined || grid.asRows !== undefined) return 'structured';
  if (grid.projected !== undefined) return 'regular';
  return grid.type === 'cubedsphere' ? 'dual' : 'delaunay';
}

/** A mesh whose nodes are the points alone. */
function pointMesh(grid: Grid, cells: Pick<Mesh, 'quads' | 'triangles'>): Mesh {
  const { lat, lon } = grid.coordinates();
  return {
    centring: 'nodes',
    points: grid.points,
    nodes: grid.points,
    lat,
    lon,
    flags: new Uint8Array(grid.points),
    pointOf: Uint32Array.from({ length: grid.points }, (_, point) => point),
    ...cells,
    patchTriangles: 0,
  };
}

function delaunayMesh(grid: Grid, options: DelaunayOptions): Mesh {
  const { lat, lon } = grid.coordinates();
  return pointMesh(grid, { quads: new Uint32Array(0), triangles: delaunay(lat, lon, options) });
}

/** Quadrilaterals between the rows and columns of a grid in a plane. */
function planeMesh(grid: Grid): Mesh {
  if (grid.projected === undefined) {
    throw new DteError('unsupported.grid', `a grid of type ${grid.type} is not regular in a plane`, {
      hint: 'grids with rows have a structured mesh, others a Delaunay mesh',
    });
  }
  const { columns, rows } = grid.projected;
  if (columns < 2 || rows < 2) throw new DteError('input.grid', `${columns} columns and ${rows} rows enclose no cell`);
  const quads = new Uint32Array(4 * (columns - 1) * (rows - 1));
  for (let row = 0, at = 0; row + 1 < rows; row++) {
    for (let column = 0; column + 1 < columns; column++, at += 4) {
      const corner = row * columns + column;
      quads[at] = corner;
      quads[at + 1] = corner + columns;
      quads[at + 2] = corner + columns + 1;
      quads[at + 3] = corner + 1;
    }
  }
  const mesh = pointMesh(grid, { quads, triangles: new Uint32Array(0) });
  checkCells(mesh);
  return mesh;
}

/** The structured mesh of a grid whose points have rows in another order. */
function reordered(grid: Grid, options: StructuredMeshOptions): Mesh {
  const { grid: byRows, index } = (grid.asRows as NonNullable<Grid['asRows']>)();
  const mesh = structuredMesh(byRows, options);
  const own = (node: number): number => (node < mesh.points ? index[node] : node);
  const move = <T extends Float64Array | Uint8Array>(values: T): T => {
    const moved = values.slice() as T;
    for (let node = 0; node < mesh.points; node++) moved[index[node]] = values[node];
    return moved;
  };
  return {
    ...mesh,
    lat: move(mesh.lat),
    lon: move(mesh.lon),
    flags: move(mesh.flags),
    pointOf: mesh.pointOf.map((point, node) => (node < mesh.points ? node : point < mesh.points ? index[point] : point)),
    quads: mesh.quads.map(own),
    triangles: mesh.triangles.map(own),
  };
}
