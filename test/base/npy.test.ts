import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { npyFile, readNpy, writeNpy } from '../../src/base/index.js';

const python = process.env['DTE_PYTHON'] ?? '/usr/bin/python3';
const numpyAbsent =
  spawnSync(python, ['-c', 'import numpy']).status !== 0 && process.env['DTE_PEERS'] !== 'required'
    ? 'skipped: no python3 with numpy'
    : false;

const arrays = [
  { type: 'f64', values: Float64Array.of(1, -0.1, Number.NaN, 1e300, 0, 6), shape: [2, 3] },
  { type: 'f32', values: Float32Array.of(1.5, -2.25), shape: [2] },
  { type: 'i32', values: Int32Array.of(-(2 ** 31), 7, 2 ** 31 - 1), shape: [3, 1] },
  { type: 'i64', values: BigInt64Array.of(-(2n ** 63n), 5n), shape: [2] },
  { type: 'f64', values: Float64Array.of(42), shape: [] },
  { type: 'f64', values: new Float64Array(0), shape: [0, 2] },
] as const;

t.test('arrays of every type come back as they were', (t) => {
  for (const { type, values, shape } of arrays) {
    const bytes = writeNpy(values, shape);
    t.equal((bytes.length - values.byteLength) % 64, 0, 'elements are aligned to 64 bytes');
    t.same(readNpy(bytes), { type, shape, values });
  }
  t.end();
});

t.test('numpy reads what is written and writes what is read', { skip: numpyAbsent }, (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'npy-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  for (const [k, { type, values, shape }] of arrays.entries()) {
    const [ours, theirs] = [join(directory, `ours${k}.npy`), join(directory, `theirs${k}.npy`)];
    writeFileSync(ours, writeNpy(values, shape));
    const script = 'import sys, numpy as np\na = np.load(sys.argv[1])\nnp.save(sys.argv[2], a)\nprint(a.dtype.str[1:], list(a.shape))';
    const said = execFileSync(python, ['-c', script, ours, theirs], { encoding: 'utf8' }).trim();
    const size = type.endsWith('64') ? 8 : 4;
    t.equal(said, `${type[0]}${size} [${shape.join(', ')}]`);
    t.same(readNpy(readFileSync(theirs)), { type, shape, values });
  }
  t.end();
});

t.test('an array that is not at the start of its buffer is written alone', (t) => {
  const part = Float64Array.of(1, 2, 3, 4).subarray(1, 3);
  t.same(readNpy(writeNpy(part)).values, Float64Array.of(2, 3));
  t.end();
});

t.test('a shape that does not fit is refused', (t) => {
  t.throws(() => writeNpy(Float64Array.of(1, 2, 3), [2, 2]), { code: 'input.option' });
  t.end();
});

t.test('damaged and foreign arrays are refused with data.format', (t) => {
  const good = writeNpy(Float64Array.of(1, 2, 3));
  t.throws(() => readNpy(good.subarray(0, good.length - 1), 'a.npy'), { code: 'data.format', where: { file: 'a.npy' } });
  t.throws(() => readNpy(good.subarray(0, 60)), { code: 'data.format' });
  t.throws(() => readNpy(new Uint8Array(200)), { code: 'data.format', message: /magic/ });
  t.throws(() => readNpy(npyFile('>f8', [1], new Uint8Array(8))), { code: 'data.format', message: />f8/ });
  const fortran = new TextDecoder('latin1').decode(npyFile('<f8', [2, 2], new Uint8Array(32))).replace('False', 'True ');
  t.throws(() => readNpy(Uint8Array.from(fortran, (letter) => letter.charCodeAt(0))), { code: 'data.format', message: /Fortran/ });
  t.end();
});
