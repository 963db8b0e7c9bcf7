// Derived parameters against upstream's case, hand-made profiles and published tables, on every executor.
import t, { type Test } from 'tap';
import { releaseField } from '../../src/atlas/index.js';
import { isDteError } from '../../src/base/index.js';
import { type Engine, missingValue } from '../../src/compute/index.js';
import { type FieldLayer, ModelData, openPlume } from '../../src/plume/index.js';
import { cpuEngine, gpuEngine } from '../support/engines.js';
import { configOf, fieldOf, layerValues, levels, testPlugins } from './support.js';

/** O2 has 4 rows of 20, 24, 24 and 20 points. */
const grid = 'O2';

async function onEngines(test: Test, work: (test: Test, engine: Engine) => Promise<void>): Promise<void> {
  for (const engine of [await cpuEngine({ precision: 'f64' }), await cpuEngine(), await gpuEngine()]) {
    if (typeof engine === 'string') {
      test.pass('GPU', { skip: engine });
      continue;
    }
    test.comment(engine.info.name);
    await work(test, engine);
    await engine.close();
  }
}

interface Given {
  readonly parameters: string;
  readonly fields: Readonly<
    Record<
      string,
      { readonly layers: readonly FieldLayer[]; readonly value: (point: number, layer: number) => number; readonly levtype?: string }
    >
  >;
  readonly heights?: 'mask' | 'strict';
}

/** Runs one step with a plugin that asks for `parameters`; what is derived, by name. */
async function derive(
  engine: Engine,
  { parameters, fields, heights }: Given,
  wanted: readonly string[],
): Promise<readonly (readonly (number | null)[])[]> {
  testPlugins({ one: {} });
  const plume = await openPlume(
    engine,
    configOf(['one', `on-error: abort, parameters: [[${parameters}]]`]),
    heights === undefined ? {} : { heights },
  );
  await plume.negotiate({ offered: Object.keys(fields).map((name) => ({ name, type: 'ATLAS_FIELD' })) });
  const data = new ModelData();
  for (const [name, { layers, value, levtype }] of Object.entries(fields)) {
    data.createField(name, await fieldOf(engine, grid, layers, value), levtype === undefined ? {} : { levtype });
  }
  try {
    await plume.feed(data);
    data.setUpdated(Object.keys(fields));
    await plume.run();
    const values = [];
    for (const name of wanted) {
      const handle = data.field(name);
      for (const [layer] of handle.field.layers.entries()) values.push(await layerValues(engine, handle.field, layer));
    }
    return values;
  } finally {
    await plume.teardown();
    data.release();
  }
}

// Representative geopotentials (m2/s2) and winds over Europe at five levels, three profiles, and what upstream's test demands of them:
// plume, tests/core/test_update_strategies.cc.
const z = [
  [92282, 55898, 30499, 15200, 1177],
  [90221, 54917, 29420, 14710, 981],
  [88260, 52956, 28439, 14220, 785],
];
const u = [
  [32, 22, 12, 8, 4],
  [38, 28, 15, 9, 3.5],
  [42, 30, 17, 10, 4],
];
const profile = (table: readonly (readonly number[])[]) => (point: number, level: number) =>
  (table[point % 3] as number[])[level] as number;
const fiveLevels = levels(1, 2, 3, 4, 5);

t.test("a wind at 200 m and 5000 m of upstream's profiles", async (test) => {
  await onEngines(test, async (test, engine) => {
    const given = {
      parameters: '{name: u, type: ATLAS_FIELD, height: 200}, {name: u, type: ATLAS_FIELD, height: 5000}',
      fields: { u: { layers: fiveLevels, value: profile(u) }, z: { layers: fiveLevels, value: profile(z) } },
    };
    const [low, high] = (await derive(engine, given, ['u;hl;200', 'u;hl;5000'])) as [number[], number[]];
    for (const point of [0, 1, 2, 87]) {
      const row = u[point % 3] as number[];
      test.ok((low[point] as number) < (row[3] as number) && (low[point] as number) > (row[4] as number), `200 m, point ${point}`);
      test.ok((high[point] as number) < (row[1] as number) && (high[point] as number) > (row[2] as number), `5000 m, point ${point}`);
    }
    test.ok(Math.abs((high[1] as number) - 25) < 0.01, "upstream's value to its tolerance");
    // 15 + (28 - 15) (5000 g - 29420) / (54917 - 29420), to four roundings of f32.
    const exact = 15 + (13 * (5000 * 9.80665 - 29420)) / (54917 - 29420);
    test.ok(Math.abs((high[1] as number) - exact) < 4 * 2 ** -24 * exact, `${high[1]} is ${exact}`);
  });
});

