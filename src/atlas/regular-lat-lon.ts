import { DteError } from '../base/index.js';
import { type AreaInput, checkArea, edgesOf, formatArea, turnsToPrincipal } from './area.js';
import { rowCells } from './cells/row-cells.js';
import type { Area, Grid, GridSpec, Rows } from './grid.js';
import { gridHash } from './grid-hash.js';
import { progression, turned } from './progression.js';
import { type Rotation, rotateGrid } from './rotated-lat-lon.js';
import { checkPoints, rowsArea, rowsCoordinates } from './rows.js';

/** Degrees within which a coordinate counts as a multiple of an increment (1 mm on the ground). */
const sameDegree = 1e-8;
/** Rounding of a GRIB edition 1 header: two corners of 0.0005 degrees each. */
const headerRounding = 1.5e-3;
const maxRows = 2 ** 24;

/** A regular grid as a GRIB header states it: one corner, the numbers of points, and the increments or the opposite corner. */
export interface RegularLatLonOptions {
  readonly north: number;
  /** Westernmost meridian. */
  readonly west: number;
  readonly columns: number;
  readonly rows: number;
  /** The opposite corner; with it, increments follow from the corners unless `dlon` and `dlat` meet it exactly. */
  readonly south?: number;
  readonly east?: number;
  /** Positive, degrees. */
  readonly dlon?: number;
  readonly dlat?: number;
  readonly rotation?: Rotation;
}

/**
 * Regular latitude-longitude grid with exact corner and counts. A grid whose columns close the circle within header
 * rounding gets the step 360 / columns; west is brought into [-180, 180). `input.grid` when the numbers contradict each other.
 */
export function regularLatLon(options: RegularLatLonOptions): Grid {
  const { north, west, columns, rows } = options;
  if (!isCount(columns) || !isCount(rows) || rows > maxRows || columns > maxRows) {
    throw new DteError('input.grid', `a grid of ${columns} columns and ${rows} rows is not possible`, { hint: `1 to ${maxRows} of each` });
  }
  const lonSpan = spanOfLongitudes(options);
  const dlon = increment('dlon', columns, options.dlon, lonSpan);
  const dlat = increment('dlat', rows, options.dlat, options.south === undefined ? undefined : north - options.south);
  const closes = columns > 1 && Math.abs(columns * dlon - 360) < Math.min(headerRounding, dlon / 2);
  const step = closes ? 360 / columns : dlon;
  if ((columns - 1) * step >= 360) {
    throw new DteError('input.grid', `${columns} columns with a step of ${step} degrees go round the globe more than once`);
  }
  if (!(north <= 90 + sameDegree && north - (rows - 1) * dlat >= -90 - headerRounding)) {
    throw new DteError('input.grid', `${rows} rows of ${dlat} degrees from latitude ${north} southwards reach beyond a pole`);
  }
  return build({ north, west: turned(west, turnsToPrincipal(west)), dlon: step, dlat, columns, rows, periodic: closes }, options.rotation);
}

export interface IncrementOptions {
  /** Snapped inwards to grid points; default: the whole globe. */
  readonly area?: AreaInput;
  /** Longitude and latitude of a point that belongs to the (unbounded) grid. Default 0, 0. */
  readonly reference?: readonly [number, number];
  readonly rotation?: Rotation;
}

/**
 * Grid of all multiples of the increments, counted from the reference, inside the area. Without an area: latitudes within
 * +-90 and one turn of longitudes from the first multiple at or east of 0. `input.area` when the area holds no point.
 */
