// Fields <-> tensors against loops that are written out here: element by element from the definition of each layout.
import t from 'tap';
import { type Field, type Grid, gridFromSpec, layerOf, releaseField, type Tile, tileLayout } from '../../../src/atlas/index.js';
import { isDteError } from '../../../src/base/index.js';
import { type Engine, missingValue } from '../../../src/compute/index.js';
import { layersOf, preparePack, prepareUnpack } from '../../../src/infero/pack/index.js';
import { cpuEngine, gpuEngine } from '../../support/engines.js';

/** value(layer, point), with every seventh point of a layer missing where asked. */
async function fieldOf(engine: Engine, grid: Grid, layers: number, missing = false): Promise<Field<number>> {
  const tiles: Tile[] = [];
  for (const [firstLayer, lanes] of tileLayout(grid.points, layers, engine.info.maxBindingBytes)) {
    const values = Float32Array.from({ length: grid.points * lanes }, (_, at) =>
      sampleAt(firstLayer + (at % lanes), Math.floor(at / lanes), missing),
    );
    tiles.push({ firstLayer, lanes, values: await engine.upload('f32', values) });
  }
  return { grid, layers: Array.from({ length: layers }, (_, index) => index), tiles, mayBeMissing: missing };
}

const sampleAt = (layer: number, point: number, missing = false): number =>
  missing && (point + layer) % 7 === 0 ? missingValue : 1000 * layer + point;

async function layerValues(engine: Engine, field: Field, layer: number): Promise<Float32Array> {
  return layerOf(field, await engine.read(...field.tiles.map(({ values }) => values)), layer) as Float32Array;
}

const global = gridFromSpec('45/45'); // 5 rows of 8 points, poles included
const columns = 8;
const channels = Array.from({ length: 3 }, (_, index) => ({ mean: 10 * index, scale: 2 ** index, fill: -index }));
const normal = (value: number, channel: number): number => (value - 10 * channel) / 2 ** channel;

async function checkLayouts(test: Tap, engine: Engine): Promise<void> {
  const field = await fieldOf(engine, global, 12); // two tiles; four samples of three channels
  const { points } = global;
  for (const order of ['nchw', 'nhwc', 'points'] as const) {
    const packer = await preparePack(engine, global, { order, channels });
    const unpacker = await prepareUnpack(engine, global, { order, channels });
    const before = engine.traffic;
    const { packed, back } = await engine.run((pass) => {
      const packed = packer.pack(pass, layersOf(field));
      return { packed, back: unpacker.unpack(pass, packed.tensor, { layers: field.layers }) };
    });
    test.same(engine.traffic, before, `${order}: nothing crosses between host and device`);
    test.same(packed.shape, { nchw: [4, 3, 5, 8], nhwc: [4, 5, 8, 3], points: [4 * 40, 3] }[order]);
    const [tensor] = await engine.read(packed.tensor);
    const expected = new Float32Array(12 * points);
    for (let sample = 0; sample < 4; sample++)
      for (let channel = 0; channel < 3; channel++)
        for (let point = 0; point < points; point++) {
          const at = order === 'nchw' ? (sample * 3 + channel) * points + point : (sample * points + point) * 3 + channel;
          expected[at] = normal(sampleAt(sample * 3 + channel, point), channel);
        }
    test.same(tensor, expected, `${order}: every element lies where the layout says`);
    for (let layer = 0; layer < 12; layer++)
      test.same(await layerValues(engine, back, layer), await layerValues(engine, field, layer), `${order}: layer ${layer} comes back`);
    releaseField(back);
    packed.tensor.release();
    packer.release();
    unpacker.release();
  }
  releaseField(field);
}

type Tap = typeof t;

t.test('layers lie in tensors as each layout says, and come back', async (test) => {
  const engine = await cpuEngine();
  await checkLayouts(test as Tap, engine);
  await engine.close();
});

t.test('layers lie in tensors as each layout says on a GPU', async (test) => {
  const engine = await gpuEngine();
  if (typeof engine === 'string') return void test.pass('no adapter', { skip: engine });
  await checkLayouts(test as Tap, engine);
  await engine.close();
});

