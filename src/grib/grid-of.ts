import {
  type Grid,
  gaussianGrid,
  healpixGrid,
  orcaGrid,
  reducedLatLon,
  regularLatLon,
  scanOrder,
  spectralGrid,
  unknownGrid,
  unstructuredGrid,
} from '../atlas/index.js';
import { atPlace, DteError, isDteError, sha256Hex } from '../base/index.js';
import { degrees, gridType, incrementDegrees, numberOfDataPoints, pl, scanningMode } from './grid-keys.js';
import type { Message, Section } from './message.js';
import { orcaNameOfNumbers } from './other-sections.js';
import { projectedGridOf } from './projected-grid-of.js';
import { raw, rawNumber } from './raw-keys.js';
import type { GribTables } from './tables.js';

/** Kinds whose points atlas can place. Others become a grid of type `unknown`: it has points, and no coordinates. */
type Builder = (message: Message) => Grid;
const BUILDERS: Readonly<Record<string, Builder>> = {
  regular_ll: latLon,
  rotated_ll: latLon,
  reduced_ll: reducedRows,
  regular_gg: regularGaussian,
  reduced_gg: reducedGaussian,
  rotated_gg: regularGaussian,
  reduced_rotated_gg: reducedGaussian,
  lambert: projected,
  albers: projected,
  polar_stereographic: projected,
  mercator: projected,
  lambert_azimuthal_equal_area: projected,
  healpix,
  sh: spectral,
  unstructured_grid: unstructured,
};

interface KnownGrid {
  readonly section: Uint8Array;
  readonly points: number;
  readonly grid: Grid;
}

/** Files hold many fields on few grids; making one costs a root search and a hash. */
const KEPT_GRIDS = 8;
const recent = new WeakMap<GribTables, KnownGrid[]>();

/**
 * The grid of a field, points in canonical order (`scanOrderOf` leads there). Fields with equal grid sections share one object.
 * Errors: `data.section` when the header contradicts itself.
 */
export function gridOf(message: Message): Grid {
  const section = gridSection(message);
  if (section === undefined) return unknownGrid({ points: numberOfDataPoints(message) });
  const bytes = message.bytes.subarray(section.start, section.start + section.length);
  const points = numberOfDataPoints(message);
  if (!(points >= 0)) throw sectionError(message, `the grid section states ${points} points`);
  const known = recent.get(message.tables) ?? [];
  const found = known.find((other) => other.points === points && sameOctets(other.section, bytes));
  if (found !== undefined) return found.grid;
  const grid = build(message, bytes);
  recent.set(message.tables, [{ section: bytes.slice(), points, grid }, ...known.slice(0, KEPT_GRIDS - 1)]);
  return grid;
}

/** Where the points of the canonical order lie in the message; undefined when the message is in canonical order. Errors: `unsupported.grid`. */
export function scanOrderOf(message: Message): Uint32Array | undefined {
  const mode = scanningMode(message);
  // HEALPix says by its ordering where points lie.
  if (mode === 0 || raw(message, 'scanningMode') === undefined || gridType(message) === 'healpix') return undefined;
  try {
    const { rows = gridOf(message).rotated?.rows } = gridOf(message);
    if (gridType(message).startsWith('reduced') && rows !== undefined) return scanOrder({ scanningMode: mode, counts: rows.counts });
    const columns = rawNumber(message, 'Ni') ?? rawNumber(message, 'Nx') ?? rawNumber(message, 'numberOfPointsAlongXAxis');
    const lines = rawNumber(message, 'Nj') ?? rawNumber(message, 'Ny') ?? rawNumber(message, 'numberOfPointsAlongYAxis');
    if (columns === undefined || lines === undefined) {
      throw new DteError('unsupported.grid', `scanning mode ${mode} of a ${gridType(message)} grid is not implemented`, {
        hint: 'regular and reduced_gg grids are',
      });
    }
    return scanOrder({ scanningMode: mode, columns, rows: lines });
  } catch (error) {
    throw atPlace(error, message.where);
  }
}

function gridSection(message: Message): Section | undefined {
  return message.sections[message.edition === 1 ? 2 : 3];
}

