import type { GeoRawProjection } from 'd3-geo';

/**
 * The Mollweide projection on the unit sphere, radians: x = (2 sqrt 2 / pi) lon cos t, y = sqrt 2 sin t with
 * 2t + sin 2t = pi sin lat (Snyder, Map Projections: A Working Manual, 1987, p. 249).
 */
export const mollweideRaw: GeoRawProjection = Object.assign(
  (lon: number, lat: number): [number, number] => {
    const t = auxiliaryAngle(lat);
    return [((2 * Math.SQRT2) / Math.PI) * lon * Math.cos(t), Math.SQRT2 * Math.sin(t)];
  },
  {
    invert: (x: number, y: number): [number, number] => {
      const t = Math.asin(Math.min(1, Math.max(-1, y / Math.SQRT2)));
      const sine = (2 * t + Math.sin(2 * t)) / Math.PI;
      const cosine = Math.max(1e-9, Math.cos(t));
      return [(x * Math.PI) / (2 * Math.SQRT2 * cosine), Math.asin(Math.min(1, Math.max(-1, sine)))];
    },
  },
);

/** Newton's method for u + sin u = pi sin lat, u = 2t; near the poles, where the slope 1 + cos u vanishes, it still closes in, only slower. */
function auxiliaryAngle(lat: number): number {
  const target = Math.PI * Math.sin(lat);
  if (Math.abs(target) >= Math.PI * (1 - 1e-14)) return (Math.sign(lat) * Math.PI) / 2;
  let u = lat;
  for (let step = 0; step < 60; step++) {
    const change = (u + Math.sin(u) - target) / (1 + Math.cos(u));
    u -= change;
    if (Math.abs(change) < 1e-12) break;
  }
  return u / 2;
}
