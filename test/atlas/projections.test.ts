import proj4 from 'proj4';
import t from 'tap';
import {
  albersEqualArea,
  type Earth,
  earthRadius,
  gridFromSpec,
  lambertAzimuthalEqualArea,
  lambertConformalConic,
  mercator,
  polarStereographic,
  type Projection,
  sphere,
} from '../../src/atlas/index.js';
import { present } from '../support/present.js';
import { cellOf, isInside, polygonArea, vectorOf } from '../support/sphere.js';

const degree = Math.PI / 180;
const ecmwf = sphere(earthRadius);
const grs80: Earth = { a: 6378137, b: 6378137 * (1 - 1 / 298.257222101) };

interface Case {
  readonly proj: string;
  /** 1 for maps of the north. */
  readonly side: number;
  readonly make: (earth: Earth) => Projection;
}

const cases: readonly Case[] = [
  {
    proj: '+proj=lcc +lat_1=35 +lat_2=55 +lat_0=40 +lon_0=10',
    side: 1,
    make: (earth) => lambertConformalConic({ earth, latitude0: 40, longitude0: 10, latitude1: 35, latitude2: 55 }),
  },
  {
    proj: '+proj=lcc +lat_1=-35 +lat_2=-35 +lat_0=-40 +lon_0=10',
    side: -1,
    make: (earth) => lambertConformalConic({ earth, latitude0: -40, longitude0: 10, latitude1: -35, latitude2: -35 }),
  },
  {
    proj: '+proj=stere +lat_0=90 +lat_ts=60 +lon_0=10',
    side: 1,
    make: (earth) => polarStereographic({ earth, pole: 90, latitude1: 60, longitude0: 10 }),
  },
  {
    proj: '+proj=stere +lat_0=90 +lat_ts=90 +lon_0=10',
    side: 1,
    make: (earth) => polarStereographic({ earth, pole: 90, latitude1: 90, longitude0: 10 }),
  },
  {
    proj: '+proj=stere +lat_0=-90 +lat_ts=-71 +lon_0=10',
    side: -1,
    make: (earth) => polarStereographic({ earth, pole: -90, latitude1: -71, longitude0: 10 }),
  },
  { proj: '+proj=merc +lat_ts=20 +lon_0=10', side: 1, make: (earth) => mercator({ earth, latitude1: 20, longitude0: 10 }) },
  {
    proj: '+proj=laea +lat_0=52 +lon_0=10',
    side: 1,
    make: (earth) => lambertAzimuthalEqualArea({ earth, standardParallel: 52, centralLongitude: 10 }),
  },
  {
    proj: '+proj=laea +lat_0=-90 +lon_0=10',
    side: -1,
    make: (earth) => lambertAzimuthalEqualArea({ earth, standardParallel: -90, centralLongitude: 10 }),
  },
  {
    proj: '+proj=laea +lat_0=0 +lon_0=10',
    side: 1,
    make: (earth) => lambertAzimuthalEqualArea({ earth, standardParallel: 0, centralLongitude: 10 }),
  },
  {
    proj: '+proj=aea +lat_1=30 +lat_2=60 +lat_0=49 +lon_0=10',
    side: 1,
    make: (earth) => albersEqualArea({ earth, latitude0: 49, longitude0: 10, latitude1: 30, latitude2: 60 }),
  },
  {
    proj: '+proj=aea +lat_1=-30 +lat_2=-30 +lat_0=-35 +lon_0=10',
    side: -1,
    make: (earth) => albersEqualArea({ earth, latitude0: -35, longitude0: 10, latitude1: -30, latitude2: -30 }),
  },
];

t.test('projections agree with proj4js and lead back', async (t) => {
  for (const earth of [ecmwf, grs80]) {
    const axes = earth === grs80 ? '+a=6378137 +rf=298.257222101' : `+R=${earth.a}`;
    // proj4js ends its series and iterations for ellipsoids at 1e-10 radians; forward it is closed, as everything is on a sphere.
    const inverseTolerance = earth === grs80 ? 3e-8 : 1e-11;
    for (const { proj, side, make } of cases) {
      const own = make(earth);
      const peer = new proj4.Proj(`${proj} +x_0=0 +y_0=0 ${axes} +no_defs`);
      let [forward, inverse, back] = [0, 0, 0];
      for (let north = -20; north <= 88; north += 3.3) {
        for (let lon = -60; lon < 70; lon += 7.7) {
          const lat = north * side;
          const cosLat = Math.cos(lat * degree);
          const [x, y] = own.forward(lat, lon);
          const wanted = peer.forward({ x: lon * degree, y: lat * degree });
          forward = Math.max(forward, Math.abs(x - wanted.x), Math.abs(y - wanted.y));
          const [ownLat, ownLon] = own.inverse(x, y);
          back = Math.max(back, Math.abs(ownLat - lat), Math.abs(ownLon - lon) * cosLat);
          const there = peer.inverse({ x, y });
          inverse = Math.max(inverse, Math.abs(there.y / degree - ownLat), Math.abs(there.x / degree - ownLon) * cosLat);
        }
      }
      const where = `${proj} ${axes}`;
      // Metres: rounding of some 1e7 m.
      t.ok(forward < 1e-7, `${where}: forward ${forward}`);
      t.ok(inverse < inverseTolerance, `${where}: inverse ${inverse}`);
      t.ok(back < 1e-12, `${where}: there and back ${back}`);
    }
  }
});

