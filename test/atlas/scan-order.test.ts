import t from 'tap';
import { scanOrder } from '../../src/atlas/index.js';

t.test('a canonical message needs no order', async (t) => {
  t.equal(scanOrder({ scanningMode: 0, columns: 5, rows: 3 }), undefined);
  t.equal(scanOrder({ scanningMode: 16, columns: 5, rows: 1 }), undefined, 'one row has no other direction');
  t.equal(scanOrder({ scanningMode: 32, columns: 1, rows: 4 }), undefined, 'one column is the same by rows and by columns');
});

t.test('two rows of three points in each scanning mode', async (t) => {
  // Canonical points: a b c / d e f. The message order is written out by hand from the flag table (GRIB2 code table 3.4).
  const messages: Readonly<Record<number, string>> = {
    128: 'cbafed',
    64: 'defabc',
    192: 'fedcba',
    32: 'adbecf',
    160: 'cfbead',
    96: 'daebfc',
    224: 'fcebda',
    16: 'abcfed',
    144: 'cbadef',
    80: 'defcba',
    208: 'fedabc',
    48: 'adebcf',
    176: 'cfebad',
    112: 'dabefc',
    240: 'fcbeda',
  };
  for (const [scanningMode, message] of Object.entries(messages)) {
    const order = scanOrder({ scanningMode: Number(scanningMode), columns: 3, rows: 2 });
    t.equal(Array.from(order ?? [], (index) => message[index]).join(''), 'abcdef', `mode ${scanningMode}`);
  }
});

t.test('rows of a reduced grid keep their points together', async (t) => {
  // Canonical points: a b / c d e f / g h i.
  const messages: Readonly<Record<number, string>> = {
    64: 'ghicdefab',
    128: 'bafedcihg',
    192: 'ihgfedcba',
    16: 'abfedcghi',
    80: 'ghifedcab',
  };
  for (const [scanningMode, message] of Object.entries(messages)) {
    const order = scanOrder({ scanningMode: Number(scanningMode), counts: [2, 4, 3] });
    t.equal(Array.from(order ?? [], (index) => message[index]).join(''), 'abcdefghi', `mode ${scanningMode}`);
  }
});

t.test('modes without a meaning here are refused', async (t) => {
  t.throws(() => scanOrder({ scanningMode: 32, counts: [2, 4, 3] }), { code: 'unsupported.grid', message: /consecutive columns/ });
  for (const scanningMode of [8, 1, 256, -1])
    t.throws(() => scanOrder({ scanningMode, columns: 3, rows: 2 }), { code: 'unsupported.grid' });
});
