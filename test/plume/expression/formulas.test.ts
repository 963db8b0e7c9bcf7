// Formulas on every executor against the same formulas written out in TypeScript, with missing values, levels and members.
import t, { type Test } from 'tap';
import { regularLatLon } from '../../../src/atlas/index.js';
import { type Engine, missingValue } from '../../../src/compute/index.js';
import { compileFormulas } from '../../../src/plume/expression/compile.js';
import { prepareFormulas } from '../../../src/plume/expression/prepare.js';
import { cpuEngine, gpuEngine } from '../../support/engines.js';
import { seeded } from '../../support/random.js';
import { type FieldShape, layersOf, makeField } from '../support/fields.js';

/** undefined is missing. */
type Value = number | undefined;
type Plain = (values: Readonly<Record<string, Value>>) => Value;

/** A value where all operands are there and the result is finite. */
const strict =
  (names: string, of: (...values: number[]) => number): Plain =>
  (values) => {
    const given = names.split(' ').map((name) => values[name]);
    if (given.some((value) => value === undefined)) return undefined;
    const result = of(...(given as number[]));
    return Number.isFinite(result) ? result : undefined;
  };

const truth = (value: boolean): number => (value ? 1 : 0);

/**
 * Operands are multiples of 1/8 within 16, so that sums and products are exact in f32 and comparisons agree. Allowed, relative to the
 * largest result: what WGSL demands of the function on such operands, or a few roundings.
 */
const cases: readonly (readonly [formula: string, plain: Plain, allowed: number])[] = [
  ['a + b * c - 2.5', strict('a b c', (a, b, c) => a + b * c - 2.5), 1e-6],
  ['-a ** 2', strict('a', (a) => -(a * a)), 1e-6],
  ['2 - -3 - a', strict('a', (a) => 5 - a), 1e-6],
  ['2 ** 3 ** 2 + 0 * a', strict('a', () => 512), 0],
  ['a / b', strict('a b', (a, b) => a / b), 1e-6],
  ['a % b', strict('a b', (a, b) => a - b * Math.floor(a / b)), 1e-6],
  ['a ** -3', strict('a', (a) => a ** -3), 1e-6],
  ['a ** 0.5', strict('a', (a) => Math.sqrt(a)), 1e-6],
  // exp2(y log2 x) with errors of a few units in both.
  ['abs(a) ** 1.5 + a ** (b / 8)', strict('a b', (a, b) => Math.abs(a) ** 1.5 + a ** (b / 8)), 1e-4],
  ['a < b', strict('a b', (a, b) => truth(a < b)), 0],
  ['(a >= b) + (a == c) * 2 + (b != c)', strict('a b c', (a, b, c) => truth(a >= b) + 2 * truth(a === c) + truth(b !== c)), 0],
  ['a > 0 and b > 0 or not (c <= 1)', strict('a b c', (a, b, c) => truth((a > 0 && b > 0) || !(c <= 1))), 0],
  ['a && !b || c', strict('a b c', (a, b, c) => truth((a !== 0 && b === 0) || c !== 0)), 0],
  ['min(a, b, c) + max(a, 1)', strict('a b c', (a, b, c) => Math.min(a, b, c) + Math.max(a, 1)), 0],
  ['sqrt(a)', strict('a', Math.sqrt), 1e-6],
  ['exp(a / 4) + log(b) + log10(b)', strict('a b', (a, b) => Math.exp(a / 4) + Math.log(b) + Math.log10(b)), 1e-5],
  // WGSL allows 2^-11 absolute for sin and cos in [-pi, pi], and nothing outside.
  ['sin(a / 8) + cos(b / 8)', strict('a b', (a, b) => Math.sin(a / 8) + Math.cos(b / 8)), 1e-3],
  ['tan(a / 16)', strict('a', (a) => Math.tan(a / 16)), 3e-3],
  ['asin(a / 8) + acos(a / 8) + atan(b)', strict('a b', (a, b) => Math.asin(a / 8) + Math.acos(a / 8) + Math.atan(b)), 1e-3],
  ['atan2(a, b)', strict('a b', (a, b) => (a === 0 && b === 0 ? 0 : Math.atan2(a, b))), 1e-5],
  ['tanh(a) + hypot(b, c)', strict('a b c', (a, b, c) => Math.tanh(a) + Math.hypot(b, c)), 1e-5],
  ['floor(a) + 10 * ceil(a) + 100 * round(a) + 1000 * trunc(a)', strict('a', (a) => floors(a)), 0],
  ['sign(a) + abs(b) + clamp(c, -1, 1)', strict('a b c', (a, b, c) => Math.sign(a) + Math.abs(b) + Math.min(Math.max(c, -1), 1)), 0],
  ['radians(a) + degrees(b)', strict('a b', (a, b) => (a * Math.PI) / 180 + (b * 180) / Math.PI), 1e-6],
  ['sin(pi / 2) * a + 2 * pi', strict('a', (a) => a + 2 * Math.PI), 1e-6],
  ['where(a > 0, b, c)', ({ a, b, c }) => (a === undefined ? undefined : a > 0 ? b : c), 0],
  ['where(a > 0, b, missing)', ({ a, b }) => (a === undefined || a <= 0 ? undefined : b), 0],
  ['where(1, a, b / 0)', ({ a }) => a, 0],
  ['coalesce(a, b, -99)', ({ a, b }) => a ?? b ?? -99, 0],
  ['is_missing(a) + 2 * is_missing(a + b)', ({ a, b }) => truth(a === undefined) + 2 * truth(a === undefined || b === undefined), 0],
  ['where(is_missing(a) or a < 0, 0, a)', ({ a }) => (a === undefined ? undefined : Math.max(a, 0)), 0],
  ['missing + a', () => undefined, 0],
  ['log(0) + a', () => undefined, 0],
  // Beyond f32: 1e30 squared cannot be stored on any executor.
  ['a * 0 + 1e30 * 1e30', () => undefined, 0],
  ['threshold * a + NSTEP', strict('a', (a) => 25.5 * a + 7), 1e-6],
];

