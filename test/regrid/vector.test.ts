// Vectors: carried along great circles, right at the poles; turned to and from the axes of a grid.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { type Field, type Grid, gridFromSpec, layerOf, releaseField } from '../../src/atlas/index.js';
import { type Engine, missingValue, type Pass } from '../../src/compute/index.js';
import { identityMatrix, prepareVectorRegrid, prepareVectorRotation, type VectorRegridOptions } from '../../src/regrid/index.js';
import { entryTurns } from '../../src/regrid/transport.js';
import { cdo, noCdo } from '../support/cdo.js';
import { cpuEngine, gpuEngine } from '../support/engines.js';
import { seeded } from '../support/random.js';

const exact = await cpuEngine({ precision: 'f64', threads: 1 });
const device = await gpuEngine();
const engines: readonly Engine[] = typeof device === 'string' ? [exact] : [exact, device];
if (typeof device === 'string') t.comment(device);
t.teardown(async () => {
  for (const engine of engines) await engine.close();
});

type Vector = readonly [number, number, number];
const radians = Math.PI / 180;

/** Unit vectors outwards, to the east and to the north of a point. */
function frameOf(lat: number, lon: number): { readonly p: Vector; readonly e: Vector; readonly n: Vector } {
  const [sp, cp, sl, cl] = [
    Math.sin(lat * radians),
    Math.abs(lat) === 90 ? 0 : Math.cos(lat * radians),
    Math.sin(lon * radians),
    Math.cos(lon * radians),
  ];
  return { p: [cp * cl, cp * sl, sp], e: [-sl, cl, 0], n: [-sp * cl, -sp * sl, cp] };
}

const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const cross = (a: Vector, b: Vector): Vector => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];

/** East and north components, at every point of a grid, of a vector field in space. */
function components(grid: Grid, field: (p: Vector) => Vector): readonly [Float64Array, Float64Array] {
  const { lat, lon } = grid.coordinates();
  const [u, v] = [new Float64Array(grid.points), new Float64Array(grid.points)];
  for (let point = 0; point < grid.points; point++) {
    const { p, e, n } = frameOf(lat[point]!, lon[point]!);
    u[point] = dot(field(p), e);
    v[point] = dot(field(p), n);
  }
  return [u, v];
}

function fieldOn(pass: Pass, grid: Grid, values: Float64Array, mayBeMissing = false): Field<string> {
  return { grid, layers: ['layer'], tiles: [{ values: pass.upload('f32', values), firstLayer: 0, lanes: 1 }], mayBeMissing };
}

async function regridded(
  engine: Engine,
  source: Grid,
  target: Grid,
  [u, v]: readonly [Float64Array, Float64Array],
  options: VectorRegridOptions & { readonly mayBeMissing?: boolean } = {},
): Promise<readonly [Float64Array, Float64Array]> {
  const { mayBeMissing = false, ...rest } = options;
  const regridder = await prepareVectorRegrid(engine, source, target, rest);
  const pair = await engine.run((pass) =>
    regridder.apply(pass, fieldOn(pass, source, u, mayBeMissing), fieldOn(pass, source, v, mayBeMissing)),
  );
  const values = await engine.read(...pair.map((field) => field.tiles[0]!.values));
  const result = pair.map((field, at) => Float64Array.from(layerOf(field, [values[at] as Float64Array], 0, missingValue)));
  for (const field of pair) releaseField(field);
  regridder.release();
  return result as unknown as readonly [Float64Array, Float64Array];
}

function worst([u, v]: readonly [Float64Array, Float64Array], [eu, ev]: readonly [Float64Array, Float64Array]): number {
  return u.reduce((most, value, point) => Math.max(most, Math.hypot(value - eu[point]!, v[point]! - ev[point]!)), 0);
}

/** A solid rotation about a tilted axis blows straight across both poles; a constant of space is a source at one end and a sink at the other. */
const axis: Vector = [0.6, -0.48, 0.64];
const fields: readonly (readonly [string, (p: Vector) => Vector])[] = [
  ['a solid rotation', (p) => cross(axis, p)],
  ['a constant of space', () => axis],
];

