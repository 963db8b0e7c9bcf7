// Pairs of wind through the whole pipeline: to a rotated grid and back, with what the headers say about their axes.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { gridFromSpec } from '../../src/atlas/index.js';
import { nodeContext } from '../../src/base/node.js';
import { encode, find, gribTables, newMessage } from '../../src/grib/index.js';
import { fieldOf } from '../grib/recoded.js';
import { readMessages } from '../grib/peer.js';
import { decoded } from '../support/decoded.js';
import { cpuEngine } from '../support/engines.js';
import { regridTo } from './regrid-to.js';

const folder = mkdtempSync(join(tmpdir(), 'dte-vectors-'));
t.teardown(() => rmSync(folder, { recursive: true, force: true }));
const context = { ...nodeContext(), env: { DTE_CACHE: join(folder, 'cache') } };
const cpu = { device: 'cpu', threads: 1 } as const;
const place = (name: string): string => join(folder, name);
const radians = Math.PI / 180;

/** Solid rotation about an axis in the plane of the equator: a wind across both poles, of 20 m/s at most. */
const wind = (lat: number, lon: number): readonly [number, number] => [
  -20 * Math.sin(lat * radians) * Math.cos(lon * radians),
  20 * Math.sin(lon * radians),
];

t.before(async () => {
  const engine = await cpuEngine({ precision: 'f64' });
  const grid = gridFromSpec('2/2');
  const { lat, lon } = grid.coordinates();
  const tables = await gribTables(context);
  const templates = ['u', 'v'].map((param) => newMessage({ date: 20240101, param, levtype: 'pl', level: 500 }, grid, tables));
  const values = [0, 1].map((component) => Float64Array.from(lat, (one, point) => wind(one, lon[point]!)[component]!));
  const messages = await encode(engine, await fieldOf(engine, templates, values), { bits: 24 });
  await context.fs.create(place('wind.grib')).then(async (file) => {
    for (const bytes of messages) await file.write(bytes);
    await file.commit();
  });
  await engine.close();
});

async function valuesOf(name: string): Promise<readonly ArrayLike<number>[]> {
  const engine = await cpuEngine({ precision: 'f64' });
  try {
    return await decoded(engine, await readMessages(place(name)), 'canonical');
  } finally {
    await engine.close();
  }
}

const flags = async (name: string): Promise<readonly unknown[]> =>
  (await readMessages(place(name))).map((message) => find(message, 'uvRelativeToGrid'));

/** The greatest error of a wind on east and north at the points of a grid. */
function worst(spec: string, [u, v]: readonly ArrayLike<number>[]): number {
  const { lat, lon } = gridFromSpec(spec).coordinates();
  return lat.reduce((most, one, point) => {
    const [eastward, northward] = wind(one, lon[point]!);
    return Math.max(most, Math.hypot(u![point]! - eastward, v![point]! - northward));
  }, 0);
}

t.test('wind across the poles is right at the poles, and not as two scalars', async (t) => {
  await regridTo(context, [place('wind.grib')], { ...cpu, output: place('vectors.grib'), grid: '3/3', uv: true, accuracy: 24 });
  await regridTo(context, [place('wind.grib')], { ...cpu, output: place('scalars.grib'), grid: '3/3', accuracy: 24 });
  await regridTo(context, [place('wind.grib')], {
    ...cpu,
    output: place('as-mir.grib'),
    grid: '3/3',
    uv2uv: true,
    'vector-space': '1d-linear',
    accuracy: 24,
  });
  // Linear interpolation of a wave of 2 degrees between points: (2 / 57.3)^2 / 8 = 1.5e-4 of 20 m/s.
  t.ok(worst('3/3', await valuesOf('vectors.grib')) < 0.02);
  const [scalars, asMir] = [await valuesOf('scalars.grib'), await valuesOf('as-mir.grib')];
  // Alike but for the rounding of f32.
  for (const side of [0, 1] as const)
    for (let point = 0; point < scalars[0]!.length; point++)
      if (Math.abs(scalars[side]![point]! - asMir[side]![point]!) > 2e-5) t.fail(`point ${point}`);
  t.same(await flags('vectors.grib'), [0, 0]);
});

t.test('a rotated grid has wind along its axes, and gives it back', async (t) => {
  const rotated = gridFromSpec({ grid: [3, 3], rotation: [-40, 10] });
  await regridTo(context, [place('wind.grib')], {
    ...cpu,
    output: place('rotated.grib'),
    grid: '3/3',
    rotation: '-40/10',
    uv2uv: true,
    accuracy: 24,
  });
  t.same(await flags('rotated.grib'), [1, 1]);
  const [u, v] = await valuesOf('rotated.grib');
  const { lat, lon } = rotated.coordinates();
  const angles = rotated.northAngle!();
  const error = lat.reduce((most, one, point) => {
    const [eastward, northward] = wind(one, lon[point]!);
    const [cosine, sine] = [Math.cos(angles[point]! * radians), Math.sin(angles[point]! * radians)];
    // The axes of the grid are turned clockwise by the angle of its north.
    return Math.max(
      most,
      Math.hypot(u![point]! - (eastward * cosine - northward * sine), v![point]! - (eastward * sine + northward * cosine)),
    );
  }, 0);
  t.ok(error < 0.02, `${error} m/s`);
  await t.rejects(regridTo(context, [place('rotated.grib')], { ...cpu, output: place('no.grib'), grid: '2/2' }), {
    code: 'input.field',
    message: /along the axes of .*rotation:\[-40,10\].* with uv, pairs are turned/,
  });
  await regridTo(context, [place('rotated.grib')], { ...cpu, output: place('back.grib'), grid: '2/2', uv: true, accuracy: 24 });
  t.same(await flags('back.grib'), [0, 0]);
  t.ok(worst('2/2', await valuesOf('back.grib')) < 0.06, 'after two interpolations');
});

t.test('one component can be chosen', async (t) => {
  await regridTo(context, [place('wind.grib')], { ...cpu, output: place('u.grib'), grid: '3/3', uv: true, 'u-only': true });
  t.same(
    (await readMessages(place('u.grib'))).map((message) => find(message, 'shortName')),
    ['u'],
  );
});
