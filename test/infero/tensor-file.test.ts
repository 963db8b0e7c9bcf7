// Tensor files: numpy's in both orders, upstream's text form, and damaged ones.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { isDteError, npyFile } from '../../src/base/index.js';
import { inRows, readTensor, tensorFormatOf, writeTensor } from '../../src/infero/index.js';
import { pythonWith } from '../support/python.js';

const python = pythonWith(['numpy']);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

t.test('the text form of upstream: layout, rank, extents, values, between commas or blanks', async (test) => {
  const expected = { shape: [2, 3], layout: 'row-major', values: Float32Array.of(1, 2, 3, 4, 5, 6) };
  test.same(readTensor(bytes('0,2,2,3,1,2,3,4,5,6,'), 'x.csv'), expected);
  test.same(readTensor(bytes('0 2 2 3 1 2 3\n4 5 6e0\n'), 'x.csv'), expected);
  const columns = readTensor(bytes('1,2,2,3,1,4,2,5,3,6,'), 'x.csv');
  test.equal(columns.layout, 'column-major');
  test.same([...inRows(columns)], [1, 2, 3, 4, 5, 6], 'the same matrix, its columns one after the other');
  test.same([...readTensor(bytes('0,1,3,nan,-inf,inf'), 'x.csv').values], [Number.NaN, -Infinity, Infinity]);
});

t.test('what is written is read again, every bit', async (test) => {
  const values = Float32Array.of(0.1, -0, 1e-45, 3.4028234663852886e38, 1 / 3, 2 ** 24 + 2);
  for (const format of ['npy', 'csv'] as const) {
    const back = readTensor(writeTensor({ values, shape: [2, 3], layout: 'row-major' }, 'f32', format), `x.${format}`);
    test.same(back.shape, [2, 3]);
    test.ok(format === 'csv' || Object.is(back.values[1], -0));
    test.same([...back.values].map(Number), [...values]);
  }
  const columns = { values: Float32Array.of(1, 4, 2, 5, 3, 6), shape: [2, 3], layout: 'column-major' } as const;
  test.same([...readTensor(writeTensor(columns, 'f32', 'npy'), 'x.npy').values], [1, 2, 3, 4, 5, 6], 'written in rows');
});

t.test('numpy reads what is written, and writes what is read', { skip: python.absent }, async (test) => {
  const folder = mkdtempSync(join(tmpdir(), 'dte-tensor-'));
  test.teardown(() => rmSync(folder, { recursive: true }));
  const values = BigInt64Array.of(-1n, 2n ** 40n, 3n, 4n);
  writeFileSync(join(folder, 'in.npy'), writeTensor({ values, shape: [2, 1, 2], layout: 'row-major' }, 'i64', 'npy'));
  const script = `
import os, sys
import numpy as n
os.chdir(sys.argv[1])
a = n.load('in.npy'); assert a.shape == (2, 1, 2) and a.dtype == n.int64, a
n.save('fortran.npy', n.asfortranarray(n.arange(24, dtype=n.float32).reshape(2, 3, 4)))
n.save('bool.npy', n.array([True, False]))
print(a.ravel().tolist())`;
  const printed = python.run(script, '', folder);
  test.equal(printed.trim(), '[-1, 1099511627776, 3, 4]');
  const fortran = readTensor(readFileSync(join(folder, 'fortran.npy')), 'fortran.npy');
  test.equal(fortran.layout, 'column-major');
  test.same(
    [...inRows(fortran)],
    Array.from({ length: 24 }, (_, index) => index),
  );
  test.same([...readTensor(readFileSync(join(folder, 'bool.npy')), 'bool.npy').values], [1, 0]);
});

t.test('damaged files are refused with what is wrong', async (test) => {
  const damaged: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ['a.csv', bytes('0,2,2,3,1,2,3'), /3 values for the shape 2 x 3, which has 6 \(a\.csv\)/],
    ['a.csv', bytes('2,1,126'), /layout \(0 row-major, 1 column-major\) is '2'/],
    ['a.csv', bytes(''), /layout .* is ''/],
    ['a.csv', bytes('0,1,2,1,x'), /value 2 is 'x', which is no number/],
    ['a.npy', bytes('0,1,2'), /no NUMPY magic/],
    ['a.npy', npyFile('<c8', [1], new Uint8Array(8)), /element type <c8; accepted are <f4/],
    ['a.npy', npyFile('<f4', [3], new Uint8Array(8)), /3 elements need 12 octets and 8 are there/],
  ];
  for (const [file, content, message] of damaged) {
    const error = await (async () => readTensor(content, file))().catch((thrown: unknown) => thrown);
    test.ok(isDteError(error, 'data.format'), String(error));
    test.match((error as Error).message, message);
  }
  test.throws(() => tensorFormatOf('x.txt'), /'x.txt' has no ending of a tensor file; endings are npy, csv/);
});
