import t from 'tap';
import {
  cellAreas,
  cellCentres,
  cellMesh,
  checkCells,
  type Grid,
  gridFromSpec,
  gridMesh,
  type Mesh,
  type MeshOptions,
  meshEdges,
  nodeAreas,
  nodeFlag,
  noIndex,
} from '../../../src/atlas/index.js';
import { type ErrorCode, isDteError } from '../../../src/base/index.js';
import { sum } from './sphere.js';

const nested = '{"grid":"H4","order":"nested"}';

t.test('every mesh of the whole globe is a closed surface with the area of the sphere', async (t) => {
  const cases: readonly (readonly [string, MeshOptions])[] = [
    ['H4', { generator: 'cells' }],
    ['H4', { generator: 'dual' }],
    ['H4', { generator: 'structured' }],
    ['H4', { generator: 'delaunay' }],
    [nested, {}],
    [nested, { generator: 'cells' }],
    [nested, { generator: 'dual' }],
    ['H3', { generator: 'dual' }],
    ['O16', {}],
    ['O16', { generator: 'delaunay' }],
    ['10/10', { generator: 'delaunay', duplicates: 'skip' }],
  ];
  for (const [spec, options] of cases) {
    const mesh = gridMesh(gridFromSpec(spec), options);
    const name = `${spec} ${JSON.stringify(options)}`;
    checkCells(mesh);
    const areas = cellAreas(mesh);
    t.ok(Math.abs(sum(areas) / (4 * Math.PI) - 1) < 1e-13, `${name}: areas sum to 4 pi`);
    t.ok(Math.abs(sum(nodeAreas(mesh)) / (4 * Math.PI) - 1) < 1e-13, 'so do those of nodes');
    const used = new Set([...mesh.quads, ...mesh.triangles]).size;
    const edges = meshEdges(mesh);
    t.equal(used - edges.count + areas.length, 2, 'Euler');
    t.notOk(edges.cells.includes(noIndex), 'closed');
  }
});

t.test('HEALPix: pixels are quadrilaterals; where they meet there are 8 triangles and else quadrilaterals', async (t) => {
  const cells = gridMesh(gridFromSpec('H4'), { generator: 'cells' });
  t.strictSame([cells.centring, cells.quads.length / 4, cells.nodes, cells.points], ['cells', 192, 194, 192]);
  t.ok(cells.flags.every((flag) => flag === nodeFlag.virtual));
  const dual = gridMesh(gridFromSpec('H4'), { generator: 'dual' });
  t.strictSame([dual.centring, dual.quads.length / 4, dual.triangles.length / 3, dual.nodes], ['nodes', 186, 8, 192]);
  // A cell lies around its point: its centre is in the direction of the point, to the shape of the pixel.
  const { lat, lon } = gridFromSpec('H4').coordinates();
  const centres = cellCentres(cells);
  const radian = Math.PI / 180;
  let worst = 0;
  for (let point = 0; point < 192; point++) {
    const [x, y, z] = centres.subarray(3 * point, 3 * point + 3);
    const cosine = Math.cos(lat[point] * radian);
    const along =
      x * cosine * Math.cos(lon[point] * radian) + y * cosine * Math.sin(lon[point] * radian) + z * Math.sin(lat[point] * radian);
    worst = Math.max(worst, Math.acos(Math.min(1, along / Math.hypot(x, y, z))) / radian);
  }
  t.ok(worst < 2, `centre and point are ${worst} degrees apart, a pixel is 15 wide`);
});

t.test('nested order has the mesh of ring order, with its own numbers', async (t) => {
  const grid = gridFromSpec(nested);
  const ours = gridMesh(grid);
  const ring = gridMesh(gridFromSpec('H4'));
  const { lat, lon } = grid.coordinates();
  t.strictSame([ours.lat, ours.lon], [lat, lon]);
  const shapes = (mesh: Mesh): string[] => {
    const corner = (node: number): string => `${mesh.lat[node].toFixed(6)} ${mesh.lon[node].toFixed(6)}`;
    return Array.from({ length: mesh.triangles.length / 3 }, (_, k) =>
      [...mesh.triangles.subarray(3 * k, 3 * k + 3)].map(corner).sort().join(),
    ).sort();
  };
  t.strictSame(shapes(ours), shapes(ring));
});

