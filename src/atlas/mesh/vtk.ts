import { BytePieces } from './byte-pieces.js';
import { cellCount } from './mesh.js';
import type { MeshContent } from './mesh-file.js';

/** VTK's numbers of cell types. */
const triangleType = 5;
const quadType = 9;

/** The legacy format of VTK 3.0, an unstructured grid; binary numbers are big-endian. */
export function* vtkPieces({ mesh, places, options }: MeshContent): Generator<Uint8Array> {
  const binary = options.encoding !== 'ascii';
  const out = new BytePieces(false);
  const cells = cellCount(mesh);
  out.text(`# vtk DataFile Version 3.0\nmesh of ${mesh.points} points\n${binary ? 'BINARY' : 'ASCII'}\nDATASET UNSTRUCTURED_GRID\n`);
  out.text(`POINTS ${mesh.nodes} double\n`);
  for (let at = 0; at < places.length; at += 3) {
    if (binary) for (let axis = 0; axis < 3; axis++) out.double(places[at + axis]);
    else out.text(`${places[at]} ${places[at + 1]} ${places[at + 2]}\n`);
    if (out.isFull) yield out.take();
  }
  out.text(`\nCELLS ${cells} ${cells + mesh.quads.length + mesh.triangles.length}\n`);
  for (const [list, width] of [
    [mesh.quads, 4],
    [mesh.triangles, 3],
  ] as const) {
    for (let at = 0; at < list.length; at += width) {
      const row = [width, ...list.subarray(at, at + width)];
      if (binary) for (const value of row) out.int(value);
      else out.text(`${row.join(' ')}\n`);
      if (out.isFull) yield out.take();
    }
  }
  out.text(`\nCELL_TYPES ${cells}\n`);
  for (let cell = 0; cell < cells; cell++) {
    const type = 4 * cell < mesh.quads.length ? quadType : triangleType;
    if (binary) out.int(type);
    else out.text(`${type}\n`);
    if (out.isFull) yield out.take();
  }
  yield* scalars(out, binary, `CELL_DATA ${cells}`, options.cellData);
  yield* scalars(out, binary, `POINT_DATA ${mesh.nodes}`, options.nodeData);
  yield out.take();
}

type Data = MeshContent['options']['nodeData'];

function* scalars(out: BytePieces, binary: boolean, head: string, data: Data): Generator<Uint8Array> {
  const entries = Object.entries(data ?? {});
  if (entries.length > 0) out.text(`\n${head}\n`);
  for (const [name, values] of entries) {
    out.text(`SCALARS ${name.replace(/\s+/g, '_')} double 1\nLOOKUP_TABLE default\n`);
    for (let item = 0; item < values.length; item++) {
      if (binary) out.double(values[item]);
      else out.text(`${values[item]}\n`);
      if (out.isFull) yield out.take();
    }
    out.text('\n');
  }
}
