import { DteError } from '../../base/index.js';
import { float32NotAbove, ibmNotAbove, ibmValue } from './float-formats.js';

/** Parameters of simple and CCSDS packing: value = (R + X * 2^E) * 10^-D with X of `bits` bits; with 0 bits the value is R itself. */
export interface PackingParameters {
  /** R, exactly representable in the message: f32 (GRIB2) or IBM float (GRIB1). */
  readonly referenceValue: number;
  /** E. */
  readonly binaryScale: number;
  /** D. */
  readonly decimalScale: number;
  readonly bits: number;
}

/** Largest |E| and the bound of ecCodes on the range of a field, in powers of two. */
const LARGEST_SCALE = 127;
const FLOAT32_LARGEST = (2 - 2 ** -23) * 2 ** 127;

/**
 * The factor 10^-D in f64 as ecCodes computes it, by repeated division (D > 0) or multiplication (D < 0): 1/10^6 is an ulp away.
 */
export function decimalFactor(decimalScale: number): number {
  let factor = 1;
  for (let i = 0; i < decimalScale; i++) factor /= 10;
  for (let i = 0; i > decimalScale; i--) factor *= 10;
  return factor;
}

/**
 * Parameters for packing a field of range `minimum`..`maximum` in `bits` bits, as ecCodes chooses them: D = 0, R = the largest
 * float of the edition that is not above the minimum, E = the smallest integer with round((maximum - R) * 2^-E) <= 2^bits - 1.
 *
 * A constant field gives 0 bits (and E = 0); a varying one with `bits` = 0 takes 24. D leaves 0 only for ranges outside
 * 2^-127..2^127 times 2^bits - 1. Throws `limit.range` for bounds that are not finite or beyond f32, `input.option` for other
 * arguments out of range.
 */
export function simplePackingParameters(minimum: number, maximum: number, bits: number, edition: 1 | 2): PackingParameters {
  if (!Number.isInteger(bits) || bits < 0 || bits > 32)
    throw new DteError('input.option', `${bits} bits per value`, { hint: 'accepted are 0 to 32 bits' });
  // `!(a <= b)` also holds for NaN.
  if (!(Math.abs(minimum) <= FLOAT32_LARGEST) || !(Math.abs(maximum) <= FLOAT32_LARGEST)) {
    throw new DteError('limit.range', `a field with values from ${minimum} to ${maximum} cannot be packed`, {
      hint: 'values must be finite and within the range of f32',
    });
  }
  if (minimum > maximum) throw new DteError('input.option', `a minimum of ${minimum} above the maximum of ${maximum}`);
  const notAbove = (value: number): number => (edition === 1 ? ibmValue(ibmNotAbove(value)) : float32NotAbove(value));
  if (minimum === maximum) return { referenceValue: notAbove(minimum), binaryScale: 0, decimalScale: 0, bits: 0 };
  const width = bits === 0 ? 24 : bits;
  const steps = 2 ** width - 1;
  let decimalScale = 0;
  let low = minimum;
  let high = maximum;
  const rescale = (): void => {
    const factor = decimalFactor(-decimalScale);
    low = minimum * factor;
    high = maximum * factor;
  };
  while (high - low < 2 ** -LARGEST_SCALE * steps) {
    decimalScale++;
    rescale();
  }
  while (high - low > 2 ** LARGEST_SCALE * steps) {
    decimalScale--;
    rescale();
  }
  const referenceValue = notAbove(low);
  return { referenceValue, binaryScale: binaryScale(high - referenceValue, steps), decimalScale, bits: width };
}

/** Smallest E with floor(range * 2^-E + 0.5) <= steps. */
function binaryScale(range: number, steps: number): number {
  const fits = (scale: number): boolean => Math.floor(range * 2 ** -scale + 0.5) <= steps;
  // Within one of the answer, so each loop turns a few times at most.
  let scale = Math.round(Math.log2(range / steps));
  while (!fits(scale)) scale++;
  while (fits(scale - 1)) scale--;
  if (Math.abs(scale) > LARGEST_SCALE) {
    throw new DteError('limit.range', `a field with a range of ${range} cannot be packed in ${Math.round(Math.log2(steps + 1))} bits`, {
      hint: 'its binary scale factor is beyond 127',
    });
  }
  return scale;
}
