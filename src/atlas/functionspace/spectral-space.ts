import { DteError } from '../../base/index.js';
import type { Grid } from '../grid.js';
import { spectralGrid } from '../other-grids.js';
import { checkLevelCount } from './partition-lists.js';
import type { FunctionSpace, SpacePart } from './space.js';
import type { Statistics } from './statistics.js';

/** Coefficients of spherical harmonics in GRIB's order: for each m, then n = m to T, real and imaginary part. */
export interface SpectralSpace extends FunctionSpace {
  readonly kind: 'Spectral';
  readonly grid: Grid;
  readonly truncation: number;
}

export interface SpectralSpaceOptions {
  /** Whole zonal wavenumbers are dealt to so many parts, about as many coefficients to each. Default 1. */
  readonly parts?: number;
  readonly levels?: number;
}

/**
 * The space of a triangular truncation. Its weights are those of Parseval's theorem: with ½∫P² = 1 the mean of the square of a
 * field is the sum of the squares of its coefficients, counted once for m = 0 and twice for the others.
 */
export function spectralSpace(truncation: number, options: SpectralSpaceOptions = {}): SpectralSpace {
  const grid = spectralGrid(truncation);
  const count = options.parts ?? 1;
  if (!Number.isInteger(count) || count < 1) {
    throw new DteError('input.option', `a spectral space in ${count} parts`, {
      hint: 'accepted are whole numbers from 1',
      where: { option: 'parts' },
    });
  }
  const areas = new Float64Array(grid.points).fill(2);
  areas.fill(1, 0, 2 * (truncation + 1));
  const parts = partsOf(truncation, count);
  return { kind: 'Spectral', grid, truncation, items: grid.points, levels: checkLevelCount(options.levels), parts, areas };
}

/** Square root of the mean of the square of the field behind a layer, out of its area-weighted statistics on a spectral space. */
export function spectralNorm({ sumOfSquares }: Statistics): number {
  return Math.sqrt(sumOfSquares);
}

/** There and back over the parts: wavenumber m has T + 1 - m pairs, so two in opposite order balance each other. */
function partsOf(truncation: number, count: number): readonly SpacePart[] {
  const lists = Array.from({ length: count }, (): number[] => []);
  for (let m = 0; m <= truncation; m++) {
    const turn = Math.floor(m / count);
    const part = turn % 2 === 0 ? m % count : count - 1 - (m % count);
    const start = m * (2 * truncation - m + 3);
    for (let k = 0; k < 2 * (truncation + 1 - m); k++) (lists[part] as number[]).push(start + k);
  }
  return lists.map((items) => ({ owned: items.length, size: items.length, item: Uint32Array.from(items) }));
}
