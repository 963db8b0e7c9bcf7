import { kernel, type TwinArguments } from '../compute/index.js';
import { stepWasm } from './step-wasm.js';

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
  simd: {
    module: stepWasm,
    run: ({ advance: compiled }, a, start, end) =>
      compiled?.(
        ...[start, end, a.coefficients, a.members, a.productCoefficients, a.schemeAt, a.middleShare],
        ...[a.product, a.place, a.factor, a.base, a.first, a.middle, a.tendency, a.advanced],
      ),
  },
  // The four terms of a derivative cancel.
  tolerance: 1e-6,
});

type Arguments = TwinArguments<typeof params, typeof inputs, typeof outputs>;

function advanceHost(args: Arguments, start: number, end: number): void {
  const own = new Float64Array(6);
  for (let member = 0; member < args.members; member++) {
    for (let k = start; k < end; k++) {
      tendenciesOf(args, k, member, own);
      store(args, k, member, own);
    }
  }
}

/** Real and imaginary parts of N_vo, N_d and N_phi of one coefficient. */
function tendenciesOf(args: Arguments, k: number, member: number, own: Float64Array): void {
  const { members, productCoefficients, product, place, factor } = args;
  const index = place[2 * k] as number;
  const at = 2 * (member * productCoefficients + index);
  const layer = 2 * members * productCoefficients;
  // The first coefficient has no share of the one below.
  const down = index === 0 ? 0 : 2;
  const [a, b, c, d, e] = [at, at + layer, at + 2 * layer, at + 3 * layer, at + 4 * layer];
  const along = factor[4 * k] as number;
  const below = factor[4 * k + 1] as number;
  const above = factor[4 * k + 2] as number;
  const laplacian = factor[4 * k + 3] as number;
  for (let part = 0; part < 2; part++) {
    // i (re + i im) = -im + i re
    const other = 1 - part;
    const turned = part === 0 ? -along : along;
    const [low, high] = [part - down, part + 2];
    own[part] = below * (product[b + low] as number) - turned * (product[a + other] as number) - above * (product[b + high] as number);
    own[2 + part] =
      turned * (product[b + other] as number) +
      below * (product[a + low] as number) -
      above * (product[a + high] as number) +
      laplacian * (product[e + part] as number);
    own[4 + part] = below * (product[d + low] as number) - turned * (product[c + other] as number) - above * (product[d + high] as number);
  }
}

function store(args: Arguments, k: number, member: number, own: Float64Array): void {
  const { coefficients, members, place, factor, schemeAt, base, first, middle, tendency, advanced, middleShare } = args;
  const m = schemeAt + schemeReals * (place[2 * k + 1] as number);
  const layer = 2 * members * coefficients;
  for (let part = 0; part < 2; part++) {
    const vo = 2 * (member * coefficients + k) + part;
    const d = vo + layer;
    const phi = d + layer;
    const [ownVo, ownD, ownPhi] = [own[part] as number, own[2 + part] as number, own[4 + part] as number];
    const [baseD, basePhi] = [base[d] as number, base[phi] as number];
    const [firstD, firstPhi] = [first[d] as number, first[phi] as number];
    const [middleVo, middleD, middlePhi] = [middle[vo] as number, middle[d] as number, middle[phi] as number];
    advanced[vo] =
      (factor[m] as number) * (base[vo] as number) +
      (factor[m + 5] as number) * ownVo +
      (factor[m + 10] as number) * (first[vo] as number) +
      (factor[m + 15] as number) * middleVo;
    advanced[d] =
      (factor[m + 1] as number) * baseD +
      (factor[m + 2] as number) * basePhi +
      ((factor[m + 6] as number) * ownD + (factor[m + 7] as number) * ownPhi) +
      ((factor[m + 11] as number) * firstD + (factor[m + 12] as number) * firstPhi) +
      ((factor[m + 16] as number) * middleD + (factor[m + 17] as number) * middlePhi);
    advanced[phi] =
      (factor[m + 3] as number) * baseD +
      (factor[m + 4] as number) * basePhi +
      ((factor[m + 8] as number) * ownD + (factor[m + 9] as number) * ownPhi) +
      ((factor[m + 13] as number) * firstD + (factor[m + 14] as number) * firstPhi) +
      ((factor[m + 18] as number) * middleD + (factor[m + 19] as number) * middlePhi);
    tendency[vo] = ownVo + middleShare * middleVo;
    tendency[d] = ownD + middleShare * middleD;
    tendency[phi] = ownPhi + middleShare * middlePhi;
  }
}
