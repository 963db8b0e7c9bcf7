/**
 * x^y rounded correctly to f64, but for cases within about 2^-40 of a tie. `Math.pow` may be an ulp off, and differs between
 * engines: what is decoded would depend on where. Sums of two doubles (high, low) carry about 106 bits; products of their parts
 * are split exactly (Dekker 1971, "A floating-point technique for extending the available precision").
 */
export function exactPower(x: number, y: number): number {
  if (y === 0 || x === 1) return 1;
  // Beyond the range of f64, where only infinity and 0 matter.
  if (!(Math.abs(Math.log(x) * y) < 700)) return x ** y;
  const [high, low] = exponential(scaled(logarithm(x), y));
  return high + low;
}

type Double = readonly [high: number, low: number];

const SPLITTER = 2 ** 27 + 1;
const LN2: Double = [0.6931471805599453, 2.3190468138462996e-17];
/** The argument of the series is brought below ln 2 / 2 / 2^9. */
const HALVINGS = 9;
const TERMS = 9;

function sum(a: number, b: number): Double {
  const high = a + b;
  const part = high - a;
  return [high, a - (high - part) + (b - part)];
}

function product(a: number, b: number): Double {
  const high = a * b;
  const [a1, a2] = halves(a);
  const [b1, b2] = halves(b);
  return [high, a1 * b1 - high + a1 * b2 + a2 * b1 + a2 * b2];
}

function halves(a: number): Double {
  const scaledUp = SPLITTER * a;
  const first = scaledUp - (scaledUp - a);
  return [first, a - first];
}

function plus(a: Double, b: Double): Double {
  const [high, low] = sum(a[0], b[0]);
  return sum(high, low + a[1] + b[1]);
}

function times(a: Double, b: Double): Double {
  const [high, low] = product(a[0], b[0]);
  return sum(high, low + a[0] * b[1] + a[1] * b[0]);
}

function scaled(a: Double, factor: number): Double {
  return times(a, [factor, 0]);
}

/** ln x for x > 0: one step of Newton's method, y + x e^-y - 1, doubles the digits of `Math.log`. */
function logarithm(x: number): Double {
  const first = Math.log(x);
  const correction = plus(scaled(exponential([-first, 0]), x), [-1, 0]);
  return plus([first, 0], correction);
}

function exponential(a: Double): Double {
  const twos = Math.round(a[0] / LN2[0]);
  const reduced = plus(a, scaled(LN2, -twos));
  const small: Double = [reduced[0] / 2 ** HALVINGS, reduced[1] / 2 ** HALVINGS];
  // e^r - 1 by Horner's scheme, then (1 + t)^2 - 1 = 2 t + t^2: the leading 1 would cost digits.
  let t: Double = [0, 0];
  for (let term = TERMS; term >= 1; term--) t = quotient(times(small, plus([1, 0], t)), term);
  for (let halving = 0; halving < HALVINGS; halving++) t = plus([2 * t[0], 2 * t[1]], times(t, t));
  const [high, low] = plus([1, 0], t);
  return [high * 2 ** twos, low * 2 ** twos];
}

function quotient(a: Double, divisor: number): Double {
  const high = a[0] / divisor;
  const [back, rest] = product(high, divisor);
  return sum(high, (a[0] - back - rest + a[1]) / divisor);
}
