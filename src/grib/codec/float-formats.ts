import { DteError } from '../../base/index.js';

const word = new DataView(new ArrayBuffer(8));

/** 4-byte IBM hexadecimal float: sign, 7 bits of exponent e, 24 bits of fraction f; value = f/2^24 * 16^(e-64). */
const IBM_FRACTION = 2 ** 24;
const IBM_SMALLEST = 16 ** -65;
const IBM_LARGEST = (1 - 2 ** -24) * 16 ** 63;

const FLOAT32_LARGEST = (2 - 2 ** -23) * 2 ** 127;
const FLOAT32_SMALLEST_NORMAL = 2 ** -126;

function refuse(value: number, format: string): DteError {
  return new DteError('limit.range', `value ${value} cannot be stored as ${format}`, {
    hint: 'values must be finite and within its range',
  });
}

/** The value of a 4-byte IBM float. Exact. */
export function ibmValue(bits: number): number {
  const exponent = (bits >>> 24) & 127;
  const magnitude = ((bits & 0xffffff) / IBM_FRACTION) * 16 ** (exponent - 64);
  return bits >>> 31 === 1 ? -magnitude : magnitude;
}

/** Bits of the IBM float whose magnitude is `magnitude` after `round` of its fraction; 0 below the smallest normal value unless rounded up. */
function ibmBits(magnitude: number, round: (fraction: number) => number): number {
  if (magnitude === 0) return 0;
  if (magnitude < IBM_SMALLEST) return round(magnitude / IBM_SMALLEST) === 0 ? 0 : IBM_FRACTION / 16;
  let exponent = 64;
  let scaled = magnitude;
  for (; scaled >= 1; exponent++) scaled /= 16;
  for (; scaled < 1 / 16; exponent--) scaled *= 16;
  let fraction = round(scaled * IBM_FRACTION);
  if (fraction === IBM_FRACTION) {
    fraction /= 16;
    exponent++;
  }
  return exponent * IBM_FRACTION + fraction;
}

/** Bits of the nearest 4-byte IBM float, ties away from zero. Throws `limit.range` when not finite or beyond the format. */
export function ibmNearest(value: number): number {
  const bits = Number.isFinite(value) ? ibmBits(Math.abs(value), Math.round) : Number.NaN;
  if (!(bits < 2 ** 31)) throw refuse(value, 'a 4-byte IBM float');
  return value < 0 && bits !== 0 ? bits + 2 ** 31 : bits;
}

/** Bits of the largest 4-byte IBM float that is not above `value`. Throws `limit.range` when there is none. */
export function ibmNotAbove(value: number): number {
  if (!Number.isFinite(value) || value < -IBM_LARGEST || value > IBM_LARGEST) throw refuse(value, 'a 4-byte IBM float');
  return value < 0 ? ibmBits(-value, Math.ceil) + 2 ** 31 : ibmBits(value, Math.floor);
}

/**
 * The largest f32 that is not above `value`. Subnormal results go down to 0 or to minus the smallest normal f32, for GPUs may
 * flush them. Throws `limit.range` when not finite or beyond f32.
 */
export function float32NotAbove(value: number): number {
  if (!Number.isFinite(value) || value < -FLOAT32_LARGEST || value > FLOAT32_LARGEST) throw refuse(value, 'a 4-byte IEEE float');
  if (value >= 0 && value < FLOAT32_SMALLEST_NORMAL) return 0;
  if (value < 0 && value > -FLOAT32_SMALLEST_NORMAL) return -FLOAT32_SMALLEST_NORMAL;
  const nearest = Math.fround(value);
  if (nearest <= value) return nearest;
  // One step down: magnitudes of one sign are ordered as their bit patterns are.
  word.setFloat32(0, nearest);
  word.setUint32(4, word.getUint32(0) + (nearest > 0 ? -1 : 1));
  return word.getFloat32(4);
}
