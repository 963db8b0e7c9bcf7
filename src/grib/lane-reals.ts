import { decimalFactor } from './codec/index.js';
import type { PackedValues } from './packed.js';

/**
 * R, 2^E, and 10^-D in two parts. A constant field is R, whatever D says: that is how ecCodes writes and reads it. In f32,
 * numbers near the lower end of its range are lifted by 2^64 and brought down by the last factor, for GPUs drop subnormals.
 */
export function laneReals(
  { referenceValue, binaryScale, decimalScale, bits }: Pick<PackedValues, 'referenceValue' | 'binaryScale' | 'decimalScale' | 'bits'>,
  isExact: boolean,
): readonly [reference: number, scale: number, decimal: number, decimalLow: number] {
  if (bits === 0) return [referenceValue, 0, 1, 0];
  const decimal = decimalFactor(decimalScale);
  if (isExact) return [referenceValue, 2 ** binaryScale, decimal, 0];
  const isSmall = binaryScale < -62 && Math.abs(referenceValue) < 2 ** -30;
  const lift = isSmall ? 2 ** 64 : 1;
  const high = Math.fround(decimal / lift);
  return [referenceValue * lift, 2 ** binaryScale * lift, high, decimal / lift - high];
}
