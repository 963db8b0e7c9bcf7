// Linear weights from sources without rows: lists of points (Delaunay's triangles) and grids of a map's plane.
import { join } from 'node:path';
import t from 'tap';
import { type Grid, gridFromSpec, unstructuredGrid } from '../../src/atlas/index.js';
import { nodeContext } from '../../src/base/node.js';
import { checkMatrix, type Matrix, prepareWeights, type WeightsOptions } from '../../src/regrid/index.js';
import { gridOf } from '../../src/grib/index.js';
import { noShared, readMessages, sharedGrib } from '../grib/peer.js';
import { seeded } from '../support/random.js';
import { differingRows, randomPoints, rowOf, unitVectors } from './reference-matrices.js';

const linear = (source: Grid, target: Grid, options: WeightsOptions = {}): Promise<Matrix> =>
  prepareWeights(nodeContext(), source, target, { method: 'linear', ...options });
const listOf = (count: number, seed: number): Grid => unstructuredGrid({ points: count, coordinates: randomPoints(count, seeded(seed)) });

/** Largest distance of the weighted corners from the ray to the target point, over rows with entries; and how many are empty. */
function rayErrors(source: Grid, target: Grid, matrix: Matrix): { readonly worst: number; readonly empty: number } {
  const [from, to] = [unitVectors(source), unitVectors(target)];
  let [worst, empty] = [0, 0];
  for (let row = 0; row < matrix.rows; row++) {
    const { columns, weights } = rowOf(matrix, row);
    if (columns.length === 0) {
      empty++;
      continue;
    }
    const sum = (values: Float64Array): number => columns.reduce((total, c, k) => total + weights[k] * values[c], 0);
    const [x, y, z] = [sum(from.x), sum(from.y), sum(from.z)];
    const length = Math.hypot(x, y, z);
    worst = Math.max(worst, Math.hypot(x / length - to.x[row], y / length - to.y[row], z / length - to.z[row]));
  }
  return { worst, empty };
}

t.test('points all around the globe hold every target, with weights on its ray', async (test) => {
  const source = listOf(3000, 1);
  for (const target of [gridFromSpec('10/10'), gridFromSpec('O16'), listOf(2000, 2)]) {
    const matrix = await linear(source, target);
    checkMatrix(matrix);
    const { worst, empty } = rayErrors(source, target, matrix);
    test.ok(worst < 1e-9, `${worst}`);
    test.equal(empty, 0);
  }
});

t.test('weights do not depend on the order of target points, and a point given twice is used once', async (test) => {
  const coordinates = randomPoints(500, seeded(3));
  coordinates.lat.copyWithin(250, 0, 250);
  coordinates.lon.copyWithin(250, 0, 250);
  const source = unstructuredGrid({ points: 500, coordinates });
  const { lat, lon } = randomPoints(300, seeded(4));
  const forward = await linear(source, unstructuredGrid({ points: 300, coordinates: { lat, lon } }));
  const backward = await linear(
    source,
    unstructuredGrid({ points: 300, coordinates: { lat: lat.slice().reverse(), lon: lon.slice().reverse() } }),
  );
  const reversed = Array.from({ length: 300 }, (_, row) => rowOf(backward, 299 - row));
  test.same(
    Array.from({ length: 300 }, (_, row) => rowOf(forward, row)),
    reversed,
  );
  test.ok(
    forward.column.every((column) => column < 250),
    'the first of two',
  );
});

t.test('beyond the hull of a region rows are empty, fail, or take the nearest point', async (test) => {
  const random = seeded(5);
  const lat = Float64Array.from({ length: 400 }, () => 40 + 10 * random());
  const lon = Float64Array.from({ length: 400 }, () => -5 + 20 * random());
  const source = unstructuredGrid({ points: 400, coordinates: { lat, lon } });
  const target = unstructuredGrid({ points: 3, coordinates: { lat: Float64Array.of(45, 45, -45), lon: Float64Array.of(5, 40, 185) } });
  const missing = await linear(source, target);
  test.same([...missing.rowStart], [0, 3, 3, 3]);
  await test.rejects(linear(source, target, { outside: 'failure' }), { code: 'input.area', message: /2 of 3.*latitude 45, longitude 40/ });
  const nearest = await linear(source, target, { outside: 'nearest' });
  test.equal(nearest.column.length, 5);
});

/** A grid whose map is the plane of longitude and latitude itself, as a grid without rows. */
function plateCarree(region: Grid, columns: number, rows: number): Grid {
  const coordinates = region.coordinates();
  const list = unstructuredGrid({ points: region.points, coordinates });
  const [x, y] = [coordinates.lon[0], coordinates.lat[0]];
  const projection = {
    name: 'lonlat',
    spec: {},
    forward: (lat: number, lon: number) => [lon - 360 * Math.round((lon - 10) / 360), lat] as const,
    inverse: (px: number, py: number) => [py, px] as const,
    northAngle: () => 0,
  };
  return { ...list, projected: { projection, columns, rows, x, y, dx: coordinates.lon[1] - x, dy: coordinates.lat[columns] - y } };
}

t.test('a grid of a plane gives the matrix of the same points in rows, edges included', async (test) => {
  const region = gridFromSpec({ grid: [2, 2], area: [60, -10, 20, 30] });
  const source = plateCarree(region, 21, 21);
  for (const target of [gridFromSpec('1/1'), listOf(3000, 6), gridFromSpec({ grid: [1.5, 0.7], area: [59, -9, 21, 29] })]) {
    const [rows, plane] = [await linear(region, target), await linear(source, target)];
    checkMatrix(plane);
    test.ok(rows.column.length > 0);
    // Below the arc of the southern edge both cut a triangle off, one along the meridian: the sag of 2 degrees is 0.006 of a step.
    const { lat } = target.coordinates();
    const inner = (row: number): boolean => lat[row] > 20.02;
    test.same(differingRows(rows, plane, 1e-9).filter(inner), []);
    test.same(differingRows(rows, plane, 6e-3), []);
    const [a, b] = [
      await prepareWeights(nodeContext(), region, target, { method: 'nn' }),
      await prepareWeights(nodeContext(), source, target, { method: 'nn' }),
    ];
    test.same(differingRows(a, b, 0), [], 'nearest');
  }
});

t.test('a Lambert grid from a message gives its own coordinates back, to the order of the method', { skip: noShared }, async (test) => {
  const [message] = await readMessages(join(sharedGrib, 'nam.t00z.awp21100.tm00.grib2'));
  const source = gridOf(message!);
  test.equal(source.type, 'lambert');
  const target = gridFromSpec('1/1');
  const [{ lat }, { lat: expected }] = [source.coordinates(), target.coordinates()];
  // Latitudes bend by dx^2 / 8 of their curvature within a cell of 91 km: 0.002 degrees at most; a cubic leaves the fourth order.
  for (const [method, bound] of [
    ['linear', 3e-3],
    ['bilinear', 3e-3],
    ['structured-bilinear', 3e-3],
    ['structured-bicubic', 1e-5],
  ] as const) {
    const matrix = await prepareWeights(nodeContext(), source, target, { method });
    checkMatrix(matrix);
    let [worst, filled] = [0, 0];
    for (let row = 0; row < matrix.rows; row++) {
      const { columns, weights } = rowOf(matrix, row);
      if (columns.length === 0) continue;
      filled++;
      worst = Math.max(worst, Math.abs(columns.reduce((sum, c, k) => sum + weights[k] * lat[c], 0) - expected[row]));
    }
    test.ok(filled > 3000 && worst < bound, `${method}: ${filled} points, ${worst} degrees`);
  }
});
