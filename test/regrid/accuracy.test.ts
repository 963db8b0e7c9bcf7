// Analytic properties of the methods: constants, order of convergence, the adjoint, and agreement where two methods must agree.
import t from 'tap';
import { type Grid, gridFromSpec, unstructuredGrid } from '../../src/atlas/index.js';
import { nodeContext } from '../../src/base/node.js';
import { checkMatrix, type Matrix, prepareWeights, type WeightsOptions } from '../../src/regrid/index.js';
import { seeded } from '../support/random.js';
import { differingRows, randomPoints, rowOf } from './reference-matrices.js';

const weightsOf = (source: Grid, target: Grid, options: WeightsOptions): Promise<Matrix> =>
  prepareWeights(nodeContext(), source, target, options);

function apply({ rows, rowStart, column, weight }: Matrix, x: Float64Array): Float64Array {
  const y = new Float64Array(rows);
  for (let row = 0; row < rows; row++) for (let e = rowStart[row]; e < rowStart[row + 1]; e++) y[row] += weight[e] * x[column[e]];
  return y;
}

/** A smooth field on the sphere: a polynomial of x, y, z of degree 4. */
function smooth(grid: Grid): Float64Array {
  const { lat, lon } = grid.coordinates();
  return lat.map((value, point) => {
    const [phi, lambda] = [(value * Math.PI) / 180, (lon[point] * Math.PI) / 180];
    const [x, y, z] = [Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)];
    return 1 + x * y + 2 * x * z ** 2 - 3 * y ** 2 * z ** 2 + z ** 3 + x ** 3 * y;
  });
}

const target = unstructuredGrid({ points: 3000, coordinates: randomPoints(3000, seeded(21)) });

/** Root mean square error of the smooth field, over targets closer to the equator than `reach`. */
async function errorOf(source: Grid, options: WeightsOptions, reach = 90): Promise<number> {
  const [got, expected] = [apply(await weightsOf(source, target, options), smooth(source)), smooth(target)];
  const { lat } = target.coordinates();
  const squares = Array.from(got, (value, k) => (value - expected[k]) ** 2).filter((_, k) => Math.abs(lat[k]) < reach);
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
}

const kinds: readonly (readonly [string, (n: number) => Grid])[] = [
  ['regular with poles', (n) => gridFromSpec({ grid: [90 / n, 90 / n] })],
  ['F', (n) => gridFromSpec(`F${n}`)],
  ['O', (n) => gridFromSpec(`O${n}`)],
  ['rotated', (n) => gridFromSpec({ grid: [90 / n, 90 / n], rotation: [-35, 15] })],
];

for (const method of ['linear', 'bilinear', 'structured-bilinear']) {
  t.test(`${method} is of order 2`, async (test) => {
    for (const [kind, gridOf] of kinds) {
      const [coarse, fine] = [await errorOf(gridOf(24), { method }), await errorOf(gridOf(48), { method })];
      const measured = Math.log2(coarse / fine);
      test.ok(measured > 1.75, `${kind}: order ${measured.toFixed(2)}, errors ${coarse.toExponential(1)}, ${fine.toExponential(1)}`);
    }
  });
}

t.test('structured-bicubic is of order 4 away from the poles, structured-biquasicubic nearly as good on one grid', async (test) => {
  for (const [kind, gridOf] of kinds) {
    // Rows of O grids next to a pole have 20 points at any resolution: what they add to the error is of order 2.
    const errors = async (method: string, n: number): Promise<number> => errorOf(gridOf(n), { method }, 60);
    const [coarse, fine] = [await errors('structured-bicubic', 24), await errors('structured-bicubic', 48)];
    const measured = Math.log2(coarse / fine);
    // The rows of an O grid have 20 + 4 j points: their number does not quite double.
    test.ok(
      measured > (kind === 'O' ? 3.5 : 3.8),
      `${kind}: order ${measured.toFixed(2)}, errors ${coarse.toExponential(1)}, ${fine.toExponential(1)}`,
    );
    // The linear outer rows have at most 2/16 of the weight, hence at most 1/8 of the error of linear ones (in one of two directions).
    const [quasi, linear] = [await errors('structured-biquasicubic', 48), await errors('structured-bilinear', 48)];
    test.ok(
      quasi < linear / 7 && quasi > fine,
      `${kind}: ${fine.toExponential(1)} < ${quasi.toExponential(1)} < ${linear.toExponential(1)}`,
    );
  }
});

t.test('linear from lists of points and from HEALPix is of order 2', async (test) => {
  const listOf = (points: number): Grid => unstructuredGrid({ points, coordinates: randomPoints(points, seeded(points)) });
  const [coarse, fine] = [await errorOf(listOf(4000), { method: 'linear' }), await errorOf(listOf(16_000), { method: 'linear' })];
  test.ok(Math.log2(coarse / fine) > 1.7, `${Math.log2(coarse / fine)}`);
  const [h8, h16] = [await errorOf(gridFromSpec('H8'), { method: 'linear' }), await errorOf(gridFromSpec('H16'), { method: 'linear' })];
  test.ok(Math.log2(h8 / h16) > 1.7, `${Math.log2(h8 / h16)}`);
});

