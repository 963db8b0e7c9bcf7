// Searches against all distances computed one by one, weightings against their formulas.
import t from 'tap';
import { type Grid, gridFromSpec, unstructuredGrid } from '../../src/atlas/index.js';
import { nodeContext } from '../../src/base/node.js';
import { checkMatrix, type Matrix, prepareWeights, type WeightsOptions } from '../../src/regrid/index.js';
import { layoutOf } from '../../src/regrid/layout.js';
import { pointSearch, prepareSearch } from '../../src/regrid/search/point-search.js';
import { seeded } from '../support/random.js';
import { differingRows, randomPoints, rowOf, unitVectors } from './reference-matrices.js';

const kNearest = (source: Grid, target: Grid, options: WeightsOptions = {}): Promise<Matrix> =>
  prepareWeights(nodeContext(), source, target, { method: 'k-nearest', ...options });
const radius = 6_371_229;

function listOf(count: number, seed: number): Grid {
  return unstructuredGrid({ points: count, coordinates: randomPoints(count, seeded(seed)) });
}

/** Chords in metres from a target point to all source points. */
function chords(source: Grid, target: Grid): (row: number) => Float64Array {
  const from = unitVectors(source);
  const to = unitVectors(target);
  return (row) => from.x.map((x, p) => radius * Math.hypot(x - to.x[row], from.y[p] - to.y[row], from.z[p] - to.z[row]));
}

/** Positions where rows begin, meridians meet, points tie and the shorter way leads over a gap. */
function hardTargets(): Grid {
  const { lat, lon } = randomPoints(600, seeded(11));
  lat.set([90, 90, -90, 0, 0, 0, 45, 89.999999, -89.999999, 12.5, 30, 30, 62, 15]);
  lon.set([0, 77, 200, 0, 360, -180, 180, 33, 359.999999, -1e-13, 140, 215, 190, 100]);
  return unstructuredGrid({ points: 600, coordinates: { lat, lon } });
}

const sources: readonly (readonly [string, Grid])[] = [
  ['O16', gridFromSpec('O16')],
  ['N16', gridFromSpec('N16')],
  ['regular with poles', gridFromSpec('10/10')],
  ['an open region of more than half the globe', gridFromSpec({ grid: [5, 5], area: [70, -120, -20, 100] })],
  ['a small region', gridFromSpec({ grid: [2, 2], area: [60, -10, 20, 30] })],
  ['a list of points', listOf(2000, 3)],
  [
    'a list of the points of rows, with ties',
    (() => {
      const grid = gridFromSpec('10/10');
      return unstructuredGrid({ points: grid.points, coordinates: grid.coordinates() });
    })(),
  ],
];

for (const [name, source] of sources) {
  t.test(`${name}: searches find what a look at all points finds`, async (test) => {
    const target = hardTargets();
    const distancesOf = chords(source, target);
    const layout = layoutOf(source);
    const search = pointSearch(layout, prepareSearch({ source: layout, shared: false }));
    const { lat, lon } = target.coordinates();
    for (let row = 0; row < target.points; row++) {
      search.setPoint(lat[row], lon[row]);
      const sorted = [...distancesOf(row)].sort((a, b) => a - b);
      for (const count of [1, 4, 9]) {
        const found = search.nearest(count);
        const metres = Array.from(search.distance.subarray(0, found), (q) => 2 * radius * Math.sqrt(q));
        const worst = Math.max(...metres.map((d, k) => Math.abs(d - sorted[k])));
        // Chords of unit vectors in f64 are good to 1e-16 R = 1e-9 m; the sum of squares next to 0 costs half of the digits.
        if (found !== count || worst > 0.01 || new Set(search.index.subarray(0, found)).size !== found)
          test.fail(`point ${row}, ${count} nearest: ${metres.join()} for ${sorted.slice(0, count).join()}`);
      }
      const reach = 1_500_000;
      const found = search.within((reach / (2 * radius)) ** 2);
      const expected = sorted.filter((d) => d <= reach).length;
      const indices = new Set(search.index.subarray(0, found));
      if (found !== expected || indices.size !== found) test.fail(`point ${row}: ${found} points within, expected ${expected}`);
    }
    test.end();
  });
}

