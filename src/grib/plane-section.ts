import { earthRadius, type Grid, type ProjectedFrame } from '../atlas/index.js';
import { DteError } from '../base/index.js';
import { putSigned, putUnsigned } from './octets.js';

/** Rows run upwards: the order that every reader of such grids takes, whatever it makes of the scanning mode. */
const UPWARDS = 0x40;
const SOUTH_POLE = 0x80;

/** A grid of a projection's plane as a header states it: millionths or thousandths of a degree, in the units of the edition. */
interface PlaneHeader {
  readonly frame: ProjectedFrame;
  readonly type: string;
  /** Latitude and longitude of the first point in the order of the file, and of the last. */
  readonly first: readonly [number, number];
  readonly last: readonly [number, number];
  /** A number of the projection's spec. */
  readonly at: (key: string) => number;
  /** Projection centre flag. */
  readonly centre: number;
  readonly flags: number;
}

const NUMBERS_2: Readonly<Record<string, number>> = {
  mercator: 10,
  polar_stereographic: 20,
  lambert: 30,
  albers: 31,
  lambert_azimuthal_equal_area: 140,
};
const LENGTHS_2: Readonly<Record<number, number>> = { 10: 72, 20: 65, 30: 81, 31: 81, 140: 64 };
const NUMBERS_1: Readonly<Record<string, number>> = { mercator: 1, polar_stereographic: 5, lambert: 3, albers: 8 };

/**
 * Where the points of the file lie in the canonical order, for a grid that is written in another: file index -> canonical index.
 * Undefined where the two are the same.
 */
export function writtenOrder(grid: Grid): Uint32Array | undefined {
  if (grid.projected === undefined) return undefined;
  const { columns, rows } = grid.projected;
  const order = new Uint32Array(grid.points);
  for (let row = 0, at = 0; row < rows; row++) {
    const start = (rows - 1 - row) * columns;
    for (let column = 0; column < columns; column++) order[at++] = start + column;
  }
  return order;
}

/** Section 3 of edition 2 for a grid that is regular in the plane of a projection. */
export function planeSection2(grid: Grid, uvFlag: number): Uint8Array {
  const header = headerOf(grid, 0x30 | uvFlag);
  const number = NUMBERS_2[header.type] as number;
  const bytes = new Uint8Array(LENGTHS_2[number] as number);
  const { frame, first } = header;
  const degrees = (start: number, value: number): void => putSigned(bytes, start, 4, Math.round(value * 1e6));
  const metres = (start: number, value: number): void => putUnsigned(bytes, start, 4, Math.round(value * 1e3));
  putUnsigned(bytes, 0, 4, bytes.length);
  bytes[4] = 3;
  putUnsigned(bytes, 6, 4, grid.points);
  putUnsigned(bytes, 12, 2, number);
  bytes.set(shapeOctets(frame.projection.spec), 14);
  putUnsigned(bytes, 30, 4, frame.columns);
  putUnsigned(bytes, 34, 4, frame.rows);
  degrees(38, first[0]);
  degrees(42, positive(first[1]));
  if (number === 140) azimuthal2(bytes, header, degrees, metres);
  else if (number === 10) mercator2(bytes, header, degrees, metres);
  else centred2(bytes, header, degrees, metres);
  return bytes;
}

type Put = (start: number, value: number) => void;

function azimuthal2(bytes: Uint8Array, { frame, at, flags }: PlaneHeader, degrees: Put, metres: Put): void {
  degrees(46, at('standard_parallel'));
  degrees(50, at('central_longitude'));
  bytes[54] = flags;
  metres(55, frame.dx);
  metres(59, -frame.dy);
  bytes[63] = UPWARDS;
}

function mercator2(bytes: Uint8Array, { frame, at, last, flags }: PlaneHeader, degrees: Put, metres: Put): void {
  bytes[46] = flags;
  degrees(47, at('latitude1'));
  degrees(51, last[0]);
  degrees(55, positive(last[1]));
  bytes[59] = UPWARDS;
  metres(64, frame.dx);
  metres(68, -frame.dy);
}

function centred2(bytes: Uint8Array, { frame, at, centre, flags, type }: PlaneHeader, degrees: Put, metres: Put): void {
  bytes[46] = flags;
  degrees(47, at('latitude1'));
  degrees(51, type === 'polar_stereographic' ? at('longitude0') : positive(at('longitude0')));
  metres(55, frame.dx);
  metres(59, -frame.dy);
  bytes[63] = centre;
  bytes[64] = UPWARDS;
  if (type === 'polar_stereographic') return;
  degrees(65, at('latitude1'));
  degrees(69, at('latitude2'));
}