t.test('the turn of an entry is that of parallel transport', async (test) => {
  const random = seeded(7);
  const point = (lat: number, lon: number): Grid =>
    ({ points: 1, coordinates: () => ({ lat: Float64Array.of(lat), lon: Float64Array.of(lon) }) }) as unknown as Grid;
  const turnOf = (from: readonly [number, number], to: readonly [number, number]): readonly [number, number] => {
    const turns = entryTurns(identityMatrix(1), point(...from), point(...to), { transport: true, from: 'earth', to: 'earth' });
    return [turns[0]!, turns[1]!];
  };
  const near = (got: readonly [number, number], angle: number, name: string): void => {
    test.ok(Math.hypot(got[0] - Math.cos(angle * radians), got[1] - Math.sin(angle * radians)) < 1e-14, `${name}: ${got}`);
  };
  near(turnOf([0, 10], [0, 80]), 0, 'along the equator');
  near(turnOf([-60, 33], [70, 33]), 0, 'along a meridian');
  // Over the pole north becomes south; at the pole, east and north are those of its longitude.
  near(turnOf([89, 20], [89, 200]), 180, 'across the pole');
  near(turnOf([80, 25], [90, 0]), 25, 'to the north pole');
  near(turnOf([-80, 25], [-90, 0]), -25, 'to the south pole');
  for (let round = 0; round < 200; round++) {
    const from = [(random() - 0.5) * 178, random() * 360] as const;
    const to = [(random() - 0.5) * 178, random() * 360] as const;
    // The great circle leaves and arrives at bearings b and b'; a carried vector keeps its angle to it: it turns by b - b' to the left.
    const bearing = (a: readonly [number, number], b: readonly [number, number]): number => {
      const d = (b[1] - a[1]) * radians;
      const [sa, ca, sb, cb] = [Math.sin(a[0] * radians), Math.cos(a[0] * radians), Math.sin(b[0] * radians), Math.cos(b[0] * radians)];
      return Math.atan2(Math.sin(d) * cb, ca * sb - sa * cb * Math.cos(d)) / radians;
    };
    const angle = bearing(from, to) - (bearing(to, from) + 180);
    const got = turnOf(from, to);
    test.ok(Math.hypot(got[0] - Math.cos(angle * radians), got[1] - Math.sin(angle * radians)) < 1e-11, `${from} ${to}`);
  }
});

/** Whether components at the north pole, on longitudes 5 degrees apart, are those of one vector. */
function isOneVector(u: Float64Array, v: Float64Array): boolean {
  return u.every((east, i) => {
    const [cos, sin] = [Math.cos(5 * i * radians), Math.sin(5 * i * radians)];
    return Math.hypot(east * cos - v[i]! * sin - u[0]!, east * sin + v[i]! * cos - v[0]!) < 1e-6;
  });
}

t.test('winds across the poles are right to second order, poles included; as two scalars they are not', async (test) => {
  const target = gridFromSpec('5/5');
  for (const [name, field] of fields) {
    const expected = components(target, field);
    const inner = (values: Float64Array): Float64Array => values.subarray(72, target.points - 72);
    const errorOf = async (engine: Engine, grid: string, vectors: 'transport' | 'components'): Promise<number> => {
      const source = gridFromSpec(grid);
      const [u, v] = await regridded(engine, source, target, components(source, field), { vectors });
      if (vectors === 'transport') {
        // Linear takes the mean of two points of the nearest row for a pole: first order there.
        test.ok(worst([u, v], expected) < 0.8 / source.gaussianNumber!, `${name}, ${grid}: the pole`);
        test.ok(isOneVector(u.subarray(0, 72), v.subarray(0, 72)), `${name}: the pole has one wind, on all its longitudes`);
      }
      if (vectors === 'components') return worst([u, v], expected);
      return worst([inner(u), inner(v)], [inner(expected[0]), inner(expected[1])]);
    };
    const [coarse, fine] = [await errorOf(exact, 'O16', 'transport'), await errorOf(exact, 'O32', 'transport')];
    test.ok(fine < 0.006 && coarse / fine > 3, `${name}: ${coarse} -> ${fine}`);
    const scalars = await errorOf(exact, 'O32', 'components');
    test.ok(scalars > 0.3, `${name} as scalars: ${scalars}`);
    for (const engine of engines.slice(1)) test.ok(Math.abs((await errorOf(engine, 'O32', 'transport')) - fine) < 3e-6, engine.info.name);
  }
});

