import { md5 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/** SHA-256 of bytes, or of a text as UTF-8: 64 lower-case hexadecimal digits. Works in every JavaScript engine. */
export function sha256Hex(data: Uint8Array | string): string {
  return bytesToHex(sha256(typeof data === 'string' ? utf8ToBytes(data) : data));
}

/** MD5 of bytes: 32 lower-case hexadecimal digits. Only to name things as other programs name them; it proves nothing. */
export function md5Hex(data: Uint8Array): string {
  return bytesToHex(md5(data));
}
