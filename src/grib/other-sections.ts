import type { Grid, HealpixFrame } from '../atlas/index.js';
import { putSigned, putUnsigned } from './octets.js';

/** Code table 3.8: the points are the middles of their cells. */
const MIDDLE = 4;

/** Section 3 of template 3.150: HEALPix beginning at 45 E, points in the middle of their cells. */
export function healpixSection(grid: Grid, shape: Uint8Array): Uint8Array {
  const { nside, order } = grid.healpix as HealpixFrame;
  const bytes = head(grid, 150, 42);
  bytes.set(shape, 14);
  putUnsigned(bytes, 31, 4, nside);
  putSigned(bytes, 35, 4, 45e6);
  bytes[39] = MIDDLE;
  bytes[40] = order === 'nested' ? 1 : 0;
  return bytes;
}

/** GRIB numbers of the grids that ECMWF's centre names, and of the arrangements of their points. */
const ORCA_NUMBERS: Readonly<Record<string, number>> = { ORCA2: 1, ORCA1: 2, ORCA025: 3, ORCA12: 4, eORCA1: 5, eORCA025: 6, eORCA12: 7 };
const ARRANGEMENTS = 'TUVWF';

/** The ORCA grid that the numbers of a header of ECMWF's name; undefined for others. */
export function orcaNameOfNumbers(gridUsed: number, inReference: number): string | undefined {
  const family = Object.keys(ORCA_NUMBERS).find((name) => ORCA_NUMBERS[name] === gridUsed);
  const arrangement = ARRANGEMENTS[inReference - 1];
  return family === undefined || arrangement === undefined ? undefined : `${family}_${arrangement}`;
}

/** Section 3 of template 3.101, which holds no coordinates: what a header said of the grid (its identity), or the numbers of an ORCA grid. */
export function unstructuredSection(grid: Grid, shape: number): Uint8Array {
  const bytes = head(grid, 101, 35);
  bytes[14] = shape;
  const [family, arrangement] = (grid.name ?? '').split('_') as [string, string | undefined];
  const stated = /^([0-9a-f]{32}) (\d+) (\d+)$/.exec(String(grid.spec.identity ?? ''));
  putUnsigned(bytes, 15, 3, ORCA_NUMBERS[family] ?? Number(stated?.[2] ?? 0));
  bytes[18] = arrangement === undefined ? Number(stated?.[3] ?? 0) : ARRANGEMENTS.indexOf(arrangement) + 1;
  const digits = stated?.[1] ?? grid.hash;
  for (let octet = 0; octet < 16; octet++) bytes[19 + octet] = Number.parseInt(digits.slice(2 * octet, 2 * octet + 2), 16);
  return bytes;
}

function head(grid: Grid, template: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  putUnsigned(bytes, 0, 4, length);
  bytes[4] = 3;
  putUnsigned(bytes, 6, 4, grid.points);
  putUnsigned(bytes, 12, 2, template);
  return bytes;
}
