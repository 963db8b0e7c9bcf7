import { maxGaussianNumber } from './gaussian-latitudes.js';
import table from './tables/gaussian-pl.json' with { type: 'json' };

const runs: Readonly<Record<string, readonly number[]>> = table.rle;

/** The N for which a classic reduced grid `N<N>` is defined. */
export const classicGaussianNumbers: readonly number[] = Object.keys(runs).map(Number);

/** Points per latitude, north to south, of `N<N>` (table); undefined for an N without a table. `[2N]` */
export function classicPl(gaussianNumber: number): Int32Array | undefined {
  const pairs = runs[String(gaussianNumber)];
  if (pairs === undefined) return undefined;
  const pl = new Int32Array(2 * gaussianNumber);
  let row = 0;
  for (let pair = 0; pair < pairs.length; pair += 2) {
    pl.fill(pairs[pair] as number, row, row + (pairs[pair + 1] as number));
    row += pairs[pair + 1] as number;
  }
  for (let j = 0; j < gaussianNumber; j++) pl[2 * gaussianNumber - 1 - j] = pl[j];
  return pl;
}

/** Points per latitude of `O<N>`: 20 + 4j, j = 0 at the pole, mirrored. `[2N]` */
export function octahedralPl(gaussianNumber: number): Int32Array {
  const last = 2 * gaussianNumber - 1;
  return Int32Array.from({ length: 2 * gaussianNumber }, (_, row) => 20 + 4 * Math.min(row, last - row));
}

/** Points per latitude of `F<N>`: 4N. `[2N]` */
export function regularPl(gaussianNumber: number): Int32Array {
  return new Int32Array(2 * gaussianNumber).fill(4 * gaussianNumber);
}

/** `pl` of a Gaussian grid name; undefined where the letter is not F, N or O, or N has no table. */
export function plOfName(letter: string, gaussianNumber: number): Int32Array | undefined {
  if (!Number.isInteger(gaussianNumber) || gaussianNumber < 1 || gaussianNumber > maxGaussianNumber) return undefined;
  if (letter === 'F') return regularPl(gaussianNumber);
  if (letter === 'O') return octahedralPl(gaussianNumber);
  return letter === 'N' ? classicPl(gaussianNumber) : undefined;
}

/** The name among F, O and N whose rows from `rowStart` on are `circles`. */
export function gaussianName(gaussianNumber: number, rowStart: number, circles: ArrayLike<number>): string | undefined {
  for (const letter of ['F', 'O', 'N']) {
    const pl = plOfName(letter, gaussianNumber);
    if (pl === undefined) continue;
    let row = 0;
    while (row < circles.length && pl[rowStart + row] === circles[row]) row++;
    if (row === circles.length) return `${letter}${gaussianNumber}`;
  }
  return undefined;
}

/** The N with a table that is numerically closest. */
export function nearestClassicNumber(gaussianNumber: number): number {
  return classicGaussianNumbers.reduce((best, n) => (Math.abs(n - gaussianNumber) < Math.abs(best - gaussianNumber) ? n : best));
}
