import { DteError, type Where } from '../../base/index.js';

/** An unsigned number of up to 48 bits that begins at a bit of `bytes`; octets beyond the end count as 0. */
export function bitsAt(bytes: Uint8Array, bit: number, width: number): number {
  let at = Math.floor(bit / 8);
  const shift = bit % 8;
  if (width <= 24) {
    const window =
      ((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16) | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
    return width === 0 ? 0 : ((window << shift) >>> 0) >>> (32 - width);
  }
  let have = 8 - shift;
  let value = ((bytes[at] as number) | 0) & (2 ** have - 1);
  while (have < width) {
    value = value * 256 + ((bytes[++at] as number) | 0);
    have += 8;
  }
  return Math.floor(value / 2 ** (have - width));
}

/** Lists of numbers, one after another, each from a whole octet on. Errors: `data.section` when the octets end before a list does. */
export interface BitLists {
  /** `count` numbers of `width` bits. */
  list(count: number, width: number): Float64Array;
  /** Where the octets after the last list begin. */
  rest(): { readonly bytes: Uint8Array; readonly bit: number };
}

export function bitLists(bytes: Uint8Array, where: Where): BitLists {
  let octet = 0;
  return {
    list(count, width) {
      const end = octet + Math.ceil((count * width) / 8);
      if (end > bytes.length || width > 32) throw tooShort(end, bytes.length, where);
      const values = new Float64Array(count);
      for (let i = 0; i < count; i++) values[i] = bitsAt(bytes, octet * 8 + i * width, width);
      octet = end;
      return values;
    },
    rest: () => ({ bytes, bit: octet * 8 }),
  };
}

export function tooShort(needed: number, have: number, where: Where): DteError {
  return new DteError('data.section', `groups of packed values need ${needed} octets and have ${have}`, { where });
}

/** The number that `width` bits mean whose first is a sign. */
export function signed(raw: number, width: number): number {
  const sign = 2 ** (width - 1);
  return width > 0 && raw >= sign ? sign - raw : raw;
}
