// Statistics of source points, binning, the algebra of matrices, chains of missing-value treatments.
import t from 'tap';
import { type Field, type Grid, gridFromSpec, layerOf, releaseField } from '../../src/atlas/index.js';
import { nodeContext } from '../../src/base/node.js';
import { missingValue, type Pass } from '../../src/compute/index.js';
import {
  checkMatrix,
  type Matrix,
  missingPlan,
  multiplyMatrices,
  prepareMatrixRegrid,
  prepareRegrid,
  prepareWeights,
  type Regridder,
  type RegridOptions,
  statisticNames,
  transposeMatrix,
  type WeightsOptions,
} from '../../src/regrid/index.js';
import type { Reals } from '../support/decoded.js';
import { cpuEngine } from '../support/engines.js';
import { seeded } from '../support/random.js';
import { differingRows, rowOf, unitVectors } from './reference-matrices.js';

const engine = await cpuEngine({ precision: 'f64', threads: 2 });
t.teardown(() => engine.close());

const weightsOf = (source: Grid, target: Grid, options: WeightsOptions): Promise<Matrix> =>
  prepareWeights(nodeContext(), source, target, options);

function fieldOn(pass: Pass, grid: Grid, values: Float64Array, mayBeMissing: boolean): Field<number> {
  return {
    grid,
    layers: [0],
    tiles: [{ values: pass.upload('f32', values), lanes: 1, firstLayer: 0 }],
    mayBeMissing,
  } as unknown as Field<number>;
}

async function applied(regridder: Regridder, values: Float64Array, mayBeMissing = true): Promise<Reals> {
  const field = await engine.run((pass) => regridder.apply(pass, fieldOn(pass, regridder.source, values, mayBeMissing)));
  const tiles = (await engine.read(...field.tiles.map((tile) => tile.values))) as Reals[];
  const layer = layerOf(field, tiles, 0);
  releaseField(field);
  regridder.release();
  return layer;
}

t.test('statistics of boxes are those of the points in them', async (test) => {
  const [source, target] = [gridFromSpec('O16'), gridFromSpec('15/15')];
  const matrix = await weightsOf(source, target, { method: 'grid-box-statistics' });
  checkMatrix(matrix);
  const [from, to] = [source.coordinates(), target.coordinates()];
  const inside = (row: number, point: number): boolean => {
    const east = (((from.lon[point] - to.lon[row]) % 360) + 540) % 360;
    return Math.abs(from.lat[point] - to.lat[row]) <= 7.5 && Math.abs(east - 180) <= 7.5;
  };
  const values = Float64Array.from(from.lat, (lat, point) => Math.round(100 * Math.sin(lat + 2 * from.lon[point])));
  const oracle: Readonly<Record<string, (x: readonly number[]) => number>> = {
    maximum: (x) => Math.max(...x),
    minimum: (x) => Math.min(...x),
    sum: (x) => x.reduce((a, b) => a + b, 0),
    mean: (x) => x.reduce((a, b) => a + b, 0) / x.length,
    count: (x) => x.length,
    variance: (x) => (x.length < 2 ? 0 : x.reduce((s, v) => s + (v - oracle['mean']!(x)) ** 2, 0) / (x.length - 1)),
    stddev: (x) => Math.sqrt(oracle['variance']!(x)),
  };
  for (const statistic of statisticNames) {
    const got = await applied(
      await prepareRegrid(engine, source, target, { method: 'grid-box-statistics', 'interpolation-statistics': statistic }),
      values,
    );
    let worst = 0;
    for (let row = 0; row < target.points; row++) {
      const points = [...values.keys()].filter((point) => inside(row, point));
      const expected = points.length === 0 ? missingValue : oracle[statistic]!(points.map((point) => values[point]));
      worst = Math.max(worst, Math.abs(got[row] - expected) / Math.max(Math.abs(expected), 1));
    }
    test.ok(worst < 1e-9, `${statistic}: ${worst}`);
  }
});

t.test('voronoi statistics take every source point once, and leave no target without', async (test) => {
  for (const [from, to] of [
    ['O16', '20/20'],
    ['20/20', 'O16'],
    ['H4n', 'O8'],
  ] as const) {
    const [source, target] = [gridFromSpec(from), gridFromSpec(to)];
    const matrix = await weightsOf(source, target, { method: 'voronoi-statistics' });
    checkMatrix(matrix);
    test.ok(
      matrix.rowStart.every((start, row) => row === 0 || start > matrix.rowStart[row - 1]),
      `${from} to ${to}: no row is empty`,
    );
    test.equal(new Set(matrix.column).size, source.points, 'every source point takes part');
    const [a, b] = [unitVectors(source), unitVectors(target)];
    const squared = (row: number, point: number): number =>
      (a.x[point] - b.x[row]) ** 2 + (a.y[point] - b.y[row]) ** 2 + (a.z[point] - b.z[row]) ** 2;
    for (let row = 0; row < target.points; row += 7) {
      for (const point of rowOf(matrix, row).columns) {
        const toTarget = Math.min(...Array.from({ length: target.points }, (_, other) => squared(other, point)));
        const toSource = Math.min(...Array.from({ length: source.points }, (_, other) => squared(row, other)));
        if (squared(row, point) > Math.max(toTarget, toSource) + 1e-9) test.fail(`${point} of ${row}`);
      }
    }
  }
});

