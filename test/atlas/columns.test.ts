// Node and cell columns of meshes in parts: halos, statistics, areas.
import t from 'tap';
import {
  cellColumns,
  type FunctionSpace,
  gridFromSpec,
  gridMesh,
  meshParts,
  nodeColumns,
  noIndex,
  partitionGrid,
  pointAreas,
  prepareNabla,
  prepareSpace,
  type SpaceField,
  type SpaceOnDevice,
  structuredMesh,
  unstructuredGrid,
} from '../../src/atlas/index.js';
import type { Engine } from '../../src/compute/index.js';
import { cpuEngine, gpuEngine } from '../support/engines.js';
import { delaunayMesh } from './fvm-support.js';
import { blocks, fieldOf, layersOf, partValues } from './space-support.js';

const grid = gridFromSpec('O16');

/** Ten layers of numbers that tell an item, in owned places only; the halo is zero. */
async function ownedOnly(engine: Engine, { space }: SpaceOnDevice): Promise<SpaceField<number>> {
  const layers = Array.from({ length: 10 }, (_, layer) => layer);
  return engine.run((pass) => {
    const parts = space.parts.map(({ owned, size, item }) =>
      [0, 8].map((firstLayer) => {
        const lanes = Math.min(8, 10 - firstLayer);
        const values = new Float32Array(size * lanes);
        for (let k = 0; k < owned * lanes; k++) values[k] = numberOf(item[Math.floor(k / lanes)]!, firstLayer + (k % lanes));
        return { values: pass.upload('f32', values), firstLayer, lanes };
      }),
    );
    return { space, layers, parts, mayBeMissing: false };
  });
}

const numberOf = (item: number, layer: number): number => Math.fround((item % 89) * 1.25 - layer * 7.1);

for (const [kind, spaceOf] of [
  ['NodeColumns', nodeColumns],
  ['CellColumns', cellColumns],
] as const) {
  t.test(`${kind}: halos hold their owners' values, and statistics do not know of parts`, async (t) => {
    const engines = [await cpuEngine(), await gpuEngine()];
    const mesh = structuredMesh(grid, { angle: 20 });
    t.ok(mesh.quads.length > 0 && mesh.triangles.length > 0, 'a mesh of quadrilaterals and triangles');
    const spaces: FunctionSpace[] = [spaceOf(mesh)];
    for (const [parts, halo] of [
      [4, 1],
      [7, 2],
    ] as const) {
      spaces.push(spaceOf(mesh, { parts: meshParts(mesh, partitionGrid(grid, { parts }), { halo }) }));
    }
    for (const space of spaces) {
      const owned = space.parts.flatMap((part) => [...part.item.subarray(0, part.owned)]);
      t.same(
        owned.sort((a, b) => a - b),
        [...Array(space.items).keys()],
        `each of ${space.items} items has one owner in ${space.parts.length} parts`,
      );
    }
    let first: unknown;
    for (const engine of engines) {
      if (typeof engine === 'string') return void t.pass('no adapter', { skip: engine });
      for (const space of spaces) {
        const onDevice = await prepareSpace(engine, space);
        const field = await ownedOnly(engine, onDevice);
        await engine.run((pass) => onDevice.exchangeHalo(pass, field));
        for (const [part, { item }] of space.parts.entries()) {
          const values = await partValues(engine, field, part);
          const right = values.every((layer, k) => layer.every((value, place) => value === numberOf(item[place]!, k)));
          t.ok(right, `part ${part} of ${space.parts.length}, ${item.length} places, ${engine.info.name}`);
        }
        const found = [await onDevice.statistics(field), await onDevice.checksums(field)];
        first ??= found;
        t.same(found, first, `${space.parts.length} parts, ${engine.info.name}`);
        onDevice.release();
      }
      await engine.close();
    }
  });
}

t.test('areas of nodes and of cells cover the sphere', async (t) => {
  for (const [name, mesh] of [
    ['O16', structuredMesh(grid)],
    ['O16, quadrilaterals', structuredMesh(grid, { angle: 20, pole: 'node' })],
    ['O16, repeated nodes', structuredMesh(grid, { periodicNodes: true })],
    ['10/10', structuredMesh(gridFromSpec('10/10'))],
    ['H8, Delaunay', delaunayMesh(gridFromSpec('H8'))],
    ['H8, cells', gridMesh(gridFromSpec('H8'), { generator: 'cells' })],
  ] as const) {
    for (const { kind, areas } of [nodeColumns(mesh), cellColumns(mesh)]) {
      const sum = areas!.reduce((total, area) => total + area, 0);
      // Sums of some thousand numbers in f64; cells share their edges, so nothing overlaps or is left out.
      t.ok(Math.abs(sum / (4 * Math.PI) - 1) < 1e-12, `${kind} of ${name}: ${sum}`);
    }
  }
});

