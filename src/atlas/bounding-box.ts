import { turnsToPrincipal } from './area.js';
import type { Area, Coordinates } from './grid.js';

/**
 * Bounding box of a region from its outline, walked round in short steps. The outline has all extremes but the poles: one inside
 * makes its latitude and the whole circle part of the box.
 */
export function outlineBox(edge: Coordinates, holdsNorthPole: boolean, holdsSouthPole: boolean): Area {
  let [north, south] = [-Infinity, Infinity];
  let [west, east, here] = [edge.lon[0], edge.lon[0], edge.lon[0]];
  for (let point = 0; point < edge.lat.length; point++) {
    north = Math.max(north, edge.lat[point]);
    south = Math.min(south, edge.lat[point]);
    here += ((((edge.lon[point] - here) % 360) + 540) % 360) - 180;
    west = Math.min(west, here);
    east = Math.max(east, here);
  }
  const box = { north: holdsNorthPole ? 90 : north, south: holdsSouthPole ? -90 : south };
  if (holdsNorthPole || holdsSouthPole || east - west >= 360) return { ...box, west: -180, east: 180 };
  const turns = turnsToPrincipal(west);
  return { ...box, west: west + 360 * turns, east: east + 360 * turns };
}
