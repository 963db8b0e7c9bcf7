// Values to coefficients: round trips at the highest truncation that a grid supports, identities, and what is refused.
import t, { type Test } from 'tap';
import { gaussianWeights, gridFromSpec, releaseField, unstructuredGrid } from '../../src/atlas/index.js';
import type { Engine } from '../../src/compute/index.js';
import { prepareAnalysis, prepareSynthesis, prepareWindAnalysis } from '../../src/spectral/index.js';
import { cpuEngine, gpuEngine } from '../support/engines.js';
import { fieldOf, layersOf, placeOf, randomCoefficients, relativeError, spectralField } from './harmonics.js';

/** Grid, truncation; on reduced grids one whose waves their rows carry to 1e-13. */
const cases = [
  ['F16', 31],
  ['F8', 10],
  ['O24', 15],
  ['N32', 31],
  ['F1', 1],
] as const;

async function checkRoundTrips(test: Test, engine: Engine, tolerance: number): Promise<void> {
  for (const [name, truncation] of cases) {
    const grid = gridFromSpec(name);
    const layers = Array.from({ length: 10 }, (_, index) => randomCoefficients(truncation, 7 + index));
    // A large mean must cost no digits of the rest.
    layers[3]![0] = 1000;
    const synthesis = await prepareSynthesis(engine, truncation, grid);
    const analysis = await prepareAnalysis(engine, grid, truncation);
    const source = await spectralField(engine, truncation, layers);
    const returned = await engine.run((pass) => analysis.apply(pass, synthesis.apply(pass, source)));
    const got = await layersOf(engine, returned);
    const worst = Math.max(...got.map((values, index) => relativeError(values, layers[index]!)));
    test.ok(worst < tolerance, `${name}, T${truncation}: ${worst}`);
    for (const field of [source, returned]) releaseField(field);
    synthesis.release();
    analysis.release();
  }
}

t.test('f64: analysis undoes synthesis to 1e-13', async (test) => {
  const engine = await cpuEngine({ precision: 'f64' });
  await checkRoundTrips(test, engine, 1e-13);
  await engine.close();
});

t.test('f32: to 2e-6', async (test) => {
  const engine = await cpuEngine();
  await checkRoundTrips(test, engine, 2e-6);
  await engine.close();
});

t.test('GPU: to 2e-6', async (test) => {
  const engine = await gpuEngine();
  if (typeof engine === 'string') return void test.pass('no adapter', { skip: engine });
  await checkRoundTrips(test, engine, 2e-6);
  await engine.close();
});

t.test('the transform is linear, and keeps the mean square', async (test) => {
  const engine = await cpuEngine({ precision: 'f64' });
  const truncation = 21;
  const grid = gridFromSpec('F16');
  const [a, b] = [randomCoefficients(truncation, 1), randomCoefficients(truncation, 2)];
  const sum = a.map((value, index) => 3 * value - b[index]!);
  const synthesis = await prepareSynthesis(engine, truncation, grid);
  const source = await spectralField(engine, truncation, [a, b, sum]);
  const [valuesA, valuesB, valuesSum] = await layersOf(engine, await engine.run((pass) => synthesis.apply(pass, source)));
  const expected = valuesA!.map((value, index) => 3 * value - valuesB![index]!);
  test.ok(relativeError(valuesSum!, expected) < 1e-14, 'linear');
  // Parseval: half the integral of f^2 over mu, mean over longitude, is the sum of (2 - [m = 0]) |f(m, n)|^2.
  const weights = gaussianWeights(16);
  let inSpace = 0;
  for (const [point, value] of valuesA!.entries()) inSpace += (weights[Math.floor(point / 64)]! / 2 / 64) * value ** 2;
  let inWaves = 0;
  for (let m = 0; m <= truncation; m++) {
    for (let n = m; n <= truncation; n++) {
      const at = placeOf(truncation, m, n);
      inWaves += (m === 0 ? 1 : 2) * (a[at]! ** 2 + a[at + 1]! ** 2);
    }
  }
  test.ok(Math.abs(inSpace / inWaves - 1) < 1e-13, `mean square ${inSpace}, ${inWaves}`);
  await engine.close();
});

t.test('what cannot be analysed is refused in words', async (test) => {
  const engine = await cpuEngine();
  const grid = gridFromSpec('F16');
  const refused = (work: Promise<unknown>, code: string, message: RegExp): Promise<unknown> => test.rejects(work, { code, message });
  await refused(
    prepareAnalysis(engine, grid, 32),
    'input.option',
    /truncation 32 is above what F16 supports, 31 \(option truncation\); give a truncation up to 31/,
  );
  await refused(prepareAnalysis(engine, gridFromSpec('O32'), 63), 'input.option', /truncation 63 is above what O32 supports, \d\d/);
  await refused(prepareAnalysis(engine, gridFromSpec('5/5'), 10), 'unsupported.grid', /L72x37 is not a global Gaussian grid/);
  const part = gridFromSpec({ grid: 'F16', area: [60, 0, 10, 50] });
  await refused(prepareAnalysis(engine, part, 10), 'unsupported.grid', /is not a global Gaussian grid/);
  await refused(prepareWindAnalysis(engine, grid, 32), 'input.option', /truncation 32 is above/);
  const points = unstructuredGrid({ points: 4, identity: 'x' });
  await refused(prepareSynthesis(engine, 10, points), 'unsupported.grid', /no rows along parallels/);
  await refused(
    prepareSynthesis(engine, 40, grid),
    'input.option',
    /truncation 40 is above what F16 supports: .* 64 points, enough for 32/,
  );
  await refused(prepareSynthesis(engine, -1, grid), 'input.grid', /truncation -1 is not possible/);
  const analysis = await prepareAnalysis(engine, grid, 21);
  const gaps = { ...(await fieldOf(engine, grid, [new Float64Array(grid.points)])), mayBeMissing: true };
  await refused(
    engine.run((pass) => analysis.apply(pass, gaps)),
    'input.field',
    /F16 may have missing values.*fill the missing values first/,
  );
  const other = await fieldOf(engine, gridFromSpec('F8'), [new Float64Array(512)]);
  await refused(
    engine.run((pass) => analysis.apply(pass, other)),
    'input.field',
    /the field is on F8, the analysis is for F16/,
  );
  const synthesis = await prepareSynthesis(engine, 21, grid);
  const wrong = await spectralField(engine, 20, [new Float64Array(21 * 22)]);
  await refused(
    engine.run((pass) => synthesis.apply(pass, wrong)),
    'input.field',
    /truncation 20, the transform is for .* truncation 21/,
  );
  await engine.close();
});
