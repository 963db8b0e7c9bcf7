import { DteError } from '../base/index.js';
import { turnsToPrincipal } from './area.js';
import type { Area, Coordinates, Grid, GridSpec, Rows } from './grid.js';
import { gridHash } from './grid-hash.js';
import { turned } from './progression.js';
import { countPoints, rowLongitudes, rowsCoordinates } from './rows.js';

/** Where the south pole of the rotated frame lies on the globe, degrees; only an angle of rotation of 0 is implemented. */
export interface Rotation {
  readonly southPoleLat: number;
  readonly southPoleLon: number;
  readonly angle?: number;
}

const degree = Math.PI / 180;

/** The grid whose rows lie in a rotated frame; undefined for the rotation that moves nothing. */
export function rotateGrid(rows: Rows, frameSpec: GridSpec, rotation: Rotation): Grid | undefined {
  const { southPoleLat, angle = 0 } = rotation;
  if (!(Math.abs(southPoleLat) <= 90) || !Number.isFinite(rotation.southPoleLon)) {
    throw new DteError('input.grid', `rotation ${southPoleLat}/${rotation.southPoleLon} is not possible`, {
      hint: 'latitude and longitude of the south pole of the rotated frame, degrees',
    });
  }
  if (angle !== 0)
    throw new DteError('unsupported.grid', `an angle of rotation of ${angle} degrees is not implemented`, { hint: 'only 0 is' });
  const southPoleLon = turned(rotation.southPoleLon, turnsToPrincipal(rotation.southPoleLon));
  if (southPoleLat === -90 && southPoleLon === 0) return undefined;
  const spec: GridSpec = { ...frameSpec, rotation: [southPoleLat, southPoleLon] };
  return {
    type: 'rotated_ll',
    points: countPoints(rows),
    spec,
    hash: gridHash(spec),
    area: boundingBox(rows, southPoleLat, southPoleLon),
    rotated: { southPoleLat, southPoleLon, rows },
    coordinates() {
      const frame = rowsCoordinates(rows);
      unrotate(frame, southPoleLat, southPoleLon);
      return frame;
    },
  };
}

/**
 * Rotated to true coordinates, in place; longitudes come out in [-180, 180). The frame's south pole (0, 0, -1) goes to
 * (lat_s, lon_s) by a turn about the y axis and one about the polar axis (WMO Manual on Codes, template 3.1):
 * x = -sin(lat_s) x' - cos(lat_s) z',  y = y',  z = cos(lat_s) x' - sin(lat_s) z', then lon += lon_s.
 */
export function unrotate(points: Coordinates, southPoleLat: number, southPoleLon: number): void {
  const sinPole = Math.sin(southPoleLat * degree);
  const cosPole = Math.cos(southPoleLat * degree);
  const { lat, lon } = points;
  for (let point = 0; point < lat.length; point++) {
    const cosLat = Math.cos(lat[point] * degree);
    const x = cosLat * Math.cos(lon[point] * degree);
    const y = cosLat * Math.sin(lon[point] * degree);
    const z = Math.sin(lat[point] * degree);
    const trueX = -sinPole * x - cosPole * z;
    const trueZ = cosPole * x - sinPole * z;
    // atan2 keeps full precision next to the poles, where asin does not.
    lat[point] = Math.atan2(trueZ, Math.hypot(trueX, y)) / degree;
    const trueLon = Math.atan2(y, trueX) / degree + southPoleLon;
    lon[point] = trueLon + 360 * turnsToPrincipal(trueLon);
  }
}

/** The edge of the area gives all extremes but the true poles: one inside makes its latitude and the whole circle part of the box. */
function boundingBox(rows: Rows, southPoleLat: number, southPoleLon: number): Area {
  const edge = outline(rows);
  unrotate(edge, southPoleLat, southPoleLon);
  let [north, south] = [-Infinity, Infinity];
  let [west, east, here] = [edge.lon[0], edge.lon[0], edge.lon[0]];
  for (let point = 0; point < edge.lat.length; point++) {
    north = Math.max(north, edge.lat[point]);
    south = Math.min(south, edge.lat[point]);
    here += ((((edge.lon[point] - here) % 360) + 540) % 360) - 180;
    west = Math.min(west, here);
    east = Math.max(east, here);
  }
  const box = { north: holdsPole(rows, southPoleLat, 90) ? 90 : north, south: holdsPole(rows, southPoleLat, -90) ? -90 : south };
  if (box.north === 90 || box.south === -90 || east - west >= 360) return { ...box, west: -180, east: 180 };
  const turns = turnsToPrincipal(west);
  return { ...box, west: west + 360 * turns, east: east + 360 * turns };
}

/** First row eastwards, last column, last row westwards, first column, closed. */
function outline(rows: Rows): { lat: Float64Array; lon: Float64Array } {
  const height = rows.lats.length;
  const width = rows.counts[0];
  const lons = new Float64Array(width);
  rowLongitudes(rows, 0, lons);
  const lat: number[] = [];
  const lon: number[] = [];
  const visit = (row: number, column: number) => {
    lat.push(rows.lats[row]);
    lon.push(lons[column]);
  };
  for (let column = 0; column < width; column++) visit(0, column);
  for (let row = 0; row < height; row++) visit(row, width - 1);
  for (let column = width - 1; column >= 0; column--) visit(height - 1, column);
  for (let row = height - 1; row >= 0; row--) visit(row, 0);
  return { lat: Float64Array.from(lat), lon: Float64Array.from(lon) };
}

/** True poles lie on the frame's meridians 0 and 180: north (lat 90) at frame latitude -southPoleLat or its mirror image. */
function holdsPole(rows: Rows, southPoleLat: number, poleLat: 90 | -90): boolean {
  // The inverse turn of (0, 0, +-1): x' = +-cos(lat_s), z' = -+sin(lat_s).
  const sign = poleLat === 90 ? 1 : -1;
  const frameLat = -sign * southPoleLat;
  const frameLon = sign * Math.cos(southPoleLat * degree) >= 0 ? 0 : 180;
  if (frameLat > rows.lats[0] || frameLat < rows.lats[rows.lats.length - 1]) return false;
  const span = rows.lonStep[0] * (rows.counts[0] - 1);
  const fromWest = (((frameLon - rows.lonFirst[0]) % 360) + 360) % 360;
  return rows.periodic || fromWest <= span;
}
