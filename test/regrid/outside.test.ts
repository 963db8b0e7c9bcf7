// Target points that the source grid does not hold, and coordinates that are none.
import t from 'tap';
import { gridFromSpec, unstructuredGrid } from '../../src/atlas/index.js';
import { nodeContext } from '../../src/base/node.js';
import { checkMatrix, prepareWeights } from '../../src/regrid/index.js';
import { rowOf } from './reference-matrices.js';

const context = nodeContext();
const region = gridFromSpec({ grid: [2, 2], area: [60, -10, 20, 30] });
const list = (...points: readonly (readonly [lat: number, lon: number])[]) =>
  unstructuredGrid({
    points: points.length,
    coordinates: { lat: Float64Array.from(points, ([lat]) => lat), lon: Float64Array.from(points, ([, lon]) => lon) },
  });

for (const method of ['linear', 'nearest-neighbour']) {
  t.test(`${method}: points outside have no value, fail, or take the nearest source point`, async (test) => {
    // South-west of the first point of the last row (index 20 * 21), east of the last point of the first row (index 20), inside.
    const target = list([10, -30], [61, 44], [41, 1]);
    const missing = await prepareWeights(context, region, target, { method });
    test.same([...missing.rowStart.slice(0, 3)], [0, 0, 0]);
    const nearest = await prepareWeights(context, region, target, { method, outside: 'nearest' });
    checkMatrix(nearest);
    test.same(rowOf(nearest, 0), { columns: [20 * 21], weights: [1] });
    test.same(rowOf(nearest, 1), { columns: [20], weights: [1] });
    test.same(rowOf(nearest, 2), rowOf(missing, 2));
    await test.rejects(prepareWeights(context, region, target, { method, outside: 'failure' }), {
      code: 'input.area',
      message: /2 of 3 target points.*latitude 10, longitude -30.*missing-value.*nearest/,
    });
    await prepareWeights(context, region, list([41, 1]), { method, outside: 'failure' });
  });
}

t.test('coordinates that are not finite, and latitudes that are none, are refused by their point', async (test) => {
  for (const [lat, lon] of [
    [Number.NaN, 0],
    [0, Infinity],
    [90.1, 0],
  ] as const) {
    // A grid that a caller made: those of this package are checked when they are made.
    const grid = { ...list([41, 1], [0, 0]), coordinates: () => ({ lat: Float64Array.of(41, lat), lon: Float64Array.of(1, lon) }) };
    await test.rejects(prepareWeights(context, region, grid), {
      code: 'input.grid',
      message: new RegExp(`point 1.*latitude ${lat}, longitude ${lon}.*finite`),
    });
  }
});