t.test('a cubed sphere and grids in a plane have meshes of quadrilaterals', async (t) => {
  const grids = ['CS-EA-6', 'CS-ED-5'].map(perhaps).filter((grid) => grid !== undefined);
  for (const grid of grids) {
    const dual = gridMesh(grid);
    t.equal(dual.triangles.length / 3, 8, 'corners of the cube');
    t.equal(dual.quads.length / 4, grid.points - 6);
    t.equal(cellMesh(grid).nodes, grid.points + 2);
    t.ok(Math.abs(sum(cellAreas(dual)) / (4 * Math.PI) - 1) < 1e-13);
  }
  const plane = gridMesh(fakePlane(4, 3));
  t.equal(plane.quads.length / 4, 6);
  t.strictSame([...plane.quads.subarray(0, 4)], [0, 4, 5, 1]);
});

function perhaps(spec: string): Grid | undefined {
  try {
    return gridFromSpec(spec);
  } catch {
    return undefined;
  }
}

function fakePlane(columns: number, rows: number): Grid {
  const base = gridFromSpec(`{"grid":[10,10],"area":[${10 * (rows - 1)},0,0,${10 * (columns - 1)}]}`);
  const { rows: _, ...rest } = base;
  const projected = { columns, rows, x: 0, y: 0, dx: 1, dy: -1 } as unknown as NonNullable<Grid['projected']>;
  return { ...rest, projected };
}

t.test('bad cells and generators that do not fit are refused', async (t) => {
  const refused = (code: ErrorCode, work: () => unknown, pattern: RegExp): void => {
    try {
      work();
      t.fail('it was accepted');
    } catch (error) {
      t.ok(isDteError(error, code), String(error));
      t.match((error as Error).message, pattern);
    }
  };
  const square = { lat: Float64Array.of(0, 0, 10, 10), lon: Float64Array.of(0, 10, 10, 0) };
  const quads = (...nodes: number[]): Pick<Mesh, 'lat' | 'lon' | 'quads' | 'triangles'> => ({
    ...square,
    quads: Uint32Array.from(nodes),
    triangles: new Uint32Array(0),
  });
  t.doesNotThrow(() => checkCells(quads(0, 1, 2, 3)));
  const inward = { ...square, lat: Float64Array.of(0, 6, 10, 10), lon: Float64Array.of(0, 4, 10, 0) };
  t.doesNotThrow(() => checkCells({ ...quads(0, 1, 2, 3), ...inward }), 'an inward corner is sound');
  refused(
    'input.grid',
    () => checkCells(quads(0, 1, 3, 2)),
    /quadrilateral 0 is degenerate, turns clockwise or crosses itself: 0 \(latitude 0, longitude 0\)/,
  );
  refused('input.grid', () => checkCells(quads(3, 2, 1, 0)), /quadrilateral 0/);
  refused(
    'input.grid',
    () => checkCells({ ...square, quads: new Uint32Array(0), triangles: Uint32Array.of(0, 1, 2, 0, 1, 1) }),
    /triangle 1 is degenerate/,
  );
  refused('unsupported.grid', () => cellMesh(gridFromSpec('O8')), /the cell of point 0 has 3 corners/);
  refused(
    'unsupported.grid',
    () => cellMesh(gridFromSpec('{"type":"unstructured","points":10}')),
    /no cells around its points|unstructured/,
  );
  refused('unsupported.grid', () => gridMesh(gridFromSpec('O8'), { generator: 'regular' }), /type reduced_gg is not regular in a plane/);
  refused('input.grid', () => gridMesh(fakePlane(4, 1), { generator: 'regular' }), /4 columns and 1 rows enclose no cell/);
  refused(
    'input.option',
    () => gridMesh(gridFromSpec('O8'), { generator: 'delauney' as 'delaunay' }),
    /'delauney' is not known .* did you mean 'delaunay'/,
  );
  const broken = gridFromSpec('H2');
  const cells = (broken.cells as NonNullable<Grid['cells']>)();
  cells.lat[5] = Number.NaN;
  refused('input.grid', () => cellMesh({ ...broken, cells: () => cells }), /point 5 lies at latitude NaN/);
});
