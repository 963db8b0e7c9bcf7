import { kernel, missingValue, type TwinArguments } from '../../compute/index.js';

const params = { rows: 'u32', lanes: 'u32', statistic: 'u32' } as const;
const inputs = { rowStart: 'u32', column: 'u32', source: 'f32' } as const;
const outputs = { result: 'f32' } as const;

/** What `interpolation-statistics` can be; the place of a name is its number in the kernel. */
export const statisticNames = ['maximum', 'minimum', 'mean', 'sum', 'count', 'variance', 'stddev'] as const;

export type StatisticName = (typeof statisticNames)[number];

/** The number of a statistic in the kernel. */
export function statisticNumber(name: StatisticName): number {
  return statisticNames.indexOf(name);
}

const count = statisticNumber('count');

/**
 * A statistic of the source points of each row that have a value (MIR's `interpolation-statistics`): weights do not matter.
 * `variance` is that of a sample, sum of squares / (n - 1), and 0 for one value. source [columns, lanes], result [rows, lanes].
 */
export const rowStatistics = kernel('regrid/row-statistics', {
  params,
  inputs,
  outputs,
  threads: ({ rows, lanes }) => [rows, lanes],
  cpu: rowStatisticsHost,
  module: new URL('./row-statistics.js', import.meta.url).href,
  // Squares of deviations: twice the relative error of a value, and a sum.
  tolerance: 1e-5,
  split: { count: 'rows', bindings: { rowStart: { stride: () => 1, extra: 1 }, result: { stride: ({ lanes }) => lanes } } },
});

function rowStatisticsHost(
  { lanes, statistic, rowStart, column, source, result }: TwinArguments<typeof params, typeof inputs, typeof outputs>,
  start: number,
  end: number,
): void {
  for (let row = start; row < end; row++) {
    const first = rowStart[row] as number;
    const last = rowStart[row + 1] as number;
    for (let lane = 0; lane < lanes; lane++) {
      let present = 0;
      let [sum, least, most] = [0, 0, 0];
      for (let entry = first; entry < last; entry++) {
        const value = source[(column[entry] as number) * lanes + lane] as number;
        if (value === missingValue) continue;
        sum += value;
        if (present === 0 || value < least) least = value;
        if (present === 0 || value > most) most = value;
        present++;
      }
      const at = row * lanes + lane;
      if (first === last || (present === 0 && statistic !== count)) {
        result[at] = missingValue;
        continue;
      }
      const mean = sum / Math.max(present, 1);
      if (statistic < 5) {
        result[at] = [most, least, mean, sum, present][statistic] as number;
        continue;
      }
      let squares = 0;
      for (let entry = first; entry < last; entry++) {
        const value = source[(column[entry] as number) * lanes + lane] as number;
        if (value !== missingValue) squares += (value - mean) * (value - mean);
      }
      const variance = present > 1 ? squares / (present - 1) : 0;
      result[at] = statistic === 6 ? Math.sqrt(variance) : variance;
    }
  }
}