export function latLonFromIncrements(increments: readonly [number, number], options: IncrementOptions = {}): Grid {
  const [dlon, dlat] = increments;
  if (!(dlon > 0 && dlon <= 360 && dlat > 0 && dlat <= 180)) {
    throw new DteError('input.grid', `increments ${dlon}/${dlat} are not possible`, {
      hint: 'dlon above 0 to 360, dlat above 0 to 180 degrees',
    });
  }
  if (360 / dlon > maxRows || 180 / dlat > maxRows) {
    throw new DteError('limit.range', `increments ${dlon}/${dlat} are too small`, { hint: `at most ${maxRows} rows and columns` });
  }
  const [lonReference, latReference] = options.reference ?? [0, 0];
  const lons = progression(lonReference, dlon);
  const lats = progression(latReference, dlat);
  const area = options.area === undefined ? undefined : checkArea(options.area);
  const columnsOnCircle = Math.floor((360 + sameDegree) / dlon);
  const wanted = area ?? { north: 90, west: 0, south: -90, east: 360 };
  const top = Math.floor((wanted.north - latReference + sameDegree) / dlat);
  const bottom = Math.ceil((wanted.south - latReference - sameDegree) / dlat);
  const first = Math.ceil((wanted.west - lonReference - sameDegree) / dlon);
  const last = Math.floor((wanted.east - lonReference + sameDegree) / dlon);
  const columns = Math.min(last - first + 1, columnsOnCircle);
  const rows = top - bottom + 1;
  if (columns < 1 || rows < 1) {
    throw new DteError('input.area', `area ${formatArea(wanted)} holds no point of the grid ${dlon}/${dlat}`, {
      hint: 'choose an area that holds at least one multiple of the increments',
    });
  }
  // A shifted grid's own corner is taken as it was written, so that a spec leads back to exactly the same numbers.
  const west = options.reference !== undefined && Math.abs(lons.at(first) - wanted.west) < sameDegree ? wanted.west : lons.at(first);
  const north =
    options.reference !== undefined && area !== undefined && Math.abs(lats.at(top) - area.north) < sameDegree ? area.north : lats.at(top);
  const closes = Math.abs(columns * dlon - 360) < sameDegree;
  const corner = { north, west: turned(west, turnsToPrincipal(west)), dlon: closes ? 360 / columns : dlon, dlat };
  return build({ ...corner, columns, rows, periodic: closes }, options.rotation);
}

/** Which coordinates lie half a step beside those of `L<nx>x<ny>`. */
export type LatLonShift = 'none' | 'lon' | 'lat' | 'both';

const shiftLetters: Readonly<Record<LatLonShift, string>> = { none: 'L', lon: 'Slon', lat: 'Slat', both: 'S' };

/**
 * `L<nx>x<ny>`: nx columns from 0 E, ny rows from pole to pole. `Slon` has its columns half a step to the east, `Slat` ny rows
 * half a step of 180/ny degrees off the poles, `S` both.
 */
export function latLonFromCounts(columns: number, rows: number, shift: LatLonShift = 'none'): Grid {
  const hasPoleRows = shift === 'none' || shift === 'lon';
  if (!isCount(columns) || !isCount(rows) || (hasPoleRows && rows < 2)) {
    throw new DteError('input.grid', `grid ${shiftLetters[shift]}${columns}x${rows} is not possible`, {
      hint: `at least 1 column and ${hasPoleRows ? '2 rows (pole to pole)' : '1 row'}`,
    });
  }
  const west = shift === 'none' || shift === 'lat' ? 0 : 180 / columns;
  const [north, dlat] = hasPoleRows ? [90, 180 / (rows - 1)] : [90 - 90 / rows, 180 / rows];
  return regularLatLon({ north, west, dlon: 360 / columns, dlat, columns, rows });
}

interface Corner {
  readonly north: number;
  readonly west: number;
  readonly dlon: number;
  readonly dlat: number;
  readonly columns: number;
  readonly rows: number;
  readonly periodic: boolean;
}

function build(corner: Corner, rotation: Rotation | undefined): Grid {
  const { columns, rows } = corner;
  checkPoints(columns * rows, `a grid of ${columns} columns and ${rows} rows`);
  const layout = layoutRows(corner);
  const area = rowsArea(layout);
  const spec = canonicalSpec(corner, area);
  if (rotation !== undefined) {
    const rotated = rotateGrid({ type: 'rotated_ll', rows: layout, spec }, rotation);
    if (rotated !== undefined) return rotated;
  }
  return {
    type: 'regular_ll',
    ...named(corner, area),
    points: columns * rows,
    spec,
    hash: gridHash(spec),
    area,
    rows: layout,
    coordinates: () => rowsCoordinates(layout),
    cells: () => rowCells(layout),
  };
}

/** The name of a grid round the globe whose columns begin on Greenwich or half a step east of it, and whose rows reach the poles or end half a step off them. */
function named({ periodic, west, dlon, columns, rows }: Corner, { north, south }: Area): { readonly name?: string } {
  const near = (a: number, b: number): boolean => Math.abs(a - b) < sameDegree;
  const isLonShifted = near(west, dlon / 2);
  const isLatShifted = near(90 - north, 90 / rows) && near(90 + south, 90 / rows);
  const reachesPoles = north === 90 && south === -90;
  if (!periodic || !(west === 0 || isLonShifted) || !(reachesPoles || isLatShifted)) return {};
  const shift = isLonShifted ? (isLatShifted ? 'both' : 'lon') : isLatShifted ? 'lat' : 'none';
  return { name: `${shiftLetters[shift]}${columns}x${rows}` };
}

