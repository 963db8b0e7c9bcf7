// Spectral coefficients to points: against closed formulas, and against the sum as it stands with textbook polynomials.
import t, { type Test } from 'tap';
import { type Grid, gridFromSpec, releaseField } from '../../src/atlas/index.js';
import type { Engine } from '../../src/compute/index.js';
import { prepareSynthesis } from '../../src/spectral/index.js';
import { cpuEngine, gpuEngine } from '../support/engines.js';
import { directSums, layersOf, placeOf, randomCoefficients, relativeError, spectralField } from './harmonics.js';

async function synthesised(engine: Engine, truncation: number, grid: Grid, layers: readonly ArrayLike<number>[]): Promise<Float64Array[]> {
  const synthesis = await prepareSynthesis(engine, truncation, grid);
  const source = await spectralField(engine, truncation, layers);
  const field = await engine.run((pass) => synthesis.apply(pass, source));
  const values = await layersOf(engine, field);
  releaseField(source);
  releaseField(field);
  synthesis.release();
  return values;
}

const grids: readonly (readonly [string, Grid])[] = [
  ['regular Gaussian', gridFromSpec('F16')],
  ['octahedral', gridFromSpec('O32')],
  ['classic reduced', gridFromSpec('N32')],
  ['lat-lon with poles', gridFromSpec('5/5')],
  ['lat-lon, odd rows', gridFromSpec('8/8')],
  ['part of the globe', gridFromSpec({ grid: [2, 3], area: [60, -25, 12, 45] })],
  ['southern part', gridFromSpec({ grid: [1.5, 1.5], area: [-10.5, 100.5, -60, 150] })],
  ['increment that does not divide the circle', gridFromSpec({ grid: [7, 5], area: [60, 0, -60, 140] })],
];

async function checkGrids(test: Test, engine: Engine, tolerance: number): Promise<void> {
  const truncation = 21;
  const layers = Array.from({ length: 11 }, (_, index) => randomCoefficients(truncation, index + 1));
  for (const [name, grid] of grids) {
    const { lat, lon } = grid.coordinates();
    const values = await synthesised(engine, truncation, grid, layers);
    const expected = directSums(truncation, layers, lat, lon);
    const worst = Math.max(...values.map((got, index) => relativeError(got, expected[index]!)));
    test.ok(worst < tolerance, `${name}: ${worst}`);
  }
}

t.test('f64: any rows agree with the sum as it stands', async (test) => {
  const engine = await cpuEngine({ precision: 'f64' });
  // Reduced rows leave out wavenumbers above half their points, whose polynomials are below 1e-11 there.
  await checkGrids(test, engine, 1e-11);
  await engine.close();
});

t.test('f32: likewise within f32', async (test) => {
  const engine = await cpuEngine();
  await checkGrids(test, engine, 1e-6);
  await engine.close();
});

t.test('GPU: likewise', async (test) => {
  const engine = await gpuEngine();
  if (typeof engine === 'string') return void test.pass('no adapter', { skip: engine });
  await checkGrids(test, engine, 1e-6);
  await engine.close();
});

t.test('single harmonics are what they are by definition', async (test) => {
  const engine = await cpuEngine({ precision: 'f64' });
  const grid = gridFromSpec('10/10');
  const { lat, lon } = grid.coordinates();
  const radians = Math.PI / 180;
  const cases: readonly (readonly [number, number, number, (phi: number, lambda: number) => number])[] = [
    [0, 0, 0, () => 1],
    [0, 1, 0, (phi) => Math.sqrt(3) * Math.sin(phi)],
    [1, 1, 0, (phi, lambda) => Math.sqrt(6) * Math.cos(phi) * Math.cos(lambda)],
    [1, 1, 1, (phi, lambda) => -Math.sqrt(6) * Math.cos(phi) * Math.sin(lambda)],
    [0, 2, 0, (phi) => (Math.sqrt(5) / 2) * (3 * Math.sin(phi) ** 2 - 1)],
    [2, 2, 0, (phi, lambda) => Math.sqrt(7.5) * Math.cos(phi) ** 2 * Math.cos(2 * lambda)],
  ];
  for (const [m, n, part, formula] of cases) {
    const coefficients = new Float64Array(5 * 6);
    coefficients[placeOf(4, m, n) + part] = 1;
    const [values] = await synthesised(engine, 4, grid, [coefficients]);
    const expected = Float64Array.from(lat, (phi, point) => formula(phi * radians, lon[point]! * radians));
    test.ok(relativeError(values!, expected) < 1e-15 * 4, `m ${m}, n ${n}, part ${part}`);
  }
  await engine.close();
});