t.test('a vector with one missing component is missing, and treatments are those of scalars', async (test) => {
  const [source, target] = [gridFromSpec('O16'), gridFromSpec('10/10')];
  const random = seeded(9);
  const [u, v] = [0, 1].map(() => Float64Array.from({ length: source.points }, () => random()));
  const holes = Uint8Array.from({ length: source.points }, () => Math.floor(random() * 6));
  const gap = (values: Float64Array, kind: number): Float64Array =>
    values.map((value, point) => (holes[point] === kind ? missingValue : value));
  const either = (values: Float64Array): Float64Array => values.map((value, point) => (holes[point]! < 2 ? missingValue : value));
  for (const missing of ['missing-if-all-missing', 'missing-if-any-missing', 'missing-if-heaviest-missing', 'heaviest', 'no']) {
    for (const engine of engines) {
      const options = { missing, mayBeMissing: true };
      const got = await regridded(engine, source, target, [gap(u!, 0), gap(v!, 1)], options);
      const expected = await regridded(engine, source, target, [either(u!), either(v!)], options);
      test.same(got, expected, `${missing}, ${engine.info.name}`);
      const missingPoints = got[0].filter((value) => value === missingValue).length;
      test.ok(missingPoints > 0 && missingPoints < target.points, missing);
      test.same(
        got[0].map((value) => (value === missingValue ? 1 : 0)),
        got[1].map((value) => (value === missingValue ? 1 : 0)),
      );
    }
  }
});

t.test('fields that are no pair, and words that are none, are refused', async (test) => {
  const [source, target] = [gridFromSpec('O16'), gridFromSpec('10/10')];
  await test.rejects(prepareVectorRegrid(exact, source, target, { vectors: 'transprot' as 'transport' }), {
    code: 'input.option',
    message: /vectors cannot be 'transprot'.*did you mean 'transport'/,
  });
  await test.rejects(prepareVectorRotation(exact, source, 'earht' as 'earth'), { code: 'input.option', message: /earth, grid/ });
  const regridder = await prepareVectorRegrid(exact, source, target);
  const pairs: readonly (readonly [Grid, Grid, RegExp])[] = [
    [source, target, /v is on .*expected on O16/],
    [target, source, /u is on/],
  ];
  for (const [gridU, gridV, message] of pairs) {
    await test.rejects(
      exact.run((pass) =>
        regridder.apply(pass, fieldOn(pass, gridU, new Float64Array(gridU.points)), fieldOn(pass, gridV, new Float64Array(gridV.points))),
      ),
      { code: 'input.field', message },
    );
  }
  await test.rejects(
    exact.run((pass) => {
      const u = fieldOn(pass, source, new Float64Array(source.points));
      return regridder.apply(pass, { ...u, layers: ['a', 'b'] }, u);
    }),
    { code: 'input.field', message: /u has 2 layers and v has 1/ },
  );
  regridder.release();
});

/** Its frame has the south pole at 40 S, 20 E. */
const rotatedGrid = (): Grid => gridFromSpec({ grid: [10, 10], rotation: [-40, 20] });

