import { DteError } from '../base/index.js';
import type { AecOptions } from './codec/index.js';
import { bitmapOctets, numberOfCodedValues, packingType, presentPoints } from './data-keys.js';
import { numberOfDataPoints } from './grid-keys.js';
import { groupedValues, isGrouped } from './groups/grouped-values.js';
import type { Message, Section } from './message.js';
import { rawNumber } from './raw-keys.js';

/** The data of a message as it lies there: integers X with value = (R + X * 2^E) * 10^-D. */
export interface PackedValues {
  /** Points of the grid, present or not. */
  readonly points: number;
  /** Integers in `payload`: the present points. */
  readonly count: number;
  readonly referenceValue: number;
  readonly binaryScale: number;
  readonly decimalScale: number;
  /** 0 for a constant field, whose value is R itself. */
  readonly bits: number;
  /** Set when `payload` holds IEEE floats of so many octets, not integers. */
  readonly floatOctets: 4 | 8 | undefined;
  readonly payload: Uint8Array;
  /** One bit a point, the first in the highest bit. */
  readonly bitmap: Uint8Array | undefined;
  /** Set when `payload` is an AEC stream, not plain bits. */
  readonly ccsds: AecOptions | undefined;
}

/**
 * The packed values of a message in simple, CCSDS or IEEE packing; of grouped packings (complex, second order), whose groups follow one
 * from the other, the values themselves as floats of 8 octets. Errors: `unsupported.template` for another packing or a predefined
 * bitmap, `data.section` when lengths and counts contradict each other, `limit.memory` for grouped values that do not fit.
 */
export function packedValues(message: Message): PackedValues {
  const packing = packingType(message);
  if (isGrouped(packing)) {
    const points = numberOfDataPoints(message);
    return { ...groupedValues(message, points, checkedBitmap(message, points)), ...AS_FLOATS };
  }
  const isIeee = packing === 'grid_ieee' && message.edition === 2;
  if (packing !== 'grid_simple' && packing !== 'grid_ccsds' && !isIeee) {
    throw new DteError('unsupported.template', `packing ${packing} cannot be decoded`, {
      where: message.where,
      hint: 'grid_simple, grid_ccsds, grid_complex, grid_second_order and (edition 2) grid_ieee can',
    });
  }
  const isGrib1 = message.edition === 1;
  const points = numberOfDataPoints(message);
  const floatOctets = isIeee ? floatOctetsOf(message) : undefined;
  const bits = floatOctets === undefined ? (rawNumber(message, 'bitsPerValue') ?? 0) : floatOctets * 8;
  if (bits > 32 && floatOctets === undefined)
    throw new DteError('data.section', `${bits} bits per value`, {
      where: { ...message.where, section: isGrib1 ? 4 : 5 },
      hint: 'accepted are 0 to 32',
    });
  const section = message.sections[isGrib1 ? 4 : 7] as Section;
  const payload = message.bytes.subarray(section.start + (isGrib1 ? 11 : 5), section.start + section.length);
  const bitmap = checkedBitmap(message, points);
  const present = bitmap === undefined ? points : presentPoints(bitmap, points);
  const ccsds = packing === 'grid_ccsds' && bits > 0 ? aecOptionsOf(message, bits) : undefined;
  const count = bits === 0 ? present : numberOfCodedValues(message);
  const missingOctets = ccsds === undefined && bits > 0 ? Math.ceil((present * bits) / 8) - payload.length : 0;
  if (count < present || missingOctets > 0) {
    throw new DteError(
      'data.section',
      `the data section holds ${count} values of ${bits} bits in ${payload.length} octets, but ${present} points have a value`,
      {
        where: { ...message.where, section: isGrib1 ? 4 : 7 },
      },
    );
  }
  return {
    points,
    count: present,
    referenceValue: rawNumber(message, 'referenceValue') ?? 0,
    binaryScale: rawNumber(message, 'binaryScaleFactor') ?? 0,
    decimalScale: rawNumber(message, 'decimalScaleFactor') ?? 0,
    bits,
    floatOctets,
    payload,
    bitmap,
    ccsds,
  };
}

const AS_FLOATS = { referenceValue: 0, binaryScale: 0, decimalScale: 0, bits: 64, floatOctets: 8, ccsds: undefined } as const;

/** Code table 5.7. */
function floatOctetsOf(message: Message): 4 | 8 {
  const precision = rawNumber(message, 'precision');
  if (precision === 1) return 4;
  if (precision === 2) return 8;
  throw new DteError('unsupported.template', `IEEE packing of precision ${precision}`, {
    where: message.where,
    hint: '1 (32 bits) and 2 (64 bits) are read',
  });
}

function checkedBitmap(message: Message, points: number): Uint8Array | undefined {
  const section = message.bitmap;
  if (section === undefined) return undefined;
  const predefined = message.edition === 1 ? (rawNumber(message, 'tableReference') ?? 0) : (message.bytes[section.start + 5] as number);
  if (predefined !== 0) {
    throw new DteError('unsupported.template', `predefined bitmap ${predefined} of the centre is not known`, {
      where: message.where,
      hint: 'bitmaps inside the message are read',
    });
  }
  const bitmap = bitmapOctets(message) as Uint8Array;
  if (bitmap.length * 8 < points) {
    throw new DteError('data.section', `the bitmap has ${bitmap.length * 8} bits for ${points} points`, {
      where: { ...message.where, section: message.edition === 1 ? 3 : 6 },
    });
  }
  return bitmap;
}

function aecOptionsOf(message: Message, bits: number): AecOptions {
  return {
    bits,
    flags: rawNumber(message, 'ccsdsFlags') as number,
    blockSize: rawNumber(message, 'ccsdsBlockSize') as number,
    rsi: rawNumber(message, 'ccsdsRsi') as number,
  };
}
