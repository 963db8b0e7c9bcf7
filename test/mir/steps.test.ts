// Steps on the device against the same done point by point on the host; several targets against each alone.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { type Field, type Grid, gridFromSpec, layerOf, releaseField, rowStarts } from '../../src/atlas/index.js';
import { type Engine, missingValue } from '../../src/compute/index.js';
import { createMir, type InputKind, parseMirOptions } from '../../src/mir/index.js';
import { encode, gribTables, newMessage } from '../../src/grib/index.js';
import { fieldOf as gribField } from '../grib/recoded.js';
import { cpuEngine, gpuEngine } from '../support/engines.js';
import { seeded } from '../support/random.js';

const folder = mkdtempSync(join(tmpdir(), 'dte-mir-'));
t.teardown(() => rmSync(folder, { recursive: true, force: true }));

const layers = 3;

function valuesOn(grid: Grid, seed: number): readonly Float64Array[] {
  const random = seeded(seed);
  return Array.from({ length: layers }, () =>
    Float64Array.from({ length: grid.points }, () => (random() < 0.1 ? missingValue : Math.round(random() * 1024 - 512))),
  );
}

async function fieldOf(engine: Engine, grid: Grid, values: readonly Float64Array[]): Promise<Field<number>> {
  const flat = new Float64Array(grid.points * layers);
  for (const [lane, layer] of values.entries())
    for (let point = 0; point < grid.points; point++) flat[point * layers + lane] = layer[point]!;
  const array = await engine.upload('f32', flat);
  return { grid, layers: [0, 1, 2], mayBeMissing: true, tiles: [{ values: array, firstLayer: 0, lanes: layers }] };
}

async function layersOf(engine: Engine, field: Field): Promise<readonly ArrayLike<number>[]> {
  const tiles = await engine.read(...field.tiles.map(({ values }) => values));
  return field.layers.map((_, layer) => layerOf(field, tiles, layer));
}

/** What each target gives for one input: `[target][component][layer]`. */
async function run(
  engine: Engine,
  grid: Grid,
  targets: readonly Record<string, unknown>[],
  values = valuesOn(grid, 7),
  kind: InputKind = 'scalar',
): Promise<readonly (readonly (readonly ArrayLike<number>[])[])[]> {
  const mir = createMir(engine, targets.map(parseMirOptions));
  const field = await fieldOf(engine, grid, values);
  try {
    await mir.check();
    const prepared = await mir.plansFor({ grid, kind });
    const results = await engine.run((pass) => prepared.apply(pass, ...(kind === 'scalar' ? [field] : [field, field])));
    const read = [];
    for (const [index, fields] of results.entries()) {
      const components = [];
      for (const one of fields) {
        t.equal(one.grid.hash, prepared.plans[index]?.target.hash, 'the field is on the target of the plan');
        components.push(await layersOf(engine, one));
      }
      read.push(components);
    }
    for (const one of results.flat()) releaseField(one);
    return read;
  } finally {
    releaseField(field);
    mir.release();
  }
}

const plainly = (layer: ArrayLike<number>): readonly number[] => Array.from(layer);

async function engines(): Promise<readonly Engine[]> {
  const gpu = await gpuEngine();
  if (typeof gpu === 'string') t.comment(gpu);
  return [await cpuEngine(), ...(typeof gpu === 'string' ? [] : [gpu])];
}

t.test('masks keep the points that they should, alone and together', async (t) => {
  const [rows, columns] = [19, 36];
  const file = join(folder, 'points.bitmap');
  writeFileSync(file, `SPEC,SIZE=${rows}:${columns},VALUES=OFF,POINTS=3:1-20,8:5-7/30,15:0,END`);
  const grid = gridFromSpec('10/10');
  const values = valuesOn(grid, 7);
  const inFrame = (point: number): boolean => {
    const [row, column] = [Math.floor(point / columns), point % columns];
    return row < 2 || row >= rows - 2 || column < 2 || column >= columns - 2;
  };
  const { lat, lon } = grid.coordinates();
  const inArea = (point: number): boolean => {
    const east = ((lon[point]! % 360) + 360) % 360;
    return lat[point]! <= 60 && lat[point]! >= -30 && (east >= 340 || east <= 50);
  };
  const inBitmap = (point: number): boolean => {
    const [row, column] = [Math.floor(point / columns) + 1, (point % columns) + 1];
    if (row >= 15 || row < 3) return false;
    return row < 8 ? column <= 20 : (column >= 5 && column <= 7) || column === 30;
  };
  const cases: [Record<string, unknown>, (point: number) => boolean][] = [
    [{ frame: 2 }, inFrame],
    [{ area: '60/-20/-30/50', 'area-mode': 'mask' }, inArea],
    [{ bitmap: file }, inBitmap],
    [{ frame: 2, area: '60/-20/-30/50', 'area-mode': 'mask', bitmap: file }, (point) => inFrame(point) && inArea(point) && inBitmap(point)],
  ];
  for (const engine of await engines()) {
    const results = await run(
      engine,
      grid,
      cases.map(([options]) => options),
      values,
    );
    for (const [index, [options, keeps]] of cases.entries()) {
      for (const [layer, got] of (results[index]![0] as readonly ArrayLike<number>[]).entries())
        t.same(plainly(got), plainly(values[layer]!.map((value, point) => (keeps(point) ? value : missingValue))), JSON.stringify(options));
    }
    await engine.close();
  }
});

