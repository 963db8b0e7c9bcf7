import { DteError } from '../../base/index.js';
import type { Projection } from '../grid.js';
import { type Earth, earthSpec, eccentricity } from './earth.js';
import { longitudeDifference, principalLongitude } from './longitudes.js';

/**
 * Conformal projections in terms of t = tan(45 - lat/2) exp(e atanh(e sin lat)), which is exp(-psi) of the isometric latitude
 * psi, and the radius of a parallel a m, m = cos(lat) / sqrt(1 - e^2 sin^2 lat) (Snyder 1987, Map projections: a working manual,
 * chapters 7, 15, 21). t keeps its digits next to the north pole, psi at the equator.
 */
const degree = Math.PI / 180;

/** t of a latitude: 0 at the north pole, infinite at the south pole. */
function tOf(e: number, lat: number): number {
  if (Math.abs(lat) >= 90) return lat > 0 ? 0 : Number.POSITIVE_INFINITY;
  const sphere = Math.tan(((90 - lat) / 2) * degree);
  return e === 0 ? sphere : sphere * Math.exp(e * Math.atanh(e * Math.sin(lat * degree)));
}

/** The latitude of t, degrees. */
function latitudeOf(e: number, t: number): number {
  return e === 0 ? 90 - (2 * Math.atan(t)) / degree : Math.atan(tangentOf((1 / t - t) / 2, e)) / degree;
}

function psiOf(e: number, lat: number): number {
  if (Math.abs(lat) >= 90) return lat > 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  return Math.asinh(Math.tan(lat * degree)) - e * Math.atanh(e * Math.sin(lat * degree));
}

function parallelRadius(e: number, lat: number): number {
  return Math.cos(lat * degree) / Math.sqrt(1 - (e * Math.sin(lat * degree)) ** 2);
}

/** tan(lat) from the tangent of the conformal latitude: Newton's method of Karney (2011), J. Geodesy 85, equations 19 to 21. Two steps reach full f64. */
function tangentOf(conformal: number, e: number): number {
  if (e === 0 || !Number.isFinite(conformal)) return conformal;
  const flat = 1 - e * e;
  let tangent = conformal / flat;
  for (let step = 0; step < 3; step++) {
    const secant = Math.hypot(1, tangent);
    const sigma = Math.sinh(e * Math.atanh((e * tangent) / secant));
    const found = tangent * Math.hypot(1, sigma) - sigma * secant;
    const rest = (conformal - found) / Math.hypot(1, found);
    tangent += (rest * (1 + flat * tangent * tangent)) / (flat * secant);
  }
  return tangent;
}

export interface LambertOptions {
  readonly earth: Earth;
  /** Latitude and longitude of the origin of the plane. */
  readonly latitude0: number;
  readonly longitude0: number;
  /** Latitudes at which the cone cuts the earth; equal for a tangent cone. */
  readonly latitude1: number;
  readonly latitude2: number;
}

/** Lambert conformal conic. `input.grid` for parallels that make no cone. */
export function lambertConformalConic({ earth, latitude0, longitude0, latitude1, latitude2 }: LambertOptions): Projection {
  const e = eccentricity(earth);
  const n = coneConstant(e, latitude1, latitude2);
  const factor = (earth.a * parallelRadius(e, latitude1)) / (n * tOf(e, latitude1) ** n);
  const radius = (at: number): number => factor * tOf(e, at) ** n;
  const radius0 = radius(latitude0);
  if (!Number.isFinite(radius0)) throw impossible(`a Lambert cone with latitude0 ${latitude0}`, 'its origin is infinitely far');
  const side = Math.sign(n);
  return {
    name: 'lambert_conformal_conic',
    spec: { type: 'lambert_conformal_conic', latitude0, longitude0, latitude1, latitude2, ...earthSpec(earth) },
    forward(atLat, atLon) {
      const theta = n * longitudeDifference(atLon, longitude0) * degree;
      const rho = radius(atLat);
      return [rho * Math.sin(theta), radius0 - rho * Math.cos(theta)];
    },
    inverse(x, y) {
      const along = side * (radius0 - y);
      const rho = side * Math.sqrt(x * x + along * along);
      if (rho === 0) return [90 * side, longitude0];
      const turn = Math.atan2(side * x, along) / degree / n;
      // A cone laid flat leaves a gap.
      if (Math.abs(turn) > 180 + 1e-9) return [Number.NaN, Number.NaN];
      return [latitudeOf(e, (rho / factor) ** (1 / n)), principalLongitude(longitude0 + turn)];
    },
    northAngle: (_, atLon) => n * longitudeDifference(atLon, longitude0),
  };
}

