// The longwave emulator, run by ONNX Runtime, and the radiation that it learnt from.
import t from 'tap';
import { nodeContext } from '../../../src/base/node.js';
import { openModel, shippedModel } from '../../../src/infero/index.js';
import { cpuEngine } from '../../support/engines.js';
import { modelScript } from '../../support/model-scripts.js';

const stefanBoltzmann = 5.670374419e-8;

t.test('gray radiation keeps what physics says', async (test) => {
  const { grayRadiation, levels, thickness } = await modelScript('longwave/gray-radiation.mjs');
  const moist = [0.016, 0.011, 0.007, 0.0025, 0.0004, 5e-5, 3e-6, 3e-6];
  const same = grayRadiation(
    levels.map(() => 280),
    moist,
    280,
  );
  test.ok(Math.abs(same.olr / (stefanBoltzmann * 280 ** 4) - 1) < 1e-12, 'a column of one temperature radiates as a black body');
  test.ok(
    same.heating.every((rate) => rate < 1e-9),
    'and cools everywhere, for space is cold',
  );
  const t1 = [298, 290, 282, 268, 242, 220, 200, 210];
  const { heating, olr } = grayRadiation(t1, moist, 300);
  // Heating of all layers is what comes from the surface less what leaves at the top: the upward flux at the surface is a black body's, and
  // the downward one follows from a sum over layers that is written out here.
  const depth = thickness.map((layer, k) => ((0.8678 + 1997.9 * moist[k]!) * layer) / 1013.25);
  const downward = t1.reduce((sum, temperature, k) => {
    const below = depth.slice(0, k).reduce((total, d) => total + d, 0);
    return sum + stefanBoltzmann * temperature ** 4 * Math.exp(-below) * (1 - Math.exp(-depth[k]!));
  }, 0);
  const gained = heating.reduce((total, rate, k) => total + (rate * 100 * thickness[k]! * 1004.64) / (9.80665 * 86_400), 0);
  const expected = stefanBoltzmann * 300 ** 4 - downward - olr;
  test.ok(Math.abs(gained - expected) < 1e-9 * Math.abs(expected), `energy is conserved: ${gained} W m-2`);
  const transparent = grayRadiation(
    t1,
    moist.map(() => -0.8678 / 1997.9),
    300,
  );
  test.ok(Math.abs(transparent.olr / (stefanBoltzmann * 300 ** 4) - 1) < 1e-12, 'without absorption all of the surface is seen from space');
  test.ok(
    grayRadiation(
      t1,
      moist.map((q) => 2 * q),
      300,
    ).olr < olr,
    'more water vapour hides more of the warm surface',
  );
});

t.test('columns that training has not seen come out as well as the card says', async (test) => {
  const { drawColumn, seeds, heldOutSamples } = await modelScript('longwave/make.mjs');
  const { seeded } = await modelScript('make/arithmetic.mjs');
  const { card } = await shippedModel(nodeContext(), 'longwave');
  const { rmsError, deviation } = (card as unknown as { heldOut: Record<'rmsError' | 'deviation', { heating: number[]; olr: number }> })
    .heldOut;
  const draws = seeded(seeds.heldOut);
  const columns = Array.from({ length: heldOutSamples }, () => drawColumn(draws));
  const part = (from: number, to: number): Float32Array => Float32Array.from(columns.flatMap(({ x }) => x.slice(from, to)));
  const engine = await cpuEngine();
  const model = await openModel(engine, { path: 'longwave' });
  test.same(
    [...model.inputs, ...model.outputs].map(({ name, shape }) => [name, shape]),
    [
      ['t', [null, 8]],
      ['q', [null, 8]],
      ['skt', [null, 1]],
      ['heating', [null, 8]],
      ['olr', [null, 1]],
    ],
  );
  const count = columns.length;
  const { heating, olr } = await model.infer(
    {
      t: { values: part(0, 8), shape: [count, 8] },
      q: { values: part(8, 16), shape: [count, 8] },
      skt: { values: part(16, 17), shape: [count, 1] },
    },
    { place: 'host' },
  );
  const got = (n: number, o: number): number => Number(o < 8 ? heating!.values[8 * n + o] : olr!.values[n]);
  for (let o = 0; o < 9; o++) {
    const error = Math.sqrt(columns.reduce((sum, { y }, n) => sum + (got(n, o) - y[o]!) ** 2, 0) / count);
    const stated = o < 8 ? rmsError.heating[o]! : rmsError.olr;
    // The card has three digits; f32 changes the sixth.
    test.ok(Math.abs(error / stated - 1) < 6e-3, `${o < 8 ? `heating ${o}` : 'olr'}: ${error} for ${stated}`);
    test.ok(error < 0.12 * (o < 8 ? deviation.heating[o]! : deviation.olr), 'an eighth of what it varies by, at most');
  }
  await model.close();
  await engine.close();
});
