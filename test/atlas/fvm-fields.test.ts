// Finite-volume operators on fields: precision in f32, vectors, parts, missing values, poles, bad input.
import t from 'tap';
import {
  gridFromSpec,
  meshParts,
  nodeColumns,
  partitionGrid,
  pointCloud,
  prepareNabla,
  prepareSpace,
  structuredMesh,
  unstructuredGrid,
} from '../../src/atlas/index.js';
import { missingValue } from '../../src/compute/index.js';
import { cpuEngine, gpuEngine } from '../support/engines.js';
import { delaunayMesh, on, settingOf } from './fvm-support.js';
import { bands, degree, fieldOf, fieldOfValues, layersOf, type PointFunction, partValues } from './space-support.js';

t.test('a large mean costs no precision: f32 gives the gradient of its f32 values', async (t) => {
  const [single, double] = [await cpuEngine(), await cpuEngine({ precision: 'f64' })];
  const grid = gridFromSpec('O32');
  const { lat, lon } = grid.coordinates();
  // A pressure in pascals with a wave of 100 Pa: an f32 step is 2^-7 Pa.
  const pressure = Float32Array.from(lat, (value, point) => 101325 + 100 * Math.cos(value * degree) * Math.sin(3 * lon[point]! * degree));
  const results = [];
  for (const engine of [single, double]) {
    const setting = await settingOf(engine, grid, structuredMesh(grid));
    const field = await fieldOfValues(
      engine,
      grid,
      Array.from({ length: 8 }, () => pressure),
    );
    const [east, north] = await engine.run((pass) => setting.nabla.gradient(pass, setting.onDevice.scatter(pass, field)));
    results.push([(await partValues(engine, east, 0))[7]!, (await partValues(engine, north, 0))[7]!]);
    await engine.close();
  }
  for (const axis of [0, 1]) {
    const [own, exact] = [results[0]![axis]!, results[1]![axis]!];
    const largest = Math.max(...exact.map(Math.abs));
    const worst = Math.max(...own.map((value, point) => Math.abs(value - exact[point]!)));
    // Differences of f32 values this near are exact; coefficients and products are rounded to 6e-8. Means before differences would be off by 1e-4.
    t.ok(worst < 5e-7 * largest, `axis ${axis}: off by ${worst} of ${largest}`);
  }
});

t.test('the gradient of a vector has divergence and curl as its trace and twist', async (t) => {
  const engine = await cpuEngine({ precision: 'f64' });
  const grid = gridFromSpec('O16');
  const [u, v]: readonly PointFunction[] = [
    (y, x) => Math.cos(y) * Math.sin(2 * x) + Math.sin(x),
    (y, x) => Math.sin(y) * Math.cos(x) + 0.3,
  ];
  const setting = await settingOf(engine, grid, structuredMesh(grid), { geometry: 'sphere', vectorGradient: true });
  const flat = await settingOf(engine, grid, structuredMesh(grid), { vectorGradient: true });
  const [eastward, northward] = [await on(setting, u!), await on(setting, v!)];
  const [eastwardFlat, northwardFlat] = [await on(flat, u!), await on(flat, v!)];
  const results = await engine.run((pass) => {
    const { uEast, uNorth, vEast, vNorth } = setting.nabla.vectorGradient(pass, eastward, northward);
    const [divergence, curl] = [setting.nabla.divergence(pass, eastward, northward), setting.nabla.curl(pass, eastward, northward)];
    const flatly = flat.nabla.vectorGradient(pass, eastwardFlat, northwardFlat);
    return [
      uEast,
      uNorth,
      vEast,
      vNorth,
      divergence,
      curl,
      flatly.uEast,
      flatly.uNorth,
      ...flat.nabla.gradient(pass, eastwardFlat),
    ] as const;
  });
  const [uEast, uNorth, vEast, vNorth, divergence, curl, flatEast, flatNorth, east, north] = (
    await Promise.all(results.map((field) => partValues(engine, field, 0)))
  ).map((layers) => layers[0]!);
  const largest = Math.max(...divergence!.map(Math.abs));
  const worst = (of: (node: number) => number): number => Math.max(...divergence!.map((_, node) => Math.abs(of(node))));
  t.ok(worst((node) => uEast![node]! + vNorth![node]! - divergence![node]!) < 1e-14 * largest);
  t.ok(worst((node) => vEast![node]! - uNorth![node]! - curl![node]!) < 1e-14 * largest);
  // In the plane components are scalars, but for the edge across the pole of the first and last 20 points, where they turn.
  const isPolar = (node: number): boolean => node < 20 || node >= grid.points - 20;
  t.ok(worst((node) => flatEast![node]! - east![node]!) < 1e-14 * largest);
  t.ok(worst((node) => (isPolar(node) ? 0 : flatNorth![node]! - north![node]!)) < 1e-14 * largest);
  t.notOk(worst((node) => flatNorth![node]! - north![node]!) < 1e-3 * largest, 'there it makes a difference');
  t.throws(() => flat.nabla.vectorGradient({} as never, eastward, northward), { code: 'input.field' });
  await engine.close();
});

