import { clipByParallel, clipByPlane, type Polygon } from './polygon.js';

/** The part of `from` between two parallels (sines); returns the buffer that holds it, `from` or `other`. */
export function clipToBand(from: Polygon, other: Polygon, north: number, south: number): Polygon {
  let [polygon, spare] = [from, other];
  for (const [z, sign] of [
    [north, -1],
    [south, 1],
  ] as const) {
    if (Math.abs(z) >= 1) continue;
    clipByParallel(polygon, spare, z, sign);
    [polygon, spare] = [spare, polygon];
  }
  return polygon;
}

/** The part of `from` between two meridians (radians), less than half a turn apart; returns the buffer that holds it. */
export function clipToLune(from: Polygon, other: Polygon, west: number, east: number): Polygon {
  clipByPlane(from, other, -Math.sin(west), Math.cos(west), 0);
  clipByPlane(other, from, Math.sin(east), -Math.cos(east), 0);
  return from;
}
