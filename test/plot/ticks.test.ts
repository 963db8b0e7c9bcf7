import t from 'tap';
import { niceRange, niceTicks, superscript, tickLabels } from '../../src/plot/ticks.js';

t.test('ticks are round numbers inside the range, at most as many as asked for', async (t) => {
  t.same(niceTicks(0, 1, 10), [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]);
  t.same(niceTicks(-25, 25, 12), [-25, -20, -15, -10, -5, 0, 5, 10, 15, 20, 25]);
  t.same(niceTicks(213.4, 307.2, 5), [220, 240, 260, 280, 300]);
  t.same(niceTicks(1e-5, 4e-5, 3), [1e-5, 2e-5, 3e-5, 4e-5]);
});

t.test('a range is widened to round ends that hold the data', async (t) => {
  t.same(niceRange(213.4, 307.2, 10), [210, 310]);
  t.same(niceRange(-0.7, 12.3, 7), [-2, 14]);
});

t.test('a field of one value still gets a range around it', async (t) => {
  for (const value of [0, 5, -273.15, 1e-9, 101325]) {
    const [min, max] = niceRange(value, value);
    t.ok(min < value && value < max, `${min} < ${value} < ${max}`);
  }
});

t.test('labels share their decimals, and long numbers a power of ten', async (t) => {
  t.same(tickLabels([0, 0.5, 1]), { texts: ['0.0', '0.5', '1.0'], power: 0 });
  t.same(tickLabels([-10, 0, 10]), { texts: ['−10', '0', '10'], power: 0 });
  t.same(tickLabels([0, 0.1, 0.5, 2]), { texts: ['0', '0.1', '0.5', '2'], power: 0 });
  t.same(tickLabels([0, 2e6, 4e6]), { texts: ['0', '2', '4'], power: 6 });
  t.same(tickLabels([-1e-5, 0, 1e-5]), { texts: ['−1', '0', '1'], power: -5 });
  t.equal(superscript(-12), '⁻¹²');
});
