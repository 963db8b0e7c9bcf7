// The stand-in for a model: functions of position against their formulas, seeds, and GRIB files as steps.
import { rmSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { type Field, gridFromSpec, layerOf, spectralGrid } from '../../src/atlas/index.js';
import { concatenated, isDteError } from '../../src/base/index.js';
import { nodeContext } from '../../src/base/node.js';
import type { Engine } from '../../src/compute/index.js';
import { encode, gribTables, newMessage, type NewMessageKeys } from '../../src/grib/index.js';
import { type Emulator, openEmulator } from '../../src/plume/emulator/emulator.js';
import { ModelData } from '../../src/plume/index.js';
import { cpuEngine } from '../support/engines.js';

const engine = await cpuEngine();
const exact = await cpuEngine({ precision: 'f64' });
t.teardown(() => Promise.all([engine.close(), exact.close()]));

async function layersOf(engine: Engine, field: Field | undefined): Promise<readonly (readonly number[])[]> {
  if (field === undefined) throw new Error('no such field');
  const tiles = await engine.read(...field.tiles.map(({ values }) => values));
  return field.layers.map((_, layer) => [...layerOf(field, tiles, layer)]);
}

const recipes = (fields: string, more = ''): string => `emulator:\n  n_steps: 3\n  grid_identifier: O16\n${more}  fields:\n${fields}`;
const { lat, lon } = gridFromSpec('O16').coordinates();
const points = lat.length;
const inside = (point: number, [north, west, south, east]: readonly [number, number, number, number]): boolean => {
  const at = ((((lon[point] as number) - west) % 360) + 360) % 360;
  return (lat[point] as number) <= north && (lat[point] as number) >= south && at <= (((east - west) % 360) + 360) % 360;
};

/** As atlas writes it (src/atlas/util/function), after Nair and Jablonowski 2008; degrees. */
function vortexRollup(lonDegrees: number, latDegrees: number, time: number): number {
  const [along, up] = [(lonDegrees * Math.PI) / 180 - 2 * Math.PI * time, (latDegrees * Math.PI) / 180];
  const turned = Math.atan2(-Math.cos(along), Math.tan(up));
  const rho = 3 * Math.sqrt(1 - (Math.cos(up) * Math.sin(along)) ** 2);
  const omega = rho === 0 ? 0 : (3 * Math.sqrt(3) * Math.PI * Math.tanh(rho)) / (rho * Math.cosh(rho) ** 2);
  return -Math.tanh(0.2 * rho * Math.sin(turned - omega * time));
}

t.test('a vortex rolls up as the formula says, inside its area, which moves', async (t) => {
  const text = recipes(`
    100u: {levtype: sfc, apply: {vortex_rollup: {time_variation: 1.1}}}
    10u: {levtype: sfc, apply: {step: {value: 7}, vortex_rollup: {time_variation: 0.3, area: [71.5, -25, 34.5, 45], translation: [-2, 160]}}}`);
  for (const [on, tolerance] of [
    [exact, 1e-12],
    // Turns of f32 have some tens of radians by the third step.
    [engine, 1e-5],
  ] as const) {
    const emulator = await openEmulator(on, { config: text });
    for (let step = 0; await emulator.next(); step++) {
      const [everywhere] = await layersOf(on, emulator.fields.get('100u'));
      const [somewhere] = await layersOf(on, emulator.fields.get('10u'));
      const area = [71.5 - 2 * step, -25 + 160 * step, 34.5 - 2 * step, 45 + 160 * step] as const;
      let worst = 0;
      let insiders = 0;
      for (let point = 0; point < points; point++) {
        const wanted = (time: number): number => vortexRollup(lon[point] as number, lat[point] as number, time * step);
        if (inside(point, area)) insiders++;
        const partly = inside(point, area) ? wanted(0.3) : 7;
        worst = Math.max(worst, Math.abs((everywhere?.[point] ?? 9) - wanted(1.1)), Math.abs((somewhere?.[point] ?? 9) - partly));
      }
      t.ok(worst < tolerance, `step ${step}: off by ${worst}`);
      t.ok(insiders > 50 && insiders < points / 2, `${insiders} of ${points} points are inside`);
    }
    t.equal(emulator.step, 3);
    emulator.close();
  }
});

t.test('levels have the functions under their key, later functions over earlier ones, and a name copies a recipe', async (t) => {
  const text = recipes(
    `
    u:
      apply:
        levels:
          "2": {random: {min: 1, max: 2}, step: {area: [71.5, -25, 34.5, 45], value: 10, variation: 1, translation: [1, 1]}}
          "1,3": {sinc: {modes: 3, min: -1, max: 10}}
          "5:": {gaussian: {modes: 2, min: 1, max: 2, max_stddev: 30, sink: true}}
    v: u
    t: {apply: {step: {value: 45, probability: 0.1}}}
    q: {apply: {random: {distribution: normal, mean: 20, stddev: 4}}}`,
    '  vertical_levels: 6\n  area: [80, -170, -80, 170]\n',
  );
  const emulator = await openEmulator(engine, { config: text });
  t.equal(emulator.levels, 6);
  t.same(
    [...emulator.offers.offered.map(({ name, type, available }) => `${name} ${type} ${available}`)],
    [
      'NSTEP INT always',
      'TSTEP DOUBLE always',
      'NFLEVG INT always',
      'WSTEP DOUBLE always',
      'u ATLAS_FIELD on-request',
      'v ATLAS_FIELD on-request',
      't ATLAS_FIELD on-request',
      'q ATLAS_FIELD on-request',
    ],
  );
  for (let step = 0; await emulator.next(); step++) {
    const [u, v, temperature, humidity] = await Promise.all(
      ['u', 'v', 't', 'q'].map((name) => layersOf(engine, emulator.fields.get(name))),
    );
    const stepArea = [71.5 + step, -25 + step, 34.5 + step, 45 + step] as const;
    for (let point = 0; point < points; point++) {
      const within = inside(point, [80, -170, -80, 170]);
      const value = (level: number): number => u?.[level - 1]?.[point] as number;
      const is = (isRight: boolean, what: string): void => void (isRight || t.fail(`${what}, step ${step}, point ${point}`));
      is(
        inside(point, stepArea) ? value(2) === 10 + step : within ? value(2) >= 1 && value(2) < 2 : value(2) === 0,
        `level 2: ${value(2)}`,
      );
      is(within ? value(1) >= -1.001 && value(1) <= 10.001 : value(1) === 0, `sinc: ${value(1)}`);
      is(value(4) === 0, 'a level without functions is 0');
      is(within ? value(5) >= 1 && value(5) <= 2 : value(5) === 0, `gaussian: ${value(5)}`);
      is([0, 45].includes(temperature?.[0]?.[point] as number), 'a step or 0');
    }
    t.not(String(u?.[0]), String(u?.[2]), 'each level has peaks of its own');
    t.not(String(u), String(v), 'each field its own draws');
    const covered = (layer: readonly number[] | undefined): number[] =>
      (layer ?? []).filter((_, point) => inside(point, [80, -170, -80, 170]));
    // Six levels of over a thousand draws: three standard errors are 3 sqrt(p (1 - p) / n) and 3 s / sqrt(n).
    const draws = (temperature ?? []).flatMap(covered);
    const share = draws.filter((value) => value === 45).length / draws.length;
    t.ok(Math.abs(share - 0.1) < 3 * Math.sqrt(0.09 / draws.length), `${share} of ${draws.length} have the step`);
    const normal = (humidity ?? []).flatMap(covered);
    const mean = normal.reduce((sum, value) => sum + value, 0) / normal.length;
    const deviation = Math.sqrt(normal.reduce((sum, value) => sum + (value - mean) ** 2, 0) / normal.length);
    t.ok(Math.abs(mean - 20) < 12 / Math.sqrt(normal.length), `mean ${mean}`);
    t.ok(Math.abs(deviation - 4) < 12 / Math.sqrt(2 * normal.length), `deviation ${deviation}`);
  }
  emulator.close();
});

t.test('peaks and holes are where the formula has them', async (t) => {
  const narrow = '[1, 1, -1, 3]';
  const text = recipes(`
    a: {levtype: sfc, apply: {gaussian: {modes: 1, min: 2, max: 5, max_stddev: 1, area: ${narrow}}}}
    b: {levtype: sfc, apply: {sinc: {modes: 1, min: 2, max: 5, sink: true, spread: 20, area: ${narrow}}}}`);
  const emulator = await openEmulator(exact, { config: text.replace('O16', '1/1').replace('n_steps: 3', 'n_steps: 1') });
  await emulator.next();
  const [[peak], [hole]] = (await Promise.all(['a', 'b'].map((name) => layersOf(exact, emulator.fields.get(name))))) as [
    number[][],
    number[][],
  ];
  const set = (values: readonly number[] | undefined): number[] => (values ?? []).filter((value) => value !== 0);
  t.equal(set(peak).length, 9, '3 x 3 points are in the area');
  // A deviation of one degree, and the nearest point at most half a diagonal off: exp(-1/4).
  t.ok(Math.max(...set(peak)) > 2 + 3 * Math.exp(-0.25) && Math.max(...set(peak)) <= 5);
  // sin(pi x) / (pi x) is 1 - (pi x)^2 / 6 at least; x is below 9 times half a diagonal, 0.112.
  t.ok(Math.min(...set(hole)) >= 2 && Math.min(...set(hole)) < 2 + ((3 / 1.21723) * (Math.PI * 0.112) ** 2) / 6);
  emulator.close();
});

t.test('equal seeds give equal fields on every executor, other seeds others', async (t) => {
  const text = (seed: number): string => recipes('    u: {apply: {random: {min: -8, max: 8}}}', `  seed: ${seed}\n`);
  const made = async (on: Engine, seed: number): Promise<readonly (readonly number[])[]> => {
    const emulator = await openEmulator(on, { config: text(seed) }, { steps: 2 });
    await emulator.next();
    const first = await layersOf(on, emulator.fields.get('u'));
    await emulator.next();
    const second = await layersOf(on, emulator.fields.get('u'));
    t.equal(await emulator.next(), false, 'two steps, as was asked');
    emulator.close();
    return [first[0] ?? [], second[0] ?? []];
  };
  const [one, again, other] = [await made(engine, 1), await made(exact, 1), await made(engine, 2)];
  t.ok(String(one) === String(again), 'f32 and f64');
  t.not(String(one), String(other));
  t.not(String(one[0]), String(one[1]), 'every step draws anew');
});

t.test('a configuration that is wrong is refused with its line', async (t) => {
  const wrong: readonly (readonly [text: string, told: RegExp])[] = [
    ['emulator: {fields: {}}', /emulator has no 'grid_identifier'.*line 1/],
    ['emulator: {grid_identifier: O16}', /emulator has no 'fields'/],
    ['steps: 3', /unknown key 'steps'/],
    ['emulator:\n  grid_identifier: O16\n  n_step: 3', /unknown key 'n_step' \(e\.yaml, line 3\); did you mean 'n_steps'\?/],
    [
      recipes('    u: w\n    v: {apply: {step: {value: 1}}}'),
      /names no field that has a recipe.*\(e\.yaml, line 5\); fields with recipes are v/,
    ],
    [recipes('    u: {levtype: sfc}'), /field 'u' has no 'apply' \(e\.yaml, line 5\)/],
    [recipes('    u: {apply: {vortex: {}}}'), /unknown key 'vortex'.*did you mean 'vortex_rollup'/],
    [recipes('    u: {apply: {vortex_rollup: {}}}'), /has no 'time_variation'/],
    [recipes('    u: {apply: {step: {value: ten}}}'), /"ten".*a number is expected/],
    [recipes('    u: {apply: {step: {value: 1, probability: 1.5}}}'), /1\.5.*more than 1/],
    [recipes('    u: {apply: {random: {distribution: poisson}}}'), /"poisson".*accepted are uniform, normal, bernoulli/],
    [recipes('    u: {apply: {random: {min: 2, max: 1}}}'), /makes max 1 less than min 2/],
    [recipes('    u: {apply: {sinc: {}}}'), /has no 'modes'/],
    [recipes('    u: {apply: {step: {value: 1, area: [10, 0, 20, 5]}}}'), /is no area .*; \[north, west, south, east\]/],
    [recipes('    u: {apply: {step: {value: 1, translation: [1]}}}'), /is no translation/],
    [recipes('    u: {levtype: sfc, apply: {levels: {"1": {step: {value: 1}}}}}'), /belongs to a field of one level/],
    [recipes('    u: {apply: {levels: {"3": {step: {value: 1}}}}}', '  vertical_levels: 2\n'), /key '3'.*levels are 1 to 2/],
    [
      recipes('    u: {apply: {levels: {"1:": {step: {value: 1}}, "2": {step: {value: 1}}}}}', '  vertical_levels: 2\n'),
      /names level 2, as '1:' does/,
    ],
    [recipes('    u: {apply: {step: {value: 1}, levels: {"1": {step: {value: 1}}}}}'), /has functions beside 'levels'/],
    ['emulator: [', /cannot be read/],
  ];
  for (const [text, told] of wrong) {
    const error = await openEmulator(engine, { config: text, source: 'e.yaml' }).catch((thrown: unknown) => thrown);
    t.ok(isDteError(error, 'input.config', 'input.syntax') && told.test(error.message) && error.where.file === 'e.yaml', String(error));
  }
  await t.rejects(openEmulator(engine, { config: recipes('    u: {apply: {step: {value: 1}}}').replace('O16', 'O16x') }), {
    code: 'input.grid',
  });
});

const tables = await gribTables(nodeContext());
const grid = gridFromSpec('10/10');

/** A message of one value: a field that decodes to it exactly. */
async function message(keys: Partial<NewMessageKeys> & { param: string }, value: number, on = grid): Promise<Uint8Array> {
  const made = newMessage({ date: 20260101, levtype: 'sfc', ...keys }, on, tables);
  const values = await engine.upload('f32', new Float64Array(on.points).fill(value));
  const field = { grid: on, layers: [made], tiles: [{ values, firstLayer: 0, lanes: 1 }], mayBeMissing: false };
  const octets = concatenated(await encode(engine, field, { packing: 'simple', bits: 16 }));
  values.release();
  return octets;
}

async function stepFile(step: number): Promise<Uint8Array> {
  const wind = (level: number, number: number): Promise<Uint8Array> =>
    message({ param: 'u', levtype: 'pl', level, number, ensembleSize: 2, type: 'pf', stream: 'enfo' }, 1000 * step + level + number / 4);
  return concatenated([
    await message({ param: '2t' }, 280 + step),
    ...(await Promise.all([wind(500, 2), wind(850, 1), wind(500, 1), wind(850, 2)])),
    await message({ param: 't', levtype: 'pl', level: 500 }, 250),
    await message({ param: 't', levtype: 'ml', level: 1 }, 240),
  ]);
}

t.test('GRIB files of a folder are steps, with levels, members and level types in order', async (t) => {
  const folder = t.testdir({ 'notes.txt': 'x', deeper: { 'z.grib': 'x' } });
  for (const step of [1, 2]) writeFileSync(`${folder}/step-${step}.grib`, await stepFile(step));
  const emulator = await openEmulator(engine, { grib: folder });
  t.equal(emulator.steps, 2);
  t.equal(emulator.levels, 2);
  const data = new ModelData();
  await emulator.provide(data, (name) => name !== 't;pl');
  t.same(data.names, ['NSTEP', 'TSTEP', 'NFLEVG', 'WSTEP', '2t', 't', 'u'], 'the field that nobody asks for is left out');
  t.same([data.int('NSTEP'), data.double('TSTEP'), data.int('NFLEVG'), data.field('u').version], [0, 900, 2, 0]);
  for (const step of [1, 2]) {
    t.equal(await emulator.next(data), true);
    t.same([data.int('NSTEP'), data.double('WSTEP'), data.isUpdated('u'), data.field('u').version], [step, 900 * step, true, step]);
    const u = data.field('u');
    t.same([u.levtype, u.levels, u.shortName], ['pl', [500, 850], 'u']);
    const first = (layers: readonly (readonly number[])[]): unknown[] => layers.map(([value]) => value);
    t.same(
      first(await layersOf(engine, u.field)),
      [500.25, 850.25, 500.5, 850.5].map((value) => value + 1000 * step),
    );
    t.same(first(await layersOf(engine, data.field('2t').field)), [280 + step]);
    t.same([data.field('t').levtype, ...first(await layersOf(engine, data.field('t').field))], ['ml', 240], 'model levels come first');
  }
  t.equal(await emulator.next(data), false);
  emulator.close();
  emulator.close();
  await t.rejects(emulator.next(data), { code: 'input.state' });
  const single = await openEmulator(engine, { grib: `${folder}/step-2.grib` });
  t.equal(single.steps, 1);
  t.ok(single.offers.offered.some(({ name }) => name === 't;pl'));
  single.close();
});

t.test('files that do not fit together are refused with file and difference', async (t) => {
  const folder = t.testdir();
  const good = await message({ param: '2t' }, 280);
  const wind = await message({ param: '10u' }, 1);
  const write = (name: string, ...parts: readonly Uint8Array[]): void => writeFileSync(`${folder}/${name}`, concatenated(parts));
  const met = async (): Promise<unknown> => {
    let emulator: Emulator | undefined;
    try {
      emulator = await openEmulator(engine, { grib: folder });
      while (await emulator.next());
      return 'nothing';
    } catch (error) {
      return isDteError(error) ? `${error.code}: ${error.message}` : error;
    } finally {
      emulator?.close();
    }
  };
  t.match(await met(), /^absent\.file: there are no GRIB files in '.*'; their names end in \.grib/);
  write('a.grib', good, wind);
  write('b.grib', good);
  t.match(await met(), /^input\.field: '.*b\.grib' differs from '.*a\.grib': it has no 10u of sfc 0/);
  write('b.grib', good, wind, await message({ param: 'msl' }, 1));
  t.match(await met(), /it has msl of sfc 0/);
  write('b.grib', good, wind, wind);
  t.match(await met(), /it has 10u of sfc 0 twice/);
  write('b.grib', good, await message({ param: '10u' }, 1, gridFromSpec('20/20')));
  t.match(await met(), /10u of sfc 0 is on another grid/);
  write('b.grib', good, wind.subarray(0, wind.length - 9));
  t.match(await met(), /^data\./);
  write('b.grib');
  t.match(await met(), /^data\.message: the file is empty: no GRIB message \(.*b\.grib/);
  rmSync(`${folder}/b.grib`);
  t.equal(await met(), 'nothing');
  write('a.grib', good, good);
  t.match(await met(), /^input\.field: '.*a\.grib' has 2 messages of '2t'; 1 levels of 1 members need 1, each once/);
  write('a.grib', newMessage({ date: 20260101, param: 'vo', levtype: 'pl', level: 500 }, spectralGrid(5), tables).bytes);
  t.match(await met(), /^unsupported\.grid: .*spectral/);
  await t.rejects(openEmulator(engine, { grib: `${folder}/none` }), { code: 'absent.file' });
});
