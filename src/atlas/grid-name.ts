import { DteError, nearestWord } from '../base/index.js';
import { checkGaussianNumber } from './gaussian-latitudes.js';
import { type CubedSphereKind, cubedSphereGrid } from './cubed-sphere.js';
import { gaussianGrid } from './gaussian-grid.js';
import { classicGaussianNumbers, nearestClassicNumber, plOfName } from './gaussian-pl.js';
import type { Grid } from './grid.js';
import { healpixGrid } from './healpix/healpix-grid.js';
import { orcaGrid, orcaNameOf } from './point-grids.js';
import { latLonFromCounts, type LatLonShift } from './regular-lat-lon.js';

export const acceptedGrids =
  'accepted are L<nx>x<ny>, L<N>, S/Slon/Slat likewise, F<N>, N<N> (tables), O<N>, H<n>, H<n>n, CS-EA/ED/LFR-<n>, {e}ORCA<size>_<T|U|V|W|F>, <dlon>/<dlat>, [dlon, dlat], or a map with grid, area, pl, rotation';

/** Names of grids whose points are known only from a file of coordinates. */
const fileNames = /^(icon|fesom)[\w-]*$/i;
/** Valid names of grids that are not implemented. */
const otherNames = /^(cs-[a-z-]+\d+|e?orca\w+)$/i;

/** What the letters before the size of a latitude-longitude grid shift by half a step. */
const shifts: Readonly<Record<string, LatLonShift>> = { l: 'none', s: 'both', slon: 'lon', slat: 'lat' };

/** Whether a name is that of a grid whose points come from a file. */
export function isFileName(name: string): boolean {
  return fileNames.test(name);
}

/** The grid of a name such as `O640` or `L1440x721` (upper or lower case); `input.grid` when there is none. */
export function gridFromName(name: string): Grid {
  const latLon = /^(l|s|slon|slat)(\d+)(?:x(\d+))?$/i.exec(name);
  if (latLon !== null) {
    const shift = shifts[(latLon[1] as string).toLowerCase()] as LatLonShift;
    const [first, second] = [Number(latLon[2]), latLon[3]];
    const hasPoleRows = shift === 'none' || shift === 'lon';
    if (second !== undefined) return latLonFromCounts(first, Number(second), shift);
    return latLonFromCounts(4 * first, 2 * first + (hasPoleRows ? 1 : 0), shift);
  }
  const healpix = /^h(?:([rn])(\d+)|(\d+)(n?))$/i.exec(name);
  if (healpix !== null) {
    const isNested = `${healpix[1] ?? ''}${healpix[4] ?? ''}`.toLowerCase() === 'n';
    return healpixGrid(Number(healpix[2] ?? healpix[3]), isNested ? 'nested' : 'ring');
  }
  const cubed = /^cs-(ea|ed|lfr)-(?:c-)?(\d+)$/i.exec(name);
  if (cubed !== null) return cubedSphereGrid((cubed[1] as string).toUpperCase() as CubedSphereKind, Number(cubed[2]));
  if (orcaNameOf(name) !== undefined) return orcaGrid(name);
  const gaussian = /^([fno])(\d+)$/i.exec(name);
  if (gaussian === null) throw unknownName(name);
  const letter = (gaussian[1] as string).toUpperCase();
  const gaussianNumber = Number(gaussian[2]);
  checkGaussianNumber(gaussianNumber);
  const pl = plOfName(letter, gaussianNumber);
  if (pl === undefined) {
    throw new DteError('input.grid', `grid '${name}' is not defined: there is no table for N = ${gaussianNumber}`, {
      hint: `tables exist for N = ${classicGaussianNumbers.join(' ')}; did you mean 'N${nearestClassicNumber(gaussianNumber)}' or 'O${gaussianNumber}'?`,
    });
  }
  return gaussianGrid({ gaussianNumber, pl });
}

function unknownName(name: string): DteError {
  if (fileNames.test(name)) {
    return new DteError('unsupported.grid', `the points of grid '${name}' are known only from a file`, {
      hint: `a gridspec with coordinates, or latitudes and longitudes, names it: {grid: ${name}, coordinates: FILE}`,
    });
  }
  if (otherNames.test(name)) {
    return new DteError('unsupported.grid', `grid '${name}' is not implemented`, { hint: acceptedGrids });
  }
  const digits = /\d+(x\d+)?/.exec(name)?.[0];
  const near =
    digits === undefined
      ? undefined
      : nearestWord(
          name,
          ['O', 'N', 'F', 'L'].map((letter) => letter + digits),
        );
  return new DteError('input.grid', `grid '${name}' is not known`, {
    hint: `${acceptedGrids}${near === undefined ? '' : `; did you mean '${near}'?`}`,
  });
}
