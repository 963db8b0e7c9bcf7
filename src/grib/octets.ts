/** Big-endian numbers of GRIB headers. Positions are zero-based; WMO octet n is position n - 1. */

export function unsignedAt(bytes: Uint8Array, start: number, octets: number): number {
  let value = 0;
  for (let i = 0; i < octets; i++) value = value * 256 + (bytes[start + i] as number);
  return value;
}

/** Sign and magnitude: the first bit is the sign. */
export function signedAt(bytes: Uint8Array, start: number, octets: number): number {
  const raw = unsignedAt(bytes, start, octets);
  const signBit = 2 ** (8 * octets - 1);
  return raw >= signBit ? -(raw - signBit) : raw;
}

export function ieee32At(bytes: Uint8Array, start: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset + start, 4).getFloat32(0);
}

/** IBM System/360 float: sign, 7-bit exponent c of 16 with bias 64, 24-bit mantissa m: value = m * 16^(c - 70). */
export function ibm32At(bytes: Uint8Array, start: number): number {
  const mantissa = unsignedAt(bytes, start + 1, 3);
  const first = bytes[start] as number;
  const magnitude = mantissa * 2 ** (4 * ((first & 0x7f) - 70));
  return first & 0x80 ? -magnitude : magnitude;
}

export function asciiAt(bytes: Uint8Array, start: number, octets: number): string {
  let text = '';
  for (let i = 0; i < octets; i++) text += String.fromCharCode(bytes[start + i] as number);
  return text;
}

export function hexAt(bytes: Uint8Array, start: number, octets: number): string {
  let text = '';
  for (let i = 0; i < octets; i++) text += (bytes[start + i] as number).toString(16).padStart(2, '0');
  return text;
}

export function allOnes(bytes: Uint8Array, start: number, octets: number): boolean {
  for (let i = 0; i < octets; i++) if (bytes[start + i] !== 0xff) return false;
  return true;
}

export function putUnsigned(bytes: Uint8Array, start: number, octets: number, value: number): void {
  let rest = value;
  for (let i = octets - 1; i >= 0; i--) {
    bytes[start + i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}

export function putSigned(bytes: Uint8Array, start: number, octets: number, value: number): void {
  putUnsigned(bytes, start, octets, Math.abs(value));
  if (value < 0) bytes[start] = (bytes[start] as number) | 0x80;
}

export function putIeee32(bytes: Uint8Array, start: number, value: number): void {
  new DataView(bytes.buffer, bytes.byteOffset + start, 4).setFloat32(0, value);
}

/** Writes the IBM float nearest to `value`, ties away from zero; exact for every value that an IBM float holds. */
export function putIbm32(bytes: Uint8Array, start: number, value: number): void {
  let magnitude = Math.abs(value);
  if (magnitude === 0) return putUnsigned(bytes, start, 4, 0);
  let exponent = 70;
  while (magnitude < 0x100000 && exponent > 0) {
    magnitude *= 16;
    exponent--;
  }
  while (Math.round(magnitude) > 0xffffff) {
    magnitude /= 16;
    exponent++;
  }
  putUnsigned(bytes, start, 4, Math.round(magnitude));
  bytes[start] = exponent | (value < 0 ? 0x80 : 0);
}