t.test('rows and a list of the same points give the same matrix', async (test) => {
  const grid = gridFromSpec('O16');
  const list = unstructuredGrid({ points: grid.points, coordinates: grid.coordinates() });
  const target = listOf(500, 5);
  for (const method of ['k-nearest', 'nearest-neighbour']) {
    const [a, b] = await Promise.all([grid, list].map((source) => prepareWeights(nodeContext(), source, target, { method })));
    test.same(differingRows(a, b, 1e-9), [], method);
  }
});

t.test('weightings are what their formulas say', async (test) => {
  const source = gridFromSpec('O16');
  const target = listOf(300, 7);
  const distancesOf = chords(source, target);
  const distance = 800_000;
  const formulas: readonly (readonly [WeightsOptions, (d: number) => number])[] = [
    [{ 'distance-weighting': 'inverse-distance-weighting' }, (d) => 1 / d],
    [{ 'distance-weighting': 'reciprocal' }, (d) => 1 / d ** 2],
    [{ 'distance-weighting': 'shepard', 'distance-weighting-shepard-power': 3.5 }, (d) => d ** -3.5],
    [{ 'distance-weighting': 'inverse-distance-weighting-squared' }, (d) => 1 / (1 + d ** 2)],
    [{ 'distance-weighting': 'gaussian', 'distance-weighting-gaussian-stddev': 300_000 }, (d) => Math.exp(-(d ** 2) / (2 * 300_000 ** 2))],
    [{ 'distance-weighting': 'no' }, () => 1],
    [
      { 'distance-weighting': 'cressman', distance, 'cressman-model-extension-power': 3 },
      (d) => (d < distance ? ((distance ** 2 - d ** 2) / (distance ** 2 + d ** 2)) ** 3 : 0),
    ],
    [
      { 'distance-weighting': 'climate-filter', distance, 'climate-filter-delta': 200_000 },
      // A raised cosine from 1 at 200 km to 0 at 600 km.
      (d) => (d < 200_000 ? 1 : d > 600_000 ? 0 : (1 + Math.cos((Math.PI * (d - 200_000)) / 400_000)) / 2),
    ],
  ];
  for (const [options, weightOf] of formulas) {
    const matrix = await kNearest(source, target, { nclosest: 6, ...options });
    checkMatrix(matrix);
    let worst = 0;
    for (let row = 0; row < target.points; row++) {
      const distances = distancesOf(row);
      const six = [...distances.keys()].sort((a, b) => distances[a] - distances[b]).slice(0, 6);
      const sum = six.reduce((total, p) => total + weightOf(distances[p]), 0);
      const { columns, weights } = rowOf(matrix, row);
      for (const p of six) {
        const k = columns.indexOf(p);
        worst = Math.max(worst, Math.abs((k < 0 ? 0 : weights[k]) - weightOf(distances[p]) / sum));
      }
    }
    // Weights below 1e-10 are dropped; chords near 1 m on a sphere of 6e6 m lose half of their digits in the oracle.
    test.ok(worst < 1e-7, `${options['distance-weighting']}: ${worst}`);
  }
});

t.test("MIR's cressman keeps its sign error on request only", async (test) => {
  const [source, target] = [gridFromSpec('O16'), listOf(50, 9)];
  const options = { 'distance-weighting': 'cressman', distance: 800_000 } as const;
  const [ours, theirs, even] = await Promise.all([
    kNearest(source, target, options),
    kNearest(source, target, { ...options, 'cressman-as-upstream': true }),
    kNearest(source, target, { ...options, 'cressman-model-extension-power': 2, 'cressman-as-upstream': true }),
  ]);
  test.ok(ours.column.length >= 50);
  test.equal(theirs.column.length, 0, 'odd power: every row is empty');
  test.same(differingRows(even, await kNearest(source, target, { ...options, 'cressman-model-extension-power': 2 }), 0), []);
});

t.test('a pseudo-Laplacian reproduces linear functions of space, with weights that may be negative', async (test) => {
  const source = gridFromSpec('O16');
  const target = listOf(200, 13);
  const matrix = await kNearest(source, target, { 'distance-weighting': 'pseudo-laplace', nclosest: 6 });
  test.equal(matrix.signed, true);
  checkMatrix(matrix);
  const [from, to] = [unitVectors(source), unitVectors(target)];
  let worst = 0;
  for (let row = 0; row < target.points; row++) {
    const { columns, weights } = rowOf(matrix, row);
    for (const axis of ['x', 'y', 'z'] as const) {
      worst = Math.max(worst, Math.abs(columns.reduce((sum, c, k) => sum + weights[k] * from[axis][c], 0) - to[axis][row]));
    }
  }
  test.ok(worst < 1e-9, `${worst}`);
});