t.test('fields side by side are channels, their members samples, in few dispatches', async (test) => {
  const engine = await cpuEngine();
  const members = 10;
  const [u, v] = [await fieldOf(engine, global, members), await fieldOf(engine, global, members)];
  const packer = await preparePack(engine, global, { order: 'nchw', channels: [{}, { scale: 2 }] });
  const layers = u.layers.flatMap((layer) => [
    { field: u, layer },
    { field: v, layer },
  ]);
  let dispatches = 0;
  const packed = await engine.run((pass) => {
    const made = packer.pack(pass, layers);
    dispatches = pass.steps.filter(({ kind }) => kind === 'dispatch').length;
    return made;
  });
  test.equal(dispatches, 4, 'one for each of two tiles of two fields');
  const [tensor] = await engine.read(packed.tensor);
  for (let member = 0; member < members; member++) {
    test.equal(tensor[2 * member * 40 + 3], sampleAt(member, 3));
    test.equal(tensor[(2 * member + 1) * 40 + 3], sampleAt(member, 3) / 2);
  }
  await engine.close();
});

t.test('a layer taken twice, backwards, or alone', async (test) => {
  const engine = await cpuEngine();
  const field = await fieldOf(engine, global, 9);
  const packer = await preparePack(engine, global, { order: 'points', channels: [{}, {}, {}] });
  for (const chosen of [
    [0, 0, 8],
    [5, 4, 3],
    [1, 3, 5],
    [7, 8, 7],
  ]) {
    const { tensor } = await engine.run((pass) =>
      packer.pack(
        pass,
        chosen.map((layer) => ({ field, layer })),
      ),
    );
    const [values] = await engine.read(tensor);
    test.same(
      [...values.subarray(3 * 39, 3 * 40)],
      chosen.map((layer) => sampleAt(layer, 39)),
      `layers ${chosen}`,
    );
    tensor.release();
  }
  await engine.close();
});

t.test('a missing value is filled on the way in and put back in every channel on the way out', async (test) => {
  const engine = await cpuEngine();
  const field = await fieldOf(engine, global, 3, true);
  const packer = await preparePack(engine, global, { order: 'nchw', channels });
  const unpacker = await prepareUnpack(engine, global, { order: 'nchw', channels: [{}] });
  const { packed, back } = await engine.run((pass) => {
    const packed = packer.pack(pass, layersOf(field), { markMissing: true });
    return { packed, back: unpacker.unpack(pass, packed.tensor, { layers: ['first'], missing: packed.missing }) };
  });
  const [tensor] = await engine.read(packed.tensor);
  test.equal(tensor[0], 0, 'point 0 of channel 0 is missing: fill 0');
  test.equal(tensor[40 + 6], normal(-1, 1), 'point 6 of channel 1 is missing: fill -1 as the channel has it');
  const values = await layerValues(engine, back, 0);
  for (let point = 0; point < 40; point++) {
    const isMissing = [0, 1, 2].some((layer) => sampleAt(layer, point, true) === missingValue);
    test.equal(values[point], isMissing ? missingValue : sampleAt(0, point));
  }
  test.equal(back.mayBeMissing, true);
  const whole = await fieldOf(engine, global, 3);
  const { missing } = await engine.run((pass) => packer.pack(pass, layersOf(whole), { markMissing: true }));
  test.equal(missing, undefined, 'where nothing can be missing, nothing is counted');
  await engine.close();
});

