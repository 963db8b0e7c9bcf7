import t from 'tap';
import { type Area, type Grid, gridFromSpec, unstructuredGrid } from '../../src/atlas/index.js';
import { nodeContext } from '../../src/base/node.js';
import { checkMatrix, type Matrix, prepareWeights } from '../../src/regrid/index.js';
import { seeded } from '../support/random.js';
import { differingRows, matrixPairs, randomPoints, referenceAbsent, rowOf, unitVectors } from './reference-matrices.js';

const linear = (source: Grid, target: Grid): Promise<Matrix> => prepareWeights(nodeContext(), source, target, { method: 'linear' });

t.test('the published linear matrices are reproduced row by row', { skip: referenceAbsent }, async (t) => {
  const pairs = await matrixPairs('linear');
  t.same(pairs.map((pair) => pair.name).sort(), ['5,5', 'H4 nested', 'H4 ring', 'N32', 'O32']);
  for (const { name, source, expected, ours } of pairs) {
    // At the poles of Gaussian grids every triangle of the fan meets the ray; which one upstream takes depends on rounding.
    const gaussian = name === 'O32' || name === 'N32';
    const different = differingRows(expected, ours, 1e-12).filter((row) => !gaussian || (row >= 36 && row < 648));
    t.same(different, [], `${name}: all rows, except those of the poles for O32 and N32`);
    if (!gaussian) continue;
    const counts = source.rows?.counts as Int32Array;
    const last = source.points - counts[counts.length - 1];
    const tied = [...Array(36).keys(), ...Array.from({ length: 36 }, (_, k) => 648 + k)];
    for (const matrix of [expected, ours]) {
      const adjacent = tied.every((row) => {
        const { columns, weights } = rowOf(matrix, row);
        const first = row < 36 ? 0 : last;
        return (
          columns.length === 2 &&
          columns[1] - columns[0] === 1 &&
          columns[0] >= first &&
          columns[1] < first + counts[0] &&
          weights.every((weight) => weight === 0.5)
        );
      });
      t.ok(adjacent, `${name}: rows at the poles are two neighbours of the nearest row, half each`);
    }
  }
});

/**
 * The defining property: the weighted vertices lie on the ray to the target point. Source rows next to a fan are left out there,
 * since the fan's pole has no value.
 */
function rayErrors(source: Grid, target: Grid, matrix: Matrix): { readonly worst: number; readonly empty: number; readonly fan: number } {
  const from = unitVectors(source);
  const to = unitVectors(target);
  const { lat } = target.coordinates();
  const reach = source.gaussianNumber === undefined ? 90 : (source.rows?.lats[0] as number);
  let worst = 0;
  let empty = 0;
  let fan = 0;
  for (let row = 0; row < matrix.rows; row++) {
    const { columns, weights } = rowOf(matrix, row);
    if (columns.length === 0) empty++;
    if (columns.length === 0 || Math.abs(lat[row]) > reach) {
      fan += columns.length > 0 ? 1 : 0;
      continue;
    }
    const sum = (values: Float64Array): number => columns.reduce((total, column, k) => total + weights[k] * values[column], 0);
    const [x, y, z] = [sum(from.x), sum(from.y), sum(from.z)];
    const length = Math.hypot(x, y, z);
    worst = Math.max(worst, Math.hypot(x / length - to.x[row], y / length - to.y[row], z / length - to.z[row]));
  }
  return { worst, empty, fan };
}

t.test('the weighted vertices lie on the ray to every target point, for any grid with rows', async (t) => {
  const random = seeded(20_240_607);
  const { lat, lon } = randomPoints(20_000, random);
  // Where longitudes wrap, rows begin, and meridians meet.
  lat.set([90, 90, -90, 0, 0, 0, 45, 89.999999, -89.999999, 12.5]);
  lon.set([0, 77, 200, 0, 360, -180, 180, 33, 359.999999, -1e-13]);
  const target = unstructuredGrid({ points: 20_000, coordinates: { lat, lon } });
  const specs = [
    'O16',
    'O80',
    'N32',
    'F24',
    '5/5',
    '7.5/2',
    { grid: [10, 10], reference: [5, 5] },
    { grid: [1, 1], reference: [0.5, 0.5] },
    { grid: [60, 20] },
  ] as const;
  for (const spec of specs) {
    const source = gridFromSpec(spec);
    const matrix = await linear(source, target);
    checkMatrix(matrix);
    const { worst, empty, fan } = rayErrors(source, target, matrix);
    t.ok(worst < 1e-9, `${JSON.stringify(spec)}: distance from the ray ${worst} (unit sphere)`);
    t.equal(empty, 0, `${JSON.stringify(spec)}: every point of the globe is in the mesh`);
    if (source.gaussianNumber !== undefined) t.ok(fan > 0, 'some points lie beyond the last row');
  }
});

