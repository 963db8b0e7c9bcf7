// Winds, gradients and filters: against closed formulas, and there and back.
import t from 'tap';
import { gridFromSpec } from '../../src/atlas/index.js';
import {
  earthRadius,
  prepareBandpass,
  prepareCesaro,
  prepareGradient,
  prepareLaplacian,
  prepareTruncation,
  prepareWindAnalysis,
  prepareWindSynthesis,
  windFromVorticity,
} from '../../src/spectral/index.js';
import { cpuEngine } from '../support/engines.js';
import { layersOf, placeOf, randomCoefficients, relativeError, spectralField } from './harmonics.js';

const radians = Math.PI / 180;

/** Vorticity of the model's size at most, 1e-5 /s, without mean. */
function vorticity(truncation: number, seed: number): Float64Array {
  const values = randomCoefficients(truncation, seed).map((value) => 1e-5 * value);
  values[0] = 0;
  return values;
}

t.test('solid rotation is solid rotation, also on the pole', async (test) => {
  const engine = await cpuEngine({ precision: 'f64' });
  const grid = gridFromSpec('10/10');
  const { lat } = grid.coordinates();
  const speed = 1e-6;
  const vo = new Float64Array(6 * 7);
  // vo = 2 W sin(lat), of which (0, 1) is sqrt(3) sin(lat): u = W a cos(lat), v = 0.
  vo[placeOf(5, 0, 1)] = (2 * speed) / Math.sqrt(3);
  const wind = await prepareWindSynthesis(engine, 5, grid);
  const [source, none] = [await spectralField(engine, 5, [vo]), await spectralField(engine, 5, [new Float64Array(6 * 7)])];
  const { u, v } = await engine.run((pass) => wind.apply(pass, source, none));
  const expected = lat.map((phi) => speed * earthRadius * Math.cos(phi * radians));
  test.ok(relativeError((await layersOf(engine, u))[0]!, expected) < 1e-14);
  test.ok((await layersOf(engine, v))[0]!.every((value) => Math.abs(value) < 1e-15));
  const spectral = await windFromVorticity(engine, 5);
  const components = await engine.run((pass) => spectral.apply(pass, source, none));
  const [U] = await layersOf(engine, components.u);
  // U = W a cos^2: U_00 = 2 a W / 3, U_02 = -a W eps_2 / sqrt(3) with eps_2 = 2 / sqrt(15).
  test.ok(Math.abs(U![0]! / ((2 * earthRadius * speed) / 3) - 1) < 1e-14);
  test.ok(Math.abs(U![placeOf(5, 0, 2)]! / ((-earthRadius * speed * 2) / Math.sqrt(45)) - 1) < 1e-14);
  await engine.close();
});

t.test('rotation about an axis in the equator blows across the poles', async (test) => {
  const engine = await cpuEngine({ precision: 'f64' });
  const grid = gridFromSpec('15/15');
  const { lat, lon } = grid.coordinates();
  const speed = 1e-6;
  // Stream function -W a^2 cos(lat) cos(lon): vo = 2 W cos(lat) cos(lon), of which Re (1, 1) is sqrt(6) cos(lat) cos(lon).
  const vo = new Float64Array(4 * 5);
  vo[placeOf(3, 1, 1)] = (2 * speed) / Math.sqrt(6);
  const wind = await prepareWindSynthesis(engine, 3, grid);
  const [source, none] = [await spectralField(engine, 3, [vo]), await spectralField(engine, 3, [new Float64Array(4 * 5)])];
  const { u, v } = await engine.run((pass) => wind.apply(pass, source, none));
  const scale = speed * earthRadius;
  const expectedU = lat.map((phi, point) => -scale * Math.sin(phi * radians) * Math.cos(lon[point]! * radians));
  const expectedV = lon.map((lambda) => scale * Math.sin(lambda * radians));
  test.ok(relativeError((await layersOf(engine, u))[0]!, expectedU) < 1e-14, 'u');
  test.ok(relativeError((await layersOf(engine, v))[0]!, expectedV) < 1e-14, 'v');
  await engine.close();
});

for (const [precision, tolerance] of [
  ['f64', 1e-13],
  ['f32', 4e-6],
] as const) {
  t.test(`${precision}: vorticity and divergence come back from the winds, at the highest truncation`, async (test) => {
    const engine = await cpuEngine({ precision });
    const truncation = 31;
    const grid = gridFromSpec('F16');
    const there = await prepareWindSynthesis(engine, truncation, grid);
    const back = await prepareWindAnalysis(engine, grid, truncation);
    const layers = { vo: [vorticity(truncation, 1), vorticity(truncation, 2)], d: [vorticity(truncation, 3), vorticity(truncation, 4)] };
    const [vo, d] = [await spectralField(engine, truncation, layers.vo), await spectralField(engine, truncation, layers.d)];
    const result = await engine.run((pass) => {
      const { u, v } = there.apply(pass, vo, d);
      return back.apply(pass, u, v);
    });
    for (const [index, values] of (await layersOf(engine, result.vorticity)).entries()) {
      const error = relativeError(values, layers.vo[index]!);
      test.ok(error < tolerance, `vorticity ${error}`);
    }
    for (const [index, values] of (await layersOf(engine, result.divergence)).entries()) {
      const error = relativeError(values, layers.d[index]!);
      test.ok(error < tolerance, `divergence ${error}`);
    }
    await engine.close();
  });
}