t.test('every method keeps constants, everywhere it has a value, and the adjoint is the transpose', async (test) => {
  const random = seeded(23);
  for (const method of [
    'linear',
    'bilinear',
    'structured-bilinear',
    'structured-bicubic',
    'structured-biquasicubic',
    'k-nearest',
    'nearest-neighbour',
  ]) {
    for (const spec of ['O16', 'N16', 'H8', '7.5/5', 'Slat16', { grid: [5, 5], area: [60, -10, 20, 30] }, { grid: [90, 60] }] as const) {
      const source = gridFromSpec(spec);
      const matrix = await weightsOf(source, target, { method });
      checkMatrix(matrix);
      const { rows, rowStart, column, weight } = matrix;
      const x = Float64Array.from({ length: source.points }, () => random() - 0.5);
      const y = Float64Array.from({ length: rows }, () => random() - 0.5);
      const back = new Float64Array(source.points);
      for (let row = 0; row < rows; row++) for (let e = rowStart[row]; e < rowStart[row + 1]; e++) back[column[e]] += weight[e] * y[row];
      const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, k) => sum + value * b[k], 0);
      const [forward, adjoint] = [dot(apply(matrix, x), y), dot(x, back)];
      if (Math.abs(forward - adjoint) > 1e-11) test.fail(`${method}, ${JSON.stringify(spec)}: ${forward} and ${adjoint}`);
      const empty = Array.from({ length: rows }, (_, row) => rowStart[row] === rowStart[row + 1]).filter(Boolean).length;
      if (typeof spec === 'string') test.equal(empty, 0, `${method}, ${spec}: every point of the globe has a value`);
    }
  }
});

t.test('structured bilinear weights are the products of two linear ones', async (test) => {
  const source = gridFromSpec('2/3');
  const { lat, lon } = { lat: Float64Array.of(44.25, 44.25, -1), lon: Float64Array.of(10.5, 359, 0) };
  const matrix = await weightsOf(source, unstructuredGrid({ points: 3, coordinates: { lat, lon } }), { method: 'structured-bilinear' });
  // Rows 15 (45 N) and 16 (42 N) of 180 points: 3/4 of the way north; a quarter of the way from 10 E to 12 E.
  test.same(rowOf(matrix, 0), {
    columns: [15 * 180 + 5, 15 * 180 + 6, 16 * 180 + 5, 16 * 180 + 6],
    weights: [0.5625, 0.1875, 0.1875, 0.0625],
  });
  test.same(rowOf(matrix, 1).columns, [15 * 180, 15 * 180 + 179, 16 * 180, 16 * 180 + 179]);
  test.same(rowOf(matrix, 2).columns, [30 * 180, 31 * 180]);
});

t.test('bilinear equals linear where there are no quadrilaterals, and is exact on aligned cells', async (test) => {
  test.same(
    differingRows(
      await weightsOf(gridFromSpec('O32'), target, { method: 'bilinear' }),
      await weightsOf(gridFromSpec('O32'), target, { method: 'linear' }),
      0,
    ),
    [],
  );
  const source = gridFromSpec('5/5');
  const matrix = await weightsOf(source, target, { method: 'bilinear' });
  const four = Array.from({ length: matrix.rows }, (_, row) => rowOf(matrix, row).columns.length).filter((count) => count === 4).length;
  test.ok(four > 0.9 * matrix.rows, `${four} of ${matrix.rows} rows have four corners`);
  // At the middle of a cell's parallel sides' diagonal the first triangle is left: u + v = 1 there, and both formulas agree.
  const centre = unstructuredGrid({ points: 1, coordinates: { lat: Float64Array.of(2.5), lon: Float64Array.of(2.5) } });
  const { weights } = rowOf(await weightsOf(source, centre, { method: 'bilinear' }), 0);
  test.ok(
    weights.every((weight) => Math.abs(weight - 0.25) < 2e-3),
    weights.join(),
  );
});

t.test('cubic stencils of a region stay inside it, and are exact for cubic polynomials of a plane', async (test) => {
  const region = gridFromSpec({ grid: [2, 2], area: [60, -10, 20, 30] });
  const points = randomPoints(4000, seeded(29));
  const inside = [...points.lat.keys()].filter(
    (k) => points.lat[k] < 60 && points.lat[k] > 20 && points.lon[k] > -10 && points.lon[k] < 30,
  );
  const coordinates = { lat: Float64Array.from(inside, (k) => points.lat[k]), lon: Float64Array.from(inside, (k) => points.lon[k]) };
  const list = unstructuredGrid({ points: inside.length, coordinates });
  const matrix = await weightsOf(region, list, { method: 'structured-bicubic' });
  test.equal(matrix.signed, true);
  const polynomial = (lat: number, lon: number): number =>
    (lat / 30) ** 3 - (lat / 30) * (lon / 30) ** 2 + (lon / 30) ** 3 * (lat / 30) ** 3;
  const from = region.coordinates();
  const got = apply(
    matrix,
    from.lat.map((lat, k) => polynomial(lat, from.lon[k])),
  );
  const worst = Math.max(...got.map((value, k) => Math.abs(value - polynomial(coordinates.lat[k], coordinates.lon[k]))));
  test.ok(inside.length > 100 && worst < 1e-12, `${worst}`);
});

t.test('structured methods refuse lists of points, with what to use instead', async (test) => {
  const source = unstructuredGrid({ points: 500, coordinates: randomPoints(500, seeded(31)) });
  await test.rejects(weightsOf(source, target, { method: 'structured-bicubic' }), { code: 'unsupported.grid', message: /linear/ });
});