t.test('vertices are neighbours: no weight is farther away than two steps of the grid', async (t) => {
  const source = gridFromSpec('O48');
  const target = gridFromSpec('3/3');
  const matrix = await linear(source, target);
  const from = unitVectors(source);
  const to = unitVectors(target);
  let farthest = 0;
  for (let row = 0; row < matrix.rows; row++) {
    for (const column of rowOf(matrix, row).columns) {
      farthest = Math.max(farthest, Math.hypot(from.x[column] - to.x[row], from.y[column] - to.y[row], from.z[column] - to.z[row]));
    }
  }
  // O48: rows are 1.86 degrees apart, points of the longest row 1.7; a diagonal spans less than 2 sqrt(1.86^2 + 1.9^2) degrees.
  t.ok(farthest < (2 * Math.hypot(1.86, 1.9) * Math.PI) / 180, `farthest ${farthest}`);
});

t.test('a target on a source point takes that point alone', async (t) => {
  const source = gridFromSpec('N32');
  const { lat, lon } = source.coordinates();
  // As a list, so that the grids are not equal and no identity is returned.
  const target = unstructuredGrid({ points: source.points, coordinates: { lat, lon: lon.map((value) => value - 360) } });
  const matrix = await linear(source, target);
  t.same([...matrix.column], [...Array(source.points).keys()]);
  t.ok(matrix.weight.every((weight) => Math.abs(weight - 1) < 1e-15));
});

t.test('a list of points gets the rows that a grid of the same points gets', async (t) => {
  const source = gridFromSpec('O32');
  const target = gridFromSpec('4/3');
  const coordinates = target.coordinates();
  const list = unstructuredGrid({ points: target.points, coordinates });
  t.same(differingRows(await linear(source, target), await linear(source, list), 0), []);
});

t.test('outside an open source grid rows are empty, and on its edges they are not', async (t) => {
  const source = gridFromSpec({ grid: [2, 2], area: [60, -10, 20, 30] });
  const target = gridFromSpec({ grid: [1, 1] });
  const matrix = await linear(source, target);
  checkMatrix(matrix);
  const { lat, lon } = target.coordinates();
  const inside = (row: number): boolean => lat[row] <= 60 && lat[row] >= 20 && (lon[row] <= 30 || lon[row] >= 350);
  const wrong = Array.from(lat.keys()).filter((row) => inside(row) !== matrix.rowStart[row + 1] > matrix.rowStart[row]);
  t.same(wrong, []);
  const corner = Array.from(lat.keys()).find((row) => lat[row] === 20 && lon[row] === 30) as number;
  t.same(rowOf(matrix, corner), { columns: [source.points - 1], weights: [1] });
});

t.test('a cropped reduced grid, whose rows begin and end differently, fills its bounding box and no more', async (t) => {
  const source = gridFromSpec({ grid: 'O80', area: [70, -25, 30, 45] });
  const { north, west, south, east } = source.area as Area;
  const coordinates = randomPoints(40_000, seeded(5));
  const matrix = await linear(source, unstructuredGrid({ points: 40_000, coordinates }));
  checkMatrix(matrix);
  const { lat, lon } = coordinates;
  const inside = (row: number): boolean => lat[row] <= north && lat[row] >= south && lon[row] >= west && lon[row] <= east;
  const wrong = Array.from(lat.keys()).filter((row) => inside(row) !== matrix.rowStart[row + 1] > matrix.rowStart[row]);
  t.same(wrong, []);
  t.ok(Array.from(lat.keys()).some(inside));
});

t.test('rows on the southern edge between two points, which the great circle leaves outside, take these two points', async (t) => {
  const source = gridFromSpec({ grid: [2, 2], area: [60, 0, 20, 30] });
  const target = unstructuredGrid({ points: 1, coordinates: { lat: Float64Array.of(20), lon: Float64Array.of(5) } });
  const { columns, weights } = rowOf(await linear(source, target), 0);
  // Row 20 N is the last of 21 rows of 16 points; longitude 5 is half-way between its points 2 and 3.
  t.same(columns, [20 * 16 + 2, 20 * 16 + 3]);
  t.ok(weights.every((weight) => Math.abs(weight - 0.5) < 1e-12));
});

t.test('a rotated source is handled in its own frame', async (t) => {
  const source = gridFromSpec({ grid: [5, 5], rotation: [-40, 10] });
  const matrix = await linear(source, gridFromSpec('O32'));
  checkMatrix(matrix);
  const { worst, empty } = rayErrors(source, gridFromSpec('O32'), matrix);
  t.ok(worst < 1e-9 && empty === 0, `distance from the ray ${worst}`);
  // Both grids in one frame: the matrix of the grids that are not rotated.
  const target = gridFromSpec({ grid: [10, 10], rotation: [-40, 10] });
  t.same(differingRows(await linear(source, target), await linear(gridFromSpec('5/5'), gridFromSpec('10/10')), 0), []);
});

t.test('grids without coordinates are refused', async (t) => {
  await t.rejects(linear(gridFromSpec('O16'), gridFromSpec({ type: 'sh', truncation: 21 })), { code: 'unsupported.grid' });
});

t.test('a rotated grid is a target like any list of points', async (t) => {
  const source = gridFromSpec('O32');
  const target = gridFromSpec({ grid: [5, 5], rotation: [-40, 10] });
  const matrix = await linear(source, target);
  const { worst, empty } = rayErrors(source, target, matrix);
  t.ok(worst < 1e-9 && empty === 0, `distance from the ray ${worst}`);
});
