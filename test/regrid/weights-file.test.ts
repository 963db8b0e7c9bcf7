// The file of a cached matrix: what is written is read back, and every kind of damage is named.
import t from 'tap';
import { gridFromSpec } from '../../src/atlas/index.js';
import { nodeContext } from '../../src/base/node.js';
import { prepareWeights } from '../../src/regrid/index.js';
import { readWeights, writeWeights } from '../../src/regrid/weights-file.js';

const matrix = await prepareWeights(nodeContext(), gridFromSpec('O8'), gridFromSpec('10/10'));
const bytes = (): Uint8Array<ArrayBuffer> => Uint8Array.from(writeWeights(matrix));

t.test('a matrix comes back as it was', async (test) => {
  const read = readWeights(bytes(), 'a.weights');
  test.equal(read.rows, matrix.rows);
  test.equal(read.columns, matrix.columns);
  for (const array of ['rowStart', 'column', 'weight'] as const) test.same([...read[array]], [...matrix[array]], array);
});

t.test('a flipped bit anywhere in the body is found', async (test) => {
  for (const at of [28, 44, 1000, 5000, bytes().length - 1]) {
    const damaged = bytes();
    damaged[at] = (damaged[at] as number) ^ 4;
    // A changed size no longer fits the file, which is found before the checksum is.
    test.throws(() => readWeights(damaged, 'a.weights'), { code: at === 28 ? 'data.format' : 'data.checksum' }, `octet ${at}`);
  }
});

t.test('another file, another version and a cut are refused', async (test) => {
  test.throws(() => readWeights(new Uint8Array(100), 'a.weights'), { code: 'data.format', message: /DTEMATRX.*a\.weights/s });
  const newer = bytes();
  newer[8] = 3;
  test.throws(() => readWeights(newer, 'a.weights'), { code: 'data.format', message: /version 3/ });
  test.throws(() => readWeights(bytes().slice(0, -8), 'a.weights'), { code: 'data.format', message: /expected/ });
});
