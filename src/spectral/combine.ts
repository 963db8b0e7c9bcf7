import { kernel, type TwinArguments } from '../compute/index.js';

const params = { coefficients: 'u32', lanes: 'u32' } as const;
const inputs = { neighbour: 'u32', factor: 'f32', same: 'f32', beside: 'f32' } as const;
const outputs = { combined: 'f32' } as const;

/** A neighbour that does not exist. */
export const noCoefficient = 0xffffffff;

/**
 * combined(m, n) = (d + i e) same(m, n) + b beside(m, n - 1) + c beside(m, n + 1): derivatives, winds and filters of spectral
 * coefficients. neighbour: [coefficients, 3] number of the coefficient n - 1, n and n + 1 in the sources, or `noCoefficient`;
 * factor: [coefficients, 4] d, e, b, c. same, beside: [any, 2, lanes]; combined: [coefficients, 2, lanes].
 */
export const combine = kernel('spectral/combine', {
  params,
  inputs,
  outputs,
  threads: ({ coefficients, lanes }) => [coefficients, lanes],
  cpu: combineHost,
  tolerance: 3e-7,
});

function combineHost(args: TwinArguments<typeof params, typeof inputs, typeof outputs>, start: number, end: number): void {
  const { lanes, neighbour, factor, same, beside, combined } = args;
  for (let k = start; k < end; k++) {
    const [below, own, above] = [neighbour[3 * k] as number, neighbour[3 * k + 1] as number, neighbour[3 * k + 2] as number];
    const d = factor[4 * k] as number;
    const e = factor[4 * k + 1] as number;
    const b = factor[4 * k + 2] as number;
    const c = factor[4 * k + 3] as number;
    for (let lane = 0; lane < lanes; lane++) {
      let re = 0;
      let im = 0;
      if (own !== noCoefficient) {
        const ownRe = same[2 * own * lanes + lane] as number;
        const ownIm = same[(2 * own + 1) * lanes + lane] as number;
        re = d * ownRe - e * ownIm;
        im = d * ownIm + e * ownRe;
      }
      if (below !== noCoefficient) {
        re += b * (beside[2 * below * lanes + lane] as number);
        im += b * (beside[(2 * below + 1) * lanes + lane] as number);
      }
      if (above !== noCoefficient) {
        re += c * (beside[2 * above * lanes + lane] as number);
        im += c * (beside[(2 * above + 1) * lanes + lane] as number);
      }
      combined[2 * k * lanes + lane] = re;
      combined[(2 * k + 1) * lanes + lane] = im;
    }
  }
}
