import type { Projection } from '../grid.js';
import { impossible, type LambertOptions } from './conformal.js';
import { type Earth, earthSpec, eccentricity } from './earth.js';
import { longitudeDifference, principalLongitude } from './longitudes.js';

/**
 * Equal-area projections in terms of q = (1 - e^2) (s / (1 - e^2 s^2) + atanh(e s) / e), s = sin(lat), which is 2 s on a sphere
 * (Snyder 1987, Map projections: a working manual, chapters 14 and 24).
 */
const degree = Math.PI / 180;

function qOf(e: number, s: number): number {
  return e === 0 ? 2 * s : (1 - e * e) * (s / (1 - e * e * s * s) + Math.atanh(e * s) / e);
}

/** sin(lat) from q: Newton's method; q is nearly straight in s, so that four steps reach full f64 on any earth. */
function sineOf(e: number, q: number): number {
  if (e === 0) return q / 2;
  const pole = qOf(e, 1);
  if (Math.abs(q) >= pole) return Math.sign(q);
  let s = q / pole;
  for (let step = 0; step < 4; step++) s -= ((qOf(e, s) - q) * (1 - e * e * s * s) ** 2) / (2 * (1 - e * e));
  return Math.max(-1, Math.min(1, s));
}

function parallelRadius(e: number, lat: number): number {
  return Math.cos(lat * degree) / Math.sqrt(1 - (e * Math.sin(lat * degree)) ** 2);
}

export interface AzimuthalOptions {
  readonly earth: Earth;
  /** Latitude and longitude of the point of contact, the origin of the plane. */
  readonly standardParallel: number;
  readonly centralLongitude: number;
}

/** Lambert azimuthal equal-area. Nothing beyond the disc of twice the earth's radius is on the map. */
export function lambertAzimuthalEqualArea({ earth, standardParallel, centralLongitude }: AzimuthalOptions): Projection {
  if (!(Math.abs(standardParallel) <= 90)) {
    throw impossible(`lambert_azimuthal_equal_area about latitude ${standardParallel}`, 'from -90 to 90 degrees');
  }
  const e = eccentricity(earth);
  const pole = qOf(e, 1);
  const radius = earth.a * Math.sqrt(pole / 2);
  // Sine and cosine of the authalic latitude of the middle, and the stretching that makes the map true there.
  const sine0 = qOf(e, Math.sin(standardParallel * degree)) / pole;
  const cosine0 = Math.abs(standardParallel) === 90 ? 0 : e === 0 ? Math.cos(standardParallel * degree) : Math.sqrt(1 - sine0 * sine0);
  const stretch = e === 0 || cosine0 === 0 ? 1 : (earth.a * parallelRadius(e, standardParallel)) / (radius * cosine0);
  const map: Omit<Projection, 'northAngle'> = {
    name: 'lambert_azimuthal_equal_area',
    spec: {
      type: 'lambert_azimuthal_equal_area',
      standard_parallel: standardParallel,
      central_longitude: centralLongitude,
      ...earthSpec(earth),
    },
    forward(lat, lon) {
      const sine = qOf(e, Math.sin(lat * degree)) / pole;
      const cosine = e === 0 ? Math.cos(lat * degree) : Math.sqrt(Math.max(0, 1 - sine * sine));
      const turn = longitudeDifference(lon, centralLongitude) * degree;
      const facing = 1 + sine0 * sine + cosine0 * cosine * Math.cos(turn);
      if (!(facing > 1e-15)) return [Number.NaN, Number.NaN];
      const scale = radius * Math.sqrt(2 / facing);
      return [scale * stretch * cosine * Math.sin(turn), (scale / stretch) * (cosine0 * sine - sine0 * cosine * Math.cos(turn))];
    },
    inverse(x, y) {
      const east = x / stretch;
      const north = y * stretch;
      const half = Math.hypot(east, north) / (2 * radius);
      if (half === 0) return [standardParallel, principalLongitude(centralLongitude)];
      if (half > 1) return [Number.NaN, Number.NaN];
      // The position as a vector whose z axis leads through the middle: (east, north) 2 sqrt(1 - half^2) / rho and 1 - 2 half^2.
      const outward = Math.sqrt(1 - half * half) / radius;
      const up = 1 - 2 * half * half;
      const side = outward * east;
      const front = up * cosine0 - outward * north * sine0;
      const sine = up * sine0 + outward * north * cosine0;
      const lat = e === 0 ? Math.atan2(sine, Math.hypot(side, front)) : Math.asin(sineOf(e, pole * sine));
      return [lat / degree, principalLongitude(centralLongitude + Math.atan2(side, front) / degree)];
    },
  };
  return { ...map, northAngle: slopeOf(map, earth) };
}

