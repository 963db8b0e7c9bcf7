// Transforms of real fields against CDO, which computes in f64: both start from the numbers that CDO prints with 14 digits.
import { join } from 'node:path';
import t from 'tap';
import { type Field, gridFromSpec } from '../../src/atlas/index.js';
import { prepareAnalysis, prepareSynthesis, prepareWindAnalysis, prepareWindSynthesis } from '../../src/spectral/index.js';
import { noShared, sharedGrib } from '../grib/peer.js';
import { cdo, noCdo } from '../support/cdo.js';
import { cpuEngine } from '../support/engines.js';
import { fieldOf, layersOf, placeOf, relativeError, spectralField } from './harmonics.js';

// CDO's polynomials and sums carry rounding of their own; its default planet has a radius of 6371 km.
const tolerance = 1e-12;
const radius = 6_371_000;

const engine = await cpuEngine({ precision: 'f64' });
t.teardown(() => engine.close());

function valuesFrom(...operators: readonly string[]): Float64Array {
  return Float64Array.from(
    cdo('-b', 'F64', 'outputf,%.14g,1', ...operators)
      .trim()
      .split(/\s+/),
    Number,
  );
}

async function first(field: Field): Promise<Float64Array> {
  return (await layersOf(engine, field))[0]!;
}

t.test('sp2gp and gp2sp', { skip: noShared || noCdo }, async (test) => {
  const file = join(sharedGrib, 'spherical_harmonics.grib');
  const grid = gridFromSpec('F32');
  const coefficients = valuesFrom(file);
  const expected = valuesFrom('-sp2gpl', file);
  const synthesis = await prepareSynthesis(engine, 63, grid);
  const source = await spectralField(engine, 63, [coefficients]);
  const values = await first(await engine.run((pass) => synthesis.apply(pass, source)));
  test.ok(relativeError(values, expected) < tolerance, `sp2gp ${relativeError(values, expected)}`);
  const analysis = await prepareAnalysis(engine, grid, 63);
  const onGrid = await fieldOf(engine, grid, [expected]);
  const back = await first(await engine.run((pass) => analysis.apply(pass, onGrid)));
  const wanted = valuesFrom('-gp2spl', '-sp2gpl', file);
  test.ok(relativeError(back, wanted) < tolerance, `gp2sp ${relativeError(back, wanted)}`);
});

t.test('dv2uv and uv2dv', { skip: noShared || noCdo }, async (test) => {
  const file = join(sharedGrib, 'packingType-spectral_complex_param-vo_d.grib2');
  const named = (name: string, ...operators: readonly string[]): Float64Array => valuesFrom(`-selname,${name}`, ...operators, file);
  const grid = gridFromSpec('F11');
  // CDO leaves out the vorticity and divergence of the highest degree, n = 20.
  const withoutLast = (values: Float64Array): Float64Array => {
    for (let m = 0; m <= 20; m++) values.fill(0, placeOf(20, m, 20), placeOf(20, m, 20) + 2);
    return values;
  };
  const vo = await spectralField(engine, 20, [withoutLast(named('vo'))]);
  const d = await spectralField(engine, 20, [withoutLast(named('d'))]);
  const wind = await prepareWindSynthesis(engine, 20, grid, { radius });
  const winds = await engine.run((pass) => wind.apply(pass, vo, d));
  for (const [name, field] of [
    ['u', winds.u],
    ['v', winds.v],
  ] as const) {
    const error = relativeError(await first(field), named(name, '-dv2uvl'));
    test.ok(error < tolerance, `dv2uv ${name} ${error}`);
  }
  const u = await fieldOf(engine, grid, [named('u', '-dv2uvl')]);
  const v = await fieldOf(engine, grid, [named('v', '-dv2uvl')]);
  const analysis = await prepareWindAnalysis(engine, grid, 21, { radius });
  const result = await engine.run((pass) => analysis.apply(pass, u, v));
  for (const [name, field] of [
    ['svo', result.vorticity],
    ['sd', result.divergence],
  ] as const) {
    const error = relativeError(await first(field), named(name, '-uv2dvl', '-dv2uvl'));
    test.ok(error < tolerance, `uv2dv ${name} ${error}`);
  }
});
