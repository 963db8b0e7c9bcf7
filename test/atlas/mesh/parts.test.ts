import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import {
  cellCount,
  cellGather,
  cellOwnership,
  equalRegions,
  gridFromSpec,
  haloExchange,
  medianDual,
  type Mesh,
  type MeshPart,
  meshParts,
  nodeCells,
  nodeGather,
  type Ownership,
  partEdges,
  partitionGrid,
  type PartitionOptions,
  structuredMesh,
} from '../../../src/atlas/index.js';
import { type ErrorCode, isDteError } from '../../../src/base/index.js';
import { noMeshgen } from '../../support/atlas-meshgen.js';
import { seeded } from '../../support/random.js';

const cases: readonly (readonly [string, string, PartitionOptions])[] = [
  ['one part', 'O8', { parts: 1, partitioner: 'serial' }],
  ['regions of equal area', 'O8', { parts: 7 }],
  ['regions of equal area on a regular grid', '15/15', { parts: 12 }],
  ['bands', 'N16', { parts: 5, partitioner: 'equal_bands' }],
  ['bands of blocks', 'O8', { parts: 3, partitioner: 'bands', blockSize: 10 }],
  ['bands of rows', 'F8', { parts: 4, partitioner: 'regular_bands' }],
  ['a checkerboard', 'F8', { parts: 6, partitioner: 'checkerboard' }],
  ['a checkerboard between rows and columns', 'F8', { parts: 8, partitioner: 'checkerboard', bands: 2, regular: true }],
];

/** Every item's value from its owner, as programs on the parts would exchange them. */
function exchanged(parts: readonly Ownership[], values: readonly Float64Array[]): void {
  const lists = haloExchange(parts);
  for (const to of lists) {
    for (const from of lists) {
      const taken = to.receiveIndex.subarray(to.receiveStart[from.part], to.receiveStart[from.part + 1]);
      const sent = from.sendIndex.subarray(from.sendStart[to.part], from.sendStart[to.part + 1]);
      if (taken.length !== sent.length) throw new Error('lists of both sides differ in length');
      for (const [k, item] of taken.entries()) values[to.part][item] = values[from.part][sent[k]];
    }
  }
}

function isOwn({ partition, remoteIndex }: Ownership, part: number, item: number): boolean {
  return partition[item] === part && remoteIndex[item] === item;
}

for (const [name, spec, options] of cases) {
  t.test(`${name}: parts share out a mesh, and halo exchange brings every item its owner's value`, async (t) => {
    const grid = gridFromSpec(spec);
    const partition = partitionGrid(grid, options);
    const sizes = Array.from({ length: options.parts }, (_, part) => partition.partOf.filter((own) => own === part).length);
    const balance = options.regular === true ? 8 : options.partitioner === 'regular_bands' ? 32 : 2 * (options.blockSize ?? 0.5);
    t.ok(Math.max(...sizes) - Math.min(...sizes) <= balance, `points of the parts: ${sizes.join(' ')}`);
    for (const mesh of [structuredMesh(grid), structuredMesh(grid, { triangulate: true, pole: 'node', periodicNodes: true })]) {
      for (const halo of [0, 2]) checkParts(t, mesh, meshParts(mesh, partition, { halo }), halo);
    }
  });
}

function checkParts(t: Test, mesh: Mesh, parts: readonly MeshPart[], halo: number): void {
  const originals = mesh.nodes - mesh.flags.filter((flag) => flag & 1).length;
  const nodes = nodeGather(parts);
  t.strictSame(
    nodes.index.slice().sort(),
    Uint32Array.from({ length: originals }, (_, node) => node),
    'every node has one owner',
  );
  const cells = cellGather(parts);
  t.strictSame(
    cells.index.slice().sort(),
    Uint32Array.from({ length: cellCount(mesh) }, (_, cell) => cell),
    'every cell has one owner',
  );

  const globals = parts.map((part) => Float64Array.from(part.globalIndex, (global, node) => (isOwn(part, part.part, node) ? global : -1)));
  exchanged(parts, globals);
  t.ok(
    parts.every((part, p) => part.globalIndex.every((global, node) => globals[p][node] === global)),
    'exchange of the global index',
  );
  const owners = parts.map(cellOwnership);
  const globalCells = parts.map((part, p) =>
    Float64Array.from(part.globalCell, (global, cell) => (isOwn(owners[p], p, cell) ? global : -1)),
  );
  exchanged(owners, globalCells);
  t.ok(
    parts.every((part, p) => part.globalCell.every((global, cell) => globalCells[p][cell] === global)),
    'exchange of the global cell',
  );
  if (halo === 0) return;
  const around = nodeCells(mesh);
  const complete = parts.every((part) => {
    const local = nodeCells(part);
    return part.globalIndex.every((global, node) => {
      if (part.halo[node] >= halo || mesh.flags[global] !== 0 || part.pointOf[node] !== global) return true;
      const whole = around.start[global + 1] - around.start[global];
      return node >= part.ownedNodes || local.start[node + 1] - local.start[node] === whole;
    });
  });
  t.ok(complete, 'own nodes have all their cells');
}

