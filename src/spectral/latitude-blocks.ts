import type { Rows } from '../atlas/index.js';

/** Latitudes that a Legendre task takes together: one cache line of f32 polynomials. */
export const blockLatitudes = 16;

/** A row that does not exist. */
export const noRow = 0xffffffff;

/**
 * The parallels of a grid by their distance from the equator: P(n, m) at -lat is P(n, m) at lat times (-1)^(n-m), so both
 * rows of a pair share one evaluation. A grid that is not symmetric has entries with one row only.
 */
export interface LatitudePairs {
  /** Degrees, 90 to 0. `[pairs]` */
  readonly lats: Float64Array;
  /** Index of the row at `lats`, or `noRow`. `[pairs]` */
  readonly north: Uint32Array;
  /** Index of the row at `-lats`, or `noRow`; a row on the equator is northern. `[pairs]` */
  readonly south: Uint32Array;
}

// Rows of one pair are mirror images to the last bit or nearly so.
const sameLatitude = 1e-10;

export function latitudePairs(rows: Pick<Rows, 'lats'>): LatitudePairs {
  const order = Array.from(rows.lats, (lat, row) => ({ lat: Math.abs(lat), row, isNorth: lat >= 0 }));
  order.sort((a, b) => b.lat - a.lat || Number(b.isNorth) - Number(a.isNorth));
  const pairs: { lat: number; north: number; south: number }[] = [];
  for (const { lat, row, isNorth } of order) {
    const last = pairs.at(-1);
    const joins =
      last !== undefined && last.lat - lat < sameLatitude && (isNorth ? last.north : last.south) === noRow && lat > sameLatitude;
    if (!joins) pairs.push({ lat, north: isNorth ? row : noRow, south: isNorth ? noRow : row });
    else if (isNorth) last.north = row;
    else last.south = row;
  }
  return {
    lats: Float64Array.from(pairs, ({ lat }) => lat),
    north: Uint32Array.from(pairs, ({ north }) => north),
    south: Uint32Array.from(pairs, ({ south }) => south),
  };
}
