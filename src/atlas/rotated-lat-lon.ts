import { DteError } from '../base/index.js';
import { turnsToPrincipal } from './area.js';
import { outlineBox } from './bounding-box.js';
import { rowCells } from './cells/row-cells.js';
import type { Area, Coordinates, Grid, GridSpec, Rows } from './grid.js';
import { gridHash } from './grid-hash.js';
import { turned } from './progression.js';
import { countPoints, rowsCoordinates } from './rows.js';

/** Where the south pole of the rotated frame lies on the globe, degrees; only an angle of rotation of 0 is implemented. */
export interface Rotation {
  readonly southPoleLat: number;
  readonly southPoleLon: number;
  readonly angle?: number;
}

const degree = Math.PI / 180;

/** What a grid is in its own frame. */
export interface FrameGrid {
  readonly type: 'rotated_ll' | 'rotated_gg';
  readonly rows: Rows;
  readonly spec: GridSpec;
  readonly gaussianNumber?: number;
}

/** The grid whose rows lie in a rotated frame; undefined for the rotation that moves nothing. */
export function rotateGrid(frame: FrameGrid, rotation: Rotation): Grid | undefined {
  const { type, rows, gaussianNumber } = frame;
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
  const spec: GridSpec = { ...frame.spec, rotation: [southPoleLat, southPoleLon] };
  const coordinates = (): Coordinates => {
    const points = rowsCoordinates(rows);
    unrotate(points, southPoleLat, southPoleLon);
    return points;
  };
  return {
    type,
    points: countPoints(rows),
    spec,
    hash: gridHash(spec),
    area: boundingBox(rows, southPoleLat, southPoleLon),
    rotated: { southPoleLat, southPoleLon, rows },
    ...(gaussianNumber === undefined ? {} : { gaussianNumber }),
    coordinates,
    northAngle: () => northAngles(coordinates(), southPoleLat, southPoleLon),
    cells() {
      const boxes = rowCells(rows, gaussianNumber);
      unrotate(boxes, southPoleLat, southPoleLon);
      return boxes;
    },
  };
}

/** Bearing of the frame's north pole (-southPoleLat, southPoleLon + 180) from every point, degrees clockwise from true north. */
function northAngles({ lat, lon }: Coordinates, southPoleLat: number, southPoleLon: number): Float64Array {
  const [sinPole, cosPole] = [-Math.sin(southPoleLat * degree), Math.cos(southPoleLat * degree)];
  return Float64Array.from(lat, (at, point) => {
    const turn = (southPoleLon + 180 - lon[point]) * degree;
    const [sinLat, cosLat] = [Math.sin(at * degree), Math.cos(at * degree)];
    return Math.atan2(Math.sin(turn) * cosPole, cosLat * sinPole - sinLat * cosPole * Math.cos(turn)) / degree;
  });
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

function boundingBox(rows: Rows, southPoleLat: number, southPoleLon: number): Area {
  const edge = outline(rows);
  unrotate(edge, southPoleLat, southPoleLon);
  return outlineBox(edge, holdsPole(rows, southPoleLat, 90), holdsPole(rows, southPoleLat, -90));
}

/** First row eastwards, last points of rows, last row westwards, first points of rows, closed. */
function outline(rows: Rows): { lat: Float64Array; lon: Float64Array } {
  const last = rows.lats.length - 1;
  const lat: number[] = [];
  const lon: number[] = [];
  const visit = (row: number, column: number) => {
    lat.push(rows.lats[row]);
    lon.push(rows.lonFirst[row] + rows.lonStep[row] * column);
  };
  for (let column = 0; column < rows.counts[0]; column++) visit(0, column);
  for (let row = 0; row <= last; row++) visit(row, rows.counts[row] - 1);
  for (let column = rows.counts[last] - 1; column >= 0; column--) visit(last, column);
  for (let row = last; row >= 0; row--) visit(row, 0);
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
