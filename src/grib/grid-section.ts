import type { Area, Grid, Rows } from '../atlas/index.js';
import { assert, DteError } from '../base/index.js';
import type { Message } from './message.js';
import { putIeee32, putIbm32, putSigned, putUnsigned, unsignedAt } from './octets.js';
import { rawNumber } from './raw-keys.js';
import { verticalCoordinates } from './dump.js';
import { spectralSection1, spectralSection2 } from './spectral/spectral-sections.js';

const MISSING_2 = 0xffff;
const MISSING_4 = 0xffffffff;
/** ECMWF's sphere of radius 6 371 229 m, and eleven octets of missing axes. */
const DEFAULT_SHAPE = Uint8Array.from([6, ...new Array<number>(15).fill(0xff)]);
const WRITABLE = 'regular_ll, rotated_ll, regular_gg, reduced_gg and sh';

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
}

/** Section 3 of edition 2 for a grid in canonical order; the shape of the earth comes from the template. `unsupported.grid` for other kinds. */
export function gridSection2(grid: Grid, template?: Message): Uint8Array {
  if (grid.type === 'sh') return spectralSection2(grid);
  const header = headerOf(grid);
  const number = { regular_ll: 0, rotated_ll: 1, regular_gg: 40, reduced_gg: 40 }[grid.type as 'regular_ll'];
  const fixed = number === 1 ? 84 : 72;
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
  putSigned(bytes, 46, 4, Math.round(header.box.north * 1e6));
  putSigned(bytes, 50, 4, Math.round(positive(header.box.west) * 1e6));
  // Increments given: 0x20 along a row, 0x10 across; a Gaussian grid states N across, as all writers do.
  bytes[54] = (header.dlon === undefined ? 0 : 0x20) | (header.pl === undefined ? 0x10 : 0) | (uvFlag(template) ? 0x08 : 0);
  putSigned(bytes, 55, 4, Math.round(header.box.south * 1e6));
  putSigned(bytes, 59, 4, Math.round(eastOf(header.box) * 1e6));
  putUnsigned(bytes, 63, 4, header.dlon === undefined ? MISSING_4 : Math.round(header.dlon * 1e6));
  putUnsigned(bytes, 67, 4, header.gaussianNumber ?? Math.round((header.dlat as number) * 1e6));
  bytes[71] = 0;
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
  bytes[5] = { regular_ll: 0, rotated_ll: 10, regular_gg: 4, reduced_gg: 4 }[grid.type as 'regular_ll'];
  putUnsigned(bytes, 6, 2, header.columns ?? MISSING_2);
  putUnsigned(bytes, 8, 2, header.rows);
  putSigned(bytes, 10, 3, Math.round(header.box.north * 1e3));
  putSigned(bytes, 13, 3, Math.round(positive(header.box.west) * 1e3));
  bytes[16] =
    (header.dlon === undefined ? 0 : 0x80) |
    ((rawNumber(template, 'resolutionAndComponentFlags') ?? 0) & 0x40) |
    (uvFlag(template) ? 0x08 : 0);
  putSigned(bytes, 17, 3, Math.round(header.box.south * 1e3));
  putSigned(bytes, 20, 3, Math.round(eastOf(header.box) * 1e3));
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

function headerOf(grid: Grid): Header {
  const rows = grid.rotated?.rows ?? grid.rows;
  if (rows === undefined || !['regular_ll', 'rotated_ll', 'regular_gg', 'reduced_gg'].includes(grid.type)) {
    throw new DteError('unsupported.grid', `a grid of type ${grid.type} cannot be written`, { hint: `${WRITABLE} can` });
  }
  const isReduced = grid.type === 'reduced_gg';
  const columns = rows.counts[0] as number;
  return {
    columns: isReduced ? undefined : columns,
    rows: rows.lats.length,
    box: boxOf(rows, isReduced),
    dlon: isReduced ? undefined : (rows.lonStep[0] as number),
    dlat: grid.gaussianNumber === undefined ? latitudeStep(rows) : undefined,
    gaussianNumber: grid.gaussianNumber,
    // Counts of whole circles also for an area: readers take the points between the corners from them.
    pl: isReduced ? Int32Array.from(rows.lonStep, (step) => Math.round(360 / step)) : undefined,
    southPole: grid.rotated === undefined ? undefined : [grid.rotated.southPoleLat, grid.rotated.southPoleLon],
  };
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

function uvFlag(template: Message | undefined): boolean {
  if (template?.axes !== undefined) return template.axes === 'grid';
  return ((template === undefined ? 0 : (rawNumber(template, 'resolutionAndComponentFlags') ?? 0)) & 0x08) !== 0;
}
