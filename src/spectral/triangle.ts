import { DteError } from '../base/index.js';
import { type Field, type Grid, spectralGrid } from '../atlas/index.js';

/** Complex coefficients of a triangular truncation: (T + 1)(T + 2) / 2. */
export function coefficientCount(truncation: number): number {
  return ((truncation + 1) * (truncation + 2)) / 2;
}

/** Place of coefficient (m, n) in GRIB order (m = 0..T, n = m..T), counted in complex numbers. */
export function coefficientIndex(truncation: number, m: number, n: number): number {
  return (m * (2 * truncation - m + 3)) / 2 + n - m;
}

export function checkTruncation(truncation: number): void {
  spectralGrid(truncation);
}

/** The field's truncation; `input.field` when it is no spectral field, or of another truncation than `wanted`. */
export function checkSpectral(field: Field, wanted: number): void {
  const { grid } = field;
  if (grid.type === 'sh' && grid.truncation === wanted) return;
  throw new DteError('input.field', `the field is on ${nameOf(grid)}, the transform is for spectral coefficients of truncation ${wanted}`, {
    hint: 'prepare the transform for the truncation of the field, or truncate the field first',
  });
}

export function nameOf(grid: Grid): string {
  return grid.type === 'sh'
    ? `spectral coefficients of truncation ${grid.truncation}`
    : (grid.name ?? JSON.stringify(grid.spec).slice(0, 80));
}
