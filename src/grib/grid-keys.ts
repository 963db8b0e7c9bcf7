import type { KeyValue } from './layout.js';
import type { Message } from './message.js';
import { unsignedAt } from './octets.js';
import { raw, rawNumber } from './raw-keys.js';
import { hasTemplateLayout, sectionLayout, templateNumber } from './section-layouts.js';

const GRIB1_TYPES: Readonly<Record<number, string>> = {
  0: 'regular_ll',
  1: 'mercator',
  3: 'lambert',
  4: 'regular_gg',
  5: 'polar_stereographic',
  6: 'UTM',
  7: 'simple_polyconic',
  8: 'albers',
  10: 'rotated_ll',
  14: 'rotated_gg',
  20: 'stretched_ll',
  24: 'stretched_gg',
  30: 'stretched_rotated_ll',
  34: 'stretched_rotated_gg',
  50: 'sh',
  60: 'rotated_sh',
  70: 'stretched_sh',
  80: 'stretched_rotated_sh',
  90: 'space_view',
};
const GRIB2_TYPES: Readonly<Record<number, string>> = {
  0: 'regular_ll',
  1: 'rotated_ll',
  2: 'stretched_ll',
  3: 'stretched_rotated_ll',
  10: 'mercator',
  12: 'transverse_mercator',
  13: 'mercator_lam',
  20: 'polar_stereographic',
  23: 'polar_stereographic_lam',
  30: 'lambert',
  31: 'albers',
  33: 'lambert_lam',
  40: 'regular_gg',
  41: 'rotated_gg',
  42: 'stretched_gg',
  43: 'stretched_rotated_gg',
  50: 'sh',
  51: 'rotated_sh',
  52: 'stretched_sh',
  53: 'stretched_rotated_sh',
  61: 'mercator_bf',
  62: 'polar_stereographic_bf',
  63: 'lambert_bf',
  90: 'space_view',
  100: 'triangular_grid',
  101: 'unstructured_grid',
  110: 'equatorial_azimuthal_equidistant',
  120: 'azimuth_range',
  130: 'irregular_latlon',
  140: 'lambert_azimuthal_equal_area',
  150: 'healpix',
  1000: 'cross_section',
  1100: 'Hovmoller',
  1200: 'time_section',
};
const REDUCED_NAMES: Readonly<Record<string, string>> = {
  regular_ll: 'reduced_ll',
  regular_gg: 'reduced_gg',
  rotated_gg: 'reduced_rotated_gg',
  stretched_gg: 'reduced_stretched_gg',
  stretched_rotated_gg: 'reduced_stretched_rotated_gg',
};

/** Whether the grid section exists and its template is one whose octets are known. */
export function hasKnownGrid(message: Message): boolean {
  const number = message.edition === 1 ? 2 : 3;
  return message.sections[number] !== undefined && hasTemplateLayout(message, number);
}

/** ecCodes' name of the kind of grid. */
export function gridType(message: Message): string {
  const number = message.edition === 1 ? 2 : 3;
  if (message.sections[number] === undefined) return 'unknown';
  const type = (message.edition === 1 ? GRIB1_TYPES : GRIB2_TYPES)[templateNumber(message, number)] ?? 'unknown';
  return isReduced(message) ? (REDUCED_NAMES[type] ?? type) : type;
}

function isReduced(message: Message): boolean {
  if (message.edition === 2) return (rawNumber(message, 'numberOfOctectsForNumberOfPoints') ?? 0) > 0;
  const type = rawNumber(message, 'dataRepresentationType');
  return raw(message, 'Ni') === null && (type === 0 || type === 4 || type === 14 || type === 24 || type === 34);
}

/** Points of each row as the message lists them; undefined for a grid without such a list. */
export function pl(message: Message): Int32Array | undefined {
  if (!isReduced(message)) return undefined;
  const number = message.edition === 1 ? 2 : 3;
  const section = message.sections[number];
  const rows = rawNumber(message, 'Nj');
  if (section === undefined || rows === undefined) return undefined;
  const octets = message.edition === 1 ? 2 : (rawNumber(message, 'numberOfOctectsForNumberOfPoints') as number);
  const first = section.start + (message.edition === 1 ? grib1ListStart(message) : (sectionLayout(message, 3)?.endOctets as number));
  if (first + rows * octets > section.start + section.length) return undefined;
  return Int32Array.from({ length: rows }, (_, row) => unsignedAt(message.bytes, first + row * octets, octets));
}

/** PV, then PL, begin at the octet PVL of section 2. */
function grib1ListStart(message: Message): number {
  const location = rawNumber(message, 'pvlLocation') as number;
  const vertical = rawNumber(message, 'numberOfVerticalCoordinateValues') as number;
  return (location === 255 ? 32 : location - 1) + 4 * vertical;
}