t.test('a part has its nodes and cells where the whole mesh has them', async (t) => {
  const mesh = structuredMesh(gridFromSpec('N16'));
  for (const part of meshParts(mesh, partitionGrid(gridFromSpec('N16'), { parts: 5 }), { halo: 1 })) {
    const same = part.globalIndex.every((global, node) => part.lat[node] === mesh.lat[global] && part.lon[node] === mesh.lon[global]);
    t.ok(same);
    const quads = mesh.quads.length / 4;
    const corners = (list: Uint32Array, width: number, cell: number): string =>
      Array.from(list.subarray(width * cell, width * cell + width), (node) =>
        list === mesh.quads || list === mesh.triangles ? node : part.globalIndex[node],
      ).join();
    const localQuads = part.quads.length / 4;
    const fits = part.globalCell.every((global, cell) =>
      cell < localQuads
        ? corners(part.quads, 4, cell) === corners(mesh.quads, 4, global)
        : corners(part.triangles, 3, cell - localQuads) === corners(mesh.triangles, 3, global - quads),
    );
    t.ok(fits);
    const layers = [...part.halo];
    t.strictSame(layers, layers.slice().sort(), 'layers follow each other');
    t.equal(layers.lastIndexOf(0) + 1 >= part.ownedNodes, true);
  }
});

t.test('sums over the edges of parts are those of the whole mesh', async (t) => {
  const grid = gridFromSpec('F8');
  const mesh = structuredMesh(grid);
  const dual = medianDual(mesh);
  const random = seeded(7);
  const values = Float64Array.from({ length: mesh.nodes }, () => random());
  const whole = new Float64Array(mesh.nodes);
  for (let edge = 0; edge < dual.edges.count; edge++) {
    const [a, b] = dual.edges.nodes.subarray(2 * edge, 2 * edge + 2);
    whole[a] += values[a] + values[b];
    whole[b] += values[a] + values[b];
  }
  // Bands of whole rows keep both ends of an edge across a pole in one part.
  for (const part of meshParts(mesh, partitionGrid(grid, { parts: 4, partitioner: 'regular_bands' }), { halo: 1 })) {
    const edges = partEdges(dual.edges, part);
    t.equal(edges.missing, 0);
    const sums = new Float64Array(part.nodes);
    for (let edge = 0; edge < edges.global.length; edge++) {
      const [a, b] = edges.nodes.subarray(2 * edge, 2 * edge + 2);
      const value = values[part.globalIndex[a]] + values[part.globalIndex[b]];
      sums[a] += value;
      sums[b] += value;
    }
    t.strictSame(
      sums.slice(0, part.ownedNodes),
      whole.filter((_, node) => part.globalIndex.subarray(0, part.ownedNodes).includes(node)),
    );
  }
});

t.test('zones of equal regions are those of Leopardi', async (t) => {
  // P. Leopardi, A partition of the unit sphere into regions of equal area and small diameter, ETNA 25 (2006), and atlas' own test.
  const published: readonly (readonly number[])[] = [[1], [1, 1], [1, 1, 1], [1, 2, 1], [1, 3, 1], [1, 4, 1], [1, 5, 1], [1, 6, 1]];
  for (const [index, zones] of published.entries()) t.strictSame(equalRegions(index + 1), zones);
  for (let parts = 1; parts < 500; parts++) {
    const zones = equalRegions(parts);
    if (zones.reduce((sum, zone) => sum + zone, 0) !== parts || zones.some((zone) => zone < 1)) t.fail(`${parts}: ${zones.join()}`);
  }
});