t.test('k-nearest statistics skip missing values, and count what is left', async (test) => {
  const [source, target] = [gridFromSpec('10/10'), gridFromSpec({ grid: [10, 10], reference: [5, 5] })];
  const { lat } = source.coordinates();
  const values = lat.map((value) => (value > 0 ? missingValue : value));
  const options = { method: 'k-nearest-statistics', 'nearest-method': 'nclosest' } as const;
  const counts = await applied(await prepareRegrid(engine, source, target, { ...options, 'interpolation-statistics': 'count' }), values);
  const most = await applied(await prepareRegrid(engine, source, target, { ...options, 'interpolation-statistics': 'maximum' }), values);
  const { lat: targetLat } = target.coordinates();
  for (const row of [0, 36 * 8, 36 * 9, 36 * 17]) {
    const expected = targetLat[row] > 10 ? 0 : targetLat[row] > 0 ? 2 : 4;
    if (Math.abs(targetLat[row]) < 80) test.equal(counts[row], expected, `${targetLat[row]} N`);
  }
  test.equal(most[36 * 8], 0, 'next to the equator, of 10 N (missing) and 0');
  test.equal(most[0], missingValue);
});

t.test('binning shares every source point out, keeps constants, and undoes nothing on equal points', async (test) => {
  const [source, target] = [gridFromSpec('O32'), gridFromSpec('10/10')];
  const matrix = await weightsOf(source, target, { method: 'binning' });
  checkMatrix(matrix);
  test.equal(matrix.rows, target.points);
  test.equal(new Set(matrix.column).size, source.points, 'no source point is lost');
  const back = transposeMatrix(await weightsOf(target, source, { method: 'linear' }));
  for (const row of [40, 200, 350]) {
    const [a, b] = [rowOf(matrix, row), rowOf(back, row)];
    const sum = b.weights.reduce((total, weight) => total + weight, 0);
    test.same(a.columns, b.columns);
    test.ok(a.weights.every((weight, k) => Math.abs(weight - b.weights[k] / sum) < 1e-14));
  }
});

t.test('the transpose of the transpose is the matrix, and a product is one regridding after the other', async (test) => {
  const [a, b, c] = [gridFromSpec('O16'), gridFromSpec('7.5/7.5'), gridFromSpec('F8')];
  const [first, second] = [await weightsOf(a, b, { method: 'linear' }), await weightsOf(b, c, { method: 'structured-bicubic' })];
  test.same(differingRows(transposeMatrix(transposeMatrix(first)), first, 0), []);
  const product = multiplyMatrices(second, first);
  test.equal(product.signed, true);
  checkMatrix(product);
  const random = seeded(41);
  const values = Float64Array.from({ length: a.points }, () => random() - 0.5);
  const once = await applied(await prepareMatrixRegrid(engine, product, { source: a, target: c }), values, false);
  const middle = await applied(await prepareMatrixRegrid(engine, first, { source: a, target: b }), values, false);
  const twice = await applied(await prepareMatrixRegrid(engine, second, { source: b, target: c }), Float64Array.from(middle), false);
  test.ok(once.every((value: number, k: number) => Math.abs(value - twice[k]) < 1e-13));
  await test.rejects(prepareMatrixRegrid(engine, product, { source: a, target: b }), {
    code: 'input.field',
    message: /matrix of \d+ x \d+/,
  });
});

t.test('treatments of missing values in a row: the strictest decides', async (test) => {
  const names = (text: string): readonly [string, boolean] => [missingPlan(text).strategy.name, missingPlan(text).simulated];
  test.same(names('missing-if-all-missing/missing-if-any-missing'), ['missing-if-any-missing', false]);
  test.same(names('missing-if-all-missing/missing-if-heaviest-missing'), ['missing-if-heaviest-missing', false]);
  test.same(names('simulated-missing-value'), ['missing-if-heaviest-missing', true]);
  test.same(names('simulated-missing-value/missing-if-all-missing'), ['missing-if-all-missing', true]);
  test.same(names('heaviest'), ['heaviest', false]);
  test.throws(() => missingPlan('heaviest/missing-if-any-missing'), { code: 'input.option', message: /contradicts itself/ });
  test.throws(() => missingPlan('simulated-missing-valu'), { code: 'input.option', message: /did you mean 'simulated-missing-value'/ });
});

t.test('a value that stands for missing ones is one, within its epsilon', async (test) => {
  const [source, target] = [gridFromSpec('5/5'), gridFromSpec('10/10')];
  const values = Float64Array.from({ length: source.points }, (_, point) => (point % 3 === 0 ? 9999.4 : 1));
  const regrid = async (options: RegridOptions): Promise<Reals> =>
    applied(await prepareRegrid(engine, source, target, { method: 'nn', ...options }), values, false);
  const marked = await regrid({
    missing: 'simulated-missing-value',
    'simulated-missing-value': 9999,
    'simulated-missing-value-epsilon': 0.5,
  });
  test.ok(marked.every((value: number) => value === missingValue || value === 1));
  test.ok(marked.some((value: number) => value === missingValue));
  const exact = await regrid({ missing: 'simulated-missing-value' });
  test.notOk(
    exact.some((value: number) => value === missingValue),
    '9999.4 is not 9999',
  );
  await test.rejects(regrid({ 'simulated-missing-value-epsilon': -1 }), { code: 'input.option', message: /epsilon of 0 or more/ });
});
