// Windows of time against plain loops in f64 over the same samples, on every executor.
import t, { type Test } from 'tap';
import { type Field, type Grid, gridFromSpec, layerOf, releaseField, tileLayout } from '../../src/atlas/index.js';
import { type Engine, missingValue } from '../../src/compute/index.js';
import { parseStatistic, prepareWindow, type Statistic, statistics, windowAt } from '../../src/stats/index.js';
import { cpuEngine, gpuEngine } from '../support/engines.js';
import { seeded } from '../support/random.js';

const grid = gridFromSpec('O8');
/** Two tiles, the second not full. */
const layers = Array.from({ length: 11 }, (_, layer) => layer);

/** Samples `[time][layer][point]` of whole and half numbers, exact in f32. */
function samplesOf(count: number, missingShare: number, seed = 5): readonly (readonly Float64Array[])[] {
  const random = seeded(seed);
  return Array.from({ length: count }, () =>
    layers.map(() =>
      Float64Array.from({ length: grid.points }, () => (random() < missingShare ? missingValue : Math.round(random() * 4096) / 2 - 900)),
    ),
  );
}

async function fieldOf(engine: Engine, sample: readonly Float64Array[], on: Grid = grid, mayBeMissing = true): Promise<Field<number>> {
  const tiles = [];
  for (const [firstLayer, lanes] of tileLayout(on.points, sample.length, engine.info.maxBindingBytes)) {
    const values = new Float64Array(on.points * lanes);
    for (let lane = 0; lane < lanes; lane++)
      for (let point = 0; point < on.points; point++) values[point * lanes + lane] = sample[firstLayer + lane]![point]!;
    tiles.push({ values: await engine.upload('f32', values), firstLayer, lanes });
  }
  return { grid: on, layers: sample.map((_, layer) => layer), tiles, mayBeMissing };
}

/** The definition: what a window of these values of one point is, `missingValue` where too few are present. */
function expected(statistic: Statistic, values: readonly number[], least: number): number {
  if (statistic === 'instant') return values.at(-1)!;
  const present = values.filter((value) => value !== missingValue);
  if (present.length < least || present.length === 0) return missingValue;
  const sum = present.reduce((total, value) => total + value, 0);
  return { mean: sum / present.length, accumulation: sum, min: Math.min(...present), max: Math.max(...present) }[statistic];
}

async function check(
  t: Test,
  engine: Engine,
  results: ReadonlyMap<Statistic, Field>,
  samples: readonly (readonly Float64Array[])[],
  least: number,
) {
  // Sums of exact numbers below 2^24 are exact in f32; the mean is rounded twice.
  const tolerance = engine.info.precision === 'f64' ? 1e-13 : 3e-7;
  for (const [statistic, field] of results) {
    const tiles = await engine.read(...field.tiles.map(({ values }) => values));
    let worst = 0;
    for (const layer of layers) {
      const got = layerOf(field, tiles, layer);
      for (let point = 0; point < grid.points; point++) {
        const wanted = expected(
          statistic,
          samples.map((sample) => sample[layer]![point]!),
          least,
        );
        const isSame = (got[point] === missingValue) === (wanted === missingValue);
        worst = Math.max(worst, isSame ? Math.abs(got[point]! - wanted) / 5000 : Infinity);
      }
    }
    t.ok(worst <= tolerance, `${statistic}, least ${least}: off by ${worst}`);
    releaseField(field);
  }
}

async function allWindows(t: Test, engine: Engine): Promise<void> {
  const before = engine.memory.inUseBytes;
  for (const [missingShare, leastPresent] of [
    [0, undefined],
    [0.3, undefined],
    [0.3, 1],
    [0.3, 3],
  ] as const) {
    const window = prepareWindow(engine, statistics, leastPresent === undefined ? {} : { leastPresent });
    // Two windows one after the other: nothing of the first is left in the second.
    for (const count of [4, 3]) {
      const samples = samplesOf(count, missingShare, 5 + count);
      for (const sample of samples) {
        const field = await fieldOf(engine, sample, grid, missingShare > 0);
        await engine.run((pass) => window.add(pass, field));
        releaseField(field);
      }
      t.equal(window.samples, count);
      const results = await engine.run((pass) => window.finish(pass, layers));
      t.same([...results.keys()], statistics);
      t.ok([...results.values()].every(({ mayBeMissing }) => mayBeMissing === missingShare > 0));
      t.equal(window.samples, 0);
      await check(t, engine, results, samples, Math.min(count, leastPresent ?? count));
    }
    window.release();
  }
  t.equal(engine.memory.inUseBytes, before, 'all memory is given back');
}