t.test('a halo goes on around the globe and, as asked, beyond the poles', async (test) => {
  const engine = await cpuEngine();
  const field = await fieldOf(engine, global, 1);
  const halo = { rows: 2, columns: 3 };
  // Row -1 across the pole of a grid with a row on it is row 1, half way around; likewise at the other end.
  const across = (row: number, column: number): number =>
    row >= 0 && row < 5 ? row * columns + column : (row < 0 ? -row : 8 - row) * columns + ((column + 4) % columns);
  const expectedRow = {
    fill: (row: number, column: number) => (row < 0 || row > 4 ? -5 : row * columns + column),
    repeat: (row: number, column: number) => Math.min(Math.max(row, 0), 4) * columns + column,
    across,
  };
  for (const poles of ['fill', 'repeat', 'across'] as const) {
    const layout = { order: 'nchw', channels: [{ fill: -5 }], halo: { ...halo, poles } } as const;
    const packer = await preparePack(engine, global, layout);
    const unpacker = await prepareUnpack(engine, global, layout);
    test.same(packer.shape(1), [1, 1, 9, 14]);
    const { packed, back } = await engine.run((pass) => {
      const packed = packer.pack(pass, layersOf(field));
      return { packed, back: unpacker.unpack(pass, packed.tensor, { layers: [0] }) };
    });
    const [tensor] = await engine.read(packed.tensor);
    const wrapped = (column: number): number => (column + columns) % columns;
    const expected = Array.from({ length: 9 * 14 }, (_, at) => expectedRow[poles](Math.floor(at / 14) - 2, wrapped((at % 14) - 3)));
    test.same([...tensor], expected, poles);
    test.same(await layerValues(engine, back, 0), await layerValues(engine, field, 0), `${poles}: the halo is left out again`);
  }
  const half = gridFromSpec('F2'); // 4 rows of 8 points, none on a pole
  const between = await fieldOf(engine, half, 1);
  const packer = await preparePack(engine, half, { order: 'nhwc', channels: [{}], halo: { rows: 1, columns: 0, poles: 'across' } });
  const { tensor } = await engine.run((pass) => packer.pack(pass, layersOf(between)));
  const [values] = await engine.read(tensor);
  test.same([...values.subarray(0, 3)], [4, 5, 6], 'between rows, the row beyond the pole is the first, half way around');
  test.same([...values.subarray(5 * 8, 5 * 8 + 3)], [28, 29, 30]);
  await engine.close();
});

t.test('a halo that a regional grid cannot have is filled at its sides', async (test) => {
  const engine = await cpuEngine();
  const region = gridFromSpec('{"grid": [1, 1], "area": [2, 0, 0, 3]}'); // 3 x 4
  const field = await fieldOf(engine, region, 1);
  const packer = await preparePack(engine, region, { order: 'nchw', channels: [{ fill: -9 }], halo: { rows: 1, columns: 1 } });
  const { tensor } = await engine.run((pass) => packer.pack(pass, layersOf(field)));
  const [values] = await engine.read(tensor);
  test.same(
    [...values],
    [...[-9, -9, -9, -9, -9, -9], ...[-9, 0, 1, 2, 3, -9], ...[-9, 4, 5, 6, 7, -9], ...[-9, 8, 9, 10, 11, -9], ...[-9, -9, -9, -9, -9, -9]],
  );
  await engine.close();
});

t.test('points of any grid in pieces, each into its part of one field', async (test) => {
  const engine = await cpuEngine();
  const grid = gridFromSpec('O4');
  const field = await fieldOf(engine, grid, 2, true);
  const layout = { order: 'points', channels: [{}, { mean: 1 }] } as const;
  const packer = await preparePack(engine, grid, layout);
  const unpacker = await prepareUnpack(engine, grid, layout);
  const half = Math.floor(grid.points / 2);
  const rebuilt = await engine.run((pass) => {
    const first = packer.pack(pass, layersOf(field), { from: 0, count: half, markMissing: true });
    const into = unpacker.unpack(pass, first.tensor, { layers: [0, 1], from: 0, count: half, missing: first.missing });
    const second = packer.pack(pass, layersOf(field), { from: half, markMissing: true });
    test.same(second.shape, [grid.points - half, 2]);
    return unpacker.unpack(pass, second.tensor, { layers: [0, 1], from: half, missing: second.missing, into });
  });
  const expected =
    (layer: number) =>
    (_: unknown, point: number): number =>
      [0, 1].some((other) => sampleAt(other, point, true) === missingValue) ? missingValue : sampleAt(layer, point);
  for (const layer of [0, 1])
    test.same([...(await layerValues(engine, rebuilt, layer))], Array.from({ length: grid.points }, expected(layer)));
  await engine.close();
});

