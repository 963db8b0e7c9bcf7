import type { MultiLineString } from 'geojson';
import type { Area } from '../atlas/index.js';

/** Meridians and parallels every `step` degrees; straight pieces of a degree, so that every projection may bend them. */
export function graticule(step: number): MultiLineString {
  const coordinates: [number, number][][] = [];
  for (let lon = -180; lon < 180; lon += step) coordinates.push(pieces(-90, 90).map((lat) => [lon, lat]));
  for (let lat = step * Math.ceil(-89.999 / step); lat < 90; lat += step) coordinates.push(pieces(-180, 180).map((lon) => [lon, lat]));
  return { type: 'MultiLineString', coordinates };
}

/** Every 30 degrees on the globe; smaller steps for a smaller area, four to eight lines across it. */
export function graticuleStep(area: Area): number {
  const span = Math.max(area.north - area.south, (area.east - area.west) / 2);
  return [1, 2, 5, 10, 15].find((step) => span / step <= 6) ?? 30;
}

/** `30°N`, `45°W`, `0°`. */
export function degreeLabel(degrees: number, axis: 'lat' | 'lon'): string {
  const value = axis === 'lon' ? ((((degrees + 180) % 360) + 360) % 360) - 180 : degrees;
  const side = value === 0 || value === -180 ? '' : axis === 'lat' ? (value > 0 ? 'N' : 'S') : value > 0 ? 'E' : 'W';
  return `${Math.abs(value)}°${side}`;
}

function pieces(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