t.test('gradients of harmonics', async (test) => {
  const engine = await cpuEngine({ precision: 'f64' });
  const grid = gridFromSpec('10/10');
  const { lat, lon } = grid.coordinates();
  const gradient = await prepareGradient(engine, 4, grid);
  const zonal = new Float64Array(5 * 6);
  zonal[placeOf(4, 0, 1)] = 1 / Math.sqrt(3);
  const wave = new Float64Array(5 * 6);
  wave[placeOf(4, 2, 2)] = 1 / Math.sqrt(7.5);
  const source = await spectralField(engine, 4, [zonal, wave]);
  const { u, v } = await engine.run((pass) => gradient.apply(pass, source));
  const [zonalU, waveU] = await layersOf(engine, u);
  const [zonalV, waveV] = await layersOf(engine, v);
  const at = (formula: (phi: number, lambda: number) => number): Float64Array =>
    lat.map((phi, point) => formula(phi * radians, lon[point]! * radians) / earthRadius);
  test.ok(zonalU!.every((value) => Math.abs(value) < 1e-20));
  test.ok(
    relativeError(
      zonalV!,
      at((phi) => Math.cos(phi)),
    ) < 1e-14,
  );
  // f = cos^2(lat) cos(2 lon)
  test.ok(
    relativeError(
      waveU!,
      at((phi, lambda) => -2 * Math.cos(phi) * Math.sin(2 * lambda)),
    ) < 1e-14,
  );
  test.ok(
    relativeError(
      waveV!,
      at((phi, lambda) => -2 * Math.cos(phi) * Math.sin(phi) * Math.cos(2 * lambda)),
    ) < 1e-14,
  );
  await engine.close();
});

t.test('truncation, Laplacian and filters', async (test) => {
  const engine = await cpuEngine({ precision: 'f64' });
  const values = randomCoefficients(6, 1);
  const source = await spectralField(engine, 6, [values]);
  const applied = async (operator: Awaited<ReturnType<typeof prepareTruncation>>): Promise<Float64Array> =>
    (await layersOf(engine, await engine.run((pass) => operator.apply(pass, source))))[0]!;
  const each = (truncation: number, factor: (m: number, n: number) => number): Float64Array => {
    const result = new Float64Array((truncation + 1) * (truncation + 2));
    for (let m = 0; m <= Math.min(6, truncation); m++) {
      for (let n = m; n <= Math.min(6, truncation); n++) {
        for (const part of [0, 1]) result[placeOf(truncation, m, n) + part] = factor(m, n) * values[placeOf(6, m, n) + part]!;
      }
    }
    return result;
  };
  test.same(
    await applied(await prepareTruncation(engine, 6, 4)),
    each(4, () => 1),
  );
  test.same(
    await applied(await prepareTruncation(engine, 6, 9)),
    each(9, () => 1),
  );
  const laplacian = await applied(await prepareLaplacian(engine, 6, { radius: 2 }));
  test.ok(
    relativeError(
      laplacian,
      each(6, (_, n) => -(n * (n + 1)) / 4),
    ) < 1e-15,
  );
  const inverse = await applied(await prepareLaplacian(engine, 6, { radius: 2, inverse: true }));
  test.ok(
    relativeError(
      inverse,
      each(6, (_, n) => (n === 0 ? 0 : -4 / (n * (n + 1)))),
    ) < 1e-15,
  );
  test.same(
    await applied(await prepareBandpass(engine, 6, [1, 2, 2, 5])),
    each(6, (m, n) => (m >= 1 && m <= 2 && n >= 2 && n <= 5 ? 1 : 0)),
  );
  // k = 1: the product over j = 3..n of (7 - j) / (8 - j) telescopes to (7 - n) / 5.
  const cesaro = await applied(await prepareCesaro(engine, 6, { k: 1, from: 3 }));
  test.ok(
    relativeError(
      cesaro,
      each(6, (_, n) => (n < 3 ? 1 : (7 - n) / 5)),
    ) < 1e-15,
  );
  await test.rejects(prepareBandpass(engine, 6, [0, 7, 0, 6]), { code: 'input.option', message: /bandpass is 0\/7\/0\/6 .*give M min/ });
  await test.rejects(prepareCesaro(engine, 6, { k: -1 }), { code: 'input.option', message: /cesaro-k is -1/ });
  await test.rejects(prepareCesaro(engine, 6, { from: 7 }), { code: 'input.option', message: /cesaro-truncation is 7 .*from 1 to 6/ });
  await engine.close();
});
