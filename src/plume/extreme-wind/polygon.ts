import type { Coordinates } from '../../atlas/index.js';

/** Corners of a closed line, `[lat, lon]` in degrees; the last joins the first. */
export type Ring = readonly (readonly [lat: number, lon: number])[];

/** Rings together: what lies inside an odd number of them (so a ring in a ring is a hole). */
export type Region = readonly Ring[];

/**
 * Indices of the points inside a region, ascending. Edges are straight lines of latitude and longitude, as GeoJSON has them (RFC 7946,
 * 3.1.1), the short way around the globe; an edge over just 360 degrees goes all the way round, so a region around a pole is closed along
 * it: [90, -180], [90, 180]. A point on an edge belongs to one of the two sides.
 */
export function pointsInside({ lat, lon }: Coordinates, region: Region): Uint32Array {
  const rings = region.map(unwound);
  const [south, north] = extent(rings, 0);
  const [west, east] = extent(rings, 1);
  const inside: number[] = [];
  for (let point = 0; point < lat.length; point++) {
    const y = lat[point] as number;
    if (y < south || y > north) continue;
    // Rings lie somewhere on an endless strip; the point is on it once in every 360 degrees.
    let isInside = false;
    const first = (lon[point] as number) + 360 * Math.ceil((west - (lon[point] as number)) / 360);
    for (let x = first; x <= east && !isInside; x += 360) isInside = crossings(rings, y, x) % 2 === 1;
    if (isInside) inside.push(point);
  }
  return Uint32Array.from(inside);
}

/** Corners with longitudes that run on from one to the next. */
function unwound(ring: Ring): Ring {
  let before = ring[0]?.[1] ?? 0;
  return ring.map(([lat, lon]) => {
    const step = lon - before;
    const turns = Math.abs(step) === 360 ? 0 : Math.round(step / 360);
    before += step - 360 * turns;
    return [lat, before] as const;
  });
}

/** Whether a ring's ends meet, or it goes around a pole without saying so. */
export function closes(ring: Ring): boolean {
  const [first, last] = [unwound(ring)[0], unwound([...ring, ring[0] as Ring[number]]).at(-1)];
  return Math.abs((last?.[1] ?? 0) - (first?.[1] ?? 0)) < 180;
}

/** Edges that a line from the point eastwards meets. */
function crossings(rings: Region, y: number, x: number): number {
  let count = 0;
  for (const ring of rings) {
    for (let corner = 0, previous = ring.length - 1; corner < ring.length; previous = corner++) {
      const [lat1, lon1] = ring[previous] as Ring[number];
      const [lat2, lon2] = ring[corner] as Ring[number];
      // Half open in latitude: a corner belongs to one of its edges.
      if (lat1 > y === lat2 > y) continue;
      if (x < lon1 + ((lon2 - lon1) * (y - lat1)) / (lat2 - lat1)) count++;
    }
  }
  return count;
}

function extent(rings: Region, axis: 0 | 1): readonly [number, number] {
  const values = rings.flatMap((ring) => ring.map((corner) => corner[axis]));
  return [Math.min(...values), Math.max(...values)];
}
