import { DteError } from '../../base/index.js';
import type { Projection } from '../grid.js';
import { allowOnly, real, type SpecMap } from '../spec-map.js';
import { lambertConformalConic, mercator, polarStereographic } from './conformal.js';
import { earthFromSpec, earthRadius } from './earth.js';
import { albersEqualArea, lambertAzimuthalEqualArea } from './equal-area.js';

const earthKeys = ['type', 'radius', 'a', 'b'];

/** Projection types of gridspecs, by the names that atlas has for them where it has one. */
const makers: Readonly<Record<string, (map: SpecMap) => Projection>> = {
  lambert_conformal_conic: (map) => lambertConformalConic(conic(map)),
  albers_equal_area: (map) => albersEqualArea(conic(map)),
  polar_stereographic: polar,
  mercator(map) {
    allowOnly(map, [...earthKeys, 'latitude1', 'longitude0']);
    return mercator({ earth: earthFromSpec(map), latitude1: real(map, 'latitude1', 0), longitude0: real(map, 'longitude0', 0) });
  },
  lambert_azimuthal_equal_area(map) {
    allowOnly(map, [...earthKeys, 'standard_parallel', 'central_longitude']);
    return lambertAzimuthalEqualArea({
      earth: earthFromSpec(map),
      standardParallel: real(map, 'standard_parallel'),
      centralLongitude: real(map, 'central_longitude'),
    });
  },
  proj(map) {
    allowOnly(map, ['type', 'proj']);
    return projectionFromSpec(fromProjString(map.proj));
  },
};

/** The projection of a gridspec. `input.grid` for wrong numbers, `unsupported.grid` for other types. */
export function projectionFromSpec(map: SpecMap): Projection {
  const maker = typeof map.type === 'string' ? makers[map.type] : undefined;
  if (maker !== undefined) return maker(map);
  throw new DteError('unsupported.grid', `projection type ${JSON.stringify(map.type) ?? '(absent)'} is not implemented`, {
    hint: `types are ${Object.keys(makers).join(', ')}, lonlat and rotated_lonlat`,
  });
}

function conic(map: SpecMap) {
  allowOnly(map, [...earthKeys, 'latitude0', 'longitude0', 'latitude1', 'latitude2']);
  const latitude1 = real(map, 'latitude1', typeof map.latitude0 === 'number' ? map.latitude0 : undefined);
  return {
    earth: earthFromSpec(map),
    latitude0: real(map, 'latitude0', latitude1),
    longitude0: real(map, 'longitude0'),
    latitude1,
    latitude2: real(map, 'latitude2', latitude1),
  };
}

function polar(map: SpecMap): Projection {
  allowOnly(map, [...earthKeys, 'latitude0', 'latitude1', 'longitude0']);
  const pole = real(map, 'latitude0', 90);
  if (pole !== 90 && pole !== -90) {
    throw new DteError('unsupported.grid', `stereographic about latitude ${pole} is not implemented`, { hint: 'latitude0 is 90 or -90' });
  }
  return polarStereographic({
    earth: earthFromSpec(map),
    pole,
    latitude1: real(map, 'latitude1', pole),
    longitude0: real(map, 'longitude0', 0),
  });
}

/** Ellipsoids by their PROJ names: semi-major axis and inverse flattening, or semi-minor axis. */
const ellipsoids: Readonly<Record<string, readonly [a: number, b: number]>> = {
  WGS84: [6378137, 6378137 * (1 - 1 / 298.257223563)],
  GRS80: [6378137, 6378137 * (1 - 1 / 298.257222101)],
  intl: [6378388, 6378388 * (1 - 1 / 297)],
  sphere: [6370997, 6370997],
};

/** What PROJ's names of projections mean in gridspecs: our type, and our key for each of theirs. */
const projNames: Readonly<Record<string, { readonly type: string; readonly keys: Readonly<Record<string, string>> }>> = {
  lcc: { type: 'lambert_conformal_conic', keys: { lat_0: 'latitude0', lon_0: 'longitude0', lat_1: 'latitude1', lat_2: 'latitude2' } },
  aea: { type: 'albers_equal_area', keys: { lat_0: 'latitude0', lon_0: 'longitude0', lat_1: 'latitude1', lat_2: 'latitude2' } },
  laea: { type: 'lambert_azimuthal_equal_area', keys: { lat_0: 'standard_parallel', lon_0: 'central_longitude' } },
  stere: { type: 'polar_stereographic', keys: { lat_0: 'latitude0', lon_0: 'longitude0', lat_ts: 'latitude1' } },
  merc: { type: 'mercator', keys: { lon_0: 'longitude0', lat_ts: 'latitude1' } },
};

/** Settings of a PROJ string that say nothing beyond what a grid has by itself. */
const idle: ReadonlySet<string> = new Set(['no_defs', 'type', 'units', 'wktext', 'over', 'datum', 'ellps', 'R', 'a', 'b', 'rf', 'proj']);

/** `+proj=lcc +lat_1=50 ... +R=6371229` as a spec. `input.grid` for text that is none, `unsupported.grid` for settings without meaning here. */
function fromProjString(text: unknown): SpecMap {
  if (typeof text !== 'string') throw new DteError('input.grid', `proj ${JSON.stringify(text)} is not a PROJ string`);
  const settings = new Map(
    [...text.matchAll(/\+(\w+)(?:=(\S+))?/g)].map((match): [string, string] => [match[1] as string, match[2] ?? '']),
  );
  const known = projNames[settings.get('proj') ?? ''];
  if (known === undefined) {
    throw new DteError('unsupported.grid', `PROJ string '${text}' is not implemented`, {
      hint: `+proj is one of ${Object.keys(projNames).join(', ')}`,
    });
  }
  if ((settings.get('units') ?? 'm') !== 'm')
    throw new DteError('unsupported.grid', `PROJ units '${settings.get('units')}' are not implemented`, { hint: 'm is' });
  const map: Record<string, unknown> = { type: known.type, ...earthOfProj(settings, text) };
  for (const [key, value] of settings) {
    const own = known.keys[key];
    const neutral = (key === 'x_0' || key === 'y_0' ? 0 : key === 'k' || key === 'k_0' ? 1 : undefined) === Number(value);
    if (own !== undefined) map[own] = Number(value);
    else if (!idle.has(key) && !neutral) throw new DteError('unsupported.grid', `PROJ setting '+${key}=${value}' is not implemented`);
  }
  // PROJ's defaults.
  for (const key of ['longitude0', 'central_longitude', 'latitude0', 'standard_parallel']) {
    if (Object.values(known.keys).includes(key)) map[key] ??= 0;
  }
  return map;
}

function earthOfProj(settings: ReadonlyMap<string, string>, text: string): SpecMap {
  const named = settings.get('ellps') ?? settings.get('datum');
  if (settings.has('R')) return { radius: Number(settings.get('R')) };
  const a = settings.get('a');
  if (a !== undefined) {
    const rf = settings.get('rf');
    return { a: Number(a), b: rf === undefined ? Number(settings.get('b') ?? a) : Number(a) * (1 - 1 / Number(rf)) };
  }
  if (named === undefined) return { radius: earthRadius };
  const axes = ellipsoids[named];
  if (axes !== undefined) return { a: axes[0], b: axes[1] };
  throw new DteError('unsupported.grid', `the ellipsoid '${named}' of PROJ string '${text}' is not known`, {
    hint: `known are ${Object.keys(ellipsoids).join(', ')}; or give +R, or +a and +b`,
  });
}