function layoutRows(corner: Corner): Rows {
  const lats = new Float64Array(corner.rows);
  progression(corner.north, -corner.dlat).fill(lats, 0, corner.rows);
  // A header's rounded increments may overshoot the pole by its rounding; latitudes stay on the sphere.
  for (let row = 0; row < corner.rows; row++) lats[row] = Math.max(-90, Math.min(90, lats[row]));
  return {
    lats,
    counts: new Int32Array(corner.rows).fill(corner.columns),
    lonFirst: new Float64Array(corner.rows).fill(corner.west),
    lonStep: new Float64Array(corner.rows).fill(corner.dlon),
    periodic: corner.periodic,
  };
}

/** Increments; the reference where the points are no multiples of them; the area where it is not what the two give by themselves. */
function canonicalSpec(corner: Corner, area: Area): GridSpec {
  const { north, west, dlon, dlat, columns, rows } = corner;
  const reference: readonly [number, number] = [remainder(west, dlon), remainder(north, dlat)];
  const shifted = reference[0] !== 0 || reference[1] !== 0;
  const onGlobe = wholeGlobe(reference, dlon, dlat);
  const isWhole = onGlobe.north === north && onGlobe.west === west && onGlobe.columns === columns && onGlobe.rows === rows;
  return {
    grid: [dlon, dlat],
    ...(isWhole ? {} : { area: edgesOf(area) }),
    ...(shifted ? { reference } : {}),
  };
}

function wholeGlobe(
  reference: readonly [number, number],
  dlon: number,
  dlat: number,
): { north: number; west: number; columns: number; rows: number } {
  const top = Math.floor((90 - reference[1] + sameDegree) / dlat);
  const bottom = Math.ceil((-90 - reference[1] - sameDegree) / dlat);
  return {
    north: progression(reference[1], dlat).at(top),
    west: turned(reference[0], turnsToPrincipal(reference[0])),
    columns: Math.floor((360 + sameDegree) / dlon),
    rows: top - bottom + 1,
  };
}

/** Distance from the multiple of `step` below, to 9 decimals; 0 at a multiple. */
function remainder(value: number, step: number): number {
  const nearest = progression(0, step).at(Math.round(value / step));
  if (Math.abs(value - nearest) < sameDegree) return 0;
  const below = progression(0, step).at(Math.floor(value / step));
  return Math.round((value - below) * 1e9) / 1e9;
}

function increment(name: string, count: number, stated: number | undefined, span: number | undefined): number {
  if (stated !== undefined && !(stated > 0 && stated <= 360)) {
    throw new DteError('input.grid', `increment ${name} ${stated} is not possible`, { hint: 'degrees, above 0 to 360' });
  }
  if (count === 1) return stated ?? (name === 'dlon' ? 360 : 180);
  if (span === undefined) {
    if (stated !== undefined) return stated;
    throw new DteError('input.grid', `a grid with several points needs ${name} or the opposite corner`);
  }
  if (!(span > 0))
    throw new DteError('input.grid', `the corners are ${span} degrees apart, which does not fit ${count} points`, {
      hint: `check ${name}`,
    });
  if (stated !== undefined && Math.abs(stated * (count - 1) - span) < sameDegree) return stated;
  const derived = span / (count - 1);
  if (stated !== undefined && Math.abs(stated - derived) > Math.max(headerRounding, derived / 2)) {
    throw new DteError('input.grid', `${name} ${stated} and corners ${span} degrees apart do not fit ${count} points`, {
      hint: `${derived} would fit`,
    });
  }
  // Thirds of a degree and the like, which a header can only round to millionths.
  const circle = 360 / Math.round(360 / derived);
  return Math.abs(circle * (count - 1) - span) < 2e-6 ? circle : derived;
}

function spanOfLongitudes(options: RegularLatLonOptions): number | undefined {
  if (options.east === undefined) return undefined;
  let span = options.east - options.west;
  while (span < 0) span += 360;
  while (span > 360) span -= 360;
  return span;
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 1;
}