t.test('levels of several tiles and members: the first pair from the ground up, whatever tile it lies in', async (test) => {
  await onEngines(test, async (test, engine) => {
    // 11 levels 1000 m2/s2 apart, the lowest at 500; 2 members: tiles of 8 lanes cut members and pairs of levels.
    const layers = [1, 2].flatMap((number) => Array.from({ length: 11 }, (_, at) => ({ level: at + 1, number })));
    const height = (layer: number): number => 500 + 1000 * (10 - (layer % 11));
    const given = {
      parameters: '{name: v, type: ATLAS_FIELD, height: 300}, {name: v, type: ATLAS_FIELD, height: 900}',
      fields: {
        // A linear wind is met exactly: member m has m * geopotential / 1000.
        v: { layers, value: (_: number, layer: number) => ((layer < 11 ? 1 : 2) * height(layer)) / 1000 },
        z: { layers, value: (_: number, layer: number) => height(layer) },
      },
    };
    const values = await derive(engine, given, ['v;hl;300', 'v;hl;900']);
    test.equal(values.length, 4);
    for (const [index, metres] of [300, 300, 900, 900].entries()) {
      const exact = ((1 + (index % 2)) * 9.80665 * metres) / 1000;
      const worst = Math.max(...(values[index] as number[]).map((value) => Math.abs(value - exact)));
      test.ok(worst < 1e-6 * exact, `${metres} m, member ${1 + (index % 2)}: off by ${worst}`);
    }
  });
});

t.test('a height that a profile does not reach is missing, or an error that names point and profile', async (test) => {
  await onEngines(test, async (test, engine) => {
    const given = {
      parameters: '{name: u, type: ATLAS_FIELD, height: 100}',
      // Profile 0 begins at 1177 m2/s2, above 100 m, which is 980.665; so does profile 1 (981). Profile 2 begins at 785, and its wind is missing.
      fields: {
        u: { layers: fiveLevels, value: (point: number, level: number) => (point === 5 ? missingValue : profile(u)(point, level)) },
        z: { layers: fiveLevels, value: profile(z) },
      },
    };
    const [masked] = await derive(engine, given, ['u;hl;100']);
    test.same(
      masked?.slice(0, 9).map((value) => value === null),
      [true, true, false, true, true, true, true, true, false],
    );
    const error = await derive(engine, { ...given, heights: 'strict' }, ['u;hl;100']).catch((thrown: unknown) => thrown);
    test.ok(isDteError(error, 'input.field'), String(error));
    test.match(
      (error as Error).message,
      /'u;hl;100' cannot be derived: at point 0 geopotential 980\.665 is not within the profile \(1177 at the bottom, 92282 at the top, 5 levels\)/,
    );
    const reached = await derive(engine, { ...given, parameters: '{name: u, type: ATLAS_FIELD, height: 200}', heights: 'strict' }, [
      'u;hl;200',
    ]);
    test.equal(reached[0]?.[5], null, 'a wind that is missing is no profile that ends');
  });
});

