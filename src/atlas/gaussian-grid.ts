import { DteError } from '../base/index.js';
import { type AreaInput, checkArea, edgesOf, formatArea } from './area.js';
import { rowCells } from './cells/row-cells.js';
import { checkGaussianNumber, gaussianLatitudes } from './gaussian-latitudes.js';
import { gaussianName, plOfName, regularPl } from './gaussian-pl.js';
import type { Area, Grid, GridSpec, Rows } from './grid.js';
import { gridHash } from './grid-hash.js';
import { type Rotation, rotateGrid } from './rotated-lat-lon.js';
import { checkPoints, countPoints, rowsArea, rowsCoordinates } from './rows.js';

/**
 * Degrees within which a longitude 360 i/n counts as equal to an edge of an area. It makes the comparison exact for edges
 * with up to 6 decimals: 360 i/n and k/10^6 that differ do so by at least 1/(10^6 n) > 3e-11 for n up to 32 000, while f64
 * rounding at 360 degrees is 6e-14.
 */
const exactLongitude = 1e-11;
/** Specs hold latitudes with 10 decimals. */
const exactLatitude = 1e-9;
/** Units of a GRIB header, none, edition 2, edition 1, with a little room for their conversion: some encoders cut off digits. */
const headerRoundings = [0, 1.1e-6, 1.1e-3] as const;

export interface GaussianGridOptions {
  /** N: latitudes between pole and equator. */
  readonly gaussianNumber: number;
  /**
   * Points per row, north to south: for all 2N rows, or for the rows of the area. Absent: 4N on every row. Counts are those of
   * the whole circle; with `points` also those inside the area, when a named grid has just these.
   */
  readonly pl?: ArrayLike<number>;
  /** Default: the whole globe. Points outside it do not belong to the grid. */
  readonly area?: AreaInput;
  /** Rows are parallels of a rotated frame; pl and area are of that frame. */
  readonly rotation?: Rotation;
  /** How many points there must be. A message's corners are rounded; the rounding is chosen that gives this number. */
  readonly points?: number;
}

/** The part of a Gaussian grid inside an area: which rows, and which run of points of each row's whole circle. */
interface Selection {
  readonly rowStart: number;
  /** Points on the whole circle of each row. `[rows]` */
  readonly circles: Int32Array;
  /** Index on the circle of the westernmost point, from 0 E, may be negative. `[rows]` */
  readonly firsts: Int32Array;
  readonly counts: Int32Array;
}

/**
 * Regular or reduced Gaussian grid. Recognises the names O, N and F; the canonical area is the bounding box of the points.
 * `input.grid` when `pl` or `points` does not fit, `input.area` when no point lies inside the area.
 */
export function gaussianGrid(options: GaussianGridOptions): Grid {
  const { gaussianNumber, points } = options;
  checkGaussianNumber(gaussianNumber);
  const pl = checkPl(options.pl ?? regularPl(gaussianNumber), 2 * gaussianNumber);
  const area = options.area === undefined ? undefined : checkArea(options.area);
  const selection = area === undefined ? wholeGlobe(gaussianNumber, pl) : selectInArea(gaussianNumber, pl, area, points);
  const found = sum(selection.counts);
  const place = area === undefined ? '' : ` in area ${formatArea(area)}`;
  if (points !== undefined && found !== points) {
    throw new DteError('input.grid', `a Gaussian grid N = ${gaussianNumber}${place} has not ${points} points`, {
      hint: `its points per row give ${found}`,
    });
  }
  if (found === 0)
    throw new DteError('input.area', `the Gaussian grid N = ${gaussianNumber} has no point${place}`, { hint: 'choose a larger area' });
  const grid = fromSelection(gaussianNumber, selection, options.pl === undefined);
  if (options.rotation === undefined) return grid;
  return rotateGrid({ type: 'rotated_gg', rows: grid.rows as Rows, spec: grid.spec, gaussianNumber }, options.rotation) ?? grid;
}