t.test('operators of parts are those of the whole, bit by bit', async (t) => {
  const grid = gridFromSpec('O16');
  const mesh = structuredMesh(grid);
  for (const engine of [await cpuEngine(), await gpuEngine()]) {
    if (typeof engine === 'string') return void t.pass('no adapter', { skip: engine });
    const functions: readonly PointFunction[] = Array.from(
      { length: 9 },
      (_, k) => (y: number, x: number) => Math.sin(y + k) * Math.cos(2 * x) + k,
    );
    const field = await fieldOf(engine, grid, functions);
    for (const geometry of ['lonlat', 'sphere'] as const) {
      const results = [];
      for (const parts of [1, 3, 8]) {
        const space = nodeColumns(mesh, {
          grid,
          ...(parts === 1 ? {} : { parts: meshParts(mesh, partitionGrid(grid, { parts }), { halo: 1 }) }),
        });
        const onDevice = await prepareSpace(engine, space);
        const nabla = await prepareNabla(engine, onDevice, { geometry });
        const gathered = await engine.run((pass) => {
          const inParts = onDevice.scatter(pass, field);
          const fields = [...nabla.gradient(pass, inParts), nabla.laplacian(pass, inParts), nabla.curl(pass, inParts, inParts)];
          return fields.map((each) => onDevice.gather(pass, each));
        });
        results.push(await Promise.all(gathered.map((each) => layersOf(engine, each))));
        nabla.release();
        onDevice.release();
      }
      t.same(results[1], results[0], `3 parts, ${geometry}, ${engine.info.name}`);
      t.same(results[2], results[0], `8 parts, ${geometry}, ${engine.info.name}`);
    }
    await engine.close();
  }
});

t.test('where a value is missing its neighbours have no derivatives, and no one else', async (t) => {
  const grid = gridFromSpec('Slat8');
  for (const [lanes, executor] of [
    [1, await cpuEngine()],
    [8, await cpuEngine()],
    [8, await gpuEngine()],
    [3, await gpuEngine()],
  ] as const) {
    if (typeof executor === 'string') return void t.pass('no adapter', { skip: executor });
    const setting = await settingOf(executor, grid, structuredMesh(grid));
    const hole = 3 * 32 + 5;
    const values = Float64Array.from({ length: grid.points }, (_, point) => (point === hole ? missingValue : point));
    const whole = Float64Array.from({ length: grid.points }, (_, point) => point);
    const layers = Array.from({ length: lanes }, (_, lane) => (lane === lanes - 1 ? values : whole));
    const field = await fieldOfValues(executor, grid, layers, true);
    const results = await executor.run((pass) => {
      const scalar = setting.onDevice.scatter(pass, field);
      return [...setting.nabla.gradient(pass, scalar), setting.nabla.divergence(pass, scalar, scalar)];
    });
    for (const result of results) {
      const found = await partValues(executor, result, 0);
      const gone = [...found[lanes - 1]!.keys()].filter((point) => found[lanes - 1]![point] === missingValue);
      t.same(gone, [hole - 32, hole - 1, hole, hole + 1, hole + 32], `${lanes} lanes, ${executor.info.name}`);
      if (lanes > 1) t.notOk(found[0]!.includes(missingValue), 'other layers are whole');
    }
    await executor.close();
  }
});

