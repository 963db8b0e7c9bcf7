import t from 'tap';
import { isDteError } from '../../src/base/index.js';
import { classicGaussianNumbers, classicPl, gaussianLatitudes, gaussianWeights, octahedralPl } from '../../src/atlas/index.js';

/** N, i (1 at the pole), latitude, weight: roots of P_2N by Newton in 45-digit decimal arithmetic, rounded to f64. */
const exact: readonly (readonly [number, number, number, number])[] = [
  [1, 1, 35.264389682754654, 1.0],
  [2, 1, 59.444408289166766, 0.34785484513745385],
  [2, 2, 19.8757191474409, 0.6521451548625461],
  [32, 1, 87.86379883923259, 0.001783280721696433],
  [32, 2, 85.09652698831734, 0.004147033260562468],
  [32, 16, 46.044726631101675, 0.033805161837141606],
  [32, 32, 1.395306910819496, 0.048690957009139724],
  [320, 1, 89.7848769072183, 1.8088772198408173e-5],
  [320, 160, 45.10536889458268, 0.00346190640427807],
  [320, 320, 0.14051517966750315, 0.004904890318126808],
  [1280, 1, 89.94618771566277, 1.1318759614091166e-6],
  [1280, 2, 89.87647835333259, 2.634790132665863e-6],
  [1280, 1280, 0.03514938421560498, 0.0012269447383422211],
];

/** Printed by `atlas-gaussian-latitudes -N 320` and `-N 1280` of the Debian package libatlas-ecmwf-utils 0.31.1 (12 digits). */
const atlas: readonly (readonly [number, number, number])[] = [
  [320, 2, 89.506202738206],
  [320, 3, 89.225882847612],
  [320, 4, 88.945191118316],
  [1280, 2, 89.876478353332],
  [1280, 640, 45.026360945255],
];

t.test('Gaussian latitudes and weights agree with 45-digit arithmetic to the last digits of f64', async (t) => {
  for (const [n, i, lat, weight] of exact) {
    t.ok(Math.abs(gaussianLatitudes(n)[i - 1] - lat) <= 2.9e-14, `N=${n} latitude ${i}`);
    t.ok(Math.abs(gaussianWeights(n)[i - 1] / weight - 1) <= 1e-13, `N=${n} weight ${i}`);
  }
});

t.test('Gaussian latitudes agree with the atlas tool to its 12 digits', async (t) => {
  for (const [n, i, lat] of atlas) t.ok(Math.abs(gaussianLatitudes(n)[i - 1] - lat) < 1e-12, `N=${n} latitude ${i}`);
});

t.test('the one latitude of N = 1 is asin(1/sqrt 3)', async (t) => {
  t.ok(Math.abs(gaussianLatitudes(1)[0] - (Math.asin(1 / Math.sqrt(3)) * 180) / Math.PI) < 2e-14);
});

t.test('weights sum to 2, the quadrature is exact for x^2, and the south mirrors the north', async (t) => {
  for (const n of [1, 2, 7, 80, 640]) {
    const lats = gaussianLatitudes(n);
    const weights = gaussianWeights(n);
    t.equal(lats.length, 2 * n);
    t.ok(Math.abs(weights.reduce((sum, w) => sum + w, 0) - 2) < 1e-13);
    const second = weights.reduce((sum, w, j) => sum + w * Math.sin((lats[j] * Math.PI) / 180) ** 2, 0);
    t.ok(Math.abs(second - 2 / 3) < 1e-13, `integral of x^2 over [-1, 1] with N=${n}`);
    t.ok(lats.every((lat, j) => lat === -lats[2 * n - 1 - j] && (j === 0 || lat < lats[j - 1])));
  }
});

t.test('points per latitude have the totals of the atlas tables', async (t) => {
  // grids-and-regridding reference, section 2: counts of the atlas grids.
  const totals: Readonly<Record<number, number>> = {
    16: 1688,
    32: 6114,
    48: 13280,
    80: 35718,
    128: 88838,
    256: 348528,
    320: 542080,
    640: 2140702,
    1280: 8505906,
    2000: 20696844,
    8000: 321462824,
  };
  for (const [n, total] of Object.entries(totals))
    t.equal(
      classicPl(Number(n))?.reduce((sum, count) => sum + count, 0),
      total,
      `N${n}`,
    );
  t.equal(classicGaussianNumbers.length, 23);
  t.equal(classicPl(321), undefined);
  for (const n of [1, 8, 96])
    t.equal(
      octahedralPl(n).reduce((sum, count) => sum + count, 0),
      4 * n * (n + 9),
      `O${n}`,
    );
});

t.test('an impossible Gaussian number is refused', async (t) => {
  for (const n of [0, -1, 1.5, Number.NaN, 1e9]) t.throws(() => gaussianLatitudes(n), { code: 'input.grid' });
  try {
    gaussianLatitudes(0);
  } catch (error) {
    t.ok(isDteError(error, 'input.grid'));
  }
});
