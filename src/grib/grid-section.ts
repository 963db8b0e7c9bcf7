import type { Area, Grid, Rows } from '../atlas/index.js';
import { assert, DteError } from '../base/index.js';
import type { Message } from './message.js';
import { putIeee32, putIbm32, putSigned, putUnsigned, unsignedAt } from './octets.js';
import { healpixSection, unstructuredSection } from './other-sections.js';
import { planeSection1, planeSection2 } from './plane-section.js';
import { rawNumber } from './raw-keys.js';
import { verticalCoordinates } from './dump.js';
import { spectralSection1, spectralSection2 } from './spectral/spectral-sections.js';

const MISSING_2 = 0xffff;
const MISSING_4 = 0xffffffff;
/** ECMWF's sphere of radius 6 371 229 m, and eleven octets of missing axes. */
const DEFAULT_SHAPE = Uint8Array.from([6, ...new Array<number>(15).fill(0xff)]);
const WRITABLE = 'latitude-longitude, Gaussian, rotated, projected, HEALPix, ORCA, unstructured and sh grids';
const NUMBERS_2: Readonly<Record<string, number>> = {
  regular_ll: 0,
  reduced_ll: 0,
  rotated_ll: 1,
  regular_gg: 40,
  reduced_gg: 40,
  rotated_gg: 41,
};
const NUMBERS_1: Readonly<Record<string, number>> = {
  regular_ll: 0,
  reduced_ll: 0,
  rotated_ll: 10,
  regular_gg: 4,
  reduced_gg: 4,
  rotated_gg: 14,
};
/** Orders of points that a scanning mode states. */
const SCANNING_MODES: Readonly<Record<string, number>> = { 'i-j-': 0x80, 'i+j+': 0x40, 'i-j+': 0xc0 };

/** What a grid section says about the points, in degrees. */
interface Header {
  readonly columns: number | undefined;
  readonly rows: number;
  readonly box: Area;
  readonly dlon: number | undefined;
  readonly dlat: number | undefined;
  readonly gaussianNumber: number | undefined;
  readonly pl: Int32Array | undefined;
  readonly southPole: readonly [number, number] | undefined;
  readonly scanningMode: number;
}

/** Section 3 of edition 2; the shape of the earth comes from the template. `unsupported.grid` for other kinds. */
export function gridSection2(grid: Grid, template?: Message): Uint8Array {
  if (grid.type === 'sh') return spectralSection2(grid);
  const { base } = canonicalOf(grid);
  if (base.projected !== undefined) return planeSection2(base, uvFlag(template));
  if (grid.healpix !== undefined) return healpixSection(grid, shapeOf(template));
  if (grid.type === 'unstructured' || grid.type === 'orca') return unstructuredSection(grid, shapeOf(template)[0] as number);
  const header = headerOf(grid);
  const number = NUMBERS_2[grid.type] as number;
  const fixed = header.southPole === undefined ? 72 : 84;
  const bytes = new Uint8Array(fixed + 2 * (header.pl?.length ?? 0));
  putUnsigned(bytes, 0, 4, bytes.length);
  bytes[4] = 3;
  putUnsigned(bytes, 6, 4, grid.points);
  bytes[10] = header.pl === undefined ? 0 : 2;
  bytes[11] = header.pl === undefined ? 0 : 1;
  putUnsigned(bytes, 12, 2, number);
  bytes.set(shapeOf(template), 14);
  putUnsigned(bytes, 30, 4, header.columns ?? MISSING_4);
  putUnsigned(bytes, 34, 4, header.rows);
  putUnsigned(bytes, 38, 4, 0);
  putUnsigned(bytes, 42, 4, MISSING_4);
  const [first, last] = endsOf(header);
  putSigned(bytes, 46, 4, Math.round(first[0] * 1e6));
  putSigned(bytes, 50, 4, Math.round(first[1] * 1e6));
  // Increments given: 0x20 along a row, 0x10 across; a Gaussian grid states N across, as all writers do.
  bytes[54] = (header.dlon === undefined ? 0 : 0x20) | (header.pl === undefined || header.dlat !== undefined ? 0x10 : 0) | uvFlag(template);
  putSigned(bytes, 55, 4, Math.round(last[0] * 1e6));
  putSigned(bytes, 59, 4, Math.round(last[1] * 1e6));
  putUnsigned(bytes, 63, 4, header.dlon === undefined ? MISSING_4 : Math.round(header.dlon * 1e6));
  putUnsigned(bytes, 67, 4, header.gaussianNumber ?? Math.round((header.dlat as number) * 1e6));
  bytes[71] = header.scanningMode;
  if (header.southPole !== undefined) {
    putSigned(bytes, 72, 4, Math.round(header.southPole[0] * 1e6));
    putUnsigned(bytes, 76, 4, Math.round(positive(header.southPole[1]) * 1e6));
    putIeee32(bytes, 80, 0);
  }
  header.pl?.forEach((count, row) => putUnsigned(bytes, fixed + 2 * row, 2, count));
  return bytes;
}