function floors(a: number): number {
  const half = a - Math.floor(a) === 0.5;
  const round = half ? 2 * Math.round(a / 2) : Math.round(a);
  return Math.floor(a) + 10 * Math.ceil(a) + 100 * round + 1000 * Math.trunc(a);
}

const grid = regularLatLon({ north: 90, west: -60, columns: 12, rows: 7, dlon: 30, dlat: 30 });
const levels = [1000, 850, 500];

async function everyEngine(test: Test, work: (engine: Engine) => Promise<void>): Promise<void> {
  for (const engine of [await cpuEngine({ precision: 'f64' }), await cpuEngine({ threads: 1 }), await gpuEngine()]) {
    if (typeof engine === 'string') {
      test.pass('no adapter', { skip: engine });
      continue;
    }
    test.comment(engine.info.name);
    await work(engine);
    await engine.close();
  }
}

/** Operands of the cases; a fifth is missing. */
function operands(points: number, layers: number): Readonly<Record<string, readonly Value[][]>> {
  const random = seeded(5);
  const one = (): Value => (random() < 0.2 ? undefined : Math.floor(random() * 256 - 128) / 8);
  return Object.fromEntries(
    ['a', 'b', 'c'].map((name) => [name, Array.from({ length: layers }, () => Array.from({ length: points }, one))]),
  );
}

t.test('every operator and function, on every executor, is what plain code gives', async (test) => {
  const text = cases.map(([formula], index) => `r${index} = ${formula}`).join('\n');
  const formulas = compileFormulas({ text }, { constants: new Map([['threshold', 25.5]]), scalars: ['NSTEP', 'unused'] });
  test.same(formulas.fields, ['a', 'b', 'c']);
  test.same(formulas.scalars, ['NSTEP']);
  const given = operands(grid.points, levels.length);
  await everyEngine(test, async (engine) => {
    const shape: FieldShape = { grid, levels };
    const fields = new Map<string, Awaited<ReturnType<typeof makeField>>>();
    for (const name of formulas.fields)
      fields.set(name, await makeField(engine, name, shape, (p, l) => given[name]?.[l]?.[p] ?? missingValue));
    for (const name of formulas.outputs) fields.set(name, await makeField(engine, name, shape, () => -1));
    const get = (name: string): Awaited<ReturnType<typeof makeField>> => fields.get(name)!;
    const data = { field: get, output: get, scalar: () => 7 };
    const prepared = await prepareFormulas(engine, 'test/formulas', formulas, data);
    test.ok(prepared.kernels <= Math.ceil(cases.length / 5), `${prepared.kernels} kernels for ${cases.length} results`);
    await engine.run((pass) => prepared.record(pass, data));
    for (const [index, [formula, plain, allowed]] of cases.entries()) {
      const got = (await layersOf(engine, get(`r${index}`))).flat();
      const wanted = levels.flatMap((_, l) => Array.from({ length: grid.points }, (_, p) => plain(at(given, l, p))));
      const [worst, count] = difference(got, wanted);
      test.ok(worst <= (engine.info.precision === 'f64' ? 1e-14 : allowed), `${formula}: off by ${worst}, ${count} missing`);
    }
    prepared.release();
  });
});

