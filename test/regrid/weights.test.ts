import t from 'tap';
import { gridFromSpec } from '../../src/atlas/index.js';
import type { Context } from '../../src/base/index.js';
import { nodeContext } from '../../src/base/node.js';
import { layoutOf } from '../../src/regrid/layout.js';
import {
  checkMatrix,
  identityMatrix,
  type Matrix,
  methodName,
  methods,
  prepareWeights,
  type Problem,
  readNpz,
  writeNpz,
} from '../../src/regrid/index.js';
import { concatenateRows } from '../../src/regrid/matrix.js';
import { permuteColumns, permuteRows } from '../../src/regrid/permute.js';
import { readWeights, writeWeights } from '../../src/regrid/weights-file.js';
import { rowsOnThreads } from '../../src/regrid/weights.js';
import { differingRows } from './reference-matrices.js';

const context = nodeContext();

function problem(from: string, to: string): Problem {
  return { source: layoutOf(gridFromSpec(from)), target: layoutOf(gridFromSpec(to)), shared: true, options: {} };
}

t.test('weights do not depend on the number of threads or on how rows are split', async (t) => {
  for (const name of ['linear', 'nearest-neighbour', 'grid-box-average']) {
    const method = await (methods.get(name) as () => ReturnType<NonNullable<ReturnType<typeof methods.get>>>)();
    const task = problem('O48', '2/2');
    const whole = method.rows(task, 0, task.target.points);
    const cuts = [0, 1, 179, 180, 1000, 9000, task.target.points];
    const split = concatenateRows(
      cuts.slice(1).map((end, k) => method.rows(task, cuts[k], end)),
      task.source.points,
    );
    t.same(differingRows(whole, split, 0), [], `${name}: split by hand`);
    for (const threads of [1, 2, 3]) {
      const blocks = await rowsOnThreads(context, name, task, threads);
      const matrix = concatenateRows(blocks, task.source.points, true);
      t.same(differingRows(whole, matrix, 0), [], `${name}: ${threads} threads`);
      t.ok(matrix.weight.buffer instanceof SharedArrayBuffer);
    }
  }
});

t.test('equal grids give the identity, by any names', async (t) => {
  const matrix = await prepareWeights(context, gridFromSpec('O16'), gridFromSpec({ grid: 'o16' }), { method: 'linear' });
  t.same(differingRows(matrix, identityMatrix(gridFromSpec('O16').points), 0), []);
});

t.test('MIR names and short names of methods are known, others are refused with the names that are', async (t) => {
  t.equal(methodName('nn'), 'nearest-neighbour');
  t.equal(methodName('nearest'), 'nearest-neighbour');
  t.equal(methodName('gba'), 'grid-box-average');
  t.throws(() => methodName('liner'), {
    code: 'input.option',
    message: /linear, nearest-neighbour, .*did you mean 'linear'/,
  });
  t.throws(() => methodName('nearest-lsm'), { code: 'unsupported.method', message: /linear, nearest-neighbour, / });
});

t.test("a method that a caller adds is used, on the caller's thread", async (t) => {
  const asked: number[][] = [];
  methods.set('first-point', async () => ({
    name: 'first-point',
    rows(_, start, end) {
      asked.push([start, end]);
      return {
        rows: end - start,
        columns: 1,
        rowStart: new Uint32Array(end - start + 1),
        column: new Uint32Array(0),
        weight: new Float64Array(0),
      };
    },
  }));
  t.teardown(() => methods.delete('first-point'));
  await prepareWeights(context, gridFromSpec('O16'), gridFromSpec('10/10'), { method: 'first-point' });
  t.same(asked, [[0, 684]]);
});

t.test('a cancelled call ends with fault.cancelled', async (t) => {
  const before = { ...context, signal: AbortSignal.abort() };
  await t.rejects(prepareWeights(before, gridFromSpec('O16'), gridFromSpec('10/10')), { code: 'fault.cancelled' });
  const controller = new AbortController();
  const during: Context = { ...context, signal: controller.signal };
  const running = rowsOnThreads(during, 'linear', problem('O48', '1/1'), 2);
  controller.abort();
  await t.rejects(running, { code: 'fault.cancelled' });
});

