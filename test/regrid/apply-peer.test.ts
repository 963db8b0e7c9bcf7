// Applying published matrices to published fields gives the published results; strategies for missing values against their definition.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import t from 'tap';
import { type Field, gridFromSpec, layerOf, releaseField } from '../../src/atlas/index.js';
import { readNpy } from '../../src/base/index.js';
import { type Engine, missingValue, type Pass } from '../../src/compute/index.js';
import { csrApply } from '../../src/regrid/csr-apply.js';
import { type Matrix, missingStrategies, prepareRegrid, prepareWeights, readNpz } from '../../src/regrid/index.js';
import type { Reals } from '../support/decoded.js';
import { cpuEngine, gpuEngine } from '../support/engines.js';
import { seeded } from '../support/random.js';
import { referenceAbsent } from './reference-matrices.js';

const folder = join('..', 'shared', 'data', 'regrid');
const gpu = await gpuEngine();
const engines = [
  await cpuEngine({ precision: 'f64', threads: 2 }),
  await cpuEngine({ threads: 2 }),
  ...(typeof gpu === 'string' ? [] : [gpu]),
];
t.teardown(() => Promise.all(engines.map((engine) => engine.close())));
if (typeof gpu === 'string') t.comment(gpu);

/** The one array of a numpy file of fields. */
function fieldOf(name: string): Float64Array {
  const [array] = Object.values(unzipSync(readFileSync(join(folder, name))));
  return Float64Array.from(readNpy(array as Uint8Array).values as Float64Array);
}

async function applied(
  engine: Engine,
  { rows, rowStart, column, weight }: Matrix,
  layers: readonly Reals[],
  strategy = 0,
): Promise<readonly Reals[]> {
  const lanes = layers.length;
  const source = new Float64Array(lanes * (layers[0] as Reals).length);
  for (const [lane, layer] of layers.entries()) layer.forEach((value: number, point: number) => (source[point * lanes + lane] = value));
  const result = await engine.run((pass) => {
    const result = pass.allocate('f32', rows * lanes);
    pass.run(csrApply, {
      rows,
      lanes,
      strategy,
      rowStart: pass.upload('u32', rowStart),
      column: pass.upload('u32', column),
      weight: pass.upload('f32', weight),
      source: pass.upload('f32', source),
      result,
    });
    return result;
  });
  const [values] = (await engine.read(result)) as [Reals];
  result.release();
  return layers.map((_, lane) => values.filter((_value: number, index: number) => index % lanes === lane));
}

function longestRow({ rows, rowStart }: Matrix): number {
  let longest = 0;
  for (let row = 0; row < rows; row++) longest = Math.max(longest, (rowStart[row + 1] as number) - (rowStart[row] as number));
  return longest;
}

