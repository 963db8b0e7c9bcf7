/**
 * Pixels of HEALPix by base face: 12 faces (4 around the north pole, 4 on the equator, 4 around the south pole) of nside x nside
 * pixels, x growing to the north-east and y to the north-west (Gorski et al. 2005, ApJ 622, sections 4 and 5).
 */

/** Ring of a face's southern corner in units of nside, counted from the north pole. */
export const faceRing = [2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4] as const;
/** Longitude of a face's middle in units of 45 degrees. */
export const faceTurn = [1, 3, 5, 7, 0, 2, 4, 6, 1, 3, 5, 7] as const;

/** Index in ring order of pixel (x, y) of a face. */
export function ringIndex(nside: number, face: number, x: number, y: number): number {
  const ring = (faceRing[face] as number) * nside - x - y - 1;
  const inBelt = ring >= nside && ring <= 3 * nside;
  const width = ring < nside ? ring : inBelt ? nside : 4 * nside - ring;
  const shift = inBelt ? (ring - nside) & 1 : 0;
  const place = ((faceTurn[face] as number) * width + x - y + 1 + shift) / 2;
  const inRing = place > 4 * width ? place - 4 * width : place < 1 ? place + 4 * width : place;
  return pixelsBefore(nside, ring) + inRing - 1;
}

/** Pixels of all rings north of `ring`, which counts from 1. */
function pixelsBefore(nside: number, ring: number): number {
  if (ring < nside) return 2 * ring * (ring - 1);
  if (ring <= 3 * nside) return 2 * nside * (nside - 1) + (ring - nside) * 4 * nside;
  const fromSouth = 4 * nside - ring;
  return 12 * nside * nside - 2 * fromSouth * (fromSouth + 1);
}

/** The even bits of a number, closed up: the x of a nested index (and, of half the index, its y). */
export function evenBits(value: number): number {
  let bits = value & 0x55555555;
  bits = (bits | (bits >>> 1)) & 0x33333333;
  bits = (bits | (bits >>> 2)) & 0x0f0f0f0f;
  bits = (bits | (bits >>> 4)) & 0x00ff00ff;
  return (bits | (bits >>> 8)) & 0x0000ffff;
}

/** Calls back for every pixel in nested order: its face, and x and y on it. nside is a power of two. */
export function eachNested(nside: number, pixel: (nested: number, face: number, x: number, y: number) => void): void {
  const faceSize = nside * nside;
  for (let face = 0; face < 12; face++) {
    for (let i = 0; i < faceSize; i++) pixel(face * faceSize + i, face, evenBits(i), evenBits(i >>> 1));
  }
}

/** For every pixel in nested order its index in ring order. `[12 nside^2]` */
export function nestedToRing(nside: number): Uint32Array {
  const ring = new Uint32Array(12 * nside * nside);
  eachNested(nside, (nested, face, x, y) => {
    ring[nested] = ringIndex(nside, face, x, y);
  });
  return ring;
}
