import t from 'tap';
import { type Field, gridFromSpec, layerOf, releaseField } from '../../src/atlas/index.js';
import { landMask, landSeaWeights, type Matrix, prepareRegrid, prepareVectorRegrid } from '../../src/regrid/index.js';
import { cpuEngine } from '../support/engines.js';

const matrix: Matrix = {
  rows: 4,
  columns: 3,
  rowStart: Uint32Array.of(0, 2, 4, 5, 5),
  column: Uint32Array.of(0, 1, 1, 2, 0),
  weight: Float64Array.of(0.25, 0.75, 0.5, 0.5, 1),
};

t.test('weights across the coast are multiplied and the row divided by its new sum', async (test) => {
  const adjusted = landSeaWeights(matrix, { source: Uint8Array.of(1, 0, 0), target: Uint8Array.of(1, 1, 0, 1) });
  // Row 0: 0.25 and 0.75 * 0.2, over their sum 0.4. Row 1: both differ, nothing to prefer. Row 2: the only point differs.
  const expected = [0.625, 0.375, 0.5, 0.5, 1];
  adjusted.weight.forEach((weight, entry) => test.ok(Math.abs(weight - expected[entry]!) < 1e-15, `${entry}: ${weight}`));
  test.equal(matrix.weight[0], 0.25, 'the weights given stay as they are');
  const none = landSeaWeights(matrix, { source: Uint8Array.of(1, 0, 0), target: Uint8Array.of(1, 1, 0, 1), adjustment: 0 });
  test.same([...none.weight], [1, 0, 0.5, 0.5, 1]);
});

t.test('rows that sum to something else keep their sum', async (test) => {
  const partly = { ...matrix, anySum: true as const, weight: Float64Array.of(0.1, 0.3, 0.5, 0.5, 1) };
  const { weight } = landSeaWeights(partly, { source: Uint8Array.of(1, 0, 0), target: Uint8Array.of(1, 0, 0, 0) });
  test.ok(Math.abs(weight[0]! + weight[1]! - 0.4) < 1e-15);
});

t.test('land begins at the threshold, and what is no fraction is refused', async (test) => {
  test.same([...landMask(Float64Array.of(0, 0.499, 0.5, 1, 1.0001))], [0, 0, 1, 1, 1]);
  test.same([...landMask([0.3, 0.1], 0.2)], [1, 0]);
  for (const value of [Number.NaN, -3.4e38, 250]) test.throws(() => landMask([0, value]), { code: 'input.field', message: /point 1/ });
});

t.test('masks of another size and factors outside of 0 to 1 are refused', async (test) => {
  const masks = { source: new Uint8Array(3), target: new Uint8Array(4) };
  test.throws(() => landSeaWeights(matrix, { ...masks, source: new Uint8Array(4) }), {
    code: 'input.field',
    message: /source has 4 points.*grid has 3/,
  });
  test.throws(() => landSeaWeights(matrix, { ...masks, target: new Uint8Array(0) }), {
    code: 'input.field',
    message: /target has 0 points/,
  });
  for (const adjustment of [-0.1, 1.5, Number.NaN])
    test.throws(() => landSeaWeights(matrix, { ...masks, adjustment }), { code: 'input.option' });
});

t.test('a regridding with masks takes values from its own side of the coast', async (test) => {
  const engine = await cpuEngine({ precision: 'f64', threads: 1 });
  const [source, target] = [gridFromSpec('O16'), gridFromSpec('6/6')];
  const isLand = (lon: number): number => (lon >= 93 && lon < 273 ? 1 : 0);
  const masks = {
    source: Uint8Array.from(source.coordinates().lon, isLand),
    target: Uint8Array.from(target.coordinates().lon, isLand),
    adjustment: 0,
  };
  const values = Float64Array.from(masks.source);
  const scalar = await prepareRegrid(engine, source, target, { lsm: masks });
  const vector = await prepareVectorRegrid(engine, source, target, { lsm: masks, vectors: 'components' });
  const [y, u] = await engine.run((pass) => {
    const field: Field<number> = {
      grid: source,
      layers: [0],
      tiles: [{ values: pass.upload('f32', values), firstLayer: 0, lanes: 1 }],
      mayBeMissing: false,
    };
    return [scalar.apply(pass, field), vector.apply(pass, field, field)[0]] as const;
  });
  const tiles = (await engine.read(y.tiles[0]!.values, u.tiles[0]!.values)) as Float64Array[];
  for (const [at, field] of [y, u].entries()) {
    // A triangle around a point has a corner on the point's side of the coast; not so at a pole, where sources stand in for it.
    const { lat } = target.coordinates();
    const off = layerOf(field, [tiles[at]!], 0).filter(
      (value, row) => Math.abs(lat[row]!) < 90 && Math.abs(value - masks.target[row]!) > 1e-12,
    ).length;
    test.equal(off, 0);
  }
  for (const field of [y, u]) releaseField(field);
  scalar.release();
  vector.release();
  await engine.close();
});