t.test('a worker that dies or is asked for nonsense rejects the call', async (t) => {
  await t.rejects(rowsOnThreads(context, 'no-such-method', problem('O16', '10/10'), 1), { code: 'fault.internal' });
  const dying: Context = {
    ...context,
    workers: { threads: 1, start: () => context.workers.start(new URL('data:text/javascript,throw new Error("dead")')) },
  };
  await t.rejects(rowsOnThreads(dying, 'linear', problem('O16', '10/10'), 1), { code: 'fault.internal' });
});

t.test('progress of threads ends at the number of rows', async (t) => {
  const events: number[] = [];
  const listening: Context = { ...context, progress: (event) => void events.push(event.done) };
  await rowsOnThreads(listening, 'nearest-neighbour', problem('O16', '5/5'), 2);
  t.equal(events.at(-1), 37 * 72);
  t.same(
    events,
    [...events].sort((a, b) => a - b),
  );
});

t.test('checkMatrix refuses what is not an interpolation matrix', (t) => {
  const good = (): Matrix => ({
    rows: 2,
    columns: 3,
    rowStart: Uint32Array.of(0, 2, 2),
    column: Uint32Array.of(0, 2),
    weight: Float64Array.of(0.25, 0.75),
  });
  checkMatrix(good());
  const bad: readonly Matrix[] = [
    { ...good(), rowStart: Uint32Array.of(0, 2) },
    { ...good(), rowStart: Uint32Array.of(0, 2, 1) },
    { ...good(), column: Uint32Array.of(2, 0) },
    { ...good(), column: Uint32Array.of(0, 0) },
    { ...good(), column: Uint32Array.of(0, 3) },
    { ...good(), weight: Float64Array.of(0.25, 0.5) },
    { ...good(), weight: Float64Array.of(-0.25, 1.25) },
    { ...good(), weight: Float64Array.of(Number.NaN, 1) },
  ];
  for (const matrix of bad) t.throws(() => checkMatrix(matrix, 'w.npz'), { code: 'data.format', where: { file: 'w.npz' } });
  t.end();
});

t.test('a matrix that promises less may hold what others may not', async (test) => {
  const rows = { rows: 1, columns: 3, rowStart: Uint32Array.of(0, 2), column: Uint32Array.of(0, 2) };
  const overshooting: Matrix = { ...rows, weight: Float64Array.of(-0.25, 1.25), signed: true };
  const covered: Matrix = { ...rows, weight: Float64Array.of(0.25, 0.25), anySum: true };
  checkMatrix(overshooting);
  checkMatrix(covered);
  test.throws(() => checkMatrix({ ...overshooting, weight: Float64Array.of(-0.25, 1) }), { code: 'data.format', message: /sums to 0.75/ });
  test.throws(() => checkMatrix({ ...covered, weight: Float64Array.of(-0.25, 1) }), { code: 'data.format', message: /-0.25/ });
  for (const matrix of [overshooting, covered]) {
    const { signed, anySum } = matrix;
    test.match(readNpz(writeNpz(matrix)), { signed, anySum, weight: matrix.weight });
    test.match(readWeights(writeWeights(matrix) as Uint8Array<ArrayBuffer>, 'a'), { signed, anySum, weight: matrix.weight });
    test.match(concatenateRows([identityMatrix(3), matrix], 3), { signed, anySum });
  }
});

t.test('rows and columns of a matrix can be brought to another order', async (test) => {
  const matrix: Matrix = {
    rows: 3,
    columns: 3,
    rowStart: Uint32Array.of(0, 2, 2, 3),
    column: Uint32Array.of(0, 1, 2),
    weight: Float64Array.of(0.25, 0.75, 1),
  };
  const columns = permuteColumns(matrix, Uint32Array.of(2, 0, 1));
  test.same(
    [[...columns.column], [...columns.weight]],
    [
      [0, 2, 1],
      [0.75, 0.25, 1],
    ],
  );
  const rows = permuteRows(matrix, Uint32Array.of(2, 0, 1));
  test.same(
    [[...rows.rowStart], [...rows.column], [...rows.weight]],
    [
      [0, 0, 1, 3],
      [2, 0, 1],
      [1, 0.25, 0.75],
    ],
  );
});
