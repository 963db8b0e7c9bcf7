// Transforms of layers whose coefficients lie apart: the same as those of tiles.
import t from 'tap';
import { gridFromSpec, releaseField } from '../../src/atlas/index.js';
import type { Pass } from '../../src/compute/index.js';
import { fieldOfApart, prepareAnalysis, prepareSynthesis } from '../../src/spectral/index.js';
import { cpuEngine } from '../support/engines.js';
import { layersOf, randomCoefficients, relativeError, spectralField } from './harmonics.js';

t.test('layers that lie apart are transformed as tiles are, there and back', async (test) => {
  const engine = await cpuEngine({ precision: 'f64', threads: 1 });
  const [truncation, grid] = [10, gridFromSpec('F8')];
  const [synthesis, analysis] = [await prepareSynthesis(engine, truncation, grid), await prepareAnalysis(engine, grid, truncation)];
  // Eleven layers: a tile of eight and one of three.
  const layers = Array.from({ length: 11 }, (_, layer) => randomCoefficients(truncation, layer + 1));
  const source = await spectralField(engine, truncation, layers);
  const values = await engine.run((pass) => synthesis.apply(pass, source));
  const back = await engine.run((pass) =>
    fieldOfApart(pass, truncation, analysis.applyApart(pass, values.tiles), { first: 0, names: layers.map((_, layer) => layer) }),
  );
  const some = await engine.run((pass) =>
    fieldOfApart(pass, truncation, analysis.applyApart(pass, values.tiles), { first: 9, names: ['ninth', 'tenth'] }),
  );
  test.strictSame(some.layers, ['ninth', 'tenth']);
  const [found, last] = [await layersOf(engine, back), await layersOf(engine, some)];
  for (const [layer, expected] of layers.entries()) {
    test.ok(relativeError(found[layer]!, expected) < 1e-13, `layer ${layer} comes back`);
    if (layer >= 9) test.ok(relativeError(last[layer - 9]!, expected) < 1e-13);
  }
  const again = await engine.run((pass) => {
    const apart = analysis.applyApart(pass, values.tiles);
    return { ...values, tiles: synthesis.applyApart(pass, apart) };
  });
  const [once, twice] = [await layersOf(engine, values), await layersOf(engine, again)];
  for (const [layer, expected] of once.entries()) test.ok(relativeError(twice[layer]!, expected) < 1e-13);
  for (const field of [source, values, back, some, again]) releaseField(field);
  for (const part of [synthesis, analysis]) part.release();
  await engine.close();
});

t.test('more layers than a device can transform at a time are refused', async (test) => {
  const engine = await cpuEngine({ threads: 1 });
  const [truncation, grid] = [10, gridFromSpec('F8')];
  const [synthesis, analysis] = [await prepareSynthesis(engine, truncation, grid), await prepareAnalysis(engine, grid, truncation)];
  const least = 20_000;
  test.equal(synthesis.mostApart(least), 8);
  test.equal(analysis.mostApart(least), 8);
  test.ok(synthesis.mostApart(2 ** 27) > 1000);
  const source = await spectralField(
    engine,
    truncation,
    Array.from({ length: 11 }, () => randomCoefficients(truncation, 1)),
  );
  const values = await engine.run((pass) => synthesis.apply(pass, source));
  const refusal = { code: 'limit.binding', message: /layers on F8 are more than this device can transform at a time; transform fewer/ };
  // All that is asked of a pass before anything is recorded.
  const little = { maxBindingBytes: least } as Pass;
  await test.rejects(
    engine.run(() => analysis.applyApart(little, values.tiles)),
    refusal,
  );
  await test.rejects(
    engine.run((pass) => {
      const apart = analysis.applyApart(pass, values.tiles);
      return synthesis.applyApart(little, apart);
    }),
    refusal,
  );
  await engine.close();
});