/** The part of a Gaussian grid inside an area, and for each of its rows the first point's index in the parent's row. */
export function gaussianPart(grid: Grid, area: Area): { readonly grid: Grid; readonly parentRow: number } {
  const rows = grid.rows as Rows;
  const gaussianNumber = grid.gaussianNumber as number;
  const rowStart = rowStartOf(rows, gaussianNumber);
  const circles = Int32Array.from(rows.lonStep, (step) => Math.round(360 / step));
  const selected = select(gaussianNumber, rowStart, circles, area, 0);
  if (selected.counts.every((count) => count === 0)) {
    throw new DteError('input.area', `area ${formatArea(area)} lies outside the grid`, {
      hint: `the grid covers ${formatArea(grid.area as Area)}`,
    });
  }
  const part = fromSelection(gaussianNumber, selected, grid.type === 'regular_gg');
  return { grid: part, parentRow: rowStartOf(part.rows as Rows, gaussianNumber) - rowStart };
}

function rowStartOf(rows: Rows, gaussianNumber: number): number {
  return gaussianLatitudes(gaussianNumber).findIndex((lat) => lat <= rows.lats[0] + exactLatitude);
}

function checkPl(pl: ArrayLike<number>, maxRows: number): Int32Array {
  const rows = Int32Array.from(pl);
  if (rows.length < 1 || rows.length > maxRows) {
    throw new DteError('input.grid', `pl has ${rows.length} rows`, { hint: `a Gaussian grid N = ${maxRows / 2} has up to ${maxRows}` });
  }
  for (let row = 0; row < rows.length; row++) {
    if (rows[row] >= 1 && rows[row] === pl[row]) continue;
    throw new DteError('input.grid', `pl[${row}] is ${pl[row]}`, { hint: 'points per row are integers, 1 or more' });
  }
  return rows;
}

function wholeGlobe(gaussianNumber: number, circles: Int32Array): Selection {
  if (circles.length === 2 * gaussianNumber) return { rowStart: 0, circles, firsts: new Int32Array(circles.length), counts: circles };
  throw new DteError('input.grid', `pl has ${circles.length} rows and there is no area`, {
    hint: `the whole Gaussian grid N = ${gaussianNumber} has ${2 * gaussianNumber}`,
  });
}

/** Reads `pl` as counts of whole circles, then as counts inside the area of a named grid; the first reading that gives `points` wins. */
function selectInArea(gaussianNumber: number, pl: Int32Array, area: Area, points: number | undefined): Selection {
  const rowStart = pl.length === 2 * gaussianNumber ? 0 : firstRowOf(gaussianNumber, area, pl.length);
  const exact = select(gaussianNumber, rowStart, pl, area, 0);
  if (points === undefined || sum(exact.counts) === points) return exact;
  for (const rounding of headerRoundings) {
    const selection = select(gaussianNumber, rowStart, pl, area, rounding);
    if (sum(selection.counts) === points) return selection;
  }
  if (sum(pl) !== points) return exact;
  // Some encoders state 360 - 90/N as last longitude whatever the longest row is: nearly a turn and all points mean the whole circle.
  const maxCircle = pl.reduce((max, count) => Math.max(max, count), 1);
  if (area.east - area.west >= 360 - 720 / maxCircle) {
    return select(gaussianNumber, rowStart, pl, { ...area, east: area.west + 360 }, headerRoundings[2]);
  }
  for (const letter of ['F', 'O', 'N']) {
    const circles = plOfName(letter, gaussianNumber)?.slice(rowStart, rowStart + pl.length);
    if (circles === undefined) continue;
    for (const rounding of headerRoundings) {
      const selection = select(gaussianNumber, rowStart, circles, area, rounding);
      if (selection.counts.length === pl.length && selection.counts.every((count, row) => count === pl[row])) return selection;
    }
  }
  return exact;
}

function sum(counts: Int32Array): number {
  return counts.reduce((total, count) => total + count, 0);
}

function firstRowOf(gaussianNumber: number, area: Area, rows: number): number {
  const lats = gaussianLatitudes(gaussianNumber);
  for (const rounding of headerRoundings) {
    const { start, end } = rowsInside(lats, area.north, area.south, rounding);
    if (end - start === rows) return start;
  }
  throw new DteError('input.grid', `area ${formatArea(area)} does not hold the ${rows} rows of pl`, {
    hint: `north and south are Gaussian latitudes of N = ${gaussianNumber}`,
  });
}

