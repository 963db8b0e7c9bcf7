import { type Grid, rowStarts } from '../atlas/index.js';

/** A smooth random pattern on the sphere, of order one, and its derivatives along longitude (divided by cos lat) and latitude. `[points]` each. */
export interface WavePattern {
  readonly value: Float32Array;
  readonly byLon: Float32Array;
  readonly byLat: Float32Array;
}

export interface WaveOptions {
  readonly seed: number;
  /** Range of zonal wavenumbers. */
  readonly smallest: number;
  readonly largest: number;
}

/**
 * Sum over zonal wavenumbers m of a cos(m lon + phase) cos(lat)^m' sin(k lat + tilt), m' = min(m, 4): regular at the poles, and
 * most active in middle latitudes. Deterministic in the seed.
 */
export function waves({ rows, points }: Grid, { seed, smallest, largest }: WaveOptions): WavePattern {
  const pattern: WavePattern = { value: new Float32Array(points), byLon: new Float32Array(points), byLat: new Float32Array(points) };
  if (rows === undefined) return pattern;
  const starts = rowStarts(rows);
  let state = seed;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  for (let wavenumber = smallest; wavenumber <= largest; wavenumber++) {
    const amplitude = (0.6 + 0.8 * random()) / Math.sqrt(largest - smallest + 1);
    const phase = 2 * Math.PI * random();
    const tilt = 2 * Math.PI * random();
    const meridional = 2 + Math.floor(4 * random());
    const power = Math.min(wavenumber, 4);
    for (let row = 0; row < rows.lats.length; row++) {
      const latRad = ((rows.lats[row] as number) * Math.PI) / 180;
      const cosLat = Math.max(1e-6, Math.cos(latRad));
      const envelope = 2.5 * amplitude * cosLat ** power;
      const shape = Math.sin(meridional * latRad + tilt);
      const slope = meridional * Math.cos(meridional * latRad + tilt) - power * Math.tan(latRad) * shape;
      const count = rows.counts[row] as number;
      const start = starts[row] as number;
      const stepRad = ((rows.lonStep[row] as number) * Math.PI) / 180;
      const firstRad = ((rows.lonFirst[row] as number) * Math.PI) / 180;
      for (let i = 0; i < count; i++) {
        const angle = wavenumber * (firstRad + i * stepRad) + phase;
        const cosine = Math.cos(angle);
        const point = start + i;
        pattern.value[point] = (pattern.value[point] as number) + envelope * shape * cosine;
        pattern.byLon[point] = (pattern.byLon[point] as number) - (envelope * shape * wavenumber * Math.sin(angle)) / cosLat;
        pattern.byLat[point] = (pattern.byLat[point] as number) + envelope * slope * cosine;
      }
    }
  }
  return pattern;
}
