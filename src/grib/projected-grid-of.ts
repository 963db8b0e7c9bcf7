import {
  albersEqualArea,
  type Earth,
  type Grid,
  lambertAzimuthalEqualArea,
  lambertConformalConic,
  mercator,
  polarStereographic,
  type Projection,
  projectedGrid,
  sphere,
} from '../atlas/index.js';
import { DteError } from '../base/index.js';
import { degrees, scanningMode } from './grid-keys.js';
import type { Message } from './message.js';
import { raw, rawNumber } from './raw-keys.js';

/** Reads a number that a grid of this kind must have, or throws. */
type Required = (message: Message, key: string) => number;

interface HeaderReader {
  readonly number: Required;
  /** Degrees. */
  readonly angle: Required;
}

/** Makers of the projections of GRIB's templates, by ecCodes' name of the grid. */
export const projectionMakers: Readonly<Record<string, (message: Message, read: HeaderReader, earth: Earth) => Projection>> = {
  lambert: (message, read, earth) => lambertConformalConic(conic(message, read, earth)),
  albers: (message, read, earth) => albersEqualArea(conic(message, read, earth)),
  polar_stereographic(message, { angle, number }, earth) {
    const pole = number(message, 'projectionCentreFlag') & 0x80 ? -90 : 90;
    // Edition 1 has no latitude of true scale: it is 60. Some writers round 90 upwards.
    const stated = message.edition === 1 ? (60 * pole) / 90 : angle(message, 'LaD');
    const latitude1 = Math.abs(stated) > 90 && Math.abs(stated) < 90.001 ? pole : stated;
    return polarStereographic({ earth, pole, latitude1, longitude0: angle(message, 'orientationOfTheGrid') });
  },
  mercator(message, { angle }, earth) {
    const orientation = degrees(message, 'orientationOfTheGrid') ?? 0;
    if (orientation !== 0) {
      throw new DteError('unsupported.grid', `a mercator grid turned by ${orientation} degrees is not implemented`, { hint: '0 is' });
    }
    return mercator({ earth, latitude1: angle(message, message.edition === 1 ? 'Latin' : 'LaD'), longitude0: 0 });
  },
  lambert_azimuthal_equal_area: (message, { angle }, earth) =>
    lambertAzimuthalEqualArea({
      earth,
      standardParallel: angle(message, 'standardParallelInMicrodegrees'),
      centralLongitude: angle(message, 'centralLongitudeInMicrodegrees'),
    }),
};

function conic(message: Message, { angle }: HeaderReader, earth: Earth) {
  const latitude1 = angle(message, 'Latin1');
  const latitude2 = angle(message, 'Latin2');
  return {
    earth,
    // Where the origin of the plane lies makes no difference: the first point is given as a position.
    latitude0: latitude1,
    longitude0: angle(message, 'LoV'),
    latitude1,
    latitude2,
  };
}

/** A grid that is regular in the plane of a projection, points in canonical order. */
export function projectedGridOf(message: Message, type: string, read: HeaderReader): Grid {
  const maker = projectionMakers[type];
  if (maker === undefined) throw new DteError('unsupported.grid', `a grid of type ${type} is not implemented`);
  const projection = maker(message, read, earthOf(message));
  const [columns, rows] = [sizeOf(message, 'x', read), sizeOf(message, 'y', read)];
  const [dx, dy] = [lengthOf(message, 'x', read), lengthOf(message, 'y', read)];
  const [lat, lon] = [read.angle(message, 'latitudeOfFirstGridPoint'), read.angle(message, 'longitudeOfFirstGridPoint')];
  const [x, y] = projection.forward(lat, lon);
  const mode = scanningMode(message);
  const [xFirst, yFirst] = [mode & 0x80 ? x - (columns - 1) * dx : x, mode & 0x40 ? y + (rows - 1) * dy : y];
  const corner = mode & 0x40 ? 'lonlat(xmin,ymin)' : 'lonlat(xmin,ymax)';
  // Rows that run westwards begin at a corner that gridspecs have no name for.
  const anchor = mode & 0x80 ? { xmin: tenths(xFirst), ymax: tenths(yFirst) } : { [corner]: [principal(lon), lat] };
  return projectedGrid({ projection, columns, rows, x: xFirst, y: yFirst, dx, dy: -dy }, anchor);
}

function tenths(metres: number): number {
  return Math.round(metres * 1e4) / 1e4;
}

/** In [-180, 180), in whole millionths. */
function principal(lon: number): number {
  const turned = lon >= 180 ? lon - 360 : lon < -180 ? lon + 360 : lon;
  return Math.round(turned * 1e6) / 1e6;
}

function sizeOf(message: Message, axis: 'x' | 'y', { number }: HeaderReader): number {
  const keys = axis === 'x' ? ['Nx', 'Ni', 'numberOfPointsAlongXAxis'] : ['Ny', 'Nj', 'numberOfPointsAlongYAxis'];
  return number(message, keys.find((key) => raw(message, key) !== undefined) ?? (keys[0] as string));
}

/** Metres between points: edition 1 states metres, edition 2 millimetres. */
function lengthOf(message: Message, axis: 'x' | 'y', { number }: HeaderReader): number {
  const metres = axis === 'x' ? ['DxInMetres', 'DiInMetres'] : ['DyInMetres', 'DjInMetres'];
  const millimetres = axis === 'x' ? ['Dx', 'Di', 'xDirectionGridLengthInMillimetres'] : ['Dy', 'Dj', 'yDirectionGridLengthInMillimetres'];
  const keys = message.edition === 1 ? metres : millimetres;
  const value = number(message, keys.find((key) => raw(message, key) !== undefined) ?? (keys[0] as string));
  return message.edition === 1 ? value : value / 1000;
}

/** The earth of a message's grid section (GRIB2 code table 3.2; edition 1 knows a sphere and the ellipsoid of IAU 1965). */
export function earthOf(message: Message): Earth {
  if (message.edition === 1) {
    return ((rawNumber(message, 'resolutionAndComponentFlags') ?? 0) & 0x40) === 0 ? sphere(6_367_470) : { a: 6_378_160, b: 6_356_775 };
  }
  const shape = rawNumber(message, 'shapeOfTheEarth');
  const fixed = FIXED_EARTHS[shape ?? 255];
  if (fixed !== undefined) return fixed;
  const metres = (name: string): number => {
    const value = rawNumber(message, `scaledValueOf${name}`);
    const scale = rawNumber(message, `scaleFactorOf${name}`) ?? 0;
    if (value === undefined) throw new DteError('data.section', `shape ${shape} of the earth without ${name}`);
    return value / 10 ** scale;
  };
  if (shape === 1) return sphere(metres('RadiusOfSphericalEarth'));
  if (shape === 3 || shape === 7) {
    const unit = shape === 3 ? 1000 : 1;
    return { a: metres('EarthMajorAxis') * unit, b: metres('EarthMinorAxis') * unit };
  }
  throw new DteError('unsupported.grid', `shape ${shape} of the earth is not known`, { hint: 'GRIB2 code table 3.2: 0 to 9' });
}

const FIXED_EARTHS: Readonly<Record<number, Earth>> = {
  0: sphere(6_367_470),
  2: { a: 6_378_160, b: 6_356_775 },
  4: { a: 6_378_137, b: 6_356_752.314 },
  5: { a: 6_378_137, b: 6_378_137 * (1 - 1 / 298.257223563) },
  6: sphere(6_371_229),
  8: sphere(6_371_200),
  9: { a: 6_377_563.396, b: 6_356_256.909 },
};