t.test('what does not fit is refused before anything is recorded', async (test) => {
  const engine = await cpuEngine();
  const field = await fieldOf(engine, global, 3);
  const refused = async (code: 'input.option' | 'input.field' | 'unsupported.grid', text: RegExp, work: () => Promise<unknown>) => {
    try {
      await work();
      test.fail(`nothing refused ${text}`);
    } catch (error) {
      test.ok(isDteError(error, code), `${code}: ${(error as Error).message}`);
      test.match((error as Error).message, text);
    }
  };
  const layout = { order: 'nchw', channels: [{}, {}] } as const;
  const packer = await preparePack(engine, global, layout);
  const unpacker = await prepareUnpack(engine, global, layout);
  const pack = (layers: Parameters<typeof packer.pack>[1], options = {}) => engine.run((pass) => packer.pack(pass, layers, options));
  const small = await engine.upload('f32', new Float32Array(10));
  const ofOther = await fieldOf(engine, gridFromSpec('O4'), 2);
  const counted = await engine.upload('u32', new Uint32Array(7));
  await refused('input.field', /3 layers do not fill samples of 2 channels/, () => pack(layersOf(field)));
  await refused('input.field', /O4 of 208 points was given where/, () => pack(layersOf(ofOther)));
  await refused('input.field', /layer 3 is not one of the 3 layers/, () =>
    pack([
      { field, layer: 0 },
      { field, layer: 3 },
    ]),
  );
  await refused('input.option', /holds 10 elements and the tensor has 80/, () => pack(layersOf(field).slice(1), { into: small }));
  await refused('input.option', /only order 'points' can be cut/, () => pack(layersOf(field).slice(1), { from: 1 }));
  await refused('input.option', /holds 10 elements/, () => engine.run((pass) => unpacker.unpack(pass, small, { layers: [0, 1] })));
  await refused('input.field', /3 layers are not samples of 2 channels/, () =>
    engine.run((pass) => unpacker.unpack(pass, small, { layers: [0, 1, 2] })),
  );
  const large = await engine.upload('f32', new Float32Array(80));
  await refused('input.option', /counted at 7 points of samples, and the tensor has 40/, () =>
    engine.run((pass) => unpacker.unpack(pass, large, { layers: [0, 1], missing: counted })),
  );
  await refused('unsupported.grid', /O4 do not lie in rows and columns/, () => preparePack(engine, gridFromSpec('O4'), layout));
  await refused('input.option', /channel 1: scale is 0/, () => preparePack(engine, global, { ...layout, channels: [{}, { scale: 0 }] }));
  await refused('input.option', /channel 0: mean is NaN/, () =>
    preparePack(engine, global, { ...layout, channels: [{ mean: Number.NaN }] }),
  );
  await refused('input.option', /at least one channel/, () => preparePack(engine, global, { ...layout, channels: [] }));
  await refused('input.option', /halo.rows is 5; accepted are 0 to 4/, () =>
    preparePack(engine, global, { ...layout, halo: { rows: 5, columns: 0 } }),
  );
  await refused('input.option', /asks for rows and columns/, () =>
    preparePack(engine, global, { ...layout, order: 'points', halo: { rows: 1, columns: 0 } }),
  );
  await refused('input.option', /'across' needs/, () =>
    preparePack(engine, gridFromSpec('{"grid": [1, 1], "area": [2, 0, 0, 3]}'), {
      ...layout,
      halo: { rows: 1, columns: 0, poles: 'across' },
    }),
  );
  await refused('input.option', /'across' needs/, () =>
    preparePack(engine, gridFromSpec('{"grid": [30, 45], "area": [45, 0, -45, 330]}'), {
      ...layout,
      halo: { rows: 1, columns: 0, poles: 'across' },
    }),
  );
  await refused('input.option', /'chwn' is not a tensor order/, () => preparePack(engine, global, { ...layout, order: 'chwn' as 'nchw' }));
  const pointPacker = await preparePack(engine, global, { order: 'points', channels: [{}] });
  await refused('input.option', /40 points from 1 do not lie within the 40/, () =>
    engine.run((pass) => pointPacker.pack(pass, layersOf(field), { from: 1, count: 40 })),
  );
  await engine.close();
});