function build(message: Message, section: Uint8Array): Grid {
  const type = gridType(message);
  try {
    const builder = BUILDERS[type];
    if (builder !== undefined) return builder(message);
  } catch (error) {
    // A message on a grid that is valid and not known can still be carried along.
    if (isDteError(error, 'unsupported.grid')) return foreign(message, section);
    // What atlas calls a wrong request is, coming from a header, a damaged section.
    if (!(error instanceof DteError) || !error.code.startsWith('input.')) throw atPlace(error, message.where);
    throw new DteError('data.section', `the grid section contradicts itself: ${error.reason}`, {
      where: { ...message.where, section: message.edition === 1 ? 2 : 3 },
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      cause: error,
    });
  }
  return foreign(message, section);
}

function foreign(message: Message, section: Uint8Array): Grid {
  return unknownGrid({ points: numberOfDataPoints(message), identity: `${gridType(message)} ${sha256Hex(section).slice(0, 16)}` });
}

function latLon(message: Message): Grid {
  const columns = required(message, 'Ni');
  const rows = required(message, 'Nj');
  checkPoints(message, columns * rows);
  const mode = scanningMode(message);
  const first = [angle(message, 'latitudeOfFirstGridPoint'), angle(message, 'longitudeOfFirstGridPoint')] as const;
  const last = [angle(message, 'latitudeOfLastGridPoint'), angle(message, 'longitudeOfLastGridPoint')] as const;
  const [west, east] = mode & 0x80 ? [last[1], first[1]] : [first[1], last[1]];
  const [dlon, dlat] = [statedIncrement(message, 'i'), statedIncrement(message, 'j')];
  // With alternating rows some writers state the corner where the last row ends, which is then on the first meridian.
  const hasEast = columns === 1 || west !== east;
  return regularLatLon({
    north: Math.max(first[0], last[0]),
    south: Math.min(first[0], last[0]),
    west,
    ...(hasEast ? { east: east < west ? east + 360 : east } : {}),
    columns,
    rows,
    ...(dlon === undefined ? {} : { dlon }),
    ...(dlat === undefined ? {} : { dlat }),
    ...rotationOf(message),
  });
}

/** As the header states it; undefined when it does not, or in edition 1, whose thousandths are rounded: the corners say more. */
function statedIncrement(message: Message, axis: 'i' | 'j'): number | undefined {
  const value = message.edition === 1 ? incrementDegrees(message, axis) : degrees(message, `${axis}DirectionIncrement`);
  return value === undefined || value === 0 ? undefined : value;
}

function rotationOf(message: Message): { rotation?: { southPoleLat: number; southPoleLon: number; angle: number } } {
  if (!gridType(message).includes('rotated')) return {};
  return {
    rotation: {
      southPoleLat: angle(message, 'latitudeOfSouthernPole'),
      southPoleLon: angle(message, 'longitudeOfSouthernPole'),
      angle: rawNumber(message, 'angleOfRotation') ?? 0,
    },
  };
}

function regularGaussian(message: Message): Grid {
  const gaussianNumber = required(message, 'N');
  const columns = required(message, 'Ni');
  const rows = required(message, 'Nj');
  checkPoints(message, columns * rows);
  const increment = incrementDegrees(message, 'i');
  const circle = increment === undefined || increment === 0 ? columns : Math.round(360 / increment);
  const isRegular = circle === 4 * gaussianNumber;
  const options = {
    gaussianNumber,
    points: columns * rows,
    ...rotationOf(message),
    ...(isRegular ? {} : { pl: new Int32Array(rows).fill(circle) }),
  };
  const isGlobal = rows === 2 * gaussianNumber && columns === circle && angle(message, 'longitudeOfFirstGridPoint') === 0;
  return gaussianGrid(isGlobal ? options : { ...options, area: corners(message) });
}

