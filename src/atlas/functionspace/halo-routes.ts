import type { SpacePart } from './space.js';
import { turnedBit } from './move-points.js';

/** The way of values from the places of their owner to the halo of a part, which may be the same part. Plain index maps. */
export interface HaloRoute {
  readonly source: number;
  readonly destination: number;
  /** Places in the source; the highest bit where a vector turns on the way. `[count]` */
  readonly sourcePlace: Uint32Array;
  /** Places in the destination's halo. `[count]` */
  readonly haloPlace: Uint32Array;
  /** The way back: entry e of list k belongs to place `place[k]` of the source, each place once. */
  readonly back: { readonly place: Uint32Array; readonly start: Uint32Array; readonly entry: Uint32Array };
}

/** Where each item is owned. */
export interface Owners {
  /** `[items]` */
  readonly part: Uint16Array;
  /** `[items]` */
  readonly place: Uint32Array;
}

export function ownersOf(items: number, parts: readonly SpacePart[]): Owners {
  const part = new Uint16Array(items);
  const place = new Uint32Array(items);
  for (const [index, { owned, item }] of parts.entries()) {
    for (let at = 0; at < owned; at++) {
      part[item[at] as number] = index;
      place[item[at] as number] = at;
    }
  }
  return { part, place };
}

/** All routes, by destination, then source; within a route in the order of the halo. */
export function haloRoutes(items: number, parts: readonly SpacePart[]): readonly HaloRoute[] {
  const owners = ownersOf(items, parts);
  return parts.flatMap((part, destination) => {
    const counts = new Uint32Array(parts.length);
    for (let at = part.owned; at < part.size; at++) counts[owners.part[part.item[at] as number] as number]!++;
    const sourcePlaces = [...counts].map((count) => new Uint32Array(count));
    const haloPlaces = [...counts].map((count) => new Uint32Array(count));
    counts.fill(0);
    for (let at = part.owned; at < part.size; at++) {
      const item = part.item[at] as number;
      const source = owners.part[item] as number;
      const k = counts[source]!++;
      const turned = part.turned?.[at] === 1 ? turnedBit : 0;
      (sourcePlaces[source] as Uint32Array)[k] = (owners.place[item] as number) + turned;
      (haloPlaces[source] as Uint32Array)[k] = at;
    }
    return sourcePlaces.flatMap((sourcePlace, source) =>
      sourcePlace.length === 0
        ? []
        : [{ source, destination, sourcePlace, haloPlace: haloPlaces[source] as Uint32Array, back: wayBack(sourcePlace) }],
    );
  });
}

/** Groups the entries of a route by their place at the source, so that places of the halo that repeat one item are added by one thread. */
function wayBack(sourcePlace: Uint32Array): HaloRoute['back'] {
  const placeOf = (entry: number): number => (sourcePlace[entry] as number) & ~turnedBit;
  const order = Uint32Array.from(sourcePlace, (_, entry) => entry).sort((a, b) => placeOf(a) - placeOf(b) || a - b);
  const place: number[] = [];
  const start: number[] = [];
  const entry = order.map((index, k) => {
    if (k === 0 || placeOf(index) !== place[place.length - 1]) {
      place.push(placeOf(index));
      start.push(k);
    }
    return (sourcePlace[index] as number) >= turnedBit ? index + turnedBit : index;
  });
  return { place: Uint32Array.from(place), start: Uint32Array.from([...start, order.length]), entry };
}
