import { DteError } from '../../base/index.js';

const shown = 3;

/** Refuses coordinates that are no places on a sphere (`input.grid`). `[points]` each */
export function checkPlaces(lat: Float64Array, lon: Float64Array): void {
  if (lat.length !== lon.length) {
    throw new DteError('input.grid', `${lat.length} latitudes and ${lon.length} longitudes are no list of points`);
  }
  for (let point = 0; point < lat.length; point++) {
    // Written so that NaN fails as well.
    if (Math.abs(lat[point]) <= 90 && Math.abs(lon[point]) < Infinity) continue;
    throw new DteError('input.grid', `point ${point} lies at latitude ${lat[point]}, longitude ${lon[point]}`, {
      hint: 'latitudes from -90 to 90 and finite longitudes, in degrees, are accepted',
    });
  }
}

/**
 * For every point the first one at the same place, counted to `tolerance` in the coordinates of unit vectors: points of one cell of
 * that size are the same. Points of neighbouring cells are not compared.
 */
export function firstAtPlace(vectors: Float64Array, tolerance: number): Uint32Array {
  const points = vectors.length / 3;
  const size = 2 ** Math.ceil(Math.log2(Math.max(2 * points, 2)));
  const table = new Uint32Array(size).fill(0xffffffff);
  const first = new Uint32Array(points);
  const same = (a: number, b: number): boolean =>
    Math.round(vectors[3 * a] / tolerance) === Math.round(vectors[3 * b] / tolerance) &&
    Math.round(vectors[3 * a + 1] / tolerance) === Math.round(vectors[3 * b + 1] / tolerance) &&
    Math.round(vectors[3 * a + 2] / tolerance) === Math.round(vectors[3 * b + 2] / tolerance);
  for (let point = 0; point < points; point++) {
    let hash = 0;
    for (let axis = 0; axis < 3; axis++) {
      // Two 32-bit halves: the cell's number can be beyond 2^32.
      const cell = Math.round(vectors[3 * point + axis] / tolerance);
      hash = Math.imul(hash ^ (cell | 0), 0x9e3779b1);
      hash = Math.imul(hash ^ Math.floor(cell / 4294967296), 0x85ebca77);
      hash ^= hash >>> 15;
    }
    let slot = hash & (size - 1);
    while (table[slot] !== 0xffffffff && !same(table[slot], point)) slot = (slot + 1) & (size - 1);
    if (table[slot] === 0xffffffff) table[slot] = point;
    first[point] = table[slot];
  }
  return first;
}

/** Refuses points that share a place (`input.grid`), naming the first of them. */
export function refuseDuplicates(first: Uint32Array, lat: Float64Array, lon: Float64Array): void {
  const pairs: string[] = [];
  let count = 0;
  for (let point = 0; point < first.length; point++) {
    if (first[point] === point) continue;
    if (count++ < shown) pairs.push(`${first[point]} and ${point} (latitude ${lat[point]}, longitude ${lon[point]})`);
  }
  if (count === 0) return;
  throw new DteError('input.grid', `${count} points repeat the place of another: ${pairs.join(', ')}${count > shown ? ', ...' : ''}`, {
    hint: "every point needs a place of its own; duplicates: 'skip' leaves the repeated ones out",
  });
}