t.test('on the axes of a rotated grid a rotation about its pole blows along its rows', async (test) => {
  const grid = rotatedGrid();
  const source = gridFromSpec('O32');
  // The north pole of the frame is opposite to the point 40 S, 20 E.
  const { p } = frameOf(-40, 20);
  const pole: Vector = [-p[0], -p[1], -p[2]];
  const field = (q: Vector): Vector => cross(pole, q);
  const rows = grid.rotated!.rows;
  for (const engine of engines) {
    const [u, v] = await regridded(engine, source, grid, components(source, field), { targetAxes: 'grid' });
    let point = 0;
    let most = 0;
    for (let row = 0; row < rows.counts.length; row++) {
      for (let i = 0; i < rows.counts[row]!; i++, point++) {
        const speed = Math.cos(rows.lats[row]! * radians);
        // At the frame's own poles the direction of its rows is a limit; the wind there is none.
        most = Math.max(most, Math.hypot(u[point]! - speed, v[point]!));
      }
    }
    // The largest error is at the true pole, which is a point of this grid: linear is of first order there.
    test.ok(most < 0.03, `${engine.info.name}: ${most}`);
  }
  // And back: from the axes of the grid to east and north.
  const exactOnGrid = components(grid, field);
  const rotation = await prepareVectorRotation(exact, grid, 'grid');
  const back = await prepareVectorRotation(exact, grid, 'earth');
  const [turned, returned] = await exact.run((pass) => {
    const there = rotation.apply(pass, fieldOn(pass, grid, exactOnGrid[0]), fieldOn(pass, grid, exactOnGrid[1]));
    return [there, back.apply(pass, ...there)] as const;
  });
  const read = async (pair: readonly Field[]): Promise<readonly [Float64Array, Float64Array]> =>
    (await exact.read(...pair.map((field) => field.tiles[0]!.values))) as unknown as readonly [Float64Array, Float64Array];
  test.ok((await read(turned))[1].reduce((most, value) => Math.max(most, Math.abs(value)), 0) < 1e-12, 'no wind across the rows');
  test.ok(worst(await read(returned), exactOnGrid) < 1e-14, 'there and back');
  for (const field of [...turned, ...returned]) releaseField(field);
  rotation.release();
  back.release();
  const target = gridFromSpec('10/10');
  const onAxes: [Float64Array, Float64Array] = [new Float64Array(grid.points), new Float64Array(grid.points)];
  let point = 0;
  rows.lats.forEach((lat, row) => {
    for (let i = 0; i < rows.counts[row]!; i++) onAxes[0][point++] = Math.cos(lat * radians);
  });
  const toEarth = await regridded(exact, grid, target, onAxes, { sourceAxes: 'grid' });
  test.ok(worst(toEarth, components(target, field)) < 0.05);
});

t.test('a rotation on a grid whose axes are east and north changes nothing', async (test) => {
  const rotation = await prepareVectorRotation(exact, gridFromSpec('O16'), 'grid');
  const u = {} as Field;
  test.equal(rotation.apply({} as Pass, u, u)[0], u);
  rotation.release();
});

/** CDO's description of part of the rotated grid, from 25 W and 25 N of its frame on, and the same as a grid of ours. */
const description = `gridtype = projection
xsize = 6
ysize = 6
xname = rlon
yname = rlat
xfirst = -25
xinc = 10
yfirst = 25
yinc = -10
grid_mapping = rotated_pole
grid_mapping_name = rotated_latitude_longitude
grid_north_pole_longitude = -160
grid_north_pole_latitude = 40
`;

t.test('winds turned from a rotated grid to east and north are those of rotuvb', { skip: noCdo }, async (test) => {
  const folder = mkdtempSync(join(tmpdir(), 'dte-uv-'));
  test.teardown(() => rmSync(folder, { recursive: true }));
  const [text, wind, turned] = ['grid.txt', 'uv.nc', 'turned.nc'].map((name) => join(folder, name)) as [string, string, string];
  writeFileSync(text, description);
  const grid = gridFromSpec({ grid: [10, 10], area: [25, -25, -25, 25], reference: [5, 5], rotation: [-40, 20] });
  test.equal(grid.points, 36);
  for (const [east, north] of [
    [1, 0],
    [-3, 7],
  ] as const) {
    cdo(
      '-O',
      '-f',
      'nc',
      '-b',
      'F64',
      '-merge',
      '-chname,const,u',
      `-const,${east},${text}`,
      '-chname,const,v',
      `-const,${north},${text}`,
      wind,
    );
    cdo('-O', 'rotuvb,u,v', wind, turned);
    const numbers = (name: string): number[] => cdo('outputf,%.17g,1', `-selname,${name}`, turned).trim().split(/\s+/).map(Number);
    const rotation = await prepareVectorRotation(exact, grid, 'earth');
    const pair = await exact.run((pass) =>
      rotation.apply(pass, fieldOn(pass, grid, new Float64Array(36).fill(east)), fieldOn(pass, grid, new Float64Array(36).fill(north))),
    );
    const ours = (await exact.read(...pair.map((field) => field.tiles[0]!.values))) as unknown as readonly [Float64Array, Float64Array];
    // Its angles are good to some 1e-7 (differences of arc cosines).
    const off = worst(ours, [Float64Array.from(numbers('u')), Float64Array.from(numbers('v'))]);
    test.ok(off < 2e-6, `${east} ${north}: ${off}`);
    for (const field of pair) releaseField(field);
    rotation.release();
  }
});
