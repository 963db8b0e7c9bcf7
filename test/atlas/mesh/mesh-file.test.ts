import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import {
  gridFromSpec,
  gridMesh,
  type MeshFileOptions,
  meshFile,
  meshParts,
  partitionGrid,
  structuredMesh,
} from '../../../src/atlas/index.js';
import { concatenated, isDteError } from '../../../src/base/index.js';
import { pythonWith } from '../../support/python.js';

const meshio = pythonWith(['meshio'], { optional: true });
const mesh = structuredMesh(gridFromSpec('N16'), { pole: 'node' });
const formats = [
  { format: 'gmsh', encoding: 'ascii' },
  { format: 'gmsh', encoding: 'binary' },
  { format: 'vtk', encoding: 'ascii' },
  { format: 'vtk', encoding: 'binary' },
] as const;

function bytesOf(options: MeshFileOptions): Uint8Array {
  return concatenated([...meshFile(mesh, options)]);
}

const show = `
import json, meshio, sys
mesh = meshio.read(sys.argv[1])
print(json.dumps({
  'points': mesh.points.tolist(),
  'quad': [c for block in mesh.cells if block.type == 'quad' for c in block.data.tolist()],
  'triangle': [c for block in mesh.cells if block.type == 'triangle' for c in block.data.tolist()],
  'lat': mesh.point_data['lat'].reshape(-1).tolist(),
  'area': [v for block in mesh.cell_data.get('area', []) for v in block.reshape(-1).tolist()],
}))`;

interface Shown {
  readonly points: readonly (readonly number[])[];
  readonly quad: readonly (readonly number[])[];
  readonly triangle: readonly (readonly number[])[];
  readonly lat: readonly number[];
  readonly area: readonly number[];
}

t.test('an independent reader (meshio) finds nodes, cells and data again', { skip: meshio.absent }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'dte-mesh-'));
  const area = Float64Array.from({ length: mesh.quads.length / 4 + mesh.triangles.length / 3 }, (_, cell) => cell / 8);
  for (const options of formats) {
    for (const coordinates of ['xyz', 'lonlat'] as const) {
      // meshio 5.0.0 cannot split Gmsh's cell data between kinds of cells: its own mistake (it takes the length of a pair).
      const inVtk = options.format === 'vtk';
      const file = join(folder, options.format === 'gmsh' ? 'mesh.msh' : 'mesh.vtk');
      writeFileSync(file, bytesOf({ ...options, coordinates, nodeData: { lat: mesh.lat }, ...(inVtk ? { cellData: { area } } : {}) }));
      const read = JSON.parse(meshio.run(show, '', file)) as Shown;
      t.equal(read.points.length, mesh.nodes, `${options.format} ${options.encoding} ${coordinates}`);
      t.strictSame(read.quad.flat(), [...mesh.quads]);
      t.strictSame(read.triangle.flat(), [...mesh.triangles]);
      t.strictSame(read.lat, [...mesh.lat]);
      if (inVtk) t.strictSame(read.area, [...area]);
      if (coordinates === 'lonlat') t.strictSame(read.points[5], [mesh.lon[5], mesh.lat[5], 0]);
      else t.ok(read.points.every(([x, y, z]) => Math.abs(Math.hypot(x, y, z) / 6_371_229 - 1) < 1e-15));
    }
  }
  rmSync(folder, { recursive: true });
});

t.test('the layout of binary Gmsh is that of its manual', async (t) => {
  const bytes = bytesOf({ format: 'gmsh' });
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const text = new TextDecoder('latin1').decode(bytes);
  t.ok(text.startsWith('$MeshFormat\n2.2 1 8\n\u0001\0\0\0\n$EndMeshFormat\n$Nodes\n'));
  const nodes = text.indexOf(`$Nodes\n${mesh.nodes}\n`) + `$Nodes\n${mesh.nodes}\n`.length;
  t.equal(view.getInt32(nodes + 28 * 7, true), 8, 'nodes are 28 bytes: number and three doubles');
  t.ok(Math.abs(view.getFloat64(nodes + 28 * 7 + 20, true) - 6_371_229 * Math.sin((mesh.lat[7] * Math.PI) / 180)) < 1e-6);
  const head = nodes + 28 * mesh.nodes;
  t.ok(text.startsWith('\n$EndNodes\n$Elements\n', head));
  const cells = text.indexOf('\n', head + '\n$EndNodes\n$Elements\n'.length) + 1;
  t.strictSame(
    [0, 4, 8].map((at) => view.getInt32(cells + at, true)),
    [3, mesh.quads.length / 4, 2],
    'type, count, tags',
  );
  t.strictSame(
    [12, 16, 20, 24].map((at) => view.getInt32(cells + at, true)),
    [1, 1, 1, mesh.quads[0] + 1],
  );
  t.ok(text.endsWith('\n$EndElements\n'));
});

t.test('text of VTK', async (t) => {
  const lines = new TextDecoder().decode(bytesOf({ format: 'vtk', encoding: 'ascii', coordinates: 'lonlat' })).split('\n');
  t.strictSame(lines.slice(0, 5), [
    '# vtk DataFile Version 3.0',
    `mesh of ${mesh.points} points`,
    'ASCII',
    'DATASET UNSTRUCTURED_GRID',
    `POINTS ${mesh.nodes} double`,
  ]);
  t.equal(lines[5], `0 ${mesh.lat[0]} 0`);
  const cells = lines.findIndex((line) => line.startsWith('CELLS'));
  t.equal(lines[cells + 1], `4 ${[...mesh.quads.subarray(0, 4)].join(' ')}`);
});

t.test('a part keeps the numbers of the whole', async (t) => {
  const grid = gridFromSpec('F4');
  const [, part] = meshParts(gridMesh(grid), partitionGrid(grid, { parts: 3 }), { halo: 1 });
  const pieces = meshFile(part, {
    format: 'gmsh',
    encoding: 'ascii',
    nodeNumbers: part.globalIndex,
    cellNumbers: part.globalCell,
    cellData: { partition: part.partitionOfCell },
  });
  const lines = new TextDecoder().decode(concatenated([...pieces])).split('\n');
  const first = lines[lines.indexOf('$Elements') + 2].split(' ').map(Number);
  t.strictSame(first, [
    part.globalCell[0] + 1,
    3,
    4,
    1,
    1,
    1,
    2,
    ...[...part.quads.subarray(0, 4)].map((node) => part.globalIndex[node] + 1),
  ]);
  t.equal(Number(lines[lines.indexOf('$Nodes') + 2].split(' ')[0]), part.globalIndex[0] + 1);
});

t.test('data of another length is refused before anything is written', async (t) => {
  try {
    meshFile(mesh, { format: 'vtk', nodeData: { short: new Float64Array(3) } });
    t.fail('it was accepted');
  } catch (error) {
    t.ok(isDteError(error, 'input.field'));
    t.match((error as Error).message, new RegExp(`'short' has 3 values for ${mesh.nodes} nodes`));
  }
});