t.test('picks: by number, by distance, by both, by either', async (test) => {
  const source = gridFromSpec('O16');
  const target = listOf(100, 17);
  const distancesOf = chords(source, target);
  const distance = 700_000;
  const counts = async (options: WeightsOptions): Promise<number[]> => {
    const matrix = await kNearest(source, target, { 'distance-weighting': 'no', distance, nclosest: 4, ...options });
    return Array.from({ length: matrix.rows }, (_, row) => matrix.rowStart[row + 1] - matrix.rowStart[row]);
  };
  const within = Array.from({ length: target.points }, (_, row) => distancesOf(row).filter((d) => d <= distance).length);
  test.ok(Math.min(...within) < 4 && Math.max(...within) > 4, 'the radius holds fewer and more than four points');
  test.same(
    await counts({ 'nearest-method': 'nclosest' }),
    within.map(() => 4),
  );
  test.same(await counts({ 'nearest-method': 'distance' }), within);
  test.same(
    await counts({ 'nearest-method': 'distance-and-nclosest' }),
    within.map((n) => Math.min(n, 4)),
  );
  test.same(
    await counts({ 'nearest-method': 'distance-or-nclosest' }),
    within.map((n) => Math.max(n, 4)),
  );
  test.same(
    await counts({ 'nearest-method': 'sample' }),
    within.map((n) => Math.min(n, 4)),
  );
  test.same(
    await counts({ 'nearest-method': 'sorted-sample' }),
    within.map((n) => Math.min(n, 4)),
  );
  test.same(
    await counts({ 'nearest-method': 'nearest-neighbour-with-lowest-index' }),
    within.map(() => 1),
  );
  // Rows of O16 are 5.5 degrees apart and points at most 5.6: no diagonal is longer than 5.6 sqrt(2) degrees, 880 km.
  const diagonal = await counts({ 'nearest-method': 'longest-element-diagonal-and-nclosest' });
  test.ok(diagonal.every((n) => n >= 3 && n <= 4));
});

t.test('nclosest-or-nearest takes all points of a tie', async (test) => {
  const source = gridFromSpec({ grid: [10, 10], reference: [5, 5] });
  const target = unstructuredGrid({ points: 2, coordinates: { lat: Float64Array.of(90, 41), lon: Float64Array.of(0, 7) } });
  const matrix = await kNearest(source, target, {
    'nearest-method': 'nclosest-or-nearest',
    'distance-weighting': 'no',
    'distance-tolerance': 10,
  });
  test.same(
    rowOf(matrix, 0).columns,
    Array.from({ length: 36 }, (_, k) => k),
    'at the pole, the whole first row',
  );
  test.equal(rowOf(matrix, 1).columns.length, 4);
});

t.test('a target on a source point takes that point alone where the weight tends to infinity', async (test) => {
  const source = gridFromSpec('O16');
  const { lat, lon } = source.coordinates();
  const target = unstructuredGrid({ points: source.points, coordinates: { lat, lon: lon.map((value) => value - 360) } });
  for (const weighting of ['inverse-distance-weighting', 'reciprocal', 'shepard'] as const) {
    const matrix = await kNearest(source, target, { 'distance-weighting': weighting });
    test.same([...matrix.column], [...Array(source.points).keys()], weighting);
  }
});

t.test('more neighbours than points are all points; options that contradict each other are refused', async (test) => {
  const source = unstructuredGrid({ points: 3, coordinates: { lat: Float64Array.of(0, 10, 20), lon: Float64Array.of(0, 10, 20) } });
  const matrix = await kNearest(source, listOf(4, 1), { nclosest: 8 });
  test.ok([0, 1, 2, 3].every((row) => rowOf(matrix, row).columns.length === 3));
  await test.rejects(kNearest(gridFromSpec('O16'), listOf(4, 1), { 'distance-weighting': 'climate-filter', distance: 500 }), {
    code: 'input.option',
    message: /climate-filter-delta 1000 is more than the distance 500/,
  });
  await test.rejects(kNearest(source, listOf(4, 1), { 'nearest-method': 'longest-element-diagonal-and-nclosest' }), {
    code: 'unsupported.grid',
    message: /distance-and-nclosest/,
  });
});