t.test('points on a pole have no operators in the plane, and have them on the sphere', async (t) => {
  const engine = await cpuEngine({ precision: 'f64' });
  const grid = gridFromSpec('10/10');
  const flat = await settingOf(engine, grid, structuredMesh(grid, { uniquePole: false }));
  const constant = await on(flat, () => 1);
  const [east] = await engine.run((pass) => flat.nabla.gradient(pass, constant));
  t.equal(east.mayBeMissing, true);
  const [values] = await partValues(engine, east, 0);
  t.same(
    [...values!.keys()].filter((point) => values![point] === missingValue),
    [...Array(36).keys(), ...Array.from({ length: 36 }, (_, k) => 18 * 36 + k)],
  );
  // Delaunay's triangles join poles like any other point. x + 2z has at the pole the gradient of x, along the meridian 0.
  const { lat, lon } = grid.coordinates();
  const keep = Array.from(lat.keys()).filter((point) => Math.abs(lat[point]!) < 90 || lon[point] === 0);
  const coordinates = { lat: Float64Array.from(keep, (point) => lat[point]!), lon: Float64Array.from(keep, (point) => lon[point]!) };
  const points = unstructuredGrid({ points: keep.length, coordinates });
  const sphere = await settingOf(engine, points, delaunayMesh(points), { radius: 1, geometry: 'sphere' });
  const linear = await on(sphere, (y, x) => Math.cos(y) * Math.cos(x) + 2 * Math.sin(y));
  const [, northward] = await engine.run((pass) => sphere.nabla.gradient(pass, linear));
  // At the pole north runs on along the meridian of 180: -x. Chords of 10 degrees are shorter than arcs by 0.5 %.
  t.ok(Math.abs((await partValues(engine, northward, 0))[0]![0]! + 1) < 0.02);
  await engine.close();
});

t.test('what finite-volume operators refuse', async (t) => {
  const engine = await cpuEngine();
  const grid = gridFromSpec('O8');
  const mesh = structuredMesh(grid);
  const cloud = await prepareSpace(engine, pointCloud(grid));
  await t.rejects(prepareNabla(engine, cloud), { code: 'input.field', message: /on a PointCloud space; accepted are NodeColumns/ });
  const onDevice = await prepareSpace(engine, nodeColumns(mesh, { grid }));
  await t.rejects(prepareNabla(engine, onDevice, { radius: 0 }), { code: 'input.option', message: /a radius of 0 m/ });
  const round = await prepareSpace(engine, nodeColumns(delaunayMesh(grid), { grid }));
  await t.rejects(prepareNabla(engine, round, { geometry: 'lonlat' }), { code: 'unsupported.grid', message: /a cell around a pole/ });
  const fan = await prepareSpace(engine, nodeColumns(structuredMesh(grid, { pole: 'node' })));
  await t.rejects(prepareNabla(engine, fan, { geometry: 'lonlat' }), { code: 'unsupported.grid', message: /nodes that are no points/ });
  const halved = await prepareSpace(engine, nodeColumns(mesh, { grid, parts: meshParts(mesh, bands(grid.points, 2)) }));
  await t.rejects(prepareNabla(engine, halved, { geometry: 'sphere' }), {
    code: 'input.option',
    message: /whose halo does not have it.*need a halo of at least 1/,
  });
  const nabla = await prepareNabla(engine, onDevice);
  const [one, two] = await engine.run((pass) => [onDevice.allocate(pass, [0]), onDevice.allocate(pass, [0, 1])] as const);
  t.throws(() => nabla.divergence({} as never, one, two), { code: 'input.field', message: /1 layers of u and 2 of v/ });
  t.throws(() => nabla.vectorGradient({} as never, one, one), { code: 'input.option', message: /was not prepared/ });
  const elsewhere = await engine.run((pass) => halved.allocate(pass, [0]));
  t.throws(() => nabla.gradient({} as never, elsewhere), { code: 'input.field', message: /on another NodeColumns space/ });
  t.throws(() => nodeColumns(mesh, { grid: gridFromSpec('O16') }), {
    code: 'input.grid',
    message: /a grid of 1600 points on a mesh of 544 points/,
  });
  await engine.close();
});
