// Bitmaps in the dissemination's form, as mir's tests have them (tests/data: rows repeat until the next one that is listed).
import t from 'tap';
import { isDteError } from '../../src/base/index.js';
import { parseBitmapFile } from '../../src/mir/bitmap-file.js';
import { hasBit } from '../../src/mir/masks.js';

function drawn(text: string): readonly string[] {
  const { rows, columns, mask } = parseBitmapFile(text);
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => (hasBit(mask, row * columns + column) ? '#' : '.')).join(''),
  );
}

t.test('rows repeat until the next listed one, and 0 is no column', async (t) => {
  t.same(drawn('SPEC,SIZE=6:7,VALUES=OFF,\nPOINTS=2:1-2/5,\n4:0,\n 5:3-7\nEND\n'), [
    '.......',
    '##..#..',
    '##..#..',
    '.......',
    '..#####',
    '..#####',
  ]);
  t.same(drawn('size=2:3,points=1:2'), ['.#.', '.#.']);
  t.same(drawn('SIZE=2:3,VALUES=ON,POINTS=2:2END'), ['###', '#.#']);
});

t.test('texts that are no bitmaps are refused with the reason', async (t) => {
  for (const [text, message] of [
    ['', /it states no size/],
    ['SIZE=0:3,POINTS=1:1', /a size of 0 rows and 3 columns/],
    ['SIZE=2:3', /it states no points/],
    ['SIZE=2:3,VALUES=MAYBE,POINTS=1:1', /values are 'maybe'/],
    ['SIZE=2:3,POINTS=3:1', /row 3 of 2/],
    ['SIZE=2:3,POINTS=1:4', /columns 4 in row 1 of 3 columns/],
    ['SIZE=2:3,POINTS=1:3-2', /columns 3-2 in row 1/],
    ['SIZE=2:3,POINTS=1:1-2-3', /'1-2-3' in row 1 is no run of columns/],
    ['SIZE=2:3,POINTS=12', /'12' is not a row/],
  ] as const) {
    try {
      parseBitmapFile(text, 'points.bitmap');
      t.fail(text);
    } catch (error) {
      t.ok(isDteError(error, 'input.syntax'), text);
      t.match((error as Error).message, message);
      t.match((error as Error).message, /points\.bitmap.*SIZE=rows:columns/);
    }
  }
});
