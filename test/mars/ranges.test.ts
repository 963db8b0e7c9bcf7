// Ranges beside trivial loops, on generated ends and strides.
import t from 'tap';
import { dateOfDay, formatTime } from '../../src/mars/index.js';
import { seeded } from '../support/random.js';
import { values } from './language.js';

/** What `to` and `by` mean: from the start towards the end, as long as the end is not passed. */
function loop(from: number, to: number, by: number): readonly number[] {
  const list: number[] = [];
  if (from <= to) for (let value = from; value <= to; value += by) list.push(value);
  else for (let value = from; value >= to; value -= by) list.push(value);
  return list;
}

const random = seeded(17);
const whole = (least: number, most: number): number => least + Math.floor(random() * (most - least + 1));
const rounds = Array.from({ length: 300 }, (_, index) => index);

const cases: readonly (readonly [
  keyword: string,
  least: number,
  most: number,
  stride: number,
  text: (value: number) => string,
  by: (value: number) => string,
])[] = [
  ['number', 0, 200, 30, String, String],
  ['step', 0, 400, 48, String, String],
  ['step', 0, 100, 48, (value) => (value === 0 ? '0-6' : `${value}-${value + 6}`), (value) => `${value * 60}m`],
  ['time', 0, 23, 7, (value) => formatTime(value * 3600), (value) => `${value}h`],
  ['time', 0, 1439, 400, (value) => formatTime(value * 60), (value) => `${value}m`],
  ['date', 19700, 19900, 20, (value) => dateOfDay(value), String],
  ['date', -30000, -29000, 90, (value) => dateOfDay(value), String],
  ['levelist', 0, 1500, 200, (value) => String(value / 100).replace(/^0\./, '.'), (value) => String(value / 100)],
];

for (const [keyword, least, most, stride, text, by] of cases) {
  t.test(`${keyword} of ${least} to ${most}: ranges are what a loop gives (seed 17)`, (t) => {
    const wrong = rounds.map(() => {
      const [from, to, n] = [whole(least, most), whole(least, most), whole(1, stride)];
      const range = `${text(from)}/to/${text(to)}/by/${by(n)}`;
      const expected = loop(from, to, n).map(text).join('/');
      return values(keyword, range) === expected ? '' : `${range}: ${values(keyword, range)}, not ${expected}`;
    });
    t.strictSame(
      wrong.filter((line) => line !== ''),
      [],
    );
    t.end();
  });
}