for (const precision of ['f64', 'f32'] as const) {
  t.test(`statistics of windows on the CPU executor, ${precision}`, async (t) => {
    const engine = await cpuEngine({ precision });
    await allWindows(t, engine);
    await engine.close();
  });
}

t.test('statistics of windows on the GPU executor', async (t) => {
  const engine = await gpuEngine();
  if (typeof engine === 'string') return void t.pass('no adapter', { skip: engine });
  await allWindows(t, engine);
  await engine.close();
});

t.test('counting begins with the first sample that may have missing values, and several samples fit one pass', async (t) => {
  const engine = await cpuEngine();
  const samples = [...samplesOf(3, 0), ...samplesOf(2, 0.4, 77)];
  const window = prepareWindow(engine, ['mean'], { leastPresent: 4 });
  const fields: Field[] = [];
  for (const [index, sample] of samples.entries()) fields.push(await fieldOf(engine, sample, grid, index >= 3));
  const results = await engine.run((pass) => {
    for (const field of fields) window.add(pass, field);
    return window.finish(pass, layers);
  });
  await check(t, engine, results, samples, 4);
  await engine.close();
});

t.test('the mean of many large values keeps the digits of f32', async (t) => {
  const engine = await cpuEngine();
  const window = prepareWindow(engine, ['mean']);
  const random = seeded(3);
  const count = 2000;
  let sum = 0;
  for (let sample = 0; sample < count; sample++) {
    // Geopotential: 5e4 with changes of 1e2. f32 values in, so that the f64 sum is of the same numbers.
    const value = Math.fround(50_000 + 100 * Math.sin(sample / 30) + random());
    sum += value;
    const field = await fieldOf(
      engine,
      layers.map(() => new Float64Array(grid.points).fill(value)),
      grid,
      false,
    );
    await engine.run((pass) => window.add(pass, field));
    releaseField(field);
  }
  const results = await engine.run((pass) => window.finish(pass, layers));
  const [values] = await engine.read(results.get('mean')!.tiles[0]!.values);
  const error = Math.abs(values[0]! / (sum / count) - 1);
  // Half a unit in the last place of the result is 3e-8 relative; differences add rounding of 1e2 and not of 1e8.
  t.ok(error < 6e-8, `relative error ${error}`);
  await engine.close();
});

t.test('windows follow each other from time 0, each closed by its end', (t) => {
  const day = 86400;
  t.equal(windowAt(0, day), undefined, 'the initial state belongs to none');
  t.same(windowAt(1, day), { startSeconds: 0, endSeconds: day });
  t.same(windowAt(day, day), { startSeconds: 0, endSeconds: day });
  t.same(windowAt(day + 1, day), { startSeconds: day, endSeconds: 2 * day });
  t.throws(() => windowAt(5, 0), { code: 'input.option' });
  t.end();
});

t.test('what does not fit is refused by name', async (t) => {
  const engine = await cpuEngine();
  t.throws(() => parseStatistic('means'), {
    code: 'input.option',
    message: /'means' is not a statistic: mean, min, max.*did you mean 'mean'/,
  });
  t.throws(() => prepareWindow(engine, ['mean'], { leastPresent: 0 }), { code: 'input.option' });
  const window = prepareWindow(engine, ['mean']);
  await t.rejects(
    engine.run((pass) => window.finish(pass, layers)),
    { code: 'input.state' },
  );
  const first = await fieldOf(engine, samplesOf(1, 0)[0]!);
  await engine.run((pass) => window.add(pass, first));
  const other = gridFromSpec('O4');
  const odd = await fieldOf(
    engine,
    layers.map(() => new Float64Array(other.points)),
    other,
  );
  await t.rejects(
    engine.run((pass) => window.add(pass, odd)),
    { code: 'input.field', message: /11 layers on O4.*began with 11 layers on O8/ },
  );
  const fewer = await fieldOf(engine, samplesOf(1, 0)[0]!.slice(0, 3));
  await t.rejects(
    engine.run((pass) => window.add(pass, fewer)),
    { code: 'input.field' },
  );
  t.equal(window.samples, 1, 'what was refused is not counted');
  await engine.close();
});
