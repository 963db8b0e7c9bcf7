import { kernel, type TwinArguments } from '../compute/index.js';

const params = { coefficients: 'u32', members: 'u32', productCoefficients: 'u32', schemeAt: 'u32', middleShare: 'f32' } as const;
const inputs = { product: 'f32', place: 'u32', factor: 'f32', base: 'f32', first: 'f32', middle: 'f32' } as const;
const outputs = { tendency: 'f32', advanced: 'f32' } as const;

/** Reals of one degree in the table of a stage: four matrices (base, tendency, first, middle) of five numbers each. */
export const schemeReals = 20;

/**
 * One stage of a time step. The tendencies of vorticity, divergence and geopotential follow from the spectra of the products A, B, C, D, E:
 * N_vo = -div(A, B), N_d = curl(A, B) + n (n + 1) / a^2 E, N_phi = -div(C, D), where
 * div(X, Y)(n) = i e X(n) - b Y(n - 1) + c Y(n + 1), curl(X, Y)(n) = i e Y(n) + b X(n - 1) - c X(n + 1);
 * advanced = M0 base + M1 N + M2 first + M3 middle, and tendency = N + middleShare middle. A matrix of degree n takes vorticity to
 * vorticity (one number) and (d, phi) to (d, phi) (d of d, d of phi, phi of d, phi of phi).
 *
 * product: [5 members, product coefficients, 2], truncation T + 1; place: [coefficients, 2] number of (m, n) in it, and n; factor: [coefficients, 4]
 * e = m / a, b = (n + 1) eps(n) / a, c = n eps(n + 1) / a, n (n + 1) / a^2, and from `schemeAt` on the matrices, [T + 1, 4, 5];
 * base, first, middle (tendencies of earlier stages), tendency, advanced: [3 members, coefficients, 2].
 */
export const advance = kernel('twin/advance', {
  params,
  inputs,
  outputs,
  threads: ({ coefficients, members }) => [coefficients, members],
  cpu: advanceHost,
  // The four terms of a derivative cancel.
  tolerance: 1e-6,
});

type Arguments = TwinArguments<typeof params, typeof inputs, typeof outputs>;

function advanceHost(args: Arguments, start: number, end: number): void {
  const { coefficients, members, place, factor, schemeAt } = args;
  const own = new Float64Array(3);
  for (let k = start; k < end; k++) {
    const scheme = schemeAt + schemeReals * (place[2 * k + 1] as number);
    for (let member = 0; member < members; member++) {
      for (let part = 0; part < 2; part++) {
        tendenciesOf(args, k, member, part, own);
        const at = [0, 1, 2].map((field) => 2 * ((field * members + member) * coefficients + k) + part) as [number, number, number];
        store(args, factor, scheme, at, own);
      }
    }
  }
}

/** N_vo, N_d and N_phi of one coefficient, its real (0) or imaginary (1) part. */
function tendenciesOf(args: Arguments, k: number, member: number, part: number, own: Float64Array): void {
  const { members, productCoefficients, product, place, factor } = args;
  const at = place[2 * k] as number;
  const below = 2 * Math.max(at - 1, 0) + part;
  const above = 2 * (at + 1) + part;
  const other = 2 * at + 1 - part;
  // i (re + i im) = -im + i re
  const e = (part === 0 ? -1 : 1) * (factor[4 * k] as number);
  const b = factor[4 * k + 1] as number;
  const c = factor[4 * k + 2] as number;
  const layer = (kind: number): number => 2 * (kind * members + member) * productCoefficients;
  const [A, B, C, D, E] = [layer(0), layer(1), layer(2), layer(3), layer(4)];
  const of = (index: number): number => product[index] as number;
  own[0] = -(e * of(A + other) - b * of(B + below) + c * of(B + above));
  own[1] = e * of(B + other) + b * of(A + below) - c * of(A + above) + (factor[4 * k + 3] as number) * of(E + 2 * at + part);
  own[2] = -(e * of(C + other) - b * of(D + below) + c * of(D + above));
}

function store(
  args: Arguments,
  factor: Arguments['factor'],
  scheme: number,
  at: readonly [number, number, number],
  own: Float64Array,
): void {
  const { base, first, middle, tendency, advanced, middleShare } = args;
  let vo = 0;
  let d = 0;
  let phi = 0;
  for (let term = 0; term < 4; term++) {
    const matrix = scheme + 5 * term;
    const values = term === 0 ? base : term === 2 ? first : middle;
    const v = term === 1 ? (own[0] as number) : (values[at[0]] as number);
    const w = term === 1 ? (own[1] as number) : (values[at[1]] as number);
    const p = term === 1 ? (own[2] as number) : (values[at[2]] as number);
    vo += (factor[matrix] as number) * v;
    d += (factor[matrix + 1] as number) * w + (factor[matrix + 2] as number) * p;
    phi += (factor[matrix + 3] as number) * w + (factor[matrix + 4] as number) * p;
  }
  for (let field = 0; field < 3; field++) {
    const index = at[field] as number;
    tendency[index] = (own[field] as number) + middleShare * (middle[index] as number);
  }
  advanced[at[0]] = vo;
  advanced[at[1]] = d;
  advanced[at[2]] = phi;
}
