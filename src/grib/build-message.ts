import type { Grid } from '../atlas/index.js';
import { concatenated, DteError } from '../base/index.js';
import { numberOfDataPoints } from './grid-keys.js';
import { gridSection1, gridSection2 } from './grid-section.js';
import type { Message } from './message.js';
import { ibm32At, putIbm32, putIeee32, putSigned, putUnsigned } from './octets.js';
import {
  grib1SpectralData,
  leadingFloats,
  representationMode,
  type SpectralData,
  spectralDataSection,
  type SpectralHead,
} from './spectral/spectral-sections.js';

/** Packed values ready to be written: integers X in `payload` with value = (R + X * 2^E) * 10^-D. */
export interface EncodedData {
  readonly packing: 'simple' | 'ccsds' | 'spectral_simple' | 'spectral_complex';
  readonly bits: number;
  /** Exactly an IEEE float for edition 2, exactly an IBM float for edition 1. */
  readonly referenceValue: number;
  readonly binaryScale: number;
  readonly decimalScale: number;
  /** Values in `payload`: the present points. */
  readonly count: number;
  /** One bit for each point of the grid, the first in the highest bit, whole octets; absent when every point has a value. */
  readonly bitmap?: Uint8Array;
  readonly payload: Uint8Array;
  readonly ccsds?: { readonly flags: number; readonly blockSize: number; readonly rsi: number };
  /** Set for the spectral packings. */
  readonly spectral?: SpectralHead;
}

export interface BuildOptions {
  /** Replaces the grid section. Values are then in canonical order; without it they are in the template's own order. */
  readonly grid?: Grid;
  readonly data: EncodedData;
}

const END_MARK = [0x37, 0x37, 0x37, 0x37];

/**
 * A message with the headers of `template` and new values. All sections that are not replaced are copied octet by octet; a field
 * of a multi-field message becomes a message of its own. Errors: `unsupported.template` for CCSDS in edition 1, `unsupported.grid`
 * for a grid that cannot be written, `limit.range` for a message that its edition cannot hold.
 */
export function buildMessage(template: Message, options: BuildOptions): Uint8Array<ArrayBuffer> {
  return template.edition === 2 ? concatenated(grib2Parts(template, options)) : buildGrib1(template, options);
}

/** The same message in pieces, to be written one after another: the payload, most of it, is not copied where that is possible. */
export function messageParts(template: Message, options: BuildOptions): readonly Uint8Array[] {
  if (template.edition === 1) return [buildGrib1(template, options)];
  const parts = grib2Parts(template, options);
  const payload = parts.length - 2;
  return [concatenated(parts.slice(0, payload)), ...parts.slice(payload)];
}

/** The sections of the message; the payload and the end mark are the last two pieces. */
function grib2Parts(template: Message, { grid, data }: BuildOptions): readonly Uint8Array[] {
  const parts: Uint8Array[] = [new Uint8Array(16), copyOf(template, 1)];
  if (template.sections[2] !== undefined) parts.push(copyOf(template, 2));
  parts.push(grid === undefined ? copyOf(template, 3) : gridSection2(grid, template), copyOf(template, 4));
  parts.push(dataSection(template, data), bitmapSection(data.bitmap), payloadHead(data), data.payload, Uint8Array.from(END_MARK));
  const indicator = parts[0] as Uint8Array;
  indicator.set([0x47, 0x52, 0x49, 0x42, 0xff, 0xff, template.bytes[6] as number, 2]);
  putUnsigned(
    indicator,
    8,
    8,
    parts.reduce((length, part) => length + part.length, 0),
  );
  return parts;
}

function dataSection(template: Message, data: EncodedData): Uint8Array {
  if (isSpectral(data)) return spectralDataSection(data);
  const section = new Uint8Array(data.packing === 'ccsds' ? 25 : 21);
  putUnsigned(section, 0, 4, section.length);
  section[4] = 5;
  putUnsigned(section, 5, 4, data.count);
  putUnsigned(section, 9, 2, data.packing === 'ccsds' ? 42 : 0);
  putIeee32(section, 11, data.referenceValue);
  putSigned(section, 15, 2, data.binaryScale);
  putSigned(section, 17, 2, data.decimalScale);
  section[19] = data.bits;
  section[20] = originalType(template);
  if (data.packing === 'ccsds') {
    const { flags, blockSize, rsi } = data.ccsds ?? { flags: 14, blockSize: 32, rsi: 128 };
    section[21] = flags;
    section[22] = blockSize;
    putUnsigned(section, 23, 2, rsi);
  }
  return section;
}

/** Whether the original values were integers (templates 5.0 to 5.3 and 5.40 to 5.42 say so in octet 21). */
function originalType(template: Message): number {
  const section = template.sections[5];
  if (section === undefined || section.length < 21) return 0;
  const number = (template.bytes[section.start + 9] as number) * 256 + (template.bytes[section.start + 10] as number);
  return [0, 2, 3, 40, 41, 42].includes(number) ? (template.bytes[section.start + 20] as number) : 0;
}

