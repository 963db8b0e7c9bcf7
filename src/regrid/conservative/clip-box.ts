import { clipByParallel, clipByPlane, type Polygon } from './polygon.js';

/** The part of `from` between two parallels (sines); returns the buffer that holds it, `from` or `other`. */
export function clipToBand(from: Polygon, other: Polygon, north: number, south: number): Polygon {
  let polygon = from;
  let spare = other;
  if (north < 1) {
    clipByParallel(polygon, spare, north, -1);
    polygon = other;
    spare = from;
  }
  if (south > -1) {
    clipByParallel(polygon, spare, south, 1);
    polygon = spare;
  }
  return polygon;
}

/** The part of `from` between two meridians (radians), less than half a turn apart; returns the buffer that holds it. */
export function clipToLune(from: Polygon, other: Polygon, west: number, east: number): Polygon {
  clipByPlane(from, other, -Math.sin(west), Math.cos(west), 0);
  clipByPlane(other, from, Math.sin(east), -Math.cos(east), 0);
  return from;
}
