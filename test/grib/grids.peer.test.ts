import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import t from 'tap';
import { crop, type Grid, gridFromSpec } from '../../src/atlas/index.js';
import { gridOf, scanOrderOf } from '../../src/grib/index.js';
import { noEccodes, noShared, readMessages, sharedGrib } from './peer.js';

/** ecCodes prints 12 decimals; the rest is rounding on the way. */
const printed = 1e-12;

interface Made {
  readonly name: string;
  /** Sample of ecCodes and the keys that are set in it. */
  readonly sample: string;
  readonly keys: string;
  readonly type: Grid['type'];
  readonly tolerance: number;
}

const plane = 'numberOfDataPoints=651,numberOfValues=651';
const lambert = `gridType=lambert,Nx=31,Ny=21,LaDInDegrees=45,LoVInDegrees=10,Latin1InDegrees=35,Latin2InDegrees=55,DxInMetres=50000,DyInMetres=60000,latitudeOfFirstGridPointInDegrees=40,longitudeOfFirstGridPointInDegrees=350,${plane},scanningMode=64`;
const polar = `Nx=31,Ny=21,LaDInDegrees=60,DxInMetres=150000,DyInMetres=170000,orientationOfTheGridInDegrees=10,latitudeOfFirstGridPointInDegrees=30,longitudeOfFirstGridPointInDegrees=320,${plane},shapeOfTheEarth=6`;
// ecCodes 2.28 lets rows of lambert, polar and mercator grids run upwards whatever the scanning mode says: only azimuthal ones are compared downwards.
// It uses the longitudinal grid length of a mercator grid in both directions: they are equal here.
const mercator = `gridType=mercator,Ni=31,Nj=21,LaDInDegrees=20,DiInMetres=50000,DjInMetres=50000,latitudeOfFirstGridPointInDegrees=-10,longitudeOfFirstGridPointInDegrees=170,${plane},orientationOfTheGrid=0,scanningMode=64`;
const azimuthal = `gridType=lambert_azimuthal_equal_area,numberOfPointsAlongXAxis=31,numberOfPointsAlongYAxis=21,standardParallelInDegrees=52,centralLongitudeInDegrees=10,xDirectionGridLengthInMetres=50000,yDirectionGridLengthInMetres=60000,latitudeOfFirstGridPointInDegrees=40,longitudeOfFirstGridPointInDegrees=350,${plane},scanningMode=64`;
const stereo = 'polar_stereographic_pl_grib2';

const made: readonly Made[] = [
  { name: 'lambert on a sphere', sample: stereo, keys: `${lambert},shapeOfTheEarth=6`, type: 'lambert', tolerance: printed },
  // ecCodes ends its iteration for the latitude on an ellipsoid at 1e-10 radians.
  { name: 'lambert on GRS80', sample: stereo, keys: `${lambert},shapeOfTheEarth=4`, type: 'lambert', tolerance: 6e-9 },
  {
    name: 'lambert on a radius of its own',
    sample: stereo,
    keys: `${lambert},shapeOfTheEarth=1,scaleFactorOfRadiusOfSphericalEarth=1,scaledValueOfRadiusOfSphericalEarth=63712000`,
    type: 'lambert',
    tolerance: printed,
  },
  {
    name: 'polar stereographic, upwards',
    sample: stereo,
    keys: `${polar},scanningMode=64`,
    type: 'polar_stereographic',
    tolerance: printed,
  },
  {
    name: 'south polar stereographic',
    sample: stereo,
    keys: `${polar},LaDInDegrees=-71,projectionCentreFlag=128,latitudeOfFirstGridPointInDegrees=-50,scanningMode=64`,
    type: 'polar_stereographic',
    tolerance: printed,
  },
  {
    name: 'polar stereographic, edition 1',
    sample: 'polar_stereographic_pl_grib1',
    keys: 'orientationOfTheGridInDegrees=10,DxInMetres=60000,DyInMetres=50000,scanningMode=64',
    type: 'polar_stereographic',
    tolerance: printed,
  },
  { name: 'mercator on a sphere', sample: stereo, keys: `${mercator},shapeOfTheEarth=6`, type: 'mercator', tolerance: printed },
  { name: 'mercator on WGS84', sample: stereo, keys: `${mercator},shapeOfTheEarth=5`, type: 'mercator', tolerance: 6e-9 },
  {
    name: 'azimuthal on a sphere',
    sample: stereo,
    keys: `${azimuthal},shapeOfTheEarth=6`,
    type: 'lambert_azimuthal_equal_area',
    tolerance: printed,
  },
  {
    name: 'azimuthal, downwards',
    sample: stereo,
    keys: `${azimuthal},scanningMode=0,shapeOfTheEarth=6`,
    type: 'lambert_azimuthal_equal_area',
    tolerance: printed,
  },
  // Its series for the authalic latitude leaves out e^8: 1e-8 degrees.
  {
    name: 'azimuthal on GRS80',
    sample: stereo,
    keys: `${azimuthal},shapeOfTheEarth=4`,
    type: 'lambert_azimuthal_equal_area',
    tolerance: 2e-8,
  },
  { name: 'reduced_ll, edition 1', sample: 'reduced_ll_sfc_grib1', keys: 'date=20200101', type: 'reduced_ll', tolerance: 2e-11 },
];

t.test('grids of headers have the coordinates of ecCodes', { skip: noEccodes }, async (t) => {
  for (const { name, sample, keys, type, tolerance } of made) {
    const path = join(t.testdir(), 'made.grib');
    execFileSync('grib_set', ['-s', keys, join(samples(), `${sample}.tmpl`), path]);
    const { grid, worst } = await compared(path);
    t.equal(grid.type, type, name);
    t.ok(worst < tolerance, `${name}: ${worst} degrees`);
    t.equal(gridFromSpec(grid.spec).hash, grid.hash, `${name}: the spec reads back`);
    t.ok(distances(gridFromSpec(grid.spec).coordinates(), grid.coordinates()) < 1e-11, `${name}: the same points`);
  }
});