t.test('levels that do not fit are refused, naming both fields', async (test) => {
  const engine = await cpuEngine();
  const wind = { layers: fiveLevels, value: () => 1 };
  const parameters = '{name: u, type: ATLAS_FIELD, height: 100}';
  const cases: readonly (readonly [Given['fields'], RegExp])[] = [
    [{ u: wind, z: { layers: levels(0), value: () => 0 } }, /'z' has 1 level; at least 2 levels/],
    [{ u: { layers: levels(0), value: () => 0 }, z: wind }, /'u' has 1 level/],
    [{ u: wind, z: { layers: levels(1, 2), value: () => 0 } }, /'u' has 5 levels, 'z' 2/],
    [
      { u: wind, z: { layers: [1, 2].flatMap((number) => [1, 2].map((level) => ({ level, number }))), value: () => 0 } },
      /'u' has 88 points and 1 members, 'z' has 88 points and 2 members/,
    ],
  ];
  for (const [fields, pattern] of cases) {
    const error = await derive(engine, { parameters, fields }, []).catch((thrown: unknown) => thrown);
    test.match((error as Error).message, pattern);
  }
  // The first of the two is there already when the second is refused.
  const two = `{name: ws, type: ATLAS_FIELD, derive: wind_speed, from: [u, u]}, ${parameters}`;
  const error = await derive(engine, { parameters: two, fields: { u: wind, z: { layers: levels(0), value: () => 0 } } }, []).catch(
    (thrown: unknown) => thrown,
  );
  test.match((error as Error).message, /'z' has 1 level/);
  // Provided, but not on offer, under the name of what is derived.
  testPlugins({ one: {} });
  const plume = await openPlume(engine, configOf(['one', 'parameters: [[{name: ws, type: ATLAS_FIELD, derive: wind_speed}]]']));
  await plume.negotiate('offered: [{name: u, type: ATLAS_FIELD}, {name: v, type: ATLAS_FIELD}]');
  const data = new ModelData();
  for (const name of ['u', 'v', 'ws']) data.createField(name, await fieldOf(engine, grid, levels(0), () => 1));
  await plume.feed(data);
  test.match(plume.report().plugins[0]?.failures[0]?.error.message, /there is a value 'ws' already/);
  await plume.teardown();
  test.same(data.names, ['u', 'v', 'ws'], "the model's own is left alone");
  data.release();
  test.equal(engine.memory.inUseBytes, 0, 'nothing is left behind');
  await engine.close();
});

t.test('speed and direction of the wind, at a height as well', async (test) => {
  await onEngines(test, async (test, engine) => {
    // WGSL's atan2 may be 4096 units in the last place off; software Vulkan's is 2e-4 degrees off.
    // (u, v) and the direction that the wind comes from, by the definition of the WMO: degrees from true north, clockwise.
    const winds = [
      [0, -5, 5, 0],
      [-5, 0, 5, 90],
      [0, 5, 5, 180],
      [5, 0, 5, 270],
      [-3, -3, Math.hypot(3, 3), 45],
      [3, -4, 5, 360 - (Math.atan2(3, 4) * 180) / Math.PI],
      [0, 0, 0, 0],
    ] as const;
    const at = (index: 0 | 1) => (point: number) => winds[point % winds.length]?.[index] as number;
    const given = {
      parameters: '{name: ws, type: ATLAS_FIELD, derive: wind_speed}, {name: wdir, type: ATLAS_FIELD, derive: wind_direction}',
      fields: {
        u: { layers: levels(0), value: at(0) },
        v: { layers: levels(0), value: (point: number) => (point === 7 ? missingValue : at(1)(point)) },
      },
    };
    const [speed, direction] = (await derive(engine, given, ['ws', 'wdir'])) as [number[], number[]];
    for (const [point, [, , expectedSpeed, expectedDirection]] of winds.entries()) {
      test.ok(Math.abs((speed[point] as number) - expectedSpeed) <= 1e-6 * expectedSpeed, `speed ${speed[point]} is ${expectedSpeed}`);
      test.ok(Math.abs((direction[point] as number) - expectedDirection) <= 2e-3, `direction ${direction[point]} is ${expectedDirection}`);
    }
    test.same([speed[7], direction[7]], [null, null], 'missing where a component is');
    const constant = (value: number) => ({ layers: fiveLevels, value: () => value });
    const aloft = await derive(
      engine,
      {
        parameters: '{name: ws, type: ATLAS_FIELD, derive: wind_speed, height: 150}',
        fields: { u: constant(3), v: constant(4), z: { layers: fiveLevels, value: profile(z) } },
      },
      ['ws;hl;150'],
    );
    test.ok(Math.abs((aloft[0]?.[0] as number) - 5) < 1e-5);
  });
});

