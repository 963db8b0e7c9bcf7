import { radians } from './row-cells.js';

/** The unit vector of a point; exactly (0, 0, 1) at the pole, whatever the longitude. */
export function pointOnSphere(lat: number, lon: number): readonly [number, number, number] {
  if (Math.abs(lat) >= 90) return [0, 0, Math.sign(lat)];
  const horizontal = Math.cos(lat * radians);
  return [horizontal * Math.cos(lon * radians), horizontal * Math.sin(lon * radians), Math.sin(lat * radians)];
}