function reducedGaussian(message: Message): Grid {
  const gaussianNumber = required(message, 'N');
  const list = pl(message);
  if (list === undefined) throw sectionError(message, 'the grid section of a reduced grid has no points per row');
  const sum = list.reduce((total, count) => total + count, 0);
  const points = numberOfDataPoints(message);
  const northFirst = scanningMode(message) & 0x40 ? list.toReversed() : list;
  const options = { gaussianNumber, pl: northFirst, points, ...rotationOf(message) };
  const lastLongitude = angle(message, 'longitudeOfLastGridPoint');
  const widest = northFirst.reduce((most, count) => Math.max(most, count), 0);
  const closes = lastLongitude >= 360 - 360 / widest - 2e-3 && lastLongitude <= 360;
  const isGlobal = list.length === 2 * gaussianNumber && sum === points && angle(message, 'longitudeOfFirstGridPoint') === 0 && closes;
  return gaussianGrid(isGlobal ? options : { ...options, area: corners(message) });
}

function reducedRows(message: Message): Grid {
  const list = pl(message);
  if (list === undefined) throw sectionError(message, 'the grid section of a reduced grid has no points per row');
  const grid = reducedLatLon({ pl: scanningMode(message) & 0x40 ? list.toReversed() : list, area: corners(message) });
  checkPoints(message, grid.points);
  return grid;
}

function projected(message: Message): Grid {
  const grid = projectedGridOf(message, gridType(message), { number: required, angle });
  checkPoints(message, grid.points);
  return grid;
}

function healpix(message: Message): Grid {
  const [nside, first] = [required(message, 'Nside'), angle(message, 'longitudeOfFirstGridPoint')];
  const position = rawNumber(message, 'gridPointPosition');
  if (first !== 45 || (position !== undefined && position !== 4)) {
    throw new DteError('unsupported.grid', `HEALPix that begins at ${first} E with points at position ${position} is not implemented`, {
      hint: 'the first point at 45 E, points in the middle of their cells (4), is',
    });
  }
  const grid = healpixGrid(nside, required(message, 'ordering') === 0 ? 'ring' : 'nested');
  checkPoints(message, grid.points);
  return grid;
}

function corners(message: Message): { north: number; west: number; south: number; east: number } {
  const lats = [angle(message, 'latitudeOfFirstGridPoint'), angle(message, 'latitudeOfLastGridPoint')];
  const lons = [angle(message, 'longitudeOfFirstGridPoint'), angle(message, 'longitudeOfLastGridPoint')] as [number, number];
  const [west, east] = scanningMode(message) & 0x80 ? [lons[1], lons[0]] : lons;
  return { north: Math.max(...lats), south: Math.min(...lats), west, east: east < west ? east + 360 : east };
}

function spectral(message: Message): Grid {
  const [j, k, m] = [required(message, 'J'), required(message, 'K'), required(message, 'M')];
  if (j !== k || j !== m) return unknownGrid({ points: numberOfDataPoints(message), identity: `sh ${j} ${k} ${m}` });
  return spectralGrid(j);
}

function unstructured(message: Message): Grid {
  const parts = [raw(message, 'uuidOfHGrid'), raw(message, 'numberOfGridUsed'), raw(message, 'numberOfGridInReference')];
  const points = numberOfDataPoints(message);
  const name = rawNumber(message, 'centre') === 98 ? orcaNameOfNumbers(Number(parts[1]), Number(parts[2])) : undefined;
  const orca = name === undefined ? undefined : orcaGrid(name);
  return orca?.points === points ? orca : unstructuredGrid({ points, identity: parts.join(' ') });
}

function checkPoints(message: Message, expected: number): void {
  const stated = numberOfDataPoints(message);
  if (stated !== expected) throw sectionError(message, `${stated} points are stated for a grid of ${expected}`);
}

function required(message: Message, key: string): number {
  const value = rawNumber(message, key);
  if (value === undefined) throw sectionError(message, `${key} is missing in the grid section`);
  return value;
}

function angle(message: Message, key: string): number {
  const value = degrees(message, key);
  if (value === undefined) throw sectionError(message, `${key} is missing in the grid section`);
  return value;
}

function sectionError(message: Message, reason: string): DteError {
  return new DteError('data.section', reason, { where: { ...message.where, section: message.edition === 1 ? 2 : 3 } });
}

function sameOctets(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, index) => octet === b[index]);
}