t.test('relative humidity is 100 % at saturation, on pressure levels and with a pressure', async (test) => {
  await onEngines(test, async (test, engine) => {
    // Saturation pressures (Pa) of tables: over water at 0.01, 10, 20, 30 C (IAPWS: 611.66, 1228.2, 2339.3, 4247.0), over ice at -30 and
    // -40 C (Wagner, Riethmann, Feistel et al. 2011: 38.02, 12.84). The formulas of the IFS stay within 0.3 % of these.
    const table = [
      [273.16, 611.66],
      [283.15, 1228.2],
      [293.15, 2339.3],
      [303.15, 4247.0],
      [243.15, 38.02],
      [233.15, 12.84],
    ] as const;
    const row = (point: number) => table[point % table.length] as readonly [number, number];
    const q = (pressure: number, vapour: number): number => (0.621981 * vapour) / (pressure - (1 - 0.621981) * vapour);
    const layers = levels(850, 500);
    const pa = (layer: number): number => (layer === 0 ? 85_000 : 50_000);
    const fields = {
      t: { layers, value: (point: number) => row(point)[0], levtype: 'pl' },
      q: { layers, value: (point: number, layer: number) => (layer === 0 ? 1 : 0.5) * q(pa(layer), row(point)[1]), levtype: 'pl' },
    };
    const parameters = '{name: r, type: ATLAS_FIELD, derive: relative_humidity}';
    const [saturated, half] = (await derive(engine, { parameters, fields }, ['r'])) as [number[], number[]];
    for (const [point] of table.entries()) {
      test.ok(Math.abs((saturated[point] as number) - 100) < 0.3, `${row(point)[0]} K: ${saturated[point]} %`);
      // Half the specific humidity is a little more than half the pressure of vapour.
      test.ok(Math.abs((half[point] as number) - 50) < 1.2, `half at ${row(point)[0]} K: ${half[point]} %`);
    }
    const onLevels = {
      t: { layers, value: fields.t.value },
      q: { layers, value: fields.q.value },
      pres: { layers, value: (_: number, layer: number) => pa(layer) },
    };
    const byField = await derive(engine, { parameters: parameters.replace('}', ', from: [t, q, pres]}'), fields: onLevels }, ['r']);
    test.ok(Math.abs((byField[0]?.[1] as number) - (saturated[1] as number)) < 1e-4);
    const refused = await derive(engine, { parameters, fields: { t: onLevels.t, q: onLevels.q } }, []).catch((error: unknown) => error);
    test.match((refused as Error).message, /'t' is on levels of type ml; off pressure levels the pressure is needed/);
  });
});

t.test('a derived field is made once for all who ask, and only when a source changed', async (test) => {
  const engine = await cpuEngine({ timing: true });
  testPlugins({ one: {}, two: {} });
  const asks = 'parameters: [[{name: u, type: ATLAS_FIELD, height: 200}]]';
  const plume = await openPlume(engine, configOf(['one', asks], ['two', asks]));
  await plume.negotiate('offered: [{name: u, type: ATLAS_FIELD}, {name: z, type: ATLAS_FIELD}, {name: n, type: INT}]');
  test.same(
    ['u', 'z', 'n', 'u;hl;200'].map((name) => plume.isParamRequested(name)),
    [true, true, false, false],
  );
  const data = new ModelData();
  data.create('n', 'INT', 0);
  const [wind, height] = [await fieldOf(engine, grid, fiveLevels, profile(u)), await fieldOf(engine, grid, fiveLevels, profile(z))];
  data.provideField('u', { value: wind });
  data.provideField('z', { value: height });
  await plume.feed(data);
  const dispatches = async (): Promise<number> =>
    (await engine.profile()).find(({ stem }) => stem === 'plume/derived/wind-at-height')?.dispatches ?? 0;
  const counts: (readonly [number, number, boolean])[] = [];
  for (const updated of [['n'], ['u', 'z'], ['n'], ['z'], []]) {
    data.setUpdated(updated);
    await plume.run();
    counts.push([await dispatches(), data.field('u;hl;200').version, data.isUpdated('u;hl;200')]);
  }
  test.same(counts, [
    [0, 0, false],
    [1, 2, true],
    [1, 2, false],
    [2, 3, true],
    [2, 3, false],
  ]);
  test.throws(() => data.setUpdated(['u;hl;200']), /'u;hl;200' cannot be set updated: it follows from others/);
  await plume.teardown();
  test.same(data.names, ['n', 'u', 'z'], 'derived values go with the manager');
  releaseField(wind);
  releaseField(height);
  test.equal(engine.memory.inUseBytes, 0);
  await engine.close();
});
