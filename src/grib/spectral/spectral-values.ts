import { DteError } from '../../base/index.js';
import { decimalFactor } from '../codec/index.js';
import { packingType } from '../data-keys.js';
import { gridType } from '../grid-keys.js';
import type { Message, Section } from '../message.js';
import { ibm32At } from '../octets.js';
import { rawNumber } from '../raw-keys.js';
import { laplacianFactors } from './coefficients.js';

/** The data of a spectral message as it lies there: floats, and integers X with value = (R + X * 2^E) * 10^-D * (n (n + 1))^-P. */
export interface SpectralValues {
  /** Triangular truncation J: (J + 1)(J + 2) real numbers. */
  readonly truncation: number;
  /** Coefficients with n < sub are floats (JS + 1); 0 in simple packing. */
  readonly sub: number;
  /** Real numbers before the packed ones in simple packing: 1, the real part of (0, 0); 0 in complex packing. */
  readonly lead: 0 | 1;
  /** The floats, in the order of the message. */
  readonly unpacked: Float64Array;
  /** P. */
  readonly power: number;
  readonly referenceValue: number;
  readonly binaryScale: number;
  readonly decimalScale: number;
  readonly bits: number;
  /** Integers in `payload`. */
  readonly count: number;
  readonly payload: Uint8Array;
}

/** Units of P in which the editions state it. */
export const POWER_UNITS: Readonly<Record<1 | 2, number>> = { 1: 1e3, 2: 1e6 };

/** The key of P. */
export function powerKey({ edition }: Message): string {
  return edition === 1 ? 'P' : 'laplacianScalingFactor';
}

/**
 * The packed values of a message in spectral_simple or spectral_complex packing. Errors: `unsupported.template` for other packings,
 * other truncations than triangular ones and bitmaps, `data.section` when lengths and counts contradict each other.
 */
export function spectralValues(message: Message): SpectralValues {
  const packing = packingType(message);
  const type = gridType(message);
  if (type !== 'sh' || (packing !== 'spectral_simple' && packing !== 'spectral_complex')) {
    throw unsupported(message, `packing ${packing} of ${type} cannot be decoded`, 'spectral_simple and spectral_complex of sh can');
  }
  if (message.bitmap !== undefined) throw unsupported(message, 'a spectral field with a bitmap', 'all coefficients have a value');
  const truncation = triangular(message, ['J', 'K', 'M'], 'truncation');
  const bits = rawNumber(message, 'bitsPerValue') ?? 0;
  if (bits > 32) throw sectionError(message, `${bits} bits per value`, 'accepted are 0 to 32', message.edition === 1 ? 4 : 5);
  const total = (truncation + 1) * (truncation + 2);
  const layout = packing === 'spectral_simple' ? simpleLayout(message) : complexLayout(message, truncation, total);
  const section = message.sections[message.edition === 1 ? 4 : 7] as Section;
  const count = total - layout.unpacked.length;
  const start = layout.integersStart;
  // ecCodes leaves out the last octet where it is not filled: the bits that it would hold are read as 0.
  const needed = start + Math.floor((count * bits) / 8);
  if (needed > section.length) {
    throw sectionError(message, `${section.length} octets for ${count} coefficients of ${bits} bits`, `${needed} octets are needed`);
  }
  return {
    truncation,
    ...layout,
    referenceValue: rawNumber(message, 'referenceValue') ?? 0,
    binaryScale: rawNumber(message, 'binaryScaleFactor') ?? 0,
    decimalScale: rawNumber(message, 'decimalScaleFactor') ?? 0,
    bits,
    count,
    payload: message.bytes.subarray(section.start + start, section.start + section.length),
  };
}

type Layout = Pick<SpectralValues, 'sub' | 'lead' | 'unpacked' | 'power'> & { readonly integersStart: number };

function simpleLayout(message: Message): Layout {
  const isGrib1 = message.edition === 1;
  const real = rawNumber(message, isGrib1 ? 'realPart' : 'realPartOf00');
  if (real === undefined) throw sectionError(message, 'the section ends before the real part of (0, 0)', undefined, isGrib1 ? 4 : 5);
  return { sub: 0, lead: 1, power: 0, unpacked: Float64Array.of(real), integersStart: isGrib1 ? 15 : 5 };
}

