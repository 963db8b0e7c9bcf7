import { schemeReals } from './advance.js';

/** `exponential`: ETDRK4, gravity waves about the mean depth and diffusion exact. `explicit`: the classical Runge-Kutta scheme. */
export type SchemeName = 'exponential' | 'explicit';

/** What one degree n does by itself: d' = laplacian phi - damping d, phi' = -meanPhi d - damping phi, vo' = -damping vo. */
export interface LinearPart {
  /** n (n + 1) / a^2, 1/m^2 */
  readonly laplacian: number;
  /** 1/s */
  readonly damping: number;
  /** m^2/s^2 */
  readonly meanPhi: number;
}

/** A function of h L applied to the state: of vorticity, then of (d, phi) by rows. */
type Matrix = readonly [v: number, dd: number, dp: number, pd: number, pp: number];
const nothing: Matrix = [0, 0, 0, 0, 0];

interface Complex {
  readonly re: number;
  readonly im: number;
}

/** phi_k(z) = 1/k! + z phi_(k+1)(z): phi_0 = e^z. Series for small z, where the formula would cancel. */
export function phiFunction(k: number, z: Complex): Complex {
  if (k === 0) return { re: Math.exp(z.re) * Math.cos(z.im), im: Math.exp(z.re) * Math.sin(z.im) };
  if (Math.hypot(z.re, z.im) < 1) return phiSeries(k, z);
  const lower = phiFunction(k - 1, z);
  return divided({ re: lower.re - 1 / factorial(k - 1), im: lower.im }, z);
}

/** Sum of z^j / (j + k)!: 20 terms leave less than 1e-19 for |z| < 1. */
function phiSeries(k: number, z: Complex): Complex {
  let sum: Complex = { re: 0, im: 0 };
  for (let j = 20; j >= 0; j--) {
    sum = { re: z.re * sum.re - z.im * sum.im + 1 / factorial(j + k), im: z.re * sum.im + z.im * sum.re };
  }
  return sum;
}

function divided(a: Complex, b: Complex): Complex {
  const size = b.re * b.re + b.im * b.im;
  return { re: (a.re * b.re + a.im * b.im) / size, im: (a.im * b.re - a.re * b.im) / size };
}

function factorial(k: number): number {
  let product = 1;
  for (let j = 2; j <= k; j++) product *= j;
  return product;
}

/** A function f of h L: L has the eigenvalues -damping +- i w with w^2 = laplacian meanPhi, so f(h L) = Re f(z) + Im f(z) / w J. */
function matrixOf({ laplacian, damping, meanPhi }: LinearPart, seconds: number, f: (z: Complex) => Complex): Matrix {
  const frequency = Math.sqrt(laplacian * meanPhi);
  const vorticity = f({ re: -damping * seconds, im: 0 }).re;
  const both = f({ re: -damping * seconds, im: frequency * seconds });
  // For n = 0 there is no divergence to couple with.
  const coupling = frequency === 0 ? 0 : both.im / frequency;
  return [vorticity, both.re, coupling * laplacian, -coupling * meanPhi, both.re];
}

function scaled(by: number, f: (z: Complex) => Complex): (z: Complex) => Complex {
  return (z) => {
    const { re, im } = f(z);
    return { re: by * re, im: by * im };
  };
}

function weighted(...terms: readonly (readonly [number, number])[]): (z: Complex) => Complex {
  return (z) => {
    const values = terms.map(([weight, k]) => scaled(weight, (x) => phiFunction(k, x))(z));
    return { re: values.reduce((sum, { re }) => sum + re, 0), im: values.reduce((sum, { im }) => sum + im, 0) };
  };
}

/**
 * The four stages of ETDRK4 (Cox & Matthews 2002, J. Comput. Phys. 176, 430-455, equations 26-29) for one degree, each as four matrices, those
 * of the base, the new tendency, the first, and the sum of the two in the middle:
 * a = E2 u + A N(u); b = E2 u + A N(a); c = E2 a + A (2 N(b) - N(u));
 * u' = E u + (f1 - 3 f2 + 4 f3) N(u) + (2 f2 - 4 f3) (N(a) + N(b)) + (4 f3 - f2) N(c).
 * With L = 0 it is the classical Runge-Kutta scheme of order 4.
 */
export function stageMatrices(linear: LinearPart, seconds: number): readonly (readonly [Matrix, Matrix, Matrix, Matrix])[] {
  const half = matrixOf(linear, seconds / 2, weighted([1, 0]));
  const share = (by: number): Matrix => matrixOf(linear, seconds / 2, weighted([(by * seconds) / 2, 1]));
  const whole = (...terms: readonly (readonly [number, number])[]): Matrix =>
    matrixOf(linear, seconds, scaled(seconds, weighted(...terms)));
  return [
    [half, share(1), nothing, nothing],
    [half, share(1), nothing, nothing],
    [half, share(2), share(-1), nothing],
    [matrixOf(linear, seconds, weighted([1, 0])), whole([-1, 2], [4, 3]), whole([1, 1], [-3, 2], [4, 3]), whole([2, 2], [-4, 3])],
  ];
}

export interface SchemeProblem {
  readonly truncation: number;
  readonly seconds: number;
  readonly linearOf: (n: number) => LinearPart;
}

/** The tables of the four stages, `[T + 1, 4, 5]` each. */
export function schemeTables({ truncation, seconds, linearOf }: SchemeProblem): readonly Float64Array[] {
  const tables = Array.from({ length: 4 }, () => new Float64Array(schemeReals * (truncation + 1)));
  for (let n = 0; n <= truncation; n++) {
    for (const [stage, matrices] of stageMatrices(linearOf(n), seconds).entries()) {
      tables[stage]?.set(matrices.flat(), schemeReals * n);
    }
  }
  return tables;
}
