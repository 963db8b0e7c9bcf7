import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { zipSync } from 'fflate';
import { gridFromSpec } from '../../src/atlas/index.js';
import { nodeContext } from '../../src/base/node.js';
import { type MatrixPromise, prepareWeights, readNpz, writeNpz } from '../../src/regrid/index.js';
import { differingRows } from './reference-matrices.js';

const python = process.env['DTE_PYTHON'] ?? '/usr/bin/python3';
const scipyAbsent =
  spawnSync(python, ['-c', 'import scipy.sparse']).status !== 0 && process.env['DTE_PEERS'] !== 'required'
    ? 'skipped: no python3 with scipy'
    : false;

const matrix = await prepareWeights(nodeContext(), gridFromSpec('O16'), gridFromSpec({ grid: [5, 5] }), { method: 'linear' });

t.test('a matrix comes back from npz as it was, stored or deflated', (t) => {
  const stored = writeNpz(matrix);
  const deflated = writeNpz(matrix, { compressed: true });
  t.ok(deflated.length < stored.length);
  t.same(differingRows(matrix, readNpz(stored), 0), []);
  t.same(differingRows(matrix, readNpz(deflated), 0), []);
  t.same(writeNpz(matrix), stored, 'the same matrix gives the same bytes');
  t.end();
});

t.test('scipy reads what is written, and what scipy writes is read', { skip: scipyAbsent }, (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'npz-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const [ours, theirs] = [join(directory, 'ours.npz'), join(directory, 'theirs.npz')];
  writeFileSync(ours, writeNpz(matrix));
  const script = [
    'import json, sys, numpy as np, scipy.sparse as sp',
    'w = sp.load_npz(sys.argv[1])',
    'x = np.arange(w.shape[1], dtype="f8")',
    'c = w.tocoo(); c = sp.csr_matrix((c.data[::-1], (c.row[::-1], c.col[::-1])), shape=w.shape)',
    'sp.save_npz(sys.argv[2], c)',
    'print(json.dumps([w.format, w.shape, w.nnz, str(w.dtype), w.has_canonical_format, (w @ x).tolist()]))',
  ].join('\n');
  const [format, shape, entries, type, canonical, product] = JSON.parse(
    execFileSync(python, ['-c', script, ours, theirs], { encoding: 'utf8' }),
  ) as [string, number[], number, string, boolean, number[]];
  t.same([format, shape, entries, type, canonical], ['csr', [matrix.rows, matrix.columns], matrix.column.length, 'float64', true]);
  let worst = 0;
  for (let row = 0; row < matrix.rows; row++) {
    let sum = 0;
    for (let entry = matrix.rowStart[row]; entry < matrix.rowStart[row + 1]; entry++) sum += matrix.weight[entry] * matrix.column[entry];
    worst = Math.max(worst, Math.abs(sum - product[row]));
  }
  t.ok(worst < 1e-9, `the product with 0, 1, 2, ... differs by ${worst}`);
  t.same(differingRows(matrix, readNpz(readFileSync(theirs)), 0), []);
  t.end();
});

t.test('weights of any sign and sum are taken where that is asked for, and the matrix says so', (t) => {
  const any = { anyWeights: true };
  const read = (change: (weight: number) => number): MatrixPromise =>
    readNpz(writeNpz({ ...matrix, weight: matrix.weight.map(change) }), 'w.npz', any);
  const promise = ({ signed, anySum }: MatrixPromise): readonly unknown[] => [signed, anySum];
  t.same(promise(read((weight) => weight)), [undefined, undefined]);
  t.same(promise(read((weight) => weight / 2)), [undefined, true]);
  t.same(promise(read((weight) => -weight)), [true, true]);
  t.throws(() => read(() => Number.NaN), { code: 'data.format', message: /row 0 has the weight NaN/ });
  t.end();
});

t.test('damaged and foreign files are refused with data.format', (t) => {
  const bytes = writeNpz(matrix);
  t.throws(() => readNpz(bytes.subarray(0, bytes.length - 40), 'w.npz'), { code: 'data.format', where: { file: 'w.npz' } });
  t.throws(() => readNpz(new Uint8Array(0)), { code: 'data.format' });
  t.throws(() => readNpz(zipSync({ 'data.npy': new Uint8Array(10) })), { code: 'data.format', message: /format/ });
  const other = writeNpz({ ...matrix, weight: matrix.weight.map((weight) => weight * 2) });
  t.throws(() => readNpz(other), { code: 'data.format', message: /row 0/ });
  const far = writeNpz({ ...matrix, rowStart: matrix.rowStart.map((start, row) => (row === 1 ? 2e9 : start)) });
  t.throws(() => readNpz(far), { code: 'data.format', message: /row 0 ends outside/ });
  t.end();
});