/** The largest difference relative to the largest magnitude. */
function distance(got: Reals, expected: Reals): number {
  if (got.length !== expected.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  let worst = 0;
  for (let point = 0; point < got.length; point++) {
    const [value, wanted] = [got[point] as number, expected[point] as number];
    if (value === wanted) continue;
    largest = Math.max(largest, Math.abs(wanted));
    worst = Math.max(worst, Math.abs(value - wanted));
  }
  return worst === 0 ? 0 : worst / largest;
}

interface IndexEntry {
  readonly input: { readonly grid: string | readonly [number, number]; readonly ordering?: string };
  readonly interpolation: { readonly method: string };
}

t.test(
  'published matrices applied to published fields give the published results on every executor',
  { skip: referenceAbsent },
  async (t) => {
    const { matrix: index } = JSON.parse(readFileSync(join(folder, 'db', 'index.json'), 'utf8')) as { matrix: Record<string, IndexEntry> };
    let compared = 0;
    for (const [hash, { input, interpolation }] of Object.entries(index)) {
      const name = Array.isArray(input.grid) ? '5x5' : `${String(input.grid)}${input.ordering === undefined ? '' : `_${input.ordering}`}`;
      const out = `out_${name}_10x10_${interpolation.method}.npz`;
      const file = join(folder, 'db', `mir_16_${interpolation.method}`, `${hash}.npz`);
      if (!existsSync(join(folder, out)) || !existsSync(join(folder, `in_${name}.npz`)) || !existsSync(file)) {
        t.comment(`${name} ${interpolation.method}: no pair of fields is published`);
        continue;
      }
      const matrix = readNpz(readFileSync(file));
      for (const engine of engines) {
        const [result] = (await applied(engine, matrix, [fieldOf(`in_${name}.npz`)])) as [Reals];
        // The bound of a sum of n products in f32, relative to the largest value: n + 1 roundings and one of each weight and value.
        const tolerance = engine.info.precision === 'f64' ? 1e-13 : (longestRow(matrix) + 3) * 2 ** -24;
        const error = distance(result, fieldOf(out));
        t.ok(error <= tolerance, `${name}, ${interpolation.method}, ${engine.info.name}: ${error}`);
      }
      compared++;
    }
    t.ok(compared >= 9, `${compared} pairs`);
  },
);

t.test(
  'the published ocean matrix, whose land rows are empty, keeps a constant where it has a value',
  { skip: referenceAbsent },
  async (t) => {
    const { matrix: index } = JSON.parse(readFileSync(join(folder, 'db', 'index.json'), 'utf8')) as { matrix: Record<string, IndexEntry> };
    const [hash] = Object.entries(index).find(([, { input }]) => input.grid === 'eORCA025_T') as [string, IndexEntry];
    const matrix = readNpz(readFileSync(join(folder, 'db', 'mir_16_linear', `${hash}.npz`)));
    t.same([matrix.rows, matrix.columns, matrix.column.length], [40_320, 1_740_494, 152_392]);
    const [result] = (await applied(engines[1]!, matrix, [new Float64Array(matrix.columns).fill(3)])) as [Reals];
    let wrong = 0;
    for (let row = 0; row < matrix.rows; row++) {
      const empty = matrix.rowStart[row] === matrix.rowStart[row + 1];
      if (empty ? result[row] !== missingValue : Math.abs((result[row] as number) - 3) > 1e-6) wrong++;
    }
    t.equal(wrong, 0);
  },
);

t.test('our own weights give the published results end to end', { skip: referenceAbsent }, async (t) => {
  const target = gridFromSpec('10/10');
  for (const [name, spec] of [
    ['5x5', '5/5'],
    ['O32', 'O32'],
    ['N32', 'N32'],
    ['H4_ring', 'H4'],
    ['H4_nested', 'H4n'],
  ] as const) {
    const source = gridFromSpec(spec);
    const values = fieldOf(`in_${name}.npz`);
    for (const method of ['linear', 'nearest-neighbour', 'grid-box-average']) {
      const expected = fieldOf(`out_${name}_10x10_${method}.npz`);
      for (const engine of engines) {
        const options = method === 'grid-box-average' ? { method, 'healpix-half-box': true } : { method };
        const regridder = await prepareRegrid(engine, source, target, options);
        const layers = [values, values.map((value) => -3 * value)];
        const field = await engine.run((pass) => regridder.apply(pass, layersOn(pass, source, layers)));
        const tiles = (await engine.read(...field.tiles.map((tile) => tile.values))) as Reals[];
        const got = layerOf(field, tiles, 0);
        releaseField(field);
        regridder.release();
        t.equal(field.grid.hash, target.hash);
        // At a pole all longitudes are one point and many triangles or points tie: upstream's choice is compared row by row elsewhere.
        const width = 36;
        const inner = (all: Reals): Reals => all.slice(width, all.length - width);
        const scale = Math.max(...values.map(Math.abs));
        const far = [...inner(got)].filter((value, point) => Math.abs(value - (inner(expected)[point] as number)) > 1e-6 * scale).length;
        // Nearest: points that lie midway may take another of two equals.
        t.ok(far <= (method === 'nearest-neighbour' ? width : 0), `${name}, ${method}, ${engine.info.name}: ${far} points differ`);
        const second = layerOf(field, tiles, 1);
        t.ok(
          distance(
            second,
            Float64Array.from(got, (value) => -3 * value),
          ) < 1e-6,
          'layers do not mix',
        );
      }
    }
  }
});

function layersOn(pass: Pass, grid: Field['grid'], layers: readonly Reals[], mayBeMissing = false): Field<number> {
  const lanes = layers.length;
  const values = new Float64Array(grid.points * lanes);
  for (const [lane, layer] of layers.entries()) layer.forEach((value: number, point: number) => (values[point * lanes + lane] = value));
  return {
    grid,
    layers: layers.map((_, lane) => lane),
    tiles: [{ values: pass.upload('f32', values), firstLayer: 0, lanes }],
    mayBeMissing,
  };
}

/** One row by the definition of each strategy (MIR, `non-linear`), in plain words. */
function rowByDefinition(name: string, entries: readonly { readonly weight: number; readonly value: number }[]): number {
  const isMissing = ({ value }: { readonly value: number }): boolean => value === missingValue;
  const present = entries.filter((entry) => !isMissing(entry));
  if (present.length === 0) return missingValue;
  const heaviest = entries.reduce((best, entry) => (entry.weight > best.weight ? entry : best));
  const mean = (of: typeof entries): number =>
    of.reduce((sum, { weight, value }) => sum + weight * value, 0) / of.reduce((sum, { weight }) => sum + weight, 0);
  if (name === 'heaviest') return heaviest.value;
  if (present.length === entries.length) return entries.reduce((sum, { weight, value }) => sum + weight * value, 0);
  if (name === 'missing-if-all-missing') return mean(present);
  if (name === 'missing-if-heaviest-missing') return isMissing(heaviest) ? missingValue : mean(present);
  return missingValue;
}

t.test('the five treatments of missing values do what their names say', async (t) => {
  const [source, target] = [gridFromSpec('O16'), gridFromSpec('7/7')];
  const random = seeded(5);
  const layers = [0, 0.1, 0.5, 0.95, 1].map((share) =>
    Float64Array.from({ length: source.points }, () => (random() < share ? missingValue : 200 + 100 * random())),
  );
  const matrix = await prepareWeights(engines[0]!.context, source, target);
  for (const name of Object.keys(missingStrategies)) {
    for (const engine of engines) {
      const regridder = await prepareRegrid(engine, source, target, { missing: name });
      const field = await engine.run((pass) => regridder.apply(pass, layersOn(pass, source, layers, true)));
      const tiles = (await engine.read(...field.tiles.map((tile) => tile.values))) as Reals[];
      let faults = 0;
      for (const [index, layer] of layers.entries()) {
        const got = layerOf(field, tiles, index);
        for (let row = 0; row < matrix.rows; row++) {
          const entries = Array.from({ length: (matrix.rowStart[row + 1] as number) - (matrix.rowStart[row] as number) }, (_, k) => {
            const entry = (matrix.rowStart[row] as number) + k;
            return { weight: matrix.weight[entry] as number, value: layer[matrix.column[entry] as number] as number };
          });
          const wanted = rowByDefinition(name, entries);
          const value = got[row] as number;
          if (
            (value === missingValue) !== (wanted === missingValue) ||
            Math.abs(value - wanted) > 300 * (engine.info.precision === 'f64' ? 1e-13 : 1e-6)
          ) {
            // Equal weights in f32 that differ in f64 choose another heaviest: a tie.
            const [first, second] = entries.map(({ weight }) => weight).sort((a, b) => b - a) as [number, number];
            if (engine.info.precision === 'f32' && Math.fround(first) === Math.fround(second)) continue;
            faults++;
          }
        }
      }
      t.equal(faults, 0, `${name}, ${engine.info.name}`);
      releaseField(field);
      regridder.release();
    }
  }
});
