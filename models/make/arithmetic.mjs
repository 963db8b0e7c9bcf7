// Functions whose every bit is the same on every machine: sums, products, quotients and square roots are exact to the last bit by IEEE 754,
// while the language leaves Math.exp, Math.sin and the like to its makers. Models that were trained with these rebuild to the same octets.

const ln2 = 0.6931471805599453;

/** e^x, to about 1e-15 of itself. */
export function exp(x) {
  if (x < -700) return 0;
  if (x > 700) return Number.POSITIVE_INFINITY;
  const power = Math.round(x / ln2);
  const rest = x - power * ln2; // at most 0.35
  let sum = 0;
  for (let n = taylor.length - 1; n >= 0; n--) sum = sum * rest + taylor[n];
  return sum * powerOfTwo(power);
}

/** 1 / n! */
const taylor = [1];
for (let n = 1; n < 15; n++) taylor.push(taylor[n - 1] / n);

/** 2^power for powers within +-1022: the exponent of a double. */
function powerOfTwo(power) {
  words[1] = (power + 1023) << 20;
  return double[0];
}

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer); // little-endian, as every machine that runs this

export const sigmoid = (x) => (x >= 0 ? 1 / (1 + exp(-x)) : 1 - 1 / (1 + exp(x)));

export function tanh(x) {
  const twice = exp(-2 * Math.abs(x));
  const result = (1 - twice) / (1 + twice);
  return x < 0 ? -result : result;
}

/** Natural logarithm of a positive number, by Newton's method on `exp`. */
export function log(x) {
  let power = 0;
  let mantissa = x;
  for (; mantissa > 1.5; power++) mantissa /= 2;
  for (; mantissa < 0.75; power--) mantissa *= 2;
  let y = mantissa - 1;
  for (let n = 0; n < 6; n++) y += 2 * ((mantissa - exp(y)) / (mantissa + exp(y)));
  return y + power * ln2;
}

/** Cosine of a number of turns. */
export function cosTurns(turns) {
  const part = Math.abs(turns - Math.round(turns)); // in [0, 0.5]
  const isFar = part > 0.25;
  const x = 2 * Math.PI * (isFar ? 0.5 - part : part);
  let sum = 1;
  for (let n = 18; n > 0; n -= 2) sum = 1 - (sum * x * x) / (n * (n - 1));
  return isFar ? -sum : sum;
}

export const sinTurns = (turns) => cosTurns(turns - 0.25);

/** Numbers from a seed: `random()` is uniform in [0, 1). A counter mixed by multiplications and shifts (Steele et al. 2014: SplitMix). */
export function seeded(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  const random = () => next() / 2 ** 32;
  return {
    random,
    between: (low, high) => low + (high - low) * random(),
    /** Nearly normal: the sum of twelve uniform numbers has variance 1. */
    normal: () => {
      let sum = -6;
      for (let n = 0; n < 12; n++) sum += random();
      return sum;
    },
  };
}