t.test('parts that cannot be made are refused', async (t) => {
  const grid = gridFromSpec('O8');
  const refused = (code: ErrorCode, work: () => unknown, pattern: RegExp): void => {
    try {
      work();
      t.fail('it was accepted');
    } catch (error) {
      t.ok(isDteError(error, code), String(error));
      t.match((error as Error).message, pattern);
    }
  };
  const part = (options: object): unknown => partitionGrid(grid, options as PartitionOptions);
  refused('input.option', () => part({ parts: 0 }), /0 parts do not share out 544 points .*; a whole number from 1 to 544/);
  refused('input.option', () => part({ parts: 545 }), /545 parts/);
  refused('input.option', () => part({ parts: 2, partitioner: 'serial' }), /'serial' makes one part, not 2/);
  refused(
    'input.option',
    () => part({ parts: 2, partitioner: 'equal_region' }),
    /'equal_region' is not known .*did you mean 'equal_regions'/,
  );
  refused('input.option', () => part({ parts: 9, partitioner: 'bands', blockSize: 100 }), /blocks of 100 points do not make 9 parts/);
  refused(
    'unsupported.grid',
    () => part({ parts: 2, partitioner: 'checkerboard' }),
    /needs rows of equal length, which a grid of type reduced_gg has not/,
  );
  refused(
    'input.option',
    () => partitionGrid(gridFromSpec('F8'), { parts: 6, partitioner: 'checkerboard', bands: 4 }),
    /6 parts do not lie in 4 equal bands/,
  );
  const mesh = structuredMesh(grid);
  refused('input.option', () => meshParts(mesh, partitionGrid(grid, { parts: 2 }), { halo: -1 }), /a halo of -1 layers/);
  refused('input.field', () => meshParts(mesh, partitionGrid(gridFromSpec('O16'), { parts: 2 })), /1600 points does not fit a mesh of 544/);
});

t.test('points have the owners that atlas gives them on as many processes', { skip: noMpirun() }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'dte-parts-'));
  const peers: readonly (readonly [string, number, PartitionOptions['partitioner']])[] = [
    ['N16', 4, 'equal_regions'],
    ['F16', 3, 'equal_bands'],
    ['L36x19', 2, 'regular_bands'],
  ];
  for (const [name, parts, partitioner] of peers) {
    const args = ['--allow-run-as-root', '--oversubscribe', '-np', String(parts), 'atlas-meshgen', name, join(folder, 'mesh.msh')];
    execFileSync('mpirun', [...args, '--lonlat', '--ghost', '--info', `--partitioner=${partitioner}`], { stdio: 'ignore' });
    const grid = gridFromSpec(name);
    const { partOf } = partitionGrid(grid, { parts, ...(partitioner === undefined ? {} : { partitioner }) });
    let met = 0;
    let different = 0;
    for (let part = 0; part < parts; part++) {
      for (const [point, owner] of nodeData(readFileSync(join(folder, `mesh_info.msh.p${part}`), 'latin1'), 'partition')) {
        if (point >= grid.points) continue;
        met++;
        if (partOf[point] !== owner) different++;
      }
    }
    t.ok(met >= grid.points, `${name}: all points`);
    t.equal(different, 0, `${name} ${partitioner}`);
  }
  rmSync(folder, { recursive: true });
});

/** The programs are found together only where somebody set up Open MPI by hand, so their absence is no failure. */
function noMpirun(): string | false {
  try {
    execFileSync('mpirun', ['--version'], { stdio: 'ignore' });
    return noMeshgen;
  } catch {
    return 'mpirun is not installed';
  }
}

/** A list of node values in a gmsh file: node from 0, value. */
function nodeData(text: string, name: string): readonly (readonly [number, number])[] {
  const lines = text.split('\n');
  const from = lines.findIndex((line, at) => at > lines.indexOf(`"${name}"`) && /^\d+ \S+$/.test(line));
  const values = lines.slice(from, lines.indexOf('$EndNodeData', from)).map((line) => line.split(' ').map(Number));
  return values.map(([node, value]) => [node - 1, value] as const);
}