function complexLayout(message: Message, truncation: number, total: number): Layout {
  const isGrib1 = message.edition === 1;
  const subset = triangular(message, ['JS', 'KS', 'MS'], 'unpacked subset');
  if (subset > truncation) {
    throw sectionError(message, `an unpacked subset of ${subset} for truncation ${truncation}`, undefined, isGrib1 ? 4 : 5);
  }
  const power = (rawNumber(message, powerKey(message)) as number) / POWER_UNITS[message.edition];
  const sub = subset + 1;
  const head = isGrib1 ? 18 : 5;
  const octets = isGrib1 ? 4 : floatOctets(message);
  const count = sub * (sub + 1);
  const section = message.sections[isGrib1 ? 4 : 7] as Section;
  if (head + count * octets > section.length) {
    throw sectionError(message, `${section.length} octets for ${count} floats of ${octets} octets`, undefined);
  }
  const at = section.start + head;
  // When nothing is packed, edition 1 has IEEE floats too, and all of them carry the decimal scale.
  const isAll = count === total;
  const unpacked = isGrib1 && !isAll ? ibmFloats(message.bytes, at, count) : ieeeFloats(message.bytes, at, count, octets);
  if (isAll) {
    const factor = decimalFactor(rawNumber(message, 'decimalScaleFactor') ?? 0);
    for (let i = 0; i < count; i++) unpacked[i] = (unpacked[i] as number) * factor;
  } else if (isGrib1) unscaleLast(unpacked, sub, power);
  return { sub, lead: 0, power, unpacked, integersStart: head + count * octets };
}

/** Edition 1 by custom: the floats of the largest n are multiplied by (n (n + 1))^P like packed coefficients. */
function unscaleLast(unpacked: Float64Array, sub: number, power: number): void {
  const factor = sub === 1 ? 0 : 1 / (laplacianFactors(sub - 1, power)[sub - 1] as number);
  for (let m = 0, at = 0; m < sub; m++) {
    at += 2 * (sub - m);
    unpacked[at - 2] = (unpacked[at - 2] as number) * factor;
    unpacked[at - 1] = (unpacked[at - 1] as number) * factor;
  }
}

function ibmFloats(bytes: Uint8Array, start: number, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, index) => ibm32At(bytes, start + 4 * index));
}

function ieeeFloats(bytes: Uint8Array, start: number, count: number, octets: 4 | 8): Float64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, count * octets);
  return Float64Array.from({ length: count }, (_, i) => (octets === 8 ? view.getFloat64(8 * i) : view.getFloat32(4 * i)));
}

/** Code table 5.7. */
function floatOctets(message: Message): 4 | 8 {
  const precision = rawNumber(message, 'unpackedSubsetPrecision');
  if (precision === 1) return 4;
  if (precision === 2) return 8;
  throw unsupported(message, `an unpacked subset of precision ${precision}`, '1 (32 bits) and 2 (64 bits) are read');
}

function triangular(message: Message, keys: readonly [string, string, string], of: string): number {
  const [j, k, m] = keys.map((key) => rawNumber(message, key));
  if (j === undefined || k === undefined || m === undefined) throw sectionError(message, `${keys.join(', ')} are missing`, undefined);
  if (j === k && j === m) return j;
  throw unsupported(
    message,
    `a ${of} of ${keys[0]} = ${j}, ${keys[1]} = ${k}, ${keys[2]} = ${m}`,
    'triangular ones, all three equal, are read',
  );
}

function unsupported(message: Message, reason: string, hint: string): DteError {
  return new DteError('unsupported.template', reason, { where: message.where, hint });
}

function sectionError(message: Message, reason: string, hint: string | undefined, section = message.edition === 1 ? 4 : 7): DteError {
  return new DteError('data.section', reason, { where: { ...message.where, section }, ...(hint === undefined ? {} : { hint }) });
}