/** Section 2 of edition 1; vertical coordinates come from the template. `unsupported.grid` also for more than 65 534 points in a row. */
export function gridSection1(grid: Grid, template: Message): Uint8Array {
  if (grid.type === 'sh') return spectralSection1(grid, template);
  const { base } = canonicalOf(grid);
  if (base.projected !== undefined) return planeWithLevels(base, template);
  const header = headerOf(grid);
  if ((header.columns ?? 0) >= MISSING_2 || header.rows >= MISSING_2) {
    throw new DteError('unsupported.grid', `a grid of ${header.columns} x ${header.rows} points does not fit GRIB edition 1`, {
      hint: `at most ${MISSING_2 - 1} in each direction; use edition 2`,
    });
  }
  const vertical = verticalCoordinates(template)?.values ?? [];
  const fixed = header.southPole === undefined ? 32 : 42;
  const bytes = new Uint8Array(fixed + 4 * vertical.length + 2 * (header.pl?.length ?? 0));
  putUnsigned(bytes, 0, 3, bytes.length);
  bytes[3] = vertical.length;
  bytes[4] = vertical.length > 0 || header.pl !== undefined ? fixed + 1 : 255;
  bytes[5] = NUMBERS_1[grid.type] as number;
  putUnsigned(bytes, 6, 2, header.columns ?? MISSING_2);
  putUnsigned(bytes, 8, 2, header.rows);
  const [first, last] = endsOf(header);
  putSigned(bytes, 10, 3, Math.round(first[0] * 1e3));
  putSigned(bytes, 13, 3, Math.round(first[1] * 1e3));
  bytes[16] =
    (header.dlon === undefined && header.gaussianNumber !== undefined ? 0 : 0x80) |
    ((rawNumber(template, 'resolutionAndComponentFlags') ?? 0) & 0x40) |
    uvFlag(template);
  putSigned(bytes, 17, 3, Math.round(last[0] * 1e3));
  putSigned(bytes, 20, 3, Math.round(last[1] * 1e3));
  bytes[27] = header.scanningMode;
  putUnsigned(bytes, 23, 2, header.dlon === undefined ? MISSING_2 : Math.round(header.dlon * 1e3));
  putUnsigned(bytes, 25, 2, header.gaussianNumber ?? Math.round((header.dlat as number) * 1e3));
  if (header.southPole !== undefined) {
    putSigned(bytes, 32, 3, Math.round(header.southPole[0] * 1e3));
    putSigned(bytes, 35, 3, Math.round(positive(header.southPole[1]) * 1e3));
    putIbm32(bytes, 38, 0);
  }
  vertical.forEach((value, i) => putIbm32(bytes, fixed + 4 * i, value));
  header.pl?.forEach((count, row) => putUnsigned(bytes, fixed + 4 * vertical.length + 2 * row, 2, count));
  return bytes;
}

/** A plane's section with the vertical coordinates of the template behind it. */
function planeWithLevels(base: Grid, template: Message): Uint8Array {
  const { columns, rows } = base.projected as NonNullable<Grid['projected']>;
  if (columns >= MISSING_2 || rows >= MISSING_2) {
    throw new DteError('unsupported.grid', `a grid of ${columns} x ${rows} points does not fit GRIB edition 1`, {
      hint: `at most ${MISSING_2 - 1} in each direction; use edition 2`,
    });
  }
  const vertical = verticalCoordinates(template)?.values ?? [];
  const plane = planeSection1(base, uvFlag(template));
  const bytes = new Uint8Array(plane.length + 4 * vertical.length);
  bytes.set(plane);
  putUnsigned(bytes, 0, 3, bytes.length);
  bytes[3] = vertical.length;
  bytes[4] = vertical.length > 0 ? plane.length + 1 : 255;
  vertical.forEach((value, i) => putIbm32(bytes, plane.length + 4 * i, value));
  return bytes;
}

