// A twin in use: ensembles, life, what crosses between host and device, and the two executors.
import t from 'tap';
import { isDteError } from '../../src/base/index.js';
import type { Engine } from '../../src/compute/index.js';
import { coefficientIndex } from '../../src/spectral/index.js';
import { createTwin, type TwinOptions } from '../../src/twin/index.js';
import { perturbationOf } from '../../src/twin/perturbation.js';
import { cpuEngine, gpuEngine } from '../support/engines.js';
import { areSame, greatestDifference, relativeDistance, valuesAfter, valuesOf } from './values.js';

let engine: Engine;
t.before(async () => {
  engine = await cpuEngine();
});
t.after(() => engine.close());

const small: TwinOptions = { truncation: 21 };

t.test('members are what they are alone, whatever the size of the ensemble', async (test) => {
  // 11 members step as groups of 8, 2 and 1.
  const after = (members: number): ReturnType<typeof valuesAfter> => valuesAfter(engine, { ...small, members, stepSeconds: 1800 }, 6);
  const [eleven, five, one] = [await after(11), await after(5), await after(1)];
  for (let member = 0; member < 5; member++) {
    // Groups sum in another order: the last digits of f32 may differ.
    const off = relativeDistance(eleven.vo[member], five.vo[member]);
    test.ok(off < 1e-5, `member ${member}: ${off}`);
  }
  test.ok(relativeDistance(eleven.vo[0], one.vo[0]) < 1e-5, 'the first is not perturbed');
  const spread = relativeDistance(eleven.vo[9], eleven.vo[10]);
  test.ok(spread > 0.01 && spread < 1, `members differ: ${spread}`);
});

t.test('the same seed gives the same bits, another seed another ensemble', async (test) => {
  const options: TwinOptions = { ...small, members: 2, seed: 7 };
  const [once, again] = [await valuesAfter(engine, options, 3), await valuesAfter(engine, options, 3)];
  test.ok(areSame(once, again));
  const other = await valuesAfter(engine, { ...options, seed: 8 }, 3);
  test.equal(greatestDifference(other.vo[0], once.vo[0]), 0);
  test.ok(greatestDifference(other.vo[1], once.vo[1]) > 0);
});

t.test('a perturbation has the wind that was asked for, and is in balance', async (test) => {
  const options: TwinOptions = { truncation: 31, members: 3, perturbation: 2, parameters: { bumpHeight: 0 }, diffusion: 'none' };
  const [begin, end] = [await valuesAfter(engine, options, 0), await valuesAfter(engine, options, 12)];
  const control = begin.spectralVo[0] as Float64Array;
  for (const member of [1, 2]) {
    const vo = (begin.spectralVo[member] as Float64Array).map((value, index) => value - (control[index] as number));
    let square = 0;
    for (let m = 0; m <= 31; m++) {
      for (let n = Math.max(m, 1); n <= 31; n++) {
        const at = 2 * coefficientIndex(31, m, n);
        const size = (vo[at] as number) ** 2 + (vo[at + 1] as number) ** 2;
        square += ((m === 0 ? 1 : 2) * size * 6.37122e6 ** 2) / (n * (n + 1));
      }
    }
    // The control has vorticity of 1e-4 /s in f32: its rounding is in the difference.
    test.ok(Math.abs(Math.sqrt(square) / 2 - 1) < 1e-4, `root mean square of the wind is ${Math.sqrt(square)} m/s`);
    const divergence = greatestDifference(end.d[member], end.d[0]);
    test.ok(divergence < 4e-6, `divergence ${divergence} /s`);
  }
});

t.test('low degrees of a perturbation are the same at any truncation', async (test) => {
  const [coarse, fine] = [perturbationOf(21, 3, 1, 1), perturbationOf(42, 3, 1, 1)];
  for (const [m, n] of [
    [0, 2],
    [3, 7],
    [21, 21],
  ] as const) {
    for (const part of [0, 1]) {
      const [a, b] = [2 * coefficientIndex(21, m, n) + part, 2 * coefficientIndex(42, m, n) + part];
      test.equal(coarse.vorticity[a], fine.vorticity[b]);
    }
  }
});

t.test('stepping moves nothing between host and device; diagnostics a few numbers', async (test) => {
  const twin = await createTwin(engine, { ...small, members: 8 });
  const before = engine.traffic;
  await twin.step(20);
  test.strictSame(engine.traffic, before);
  await twin.diagnostics();
  const rows = 32;
  test.equal(engine.traffic.readBytes - before.readBytes, rows * 8 * 4 * (6 + 2));
  test.equal(engine.traffic.uploads, before.uploads);
  twin.close();
});

t.test('time, steps and members are told; recordings of any length give the same state', async (test) => {
  const [one, two] = [await createTwin(engine, { ...small, members: 2 }), await createTwin(engine, { ...small, members: 2 })];
  const { stepSeconds } = one.description;
  // 1.6 / (22 / a 84 m/s + 2 Omega) is 3670 s; the longest that divides an hour is the hour.
  test.equal(stepSeconds, 3600);
  await one.step(25);
  for (const count of [0, 1, 7, 17]) await two.step(count);
  test.strictSame([one.steps, two.steps], [25, 25]);
  test.equal(one.timeSeconds, 25 * stepSeconds);
  test.ok(areSame(await valuesOf(engine, one), await valuesOf(engine, two)));
  const found = await one.diagnostics();
  test.strictSame(
    found.map(({ number, timeSeconds }) => [number, timeSeconds]),
    [
      [0, one.timeSeconds],
      [1, one.timeSeconds],
    ],
  );
  const { vo } = await engine.run((pass) => two.fields(pass));
  test.strictSame(vo.layers, [{ number: 0 }, { number: 1 }]);
  one.close();
  two.close();
});

