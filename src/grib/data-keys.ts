import type { KeyValue } from './layout.js';
import type { Message } from './message.js';
import { unsignedAt } from './octets.js';
import { numberOfDataPoints } from './grid-keys.js';
import { rawNumber } from './raw-keys.js';

const GRIB2_PACKINGS: Readonly<Record<number, string>> = {
  0: 'grid_simple',
  1: 'grid_simple_matrix',
  2: 'grid_complex',
  3: 'grid_complex_spatial_differencing',
  4: 'grid_ieee',
  40: 'grid_jpeg',
  40000: 'grid_jpeg',
  41: 'grid_png',
  40010: 'grid_png',
  42: 'grid_ccsds',
  50: 'spectral_simple',
  51: 'spectral_complex',
  53: 'bifourier_complex',
  61: 'grid_simple_log_preprocessing',
  200: 'grid_run_length',
  50000: 'spectral_ieee',
  50002: 'grid_second_order',
};

/** Of template 5.50001, by the order of spatial differencing. */
const SECOND_ORDER = ['grid_second_order_no_SPD', 'grid_second_order_SPD1', 'grid_second_order_SPD2', 'grid_second_order_SPD3'] as const;

/** ecCodes' name of the packing. */
export function packingType(message: Message): string {
  if (message.edition === 2) {
    const template = rawNumber(message, 'dataRepresentationTemplateNumber') as number;
    if (template === 50_001) return SECOND_ORDER[rawNumber(message, 'orderOfSPD') ?? 2] ?? 'unknown';
    return GRIB2_PACKINGS[template] ?? 'unknown';
  }
  const flags = rawNumber(message, 'dataFlag') as number;
  const isSpectral = (flags & 0x80) !== 0;
  const isComplex = (flags & 0x40) !== 0;
  if (isSpectral) return isComplex ? 'spectral_complex' : 'spectral_simple';
  if (isComplex) return secondOrderName(rawNumber(message, 'extendedFlag') ?? 0);
  if ((flags & 0x10) === 0) return 'grid_simple';
  return flags & 0x20 ? 'grid_ieee' : 'grid_simple_matrix';
}

function secondOrderName(extended: number): string {
  if ((extended & 0x08) === 0) {
    if ((extended & 0x20) === 0) return 'grid_second_order_row_by_row';
    return extended & 0x10 ? 'grid_second_order_general_grib1' : 'grid_second_order_constant_width';
  }
  return ['grid_second_order_no_SPD', 'grid_second_order_SPD1', 'grid_second_order', 'grid_second_order_SPD3'][extended & 0x03] as string;
}

/** Octets of the bitmap in force, one bit for each point, first point in the highest bit; undefined when every point has a value. */
export function bitmapOctets(message: Message): Uint8Array | undefined {
  if (message.bitmap === undefined) return undefined;
  return message.bytes.subarray(message.bitmap.start + 6, message.bitmap.start + message.bitmap.length);
}

/** Values in the data section: points that are present. For plain packing; other packings of edition 1 do not state it. */
export function numberOfCodedValues(message: Message): number {
  if (message.edition === 2) return rawNumber(message, 'numberOfValues') as number;
  const bits = rawNumber(message, 'bitsPerValue') as number;
  const section = message.sections[4] as { start: number; length: number };
  if (bits === 0) return numberOfValues(message);
  const unused = (rawNumber(message, 'dataFlag') as number) & 0x0f;
  return Math.floor(((section.length - 11) * 8 - unused) / bits);
}

function numberOfValues(message: Message): number {
  if (message.edition === 2) return rawNumber(message, 'numberOfValues') as number;
  const points = numberOfDataPoints(message);
  const bitmap = bitmapOctets(message);
  return bitmap === undefined || unsignedAt(message.bytes, (message.bitmap as { start: number }).start + 4, 2) !== 0
    ? points
    : presentPoints(bitmap, points);
}

export function presentPoints(bitmap: Uint8Array, points: number): number {
  let present = 0;
  const whole = Math.min(points >> 3, bitmap.length);
  for (let i = 0; i < whole; i++) present += BITS_OF[bitmap[i] as number] as number;
  if (points & 7 && whole < bitmap.length) present += BITS_OF[(bitmap[whole] as number) & (0xff << (8 - (points & 7)))] as number;
  return present;
}

const BITS_OF = Uint8Array.from({ length: 256 }, (_, octet) => {
  let bits = 0;
  for (let rest = octet; rest > 0; rest &= rest - 1) bits++;
  return bits;
});

function isSpectral(message: Message): boolean {
  return packingType(message).startsWith('spectral');
}

function codedValuesKey(message: Message): number | undefined {
  const packing = packingType(message);
  if (message.edition === 2 || packing === 'grid_simple') return numberOfCodedValues(message);
  if (!isSpectral(message)) return undefined;
  return numberOfDataPoints(message) - (packing === 'spectral_simple' ? 1 : 0);
}

/** P of spectral_complex packing. */
function laplacianOperator(message: Message): number | undefined {
  if (packingType(message) !== 'spectral_complex') return undefined;
  const stored = rawNumber(message, message.edition === 1 ? 'P' : 'laplacianScalingFactor');
  return stored === undefined ? undefined : stored / (message.edition === 1 ? 1e3 : 1e6);
}

export const dataKeys: Readonly<Record<string, (message: Message) => KeyValue | undefined>> = {
  packingType,
  bitmapPresent: (message) => (message.bitmap === undefined ? 0 : 1),
  numberOfCodedValues: codedValuesKey,
  laplacianOperator,
  sphericalHarmonics: (message) => (message.edition === 1 || isSpectral(message) ? Number(isSpectral(message)) : undefined),
  complexPacking: (message) =>
    message.edition === 1
      ? Number(((rawNumber(message, 'dataFlag') as number) & 0x40) !== 0)
      : packingType(message) === 'spectral_complex'
        ? 1
        : undefined,
  numberOfValues,
  numberOfMissing: (message) => (rawNumber(message, 'J') !== undefined ? undefined : numberOfDataPoints(message) - numberOfValues(message)),
  missingValue: () => 9999,
};