t.test('a frame of a reduced grid is that many points of every row', async (t) => {
  const grid = gridFromSpec('O8');
  const values = valuesOn(grid, 7);
  const counts = grid.rows!.counts;
  const starts = rowStarts(grid.rows!);
  const expected = values[1]!.slice();
  for (let row = 3; row < counts.length - 3; row++) expected.fill(missingValue, starts[row]! + 3, starts[row]! + counts[row]! - 3);
  const engine = await cpuEngine();
  const [[got]] = (await run(engine, grid, [{ frame: 3 }], values)) as unknown as [[readonly ArrayLike<number>[]]];
  t.same(plainly(got[1]!), plainly(expected));
  await t.rejects(run(engine, { ...grid, rows: undefined, hash: 'none' } as unknown as Grid, [{ frame: 3 }], values), {
    code: 'unsupported.grid',
  });
  await engine.close();
});

t.test('bounds hold, and missing values stay missing', async (t) => {
  const grid = gridFromSpec('10/10');
  const values = valuesOn(grid, 7);
  for (const engine of await engines()) {
    const [[got]] = (await run(engine, grid, [{ limiter: true, 'limiter-minimum': -100, 'limiter-maximum': 50 }], values)) as unknown as [
      [readonly ArrayLike<number>[]],
    ];
    t.same(plainly(got[2]!), plainly(values[2]!.map((value) => (value === missingValue ? value : Math.min(50, Math.max(-100, value))))));
    await engine.close();
  }
});

t.test('a crop takes the points of the area and no weights', async (t) => {
  const grid = gridFromSpec('10/10');
  const values = valuesOn(grid, 7);
  const { lat, lon } = grid.coordinates();
  const engine = await cpuEngine();
  const [[got]] = (await run(engine, grid, [{ grid: '10/10', area: '60/20/-30/50' }], values)) as unknown as [
    [readonly ArrayLike<number>[]],
  ];
  const inside = values[0]!.filter((_, point) => lat[point]! <= 60 && lat[point]! >= -30 && lon[point]! >= 20 && lon[point]! <= 50);
  t.equal(inside.length, 10 * 4);
  t.same(plainly(got[0]!), plainly(inside));
  await engine.close();
});

t.test('several targets give what each gives alone, and share what they begin with', async (t) => {
  const targets = [
    { grid: '5/5' },
    { grid: '5/5', frame: 2 },
    { grid: '5/5', frame: 2, limiter: true, 'limiter-maximum': 0 },
    { grid: 'O16', method: 'nn', missing: 'heaviest' },
    {},
    { area: '60/20/-30/50' },
    { grid: '5/5', rotation: '-40/10', missing: 'missing-if-any-missing' },
  ];
  const grid = gridFromSpec('10/10');
  const engine = await cpuEngine({ timing: true });
  const together = await run(engine, grid, targets);
  const applied = (await engine.profile()).find(({ stem }) => stem === 'regrid/csr-apply')?.dispatches;
  t.equal(applied, 3, 'the same interpolation of three targets is done once');
  for (const [index, options] of targets.entries())
    t.same(together[index], (await run(engine, grid, [options]))[0], JSON.stringify(options));
  await engine.close();
});

t.test('fields that do not fit the plan are refused', async (t) => {
  const engine = await cpuEngine();
  const grid = gridFromSpec('10/10');
  const mir = createMir(engine, [parseMirOptions({ grid: '20/20' })]);
  const [field, other] = [
    await fieldOf(engine, grid, valuesOn(grid, 1)),
    await fieldOf(engine, gridFromSpec('O8'), valuesOn(gridFromSpec('O8'), 1)),
  ];
  const prepared = await mir.plansFor({ grid, kind: 'scalar' });
  for (const fields of [[], [field, field], [other]])
    await t.rejects(
      engine.run((pass) => prepared.apply(pass, ...fields)),
      { code: 'input.field' },
    );
  for (const options of [{ bitmap: join(folder, 'absent') }, { grid: 'F7777x' }, { grid: '20/20', method: 'nearly' }]) {
    const wrong = createMir(engine, [parseMirOptions(options)]);
    await t.rejects(wrong.plansFor({ grid, kind: 'scalar' }), JSON.stringify(options));
    wrong.release();
  }
  writeFileSync(join(folder, 'small.bitmap'), 'SIZE=2:3,POINTS=1:1');
  await t.rejects(createMir(engine, [parseMirOptions({ bitmap: join(folder, 'small.bitmap') })]).plansFor({ grid, kind: 'scalar' }), {
    code: 'input.field',
    message: /the bitmap has 2 x 3 points, the grid .* has 684/,
  });
  mir.release();
  await engine.close();
});