/** Albers conic equal-area. `input.grid` for parallels that make no cone. */
export function albersEqualArea({ earth, latitude0, longitude0, latitude1, latitude2 }: LambertOptions): Projection {
  const e = eccentricity(earth);
  const q = (lat: number): number => qOf(e, Math.sin(lat * degree));
  const what = `an Albers cone that cuts the earth at ${latitude1} and ${latitude2}`;
  if (!(Math.abs(latitude1) <= 90 && Math.abs(latitude2) <= 90)) throw impossible(what, 'from -90 to 90 degrees');
  if (Math.abs(latitude1 + latitude2) < 1e-9) throw impossible(what, 'the two must not lie mirrored about the equator');
  const [m1, m2] = [parallelRadius(e, latitude1), parallelRadius(e, latitude2)];
  const n = Math.abs(latitude1 - latitude2) < 1e-9 ? Math.sin(latitude1 * degree) : (m1 * m1 - m2 * m2) / (q(latitude2) - q(latitude1));
  const constant = m1 * m1 + n * q(latitude1);
  const radius = (lat: number): number => (earth.a * Math.sqrt(Math.max(0, constant - n * q(lat)))) / n;
  const radius0 = radius(latitude0);
  const side = Math.sign(n);
  const map: Omit<Projection, 'northAngle'> = {
    name: 'albers_equal_area',
    spec: { type: 'albers_equal_area', latitude0, longitude0, latitude1, latitude2, ...earthSpec(earth) },
    forward(lat, lon) {
      const theta = n * longitudeDifference(lon, longitude0) * degree;
      const rho = radius(lat);
      return [rho * Math.sin(theta), radius0 - rho * Math.cos(theta)];
    },
    inverse(x, y) {
      const along = side * (radius0 - y);
      const rho = Math.hypot(x, along);
      const found = (constant - ((rho * n) / earth.a) ** 2) / n;
      const turn = rho === 0 ? 0 : Math.atan2(side * x, along) / degree / n;
      // Off the fan that the cone makes, or past the pole's arc.
      if (Math.abs(turn) > 180 + 1e-9 || Math.abs(found) > qOf(e, 1) * (1 + 1e-12)) return [Number.NaN, Number.NaN];
      return [Math.asin(sineOf(e, found)) / degree, principalLongitude(longitude0 + turn)];
    },
  };
  return { ...map, northAngle: slopeOf(map, earth) };
}

/** Metres to either side over which the direction of the y axis is taken: its error grows with the square, rounding with the inverse; both stay below 1e-9 degrees. */
const reach = 50;

/** Where a projection is not conformal, the direction of its y axis on the earth is the bearing of a short piece of it. */
function slopeOf({ forward, inverse }: Omit<Projection, 'northAngle'>, earth: Earth): Projection['northAngle'] {
  const e = eccentricity(earth);
  return (lat, lon) => {
    const [x, y] = forward(lat, lon);
    const [southLat, southLon] = inverse(x, y - reach);
    const [northLat, northLon] = inverse(x, y + reach);
    const turn = longitudeDifference(northLon, southLon) * degree;
    const [one, two] = [southLat * degree, northLat * degree];
    // Tangential components at the middle; a degree of a meridian is (1 - e^2) / (1 - e^2 s^2) times one of a great circle across.
    const middle = (one + two) / 2;
    const east = Math.cos(middle) * 2 * Math.sin(turn / 2);
    const north = (2 * Math.sin((two - one) / 2) * (1 - e * e)) / (1 - (e * Math.sin(middle)) ** 2);
    return Math.atan2(east, north) / degree;
  };
}
