import { DteError } from '../../base/index.js';
import { packingType } from '../data-keys.js';
import type { EncodeOptions } from '../encode.js';
import type { Message } from '../message.js';
import { rawNumber } from '../raw-keys.js';
import type { SpectralHead } from './spectral-sections.js';

/** How a spectral field is to be written. */
export interface SpectralLayout extends Pick<SpectralHead, 'packing' | 'sub' | 'floatOctets'> {
  readonly lead: 0 | 1;
  readonly bits: number;
  /** D of the message, which complex packing keeps, as ecCodes does. */
  readonly decimalScale: number;
}

/** The subset of ECMWF's archives. */
export const defaultSubset = 20;
const defaultBits = 16;

/** What of the layout the options leave open is as in the message: subset, precision of the floats, bits, D. */
export function spectralLayout(message: Message, truncation: number, options: EncodeOptions): SpectralLayout {
  const packing = packingFor(message, options);
  const own = rawNumber(message, 'bitsPerValue') ?? 0;
  const bits = options.bits ?? (own > 0 ? Math.min(own, 32) : defaultBits);
  const floatOctets = rawNumber(message, 'unpackedSubsetPrecision') === 2 ? 8 : 4;
  if (packing === 'spectral_simple') return { packing, sub: 0, lead: 1, bits, floatOctets, decimalScale: 0 };
  const isComplex = packingType(message) === 'spectral_complex';
  const subset = options.subset ?? (isComplex ? rawNumber(message, 'JS') : undefined) ?? defaultSubset;
  if (!Number.isInteger(subset) || subset < 0) {
    throw new DteError('input.option', `an unpacked subset of ${subset}`, {
      hint: 'a truncation, an integer from 0 on',
      where: { option: 'subset' },
    });
  }
  const decimalScale = isComplex ? (rawNumber(message, 'decimalScaleFactor') ?? 0) : 0;
  return { packing, sub: Math.min(subset, truncation) + 1, lead: 0, bits, floatOctets, decimalScale };
}

function packingFor(message: Message, { packing = 'keep' }: EncodeOptions): SpectralHead['packing'] {
  if (packing === 'ccsds') {
    throw new DteError('unsupported.template', 'CCSDS packing does not exist for spectral fields', {
      where: message.where,
      hint: 'use complex or simple packing, or keep',
    });
  }
  if (packing === 'keep') return packingType(message) === 'spectral_simple' ? 'spectral_simple' : 'spectral_complex';
  return packing === 'simple' ? 'spectral_simple' : 'spectral_complex';
}