t.test('the pole is a point of the map', async (t) => {
  for (const earth of [ecmwf, grs80]) {
    const north = polarStereographic({ earth, pole: 90, latitude1: 60, longitude0: -30 });
    t.same(north.forward(90, 17).map(Math.abs), [0, 0]);
    t.same(north.inverse(0, 0), [90, -30]);
    const cone = lambertConformalConic({ earth, latitude0: 40, longitude0: 10, latitude1: 35, latitude2: 55 });
    const [x, y] = cone.forward(90, 50);
    t.equal(cone.inverse(x, y)[0], 90);
    const disc = lambertAzimuthalEqualArea({ earth, standardParallel: 90, centralLongitude: 0 });
    t.same(disc.inverse(0, 0), [90, 0]);
  }
});

t.test('places off the map have no position', async (t) => {
  const disc = lambertAzimuthalEqualArea({ earth: ecmwf, standardParallel: 52, centralLongitude: 10 });
  t.same(disc.inverse(2.1 * earthRadius, 0), [Number.NaN, Number.NaN]);
  t.same(disc.forward(-52, -170), [Number.NaN, Number.NaN], 'the antipode is a circle');
  const cone = lambertConformalConic({ earth: ecmwf, latitude0: 40, longitude0: 10, latitude1: 40, latitude2: 40 });
  // Beyond the apex, in the gap of the flattened cone.
  t.same(cone.inverse(0, 2 * (cone.forward(90, 10)[1] + 1e6)), [Number.NaN, Number.NaN]);
  const fan = albersEqualArea({ earth: ecmwf, latitude0: 49, longitude0: 10, latitude1: 30, latitude2: 60 });
  t.same(fan.inverse(0, 5e7), [Number.NaN, Number.NaN]);
});

t.test('the direction of the y axis is the bearing of a step along it', async (t) => {
  for (const { proj, side, make } of cases) {
    const map = make(ecmwf);
    for (const [lat, lon] of [
      [50 * side, -20],
      [65 * side, 40],
      [30 * side, 10],
    ] as const) {
      const [x, y] = map.forward(lat, lon);
      const [toLat, toLon] = map.inverse(x, y + 1);
      const bearing = Math.atan2((toLon - lon) * Math.cos(lat * degree), toLat - lat) / degree;
      // A step of one metre in f64 degrees: 1e-14 / 1e-5 radians, and its curvature.
      t.ok(Math.abs(map.northAngle(lat, lon) - bearing) < 2e-5, `${proj} at ${lat}/${lon}: ${map.northAngle(lat, lon)} is not ${bearing}`);
    }
  }
  // On a cone and about a pole: n times the longitude from the middle meridian, n = sin(lat1).
  const tangent = lambertConformalConic({ earth: ecmwf, latitude0: 30, longitude0: 0, latitude1: 30, latitude2: 30 });
  t.ok(Math.abs(tangent.northAngle(44, 40) - 20) < 1e-12);
  t.ok(Math.abs(polarStereographic({ earth: ecmwf, pole: -90, latitude1: -60, longitude0: 0 }).northAngle(-70, 33) + 33) < 1e-12);
});

const lambertSpec = {
  type: 'regional',
  nx: 20,
  ny: 15,
  dx: 50000,
  dy: 60000,
  'lonlat(centre)': [9, 55],
  projection: { type: 'lambert_conformal_conic', latitude0: 50, longitude0: 0, latitude1: 50, latitude2: 50 },
} as const;

