import { kernel, type TwinArguments } from '../compute/index.js';
import { stepWasm } from './step-wasm.js';

const params = { coefficients: 'u32', members: 'u32', sourceCoefficients: 'u32' } as const;
const inputs = { neighbour: 'u32', factor: 'f32', state: 'f32' } as const;
const outputs = { component: 'f32', mean: 'f32' } as const;

/** A neighbour that does not exist. */
export const noCoefficient = 0xffffffff;

/**
 * What a step needs at the points of the grid, from the state: U = u cos(lat), V = v cos(lat), vorticity and geopotential of every
 * member, coefficients of truncation T + 1.
 * U(n) = -i e D(n) - b vo(n - 1) + c vo(n + 1), V(n) = -i e vo(n) + b D(n - 1) - c D(n + 1).
 *
 * neighbour: [coefficients, 3] number of n - 1, n and n + 1 in the state, or `noCoefficient`; factor: [coefficients, 3] e = m a / (n (n + 1)),
 * b = a eps(n) / n, c = a eps(n + 1) / (n + 1); state: [3 members, source coefficients, 2] vorticity, divergence and geopotential;
 * component: [4 members, coefficients, 2], whose first coefficients are 0: they go to mean [4 members].
 */
export const components = kernel('twin/components', {
  params,
  inputs,
  outputs,
  threads: ({ coefficients, members }) => [coefficients, members],
  cpu: componentsHost,
  simd: {
    module: stepWasm,
    run: ({ components: compiled }, a, start, end) =>
      compiled?.(start, end, a.coefficients, a.members, a.sourceCoefficients, a.neighbour, a.factor, a.state, a.component, a.mean),
  },
  tolerance: 3e-7,
});

type Arguments = TwinArguments<typeof params, typeof inputs, typeof outputs>;

function componentsHost(args: Arguments, start: number, end: number): void {
  for (let member = 0; member < args.members; member++) memberComponents(args, member, start, end);
}

function memberComponents(args: Arguments, member: number, start: number, end: number): void {
  const { coefficients, members, sourceCoefficients, neighbour, factor, state, component, mean } = args;
  const vo = 2 * member * sourceCoefficients;
  const d = vo + 2 * members * sourceCoefficients;
  const phi = d + 2 * members * sourceCoefficients;
  const layer = 2 * members * coefficients;
  for (let k = start; k < end; k++) {
    const below = neighbour[3 * k] as number;
    const own = neighbour[3 * k + 1] as number;
    const above = neighbour[3 * k + 2] as number;
    let [uRe, uIm, vRe, vIm, voRe, voIm, phiRe, phiIm] = [0, 0, 0, 0, 0, 0, 0, 0];
    if (own !== noCoefficient) {
      const e = factor[3 * k] as number;
      voRe = state[vo + 2 * own] as number;
      voIm = state[vo + 2 * own + 1] as number;
      phiRe = state[phi + 2 * own] as number;
      phiIm = state[phi + 2 * own + 1] as number;
      uRe = e * (state[d + 2 * own + 1] as number);
      uIm = -e * (state[d + 2 * own] as number);
      vRe = e * voIm;
      vIm = -e * voRe;
    }
    if (below !== noCoefficient) {
      const b = factor[3 * k + 1] as number;
      uRe -= b * (state[vo + 2 * below] as number);
      uIm -= b * (state[vo + 2 * below + 1] as number);
      vRe += b * (state[d + 2 * below] as number);
      vIm += b * (state[d + 2 * below + 1] as number);
    }
    if (above !== noCoefficient) {
      const c = factor[3 * k + 2] as number;
      uRe += c * (state[vo + 2 * above] as number);
      uIm += c * (state[vo + 2 * above + 1] as number);
      vRe -= c * (state[d + 2 * above] as number);
      vIm -= c * (state[d + 2 * above + 1] as number);
    }
    const to = 2 * (member * coefficients + k);
    if (k === 0) {
      mean[member] = uRe;
      mean[members + member] = vRe;
      mean[2 * members + member] = voRe;
      mean[3 * members + member] = phiRe;
      [uRe, uIm, vRe, vIm, voRe, voIm, phiRe, phiIm] = [0, 0, 0, 0, 0, 0, 0, 0];
    }
    component[to] = uRe;
    component[to + 1] = uIm;
    component[to + layer] = vRe;
    component[to + layer + 1] = vIm;
    component[to + 2 * layer] = voRe;
    component[to + 2 * layer + 1] = voIm;
    component[to + 3 * layer] = phiRe;
    component[to + 3 * layer + 1] = phiIm;
  }
}
