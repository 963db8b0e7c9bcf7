// The exponential scheme: its functions against series, its matrices against the classical scheme and the exponential of a matrix.
import t from 'tap';
import { phiFunction, stageMatrices } from '../../src/twin/time-scheme.js';

type Complex = { readonly re: number; readonly im: number };

/** Sum of z^j / (j + k)! as it stands, with as many terms as it takes. */
function series(k: number, z: Complex): Complex {
  let [re, im] = [1, 0];
  for (let j = 2; j <= k; j++) re /= j;
  let sum = { re, im };
  for (let j = 1; j < 200; j++) {
    [re, im] = [(re * z.re - im * z.im) / (j + k), (re * z.im + im * z.re) / (j + k)];
    sum = { re: sum.re + re, im: sum.im + im };
  }
  return sum;
}

t.test('phi functions are their series, small and large arguments alike', async (test) => {
  const places: readonly Complex[] = [0, 1e-9, 1e-3, 0.5, 0.999, 1, 1.001, 3, 6].flatMap((size) =>
    [0, 1, 2.2, Math.PI / 2].map((angle) => ({ re: -size * Math.abs(Math.sin(angle)), im: size * Math.cos(angle) })),
  );
  for (const z of places) {
    for (let k = 0; k <= 3; k++) {
      const [found, expected] = [phiFunction(k, z), series(k, z)];
      const off = Math.hypot(found.re - expected.re, found.im - expected.im);
      // The series itself loses e^6 units of the last place where its terms alternate.
      test.ok(off < 2e-13, `phi ${k} of ${z.re} + ${z.im} i is off by ${off}`);
    }
  }
});

t.test('without a linear part the stages are those of the classical Runge-Kutta scheme', async (test) => {
  const h = 100;
  const one = (value: number): readonly number[] => [value, value, 0, 0, value];
  const expected = [
    [one(1), one(h / 2), one(0), one(0)],
    [one(1), one(h / 2), one(0), one(0)],
    // From the state a of the first stage: u + h N(b) = a - h / 2 N(u) + h N(b).
    [one(1), one(h), one(-h / 2), one(0)],
    [one(1), one(h / 6), one(h / 6), one(h / 3)],
  ];
  const found = stageMatrices({ laplacian: 0, damping: 0, meanPhi: 98_000 }, h);
  for (const [stage, matrices] of found.entries()) {
    for (const [term, matrix] of matrices.entries()) {
      for (const [index, value] of matrix.entries()) {
        // -0 of a coupling that is not there is 0.
        test.ok(Math.abs(value - (expected[stage]?.[term]?.[index] as number)) < 1e-12, `stage ${stage}, term ${term}, number ${index}`);
      }
    }
  }
});

t.test('the base is taken along by the exponential of the linear part', async (test) => {
  const [laplacian, meanPhi, damping, h] = [4e-10, 98_000, 1e-5, 900];
  const [, dd, dp, pd, pp] = stageMatrices({ laplacian, damping, meanPhi }, h)[3]?.[0] ?? [];
  // Sum of (h L)^j / j! with L = [[-damping, laplacian], [-meanPhi, -damping]].
  let term = [1, 0, 0, 1];
  let sum = [...term];
  for (let j = 1; j < 80; j++) {
    const [a, b, c, d] = term as [number, number, number, number];
    const [p, q, r, s] = [-damping * h, laplacian * h, -meanPhi * h, -damping * h];
    term = [a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s].map((value) => value / j);
    sum = sum.map((value, index) => value + (term[index] as number));
  }
  for (const [index, value] of [dd, dp, pd, pp].entries()) {
    const expected = sum[index] as number;
    test.ok(Math.abs((value as number) / expected - 1) < 1e-12, `${value} is ${expected}`);
  }
  // A gravity wave neither grows nor decays: the determinant is that of the damping alone.
  test.ok(Math.abs((dd as number) * (pp as number) - (dp as number) * (pd as number) - Math.exp(-2 * damping * h)) < 1e-13);
});