/** Points of the grid, present or missing. */
export function numberOfDataPoints(message: Message): number {
  if (message.edition === 2) return rawNumber(message, 'numberOfDataPoints') as number;
  const truncation = rawNumber(message, 'J');
  if (truncation !== undefined)
    return spectralCoefficients(truncation, rawNumber(message, 'K') as number, rawNumber(message, 'M') as number);
  const list = pl(message);
  if (list !== undefined) return reducedPoints(message, list);
  const columns = rawNumber(message, 'Ni') ?? rawNumber(message, 'Nx');
  const rows = rawNumber(message, 'Nj') ?? rawNumber(message, 'Ny');
  return columns === undefined || rows === undefined ? 0 : columns * rows;
}

/**
 * Edition 1 does not state the number of points. Rows of an area are listed as whole circles by present writers and as the points
 * inside by older ones; when the longitudes do not go round the globe, the data section decides.
 */
function reducedPoints(message: Message, list: Int32Array): number {
  const sum = list.reduce((total, count) => total + count, 0);
  const widest = list.reduce((most, count) => Math.max(most, count), 1);
  const first = degrees(message, 'longitudeOfFirstGridPoint') ?? 0;
  const last = degrees(message, 'longitudeOfLastGridPoint') ?? 360;
  if ((last < first ? last + 360 : last) - first >= 360 - 360 / widest - 2e-3) return sum;
  const bitmap = message.sections[3];
  if (bitmap !== undefined) return (bitmap.length - 6) * 8 - (rawNumber(message, 'numberOfUnusedBitsAtEndOfSection3') as number);
  const bits = rawNumber(message, 'bitsPerValue') ?? 0;
  const flags = rawNumber(message, 'dataFlag') as number;
  if (bits === 0 || (flags & 0xf0) !== 0) return sum;
  return Math.floor((((message.sections[4]?.length ?? 11) - 11) * 8 - (flags & 0x0f)) / bits);
}

/** Real numbers of a pentagonal truncation: zonal wavenumber m = 0..M, total n = m..min(J + m, K), two of each. */
function spectralCoefficients(j: number, k: number, m: number): number {
  let pairs = 0;
  for (let zonal = 0; zonal <= m; zonal++) pairs += Math.min(j + zonal, k) - zonal + 1;
  return 2 * pairs;
}

/** Degrees of one unit of the angles of the grid section: 1e-3 in edition 1, 1e-6 or a stated fraction in edition 2. */
export function angleUnit(message: Message): { readonly multiplier: number; readonly divisor: number } {
  if (message.edition === 1) return { multiplier: 1, divisor: 1000 };
  const basic = rawNumber(message, 'basicAngleOfTheInitialProductionDomain') ?? 0;
  const parts = rawNumber(message, 'subdivisionsOfBasicAngle') ?? 0;
  return basic === 0 || parts === 0 || basic === 2 ** 32 - 1 ? { multiplier: 1, divisor: 1e6 } : { multiplier: basic, divisor: parts };
}

/** An angle of the grid section in degrees; undefined when absent or missing. */
export function degrees(message: Message, key: string): number | undefined {
  const value = rawNumber(message, key);
  if (value === undefined) return undefined;
  const { multiplier, divisor } = angleUnit(message);
  return (value * multiplier) / divisor;
}

export function scanningMode(message: Message): number {
  return rawNumber(message, 'scanningMode') ?? 0;
}

/** Positive increment in degrees: as stated, or from the corners where the header does not state it. */
export function incrementDegrees(message: Message, axis: 'i' | 'j'): number | undefined {
  if (gridType(message).startsWith('reduced') && axis === 'i') return undefined;
  const stated = degrees(message, `${axis}DirectionIncrement`);
  const flags = rawNumber(message, 'resolutionAndComponentFlags') ?? 0;
  const isGiven = (flags & (message.edition === 1 ? 0x80 : axis === 'i' ? 0x20 : 0x10)) !== 0;
  const fromCorners = cornerIncrement(message, axis);
  if (stated === undefined || !isGiven) return fromCorners ?? stated;
  // Edition 1 rounds to a thousandth: the corners, rounded once for the whole row, say it better.
  if (message.edition === 1 && fromCorners !== undefined && Math.abs(fromCorners - stated) < 1e-3) return fromCorners;
  return stated;
}

function cornerIncrement(message: Message, axis: 'i' | 'j'): number | undefined {
  const count = rawNumber(message, axis === 'i' ? 'Ni' : 'Nj');
  if (count === undefined || count < 2) return undefined;
  if (axis === 'j') {
    const first = degrees(message, 'latitudeOfFirstGridPoint');
    const last = degrees(message, 'latitudeOfLastGridPoint');
    return first === undefined || last === undefined ? undefined : Math.abs(last - first) / (count - 1);
  }
  const first = degrees(message, 'longitudeOfFirstGridPoint');
  const last = degrees(message, 'longitudeOfLastGridPoint');
  if (first === undefined || last === undefined) return undefined;
  const span = scanningMode(message) & 0x80 ? first - last : last - first;
  return (span < 0 ? span + 360 : span) / (count - 1);
}

/** 'F80', 'N320', 'O1280' for Gaussian grids. */
function gridName(message: Message): string | undefined {
  const number = rawNumber(message, 'N');
  if (number === undefined || !gridType(message).includes('gg')) return undefined;
  if (!isReduced(message)) return `F${number}`;
  return `${isOctahedral(message) === 1 ? 'O' : 'N'}${number}`;
}

