import { DteError } from '../../base/index.js';
import { real, type SpecMap } from '../spec-map.js';

/** Shape of the earth: semi-axes in metres; a sphere has two equal ones. */
export interface Earth {
  readonly a: number;
  readonly b: number;
}

/** Radius of the sphere of ECMWF's models, atlas and MIR (GRIB shape 6), metres; a projection has it that states no other. */
export const earthRadius = 6_371_229;

export function sphere(radius: number): Earth {
  return { a: radius, b: radius };
}

/** First eccentricity: e^2 = 1 - (b/a)^2. */
export function eccentricity({ a, b }: Earth): number {
  return Math.sqrt((a - b) * (a + b)) / a;
}

/** Keys of a projection's spec that state its earth; none for ECMWF's sphere. */
export function earthSpec({ a, b }: Earth): Readonly<Record<string, number>> {
  if (a !== b) return { a, b };
  return a === earthRadius ? {} : { radius: a };
}

/** The earth of a projection's spec: `radius`, or the semi-axes `a` and `b`, metres. `input.grid` when it is none. */
export function earthFromSpec(map: SpecMap): Earth {
  if (map.a === undefined && map.b === undefined) return checkEarth(sphere(real(map, 'radius', earthRadius)));
  if (map.radius !== undefined)
    throw new DteError('input.grid', 'a projection has both a radius and semi-axes', { hint: 'give one of them' });
  return checkEarth({ a: real(map, 'a'), b: real(map, 'b') });
}

export function checkEarth(earth: Earth): Earth {
  const { a, b } = earth;
  // Nothing that is called an earth is flatter than a tenth or of another order of size; a slip of units is.
  if (a >= b && b > 0.9 * a && a > 1e6 && a < 1e8) return earth;
  throw new DteError('input.grid', `an earth with semi-axes ${a} and ${b} m is not possible`, {
    hint: 'a >= b, in metres; the radius of the sphere is 6371229',
  });
}