t.test('real files on projected grids have the coordinates of ecCodes', { skip: noEccodes || noShared }, async (t) => {
  for (const file of ['nam.t00z.awp21100.tm00.grib2']) {
    const { grid, worst } = await compared(join(sharedGrib, file));
    t.equal(grid.type, 'lambert', file);
    t.ok(worst < printed, `${file}: ${worst} degrees`);
  }
});

t.test('rotated Gaussian grids have the rows of ecCodes in their frame', { skip: noEccodes }, async (t) => {
  for (const sample of ['rotated_gg_pl_grib2', 'reduced_rotated_gg_pl_32_grib1']) {
    const path = join(t.testdir(), 'made.grib');
    execFileSync('grib_set', [
      '-s',
      'latitudeOfSouthernPoleInDegrees=-35,longitudeOfSouthernPoleInDegrees=15',
      join(samples(), `${sample}.tmpl`),
      path,
    ]);
    const [message] = await readMessages(path);
    const grid = gridOf(message as Exclude<typeof message, undefined>);
    t.equal(grid.type, 'rotated_gg');
    t.same([grid.rotated?.southPoleLat, grid.rotated?.southPoleLon], [-35, 15]);
    t.equal(gridFromSpec(grid.spec).hash, grid.hash);
    // ecCodes 2.28 gives the positions in the frame.
    const frame = gridFromSpec({ ...grid.spec, rotation: [-90, 0] }).coordinates();
    t.ok(distances(frame, positions(path)) < 2e-12, sample);
    // A point's distance from the frame's pole is 90 degrees and its latitude there.
    const { lat, lon } = grid.coordinates();
    for (let point = 0; point < grid.points; point += 97) {
      const found = arc(-35, 15, lat[point] as number, lon[point] as number);
      if (Math.abs(found - 90 - (frame.lat[point] as number)) > 1e-6) t.fail(`point ${point} is ${found} degrees from the pole`);
    }
  }
});

t.test('HEALPix files become HEALPix grids', { skip: noShared }, async (t) => {
  for (const [file, name] of [
    ['gridType-healpix_Nside-32_orderingConvention-nested.grib2', 'H32n'],
    ['gridType-healpix_Nside-4_orderingConvention-ring.grib2', 'H4'],
  ] as const) {
    const [message] = await readMessages(join(sharedGrib, file));
    t.equal(gridOf(message as Exclude<typeof message, undefined>).hash, gridFromSpec(name).hash, name);
  }
});

t.test('a wave model’s reduced grid cannot be cropped', { skip: noShared }, async (t) => {
  const [message] = await readMessages(join(sharedGrib, 'stream-wave_param-mwd'));
  const grid = gridOf(message as Exclude<typeof message, undefined>);
  t.equal(grid.type, 'reduced_ll');
  t.equal(grid.points, 2612294);
  t.throws(() => crop(grid, [50, 0, 40, 10]), { code: 'unsupported.grid', message: /reduced_ll cannot be cropped/ });
});

function samples(): string {
  return execFileSync('codes_info', ['-s'], { encoding: 'utf8' }).trim();
}

async function compared(path: string): Promise<{ grid: Grid; worst: number }> {
  const [message] = await readMessages(path);
  if (message === undefined) throw new Error(`${path} has no message`);
  const grid = gridOf(message);
  const order = scanOrderOf(message);
  const wanted = positions(path);
  const { lat, lon } = grid.coordinates();
  const inOrder =
    order === undefined
      ? wanted
      : {
          lat: Float64Array.from(order, (at) => wanted.lat[at] as number),
          lon: Float64Array.from(order, (at) => wanted.lon[at] as number),
        };
  return { grid, worst: grid.points === wanted.lat.length ? distances({ lat, lon }, inOrder) : Number.POSITIVE_INFINITY };
}

interface Positions {
  readonly lat: Float64Array;
  readonly lon: Float64Array;
}

/** What grib_get_data prints for the first message, missing values too. */
function positions(path: string): Positions {
  const args = ['-w', 'count=1', '-m', '9999', '-L', '%.12f %.12f', path];
  const lines = execFileSync('grib_get_data', args, { maxBuffer: 2 ** 30, encoding: 'utf8' })
    .trimEnd()
    .split('\n');
  const rows = lines.slice(1).map((line) => line.trim().split(/\s+/, 2).map(Number) as [number, number]);
  return { lat: Float64Array.from(rows, ([lat]) => lat), lon: Float64Array.from(rows, ([, lon]) => lon) };
}

/** The largest distance along a meridian or parallel, degrees. */
function distances(a: Positions, b: Positions): number {
  let worst = 0;
  for (let point = 0; point < a.lat.length; point++) {
    const turn = (((((a.lon[point] as number) - (b.lon[point] as number)) % 360) + 540) % 360) - 180;
    const aside = Math.abs(turn) * Math.cos(((b.lat[point] as number) * Math.PI) / 180);
    worst = Math.max(worst, Math.abs((a.lat[point] as number) - (b.lat[point] as number)), aside);
  }
  return worst;
}

function arc(aLat: number, aLon: number, bLat: number, bLon: number): number {
  const r = Math.PI / 180;
  const cosine = Math.sin(aLat * r) * Math.sin(bLat * r) + Math.cos(aLat * r) * Math.cos(bLat * r) * Math.cos((aLon - bLon) * r);
  return Math.acos(Math.min(1, Math.max(-1, cosine))) / r;
}