function bitmapSection(bitmap: Uint8Array | undefined): Uint8Array {
  const section = new Uint8Array(6 + (bitmap?.length ?? 0));
  putUnsigned(section, 0, 4, section.length);
  section[4] = 6;
  section[5] = bitmap === undefined ? 255 : 0;
  if (bitmap !== undefined) section.set(bitmap, 6);
  return section;
}

/** What stands before the payload in section 7: the payload itself, most of the message, is copied once, into the message. */
function payloadHead({ payload, spectral }: EncodedData): Uint8Array {
  const floats = spectral === undefined ? new Uint8Array(0) : leadingFloats(spectral);
  const head = new Uint8Array(5 + floats.length);
  putUnsigned(head, 0, 4, head.length + payload.length);
  head[4] = 7;
  head.set(floats, 5);
  return head;
}

function isSpectral(data: EncodedData): data is SpectralData {
  return data.spectral !== undefined;
}

function buildGrib1(template: Message, { grid, data }: BuildOptions): Uint8Array<ArrayBuffer> {
  if (data.packing === 'ccsds') {
    throw new DteError('unsupported.template', 'CCSDS packing does not exist in GRIB edition 1', {
      where: template.where,
      hint: 'use simple packing',
    });
  }
  const product = copyOf(template, 1).slice();
  const hasGrid = grid !== undefined || template.sections[2] !== undefined;
  product[7] = (hasGrid ? 0x80 : 0) | (data.bitmap === undefined ? 0 : 0x40);
  if (grid !== undefined) product[6] = 255;
  putSigned(product, 26, 2, data.decimalScale);
  const parts: Uint8Array[] = [new Uint8Array(8), product];
  if (hasGrid) {
    const section = grid === undefined ? copyOf(template, 2).slice() : gridSection1(grid, template);
    if (data.spectral !== undefined) section[13] = representationMode(data.spectral);
    parts.push(section);
  }
  if (data.bitmap !== undefined) parts.push(grib1Bitmap(data.bitmap, grid?.points ?? numberOfDataPoints(template)));
  const start = parts.reduce((length, part) => length + part.length, 0);
  const values = isSpectral(data) ? grib1SpectralData(data, start, template) : grib1Data(template, data);
  parts.push(values, Uint8Array.from(END_MARK));
  const bytes = concatenated(parts);
  bytes.set([0x47, 0x52, 0x49, 0x42]);
  bytes[7] = 1;
  putGrib1Lengths(bytes, bytes.length - 4 - values.length, values.length, template);
  return bytes;
}

function grib1Bitmap(bitmap: Uint8Array, points: number): Uint8Array {
  const length = 6 + bitmap.length + (bitmap.length % 2);
  const section = new Uint8Array(length);
  putUnsigned(section, 0, 3, length);
  section[3] = (length - 6) * 8 - points;
  section.set(bitmap, 6);
  return section;
}

function grib1Data(template: Message, data: EncodedData): Uint8Array {
  const length = 11 + data.payload.length + ((11 + data.payload.length) % 2);
  const section = new Uint8Array(length);
  const unused = data.bits === 0 ? 8 * (length - 11) : (length - 11) * 8 - data.count * data.bits;
  if (unused < 0 || unused > 15)
    throw new DteError('fault.internal', `${data.payload.length} octets do not hold ${data.count} values of ${data.bits} bits`);
  section[3] = unused;
  putSigned(section, 4, 2, data.binaryScale);
  putIbm32(section, 6, data.referenceValue);
  if (ibm32At(section, 6) !== data.referenceValue) {
    throw new DteError('fault.internal', `the reference value ${data.referenceValue} is not an IBM float`, { where: template.where });
  }
  section[10] = data.bits;
  section.set(data.payload, 11);
  return section;
}

/**
 * Lengths in 3 octets. From 8 MiB on the total is stated in units of 120 octets, rounded up, with the top bit set, and the length
 * of section 4 holds what that is too much: total = units * 120 - rest + 4.
 */
function putGrib1Lengths(bytes: Uint8Array, valuesStart: number, valuesLength: number, template: Message): void {
  if (bytes.length <= 0x7fffff) {
    putUnsigned(bytes, 4, 3, bytes.length);
    putUnsigned(bytes, valuesStart, 3, valuesLength);
    return;
  }
  const units = Math.ceil((bytes.length - 4) / 120);
  if (units > 0x7fffff) {
    throw new DteError('limit.range', `a message of ${bytes.length} octets does not fit GRIB edition 1`, {
      where: template.where,
      hint: `at most ${0x7fffff * 120} octets; use edition 2`,
    });
  }
  putUnsigned(bytes, 4, 3, 0x800000 + units);
  putUnsigned(bytes, valuesStart, 3, units * 120 - (bytes.length - 4));
}

function copyOf(template: Message, number: number): Uint8Array {
  const section = template.sections[number];
  if (section === undefined) throw new DteError('data.message', `the message has no section ${number}`, { where: template.where });
  return template.bytes.subarray(section.start, section.start + section.length);
}