t.test('regional grids can be placed in several ways', async (t) => {
  const grid = gridFromSpec(lambertSpec);
  t.equal(grid.type, 'lambert');
  t.equal(grid.points, 300);
  t.equal(gridFromSpec(grid.spec).hash, grid.hash, 'the spec reads back');
  const { x, y, dx, dy, columns, rows } = present(grid.projected);
  const { 'lonlat(centre)': _, ...rest } = lambertSpec;
  const { lat, lon } = grid.coordinates();
  const lowerLeft = (rows - 1) * columns;
  const placed: readonly (readonly [string, Record<string, unknown>])[] = [
    ['upper left, metres', { xmin: x, ymax: y }],
    ['lower left, metres', { xmin: x, ymin: y + dy * (rows - 1) }],
    ['edges', { xmin: x, ymax: y, xmax: x + dx * (columns - 1), ymin: y + dy * (rows - 1), dx: undefined, dy: undefined }],
    ['upper left', { 'lonlat(xmin,ymax)': [lon[0], lat[0]] }],
    ['lower left', { 'lonlat(xmin,ymin)': [lon[lowerLeft], lat[lowerLeft]] }],
    [
      'two corners',
      {
        'lonlat(xmin,ymin)': [lon[lowerLeft], lat[lowerLeft]],
        'lonlat(xmax,ymax)': [lon[columns - 1], lat[columns - 1]],
        dx: undefined,
        dy: undefined,
      },
    ],
  ];
  for (const [name, anchor] of placed) {
    const other = gridFromSpec({ ...rest, ...anchor }).coordinates();
    const worst = other.lat.reduce(
      (most, at, point) =>
        Math.max(most, Math.abs(at - (lat[point] as number)), Math.abs((other.lon[point] as number) - (lon[point] as number))),
      0,
    );
    // Corners are rounded to a tenth of a millimetre.
    t.ok(worst < 1e-8, `${name}: ${worst} degrees`);
  }
});

t.test('rows run from north to south unless numbered the other way', async (t) => {
  const grid = gridFromSpec(lambertSpec);
  const upwards = gridFromSpec({ ...lambertSpec, y_numbering: 1 });
  t.not(upwards.hash, grid.hash);
  const { grid: canonical, index } = present(upwards.asRows?.());
  t.equal(canonical.hash, grid.hash);
  const [own, down] = [upwards.coordinates(), grid.coordinates()];
  t.ok(index.every((at, point) => own.lat[at] === down.lat[point] && own.lon[at] === down.lon[point]));
  t.equal(index[0], 14 * 20, 'the first row comes last');
  const [angles, downAngles] = [present(upwards.northAngle?.()), present(grid.northAngle?.())];
  t.ok(index.every((at, point) => angles[at] === downAngles[point]));
  t.equal(gridFromSpec(upwards.spec).hash, upwards.hash);
});

t.test('cells of projected and rotated grids hold their points and follow their area', async (t) => {
  for (const spec of [lambertSpec, { grid: 'F8', rotation: [-30, 20] }, { grid: [10, 10], rotation: [-40, 10] }] as const) {
    const grid = gridFromSpec(spec);
    const cells = present(grid.cells?.());
    const { lat, lon } = grid.coordinates();
    let total = 0;
    for (let point = 0; point < grid.points; point++) {
      const cell = cellOf(cells, point);
      const area = polygonArea(cell);
      total += area;
      // A point on the frame's pole stands at the tip of its triangle.
      if (!(area > 0) || !isInside(vectorOf(lat[point] as number, lon[point] as number), cell, 1e-9))
        t.fail(`${JSON.stringify(spec)}: cell ${point} of area ${area}`);
    }
    // Edges along parallels of the frame become great circles, which takes from one cell what it gives to its neighbour.
    if (grid.rotated !== undefined) t.ok(Math.abs(total / (4 * Math.PI) - 1) < 1e-3, `${JSON.stringify(spec)}: ${total / (4 * Math.PI)}`);
  }
});

t.test('a PROJ string says the same as a projection', async (t) => {
  const { projection, ...rest } = lambertSpec;
  const said = gridFromSpec({
    ...rest,
    projection: { type: 'proj', proj: '+proj=lcc +lat_0=50 +lat_1=50 +lat_2=50 +R=6371229 +units=m +no_defs' },
  });
  t.equal(said.hash, gridFromSpec({ ...rest, projection }).hash);
});

