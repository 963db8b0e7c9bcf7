/**
 * Arithmetic progressions of degrees without accumulated rounding. Grid coordinates are fractions with small denominators
 * (0.1 is 1/10, the step of a row is 360/n), so `first + i step` is (a + i b)/c with integers a, b, c: one rounding in all.
 * Where no such fraction exists the plain sum is used.
 */
export interface Progression {
  at(index: number): number;
  /** Writes `count` terms from index 0 into `target` at `start`. */
  fill(target: Float64Array, start: number, count: number): void;
}

const maxDenominator = 1_000_000;
/** Numerators up to here times an index stay exact integers in f64. */
const maxNumerator = 2 ** 52;

export function progression(first: number, step: number): Progression {
  const a = fractionOf(first);
  const b = fractionOf(step);
  if (a !== undefined && b !== undefined) {
    const common = (a[1] / gcd(a[1], b[1])) * b[1];
    const numerator = a[0] * (common / a[1]);
    const stride = b[0] * (common / b[1]);
    if (common <= maxNumerator / 720 && Math.abs(numerator) <= maxNumerator && Math.abs(stride) <= maxNumerator) {
      return linear(numerator, stride, common);
    }
  }
  return linear(first, step, 1);
}

/** [p, q] in lowest terms with q <= 1e6 and p / q equal to `value` in f64; undefined when there is none. Continued fractions. */
export function fractionOf(value: number): readonly [number, number] | undefined {
  const target = Math.abs(value);
  let [p0, q0, p1, q1] = [0, 1, 1, 0];
  let rest = target;
  for (let step = 0; step < 40; step++) {
    const whole = Math.floor(rest);
    [p0, q0, p1, q1] = [p1, q1, whole * p1 + p0, whole * q1 + q0];
    if (q1 > maxDenominator || p1 > maxNumerator) return undefined;
    if (p1 / q1 === target) return [value < 0 ? -p1 : p1, q1];
    if (rest === whole) return undefined;
    rest = 1 / (rest - whole);
  }
  return undefined;
}

/** `value + turns * 360` with the rounding of one division only. */
export function turned(value: number, turns: number): number {
  if (turns === 0) return value;
  const fraction = fractionOf(value);
  return fraction === undefined ? value + 360 * turns : (fraction[0] + 360 * turns * fraction[1]) / fraction[1];
}

function linear(numerator: number, stride: number, denominator: number): Progression {
  return {
    at: (index) => (numerator + index * stride) / denominator,
    fill(target, start, count) {
      for (let index = 0; index < count; index++) target[start + index] = (numerator + index * stride) / denominator;
    },
  };
}

function gcd(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}
