import t from 'tap';
import { type Grid, gaussianWeights, gridFromSpec } from '../../src/atlas/index.js';
import { nodeContext } from '../../src/base/node.js';
import { checkMatrix, type Matrix, prepareWeights } from '../../src/regrid/index.js';
import { differingRows, matrixPairs, referenceAbsent, rowOf } from './reference-matrices.js';

const average = (source: Grid, target: Grid): Promise<Matrix> =>
  prepareWeights(nodeContext(), source, target, { method: 'grid-box-average' });

t.test('the published grid-box-average matrices are reproduced row by row', { skip: referenceAbsent }, async (t) => {
  const pairs = await matrixPairs('grid-box-average', { 'healpix-half-box': true });
  t.same(pairs.map((pair) => pair.name).sort(), ['5,5', 'H4 nested', 'H4 ring', 'N32', 'O32']);
  for (const { name, expected, ours } of pairs) t.same(differingRows(expected, ours, 1e-12), [], name);
});

t.test('boxes of HEALPix rows lie around their points, unless upstream is to be reproduced', async (t) => {
  const [source, target] = [gridFromSpec('H8'), gridFromSpec('H8n')];
  const { lat, lon } = source.coordinates();
  // On its own points, given as another grid of rows: every point takes its own box, so constants and the field itself are kept.
  const matrix = await average(source, target);
  t.equal(matrix.column.length, source.points, 'nested and ring order: the same boxes');
  const coarse = await average(source, gridFromSpec('S8'));
  const upstream = await prepareWeights(nodeContext(), source, gridFromSpec('S8'), {
    method: 'grid-box-average',
    'healpix-half-box': true,
  });
  checkMatrix(coarse);
  const eastward = (result: Matrix): number => {
    const centres = gridFromSpec('S8').coordinates();
    let sum = 0;
    for (let row = 0; row < result.rows; row++) {
      const { columns, weights } = rowOf(result, row);
      columns.forEach(
        (c, k) => (sum += weights[k] * Math.sin(((lon[c] - centres.lon[row]) * Math.PI) / 180) * Math.cos((lat[c] * Math.PI) / 180)),
      );
    }
    return sum / result.rows;
  };
  // The mean offset of sources from their target is 0 by symmetry; upstream's boxes of shifted rows take points from too far west.
  t.ok(Math.abs(eastward(coarse)) < 1e-12, `${eastward(coarse)}`);
  t.ok(eastward(upstream) < -0.01, `${eastward(upstream)}`);
});

/** Box areas as shares of the sphere, from first principles: half the quadrature weight, or half the difference of sines, over the row's points. */
function boxAreas(grid: Grid): Float64Array {
  const { lats, counts } = grid.rows as { lats: Float64Array; counts: Int32Array };
  const sine = (degrees: number): number => Math.sin((degrees * Math.PI) / 180);
  const band = (row: number): number => {
    if (grid.gaussianNumber !== undefined) return gaussianWeights(grid.gaussianNumber)[row] / 2;
    const north = row === 0 ? 1 : sine((lats[row - 1] + lats[row]) / 2);
    const south = row === lats.length - 1 ? -1 : sine((lats[row] + lats[row + 1]) / 2);
    return (north - south) / 2;
  };
  return Float64Array.from(Array.from(counts.keys()).flatMap((row) => new Array<number>(counts[row]).fill(band(row) / counts[row])));
}

t.test('the integral over the globe is conserved: what a source point gives adds up to its own area', async (t) => {
  for (const [from, to] of [
    ['O32', '10/10'],
    ['N32', 'O16'],
    ['2.5/2.5', 'F16'],
    ['10/10', 'O32'],
    ['7.5/3', '5/4'],
  ] as const) {
    const source = gridFromSpec(from);
    const target = gridFromSpec(to);
    const matrix = await average(source, target);
    checkMatrix(matrix);
    const given = new Float64Array(source.points);
    const targetAreas = boxAreas(target);
    for (let row = 0; row < matrix.rows; row++) {
      const { columns, weights } = rowOf(matrix, row);
      columns.forEach((column, k) => (given[column] += weights[k] * targetAreas[row]));
    }
    const worst = boxAreas(source).reduce((most, area, point) => Math.max(most, Math.abs(given[point] / area - 1)), 0);
    // Pruned entries are below 1e-10 of a target box, which may be a few hundred source boxes.
    t.ok(worst < 1e-9, `${from} to ${to}: largest relative error ${worst}`);
  }
});

t.test('weights follow from areas by hand: 1 degree boxes in a 2 degree box', async (t) => {
  const source = gridFromSpec('1/1');
  const target = gridFromSpec('2/2');
  const matrix = await average(source, target);
  // Box of (0 N, 0 E) is 1 S to 1 N, 1 W to 1 E. In longitude it holds half of 359, all of 0, half of 1; the same in latitude.
  const sine = Math.sin((0.5 * Math.PI) / 180);
  const whole = Math.sin(Math.PI / 180);
  const heights = [(whole - sine) / (2 * whole), (2 * sine) / (2 * whole), (whole - sine) / (2 * whole)];
  const { columns, weights } = rowOf(matrix, 45 * 180);
  t.same(
    columns,
    [89, 90, 91].flatMap((row) => [row * 360, row * 360 + 1, row * 360 + 359]),
  );
  const expected = heights.flatMap((height) => [height / 2, height / 4, height / 4]);
  t.ok(
    weights.every((weight, k) => Math.abs(weight - expected[k]) < 1e-14),
    weights.join(' '),
  );
});

t.test('a target box that the source does not cover gets an empty row', async (t) => {
  const source = gridFromSpec({ grid: [1, 1], area: [60, 0, 20, 30] });
  const target = gridFromSpec('10/10');
  const matrix = await average(source, target);
  checkMatrix(matrix);
  const { lat, lon } = target.coordinates();
  // Boxes reach 5 degrees beyond their points; the source's end at its outermost points.
  const covered = Array.from(lat.keys()).filter((row) => matrix.rowStart[row + 1] > matrix.rowStart[row]);
  t.same(
    covered,
    Array.from(lat.keys()).filter((row) => lat[row] <= 50 && lat[row] >= 30 && lon[row] >= 10 && lon[row] <= 20),
  );
});

t.test('from a global grid to an open one all boxes are covered, across the date line too', async (t) => {
  const matrix = await average(gridFromSpec('O32'), gridFromSpec({ grid: [2, 2], area: [30, 170, -30, 190] }));
  checkMatrix(matrix);
  for (let row = 0; row < matrix.rows; row++) {
    if (matrix.rowStart[row + 1] === matrix.rowStart[row]) t.fail(`row ${row} is empty`);
  }
  t.equal(matrix.rows, 31 * 11);
});

t.test('grids without boxes are refused', async (t) => {
  await t.rejects(average(gridFromSpec('O16'), gridFromSpec({ grid: [5, 5], rotation: [-40, 10] })), { code: 'unsupported.grid' });
});
