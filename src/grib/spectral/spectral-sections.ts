import type { Grid } from '../../atlas/index.js';
import { DteError } from '../../base/index.js';
import type { EncodedData } from '../build-message.js';
import { ibmNearest } from '../codec/index.js';
import { verticalCoordinates } from '../dump.js';
import type { Message } from '../message.js';
import { ibm32At, putIbm32, putIeee32, putSigned, putUnsigned } from '../octets.js';

/** What a spectral message states besides packed integers. */
export interface SpectralHead {
  readonly packing: 'spectral_simple' | 'spectral_complex';
  /** JS + 1: coefficients with n below are floats. 0 in simple packing, whose only float is the real part of (0, 0). */
  readonly sub: number;
  /** P in the units of the edition. */
  readonly storedPower: number;
  /** Octets of the floats in edition 2; edition 1 has 4. */
  readonly floatOctets: 4 | 8;
  /** The floats as they are stored. */
  readonly floats: Float64Array;
}

/** A message's data when they are spectral. */
export type SpectralData = EncodedData & { readonly spectral: SpectralHead };

/** Section 3 of edition 2, template 3.50. */
export function spectralSection2(grid: Grid): Uint8Array {
  const truncation = grid.truncation as number;
  const bytes = new Uint8Array(28);
  putUnsigned(bytes, 0, 4, bytes.length);
  bytes[4] = 3;
  putUnsigned(bytes, 6, 4, grid.points);
  putUnsigned(bytes, 12, 2, 50);
  for (const at of [14, 18, 22]) putUnsigned(bytes, at, 4, truncation);
  // Associated Legendre functions of the first kind, coefficients from m = 0 on.
  bytes.set([1, 1], 26);
  return bytes;
}

/** Section 2 of edition 1, data representation type 50; vertical coordinates come from the template. */
export function spectralSection1(grid: Grid, template: Message): Uint8Array {
  const truncation = grid.truncation as number;
  if (truncation > 0xffff) throw new DteError('unsupported.grid', `truncation ${truncation} does not fit GRIB edition 1`);
  const vertical = verticalCoordinates(template)?.values ?? [];
  const fixed = 32;
  const bytes = new Uint8Array(fixed + 4 * vertical.length);
  putUnsigned(bytes, 0, 3, bytes.length);
  bytes[3] = vertical.length;
  bytes[4] = vertical.length > 0 ? fixed + 1 : 255;
  bytes[5] = 50;
  for (const at of [6, 8, 10]) putUnsigned(bytes, at, 2, truncation);
  bytes.set([1, 2], 12);
  for (const [i, value] of vertical.entries()) putIbm32(bytes, fixed + 4 * i, value);
  return bytes;
}

/** Representation mode of section 2 of edition 1, which tells the two packings apart. */
export function representationMode({ packing }: SpectralHead): number {
  return packing === 'spectral_simple' ? 1 : 2;
}

/** Section 5 of edition 2, template 5.50 or 5.51. */
export function spectralDataSection(data: SpectralData): Uint8Array {
  const { spectral } = data;
  const isSimple = spectral.packing === 'spectral_simple';
  const section = new Uint8Array(isSimple ? 24 : 35);
  putUnsigned(section, 0, 4, section.length);
  section[4] = 5;
  putUnsigned(section, 5, 4, data.count + spectral.floats.length);
  putUnsigned(section, 9, 2, isSimple ? 50 : 51);
  putIeee32(section, 11, data.referenceValue);
  putSigned(section, 15, 2, data.binaryScale);
  putSigned(section, 17, 2, data.decimalScale);
  section[19] = data.bits;
  if (isSimple) {
    putIeee32(section, 20, spectral.floats[0] as number);
    return section;
  }
  putSigned(section, 20, 4, spectral.storedPower);
  for (const at of [24, 26, 28]) putUnsigned(section, at, 2, spectral.sub - 1);
  putUnsigned(section, 30, 4, spectral.floats.length);
  section[34] = spectral.floatOctets === 8 ? 2 : 1;
  return section;
}

/** The floats that stand before the integers in section 7 of edition 2. */
export function leadingFloats({ packing, floats, floatOctets }: SpectralHead): Uint8Array {
  if (packing === 'spectral_simple') return new Uint8Array(0);
  const bytes = new Uint8Array(floats.length * floatOctets);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of floats.entries()) {
    if (floatOctets === 8) view.setFloat64(8 * i, value);
    else view.setFloat32(4 * i, value);
  }
  return bytes;
}

/** Section 4 of edition 1. `start` is its place in the message. */
export function grib1SpectralData(data: SpectralData, start: number, template: Message): Uint8Array {
  const { spectral, payload, count, bits } = data;
  const { floats } = spectral;
  const isSimple = spectral.packing === 'spectral_simple';
  const fixed = isSimple ? 15 : 18 + 4 * floats.length;
  const section = new Uint8Array(fixed + payload.length + ((fixed + payload.length) % 2));
  // Of a constant ecCodes states no unused bits.
  const unused = bits === 0 ? 0 : 8 * (section.length - fixed) - count * bits;
  section[3] = 0x80 | (isSimple ? 0 : 0x40) | unused;
  putSigned(section, 4, 2, data.binaryScale);
  putIbm32(section, 6, data.referenceValue);
  if (ibm32At(section, 6) !== data.referenceValue) {
    throw new DteError('fault.internal', `the reference value ${data.referenceValue} is not an IBM float`, { where: template.where });
  }
  section[10] = bits;
  section.set(payload, fixed);
  if (isSimple) {
    putUnsigned(section, 11, 4, ibmNearest(floats[0] as number));
    return section;
  }
  // By custom counted from the start of the message, not of the section.
  const packedStart = start + fixed;
  if (packedStart > 0xffff || spectral.sub > 0x100) {
    throw new DteError('limit.range', `an unpacked subset of ${spectral.sub - 1} does not fit GRIB edition 1`, {
      where: template.where,
      hint: 'state a smaller one, or use edition 2',
    });
  }
  putUnsigned(section, 11, 2, packedStart);
  putSigned(section, 13, 2, spectral.storedPower);
  section.fill(spectral.sub - 1, 15, 18);
  // When nothing is packed the floats are IEEE ones, as in edition 2.
  if (count === 0) section.set(leadingFloats({ ...spectral, floatOctets: 4 }), 18);
  else for (const [i, value] of floats.entries()) putUnsigned(section, 18 + 4 * i, 4, ibmNearest(value));
  return section;
}
