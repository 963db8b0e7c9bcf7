import { kernel, type TwinArguments } from '../compute/index.js';
import { rowOf, rowStart, subsetBefore } from './spectral/coefficients.js';

const params = { pairs: 'u32', lanes: 'u32', codedLanes: 'u32', truncation: 'u32', sub: 'u32', lead: 'u32' } as const;
const inputs = { values: 'f32', laneTable: 'u32', factors: 'f32' } as const;
const outputs = { coded: 'f32' } as const;

/**
 * Coefficients [2 pairs, lanes] -> the numbers that are packed [2 pairs - floats, codedLanes]: those with n >= sub, but for the first
 * `lead` numbers, times the factor of their n, `factors` [codedLanes, truncation + 1]. `laneTable` names the lane of each coded one.
 */
export const spectralFlatten = kernel('grib/spectral-flatten', {
  params,
  inputs,
  outputs,
  threads: ({ pairs, codedLanes }) => [pairs, codedLanes],
  cpu: flattenHost,
  tolerance: 6e-8,
});

function flattenHost(args: TwinArguments<typeof params, typeof inputs, typeof outputs>, start: number, end: number): void {
  const { lanes, codedLanes, truncation, sub, lead, values, laneTable, factors, coded } = args;
  for (let m = rowOf(truncation, start), first = start; first < end; m++) {
    const row = rowStart(truncation, m);
    const last = Math.min(rowStart(truncation, m + 1), end);
    const before = 2 * subsetBefore(sub, m + 1) + lead;
    const packed = Math.max(first, row + Math.max(0, sub - m));
    for (let codedLane = 0; codedLane < codedLanes; codedLane++) {
      const lane = laneTable[codedLane] as number;
      let factor = codedLane * (truncation + 1) + m + packed - row;
      for (let pair = packed; pair < last; pair++, factor++) {
        const at = (2 * pair - before) * codedLanes + codedLane;
        if (pair >= lead) coded[at] = (values[2 * pair * lanes + lane] as number) * (factors[factor] as number);
        coded[at + codedLanes] = (values[(2 * pair + 1) * lanes + lane] as number) * (factors[factor] as number);
      }
    }
    first = last;
  }
}
