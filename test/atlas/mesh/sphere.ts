import { unitVectors } from '../../../src/atlas/mesh/unit-vectors.js';
import { seeded } from '../../support/random.js';

export interface Points {
  readonly lat: Float64Array;
  readonly lon: Float64Array;
}

/** Uniform points of the sphere that `inside` accepts. */
export function randomPoints(count: number, seed: number, inside: (lat: number, lon: number) => boolean = () => true): Points {
  const random = seeded(seed);
  const lat = new Float64Array(count);
  const lon = new Float64Array(count);
  for (let point = 0; point < count; ) {
    lat[point] = (Math.asin(2 * random() - 1) * 180) / Math.PI;
    lon[point] = random() * 360;
    if (inside(lat[point], lon[point])) point++;
  }
  return { lat, lon };
}

/** Area of each polygon of `corners` nodes on the unit sphere, by the formula of van Oosterom and Strackee over its fan. */
export function sphericalAreas({ lat, lon }: Points, cells: Uint32Array, corners: number): Float64Array {
  const vectors = unitVectors(lat, lon);
  const at = (node: number): readonly number[] => [...vectors.subarray(3 * node, 3 * node + 3)];
  return Float64Array.from({ length: cells.length / corners }, (_, cell) => {
    let area = 0;
    for (let k = 2; k < corners; k++) {
      const [a, b, c] = [cells[corners * cell], cells[corners * cell + k - 1], cells[corners * cell + k]].map(at);
      area += 2 * Math.atan2(dot(a, cross(b, c)), 1 + dot(a, b) + dot(b, c) + dot(c, a));
    }
    return area;
  });
}

export const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);

export function dot(a: readonly number[], b: readonly number[]): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function cross(a: readonly number[], b: readonly number[]): readonly number[] {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}