t.test('land-sea masks take points away, and weigh those of the other kind less', async (t) => {
  const engine = await cpuEngine({ precision: 'f64' });
  const grid = gridFromSpec('10/10');
  const { lat } = grid.coordinates();
  const file = join(folder, 'lsm.grib');
  const template = newMessage({ date: 20240101, param: 'lsm', levtype: 'sfc' }, grid, await gribTables(engine.context));
  // Land north of 5 degrees north.
  const [bytes] = await encode(engine, await gribField(engine, [template], [Float64Array.from(lat, (one) => (one > 5 ? 1 : 0))]), {
    bits: 8,
  });
  writeFileSync(file, bytes!);
  const values = valuesOn(grid, 7).map((layer, index) => (index === 0 ? Float64Array.from(lat, (one) => (one > 5 ? 100 : 0)) : layer));
  const [[masked], [sea], [plain], [lsm]] = (await run(
    engine,
    grid,
    [
      { 'mask-input-lsm-value': 0, 'lsm-file': file },
      { grid: '5/5', 'mask-output-lsm-value': 1, 'lsm-file': file },
      { grid: '5/5' },
      { grid: '5/5', lsm: true, 'lsm-file': file },
    ],
    values,
  )) as unknown as readonly (readonly (readonly ArrayLike<number>[])[])[];
  t.same(plainly(masked![0]!), plainly(values[0]!.map((value, point) => (lat[point]! > 5 ? value : missingValue))));
  const target = gridFromSpec('5/5');
  const rows = target.coordinates().lat;
  t.ok(
    plainly(sea![0]!).every((value, point) => (value === missingValue) === rows[point]! >= 5),
    'the nearest point of the mask says what is land',
  );
  // Half-way between a row of land (100) and one of sea (0), at 5 degrees: 50. It is nearest to both; the lower index is land's.
  const half = rows.indexOf(5);
  t.equal(plain![0]![half], 50);
  t.equal(Math.round(lsm![0]![half]! * 1e6), Math.round((100 / 1.2) * 1e6), 'weights 1/2 and 1/2 0.2, divided by their sum');
  await t.rejects(run(engine, grid, [{ 'mask-input-lsm-value': 0, 'lsm-file': join(folder, 'points.bitmap') }], values));
  await engine.close();
});

t.test('derivatives of solid rotation are what they should be', async (t) => {
  const engine = await cpuEngine();
  const grid = gridFromSpec('3/3');
  const { lat } = grid.coordinates();
  const [speed, radius] = [20, 6_371_229];
  // u = U cos(lat): vorticity 2 U sin(lat) / a, no divergence. The gradient of sin(lat) is cos(lat) / a northward.
  const cosine = Float64Array.from(lat, (one) => speed * Math.cos((one * Math.PI) / 180));
  const sine = Float64Array.from(lat, (one) => Math.sin((one * Math.PI) / 180));
  const zero = new Float64Array(grid.points);
  const mir = createMir(
    engine,
    [{ nabla: 'uv-vorticity' }, { nabla: 'uv-divergence/scalar-laplacian', 'nabla-poles-missing-values': true }].map(parseMirOptions),
  );
  const prepared = await mir.plansFor({ grid, kind: 'uv' });
  const [u, v] = [await fieldOf(engine, grid, [cosine, cosine, cosine]), await fieldOf(engine, grid, [zero, zero, zero])];
  const [[vorticity], [laplacian]] = (await engine.run((pass) => prepared.apply(pass, u, v))) as unknown as readonly (readonly [Field])[];
  const [got] = await layersOf(engine, vorticity!);
  const scale = (2 * speed) / radius;
  // Second order: (3 degrees)^2 / 6 is 5e-4, more where the weights of a row differ, next to the poles.
  for (let point = 0; point < grid.points; point++)
    if (Math.abs(lat[point]!) < 80 && !(Math.abs(got![point]! - scale * sine[point]!) < 2e-3 * scale))
      t.fail(`${lat[point]}: ${got![point]}`);
  const [flat] = await layersOf(engine, laplacian!);
  t.equal(flat![0], missingValue, 'the pole is missing');
  t.same(
    prepared.plans.map(({ components }) => components),
    [['vorticity'], ['divergence']],
  );
  const [[gradient]] = [await run(engine, grid, [{ nabla: 'scalar-gradient' }], [sine, sine, sine])];
  t.equal(gradient!.length, 2);
  const north = gradient![1]![0]!;
  for (let point = 0; point < grid.points; point++)
    if (Math.abs(lat[point]!) < 80 && !(Math.abs(north[point]! - cosine[point]! / speed / radius) < 2e-3 / radius))
      t.fail(`${lat[point]}: ${north[point]}`);
  await t.rejects(run(engine, grid, [{ nabla: 'uv-vorticity' }]), { code: 'input.field', message: /uv-vorticity of a field by itself/ });
  await t.rejects(run(engine, grid, [{ nabla: 'scalar-gradient', rotation: '-40/10' }]), { code: 'unsupported.grid' });
  mir.release();
  await engine.close();
});
