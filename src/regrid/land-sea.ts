import { DteError } from '../base/index.js';
import type { Matrix } from './matrix.js';

/** Land (1) and sea (0) at the points of both grids. */
export interface LandSeaMasks {
  readonly source: Uint8Array;
  readonly target: Uint8Array;
  /** Factor of weights between points of different kinds (MIR `lsm-weight-adjustment`). Default 0.2. */
  readonly adjustment?: number;
}

export const defaultLandSeaAdjustment = 0.2;
const defaultThreshold = 0.5;

/** Land where a land-sea mask (fraction of land) is at least `threshold`. `input.field` for values that are no numbers. */
export function landMask(values: ArrayLike<number>, threshold = defaultThreshold): Uint8Array {
  const mask = new Uint8Array(values.length);
  for (let point = 0; point < values.length; point++) {
    // Fractions overshoot by their packing; a marker of missing values lies far outside.
    if (!(values[point] > -1 && values[point] < 2)) {
      throw new DteError('input.field', `a land-sea mask has the value ${values[point]} at point ${point}`, {
        hint: 'a mask has a fraction of land from 0 to 1 everywhere',
      });
    }
    mask[point] = values[point] >= threshold ? 1 : 0;
  }
  return mask;
}

/**
 * Weights that respect coasts: those of source points of the other kind than the target point are multiplied by `adjustment`, and a
 * row that this changes is divided so that it sums to what it did (MIR, `lsm-weight-adjustment`). To be done before missing values
 * are treated. `input.field` for a mask of another size than its grid, `input.option` for a factor outside 0 to 1.
 */
export function landSeaWeights(matrix: Matrix, { source, target, adjustment = defaultLandSeaAdjustment }: LandSeaMasks): Matrix {
  checkSize(source, matrix.columns, 'source');
  checkSize(target, matrix.rows, 'target');
  if (!(adjustment >= 0 && adjustment <= 1)) {
    throw new DteError('input.option', `lsm-weight-adjustment cannot be ${adjustment}`, {
      where: { option: 'lsm-weight-adjustment' },
      hint: 'it is a number from 0 to 1',
    });
  }
  const weight = matrix.weight.slice();
  for (let row = 0; row < matrix.rows; row++) adjustRow(matrix, weight, row, source, target[row], adjustment);
  return { ...matrix, weight };
}

function checkSize(mask: Uint8Array, points: number, side: string): void {
  if (mask.length === points) return;
  throw new DteError('input.field', `the land-sea mask of the ${side} has ${mask.length} points`, {
    hint: `the ${side} grid has ${points}`,
  });
}

function adjustRow(
  { rowStart, column }: Matrix,
  weight: Float64Array,
  row: number,
  source: Uint8Array,
  kind: number,
  adjustment: number,
): void {
  let before = 0;
  let after = 0;
  let differing = 0;
  for (let entry = rowStart[row]; entry < rowStart[row + 1]; entry++) {
    before += weight[entry];
    if (source[column[entry]] !== kind) differing++;
    after += source[column[entry]] === kind ? weight[entry] : weight[entry] * adjustment;
  }
  // Where all points are of the other kind there is nothing to prefer.
  if (differing === 0 || differing === rowStart[row + 1] - rowStart[row] || after === 0) return;
  for (let entry = rowStart[row]; entry < rowStart[row + 1]; entry++) {
    weight[entry] *= (before / after) * (source[column[entry]] === kind ? 1 : adjustment);
  }
}