function at(given: Readonly<Record<string, readonly Value[][]>>, layer: number, point: number): Record<string, Value> {
  return Object.fromEntries(Object.entries(given).map(([name, layers]) => [name, layers[layer]?.[point]]));
}

/** The greatest difference relative to the largest result, infinite where one is missing and the other not; and how many are missing. */
function difference(got: readonly number[], wanted: readonly Value[]): [number, number] {
  let largest = 1;
  let worst = 0;
  for (const [i, value] of wanted.entries()) {
    if ((value === undefined) !== (got[i] === missingValue)) return [Number.POSITIVE_INFINITY, i];
    if (value === undefined) continue;
    largest = Math.max(largest, Math.abs(value));
    worst = Math.max(worst, Math.abs(value - (got[i] as number)));
  }
  return [worst / largest, wanted.filter((value) => value === undefined).length];
}

t.test('levels, coordinates, members and tiles of other widths find each other', async (test) => {
  const text = `thickness = z[500] - z[1000]
    anomaly = z - z[850] + ps
    scaled = (lat + lon) * level / 1000 + 0 * z
    folded = thickness[850] + scaled[500]`;
  const formulas = compileFormulas({ text });
  test.same(formulas.shapes.get('thickness'), { like: ['z'], levels: [0] });
  test.same(formulas.shapes.get('anomaly'), { like: ['z', 'ps'], levels: undefined });
  test.match(formulas.fields, ['z', 'ps']);
  const z = (p: number, member: number, level: number): number => p + 1000 * member + levels[level]! / 4;
  const { lat, lon } = grid.coordinates();
  await everyEngine(test, async (engine) => {
    for (const [members, lanes] of [
      [1, 8],
      [3, 8],
      [3, 4],
    ] as const) {
      const many: FieldShape = { grid, levels, members };
      const single: FieldShape = { grid, levels: [0], members };
      const fields = {
        // A source in narrower tiles than the result: its layers must be brought together.
        z: await makeField(engine, 'z', { ...many, lanes }, (p, l) => z(p, Math.floor(l / 3), l % 3), false),
        ps: await makeField(engine, 'ps', { grid, levels: [0], members }, (p, member) => 7 * p + member),
        thickness: await makeField(engine, 'thickness', single, () => -1),
        anomaly: await makeField(engine, 'anomaly', many, () => -1),
        scaled: await makeField(engine, 'scaled', many, () => -1),
        folded: await makeField(engine, 'folded', single, () => -1),
      };
      const get = (name: string): (typeof fields)['z'] => fields[name as keyof typeof fields];
      const data = { field: get, output: get, scalar: () => 0 };
      const prepared = await prepareFormulas(engine, 'test/levels', formulas, data);
      await engine.run((pass) => prepared.record(pass, data));
      const points = Array.from({ length: grid.points }, (_, p) => p);
      const wantedLayers = (of: (p: number, member: number, level: number) => number, count: number): number[] =>
        Array.from({ length: members * count }, (_, l) => points.map((p) => of(p, Math.floor(l / count), l % count))).flat();
      const scaled = (p: number, level: number): number => ((lat[p]! + (((lon[p]! % 360) + 360) % 360)) * levels[level]!) / 1000;
      const checks: readonly (readonly [string, number[]])[] = [
        ['thickness', wantedLayers(() => -125, 1)],
        ['anomaly', wantedLayers((p, m, l) => z(p, m, l) - z(p, m, 1) + 7 * p + m, 3)],
        ['scaled', wantedLayers((p, _, l) => scaled(p, l), 3)],
        ['folded', wantedLayers((p) => -125 + scaled(p, 2), 1)],
      ];
      for (const [name, wanted] of checks) {
        const [worst] = difference((await layersOf(engine, get(name))).flat(), wanted);
        test.ok(worst < 1e-6, `${name}, ${members} members, tiles of ${lanes}: off by ${worst}`);
      }
      prepared.release();
    }
  });
});