function rowsInside(lats: Float64Array, north: number, south: number, rounding: number): { start: number; end: number } {
  const slack = rounding + exactLatitude;
  let start = 0;
  while (start < lats.length && lats[start] > north + slack) start++;
  let end = start;
  while (end < lats.length && lats[end] >= south - slack) end++;
  return { start, end };
}

function select(gaussianNumber: number, rowStart: number, circles: Int32Array, area: Area, rounding: number): Selection {
  const lats = gaussianLatitudes(gaussianNumber).subarray(rowStart, rowStart + circles.length);
  let { start, end } = rowsInside(lats, area.north, area.south, rounding);
  const firsts = new Int32Array(circles.length);
  const counts = new Int32Array(circles.length);
  const slack = rounding + exactLongitude;
  for (let row = start; row < end; row++) {
    const circle = circles[row];
    firsts[row] = Math.ceil(((area.west - slack) * circle) / 360);
    const last = Math.floor(((area.east + slack) * circle) / 360);
    counts[row] = Math.max(0, Math.min(circle, last - firsts[row] + 1));
  }
  while (start < end && counts[start] === 0) start++;
  while (end > start && counts[end - 1] === 0) end--;
  return {
    rowStart: rowStart + start,
    circles: circles.slice(start, end),
    firsts: firsts.slice(start, end),
    counts: counts.slice(start, end),
  };
}

function fromSelection(gaussianNumber: number, selection: Selection, isRegular: boolean): Grid {
  const { rowStart, circles, counts } = selection;
  const firsts = principalFirsts(selection);
  const rows: Rows = {
    lats: gaussianLatitudes(gaussianNumber).slice(rowStart, rowStart + circles.length),
    counts: counts.slice(),
    lonFirst: Float64Array.from(circles, (circle, row) => (360 * firsts[row]) / circle),
    lonStep: Float64Array.from(circles, (circle) => 360 / circle),
    periodic: circles.every((circle, row) => circle === counts[row]),
  };
  const points = countPoints(rows);
  checkPoints(points, `a Gaussian grid N = ${gaussianNumber}`);
  const area = rowsArea(rows);
  const isGlobal = circles.length === 2 * gaussianNumber && rows.periodic && firsts.every((first) => first === 0);
  const name = gaussianName(gaussianNumber, rowStart, circles);
  const spec = canonicalSpec(gaussianNumber, name, circles, isGlobal ? undefined : area);
  return {
    type: isRegular || name?.startsWith('F') === true ? 'regular_gg' : 'reduced_gg',
    ...(isGlobal && name !== undefined ? { name } : {}),
    points,
    spec,
    hash: gridHash(spec),
    area,
    rows,
    gaussianNumber,
    coordinates: () => rowsCoordinates(rows),
    cells: () => rowCells(rows, gaussianNumber),
  };
}

/** Turned so that the westernmost point lies in [-180, 180). */
function principalFirsts({ circles, firsts, counts }: Selection): Int32Array {
  const west = firsts.reduce((least, first, row) => (counts[row] === 0 ? least : Math.min(least, first / circles[row])), Infinity);
  return west < 0.5 ? firsts : firsts.map((first, row) => first - circles[row]);
}

function canonicalSpec(gaussianNumber: number, name: string | undefined, circles: Int32Array, area: Area | undefined): GridSpec {
  const whole = circles.length === 2 * gaussianNumber;
  const definition: GridSpec = name !== undefined ? { grid: name } : { ...(whole ? {} : { N: gaussianNumber }), pl: Array.from(circles) };
  if (area === undefined) return definition;
  const [north, west, south, east] = edgesOf(area);
  return { ...definition, area: [roundLatitude(north), west, roundLatitude(south), east] };
}

/** To 10 decimals: the last bits of a computed latitude may differ between engines, a spec may not. */
function roundLatitude(lat: number): number {
  return Math.round(lat * 1e10) / 1e10;
}