t.test('impossible projections and places are refused', async (t) => {
  const withProjection = (projection: unknown): unknown => ({ ...lambertSpec, projection });
  const lcc = lambertSpec.projection;
  const refusals: readonly (readonly [unknown, string, RegExp])[] = [
    [withProjection({ ...lcc, latitude1: 90 }), 'input.grid', /cuts the earth at 90.*polar_stereographic/],
    [withProjection({ ...lcc, latitude1: 30, latitude2: -30 }), 'input.grid', /30 and -30.*mercator/],
    [
      { ...lambertSpec, 'lonlat(centre)': undefined, xmin: 0, ymax: 0, projection: { ...lcc, latitude0: -90 } },
      'input.grid',
      /latitude0 -90/,
    ],
    [withProjection({ ...lcc, latitude0: 'x' }), 'input.grid', /latitude0 is "x"/],
    [withProjection({ ...lcc, radius: 6371 }), 'input.grid', /semi-axes 6371.*metres/],
    [withProjection({ ...lcc, radius: 6371229, a: 6378137, b: 6356752 }), 'input.grid', /both a radius and semi-axes/],
    [withProjection({ ...lcc, latitude3: 5 }), 'input.grid', /'latitude3'/],
    [withProjection({ ...lcc, longitude0: 'x' }), 'input.grid', /longitude0 is "x"/],
    [withProjection({ type: 'polar_stereographic', latitude1: -60 }), 'input.grid', /true scale at -60/],
    [withProjection({ type: 'polar_stereographic', latitude0: 45 }), 'unsupported.grid', /about latitude 45/],
    [withProjection({ type: 'mercator', latitude1: 90 }), 'input.grid', /true scale at 90/],
    [withProjection({ type: 'lambert_azimuthal_equal_area', standard_parallel: 91, central_longitude: 0 }), 'input.grid', /latitude 91/],
    [withProjection({ type: 'albers_equal_area', longitude0: 0, latitude1: 20, latitude2: -20 }), 'input.grid', /Albers.*mirrored/],
    [withProjection({ type: 'schmidt' }), 'unsupported.grid', /"schmidt".*lambert_conformal_conic/],
    [withProjection(3), 'input.grid', /projection 3/],
    [withProjection({ type: 'proj', proj: '+proj=moll' }), 'unsupported.grid', /moll/],
    [withProjection({ type: 'proj', proj: '+proj=lcc +lat_1=50 +x_0=5' }), 'unsupported.grid', /\+x_0=5/],
    [withProjection({ type: 'proj', proj: '+proj=lcc +lat_1=50 +ellps=moon' }), 'unsupported.grid', /'moon'/],
    [withProjection({ type: 'proj', proj: '+proj=lcc +lat_1=50 +units=km' }), 'unsupported.grid', /'km'/],
    [withProjection({ type: 'proj', proj: 5 }), 'input.grid', /proj 5/],
    [{ ...lambertSpec, nx: 0 }, 'input.grid', /0 columns/],
    [{ ...lambertSpec, dx: -5 }, 'input.grid', /lengths of -5/],
    [{ ...lambertSpec, dy: undefined }, 'input.grid', /dy is absent/],
    [{ ...lambertSpec, dy: 60000000 }, 'input.grid', /off the map of lambert_conformal_conic/],
    [{ ...lambertSpec, 'lonlat(centre)': [9, 95] }, 'input.grid', /9\/95 lies off the map/],
    [{ ...lambertSpec, 'lonlat(centre)': undefined }, 'input.grid', /has no place/],
    [{ ...lambertSpec, y_numbering: 'up' }, 'input.grid', /y_numbering is "up"/],
  ];
  for (const [spec, code, message] of refusals) t.throws(() => gridFromSpec(spec as string), { code, message }, JSON.stringify(spec));
});

t.test('planes of degrees are latitude-longitude grids', async (t) => {
  const box = { type: 'regional', nx: 4, ny: 3, north: 60, south: 50, west: -10, east: 5 };
  t.equal(gridFromSpec(box).hash, gridFromSpec({ grid: [5, 5], area: [60, -10, 50, 5] }).hash);
  t.equal(
    gridFromSpec({ ...box, projection: { type: 'rotated_lonlat', south_pole: [20, -40] } }).hash,
    gridFromSpec({ ...box, projection: { type: 'rotated_lonlat', north_pole: [200, 40] } }).hash,
  );
  t.equal(
    gridFromSpec({ ...box, projection: { type: 'rotated_lonlat', south_pole: [20, -40] } }).hash,
    gridFromSpec({ grid: [5, 5], area: [60, -10, 50, 5], rotation: [-40, 20] }).hash,
  );
  t.equal(
    gridFromSpec({ type: 'zonal_band', nx: 36, ny: 5, south: 20, north: 60 }).hash,
    gridFromSpec({ grid: [10, 10], area: [60, 0, 20, 350] }).hash,
  );
});
