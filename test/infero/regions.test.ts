// Regions above a threshold, against masks drawn by hand and a slower search.
import t from 'tap';
import { type Grid, gridFromSpec } from '../../src/atlas/index.js';
import { isDteError } from '../../src/base/index.js';
import { missingValue } from '../../src/compute/index.js';
import { regionsAbove } from '../../src/infero/index.js';
import { seeded } from '../support/random.js';

/** Rows of a picture: a digit is tenths, a dot nothing, an m missing. */
const drawn = (...rows: readonly string[]): Float64Array =>
  Float64Array.from([...rows.join('')].map((letter) => (letter === '.' ? 0 : letter === 'm' ? missingValue : Number(letter) / 10)));

const region = gridFromSpec({ grid: [1, 1], area: [2, 10, -1, 15] }); // 4 rows of 6, 2 to -1 north, 10 to 15 east
const threshold = 0.5;

t.test('points that touch along rows, columns and diagonals are one region, strongest first', async (test) => {
  const values = drawn('66...7', '..6...', 'm.....', '.....9');
  const found = regionsAbove(values, region, { threshold });
  test.same(
    found.map(({ points, peak, peakLat, peakLon }) => [points, peak, peakLat, peakLon]),
    [
      [1, 0.9, -1, 15],
      [1, 0.7, 2, 15],
      [3, 0.6, 2, 10],
    ],
  );
  test.ok(Math.abs(found[2]!.lon - 11) < 1e-3 && Math.abs(found[2]!.lat - 5 / 3) < 1e-3, 'the middle of three points');
  test.equal(regionsAbove(values, region, { threshold, leastPoints: 2 }).length, 1);
  test.equal(regionsAbove(values, region, { threshold: 0.9 }).length, 0, 'a value at the threshold is not above it');
});

t.test('a region goes on across the first longitude of a globe, and not across the edges of an area', async (test) => {
  const globe = gridFromSpec('60/60'); // 3 rows of 6 points: 60, 0, -60
  const values = drawn('......', '9....8', '......');
  const [found, ...others] = regionsAbove(values, globe, { threshold });
  test.equal(others.length, 0);
  test.equal(found?.points, 2);
  // Weights 0.9 at 0 and 0.8 at -60 degrees: atan2(-0.8 sin 60, 0.9 + 0.8 cos 60)
  test.ok(Math.abs(found!.lon - (Math.atan2(-0.8 * Math.sqrt(0.75), 1.3) * 180) / Math.PI) < 1e-9, `${found?.lon}`);
  test.equal(regionsAbove(drawn('......', '9....8', '......', '......'), region, { threshold }).length, 2);
});

/** Labels spread to neighbours until nothing changes. */
function spread(values: Float64Array, rows: number, columns: number): number {
  const labels = Array.from(values, (value, at) => (value > threshold ? at : -1));
  for (let changed = true; changed; ) {
    changed = false;
    for (let at = 0; at < labels.length; at++) {
      for (let dy = -1; dy <= 1 && labels[at]! >= 0; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          const row = Math.floor(at / columns) + dy;
          const other = labels[row * columns + (((at % columns) + dx + columns) % columns)] ?? -1;
          if (row < 0 || row >= rows || other <= labels[at]!) continue;
          labels[at] = other;
          changed = true;
        }
      }
    }
  }
  return new Set(labels.filter((label) => label >= 0)).size;
}

t.test('as many regions as a slower search finds', async (test) => {
  const globe: Grid = gridFromSpec('10/10');
  const random = seeded(5);
  for (const share of [0.1, 0.3, 0.5]) {
    const values = Float64Array.from({ length: globe.points }, () => (random() < share ? 0.9 : 0.1));
    test.equal(regionsAbove(values, globe, { threshold }).length, spread(values, 19, 36), `${share} of all points`);
  }
});

t.test('what does not fit is refused', async (test) => {
  for (const [work, code, text] of [
    [() => regionsAbove(new Float32Array(5), region, { threshold }), 'input.field', /5 values for 24 points/],
    [() => regionsAbove(new Float32Array(208), gridFromSpec('O4'), { threshold }), 'unsupported.grid', /O4 do not lie in rows and columns/],
  ] as const) {
    try {
      work();
      test.fail('nothing was refused');
    } catch (error) {
      test.ok(isDteError(error, code));
      test.match((error as Error).message, text);
    }
  }
});