function coneConstant(e: number, latitude1: number, latitude2: number): number {
  const [one, two] = [latitude1, latitude2];
  const what = `a Lambert cone that cuts the earth at ${one} and ${two}`;
  if (!(Math.abs(one) < 90 && Math.abs(two) < 90))
    throw impossible(what, 'between -90 and 90 degrees; at a pole it is polar_stereographic');
  if (Math.abs(one + two) < 1e-9) throw impossible(what, 'the two must not lie mirrored about the equator; that is mercator');
  if (Math.abs(one - two) < 1e-9) return Math.sin(one * degree);
  return Math.log(parallelRadius(e, one) / parallelRadius(e, two)) / Math.log(tOf(e, one) / tOf(e, two));
}

export interface PolarOptions {
  readonly earth: Earth;
  /** The pole in the middle. */
  readonly pole: 90 | -90;
  /** Latitude of true scale, on the pole's side. */
  readonly latitude1: number;
  /** The meridian that the y axis runs along. */
  readonly longitude0: number;
}

/** Polar stereographic: the plane's origin is the pole, its y axis lies on the meridian longitude0. */
export function polarStereographic({ earth, pole, latitude1, longitude0 }: PolarOptions): Projection {
  const e = eccentricity(earth);
  const side = Math.sign(pole);
  const truth = side * latitude1;
  if (!(truth > 0 && truth <= 90))
    throw impossible(`polar_stereographic about ${pole} with true scale at ${latitude1}`, 'a latitude on the side of its pole');
  // m / t of the true latitude; at the pole, where both vanish, its limit.
  const scale =
    earth.a * (truth === 90 ? 2 / (Math.sqrt(1 - e * e) * Math.exp(e * Math.atanh(e))) : parallelRadius(e, truth) / tOf(e, truth));
  return {
    name: 'polar_stereographic',
    spec: { type: 'polar_stereographic', latitude0: pole, latitude1, longitude0, ...earthSpec(earth) },
    forward(atLat, atLon) {
      const theta = longitudeDifference(atLon, longitude0) * degree;
      const rho = scale * tOf(e, side * atLat);
      return [rho * Math.sin(theta), -side * rho * Math.cos(theta)];
    },
    inverse(x, y) {
      const rho = Math.sqrt(x * x + y * y);
      if (rho === 0) return [pole, longitude0];
      const turn = Math.atan2(x, -side * y) / degree;
      return [side * latitudeOf(e, rho / scale), principalLongitude(longitude0 + turn)];
    },
    northAngle: (_, atLon) => side * longitudeDifference(atLon, longitude0),
  };
}

export interface MercatorOptions {
  readonly earth: Earth;
  /** Latitude of true scale. */
  readonly latitude1: number;
  readonly longitude0: number;
}

/** Mercator; x is 0 on longitude0, y on the equator. */
export function mercator({ earth, latitude1, longitude0 }: MercatorOptions): Projection {
  if (!(Math.abs(latitude1) < 90)) throw impossible(`mercator with true scale at ${latitude1}`, 'between -90 and 90 degrees');
  const e = eccentricity(earth);
  const scale = earth.a * parallelRadius(e, latitude1);
  return {
    name: 'mercator',
    spec: { type: 'mercator', latitude1, longitude0, ...earthSpec(earth) },
    forward: (atLat, atLon) => [scale * longitudeDifference(atLon, longitude0) * degree, scale * psiOf(e, atLat)],
    inverse: (x, y) => [Math.atan(tangentOf(Math.sinh(y / scale), e)) / degree, principalLongitude(longitude0 + x / scale / degree)],
    northAngle: () => 0,
  };
}

export function impossible(what: string, hint: string): DteError {
  return new DteError('input.grid', `${what} is not possible`, { hint });
}