t.test('diagnostics are those of the fields', async (test) => {
  const twin = await createTwin(engine, { ...small, members: 2 });
  await twin.step(10);
  const found = await twin.diagnostics();
  const values = await valuesOf(engine, twin);
  const { lat, lon } = twin.description.grid.coordinates();
  for (const [member, { leastVorticity, greatestVorticity, greatestWind }] of found.entries()) {
    const vo = values.vo[member] as Float64Array;
    const winds = (values.u[member] as Float64Array).map((u, point) => Math.hypot(u, values.v[member]?.[point] as number));
    test.ok(Math.abs(Math.max(...winds) / greatestWind - 1) < 1e-5);
    for (const [extremum, sign] of [
      [leastVorticity, -1],
      [greatestVorticity, 1],
    ] as const) {
      const point = lat.findIndex((value, index) => value === extremum.lat && lon[index] === extremum.lon);
      const most = Math.max(...vo.map((value) => sign * value));
      test.ok(Math.abs((sign * extremum.value) / most - 1) < 1e-5);
      test.ok(Math.abs((sign * (vo[point] as number)) / most - 1) < 1e-5, 'the place is that of the value');
    }
  }
  twin.close();
});

t.test('a closed twin, a second step beside the first, and counts that are none are refused', async (test) => {
  const twin = await createTwin(engine, small);
  for (const count of [-1, 1.5, Number.NaN]) {
    await test.rejects(twin.step(count), { code: 'input.option', message: /count is .*0 or more/ });
  }
  const first = twin.step(3);
  await test.rejects(twin.step(1), { code: 'input.state', message: /step was called while an earlier step is under way; await it first/ });
  await first;
  test.equal(twin.steps, 3, 'the first went on');
  twin.close();
  twin.close();
  await test.rejects(twin.step(1), { code: 'input.state', message: /step was called after the twin was closed/ });
  await test.rejects(twin.diagnostics(), { code: 'input.state', message: /diagnostics was called after/ });
  await test.rejects(
    engine.run((pass) => twin.fields(pass)),
    { code: 'input.state', message: /fields was called after/ },
  );
});

t.test('a model that becomes unstable says so, and what to do', async (test) => {
  const twin = await createTwin(engine, { ...small, scheme: 'explicit', stepSeconds: 7200 });
  await twin.step(60);
  try {
    await twin.diagnostics();
    test.fail('was taken');
  } catch (error) {
    test.ok(isDteError(error, 'limit.range'));
    test.match((error as Error).message, /member 0 is not finite after 432000 s.*unstable.*time step below 7200 s/);
  }
  twin.close();
});

t.test('the GPU executor comes to the same state', async (test) => {
  const gpu = await gpuEngine();
  if (typeof gpu === 'string') {
    test.pass(gpu);
    return;
  }
  // Six steps round otherwise in every sum; the divergence is small beside what it is the difference of. Three members are groups of 2 and 1.
  const bounds = { vo: 2e-5, z: 1e-6, u: 2e-5, d: 2e-3 } as const;
  const options: TwinOptions = { truncation: 10, members: 3, stepSeconds: 1800 };
  const [one, other] = [await valuesAfter(gpu, options, 3), await valuesAfter(engine, options, 3)];
  for (const name of ['vo', 'z', 'u', 'd'] as const) {
    for (const member of [0, 2]) {
      const off = relativeDistance(one[name][member], other[name][member]);
      test.ok(off < bounds[name], `${name} of member ${member}: ${off}`);
    }
  }
  const twin = await createTwin(gpu, { truncation: 10 });
  const cpu = await createTwin(engine, { truncation: 10 });
  const [[a], [b]] = [await twin.diagnostics(), await cpu.diagnostics()];
  test.ok(Math.abs((a?.availableEnergy as number) / (b?.availableEnergy as number) - 1) < 1e-5);
  test.equal(a?.greatestVorticity.lat, b?.greatestVorticity.lat);
  twin.close();
  cpu.close();
  await gpu.close();
});

t.test('a device that binds little steps fewer members at a time, to the same state', async (test) => {
  const open = (maxBindingBytes?: number): ReturnType<typeof gpuEngine> =>
    gpuEngine(maxBindingBytes === undefined ? {} : { maxBindingBytes });
  const options: TwinOptions = { truncation: 10, members: 4, stepSeconds: 1800 };
  // Fourier coefficients of a group of eight lanes take some 11 kB: 20 kB hold one group, 8 layers, which are those of one member.
  const states = [];
  for (const bytes of [undefined, 20_000]) {
    const gpu = await open(bytes);
    if (typeof gpu === 'string') {
      test.pass(gpu);
      return;
    }
    states.push(await valuesAfter(gpu, options, 1));
    await gpu.close();
  }
  const [whole, apart] = states;
  for (const member of [0, 3]) test.ok(relativeDistance(apart?.vo[member], whole?.vo[member]) < 2e-6, `member ${member}`);
});

t.test('in f32 a steady flow stays within rounding', async (test) => {
  const options: TwinOptions = { ...small, case: 'williamson2', parameters: { alphaDegrees: 45 } };
  const [before, after] = [await valuesAfter(engine, options, 0), await valuesAfter(engine, options, 24)];
  // f32 holds 38.6 m/s to 4e-6, and the row next to a pole divides by a cosine of 0.07.
  const worst = greatestDifference(after.u[0], before.u[0]);
  test.ok(worst < 2e-3, `off by ${worst} m/s`);
});
