import { geoEquirectangular, geoOrthographic, geoProjection, geoStereographic, type GeoProjection } from 'd3-geo';
import type { Area } from '../atlas/index.js';
import { DteError, nearestWord } from '../base/index.js';
import { mollweideRaw } from './mollweide.js';
import type { Box } from './raster.js';
import { robinsonRaw } from './robinson.js';

interface ProjectionKind {
  readonly make: () => GeoProjection;
  /** Latitude that stands in the middle of a map of `area`. */
  readonly centreLat: (area: Area) => number;
  /** Angle from the middle to the edge of what can be shown, degrees. */
  readonly reach: number;
  /** The part of the Earth that is shown unless the caller says otherwise. */
  readonly area: Area;
}

const globe: Area = { north: 90, west: -180, south: -90, east: 180 };
const upright = { centreLat: () => 0, reach: 180, area: globe };

const projections = {
  equirectangular: { ...upright, make: () => geoEquirectangular() },
  robinson: { ...upright, make: () => geoProjection(robinsonRaw) },
  mollweide: { ...upright, make: () => geoProjection(mollweideRaw) },
  orthographic: { make: () => geoOrthographic(), centreLat: (area) => (area.north + area.south) / 2, reach: 90, area: globe },
  'stereographic-north': { make: () => geoStereographic(), centreLat: () => 90, reach: 140, area: { ...globe, south: 20 } },
  'stereographic-south': { make: () => geoStereographic(), centreLat: () => -90, reach: 140, area: { ...globe, north: -20 } },
} satisfies Record<string, ProjectionKind>;

export type ProjectionName = keyof typeof projections;
export const projectionNames = Object.keys(projections) as readonly ProjectionName[];

/** A map projection laid over a box of pixels. Longitudes and latitudes are degrees, x and y pixels of the image. */
export interface Projection {
  readonly name: ProjectionName;
  /** The pixels that the map takes. */
  readonly box: Box;
  /** True when longitude depends on x alone and latitude on y alone. */
  readonly straight: boolean;
  /** For drawing paths: clipped to the box and to what can be seen. */
  readonly geo: GeoProjection;
  /** Undefined for a point on the far side. */
  forward(lon: number, lat: number): [x: number, y: number] | undefined;
  /** Longitude in [-180, 180]. Not meaningful for a pixel outside the outline of the Earth. */
  inverse(x: number, y: number): [lon: number, lat: number];
}

export interface ProjectionOptions {
  readonly name: string;
  /** What to show; the projection's own choice when absent. */
  readonly area?: Area | undefined;
  /** Middle of the map, longitude and latitude; the middle of the area when absent. The latitude matters to `orthographic` only. */
  readonly centre?: readonly [lon: number, lat: number] | undefined;
  /** Left upper corner of the place for the map, and the room there. The map keeps its shape inside and is centred between left and right. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly maxHeight: number;
}

/** The projection of an area, as large as the room allows. Throws `input.option` for an unknown name. */
export function createProjection(options: ProjectionOptions): Projection {
  const name = checkName(options.name);
  const kind: ProjectionKind = projections[name];
  const area = options.area ?? kind.area;
  const centreLon = options.centre?.[0] ?? (area.west + area.east) / 2;
  const centreLat = name === 'orthographic' ? (options.centre?.[1] ?? kind.centreLat(area)) : kind.centreLat(area);
  const geo = kind.make().rotate([-centreLon, -centreLat]).translate([0, 0]).scale(1).precision(0.3);
  // Not on the circle of 90 degrees itself: a pole that lies on it, where many cells meet, would be on neither side.
  if (kind.reach < 180) geo.clipAngle(kind.reach === 90 ? 89.97 : kind.reach);
  const visible = visibility(centreLon, centreLat, kind.reach);

  const extent = projectedExtent(geo, area, centreLon, visible);
  const scale = Math.min(options.width / (extent.right - extent.left), options.maxHeight / (extent.bottom - extent.top));
  const width = Math.max(1, Math.round((extent.right - extent.left) * scale));
  const height = Math.max(1, Math.round((extent.bottom - extent.top) * scale));
  const left = options.left + Math.floor((options.width - width) / 2);
  const box: Box = { left, top: options.top, right: left + width, bottom: options.top + height };
  geo.scale(scale).translate([left - extent.left * scale, options.top - extent.top * scale]);
  geo.clipExtent([
    [box.left, box.top],
    [box.right, box.bottom],
  ]);

  return {
    name,
    box,
    straight: name === 'equirectangular',
    geo,
    forward: (lon, lat) => (visible(lon, lat) ? (geo([lon, lat]) ?? undefined) : undefined),
    inverse: (x, y) => (geo.invert as NonNullable<GeoProjection['invert']>)([x, y]) as [number, number],
  };
}

function checkName(name: string): ProjectionName {
  if (Object.hasOwn(projections, name)) return name as ProjectionName;
  const meant = nearestWord(name, projectionNames);
  throw new DteError('input.option', `'${name}' is not a projection: ${projectionNames.join(', ')}`, {
    where: { option: 'projection' },
    ...(meant === undefined ? {} : { hint: `did you mean '${meant}'?` }),
  });
}

/** The box around an area in projected units, from a net of its points: the extreme need not lie on its edge (a pole inside it). */
function projectedExtent(geo: GeoProjection, area: Area, centreLon: number, visible: (lon: number, lat: number) => boolean) {
  const extent = {
    left: Number.POSITIVE_INFINITY,
    top: Number.POSITIVE_INFINITY,
    right: Number.NEGATIVE_INFINITY,
    bottom: Number.NEGATIVE_INFINITY,
  };
  const net = 180;
  for (let i = 0; i <= net; i++) {
    for (let j = 0; j <= net; j++) {
      // The cut opposite to the middle belongs to both edges of the map; a hair beside it each edge keeps its side.
      const beside = Math.min(180 - 1e-9, Math.max(-180 + 1e-9, area.west + ((area.east - area.west) * i) / net - centreLon));
      const lon = centreLon + beside;
      const lat = area.north + ((area.south - area.north) * j) / net;
      if (!visible(lon, lat)) continue;
      const [x, y] = geo([lon, lat]) as [number, number];
      extent.left = Math.min(extent.left, x);
      extent.right = Math.max(extent.right, x);
      extent.top = Math.min(extent.top, y);
      extent.bottom = Math.max(extent.bottom, y);
    }
  }
  if (!(extent.left < extent.right && extent.top < extent.bottom)) {
    throw new DteError(
      'input.area',
      `nothing of the area ${area.north}/${area.west}/${area.south}/${area.east} can be seen in this projection`,
      {
        where: { option: 'area' },
        hint: 'choose another projection or a larger area',
      },
    );
  }
  return extent;
}

/** True for points within `reach` degrees of the middle. */
function visibility(centreLon: number, centreLat: number, reach: number): (lon: number, lat: number) => boolean {
  if (reach >= 180) return () => true;
  const rad = Math.PI / 180;
  const least = Math.cos(reach * rad) - 1e-9;
  return (lon, lat) =>
    Math.sin(lat * rad) * Math.sin(centreLat * rad) + Math.cos(lat * rad) * Math.cos(centreLat * rad) * Math.cos((lon - centreLon) * rad) >=
    least;
}
