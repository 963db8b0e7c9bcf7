import { earthRadius } from '../projection/earth.js';
import { DteError } from '../../base/index.js';
import { gmshPieces } from './gmsh.js';
import { cellCount, type Mesh } from './mesh.js';
import { unitVectors } from './unit-vectors.js';
import { vtkPieces } from './vtk.js';

export interface MeshFileOptions {
  /** Gmsh's format 2.2 or the legacy format of VTK. */
  readonly format: 'gmsh' | 'vtk';
  /** Text, or numbers as they lie in memory: a third of the size and exact. Default `binary`. */
  readonly encoding?: 'ascii' | 'binary';
  /** Metres from the centre of the Earth (`xyz`, the default), or longitude, latitude and 0 in degrees. */
  readonly coordinates?: 'xyz' | 'lonlat';
  /** Values on nodes under their names. `[nodes]` each */
  readonly nodeData?: Readonly<Record<string, ArrayLike<number>>>;
  /** Values on cells under their names. `[cells]` each */
  readonly cellData?: Readonly<Record<string, ArrayLike<number>>>;
  /** Number of every node and cell in the file, from 0, where it is not its place: the global ones of a part. Gmsh only. */
  readonly nodeNumbers?: Uint32Array;
  readonly cellNumbers?: Uint32Array;
}

/** A mesh with all that a writer needs. */
export interface MeshContent {
  readonly mesh: Mesh;
  /** `[nodes, 3]` */
  readonly places: Float64Array;
  readonly options: MeshFileOptions;
}

/**
 * The bytes of a mesh file in pieces of about a megabyte, for meshes that are larger than memory as text. Errors: `input.field`
 * for data of another length than the nodes or cells, before the first piece.
 *
 * @example const bytes = [...meshFile(mesh, { format: 'vtk' })];
 */
export function meshFile(mesh: Mesh, options: MeshFileOptions): Iterable<Uint8Array> {
  checkData(options.nodeData, mesh.nodes, 'nodes');
  checkData(options.cellData, cellCount(mesh), 'cells');
  const places = options.coordinates === 'lonlat' ? lonLat(mesh) : unitVectors(mesh.lat, mesh.lon).map((value) => value * earthRadius);
  const content: MeshContent = { mesh, places, options };
  return options.format === 'gmsh' ? gmshPieces(content) : vtkPieces(content);
}

function checkData(data: MeshFileOptions['nodeData'], length: number, what: string): void {
  for (const [name, values] of Object.entries(data ?? {})) {
    if (values.length !== length) throw new DteError('input.field', `'${name}' has ${values.length} values for ${length} ${what}`);
  }
}

function lonLat({ lat, lon }: Mesh): Float64Array {
  const places = new Float64Array(3 * lat.length);
  for (let node = 0; node < lat.length; node++) {
    places[3 * node] = lon[node];
    places[3 * node + 1] = lat[node];
  }
  return places;
}