/** The grid in canonical order and the scanning mode of the order it has; planes are written upwards whichever order that is. */
function canonicalOf(grid: Grid): { readonly base: Grid; readonly mode: number } {
  const order = String(grid.spec.order);
  const mode = SCANNING_MODES[order];
  if (mode === undefined || grid.asRows === undefined || grid.healpix !== undefined) return { base: grid, mode: 0 };
  const base = grid.asRows().grid;
  if (base.healpix === undefined && (base.projected === undefined || order === 'i+j+')) return { base, mode };
  throw new DteError('unsupported.grid', `a grid of type ${grid.type} in the order ${order} cannot be written`, {
    hint: 'in the order i+j- it can',
  });
}

/** Latitude and longitude (from 0 to 360) of the first point of the file, and of the last. */
function endsOf({ box, scanningMode }: Header): readonly [readonly [number, number], readonly [number, number]] {
  const [top, bottom] = scanningMode & 0x40 ? [box.south, box.north] : [box.north, box.south];
  const [left, right] = scanningMode & 0x80 ? [eastOf(box), positive(box.west)] : [positive(box.west), eastOf(box)];
  return [
    [top, left],
    [bottom, right],
  ];
}

function headerOf(grid: Grid): Header {
  const { base, mode } = canonicalOf(grid);
  const rows = base.rotated?.rows ?? base.rows;
  if (rows === undefined || !(base.type in NUMBERS_2)) {
    throw new DteError('unsupported.grid', `a grid of type ${grid.type} cannot be written`, { hint: `${WRITABLE} can` });
  }
  const isReduced = isReducedType(base);
  const columns = rows.counts[0] as number;
  // Counts of whole circles also for an area: readers take the points between the corners from them.
  const circles = base.type === 'reduced_ll' ? rows.counts : Int32Array.from(rows.lonStep, (step) => Math.round(360 / step));
  return {
    columns: isReduced ? undefined : columns,
    rows: rows.lats.length,
    box: boxOf(rows, isReduced),
    dlon: isReduced ? undefined : (rows.lonStep[0] as number),
    dlat: base.gaussianNumber === undefined ? latitudeStep(rows) : undefined,
    gaussianNumber: base.gaussianNumber,
    pl: !isReduced ? undefined : mode & 0x40 ? circles.toReversed() : circles,
    southPole: base.rotated === undefined ? undefined : [base.rotated.southPoleLat, base.rotated.southPoleLon],
    scanningMode: mode,
  };
}

/** A rotated Gaussian grid is regular when its name begins with F. */
function isReducedType({ type, spec }: Grid): boolean {
  return type === 'reduced_gg' || type === 'reduced_ll' || (type === 'rotated_gg' && !String(spec.grid).startsWith('F'));
}

/** First row and meridian to last row and meridian. A global reduced grid states the last point of its widest row. */
function boxOf(rows: Rows, isReduced: boolean): Area {
  const last = rows.lats.length - 1;
  let west = Infinity;
  let east = -Infinity;
  for (let row = 0; row <= last; row++) {
    if (rows.counts[row] === 0) continue;
    const first = rows.lonFirst[row] as number;
    west = Math.min(west, first);
    east = Math.max(east, first + (rows.lonStep[row] as number) * ((rows.counts[row] as number) - 1));
    if (!isReduced) break;
  }
  return { north: rows.lats[0] as number, west, south: rows.lats[last] as number, east };
}

function latitudeStep(rows: Rows): number {
  const last = rows.lats.length - 1;
  return last === 0 ? 0 : ((rows.lats[0] as number) - (rows.lats[last] as number)) / last;
}

/** East of a box whose west is written as a longitude from 0 to 360. */
function eastOf(box: Area): number {
  const east = box.east + (positive(box.west) - box.west);
  return east > 360 ? east - 360 : east;
}

function positive(longitude: number): number {
  return longitude < 0 ? longitude + 360 : longitude;
}

function shapeOf(template: Message | undefined): Uint8Array {
  const section = template?.edition === 2 ? template.sections[3] : undefined;
  if (template === undefined || section === undefined) return DEFAULT_SHAPE;
  // Template 3.50 has no shape, 3.101 only its code.
  const number = unsignedAt(template.bytes, section.start + 12, 2);
  if (number === 50 || number === 101 || section.length < 30) return DEFAULT_SHAPE;
  const shape = template.bytes.subarray(section.start + 14, section.start + 30);
  assert(shape.length === 16, 'the shape of the earth has 16 octets');
  return shape;
}

function uvFlag(template: Message | undefined): number {
  if (template?.axes !== undefined) return template.axes === 'grid' ? 0x08 : 0;
  return (template === undefined ? 0 : (rawNumber(template, 'resolutionAndComponentFlags') ?? 0)) & 0x08;
}
