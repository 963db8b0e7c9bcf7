import { kernel, type TwinArguments } from '../compute/index.js';
import { rowStart } from './spectral/coefficients.js';

const params = { rows: 'u32', lanes: 'u32' } as const;
const inputs = { values: 'f32' } as const;
const outputs = { norms: 'f32' } as const;

/** The greatest magnitude of a real or imaginary part for every n: norms [rows, lanes] of coefficients [(rows + 1) rows, lanes], rows = truncation + 1. */
export const spectralNorms = kernel('grib/spectral-norms', {
  params,
  inputs,
  outputs,
  threads: ({ rows, lanes }) => [rows, lanes],
  cpu: normsHost,
  tolerance: 0,
});

function normsHost(args: TwinArguments<typeof params, typeof inputs, typeof outputs>, start: number, end: number): void {
  const { rows, lanes, values, norms } = args;
  norms.fill(0, start * lanes, end * lanes);
  for (let m = 0; m < end; m++) {
    const row = rowStart(rows - 1, m) - m;
    for (let n = Math.max(m, start); n < end; n++) {
      for (let lane = 0; lane < lanes; lane++) {
        const at = 2 * (row + n) * lanes + lane;
        const size = Math.max(Math.abs(values[at] as number), Math.abs(values[at + lanes] as number));
        if (size > (norms[n * lanes + lane] as number)) norms[n * lanes + lane] = size;
      }
    }
  }
}
