import { checksum } from '../../base/index.js';
import type { JumpInfo } from '../../grib/index.js';

const aroundOctets = 64;

/**
 * Where the octets lie that tell a message from another one written over it: its beginning, and the headers and first values of its
 * data. Two pieces [start, end).
 */
export function fingerprintPlaces({
  dataStart,
  messageBytes,
}: Pick<JumpInfo, 'dataStart' | 'messageBytes'>): readonly (readonly [number, number])[] {
  return [
    [0, Math.min(aroundOctets, messageBytes)],
    [Math.max(0, dataStart - aroundOctets), Math.min(messageBytes, dataStart + aroundOctets)],
  ];
}

/** A sum over the pieces: 16 hexadecimal digits. */
export function fingerprintOf(pieces: readonly Uint8Array[]): string {
  const octets = new Uint8Array(4 * aroundOctets);
  let at = 0;
  for (const piece of pieces) {
    octets.set(piece, at);
    at += piece.length;
  }
  return checksum(new Uint32Array(octets.buffer, 0, Math.ceil(at / 4)));
}
