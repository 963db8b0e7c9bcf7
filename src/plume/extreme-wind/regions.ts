import { DteError } from '../../base/index.js';
import type { Entry } from '../config/document.js';
import { closes, type Region, type Ring } from './polygon.js';

/**
 * Regions from a configuration: `name: [[lat, lon], ...]`, or `all: globe`. Latitudes come first, as everywhere in this project.
 * `input.config` for what is no region.
 */
export function regionsOf(entry: Entry): ReadonlyMap<string, Region> {
  const names = Object.keys((entry.value() ?? {}) as object);
  if (names.length === 0 || !entry.isMap())
    throw entry.error('has no region', 'regions are names with corners: europe: [[72, -25], [34, -25], [34, 45], [72, 45]]');
  const entries = entry.map(names);
  return new Map(names.map((name) => [name, regionOf((entries.get(name) as Entry).named(`region '${name}'`))]));
}

const globe: Region = [
  [
    [90, -180],
    [-90, -180],
    [-90, 180],
    [90, 180],
  ],
];

function regionOf(entry: Entry): Region {
  if (entry.value() === 'globe') return globe;
  const ring = entry.list().map((corner) => {
    const values = corner.value();
    if (isPosition(values)) return values;
    throw corner.error('is no corner', 'latitude and longitude in degrees: [51.5, 3]');
  });
  if (ring.length < 3) throw entry.error('is no polygon', 'three corners or more, [latitude, longitude] each');
  if (!closes(ring)) throw entry.error('goes around a pole', 'close it along the pole: ..., [90, 180], [90, -180]');
  return [ring];
}

function isPosition(value: unknown): value is readonly [number, number] {
  return (
    Array.isArray(value) &&
    value.length === 2 &&
    value.every(Number.isFinite) &&
    Math.abs(value[0] as number) <= 90 &&
    Math.abs(value[1] as number) <= 540
  );
}

/** Regions of a GeoJSON text: polygons and multipolygons of features with a `name`. `data.format` for anything else. */
export function regionsOfGeoJson(text: string, file: string): ReadonlyMap<string, Region> {
  const regions = new Map<string, Region>();
  const wrong = (met: string): DteError =>
    new DteError('data.format', `${met} where regions are wanted`, {
      where: { file },
      hint: "a FeatureCollection of polygons, each feature with a property 'name'",
    });
  let parsed: GeoJson;
  try {
    parsed = JSON.parse(text) as GeoJson;
  } catch (cause) {
    throw new DteError('data.format', `the file of regions is no JSON: ${(cause as Error).message}`, { where: { file }, cause });
  }
  for (const { properties, geometry } of parsed.features ?? []) {
    const name = properties?.name;
    if (typeof name !== 'string') throw wrong('a feature without a name');
    const polygons =
      geometry?.type === 'Polygon'
        ? [geometry.coordinates as GeoRing[]]
        : geometry?.type === 'MultiPolygon'
          ? (geometry.coordinates as GeoRing[][])
          : undefined;
    if (polygons === undefined) throw wrong(`a ${geometry?.type ?? 'feature without a geometry'} '${name}'`);
    const rings = polygons.flat().map((ring) => ring.map(([lon, lat]) => [lat, lon] as const));
    const bad = rings.find((ring) => !isRing(ring));
    if (bad !== undefined) throw wrong(`a ring of '${name}' that does not close or lies off the globe`);
    regions.set(name, [...(regions.get(name) ?? []), ...rings]);
  }
  if (regions.size === 0) throw wrong('a file without features');
  return regions;
}

type GeoRing = readonly (readonly [lon: number, lat: number])[];

interface GeoJson {
  readonly features?: readonly {
    readonly properties?: { readonly name?: unknown };
    readonly geometry?: { readonly type: string; readonly coordinates: unknown };
  }[];
}

function isRing(ring: Ring): boolean {
  return ring.length >= 3 && ring.every(isPosition) && closes(ring);
}
