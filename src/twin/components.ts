import { kernel, type TwinArguments } from '../compute/index.js';

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
  tolerance: 3e-7,
});

type Arguments = TwinArguments<typeof params, typeof inputs, typeof outputs>;

function componentsHost(args: Arguments, start: number, end: number): void {
  const { coefficients, members, sourceCoefficients, neighbour, factor, state, component, mean } = args;
  const layer = 2 * sourceCoefficients;
  for (let k = start; k < end; k++) {
    const [below, own, above] = [neighbour[3 * k] as number, neighbour[3 * k + 1] as number, neighbour[3 * k + 2] as number];
    const e = factor[3 * k] as number;
    const b = factor[3 * k + 1] as number;
    const c = factor[3 * k + 2] as number;
    for (let member = 0; member < members; member++) {
      const vo = member * layer;
      const d = (members + member) * layer;
      const phi = (2 * members + member) * layer;
      for (let part = 0; part < 2; part++) {
        // -i (re + i im) = im - i re
        const sign = part === 0 ? 1 : -1;
        const other = 2 * own + 1 - part;
        let u = own === noCoefficient ? 0 : sign * e * (state[d + other] as number);
        let v = own === noCoefficient ? 0 : sign * e * (state[vo + other] as number);
        if (below !== noCoefficient) {
          u -= b * (state[vo + 2 * below + part] as number);
          v += b * (state[d + 2 * below + part] as number);
        }
        if (above !== noCoefficient) {
          u += c * (state[vo + 2 * above + part] as number);
          v -= c * (state[d + 2 * above + part] as number);
        }
        const values = [u, v, own === noCoefficient ? 0 : (state[vo + 2 * own + part] as number), 0];
        values[3] = own === noCoefficient ? 0 : (state[phi + 2 * own + part] as number);
        for (let field = 0; field < 4; field++) {
          const place = field * members + member;
          component[2 * (place * coefficients + k) + part] = k === 0 ? 0 : (values[field] as number);
          if (k === 0 && part === 0) mean[place] = values[field] as number;
        }
      }
    }
  }
}
