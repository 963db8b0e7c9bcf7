import { DteError } from '../../base/index.js';
import type { Grid } from '../grid.js';
import { checkCells } from './check-cells.js';
import { checkPlaces, firstAtPlace } from './check-points.js';
import { type Mesh, nodeFlag, noIndex } from './mesh.js';
import { unitVectors } from './unit-vectors.js';

/** Corners of neighbouring cells closer than this are one node, in radii: 6 mm on Earth. */
const samePlace = 1e-9;

/**
 * The mesh of the quadrilaterals around the points of a grid (HEALPix, cubed sphere, grids in a plane): its nodes are their
 * corners, and cell i stands for point i. Errors: `unsupported.grid` for a grid whose cells are not known or have other than
 * four corners, `input.grid` for degenerate cells and for corners that are no places.
 */
export function cellMesh(grid: Grid): Mesh {
  if (grid.cells === undefined) {
    throw new DteError('unsupported.grid', `a grid of type ${grid.type} has no cells around its points`, {
      hint: 'the Delaunay mesh takes any points',
    });
  }
  const { start, lat, lon } = grid.cells();
  const other = Array.from({ length: grid.points }, (_, point) => start[point + 1] - start[point]).findIndex((corners) => corners !== 4);
  if (other >= 0) {
    throw new DteError('unsupported.grid', `the cell of point ${other} has ${start[other + 1] - start[other]} corners`, {
      hint: 'meshes of cells are made of quadrilaterals; grids with rows have a structured mesh',
    });
  }
  checkPlaces(lat, lon);
  const first = firstAtPlace(unitVectors(lat, lon), samePlace);
  const nodeOf = new Uint32Array(first.length);
  let nodes = 0;
  for (let corner = 0; corner < first.length; corner++) nodeOf[corner] = first[corner] === corner ? nodes++ : nodeOf[first[corner]];
  const mesh: Mesh = {
    centring: 'cells',
    points: grid.points,
    nodes,
    lat: lat.filter((_, corner) => first[corner] === corner),
    lon: lon.filter((_, corner) => first[corner] === corner),
    flags: new Uint8Array(nodes).fill(nodeFlag.virtual),
    pointOf: new Uint32Array(nodes).fill(noIndex),
    quads: nodeOf,
    triangles: new Uint32Array(0),
    patchTriangles: 0,
  };
  checkCells(mesh);
  return mesh;
}
