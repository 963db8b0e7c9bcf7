import { DteError } from '../../base/index.js';
import type { Coordinates, Grid, GridSpec } from '../grid.js';
import { gridHash } from '../grid-hash.js';
import { checkPoints, rowsArea, rowsCoordinates } from '../rows.js';
import { healpixCells } from './healpix-cells.js';
import { nestedToRing } from './pixels.js';
import { healpixRows } from './rings.js';

export type HealpixOrder = 'ring' | 'nested';

/**
 * HEALPix: 12 nside^2 points of equal area. In ring order the grid has `rows`; in nested order, for which nside is a power of
 * two, `asRows` leads to them. `input.grid` for an nside that is not possible.
 */
export function healpixGrid(nside: number, order: HealpixOrder = 'ring'): Grid {
  if (!Number.isInteger(nside) || nside < 1) {
    throw new DteError('input.grid', `HEALPix with nside ${nside} is not possible`, { hint: 'nside is an integer, 1 or more' });
  }
  if (order === 'nested' && 2 ** Math.round(Math.log2(nside)) !== nside) {
    throw new DteError('input.grid', `HEALPix with nside ${nside} has no nested order`, {
      hint: 'nside must be a power of two, or the order ring',
    });
  }
  const points = 12 * nside * nside;
  checkPoints(points, `HEALPix with nside ${nside}`);
  return order === 'ring' ? ringGrid(nside, points) : nestedGrid(nside, points);
}

function ringGrid(nside: number, points: number): Grid {
  const rows = healpixRows(nside);
  const spec: GridSpec = { grid: `H${nside}` };
  return {
    type: 'healpix',
    name: `H${nside}`,
    points,
    spec,
    hash: gridHash(spec),
    area: rowsArea(rows),
    rows,
    healpix: { nside, order: 'ring' },
    coordinates: () => rowsCoordinates(rows),
    cells: () => healpixCells(nside, 'ring'),
  };
}

function nestedGrid(nside: number, points: number): Grid {
  const ring = ringGrid(nside, points);
  const spec: GridSpec = { grid: `H${nside}`, order: 'nested' };
  return {
    type: 'healpix',
    name: `H${nside}n`,
    points,
    spec,
    hash: gridHash(spec),
    ...(ring.area === undefined ? {} : { area: ring.area }),
    healpix: { nside, order: 'nested' },
    coordinates: () => gathered(ring.coordinates(), nestedToRing(nside)),
    cells: () => healpixCells(nside, 'nested'),
    asRows: () => ({ grid: ring, index: inverted(nestedToRing(nside)) }),
  };
}

function gathered({ lat, lon }: Coordinates, index: Uint32Array): Coordinates {
  return { lat: Float64Array.from(index, (point) => lat[point]), lon: Float64Array.from(index, (point) => lon[point]) };
}

function inverted(permutation: Uint32Array): Uint32Array {
  const inverse = new Uint32Array(permutation.length);
  for (let point = 0; point < permutation.length; point++) inverse[permutation[point]] = point;
  return inverse;
}
