import type { Frame } from './layout.js';

const degree = Math.PI / 180;

/**
 * True to rotated coordinates, in place: the inverse of the turn that takes a rotated frame's south pole (0, 0, -1) to
 * (lat_s, lon_s) (WMO Manual on Codes, template 3.1): lon -= lon_s, then
 * x' = -sin(lat_s) x + cos(lat_s) z,  y' = y,  z' = -cos(lat_s) x - sin(lat_s) z. Longitudes come out in (-180, 180].
 */
export function rotateInto({ southPoleLat, southPoleLon }: Frame, lat: Float64Array, lon: Float64Array): void {
  const sinPole = Math.sin(southPoleLat * degree);
  const cosPole = Math.cos(southPoleLat * degree);
  for (let point = 0; point < lat.length; point++) {
    const cosLat = Math.cos(lat[point] * degree);
    const x = cosLat * Math.cos((lon[point] - southPoleLon) * degree);
    const y = cosLat * Math.sin((lon[point] - southPoleLon) * degree);
    const z = Math.sin(lat[point] * degree);
    const frameX = cosPole * z - sinPole * x;
    const frameZ = -cosPole * x - sinPole * z;
    // atan2 keeps full precision next to the poles, where asin does not.
    lat[point] = Math.atan2(frameZ, Math.hypot(frameX, y)) / degree;
    lon[point] = Math.atan2(y, frameX) / degree;
  }
}
