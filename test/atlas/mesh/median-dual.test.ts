import t from 'tap';
import {
  gridFromSpec,
  type MedianDual,
  medianDual,
  type Mesh,
  meshEdges,
  nodeCells,
  noIndex,
  structuredMesh,
} from '../../../src/atlas/index.js';
import { isDteError } from '../../../src/base/index.js';
import { sum } from './sphere.js';

const globals: readonly (readonly [string, Mesh])[] = [
  ['O16', structuredMesh(gridFromSpec('O16'))],
  ['O16 in triangles', structuredMesh(gridFromSpec('O16'), { triangulate: true })],
  ['N16', structuredMesh(gridFromSpec('N16'))],
  ['F8', structuredMesh(gridFromSpec('F8'))],
  ['H4', structuredMesh(gridFromSpec('H4'))],
  ['10/10 with all points on its poles', structuredMesh(gridFromSpec('10/10'), { uniquePole: false })],
];

/** Largest sum of outward normals over the nodes, and the size of normals to compare it with. */
function worstLeak({ edgesOf, normal, sign }: MedianDual, isInner: (node: number) => boolean = () => true): readonly [number, number] {
  let leak = 0;
  let size = 0;
  for (let node = 0; node + 1 < edgesOf.start.length; node++) {
    if (!isInner(node)) continue;
    let [x, y] = [0, 0];
    for (let at = edgesOf.start[node]; at < edgesOf.start[node + 1]; at++) {
      const edge = edgesOf.index[at];
      x += sign[at] * normal[2 * edge];
      y += sign[at] * normal[2 * edge + 1];
      size = Math.max(size, Math.abs(normal[2 * edge]), Math.abs(normal[2 * edge + 1]));
    }
    leak = Math.max(leak, Math.abs(x), Math.abs(y));
  }
  return [leak, size];
}

t.test('dual cells of a global mesh fill the plane of longitude and latitude, and each is closed', async (t) => {
  for (const [name, mesh] of globals) {
    const dual = medianDual(mesh);
    t.ok(Math.abs(sum(dual.volume) / (360 * 180) - 1) < 1e-12, `${name}: volumes sum to 360 x 180`);
    t.ok(
      dual.volume.every((volume) => volume > 0),
      'none is empty',
    );
    const onPole = (node: number): boolean => Math.abs(mesh.lat[node]) === 90;
    const [leak, size] = worstLeak(dual, (node) => !onPole(node));
    t.ok(leak < 1e-11 * size, `${name}: normals around a node sum to zero (${leak})`);
  }
});

t.test('dual cells of a regular grid are its boxes', async (t) => {
  const dual = medianDual(structuredMesh(gridFromSpec('10/10'), { uniquePole: false }));
  for (let node = 0; node < 36 * 19; node++) {
    const onPole = node < 36 || node >= 36 * 18;
    if (Math.abs(dual.volume[node] - (onPole ? 50 : 100)) > 1e-10) t.fail(`volume ${dual.volume[node]} at node ${node}`);
  }
  // The edge from a node to its eastern neighbour crosses 10 degrees of meridian, the one to the south 10 degrees of parallel.
  const { edges, normal } = dual;
  for (let edge = 0; edge < edges.count; edge++) {
    const [a, b] = edges.nodes.subarray(2 * edge, 2 * edge + 2);
    const row = Math.floor(a / 36);
    const step = Math.floor(b / 36) - row;
    if (step !== 0) t.match([normal[2 * edge], normal[2 * edge + 1]].map(rounded), [0, -10 * step], `edge ${a} ${b}`);
    else if (row > 0 && row < 18) t.match(Math.abs(rounded(normal[2 * edge])), 10, `edge ${a} ${b}`);
  }
});

const rounded = (value: number): number => Math.round(value * 1e9) / 1e9 + 0;

t.test('rows next to a pole have edges across it, as wide as their dual cells', async (t) => {
  const grid = gridFromSpec('F4');
  const { edges, normal, edgesOf, sign } = medianDual(structuredMesh(grid));
  t.equal(edges.poleEdges, 16, 'half of the 16 points on either side');
  for (let edge = edges.count - edges.poleEdges; edge < edges.count; edge++) {
    const [a, b] = edges.nodes.subarray(2 * edge, 2 * edge + 2);
    t.equal(b - a, 8);
    t.strictSame([...edges.cells.subarray(2 * edge, 2 * edge + 2)], [noIndex, noIndex]);
    const north = a < 16;
    t.match([normal[2 * edge], rounded(normal[2 * edge + 1])], [0, north ? 22.5 : -22.5]);
  }
  const last = edgesOf.start[1] - 1;
  t.ok(edgesOf.index[last] >= edges.count - edges.poleEdges, 'last of the edges of a node');
  t.equal(sign[last], 1);
});

t.test('edges know their cells: left and right, and every side of a cell its edge', async (t) => {
  for (const [name, mesh] of globals) {
    const edges = meshEdges(mesh);
    const { quads, triangles } = mesh;
    const used = new Set([...quads, ...triangles]).size;
    const cells = quads.length / 4 + triangles.length / 3;
    const onPoles = name.includes('poles');
    t.equal(used - edges.count + cells, onPoles ? 0 : 2, `${name}: Euler`);
    t.equal(edges.cells.filter((cell) => cell === noIndex).length, onPoles ? 72 : 0, 'no boundary');
    let wrong = 0;
    for (let cell = 0; cell < cells; cell++) {
      const corners = cell < quads.length / 4 ? 4 : 3;
      const first = cell < quads.length / 4 ? 4 * cell : 3 * (cell - quads.length / 4);
      const list = corners === 4 ? quads : triangles;
      for (let k = 0; k < corners; k++) {
        const edge = edges.ofCell.index[edges.ofCell.start[cell] + k];
        const isLeft = edges.cells[2 * edge] === cell;
        const [from, to] = [list[first + k], list[first + ((k + 1) % corners)]];
        if (edges.nodes[2 * edge] !== (isLeft ? from : to) || edges.nodes[2 * edge + 1] !== (isLeft ? to : from)) wrong++;
        if (!isLeft && edges.cells[2 * edge + 1] !== cell) wrong++;
      }
    }
    t.equal(wrong, 0);
    const around = nodeCells(mesh);
    t.equal(around.index.length, quads.length + triangles.length);
    for (let node = 0; node < mesh.nodes; node++) {
      for (const cell of around.index.subarray(around.start[node], around.start[node + 1])) {
        const quad = cell < quads.length / 4;
        const corners = quad ? quads.subarray(4 * cell, 4 * cell + 4) : triangles.subarray(3 * (cell - quads.length / 4)).subarray(0, 3);
        if (!corners.includes(node)) t.fail(`cell ${cell} is not at node ${node}`);
      }
    }
  }
});

t.test('cells that overlap or turn the other way are refused', async (t) => {
  const mesh = structuredMesh(gridFromSpec('F2'));
  const turned = { ...mesh, triangles: mesh.triangles.slice() };
  turned.triangles.set([mesh.triangles[1], mesh.triangles[0]], 0);
  for (const bad of [turned, { ...mesh, quads: Uint32Array.from([...mesh.quads, ...mesh.quads.subarray(0, 4)]) }]) {
    try {
      meshEdges(bad);
      t.fail('it was accepted');
    } catch (error) {
      t.ok(isDteError(error, 'input.grid'));
      t.match((error as Error).message, /the edge from node \d+ \(latitude .*\) has two cells on one side; cells must not overlap/);
    }
  }
});