/** 1 when neighbouring rows differ by 4 points or are equal across the equator, as in an octahedral grid. */
function isOctahedral(message: Message): number | undefined {
  if (!gridType(message).includes('gg')) return undefined;
  const list = pl(message);
  if (list === undefined) return 0;
  for (let row = 1; row < list.length; row++) {
    const step = (list[row] as number) - (list[row - 1] as number);
    if (step !== 4 && step !== -4 && step !== 0) return 0;
    // Only the two rows beside the equator are alike.
    if (step === 0 && row * 2 !== list.length) return 0;
  }
  return 1;
}

function flag(message: Message, key: string, mask: number): number | undefined {
  const value = rawNumber(message, key);
  return value === undefined ? undefined : (value & mask) === 0 ? 0 : 1;
}

type KeyFunction = (message: Message) => KeyValue | undefined;

const ANGLE_KEYS = [
  'latitudeOfFirstGridPoint',
  'longitudeOfFirstGridPoint',
  'latitudeOfLastGridPoint',
  'longitudeOfLastGridPoint',
  'latitudeOfSouthernPole',
  'longitudeOfSouthernPole',
  'LaD',
  'LoV',
  'orientationOfTheGrid',
  'Latin1',
  'Latin2',
  'latitudeOfSubSatellitePoint',
  'longitudeOfSubSatellitePoint',
];

export const gridKeys: Readonly<Record<string, KeyFunction>> = {
  gridType,
  numberOfDataPoints,
  gridName,
  isOctahedral,
  N: (message) => (gridType(message).includes('gg') ? rawNumber(message, 'N') : undefined),
  Nx: (message) => rawNumber(message, 'Nx') ?? raw(message, 'Ni'),
  Ny: (message) => rawNumber(message, 'Ny') ?? raw(message, 'Nj'),
  Ni: (message) => (raw(message, 'Ni') === undefined ? raw(message, 'Nx') : raw(message, 'Ni')),
  Nj: (message) => raw(message, 'Nj') ?? raw(message, 'Ny'),
  pl: (message) => {
    const list = pl(message);
    return list === undefined ? undefined : Array.from(list);
  },
  PLPresent: (message) => (isReduced(message) ? 1 : 0),
  ...Object.fromEntries(ANGLE_KEYS.map((key): [string, KeyFunction] => [`${key}InDegrees`, (message) => degrees(message, key)])),
  LaDInDegrees: (message) =>
    degrees(message, 'LaD') ??
    degrees(message, 'Latin') ??
    (message.edition === 1 && gridType(message) === 'lambert'
      ? degrees(message, 'Latin1')
      : gridType(message) === 'polar_stereographic'
        ? 60
        : undefined),
  angleOfRotationInDegrees: (message) => rawNumber(message, 'angleOfRotation'),
  standardParallelInDegrees: (message) => degrees(message, 'standardParallelInMicrodegrees'),
  centralLongitudeInDegrees: (message) => degrees(message, 'centralLongitudeInMicrodegrees'),
  iDirectionIncrementInDegrees: (message) => incrementKey(message, 'i'),
  jDirectionIncrementInDegrees: (message) => incrementKey(message, 'j'),
  DxInMetres: (message) => millimetres(message, 'Dx') ?? rawNumber(message, 'DxInMetres'),
  DyInMetres: (message) => millimetres(message, 'Dy') ?? rawNumber(message, 'DyInMetres'),
  DiInMetres: (message) => millimetres(message, 'Di') ?? rawNumber(message, 'DiInMetres'),
  DjInMetres: (message) => millimetres(message, 'Dj') ?? rawNumber(message, 'DjInMetres'),
  iScansNegatively: (message) => flag(message, 'scanningMode', 0x80),
  jScansPositively: (message) => flag(message, 'scanningMode', 0x40),
  jPointsAreConsecutive: (message) => flag(message, 'scanningMode', 0x20),
  alternativeRowScanning: (message) =>
    message.edition === 1 ? (raw(message, 'scanningMode') === undefined ? undefined : 0) : flag(message, 'scanningMode', 0x10),
  iDirectionIncrementGiven: (message) => flag(message, 'resolutionAndComponentFlags', message.edition === 1 ? 0x80 : 0x20),
  jDirectionIncrementGiven: (message) => flag(message, 'resolutionAndComponentFlags', message.edition === 1 ? 0x80 : 0x10),
  uvRelativeToGrid: (message) => flag(message, 'resolutionAndComponentFlags', 0x08),
};

/** Missing in a reduced grid, whose rows have an increment each. */
function incrementKey(message: Message, axis: 'i' | 'j'): KeyValue | undefined {
  if (raw(message, `${axis}DirectionIncrement`) === undefined) return undefined;
  return incrementDegrees(message, axis) ?? null;
}

function millimetres(message: Message, key: string): number | undefined {
  const value = rawNumber(message, key);
  return value === undefined ? undefined : value / 1000;
}
