import type { Rows } from '../grid.js';

const degree = Math.PI / 180;

/**
 * Latitudes of the 4 nside - 1 rings, north to south, degrees. Around the poles 1 - sin(lat) = i^2 / (3 nside^2), taken as
 * lat = 90 - 2 asin(i / (nside sqrt 6)), which keeps its digits near the pole; else sin(lat) = (4 nside - 2 i) / (3 nside).
 */
export function ringLatitudes(nside: number): Float64Array {
  const lats = new Float64Array(4 * nside - 1);
  for (let ring = 1; ring < 2 * nside; ring++) {
    lats[ring - 1] =
      ring < nside
        ? 90 - (2 * Math.asin(ring / (nside * Math.sqrt(6)))) / degree
        : Math.asin((4 * nside - 2 * ring) / (3 * nside)) / degree;
    lats[4 * nside - 1 - ring] = -lats[ring - 1];
  }
  return lats;
}

/** The rings as rows: 4 i points on ring i around a pole, 4 nside between; every other ring there begins on Greenwich, all others half a step east. */
export function healpixRows(nside: number): Rows {
  const lats = ringLatitudes(nside);
  const counts = Int32Array.from(lats, (_, row) => 4 * Math.min(row + 1, nside, lats.length - row));
  const isShifted = (row: number): boolean => row + 1 < nside || row + 1 > 3 * nside || (row + 1 - nside) % 2 === 0;
  return {
    lats,
    counts,
    lonFirst: Float64Array.from(counts, (count, row) => (isShifted(row) ? 180 / count : 0)),
    lonStep: Float64Array.from(counts, (count) => 360 / count),
    periodic: true,
  };
}
