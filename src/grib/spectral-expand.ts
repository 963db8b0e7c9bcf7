import { kernel, type TwinArguments } from '../compute/index.js';
import { rowOf, rowStart, subsetBefore } from './spectral/coefficients.js';

const params = { pairs: 'u32', lanes: 'u32', truncation: 'u32' } as const;
const inputs = { coded: 'f32', unpacked: 'f32', laneTable: 'u32', factors: 'f32' } as const;
const outputs = { values: 'f32' } as const;

/**
 * Decoded integers and floats of spectral messages -> coefficients [2 pairs, lanes]. Coefficients with n < sub are floats of the
 * message, all others (R + X 2^E) 10^-D of `coded` [any, lanes] times (n (n + 1))^-P (WMO FM 92, templates 5.51 and 7.51); their
 * imaginary parts are 0 for m = 0. With `lead` = 1 (templates 5.50 and 7.50) only the real part of (0, 0) is a float.
 *
 * A lane is a row of `laneTable` (sub, lead, start of its floats in `unpacked`) and of `factors` [lanes, truncation + 1, 2]: the
 * factor of every n as high + low.
 */
export const spectralExpand = kernel('grib/spectral-expand', {
  params,
  inputs,
  outputs,
  threads: ({ pairs, lanes }) => [pairs, lanes],
  cpu: expandHost,
  tolerance: 1.2e-7,
});

function expandHost(args: TwinArguments<typeof params, typeof inputs, typeof outputs>, start: number, end: number): void {
  const { lanes, truncation, coded, unpacked, laneTable, factors, values } = args;
  for (let m = rowOf(truncation, start), first = start; first < end; m++) {
    const row = rowStart(truncation, m);
    const last = Math.min(rowStart(truncation, m + 1), end);
    for (let lane = 0; lane < lanes; lane++) {
      const sub = laneTable[lane * 3] as number;
      const lead = laneTable[lane * 3 + 1] as number;
      const floats = laneTable[lane * 3 + 2] as number;
      const packed = Math.min(last, Math.max(first, row + Math.max(0, sub - m)));
      for (let pair = first; pair < packed; pair++) {
        const at = floats + 2 * (subsetBefore(sub, m) + pair - row);
        values[2 * pair * lanes + lane] = unpacked[at] as number;
        values[(2 * pair + 1) * lanes + lane] = unpacked[at + 1] as number;
      }
      const before = 2 * subsetBefore(sub, m + 1) + lead;
      let factor = 2 * (lane * (truncation + 1) + m + packed - row);
      for (let pair = packed; pair < last; pair++, factor += 2) {
        const scale = (factors[factor] as number) + (factors[factor + 1] as number);
        const at = (2 * pair - before) * lanes + lane;
        values[2 * pair * lanes + lane] = pair < lead ? (unpacked[floats] as number) : (coded[at] as number) * scale;
        values[(2 * pair + 1) * lanes + lane] = m === 0 && lead === 0 ? 0 : (coded[at + lanes] as number) * scale;
      }
    }
    first = last;
  }
}