/** The fixed part of section 2 of edition 1. `unsupported.grid` for what its whole metres, thousandths of a degree and two earths cannot say. */
export function planeSection1(grid: Grid, uvFlag: number): Uint8Array {
  const { type } = grid;
  const number = NUMBERS_1[type];
  if (number === undefined) throw notIn1(`a grid of type ${type}`);
  const header = headerOf(grid, 0x80 | uvFlag | earthFlag(grid));
  const { frame, at, first, last, centre, flags } = header;
  const bytes = new Uint8Array(number === 5 ? 32 : 42);
  const degrees = (start: number, value: number): void => putSigned(bytes, start, 3, Math.round(value * 1e3));
  const exact = (start: number, value: number): void => degrees(start, whole(value, 1e3, 'degrees') / 1e3);
  const metres = (start: number, value: number): void => putUnsigned(bytes, start, 3, whole(value, 1, 'metres'));
  bytes[5] = number;
  putUnsigned(bytes, 6, 2, frame.columns);
  putUnsigned(bytes, 8, 2, frame.rows);
  degrees(10, first[0]);
  degrees(13, positive(first[1]));
  bytes[16] = flags;
  bytes[27] = UPWARDS;
  if (number === 1) {
    degrees(17, last[0]);
    degrees(20, positive(last[1]));
    exact(23, at('latitude1'));
    metres(28, frame.dx);
    metres(31, -frame.dy);
    return bytes;
  }
  exact(17, at('longitude0'));
  metres(20, frame.dx);
  metres(23, -frame.dy);
  bytes[26] = centre;
  if (number === 5) {
    if (Math.abs(at('latitude1')) !== 60) throw notIn1(`a polar stereographic grid with true scale at ${at('latitude1')}`);
    return bytes;
  }
  exact(28, at('latitude1'));
  exact(31, at('latitude2'));
  return bytes;
}

function headerOf(grid: Grid, flags: number): PlaneHeader {
  const frame = grid.projected as ProjectedFrame;
  const { projection, columns, rows, x, y, dx, dy } = frame;
  const at = (key: string): number => projection.spec[key] as number;
  const southern = grid.type === 'polar_stereographic' && at('latitude0') === -90;
  return {
    frame,
    type: grid.type,
    first: projection.inverse(x, y + (rows - 1) * dy),
    last: projection.inverse(x + (columns - 1) * dx, y),
    at,
    centre: southern ? SOUTH_POLE : 0,
    flags,
  };
}

function positive(longitude: number): number {
  return longitude < 0 ? longitude + 360 : longitude;
}

function whole(value: number, unit: number, name: string): number {
  const scaled = Math.round(value * unit);
  if (Math.abs(scaled - value * unit) < 1e-6) return scaled;
  throw notIn1(`${value} ${name}`);
}

function notIn1(what: string): DteError {
  return new DteError('unsupported.grid', `${what} cannot be written in GRIB edition 1`, { hint: 'use edition 2' });
}

interface EarthKeys {
  readonly radius?: number;
  readonly a?: number;
  readonly b?: number;
}

/** Edition 1 knows a sphere of 6 367 470 m and the ellipsoid of IAU 1965. */
function earthFlag(grid: Grid): number {
  const { radius, a, b } = (grid.projected as ProjectedFrame).projection.spec as EarthKeys;
  if (radius === 6_367_470) return 0;
  if (a === 6_378_160 && b === 6_356_775) return 0x40;
  throw notIn1(`an earth of ${a === undefined ? `radius ${radius ?? earthRadius}` : `semi-axes ${a} and ${b}`} m`);
}

const SHAPES: readonly (readonly [shape: number, a: number, b: number])[] = [
  [6, 6_371_229, 6_371_229],
  [0, 6_367_470, 6_367_470],
  [8, 6_371_200, 6_371_200],
  [2, 6_378_160, 6_356_775],
  [4, 6_378_137, 6_356_752.314],
  [5, 6_378_137, 6_378_137 * (1 - 1 / 298.257223563)],
  [9, 6_377_563.396, 6_356_256.909],
];

/** Octets 15 to 30 of section 3: a shape of code table 3.2, or a sphere or ellipsoid with its axes to the centimetre. */
export function shapeOctets(spec: Readonly<Record<string, unknown>>): Uint8Array {
  const { radius = earthRadius, a = radius, b = radius } = spec as EarthKeys;
  const bytes = new Uint8Array(16).fill(0xff);
  const known = SHAPES.find((shape) => Math.abs(shape[1] - a) < 1e-4 && Math.abs(shape[2] - b) < 1e-4);
  bytes[0] = known?.[0] ?? (a === b ? 1 : 7);
  if (known !== undefined) return bytes;
  const length = (start: number, value: number): void => {
    // More digits would not fit four octets.
    const scale = Number.isInteger(value) ? 0 : 2;
    bytes[start] = scale;
    putUnsigned(bytes, start + 1, 4, Math.round(value * 10 ** scale));
  };
  if (a === b) length(1, a);
  else {
    length(6, a);
    length(11, b);
  }
  return bytes;
}