t.test('areas of the points of a grid cover the sphere, or what an open grid covers of it', async (t) => {
  for (const name of ['O16', 'N32', 'F8', '10/10', 'Slat20', 'H8', 'H8n', 'CS-LFR-8']) {
    const sum = pointAreas(gridFromSpec(name))!.reduce((total, area) => total + area, 0);
    t.ok(Math.abs(sum / (4 * Math.PI) - 1) < 1e-12, `${name}: ${sum}`);
  }
  // Boxes of 1 degree around the points from 60 to 40 north, 10 west to 30 east.
  const open = pointAreas(gridFromSpec({ grid: [1, 1], area: [60, -10, 40, 30] }))!.reduce((total, area) => total + area, 0);
  const degree = Math.PI / 180;
  t.ok(Math.abs(open - 41 * degree * (Math.sin(60.5 * degree) - Math.sin(39.5 * degree))) < 1e-12);
  const list = unstructuredGrid({ points: 1, coordinates: { lat: Float64Array.of(1), lon: Float64Array.of(2) } });
  t.equal(pointAreas(list), undefined, 'points alone have no areas');
});

t.test('what columns of a mesh refuse', async (t) => {
  const mesh = structuredMesh(grid);
  const engine = await cpuEngine();
  const twice = { ...mesh, triangles: Uint32Array.from([0, 1, 1, ...mesh.triangles]) };
  const onDevice = await prepareSpace(engine, nodeColumns(twice));
  await t.rejects(prepareNabla(engine, onDevice, { geometry: 'sphere' }), {
    code: 'input.grid',
    message: /of the mesh has a corner twice \(nodes 0, 1, 1\); cells need three or four different corners/,
  });
  const repeated = structuredMesh(grid, { periodicNodes: true });
  const pointOf = repeated.pointOf.slice().fill(noIndex, grid.points);
  t.throws(() => nodeColumns({ ...repeated, pointOf }), { code: 'input.grid', message: /node 1600 of the mesh repeats no point/ });
  t.throws(() => nodeColumns(mesh, { levels: -1 }), {
    code: 'input.option',
    message: /-1 levels \(option levels\); accepted are whole numbers from 0/,
  });
  await engine.close();
});

t.test('where cells stand for points, a field on the grid is a field on the cells', async (t) => {
  const pixels = gridFromSpec('H8');
  const mesh = gridMesh(pixels, { generator: 'cells' });
  const engine = await cpuEngine();
  const onDevice = await prepareSpace(
    engine,
    cellColumns(mesh, { grid: pixels, parts: meshParts(mesh, partitionGrid(pixels, { parts: 5 }), { halo: 1 }) }),
  );
  const field = await fieldOf(engine, pixels, [(lat) => Math.sin(lat) ** 2]);
  const inParts = await engine.run((pass) => onDevice.scatter(pass, field));
  const { mean } = (await onDevice.statistics(inParts))[0]!;
  // The mean of sin² over the sphere is 1/3; cells of equal area, whose middles are not quite where their means are.
  t.ok(Math.abs(mean - 1 / 3) < 2e-3, `${mean}`);
  t.same(await layersOf(engine, await engine.run((pass) => onDevice.gather(pass, inParts))), await layersOf(engine, field));
  t.throws(() => nodeColumns(mesh, { grid: pixels }), { code: 'input.grid', message: /a grid of 768 points on a mesh of 0 points/ });
  t.throws(() => cellColumns(structuredMesh(grid), { grid }), { code: 'input.grid', message: /each of the cells has to be a point/ });
  await engine.close();
});

t.test('places of nodes behind those of the mesh are the ones across a pole', async (t) => {
  const mesh = structuredMesh(grid);
  const meshes = meshParts(mesh, blocks(grid, 2, 3), { halo: 1 });
  const { parts } = nodeColumns(mesh, { parts: meshes });
  let further = 0;
  for (const [part, { size, item, owned }] of parts.entries()) {
    t.equal(owned, meshes[part]!.ownedNodes);
    for (let place = meshes[part]!.nodes; place < size; place++) {
      further++;
      // Rows next to the poles have 20 points each.
      const opposite = item[place]! < 20 ? (item[place]! + 10) % 20 : grid.points - 20 + ((item[place]! - grid.points + 30) % 20);
      t.ok(item.subarray(0, owned).includes(opposite), `part ${part} has ${opposite} and knows ${item[place]}`);
    }
  }
  t.ok(further > 0);
});
