import { missingValue } from '../../../src/compute/index.js';

type Made = {
  readonly inputs: Readonly<Record<string, number | Float64Array | Uint32Array>>;
  readonly outputs: Readonly<Record<string, number>>;
};

/** Some missing, some at the marker, some next to it. */
export function markCase(count: number, random: () => number): Made {
  const pool = [missingValue, 9999, 9999.25, 9999.5, -3, 0];
  const source = Float64Array.from({ length: count }, () => pool[Math.floor(random() * pool.length)] as number);
  return { inputs: { count, marker: 9999, epsilon: 0.25, source }, outputs: { marked: count } };
}

/** Rows of none to six entries; values are multiples of 1/4, so that sums, but not means, are exact in f32. */
export function statisticsCase(rows: number, random: () => number, statistic: number): Made {
  const lanes = 3;
  const columns = 40;
  const rowStart = new Uint32Array(rows + 1);
  for (let row = 0; row < rows; row++) rowStart[row + 1] = (rowStart[row] as number) + Math.floor(random() * 7);
  const entries = Math.max(rowStart[rows] as number, 1);
  const column = Uint32Array.from({ length: entries }, () => Math.floor(random() * columns));
  const source = Float64Array.from({ length: columns * lanes }, () =>
    random() < 0.3 ? missingValue : Math.floor(random() * 400) / 4 - 50,
  );
  return { inputs: { rows, lanes, statistic, rowStart, column, source }, outputs: { result: rows * lanes } };
}
