import { DteError } from '../base/index.js';
import type { Area } from './grid.js';
import { turned } from './progression.js';

/** A wanted area: west may be anything, east is taken as the next such meridian at or east of west. */
export type AreaInput = Area | readonly number[];

const accepted = 'an area is north/west/south/east in degrees, with 90 >= north >= south >= -90';

/**
 * Checks an area and unwraps it: west in [-180, 180), east in [west, west + 360]. West greater than east crosses the date
 * line (or Greenwich); 360 degrees or more is the whole circle. `input.area` when malformed.
 */
export function checkArea(input: AreaInput): Area {
  const edges = Array.isArray(input) ? (input as readonly number[]) : edgesOf(input as Area);
  const text = edges.join('/');
  if (edges.length !== 4) throw new DteError('input.area', `area ${text} has ${edges.length} numbers`, { hint: accepted });
  const [north, west, south, east] = edges as [number, number, number, number];
  if (!edges.every((edge) => Number.isFinite(edge)))
    throw new DteError('input.area', `area ${text} is not four numbers`, { hint: accepted });
  if (north < south) throw new DteError('input.area', `area ${text}: north ${north} is south of south ${south}`, { hint: accepted });
  if (north > 90 || south < -90) throw new DteError('input.area', `area ${text} reaches beyond a pole`, { hint: accepted });
  if (Math.abs(west) > 720 || Math.abs(east) > 720) {
    throw new DteError('input.area', `area ${text} has a longitude of more than two turns`, { hint: accepted });
  }
  const turns = turnsToPrincipal(west);
  const unwrappedWest = turned(west, turns);
  if (east - west >= 360) return { north, west: unwrappedWest, south, east: unwrappedWest + 360 };
  let unwrappedEast = turned(east, turns);
  while (unwrappedEast < unwrappedWest) unwrappedEast = turned(unwrappedEast, 1);
  return { north, west: unwrappedWest, south, east: unwrappedEast };
}

/** Whole turns that bring a longitude into [-180, 180). */
export function turnsToPrincipal(lon: number): number {
  return lon >= -180 && lon < 180 ? 0 : -Math.floor((lon + 180) / 360);
}

export function formatArea(area: Area): string {
  return edgesOf(area).join('/');
}

export function edgesOf(area: Area): [number, number, number, number] {
  return [area.north, area.west, area.south, area.east];
}
