import { DteError } from '../base/index.js';
import type { Grid, GridSpec } from './grid.js';
import { gridHash } from './grid-hash.js';

/** Spectral coefficients with triangular truncation J: (J + 1)(J + 2) real numbers, no coordinates. */
export function spectralGrid(truncation: number): Grid {
  if (!Number.isInteger(truncation) || truncation < 0 || truncation > 32_000) {
    throw new DteError('input.grid', `truncation ${truncation} is not possible`, { hint: 'an integer from 0 to 32000' });
  }
  const spec: GridSpec = { type: 'sh', truncation };
  return { ...withoutCoordinates('sh', (truncation + 1) * (truncation + 2), spec), truncation };
}

/** A grid that is carried along but not understood; `identity` tells two of the same size apart. */
export function unknownGrid(options: { readonly points: number; readonly identity?: string }): Grid {
  checkCount(options.points);
  return withoutCoordinates('unknown', options.points, identified('unknown', options.points, options.identity));
}

function identified(type: 'unknown', points: number, identity: string | undefined): GridSpec {
  return { type, points, ...(identity === undefined ? {} : { identity }) };
}

function withoutCoordinates(type: 'sh' | 'unknown', points: number, spec: GridSpec): Grid {
  return {
    type,
    points,
    spec,
    hash: gridHash(spec),
    coordinates() {
      throw new DteError('unsupported.grid', `a grid of type ${type} has no coordinates`, {
        ...(type === 'sh' ? { hint: 'transform the coefficients to a grid first' } : {}),
      });
    },
  };
}

function checkCount(points: number): void {
  if (Number.isInteger(points) && points >= 0) return;
  throw new DteError('input.grid', `${points} is not a number of points`, { hint: 'an integer, 0 or more' });
}
